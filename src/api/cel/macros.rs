//! CEL's macros: `has`, those that iterate over lists and maps, and those of optional values.

use super::parse::{Expr, Fold, Node, Parser};
use super::value::Val;
use crate::api::ArcStr;

/// The name of a fold's accumulator, which no expression can write.
pub(super) const ACCU: &str = "@result";

/// Builds the expressions that a macro at one position stands for.
struct At<'a> {
    p: &'a mut Parser,
    at: usize,
}

impl At<'_> {
    fn make(&mut self, node: Node) -> Expr {
        self.p.make(self.at, node)
    }

    fn literal(&mut self, value: Val) -> Expr {
        self.make(Node::Literal(value))
    }

    fn ident(&mut self, name: &str) -> Expr {
        self.make(Node::Ident(name.into()))
    }

    fn call(&mut self, name: &str, args: Vec<Expr>) -> Expr {
        self.make(Node::Call(name.into(), None, args))
    }

    fn method(&mut self, target: Expr, name: &str, args: Vec<Expr>) -> Expr {
        self.make(Node::Call(name.into(), Some(Box::new(target)), args))
    }

    /// `then` if `when` holds, otherwise the accumulator.
    fn only(&mut self, when: Option<Expr>, then: Expr) -> Expr {
        match when {
            Some(when) => {
                let accu = self.ident(ACCU);
                self.call("_?_:_", vec![when, then, accu])
            }
            None => then,
        }
    }

    fn fold(&mut self, range: Expr, vars: [ArcStr; 2], init: Expr, more: Expr, step: Expr, result: Expr) -> Expr {
        let [var, var2] = vars;
        self.make(Node::Fold(Box::new(Fold { range, var, var2, accu: ACCU.into(), init, more, step, result })))
    }

    /// Binds a value to a name within an expression.
    fn bind(&mut self, name: ArcStr, value: Expr, result: Expr) -> Expr {
        let range = self.make(Node::List(Vec::new()));
        let (more, step) = (self.literal(Val::Bool(false)), self.ident(&name));
        let var = "#unused".into();
        self.make(Node::Fold(Box::new(Fold { range, var, var2: "".into(), accu: name, init: value, more, step, result })))
    }

    /// Expands a macro over a range, given the names of its variables, its last argument and the one before that, if any.
    fn unfold(&mut self, name: &str, range: Expr, names: [ArcStr; 2], last: Expr, when: Option<Expr>) -> Expr {
        let accu = self.ident(ACCU);
        match name {
            "all" | "exists" => {
                let all = name == "all";
                let init = self.literal(Val::Bool(all));
                let checked = self.ident(ACCU);
                let open = if all { checked } else { self.call("!_", vec![checked]) };
                let more = self.call("@not_strictly_false", vec![open]);
                let step = self.call(if all { "_&&_" } else { "_||_" }, vec![accu, last]);
                let result = self.ident(ACCU);
                self.fold(range, names, init, more, step, result)
            }
            "exists_one" | "existsOne" => {
                let (init, more, one) = (self.literal(Val::Int(0)), self.literal(Val::Bool(true)), self.literal(Val::Int(1)));
                let add = self.call("_+_", vec![accu, one]);
                let step = self.only(Some(last), add);
                let (end, one) = (self.ident(ACCU), self.literal(Val::Int(1)));
                let result = self.call("_==_", vec![end, one]);
                self.fold(range, names, init, more, step, result)
            }
            "map" | "filter" | "transformList" => {
                let (item, when) = if name == "filter" { (self.ident(&names[0]), Some(last)) } else { (last, when) };
                let (init, more) = (self.make(Node::List(Vec::new())), self.literal(Val::Bool(true)));
                let item = self.make(Node::List(vec![(item, false)]));
                let add = self.call("_+_", vec![accu, item]);
                let step = self.only(when, add);
                let result = self.ident(ACCU);
                self.fold(range, names, init, more, step, result)
            }
            "transformMap" | "transformMapEntry" => {
                let (init, more) = (self.make(Node::Map(Vec::new())), self.literal(Val::Bool(true)));
                let args = if name == "transformMap" { vec![accu, self.ident(&names[0]), last] } else { vec![accu, last] };
                let insert = self.call("cel.@mapInsert", args);
                let step = self.only(when, insert);
                let result = self.ident(ACCU);
                self.fold(range, names, init, more, step, result)
            }
            "optMap" | "optFlatMap" => {
                // The optional value is bound to a name, so that it is evaluated once.
                const INPUT: &str = "@optional";
                let [name_of, _] = names;
                let (held, given) = (self.ident(INPUT), self.ident(INPUT));
                let there = self.method(held, "hasValue", Vec::new());
                let value = self.method(given, "value", Vec::new());
                let mut then = self.bind(name_of, value, last);
                if name == "optMap" {
                    then = self.call("optional.of", vec![then]);
                }
                let none = self.call("optional.none", Vec::new());
                let chosen = self.call("_?_:_", vec![there, then, none]);
                self.bind(INPUT.into(), range, chosen)
            }
            _ => {
                // sortBy: sorts the list by a list of its keys.
                const INPUT: &str = "@__sortBy_input__";
                let keyed = self.ident(INPUT);
                let keys = expand(self.p, self.at, Some(keyed), "map", {
                    let var = Expr::new(self.at, Node::Ident(names[0].clone()));
                    vec![var, last]
                });
                let input = self.ident(INPUT);
                let sorted = self.method(input, "@sortByAssociatedKeys", vec![keys]);
                self.bind(INPUT.into(), range, sorted)
            }
        }
    }
}

/// A call, or the expansion of a macro.
pub(super) fn expand(p: &mut Parser, at: usize, target: Option<Expr>, name: &str, mut args: Vec<Expr>) -> Expr {
    let count = args.len();
    let Some(range) = target else {
        if name == "has" && count == 1 {
            let arg = args.remove(0);
            let Node::Select(of, field, _) = arg.node else {
                p.issue(arg.at, "invalid argument to has() macro");
                return arg;
            };
            return p.make(at, Node::Select(of, field, true));
        }
        return p.make(at, Node::Call(name.into(), None, args));
    };
    if p.binds
        && matches!(&range.node, Node::Ident(target) if target == "cel")
        && name == "bind"
        && let Ok([Expr { node: Node::Ident(name), .. }, value, result]) = <&[Expr; 3]>::try_from(args.as_slice())
    {
        return At { p, at }.bind(name.clone(), value.clone(), result.clone());
    }
    // The number of arguments that are variables.
    let vars = match (name, count) {
        ("all" | "exists" | "exists_one" | "existsOne" | "filter" | "optMap" | "optFlatMap" | "sortBy", 2) | ("map", 2 | 3) => 1,
        ("all" | "exists" | "exists_one" | "existsOne", 3) | ("transformList" | "transformMap" | "transformMapEntry", 3 | 4) => 2,
        _ => return p.make(at, Node::Call(name.into(), Some(Box::new(range)), args)),
    };
    let mut names: [ArcStr; 2] = ["".into(), "".into()];
    for (i, arg) in args.drain(..vars).enumerate() {
        match arg.node {
            Node::Ident(name) if !name.starts_with('.') => names[i] = name,
            _ => p.issue(arg.at, "argument must be a simple name"),
        }
        if names[1] == names[0] && i == 1 {
            p.issue(arg.at, format!("duplicate variable name: {}", names[0]));
        }
    }
    let Some(last) = args.pop() else { return range };
    let when = args.pop();
    At { p, at }.unfold(name, range, names, last, when)
}
