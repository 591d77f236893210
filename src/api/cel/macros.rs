//! CEL's macros: `has`, those that go through lists and maps, and those of optional values.

use super::parse::{Expr, Fold, Node, Parser};
use super::value::Val;
use crate::api::ArcStr;

/// The name of what a fold gathers; no expression can write it.
pub(super) const ACCU: &str = "@result";

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

    /// `accu` while `when` holds.
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

    /// A name for a value within an expression.
    fn bind(&mut self, name: ArcStr, value: Expr, result: Expr) -> Expr {
        let range = self.make(Node::List(Vec::new()));
        let (more, step) = (self.literal(Val::Bool(false)), self.ident(&name));
        let var = "#unused".into();
        self.make(Node::Fold(Box::new(Fold { range, var, var2: "".into(), accu: name, init: value, more, step, result })))
    }
}

/// A call, or what a macro makes of it.
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
    // How many arguments are variables.
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
    let mut m = At { p, at };
    let accu = m.ident(ACCU);
    match name {
        "all" | "exists" => {
            let all = name == "all";
            let init = m.literal(Val::Bool(all));
            let checked = m.ident(ACCU);
            let open = if all { checked } else { m.call("!_", vec![checked]) };
            let more = m.call("@not_strictly_false", vec![open]);
            let step = m.call(if all { "_&&_" } else { "_||_" }, vec![accu, last]);
            let result = m.ident(ACCU);
            m.fold(range, names, init, more, step, result)
        }
        "exists_one" | "existsOne" => {
            let (init, more, one) = (m.literal(Val::Int(0)), m.literal(Val::Bool(true)), m.literal(Val::Int(1)));
            let add = m.call("_+_", vec![accu, one]);
            let step = m.only(Some(last), add);
            let (end, one) = (m.ident(ACCU), m.literal(Val::Int(1)));
            let result = m.call("_==_", vec![end, one]);
            m.fold(range, names, init, more, step, result)
        }
        "map" | "filter" | "transformList" => {
            let (item, when) = if name == "filter" { (m.ident(&names[0]), Some(last)) } else { (last, when) };
            let (init, more) = (m.make(Node::List(Vec::new())), m.literal(Val::Bool(true)));
            let item = m.make(Node::List(vec![(item, false)]));
            let add = m.call("_+_", vec![accu, item]);
            let step = m.only(when, add);
            let result = m.ident(ACCU);
            m.fold(range, names, init, more, step, result)
        }
        "transformMap" | "transformMapEntry" => {
            let (init, more) = (m.make(Node::Map(Vec::new())), m.literal(Val::Bool(true)));
            let args = if name == "transformMap" { vec![accu, m.ident(&names[0]), last] } else { vec![accu, last] };
            let insert = m.call("cel.@mapInsert", args);
            let step = m.only(when, insert);
            let result = m.ident(ACCU);
            m.fold(range, names, init, more, step, result)
        }
        "optMap" | "optFlatMap" => {
            // The optional value has a name, so that it stands here once.
            const INPUT: &str = "@optional";
            let [name_of, _] = names;
            let (held, given) = (m.ident(INPUT), m.ident(INPUT));
            let there = m.method(held, "hasValue", Vec::new());
            let value = m.method(given, "value", Vec::new());
            let mut then = m.bind(name_of, value, last);
            if name == "optMap" {
                then = m.call("optional.of", vec![then]);
            }
            let none = m.call("optional.none", Vec::new());
            let chosen = m.call("_?_:_", vec![there, then, none]);
            m.bind(INPUT.into(), range, chosen)
        }
        _ => {
            // sortBy: the list beside its keys.
            const INPUT: &str = "@__sortBy_input__";
            let keyed = m.ident(INPUT);
            let keys = expand(m.p, at, Some(keyed), "map", {
                let var = Expr::new(at, Node::Ident(names[0].clone()));
                vec![var, last]
            });
            let input = m.ident(INPUT);
            let sorted = m.method(input, "@sortByAssociatedKeys", vec![keys]);
            m.bind(INPUT.into(), range, sorted)
        }
    }
}
