//! What an expression says: POSIX's syntaxes and Go's, read into a tree.

use super::error::{RegexError, Why};
use super::{Node, unicode};
use crate::base::{List as _, Order as _, case, text};

/// An expression as a tree.
#[derive(Debug)]
pub(super) enum Ast {
    Empty,
    Node(Node),
    Cat(Vec<Ast>),
    Alt(Vec<Ast>),
    Group(Box<Ast>, usize),
    /// How often at least and at most, and whether the fewest are tried first.
    Repeat(Box<Ast>, u32, Option<u32>, bool),
}

/// How an expression is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Syntax {
    /// POSIX's basic syntax: most operators stand behind a backslash.
    #[default]
    Basic,
    /// POSIX's extended syntax.
    Extended,
    /// Go's (RE2).
    Go,
}

/// What stands within brackets.
enum Member {
    Char(char),
    Set(Vec<(char, char)>),
}

/// How many characters an expression may have.
const LENGTH_MAX: usize = 10_000;
/// How often Go lets something be repeated.
const GO_REPEAT_MAX: u32 = 1000;

/// Go's flags, as they are at a place in an expression.
#[derive(Clone, Copy, Default)]
struct Flags {
    fold: bool,
    lines: bool,
    dot_all: bool,
    ungreedy: bool,
}

/// Reads an expression.
pub(super) struct Parser<'a> {
    c: &'a [char],
    at: usize,
    extended: bool,
    go: bool,
    pub(super) groups: usize,
    depth: u32,
    flags: Flags,
}

/// The characters of a POSIX class such as `alpha`.
pub fn posix_class(name: &str) -> Option<&'static [(char, char)]> {
    Some(match name {
        "alpha" => &[('a', 'z'), ('A', 'Z')],
        "digit" => &[('0', '9')],
        "alnum" => &[('a', 'z'), ('A', 'Z'), ('0', '9')],
        "word" => &[('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')],
        "upper" => &[('A', 'Z')],
        "lower" => &[('a', 'z')],
        "space" => &[(' ', ' '), ('\t', '\r')],
        "blank" => &[(' ', ' '), ('\t', '\t')],
        "punct" => &[('!', '/'), (':', '@'), ('[', '`'), ('{', '~')],
        "print" => &[(' ', '~')],
        "graph" => &[('!', '~')],
        "cntrl" => &[('\0', '\x1f'), ('\x7f', '\x7f')],
        "xdigit" => &[('0', '9'), ('A', 'F'), ('a', 'f')],
        _ => return None,
    })
}

/// All characters but these.
fn complement(set: &[(char, char)]) -> Vec<(char, char)> {
    let mut sorted: Vec<(u32, u32)> = set.iter().map(|(a, z)| (u32::from(*a), u32::from(*z))).list();
    sorted.order();
    let mut next = 0;
    let mut rest = Vec::new();
    for (a, z) in sorted {
        rest.extend(char::from_u32(next).zip(a.checked_sub(1).and_then(char::from_u32)).filter(|(from, to)| from <= to));
        next = z + 1;
    }
    rest.extend(char::from_u32(next).map(|from| (from, char::MAX)));
    rest
}

/// The class behind a backslash, and whether it is what is not in it.
fn perl_class(letter: char) -> Option<(bool, &'static [(char, char)])> {
    let name = match letter.to_ascii_lowercase() {
        'w' => "word",
        's' => "space",
        'd' => "digit",
        _ => return None,
    };
    Some((letter.is_ascii_uppercase(), posix_class(name)?))
}

/// Whether repetitions, one within the other, come to no more than this many.
fn repeats_within(ast: &Ast, most: u32) -> bool {
    match ast {
        Ast::Repeat(_, _, Some(0), _) => true,
        Ast::Repeat(inner, min, max, _) => {
            let times = max.unwrap_or(*min);
            times <= most && repeats_within(inner, most / times.max(1))
        }
        Ast::Cat(list) | Ast::Alt(list) => list.iter().all(|a| repeats_within(a, most)),
        Ast::Group(inner, _) => repeats_within(inner, most),
        Ast::Empty | Ast::Node(_) => true,
    }
}

impl<'a> Parser<'a> {
    pub(super) fn new(c: &'a [char], syntax: Syntax) -> Self {
        let (extended, go) = (syntax != Syntax::Basic, syntax == Syntax::Go);
        Parser { c, at: 0, extended, go, groups: 1, depth: 0, flags: Flags::default() }
    }

    /// Reads the whole expression.
    pub(super) fn parse(&mut self) -> Result<Ast, RegexError> {
        if self.c.len() > LENGTH_MAX {
            return Err(self.whole(Why::TooBig));
        }
        let ast = self.alternatives()?;
        if self.at < self.c.len() {
            return Err(self.whole(Why::Close));
        }
        Ok(ast)
    }

    fn peek(&self, n: usize) -> Option<char> {
        self.c.get(self.at + n).copied()
    }
    /// Whether an operator stands here: bare in extended syntax, behind a backslash in basic.
    fn operator(&self, op: char) -> bool {
        if self.extended { self.peek(0) == Some(op) } else { self.peek(0) == Some('\\') && self.peek(1) == Some(op) }
    }
    fn skip_operator(&mut self) {
        self.at += if self.extended { 1 } else { 2 };
    }
    /// An error in what was read since a place.
    fn wrong(&self, why: Why, from: usize) -> RegexError {
        RegexError { why, part: self.c[from..self.at.min(self.c.len())].iter().collect() }
    }
    /// An error in all of it.
    pub(super) fn whole(&self, why: Why) -> RegexError {
        self.rest(why, 0)
    }
    /// An error in all from a place on.
    fn rest(&self, why: Why, from: usize) -> RegexError {
        RegexError { why, part: self.c[from..].iter().collect() }
    }

    fn alternatives(&mut self) -> Result<Ast, RegexError> {
        self.depth += 1;
        if self.depth > 50 {
            return Err(self.whole(Why::TooBig));
        }
        let mut list = vec![self.sequence()?];
        while self.operator('|') {
            self.skip_operator();
            list.push(self.sequence()?);
        }
        self.depth -= 1;
        Ok(if list.len() == 1 { list.remove(0) } else { Ast::Alt(list) })
    }

    fn sequence(&mut self) -> Result<Ast, RegexError> {
        let mut list = Vec::new();
        while self.at < self.c.len() {
            if self.operator('|') || (self.operator(')') && (self.depth > 1 || self.go || !self.extended)) {
                break;
            }
            let start = list.is_empty();
            let atom = self.atom(start)?;
            let atom = self.repeated(atom)?;
            list.push(atom);
        }
        Ok(if list.is_empty() { Ast::Empty } else { Ast::Cat(list) })
    }

    fn repeated(&mut self, mut atom: Ast) -> Result<Ast, RegexError> {
        let (mut times, mut before) = (0, self.at);
        loop {
            let from = self.at;
            let (min, max) = match self.peek(0) {
                Some('*') => {
                    self.at += 1;
                    (0, None)
                }
                _ if self.operator('+') => {
                    self.skip_operator();
                    (1, None)
                }
                _ if self.operator('?') => {
                    self.skip_operator();
                    (0, Some(1))
                }
                _ if self.operator('{') && self.is_count() => {
                    self.skip_operator();
                    let (min, is_range) = (self.number(), self.peek(0) == Some(','));
                    self.at += usize::from(is_range);
                    let max = if is_range { self.number() } else { min };
                    let closed = self.operator('}');
                    self.skip_operator();
                    let is_nothing = min.is_none() && !is_range;
                    let min = min.unwrap_or(0);
                    let most = if self.go { GO_REPEAT_MAX } else { 255 };
                    if !closed || is_nothing || min > most || max.is_some_and(|m| m > most || m < min) {
                        return Err(self.wrong(Why::Count, from));
                    }
                    (min, max)
                }
                _ => return Ok(atom),
            };
            times += 1;
            let mut lazy = self.flags.ungreedy;
            if self.go && self.peek(0) == Some('?') {
                self.at += 1;
                lazy = !lazy;
            }
            if times > if self.go { 1 } else { 3 } {
                return Err(self.wrong(Why::Nested, before));
            }
            before = from;
            atom = Ast::Repeat(Box::new(atom), min, max, lazy);
            if self.go && !repeats_within(&atom, GO_REPEAT_MAX) {
                return Err(self.wrong(Why::Count, from));
            }
        }
    }

    /// Whether a brace opens a count; in Go's syntax it is a brace like any other character where it does not.
    fn is_count(&self) -> bool {
        if !self.go {
            return !self.extended || self.peek(1).is_some_and(|c| c.is_ascii_digit() || c == ',');
        }
        let rest = self.c.get(self.at + 1..).unwrap_or_default();
        let Some(end) = rest.iter().position(|c| *c == '}') else { return false };
        let mut parts = rest[..end].split(|c| *c == ',');
        let digits = |part: &[char]| part.iter().all(char::is_ascii_digit);
        parts.next().is_some_and(|p| !p.is_empty() && digits(p)) && parts.next().is_none_or(digits) && parts.next().is_none()
    }

    fn number(&mut self) -> Option<u32> {
        let start = self.at;
        while self.peek(0).is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        // What is too large to be read is too large.
        (self.at > start).then(|| self.c[start..self.at].iter().collect::<String>().parse().unwrap_or(u32::MAX))
    }

    fn atom(&mut self, start: bool) -> Result<Ast, RegexError> {
        let Some(c) = self.peek(0) else { return Ok(Ast::Empty) };
        if self.operator('(') {
            self.skip_operator();
            let outside = self.flags;
            let mut counted = true;
            if self.go && self.peek(0) == Some('?') {
                let named = self.c[self.at..].starts_with(&['?', 'P', '<']) || self.c[self.at..].starts_with(&['?', '<']);
                if named {
                    let from = self.at - 1;
                    let end = (self.at..self.c.len()).find(|i| self.c[*i] == '>').ok_or_else(|| self.rest(Why::GroupName, from))?;
                    let name = self.c[self.at..end].split(|c| *c == '<').nth(1).unwrap_or_default();
                    self.at = end + 1;
                    if name.is_empty() || !name.iter().all(|c| c.is_ascii_alphanumeric() || *c == '_') {
                        return Err(self.wrong(Why::GroupName, from));
                    }
                } else if self.set_flags()? {
                    // For the rest of what they stand in.
                    return Ok(Ast::Empty);
                }
                counted = named;
            }
            let n = self.groups;
            self.groups += usize::from(counted);
            let inner = self.alternatives()?;
            if !self.operator(')') {
                return Err(self.whole(Why::Open));
            }
            self.skip_operator();
            self.flags = outside;
            return Ok(if counted { Ast::Group(Box::new(inner), n) } else { inner });
        }
        let from = self.at;
        self.at += 1;
        Ok(Ast::Node(match c {
            '.' if self.go && !self.flags.dot_all => Node::Class(true, [('\n', '\n')].into()),
            '.' => Node::Any,
            '[' => self.class()?,
            '^' if self.flags.lines => Node::LineStart,
            '$' if self.flags.lines => Node::LineEnd,
            '^' if self.extended || start => Node::Start,
            '$' if self.extended || self.at == self.c.len() || (self.peek(0) == Some('\\') && matches!(self.peek(1), Some(')' | '|'))) => {
                Node::End
            }
            '*' if self.extended && start => return Err(self.wrong(Why::Nothing, from)),
            '+' | '?' if self.go && start => return Err(self.wrong(Why::Nothing, from)),
            '\\' => {
                let Some(e) = self.peek(0) else { return Err(self.wrong(Why::Backslash, self.at)) };
                self.at += 1;
                match e {
                    'w' | 'W' | 's' | 'S' | 'd' => {
                        let (negated, ranges) = perl_class(e).unwrap_or_default();
                        self.set(negated, ranges.to_vec())
                    }
                    'D' if self.go => Node::Class(true, [('0', '9')].into()),
                    'A' if self.go => Node::Start,
                    'z' if self.go => Node::End,
                    'p' | 'P' if self.go => {
                        let (negated, ranges) = self.unicode_class(e, from)?;
                        self.set(negated, ranges.to_vec())
                    }
                    '1'..='9' if self.go => return Err(self.wrong(Why::Escape, from)),
                    '1'..='9' => Node::Back(e as usize - '0' as usize),
                    '<' if !self.go => Node::WordStart,
                    '>' if !self.go => Node::WordEnd,
                    'b' => Node::Boundary(true),
                    'B' => Node::Boundary(false),
                    e if self.go => {
                        let c = self.go_escape(e, from)?;
                        self.char(c)
                    }
                    'n' => Node::Char('\n'),
                    'r' => Node::Char('\r'),
                    't' => Node::Char('\t'),
                    other => Node::Char(other),
                }
            }
            other => self.char(other),
        }))
    }

    /// Reads `?flags)` or `?flags:`; true for the former, which opens no group.
    fn set_flags(&mut self) -> Result<bool, RegexError> {
        let start = self.at;
        self.at += 1;
        let (mut flags, mut on, mut some) = (self.flags, true, false);
        loop {
            let c = self.peek(0).ok_or_else(|| self.whole(Why::Open))?;
            self.at += 1;
            let flag = match c {
                'i' => &mut flags.fold,
                'm' => &mut flags.lines,
                's' => &mut flags.dot_all,
                'U' => &mut flags.ungreedy,
                '-' if on => {
                    (on, some) = (false, false);
                    continue;
                }
                ':' | ')' if on || some => {
                    self.flags = flags;
                    return Ok(c == ')');
                }
                _ => return Err(self.wrong(Why::Perl, start - 1)),
            };
            *flag = on;
            some = true;
        }
    }

    /// A character, in either case where case does not matter.
    fn char(&self, c: char) -> Node {
        if self.flags.fold && c.is_alphabetic() { self.set(false, vec![(c, c)]) } else { Node::Char(c) }
    }

    /// A class, its ranges in order and none touching another.
    fn set(&self, negated: bool, mut ranges: Vec<(char, char)>) -> Node {
        if self.flags.fold {
            let cases = |(a, z): &(char, char)| (*a..=*z).take(128).flat_map(|c| [case::lower(c), case::upper(c)]).list();
            let more: Vec<char> = ranges.iter().flat_map(cases).list();
            ranges.extend(more.into_iter().map(|c| (c, c)));
        }
        ranges.order();
        ranges.dedup_by(|next, kept| {
            let within = next.0 <= kept.1;
            if within {
                kept.1 = kept.1.max(next.1);
            }
            within
        });
        Node::Class(negated, ranges.into())
    }

    /// What stands behind a backslash in Go's syntax, where it is one character. The backslash is at `from`.
    fn go_escape(&mut self, e: char, from: usize) -> Result<char, RegexError> {
        Ok(match e {
            'x' => {
                let braces = self.peek(0) == Some('{');
                self.at += usize::from(braces);
                let rest = &self.c[self.at..];
                let digits = if braces { rest.iter().position(|c| *c == '}').unwrap_or(rest.len()) } else { 2.min(rest.len()) };
                let code = rest[..digits].iter().try_fold(0u32, |n, c| n.checked_mul(16)?.checked_add(c.to_digit(16)?));
                let complete = if braces { (1..rest.len()).contains(&digits) } else { digits == 2 };
                self.at += digits + usize::from(braces);
                code.filter(|_| complete).and_then(char::from_u32).ok_or_else(|| self.wrong(Why::Escape, from))?
            }
            // A `b` is a word's boundary.
            e if e.is_ascii_alphanumeric() => text::control_of(e).filter(|_| e != 'b').ok_or_else(|| self.wrong(Why::Escape, from))?,
            e => e,
        })
    }

    /// What stands behind `\p`, or `\P` for what is not in it: a letter, or a name in braces. The backslash is at `from`.
    fn unicode_class(&mut self, letter: char, from: usize) -> Result<(bool, &'static [(char, char)]), RegexError> {
        let rest = &self.c[self.at..];
        let end = match rest.first() {
            Some('{') => rest.iter().position(|c| *c == '}').ok_or_else(|| self.rest(Why::ClassName, from))?,
            _ => 0,
        };
        let name: String = rest.iter().take(end + 1).filter(|c| !"{}".contains(**c)).collect();
        self.at += end + 1;
        let (inverse, name) = name.strip_prefix('^').map_or((false, name.as_str()), |name| (true, name));
        let set = unicode::class(name).ok_or_else(|| self.wrong(Why::ClassName, from))?;
        Ok(((letter == 'P') != inverse, set))
    }

    /// What stands next within brackets: a character, or a set of them.
    fn member(&mut self, open: usize) -> Result<Member, RegexError> {
        let from = self.at;
        let a = self.peek(0).ok_or_else(|| self.rest(Why::Bracket, open))?;
        let next = self.peek(1);
        self.at += 1;
        if a == '[' && next == Some(':') {
            let end = (from + 2..self.c.len()).find(|i| self.c[*i] == ':' && self.c.get(i + 1) == Some(&']'));
            if let Some(end) = end {
                self.at = end + 2;
                let name: String = self.c[from + 2..end].iter().collect();
                return Ok(Member::Set(posix_class(&name).ok_or_else(|| self.wrong(Why::ClassName, from))?.to_vec()));
            }
            if !self.go {
                return Err(self.rest(Why::Bracket, open));
            }
        }
        let Some(e) = next.filter(|e| a == '\\' && (self.go || "nrt\\sdw".contains(*e))) else { return Ok(Member::Char(a)) };
        self.at += 1;
        if matches!(e, 'p' | 'P') && self.go {
            let (negated, set) = self.unicode_class(e, from)?;
            return Ok(Member::Set(if negated { complement(set) } else { set.to_vec() }));
        }
        Ok(match (perl_class(e), e) {
            (Some((false, set)), _) => Member::Set(set.to_vec()),
            (Some((true, set)), _) => Member::Set(complement(set)),
            (None, 'n') => Member::Char('\n'),
            (None, 'r') => Member::Char('\r'),
            (None, 't') => Member::Char('\t'),
            _ if self.go => Member::Char(self.go_escape(e, from)?),
            _ => Member::Char(e),
        })
    }

    fn class(&mut self) -> Result<Node, RegexError> {
        let open = self.at - 1;
        let negated = self.peek(0) == Some('^');
        self.at += usize::from(negated);
        let mut ranges = Vec::new();
        let first = self.at;
        while self.peek(0) != Some(']') || self.at == first {
            let from = self.at;
            match self.member(open)? {
                Member::Set(set) => ranges.extend(set),
                Member::Char(a) if self.peek(0) == Some('-') && self.peek(1).is_some_and(|z| z != ']') => {
                    self.at += 1;
                    match self.member(open)? {
                        Member::Char(z) if a <= z => ranges.push((a, z)),
                        _ => return Err(self.wrong(Why::Range, from)),
                    }
                }
                Member::Char(a) => ranges.push((a, a)),
            }
        }
        self.at += 1;
        Ok(self.set(negated, ranges))
    }
}
