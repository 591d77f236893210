//! Shell arithmetic: 64-bit integers, C's operators, variables by name, arrays' items by their key.

use super::Key;
use super::parse::Dialect;

/// Where the variables live.
pub trait Vars {
    /// The text of a variable, or of an array's item; `None` where it is unset.
    fn get(&mut self, name: &str, key: Option<&Key>) -> Option<String>;
    /// Sets a variable or an array's item.
    fn set(&mut self, name: &str, key: Option<Key>, value: i64);
    /// Whether there are C's operators alone, less `++`, `--` and the comma.
    fn is_plain(&self) -> bool;
    /// Whether the keys of this are words.
    fn is_associative(&self, name: &str) -> bool;
}

/// Why an expression has no value, as busybox says it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.of_busybox())]
pub struct ArithError {
    wrong: Wrong,
    /// The expression, and from where on it is wrong.
    text: String,
    at: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Operand,
    Operator,
    Rest,
    Bracket,
    Colon,
    Subscript,
    Base,
    Exponent,
    Division,
    Recursion,
    /// The text is a variable's, and dash takes nothing but a number there.
    Number,
}

impl ArithError {
    fn of_busybox(&self) -> &'static str {
        match self.wrong {
            Wrong::Division => "divide by zero",
            Wrong::Recursion => "expression recursion loop detected",
            Wrong::Exponent => "exponent less than 0",
            _ => "arithmetic syntax error",
        }
    }

    /// How a shell says it.
    pub fn said_by(&self, dialect: Dialect) -> String {
        match dialect {
            Dialect::Bash => self.in_bash(),
            Dialect::Busybox => self.to_string(),
            Dialect::Dash => self.in_dash(),
        }
    }

    fn in_dash(&self) -> String {
        let what = match self.wrong {
            Wrong::Number => return format!("Illegal number: {}", self.text),
            Wrong::Division => "division by zero",
            Wrong::Rest | Wrong::Operator => "expecting EOF",
            _ => "expecting primary",
        };
        format!("arithmetic expression: {what}: \"{}\"", self.text)
    }

    /// How bash says it.
    pub fn in_bash(&self) -> String {
        let what = match self.wrong {
            Wrong::Operand => "syntax error: operand expected",
            Wrong::Operator => "syntax error: invalid arithmetic operator",
            Wrong::Rest | Wrong::Number => "syntax error in expression",
            Wrong::Bracket => "missing `)'",
            Wrong::Colon => "`:' expected for conditional expression",
            Wrong::Subscript => "bad array subscript",
            Wrong::Base => "value too great for base",
            Wrong::Exponent => "exponent less than 0",
            Wrong::Division => "division by 0",
            Wrong::Recursion => "expression recursion level exceeded",
        };
        let token = self.text.get(self.at..).unwrap_or("");
        format!("{}: {what} (error token is \"{token}\")", self.text.trim_start())
    }
}

/// Evaluates an expression; an empty one is 0.
pub fn eval(text: &str, vars: &mut dyn Vars) -> Result<i64, ArithError> {
    let mut steps = STEPS_MAX;
    eval_within(text, vars, 0, &mut steps)
}

/// How deep an expression may nest, through brackets, signs and variables.
const NESTING_MAX: u32 = 100;
/// What a variable that holds an expression adds to that.
const VARIABLE_NESTS: u32 = 3;
/// How many values one evaluation may look at; long texts count for more.
const STEPS_MAX: usize = 200_000;

fn eval_within(text: &str, vars: &mut dyn Vars, nesting: u32, steps: &mut usize) -> Result<i64, ArithError> {
    let mut p = Eval { b: text.as_bytes(), text, pos: 0, token: 0, vars, nesting, steps, live: true };
    p.blanks();
    if p.pos >= p.b.len() {
        return Ok(0);
    }
    let v = p.comma()?;
    p.blanks();
    match p.b.get(p.pos) {
        None => Ok(v),
        Some(c) if c.is_ascii_alphanumeric() || b"_()+-*/%<>=!&|^~?:,".contains(c) => Err(p.wrong(Wrong::Rest, p.pos)),
        Some(_) => Err(p.wrong(Wrong::Operator, p.pos)),
    }
}

struct Eval<'a> {
    text: &'a str,
    b: &'a [u8],
    pos: usize,
    /// Where what was read last begins.
    token: usize,
    vars: &'a mut dyn Vars,
    nesting: u32,
    steps: &'a mut usize,
    /// Off in the branch of `?:`, `&&` or `||` that is not taken: nothing is assigned there.
    live: bool,
}

/// Binary operators by how tightly they bind.
const BINARY: [&[&str]; 10] =
    [&["||"], &["&&"], &["|"], &["^"], &["&"], &["==", "!="], &["<=", ">=", "<", ">"], &["<<", ">>"], &["+", "-"], &["*", "/", "%"]];

impl Eval<'_> {
    fn wrong(&self, wrong: Wrong, at: usize) -> ArithError {
        ArithError { wrong, text: self.text.to_owned(), at }
    }

    /// Goes on behind what is here.
    fn take(&mut self, bytes: usize) {
        self.token = self.pos;
        self.pos += bytes;
    }

    fn deeper(&mut self) -> Result<(), ArithError> {
        self.nesting += 1;
        self.charge(1)?;
        if self.nesting > NESTING_MAX { Err(self.wrong(Wrong::Recursion, self.pos)) } else { Ok(()) }
    }

    fn charge(&mut self, by: usize) -> Result<(), ArithError> {
        *self.steps = self.steps.checked_sub(by).ok_or_else(|| self.wrong(Wrong::Recursion, self.pos))?;
        Ok(())
    }

    fn blanks(&mut self) {
        while self.b.get(self.pos).is_some_and(u8::is_ascii_whitespace) {
            self.pos += 1;
        }
    }

    fn accept(&mut self, op: &str) -> bool {
        self.blanks();
        let yes = self.b[self.pos..].starts_with(op.as_bytes());
        if yes {
            self.take(op.len());
        }
        yes
    }

    fn comma(&mut self) -> Result<i64, ArithError> {
        let mut v = self.assign()?;
        while !self.vars.is_plain() && self.accept(",") {
            v = self.assign()?;
        }
        Ok(v)
    }

    /// A variable's name, and its key where it is an array's item.
    fn variable(&mut self) -> Result<Option<(String, Option<Key>)>, ArithError> {
        self.blanks();
        let rest = &self.b[self.pos..];
        if !rest.first().is_some_and(|c| c.is_ascii_alphabetic() || *c == b'_') {
            return Ok(None);
        }
        let n = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == b'_').count();
        let name = self.text[self.pos..self.pos + n].to_string();
        let start = self.pos;
        self.take(n);
        if self.b.get(self.pos) != Some(&b'[') {
            return Ok(Some((name, None)));
        }
        self.take(1);
        let key = if self.vars.is_associative(&name) {
            let (word, _) = self.text[self.pos..].split_once(']').ok_or_else(|| self.wrong(Wrong::Subscript, start))?;
            self.pos += word.len();
            Key::Word(word.into())
        } else {
            self.blanks();
            if self.pos == self.b.len() {
                return Err(self.wrong(Wrong::Subscript, start));
            }
            Key::Place(self.comma()?)
        };
        if self.accept("]") { Ok(Some((name, Some(key)))) } else { Err(self.wrong(Wrong::Subscript, start)) }
    }

    fn assign(&mut self) -> Result<i64, ArithError> {
        self.deeper()?;
        let (start, token) = (self.pos, self.token);
        if let Some((name, key)) = self.variable()? {
            self.blanks();
            let rest = &self.b[self.pos..];
            let op =
                ["<<=", ">>=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "="].into_iter().find(|o| rest.starts_with(o.as_bytes()));
            if let Some(op) = op
                && !(op == "=" && rest.get(1) == Some(&b'='))
            {
                self.take(op.len());
                let right = self.assign()?;
                let value = if op == "=" {
                    right
                } else {
                    let left = self.value(&name, key.as_ref())?;
                    self.binary(&op[..op.len() - 1], left, right)?
                };
                if self.live {
                    self.vars.set(&name, key, value);
                }
                self.nesting -= 1;
                return Ok(value);
            }
        }
        (self.pos, self.token) = (start, token);
        let v = self.ternary();
        self.nesting -= 1;
        v
    }

    fn ternary(&mut self) -> Result<i64, ArithError> {
        let cond = self.level(0)?;
        if !self.accept("?") {
            return Ok(cond);
        }
        let live = self.live;
        self.live = live && cond != 0;
        let yes = self.comma()?;
        if !self.accept(":") {
            return Err(self.wrong(Wrong::Colon, self.token));
        }
        self.live = live && cond == 0;
        self.deeper()?;
        let no = self.ternary()?;
        self.nesting -= 1;
        self.live = live;
        Ok(if cond != 0 { yes } else { no })
    }

    fn level(&mut self, n: usize) -> Result<i64, ArithError> {
        if n == BINARY.len() {
            return self.power();
        }
        let mut left = self.level(n + 1)?;
        loop {
            self.blanks();
            let rest = &self.b[self.pos..];
            let Some(op) = BINARY[n].iter().find(|o| rest.starts_with(o.as_bytes())) else { return Ok(left) };
            let after = rest.get(op.len()).copied();
            // A longer operator is not this one.
            if after == Some(b'=') && !matches!(*op, "==" | "!=" | "<=" | ">=")
                || op.len() == 1 && after == rest.first().copied() && matches!(rest[0], b'|' | b'&' | b'<' | b'>' | b'*')
            {
                return Ok(left);
            }
            self.take(op.len());
            let live = self.live;
            match *op {
                "&&" => {
                    self.live = live && left != 0;
                    let right = self.level(n + 1)?;
                    left = i64::from(left != 0 && right != 0);
                }
                "||" => {
                    self.live = live && left == 0;
                    let right = self.level(n + 1)?;
                    left = i64::from(left != 0 || right != 0);
                }
                _ => {
                    let right = self.level(n + 1)?;
                    left = self.binary(op, left, right)?;
                }
            }
            self.live = live;
        }
    }

    fn binary(&self, op: &str, a: i64, b: i64) -> Result<i64, ArithError> {
        Ok(match op {
            "|" => a | b,
            "^" => a ^ b,
            "&" => a & b,
            "==" => i64::from(a == b),
            "!=" => i64::from(a != b),
            "<=" => i64::from(a <= b),
            ">=" => i64::from(a >= b),
            "<" => i64::from(a < b),
            ">" => i64::from(a > b),
            "<<" => a.wrapping_shl(b as u32),
            ">>" => a.wrapping_shr(b as u32),
            "+" => a.wrapping_add(b),
            "-" => a.wrapping_sub(b),
            "*" => a.wrapping_mul(b),
            "/" | "%" if b == 0 => {
                if self.live {
                    return Err(self.wrong(Wrong::Division, self.token));
                }
                0
            }
            "/" => a.wrapping_div(b),
            _ => a.wrapping_rem(b),
        })
    }

    fn power(&mut self) -> Result<i64, ArithError> {
        let base = self.unary()?;
        self.blanks();
        if !self.vars.is_plain() && self.b[self.pos..].starts_with(b"**") {
            self.take(2);
            self.deeper()?;
            let exponent = self.power()?;
            self.nesting -= 1;
            if exponent < 0 && self.live {
                return Err(self.wrong(Wrong::Exponent, self.token));
            }
            return Ok(u32::try_from(exponent).map_or(0, |e| base.wrapping_pow(e)));
        }
        Ok(base)
    }

    fn unary(&mut self) -> Result<i64, ArithError> {
        self.deeper()?;
        self.blanks();
        let v = match (self.b.get(self.pos), self.b.get(self.pos + 1)) {
            (Some(b'+'), Some(b'+')) | (Some(b'-'), Some(b'-')) if !self.vars.is_plain() => {
                let by = if self.b[self.pos] == b'+' { 1 } else { -1 };
                self.take(2);
                match self.variable()? {
                    Some((name, key)) => {
                        let v = self.value(&name, key.as_ref())?.wrapping_add(by);
                        if self.live {
                            self.vars.set(&name, key, v);
                        }
                        v
                    }
                    None => self.unary()?,
                }
            }
            (Some(b'+'), _) => {
                self.take(1);
                self.unary()?
            }
            (Some(b'-'), _) => {
                self.take(1);
                self.unary()?.wrapping_neg()
            }
            (Some(b'!'), _) => {
                self.take(1);
                i64::from(self.unary()? == 0)
            }
            (Some(b'~'), _) => {
                self.take(1);
                !self.unary()?
            }
            _ => self.primary()?,
        };
        self.nesting -= 1;
        Ok(v)
    }

    fn primary(&mut self) -> Result<i64, ArithError> {
        if self.accept("(") {
            let v = self.comma()?;
            return if self.accept(")") { Ok(v) } else { Err(self.wrong(Wrong::Bracket, self.token)) };
        }
        if let Some((name, key)) = self.variable()? {
            let v = self.value(&name, key.as_ref())?;
            self.blanks();
            let by = match (self.b.get(self.pos), self.b.get(self.pos + 1)) {
                _ if self.vars.is_plain() => return Ok(v),
                (Some(b'+'), Some(b'+')) => 1,
                (Some(b'-'), Some(b'-')) => -1,
                _ => return Ok(v),
            };
            self.take(2);
            if self.live {
                self.vars.set(&name, key, v.wrapping_add(by));
            }
            return Ok(v);
        }
        let rest = &self.b[self.pos.min(self.b.len())..];
        let n = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || **c == b'#' || **c == b'_' || **c == b'@').count();
        if n == 0 {
            return Err(self.wrong(Wrong::Operand, if rest.is_empty() { self.token } else { self.pos }));
        }
        let v = number(&self.text[self.pos..self.pos + n]).ok_or_else(|| self.wrong(Wrong::Base, self.pos))?;
        self.take(n);
        Ok(v)
    }

    fn value(&mut self, name: &str, key: Option<&Key>) -> Result<i64, ArithError> {
        let Some(text) = self.vars.get(name, key).filter(|_| self.live) else { return Ok(0) };
        self.charge(text.len() / 16)?;
        let text = text.trim();
        if text.is_empty() {
            return Ok(0);
        }
        match number(text) {
            Some(v) => Ok(v),
            None if self.vars.is_plain() => Err(ArithError { wrong: Wrong::Number, text: text.to_owned(), at: 0 }),
            None => eval_within(text, self.vars, self.nesting + VARIABLE_NESTS, self.steps),
        }
    }
}

/// A number as C writes it: decimal, `0x`, octal, and bash's `base#digits`. One that is too large wraps around.
pub fn number(text: &str) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |d| (true, d));
    if !digits.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let (base, digits) = if let Some((base, digits)) = digits.split_once('#') {
        (base.parse().ok().filter(|b| (2..=64).contains(b))?, digits)
    } else if let Some(hex) = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        (16, hex)
    } else {
        (if digits.starts_with('0') { 8 } else { 10 }, digits)
    };
    let digit = |c: u8| match c {
        b'0'..=b'9' => Some(i64::from(c - b'0')),
        b'a'..=b'z' => Some(i64::from(c - b'a') + 10),
        // Beyond 36 the case of a letter counts.
        b'A'..=b'Z' => Some(i64::from(c - b'A') + if base > 36 { 36 } else { 10 }),
        b'@' => Some(62),
        b'_' => Some(63),
        _ => None,
    };
    if digits.is_empty() {
        return None;
    }
    let mut v = 0i64;
    for c in digits.bytes() {
        v = v.wrapping_mul(base).wrapping_add(digit(c).filter(|d| *d < base)?);
    }
    Some(if negative { v.wrapping_neg() } else { v })
}
