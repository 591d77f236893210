//! Expressions of awk, by precedence.

use super::tokens::{BUILTINS, KEYWORDS, NOT_SIMULATED};
use super::*;

fn chain(first: Expr, rest: Vec<(Link, Expr)>) -> Expr {
    if rest.is_empty() { first } else { Expr::Chain(Box::new(first), rest) }
}

impl Parser<'_> {
    pub(super) fn expr_list(&mut self, end: &str) -> Res<Vec<Expr>> {
        let mut out = Vec::new();
        self.only_newlines()?;
        while !self.is(end) {
            out.push(self.expr()?);
            self.only_newlines()?;
            if !self.accept(",")? {
                break;
            }
            self.only_newlines()?;
        }
        Ok(out)
    }

    pub(super) fn expr(&mut self) -> Res<Expr> {
        self.deeper()?;
        let left = self.ternary()?;
        let op = match &self.tok {
            Tok::Op("=") => Some(None),
            Tok::Op("+=") => Some(Some('+')),
            Tok::Op("-=") => Some(Some('-')),
            Tok::Op("*=") => Some(Some('*')),
            Tok::Op("/=") => Some(Some('/')),
            Tok::Op("%=") => Some(Some('%')),
            Tok::Op("^=" | "**=") => Some(Some('^')),
            _ => None,
        };
        let out = match op {
            Some(op) if matches!(left, Expr::Var(_) | Expr::Field(_) | Expr::Index(..)) => {
                self.advance()?;
                self.only_newlines()?;
                let right = self.expr()?;
                Expr::Assign(Box::new(left), op, Box::new(right))
            }
            Some(_) => return self.unexpected(),
            None => left,
        };
        self.depth -= 1;
        Ok(out)
    }

    pub(super) fn ternary(&mut self) -> Res<Expr> {
        let cond = self.or()?;
        if !self.accept("?")? {
            return Ok(cond);
        }
        self.only_newlines()?;
        let yes = self.expr()?;
        self.only_newlines()?;
        self.expect(":")?;
        self.only_newlines()?;
        let no = self.expr()?;
        Ok(Expr::Cond(Box::new(cond), Box::new(yes), Box::new(no)))
    }

    fn or(&mut self) -> Res<Expr> {
        let (first, mut rest) = (self.and()?, Vec::new());
        while self.accept("||")? {
            self.only_newlines()?;
            rest.push((Link::Or, self.and()?));
        }
        Ok(chain(first, rest))
    }

    fn and(&mut self) -> Res<Expr> {
        let (first, mut rest) = (self.member()?, Vec::new());
        while self.accept("&&")? {
            self.only_newlines()?;
            rest.push((Link::And, self.member()?));
        }
        Ok(chain(first, rest))
    }

    fn member(&mut self) -> Res<Expr> {
        let mut left = self.matching()?;
        let depth = self.depth;
        while self.is_name("in") && !self.no_in {
            self.deeper()?;
            self.advance()?;
            let Tok::Name(array) = self.tok.clone() else { return self.unexpected() };
            self.advance()?;
            let place = self.place(&array);
            left = Expr::In(vec![left], place);
        }
        self.depth = depth;
        Ok(left)
    }

    fn matching(&mut self) -> Res<Expr> {
        let (first, mut rest) = (self.comparison()?, Vec::new());
        loop {
            let positive = if self.is("~") {
                true
            } else if self.is("!~") {
                false
            } else {
                return Ok(chain(first, rest));
            };
            self.advance()?;
            rest.push((Link::Match(positive), self.comparison()?));
        }
    }

    fn comparison(&mut self) -> Res<Expr> {
        let left = self.piped()?;
        let op = match &self.tok {
            Tok::Op(o @ ("<" | "<=" | "==" | "!=" | ">=")) => *o,
            Tok::Op(">") if !self.no_gt => ">",
            _ => return Ok(left),
        };
        self.advance()?;
        let right = self.concat()?;
        Ok(Expr::Compare(op, Box::new(left), Box::new(right)))
    }

    /// `command | getline`.
    fn piped(&mut self) -> Res<Expr> {
        let mut left = self.concat()?;
        let depth = self.depth;
        while self.is("|") {
            let mark = (self.at, self.line, self.tok.clone());
            self.advance()?;
            if !self.is_name("getline") {
                (self.at, self.line, self.tok) = mark;
                break;
            }
            self.deeper()?;
            self.advance()?;
            left = Expr::Getline(self.variable()?, Some((true, Box::new(left))));
        }
        self.depth = depth;
        Ok(left)
    }

    /// What `getline` gives a record to, where it says so.
    fn variable(&mut self) -> Res<Option<Box<Expr>>> {
        self.asks = true;
        let named = matches!(&self.tok, Tok::Name(n) if !KEYWORDS.contains(&n.as_str()) && !BUILTINS.contains(&n.as_str()));
        Ok(if named || self.is("$") { Some(Box::new(self.primary()?)) } else { None })
    }

    fn starts_operand(&self) -> bool {
        match &self.tok {
            Tok::Number(_) | Tok::Text(_) | Tok::Regex(_) | Tok::Call(_) => true,
            Tok::Name(n) => !KEYWORDS.contains(&n.as_str()) || n == "getline",
            Tok::Op("$" | "!" | "(" | "-" | "+" | "++" | "--") => true,
            _ => false,
        }
    }

    pub(super) fn concat(&mut self) -> Res<Expr> {
        let (first, mut rest) = (self.additive()?, Vec::new());
        while self.starts_operand() && !self.is("+") && !self.is("-") && !self.is_name("in") && !self.is_name("getline") {
            rest.push((Link::Concat, self.additive()?));
        }
        Ok(chain(first, rest))
    }

    fn additive(&mut self) -> Res<Expr> {
        let (first, mut rest) = (self.term()?, Vec::new());
        while self.is("+") || self.is("-") {
            let op = if self.is("+") { '+' } else { '-' };
            self.advance()?;
            rest.push((Link::Arith(op), self.term()?));
        }
        Ok(chain(first, rest))
    }

    fn term(&mut self) -> Res<Expr> {
        let (first, mut rest) = (self.unary()?, Vec::new());
        loop {
            let op = match &self.tok {
                Tok::Op("*") => '*',
                Tok::Op("/") => '/',
                Tok::Op("%") => '%',
                _ => return Ok(chain(first, rest)),
            };
            self.advance()?;
            rest.push((Link::Arith(op), self.unary()?));
        }
    }

    fn unary(&mut self) -> Res<Expr> {
        self.deeper()?;
        let out = if self.accept("!")? {
            Expr::Not(Box::new(self.unary()?))
        } else if self.accept("-")? {
            Expr::Minus(Box::new(self.unary()?))
        } else if self.accept("+")? {
            Expr::Plus(Box::new(self.unary()?))
        } else {
            self.power()?
        };
        self.depth -= 1;
        Ok(out)
    }

    fn power(&mut self) -> Res<Expr> {
        let base = self.postfix()?;
        if self.is("^") || self.is("**") {
            self.advance()?;
            // Binds to the right, and takes a sign.
            let exponent = self.unary()?;
            return Ok(chain(base, vec![(Link::Arith('^'), exponent)]));
        }
        Ok(base)
    }

    fn postfix(&mut self) -> Res<Expr> {
        for (op, by) in [("++", 1.0), ("--", -1.0)] {
            if self.accept(op)? {
                self.deeper()?;
                let target = self.postfix()?;
                self.depth -= 1;
                return Ok(Expr::Step(Box::new(target), by, true));
            }
        }
        let e = self.primary()?;
        if matches!(e, Expr::Var(_) | Expr::Field(_) | Expr::Index(..)) {
            for (op, by) in [("++", 1.0), ("--", -1.0)] {
                if self.accept(op)? {
                    return Ok(Expr::Step(Box::new(e), by, false));
                }
            }
        }
        Ok(e)
    }

    pub(super) fn primary(&mut self) -> Res<Expr> {
        self.deeper()?;
        let out = match self.tok.clone() {
            Tok::Number(n) => {
                self.advance()?;
                Expr::Number(n)
            }
            Tok::Text(t) => {
                self.advance()?;
                Expr::Text(t)
            }
            Tok::Regex(r) => {
                self.advance()?;
                Expr::Regex(r)
            }
            Tok::Op("$") => {
                self.advance()?;
                let inner = if self.is("++") || self.is("--") || self.is("-") { self.unary()? } else { self.primary()? };
                Expr::Field(Box::new(inner))
            }
            Tok::Op("(") => {
                self.advance()?;
                let (gt, no_in) = (std::mem::take(&mut self.no_gt), std::mem::take(&mut self.no_in));
                let mut list = self.expr_list(")")?;
                self.expect(")")?;
                (self.no_gt, self.no_in) = (gt, no_in);
                if self.is_name("in") && list.len() > 1 {
                    self.advance()?;
                    let Tok::Name(array) = self.tok.clone() else { return self.unexpected() };
                    self.advance()?;
                    let place = self.place(&array);
                    Expr::In(list, place)
                } else {
                    let (Some(one), true) = (list.pop(), list.is_empty()) else { return self.unexpected() };
                    // In brackets it is a value, no longer something to assign to.
                    Expr::Cond(Box::new(Expr::Number(1.0)), Box::new(one), Box::new(Expr::Number(0.0)))
                }
            }
            Tok::Call(name) => {
                self.advance()?;
                self.expect("(")?;
                let (gt, no_in) = (std::mem::take(&mut self.no_gt), std::mem::take(&mut self.no_in));
                let args = self.expr_list(")")?;
                self.expect(")")?;
                (self.no_gt, self.no_in) = (gt, no_in);
                match self.script.functions.iter().position(|f| f.name == name) {
                    Some(n) => Expr::Call(n, args),
                    None if NOT_SIMULATED.contains(&name.as_str()) => return self.fail(&[&name, " is not simulated"].concat()),
                    None => return self.fail("Call to undefined function"),
                }
            }
            Tok::Name(name) if name == "getline" => {
                self.advance()?;
                let into = self.variable()?;
                let file = if self.accept("<")? { Some((false, Box::new(self.postfix()?))) } else { None };
                Expr::Getline(into, file)
            }
            Tok::Name(name) if BUILTINS.contains(&name.as_str()) => {
                self.advance()?;
                let mut args = Vec::new();
                if self.accept("(")? {
                    let (gt, no_in) = (std::mem::take(&mut self.no_gt), std::mem::take(&mut self.no_in));
                    args = self.expr_list(")")?;
                    self.expect(")")?;
                    (self.no_gt, self.no_in) = (gt, no_in);
                } else if name != "length" {
                    return self.unexpected();
                }
                let (min, max) = match name.as_str() {
                    "length" => (0, 1),
                    "substr" | "split" | "sub" | "gsub" => (2, 3),
                    "index" | "match" | "atan2" => (2, 2),
                    "rand" | "systime" => (0, 0),
                    "srand" | "fflush" => (0, 1),
                    "sprintf" => (1, usize::MAX),
                    "strftime" => (0, 3),
                    _ => (1, 1),
                };
                if args.len() < min || args.len() > max {
                    return self.fail("Too few arguments");
                }
                self.asks |= matches!(name.as_str(), "system" | "close");
                Expr::Builtin(name, args)
            }
            Tok::Name(name) if !KEYWORDS.contains(&name.as_str()) => {
                self.advance()?;
                let place = self.place(&name);
                if self.accept("[")? {
                    let (gt, no_in) = (std::mem::take(&mut self.no_gt), std::mem::take(&mut self.no_in));
                    let index = self.expr_list("]")?;
                    self.expect("]")?;
                    (self.no_gt, self.no_in) = (gt, no_in);
                    Expr::Index(place, index)
                } else {
                    Expr::Var(place)
                }
            }
            _ => return self.unexpected(),
        };
        self.depth -= 1;
        Ok(out)
    }
}
