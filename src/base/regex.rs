//! Regular expressions: POSIX's, basic and extended, for grep, sed, awk, expr and `=~`, and Go's for the patterns of schemas.
//! Matching backtracks within a budget of steps; beyond it there is no match.

mod error;
mod parse;
mod unicode;

use std::sync::Arc;

use crate::base::List as _;
pub use error::RegexError;
use error::Why;
pub use parse::posix_class;
use parse::{Ast, Parser, Syntax};

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Regex {
    nodes: Vec<Node>,
    groups: usize,
    fold: bool,
    /// Whether the longest match counts, as POSIX has it, and there may be a longer one than the first that is found.
    longest: bool,
    /// Whether nothing in it refers to what was matched before.
    forgets: bool,
    /// The character that every match starts with, where there is one.
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

/// The matches in a text, each looked for when it is asked for.
#[derive(Debug)]
pub struct Matches<'a> {
    re: &'a Regex,
    text: &'a str,
    from: usize,
    budget: u32,
    left: u32,
}

impl Matches<'_> {
    /// How many steps were taken so far.
    pub fn steps(&self) -> u32 {
        self.budget - self.left
    }
}

impl Iterator for Matches<'_> {
    type Item = Match;

    fn next(&mut self) -> Option<Match> {
        self.text.get(self.from..)?;
        let found = self.re.find_within(self.text, self.from, &mut self.left)?;
        let (start, end) = found.range();
        // Behind an empty match goes on a character further.
        let further = if start < end { 0 } else { self.text[end..].chars().next().map_or(1, char::len_utf8) };
        self.from = end + further;
        Some(found)
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

const NODES_MAX: usize = 20_000;
const STEPS_MAX: u32 = 400_000;
/// After so many steps of one search it is written down what was tried, if that takes no more bits than this.
const STEPS_PLAIN: u32 = 10_000;
const TRIED_MAX: usize = 1 << 25;
/// How many steps are taken to look for a longer match than the first.
const STEPS_LONGER: u32 = 50_000;

impl Regex {
    /// Compiles a POSIX expression.
    pub fn new(text: &str, extended: bool, fold: bool) -> Result<Regex, RegexError> {
        Self::compile(text, if extended { Syntax::Extended } else { Syntax::Basic }, fold)
    }

    /// Compiles an expression in Go's syntax (RE2), of which of the classes by Unicode property few are known.
    pub fn go(text: &str) -> Result<Regex, RegexError> {
        Self::compile(text, Syntax::Go, false)
    }

    fn compile(text: &str, syntax: Syntax, fold: bool) -> Result<Regex, RegexError> {
        let chars: Vec<char> = text.chars().list();
        let mut p = Parser::new(&chars, syntax);
        let ast = p.parse()?;
        let groups = p.groups;
        let mut re = Regex { nodes: Vec::new(), groups, fold, longest: false, forgets: true, literal: None, anchored: false };
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
        re.longest = syntax != Syntax::Go && choices > 1;
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
        self.find(text).is_some()
    }

    /// The first match: of those that start first the longest (in Go's syntax, the one whose alternatives come first).
    pub fn find(&self, text: &str) -> Option<Match> {
        self.find_all(text).next()
    }

    /// All matches from the left that share no character, within one budget of steps.
    pub fn find_all<'a>(&'a self, text: &'a str) -> Matches<'a> {
        let steps = STEPS_MAX.saturating_add(u32::try_from(text.len()).unwrap_or(u32::MAX).saturating_mul(16));
        Matches { re: self, text, from: 0, budget: steps, left: steps }
    }

    /// How large it is when compiled.
    pub fn size(&self) -> usize {
        self.nodes.len()
    }

    /// The first match at or after a byte position, within what is left of a budget of steps.
    fn find_within(&self, text: &str, from: usize, steps: &mut u32) -> Option<Match> {
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

    /// The match that starts here.
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
        let (mut pc, mut pos) = (0, at);
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

/// What one search goes on with from one starting place to the next.
struct Search {
    /// Where groups start and end: all empty again once nothing matched from a place.
    slots: Vec<Option<usize>>,
    /// What was tried where, a bit each.
    tried: Vec<u64>,
    /// Steps until that is written down.
    plain: u32,
}

#[cfg(test)]
mod tests;
