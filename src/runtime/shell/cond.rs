//! `test`, `[` and `[[`.

use super::super::fs::Kind;
use super::super::kernel::Kernel;
use super::super::process::Process;
use super::code::Cond;
use super::pattern::Pattern;
use super::{Expander, Shell, Stop};
use crate::base::List as _;
use crate::base::regex::{Regex, Syntax};

/// Evaluates the inside of `[[ ]]`.
pub fn evaluate(sh: &mut Shell, k: &mut Kernel, p: &mut Process, cond: &Cond) -> Result<bool, Stop> {
    let mut traced = String::new();
    let mark = if sh.opts.xtrace { sh.trace_mark() } else { String::new() };
    let mut e = Expander::new(sh, k, p);
    let yes = walk(&mut e, cond, &mut |words| {
        let words: Vec<&str> = words.iter().map(|w| if w.is_empty() { "''" } else { *w }).list();
        traced += &format!("{mark} [[ {} ]]\n", words.join(" "));
    })?;
    if !mark.is_empty() {
        let _ = k.put(p, 2, traced.as_bytes());
    }
    Ok(yes)
}

/// `trace` hears of every comparison that is made.
fn walk(e: &mut Expander<'_>, cond: &Cond, trace: &mut dyn FnMut(&[&str])) -> Result<bool, Stop> {
    Ok(match cond {
        Cond::Not(c) => !walk(e, c, &mut |words| trace(&[&["!"], words].concat()))?,
        Cond::And(list) | Cond::Or(list) => {
            let all = matches!(cond, Cond::And(_));
            for c in list {
                if walk(e, c, trace)? != all {
                    return Ok(!all);
                }
            }
            all
        }
        Cond::Word(w) => {
            let text = e.string(w)?;
            trace(&["-n", &text]);
            !text.is_empty()
        }
        Cond::Unary(op, w) => {
            let text = e.string(w)?;
            trace(&[op, &text]);
            match op.as_str() {
                "-v" => match e.item(&text)? {
                    Some((name, key)) => e.sh.element(name, key).is_some(),
                    None => e.sh.vars.contains_key(text.as_str()),
                },
                op => unary(e.k, e.p, op, &text).ok_or_else(|| Stop::Error(format!("{op}: unknown operand")))?,
            }
        }
        Cond::Binary(a, op, b) => {
            let left = e.string(a)?;
            match op.as_str() {
                "==" | "=" | "!=" => {
                    let pattern = e.pattern(b)?;
                    trace(&[&left, op, &pattern]);
                    Pattern::new(&pattern).matches(&left) == (op != "!=")
                }
                "=~" => {
                    let text = e.pattern(b)?;
                    trace(&[&left, op, &text]);
                    let Ok(re) = Regex::new(&text, Syntax::Extended) else {
                        return Err(Stop::Error(format!("{text}: invalid regular expression")));
                    };
                    match re.find(&left) {
                        Some(m) => {
                            let groups = m.groups.iter().map(|g| arcstr::ArcStr::from(g.map_or("", |(a, z)| &left[a..z])));
                            e.sh.put_array("BASH_REMATCH", groups);
                            true
                        }
                        None => false,
                    }
                }
                op => {
                    let right = e.string(b)?;
                    trace(&[&left, op, &right]);
                    match op {
                        "<" => return Ok(left < right),
                        ">" => return Ok(left > right),
                        _ => {}
                    }
                    if matches!(op, "-nt" | "-ot" | "-ef") {
                        return binary(e.k, e.p, &left, op, &right).map_err(|e| Stop::Error(e.to_string()));
                    }
                    let (x, y) = match (e.arith(&left), e.arith(&right)) {
                        (Ok(x), Ok(y)) => (x, y),
                        (Err(Stop::Error(text)), _) | (_, Err(Stop::Error(text))) => {
                            e.sh.complain(e.k, e.p, &format!("[[: {text}"));
                            return Ok(false);
                        }
                        (Err(stop), _) | (_, Err(stop)) => return Err(stop),
                    };
                    compare(op, x, y).ok_or_else(|| Stop::Error(format!("{op}: unknown operand")))?
                }
            }
        }
    })
}

fn compare(op: &str, x: i64, y: i64) -> Option<bool> {
    Some(match op {
        "-eq" => x == y,
        "-ne" => x != y,
        "-lt" => x < y,
        "-le" => x <= y,
        "-gt" => x > y,
        "-ge" => x >= y,
        _ => return None,
    })
}

pub const UNARY: [&str; 24] = [
    "-e", "-f", "-d", "-r", "-w", "-x", "-s", "-L", "-h", "-z", "-n", "-b", "-c", "-p", "-S", "-t", "-u", "-g", "-k", "-O", "-G", "-a",
    "-o", "-N",
];

fn unary(k: &Kernel, p: &Process, op: &str, text: &str) -> Option<bool> {
    let node = || k.fs.stat(&p.cwd, text).ok();
    Some(match op {
        "-z" => text.is_empty(),
        "-n" => !text.is_empty(),
        "-t" => text.trim().parse().is_ok_and(|fd| k.is_tty(p, fd)),
        "-L" | "-h" => k.fs.find(&p.cwd, text, false).is_ok_and(|f| f.node.is_some_and(|n| matches!(n.kind, Kind::Link(_)))),
        "-e" | "-a" => node().is_some(),
        "-f" => node().is_some_and(|n| matches!(n.kind, Kind::File { .. } | Kind::Program(_))),
        "-d" => node().is_some_and(|n| n.is_dir()),
        "-s" => node().is_some_and(|n| n.size() > 0),
        "-r" => node().is_some_and(|n| k.allows((p.uid, p.gid), n, 4)),
        "-w" => node().is_some_and(|n| k.allows((p.uid, p.gid), n, 2)),
        "-x" => node().is_some_and(|n| k.allows((p.uid, p.gid), n, 1)),
        "-c" => node().is_some_and(|n| matches!(n.kind, Kind::Device(_))),
        "-O" => node().is_some_and(|n| n.uid == p.uid),
        "-G" => node().is_some_and(|n| n.gid == p.gid),
        "-u" => node().is_some_and(|n| n.mode & 0o4000 != 0),
        "-g" => node().is_some_and(|n| n.mode & 0o2000 != 0),
        "-k" => node().is_some_and(|n| n.mode & 0o1000 != 0),
        "-b" | "-p" | "-S" | "-o" | "-N" => false,
        _ => return None,
    })
}

fn binary(k: &Kernel, p: &Process, left: &str, op: &str, right: &str) -> Result<bool, TestError> {
    let time = |t: &str| k.fs.stat(&p.cwd, t).ok().map(|n| n.mtime);
    Ok(match op {
        "=" | "==" => left == right,
        "!=" => left != right,
        "<" => left < right,
        ">" => left > right,
        "-nt" => time(left) > time(right),
        "-ot" => time(left) < time(right),
        "-ef" => k.fs.find(&p.cwd, left, true).map(|f| f.path).ok() == k.fs.find(&p.cwd, right, true).map(|f| f.path).ok(),
        _ => {
            let n = |t: &str| t.trim().parse::<i64>().map_err(|_| t.to_string());
            let parsed = n(left).and_then(|x| n(right).map(|y| (x, y)));
            let (x, y) = parsed.map_err(TestError::BadNumber)?;
            compare(op, x, y).unwrap_or(false)
        }
    })
}

const BINARY: [&str; 14] = ["=", "==", "!=", "<", ">", "-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-nt", "-ot", "-ef"];

/// What `test` complains of, in busybox's words: the text after the shell's name.
#[derive(Debug, thiserror::Error)]
pub enum TestError {
    /// Numbers are compared, and this is none.
    #[error("{0}: bad number")]
    BadNumber(String),
    /// This stands where an operator should.
    #[error("{0}: unknown operand")]
    UnknownOperand(String),
    /// Nothing stands behind this operator.
    #[error("{0}: argument expected")]
    NoArgument(String),
    /// There are more words than are looked at.
    #[error("{0}: too many arguments")]
    TooMany(String),
    /// A `[` that no `]` ends.
    #[error("missing ]")]
    NoBracket,
    /// Anything else.
    #[error("{0}")]
    Malformed(&'static str),
}

fn unknown(word: &str) -> TestError {
    TestError::UnknownOperand(word.to_owned())
}

/// `test` with its arguments; the name comes first.
pub fn test_command(k: &Kernel, p: &Process, argv: &[String]) -> Result<bool, TestError> {
    let mut args: Vec<&str> = argv[1..].iter().map(String::as_str).list();
    if argv[0].ends_with('[') && args.pop() != Some("]") {
        return Err(TestError::NoBracket);
    }
    if args.len() > 10_000 {
        return Err(TestError::TooMany(args[0].to_owned()));
    }
    // With few arguments their number decides, as POSIX has it.
    match args[..] {
        [] => return Ok(false),
        [a] => return Ok(!a.is_empty()),
        ["!", a] => return Ok(a.is_empty()),
        [op, a] => {
            return unary(k, p, op, a).ok_or_else(|| match k.is_gnu() {
                true => unknown(op),
                false if BINARY.contains(&a) => TestError::NoArgument(a.to_owned()),
                false => unknown(a),
            });
        }
        [a, op, b] if BINARY.contains(&op) => return binary(k, p, a, op, b),
        ["!", op, a] if UNARY.contains(&op) => return unary(k, p, op, a).map(|y| !y).ok_or_else(|| unknown(op)),
        ["!", a, op, b] if BINARY.contains(&op) => return binary(k, p, a, op, b).map(|y| !y),
        _ => {}
    }
    let mut t = Test { k, p, args: &args, at: 0, depth: 0 };
    let yes = t.or()?;
    match args.get(t.at) {
        None => Ok(yes),
        Some(extra) => Err(unknown(extra)),
    }
}

struct Test<'a> {
    k: &'a Kernel,
    p: &'a Process,
    args: &'a [&'a str],
    at: usize,
    depth: u32,
}

impl<'a> Test<'a> {
    fn peek(&self, n: usize) -> Option<&'a str> {
        self.args.get(self.at + n).copied()
    }
    fn or(&mut self) -> Result<bool, TestError> {
        let mut yes = self.and()?;
        while self.peek(0) == Some("-o") {
            self.at += 1;
            yes |= self.and()?;
        }
        Ok(yes)
    }
    fn and(&mut self) -> Result<bool, TestError> {
        let mut yes = self.not()?;
        while self.peek(0) == Some("-a") {
            self.at += 1;
            yes &= self.not()?;
        }
        Ok(yes)
    }
    fn not(&mut self) -> Result<bool, TestError> {
        self.depth += 1;
        if self.depth > 100 {
            return Err(TestError::Malformed("too deeply nested"));
        }
        let mut turn = false;
        while self.peek(0) == Some("!") && self.peek(1).is_some() {
            self.at += 1;
            turn = !turn;
        }
        let yes = self.primary()?;
        self.depth -= 1;
        Ok(yes != turn)
    }
    fn primary(&mut self) -> Result<bool, TestError> {
        let Some(a) = self.peek(0) else { return Err(TestError::Malformed("argument expected")) };
        if let (Some(op), Some(b)) = (self.peek(1), self.peek(2))
            && BINARY.contains(&op)
        {
            self.at += 3;
            return binary(self.k, self.p, a, op, b);
        }
        if a == "(" {
            self.at += 1;
            let yes = self.or()?;
            if self.peek(0) != Some(")") {
                return Err(TestError::Malformed("closing paren expected"));
            }
            self.at += 1;
            return Ok(yes);
        }
        if UNARY.contains(&a)
            && let Some(b) = self.peek(1)
        {
            self.at += 2;
            return unary(self.k, self.p, a, b).ok_or_else(|| unknown(a));
        }
        self.at += 1;
        Ok(!a.is_empty())
    }
}
