//! Regular expressions: POSIX's, basic and extended, for grep, sed, awk, expr and `=~`, and Go's for the patterns of schemas.
//! Matching backtracks within a budget of steps; beyond it there is no match.

mod error;

use std::sync::Arc;

use super::Order as _;
use crate::base::List as _;
pub use error::RegexError;
use error::Why;

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Regex {
    nodes: Vec<Node>,
    start: usize,
    groups: usize,
    fold: bool,
    /// Whether the longest match counts, as POSIX has it, and there may be a longer one than the first that is found.
    longest: bool,
    /// Whether nothing in it refers to what was matched before.
    forgets: bool,
    /// A text every match starts with, where there is one.
    literal: Option<char>,
    anchored: bool,
}

/// Where a match lies, and its groups (the first is the whole).
#[derive(Debug, Clone)]
pub struct Match {
    /// Byte ranges.
    pub groups: Vec<Option<(usize, usize)>>,
}

impl Match {
    /// The whole match.
    pub fn range(&self) -> (usize, usize) {
        self.groups[0].unwrap_or((0, 0))
    }
}

#[derive(Debug, Clone)]
enum Node {
    Char(char),
    Any,
    /// Shared, since a repetition is a node for each time.
    Class(bool, Arc<[(char, char)]>),
    Start,
    End,
    LineStart,
    LineEnd,
    WordStart,
    WordEnd,
    Boundary(bool),
    Save(usize),
    Split(usize, usize),
    Jump(usize),
    Back(usize),
    /// Stops an empty loop: passes only if text was consumed since the slot was set.
    Mark(usize),
    Progress(usize),
    Match,
}

#[derive(Debug)]
enum Ast {
    Empty,
    Node(Node),
    Cat(Vec<Ast>),
    Alt(Vec<Ast>),
    Group(Box<Ast>, usize),
    /// How often at least and at most, and whether the fewest are tried first.
    Repeat(Box<Ast>, u32, Option<u32>, bool),
}

const NODES_MAX: usize = 20_000;
const STEPS_MAX: u32 = 400_000;
/// After so many steps of one search it is written down what was tried, if that takes no more bits than this.
const STEPS_PLAIN: u32 = 10_000;
const TRIED_MAX: usize = 1 << 25;
/// How many steps are taken to look for a longer match than the first.
const STEPS_LONGER: u32 = 50_000;
/// How often Go lets something be repeated.
const GO_REPEAT_MAX: u32 = 1000;

impl Regex {
    /// Compiles a POSIX expression.
    pub fn new(text: &str, extended: bool, fold: bool) -> Result<Regex, RegexError> {
        Self::compile(text, extended, fold, false)
    }

    /// Compiles an expression in Go's syntax (RE2), of which of the classes by Unicode property few are known.
    pub fn go(text: &str) -> Result<Regex, RegexError> {
        Self::compile(text, true, false, true)
    }

    fn compile(text: &str, extended: bool, fold: bool, go: bool) -> Result<Regex, RegexError> {
        let chars: Vec<char> = text.chars().list();
        let mut p = Parser { c: &chars, at: 0, extended, go, groups: 1, depth: 0, flags: Flags::default() };
        if chars.len() > 10_000 {
            return Err(p.whole(Why::TooBig));
        }
        let ast = p.alternatives()?;
        if p.at < chars.len() {
            return Err(p.whole(Why::Close));
        }
        let groups = p.groups;
        let mut re = Regex { nodes: Vec::new(), start: 0, groups, fold, longest: false, forgets: true, literal: None, anchored: false };
        re.emit(&Ast::Group(Box::new(ast), 0), &mut 0).ok_or_else(|| p.whole(Why::TooBig))?;
        re.nodes.push(Node::Match);
        re.forgets = !re.nodes.iter().any(|n| matches!(n, Node::Back(_)));
        // A single repetition takes the most first; two choices (or alternatives, which jump) may find something shorter first.
        let choices: i32 = re
            .nodes
            .iter()
            .map(|n| match n {
                Node::Split(..) | Node::Jump(_) => 1,
                Node::Mark(_) => -1,
                _ => 0,
            })
            .sum();
        re.longest = !go && choices > 1;
        if !fold && let Some(Node::Char(c)) = re.nodes.get(1) {
            re.literal = Some(*c);
        }
        re.anchored = matches!(re.nodes.get(1), Some(Node::Start));
        Ok(re)
    }

    fn emit(&mut self, ast: &Ast, marks: &mut usize) -> Option<()> {
        if self.nodes.len() > NODES_MAX {
            return None;
        }
        match ast {
            Ast::Empty => {}
            Ast::Node(n) => self.nodes.push(n.clone()),
            Ast::Cat(list) => {
                for a in list {
                    self.emit(a, marks)?;
                }
            }
            Ast::Alt(list) => {
                let mut jumps = Vec::new();
                for (i, a) in list.iter().enumerate() {
                    if i + 1 < list.len() {
                        let split = self.nodes.len();
                        self.nodes.push(Node::Split(split + 1, 0));
                        self.emit(a, marks)?;
                        jumps.push(self.nodes.len());
                        self.nodes.push(Node::Jump(0));
                        self.nodes[split] = Node::Split(split + 1, self.nodes.len());
                    } else {
                        self.emit(a, marks)?;
                    }
                }
                let end = self.nodes.len();
                for j in jumps {
                    self.nodes[j] = Node::Jump(end);
                }
            }
            Ast::Group(a, n) => {
                self.nodes.push(Node::Save(n * 2));
                self.emit(a, marks)?;
                self.nodes.push(Node::Save(n * 2 + 1));
            }
            Ast::Repeat(a, min, max, lazy) => {
                let split = |on: usize, out: usize| if *lazy { Node::Split(out, on) } else { Node::Split(on, out) };
                for _ in 0..*min {
                    self.emit(a, marks)?;
                }
                match max {
                    None => {
                        let mark = *marks;
                        *marks += 1;
                        let head = self.nodes.len();
                        self.nodes.push(Node::Split(0, 0));
                        self.nodes.push(Node::Mark(mark));
                        self.emit(a, marks)?;
                        self.nodes.push(Node::Progress(mark));
                        self.nodes.push(Node::Jump(head));
                        self.nodes[head] = split(head + 1, self.nodes.len());
                    }
                    Some(max) => {
                        let mut splits = Vec::new();
                        for _ in *min..*max {
                            splits.push(self.nodes.len());
                            self.nodes.push(Node::Split(0, 0));
                            self.emit(a, marks)?;
                        }
                        let end = self.nodes.len();
                        for s in splits {
                            self.nodes[s] = split(s + 1, end);
                        }
                    }
                }
            }
        }
        Some(())
    }

    /// Whether it matches anywhere.
    pub fn is_match(&self, text: &str) -> bool {
        self.find_at(text, 0).is_some()
    }

    /// The first match at or after a byte position: of those that start first the longest (in Go's syntax, the one whose alternatives come first).
    pub fn find_at(&self, text: &str, from: usize) -> Option<Match> {
        self.find_within(text, from, &mut self.steps(text))
    }

    /// How many steps a search through a text may take.
    pub fn steps(&self, text: &str) -> u32 {
        STEPS_MAX.saturating_add(u32::try_from(text.len()).unwrap_or(u32::MAX).saturating_mul(16))
    }

    /// How large it is when compiled.
    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    /// The same within what is left of a budget of steps.
    pub fn find_within(&self, text: &str, from: usize, steps: &mut u32) -> Option<Match> {
        let mut at = from;
        let mut search = Search { slots: vec![None; self.groups * 2], tried: Vec::new(), plain: STEPS_PLAIN };
        loop {
            if let Some(c) = self.literal {
                at += text.get(at..)?.find(c)?;
            }
            if let Some(m) = self.match_here(text, at, steps, &mut search) {
                return Some(m);
            }
            if self.anchored || *steps == 0 {
                return None;
            }
            at += text.get(at..)?.chars().next()?.len_utf8();
        }
    }

    // From wherever a match starts, what failed at a place in a text fails there again, and what led to a match leads to no longer one; so
    // where that depends on nothing else, each place is tried once for each node, and there is no more than that to do.
    fn match_here(&self, text: &str, at: usize, steps: &mut u32, search: &mut Search) -> Option<Match> {
        let Search { slots, tried, plain } = search;
        let mut marks: Vec<usize> = Vec::new();
        let mut best: Option<Match> = None;
        let mut floor = 0;
        // What to try when the present path fails.
        enum Undo {
            Try(usize, usize),
            Slot(usize, Option<usize>),
            Mark(usize, usize),
        }
        let mut stack: Vec<Undo> = Vec::new();
        let (mut pc, mut pos) = (self.start, at);
        let same = |a: char, b: char| a == b || (self.fold && a.to_lowercase().eq(b.to_lowercase()));
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
        'run: loop {
            *steps = steps.saturating_sub(1);
            *plain = plain.saturating_sub(1);
            if *steps <= floor || stack.len() > 200_000 {
                return best;
            }
            let next = text[pos..].chars().next();
            let ok = 'node: {
                match &self.nodes[pc] {
                    Node::Match => {
                        if best.as_ref().is_none_or(|b| b.range().1 < pos) {
                            best = Some(Match { groups: (0..self.groups).map(|g| Some((slots[g * 2]?, slots[g * 2 + 1]?))).list() });
                        }
                        if !self.longest || pos == text.len() {
                            return best;
                        }
                        floor = floor.max(steps.saturating_sub(STEPS_LONGER));
                        None
                    }
                    Node::Char(c) => next.filter(|n| same(*n, *c)),
                    Node::Any => next,
                    Node::Class(negated, ranges) => next.filter(|n| {
                        let inside = |c: char| ranges[..ranges.partition_point(|(a, _)| *a <= c)].last().is_some_and(|(_, z)| c <= *z);
                        let hit = inside(*n) || (self.fold && (n.to_lowercase().any(inside) || n.to_uppercase().any(inside)));
                        hit != *negated
                    }),
                    node => {
                        let before = || text[..pos].chars().next_back();
                        let pass = match node {
                            Node::Start => pos == 0,
                            Node::End => pos == text.len(),
                            Node::LineStart => before().is_none_or(|c| c == '\n'),
                            Node::LineEnd => next.is_none_or(|c| c == '\n'),
                            Node::WordStart => !word(before()) && word(next),
                            Node::WordEnd => word(before()) && !word(next),
                            Node::Boundary(yes) => (word(before()) != word(next)) == *yes,
                            Node::Save(n) => {
                                stack.push(Undo::Slot(*n, slots[*n]));
                                slots[*n] = Some(pos);
                                true
                            }
                            Node::Mark(n) => {
                                if marks.len() <= *n {
                                    marks.resize(*n + 1, usize::MAX);
                                }
                                stack.push(Undo::Mark(*n, marks[*n]));
                                marks[*n] = pos;
                                true
                            }
                            Node::Progress(n) => marks.get(*n) != Some(&pos),
                            Node::Split(a, b) => {
                                if *plain == 0 && self.forgets && self.nodes.len().saturating_mul(text.len() + 1) <= TRIED_MAX {
                                    tried.resize(self.nodes.len() * (text.len() + 1) / 64 + 1, 0);
                                    let bit = pos * self.nodes.len() + pc;
                                    let word = &mut tried[bit / 64];
                                    if *word & (1 << (bit % 64)) != 0 {
                                        break 'node None;
                                    }
                                    *word |= 1 << (bit % 64);
                                }
                                stack.push(Undo::Try(*b, pos));
                                pc = *a;
                                continue 'run;
                            }
                            Node::Jump(to) => {
                                pc = *to;
                                continue 'run;
                            }
                            Node::Back(n) => match (slots.get(n * 2).copied().flatten(), slots.get(n * 2 + 1).copied().flatten()) {
                                (Some(a), Some(z)) if text[pos..].starts_with(&text[a..z]) => {
                                    pos += z - a;
                                    true
                                }
                                _ => false,
                            },
                            _ => false,
                        };
                        if pass {
                            pc += 1;
                            continue 'run;
                        }
                        None
                    }
                }
            };
            if let Some(c) = ok {
                pos += c.len_utf8();
                pc += 1;
                continue;
            }
            loop {
                match stack.pop() {
                    Some(Undo::Try(p, at)) => {
                        pc = p;
                        pos = at;
                        break;
                    }
                    Some(Undo::Slot(n, old)) => slots[n] = old,
                    Some(Undo::Mark(n, old)) => marks[n] = old,
                    None => return best,
                }
            }
        }
    }
}

/// What one search goes on with from one start to the next.
struct Search {
    /// Where groups start and end: all empty again once a start has failed.
    slots: Vec<Option<usize>>,
    /// What was tried where, a bit each.
    tried: Vec<u64>,
    /// Steps until that is written down.
    plain: u32,
}

/// Go's flags, as they are at a place in an expression.
#[derive(Clone, Copy, Default)]
struct Flags {
    fold: bool,
    lines: bool,
    dot_all: bool,
    ungreedy: bool,
}

struct Parser<'a> {
    c: &'a [char],
    at: usize,
    extended: bool,
    go: bool,
    groups: usize,
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
        "xdigit" => &[('0', '9'), ('a', 'f'), ('A', 'F')],
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

impl Parser<'_> {
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
    fn whole(&self, why: Why) -> RegexError {
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
                    let min = self.number();
                    let max = if self.peek(0) == Some(',') {
                        self.at += 1;
                        self.number().map(Some).unwrap_or(None)
                    } else {
                        min
                    };
                    let open = max.is_none();
                    let closed = self.operator('}');
                    self.skip_operator();
                    let min = min.unwrap_or(0);
                    let most = if self.go { GO_REPEAT_MAX } else { 255 };
                    if !closed || min > most || max.is_some_and(|m| m > most || m < min) {
                        return Err(self.wrong(Why::Count, from));
                    }
                    (min, if open { None } else { max })
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
            let cases = |(a, z): &(char, char)| (*a..=*z).take(128).flat_map(|c| c.to_lowercase().chain(c.to_uppercase())).list();
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
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'f' => '\u{c}',
            'v' => '\u{b}',
            'a' => '\u{7}',
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
            e if e.is_ascii_alphanumeric() => return Err(self.wrong(Why::Escape, from)),
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
    fn member(&mut self, open: usize) -> Result<Result<char, Vec<(char, char)>>, RegexError> {
        let from = self.at;
        let a = self.peek(0).ok_or_else(|| self.rest(Why::Bracket, open))?;
        let next = self.peek(1);
        self.at += 1;
        if a == '[' && next == Some(':') {
            let end = (from + 2..self.c.len()).find(|i| self.c[*i] == ':' && self.c.get(i + 1) == Some(&']'));
            if let Some(end) = end {
                self.at = end + 2;
                let name: String = self.c[from + 2..end].iter().collect();
                return Ok(Err(posix_class(&name).ok_or_else(|| self.wrong(Why::ClassName, from))?.to_vec()));
            }
            if !self.go {
                return Err(self.rest(Why::Bracket, open));
            }
        }
        let Some(e) = next.filter(|e| a == '\\' && (self.go || "nt\\sdw".contains(*e))) else { return Ok(Ok(a)) };
        self.at += 1;
        if matches!(e, 'p' | 'P') && self.go {
            let (negated, set) = self.unicode_class(e, from)?;
            return Ok(Err(if negated { complement(set) } else { set.to_vec() }));
        }
        Ok(match (perl_class(e), e) {
            (Some((false, set)), _) => Err(set.to_vec()),
            (Some((true, set)), _) => Err(complement(set)),
            (None, 'n') => Ok('\n'),
            (None, 't') => Ok('\t'),
            _ if self.go => Ok(self.go_escape(e, from)?),
            _ => Ok(e),
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
                Err(set) => ranges.extend(set),
                Ok(a) if self.peek(0) == Some('-') && self.peek(1).is_some_and(|z| z != ']') => {
                    self.at += 1;
                    let z = self.member(open)?.ok().filter(|z| a <= *z);
                    ranges.push((a, z.ok_or_else(|| self.wrong(Why::Range, from))?));
                }
                Ok(a) => ranges.push((a, a)),
            }
        }
        self.at += 1;
        Ok(self.set(negated, ranges))
    }
}

mod unicode;

#[cfg(test)]
mod tests;
