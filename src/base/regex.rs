//! Regular expressions: POSIX's, basic and extended, for grep, sed, awk, expr and `=~`, and Go's for the patterns of schemas.
//! Matching backtracks within a budget of steps; beyond it there is no match.

mod error;
mod parse;
mod unicode;

use std::sync::Arc;

use crate::base::{List as _, case};
pub use error::RegexError;
use error::Why;
use parse::{Ast, Parser};
pub use parse::{Syntax, posix_class};

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
/// How much there may be to undo.
const UNDO_MAX: usize = 200_000;

impl Regex {
    /// Compiles an expression. Of Go's classes by Unicode property only a few are known.
    pub fn new(text: &str, syntax: Syntax) -> Result<Regex, RegexError> {
        Self::with_fold(text, syntax, false)
    }

    /// Compiles an expression in Go's syntax.
    pub fn go(text: &str) -> Result<Regex, RegexError> {
        Self::new(text, Syntax::Go)
    }

    /// Compiles an expression; where `fold` is set, upper and lower case are the same to it.
    pub fn with_fold(text: &str, syntax: Syntax, fold: bool) -> Result<Regex, RegexError> {
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
        let mut path = Path { re: self, text, search, marks: Vec::new(), undo: Vec::new(), pc: 0, pos: at };
        let mut best: Option<Match> = None;
        let mut floor = 0;
        loop {
            *steps = steps.saturating_sub(1);
            path.search.plain = path.search.plain.saturating_sub(1);
            if *steps <= floor || path.undo.len() > UNDO_MAX {
                return best;
            }
            let goes_on = if matches!(self.nodes[path.pc], Node::Match) {
                if best.as_ref().is_none_or(|b| b.range().1 < path.pos) {
                    best = Some(path.found());
                }
                if !self.longest || path.pos == text.len() {
                    return best;
                }
                floor = floor.max(steps.saturating_sub(STEPS_LONGER));
                false
            } else {
                path.advance()
            };
            if !goes_on && !path.back() {
                return best;
            }
        }
    }

    fn same(&self, a: char, b: char) -> bool {
        a == b || (self.fold && case::lower(a) == case::lower(b))
    }

    fn is_among(&self, ranges: &[(char, char)], c: char) -> bool {
        let inside = |c: char| ranges[..ranges.partition_point(|(a, _)| *a <= c)].last().is_some_and(|(_, z)| c <= *z);
        inside(c) || (self.fold && (inside(case::lower(c)) || inside(case::upper(c))))
    }
}

fn is_word(c: Option<char>) -> bool {
    c.is_some_and(|c| c.is_alphanumeric() || c == '_')
}

/// What to do when the present path fails.
enum Undo {
    /// Go on with this node at this position.
    Try(usize, usize),
    Slot(usize, Option<usize>),
    Mark(usize, usize),
}

/// A way through the nodes, from one starting place.
struct Path<'a> {
    re: &'a Regex,
    text: &'a str,
    search: &'a mut Search,
    marks: Vec<usize>,
    undo: Vec<Undo>,
    /// The node it is at.
    pc: usize,
    /// Where in the text.
    pos: usize,
}

impl Path<'_> {
    /// The match that ends here.
    fn found(&self) -> Match {
        let slots = &self.search.slots;
        Match { groups: (0..self.re.groups).map(|g| Some((slots[g * 2]?, slots[g * 2 + 1]?))).list() }
    }

    /// Goes past the node it is at; false where that does not match here.
    fn advance(&mut self) -> bool {
        let (re, text, pos) = (self.re, self.text, self.pos);
        let next = text[pos..].chars().next();
        let before = || text[..pos].chars().next_back();
        let matches = match &re.nodes[self.pc] {
            Node::Char(c) => return self.take(next.filter(|n| re.same(*n, *c))),
            Node::Any => return self.take(next),
            Node::Class(negated, ranges) => return self.take(next.filter(|n| re.is_among(ranges, *n) != *negated)),
            Node::Split(a, b) => {
                if self.was_tried() {
                    return false;
                }
                self.undo.push(Undo::Try(*b, pos));
                self.pc = *a;
                return true;
            }
            Node::Jump(to) => {
                self.pc = *to;
                return true;
            }
            Node::Start => pos == 0,
            Node::End => pos == text.len(),
            Node::LineStart => before().is_none_or(|c| c == '\n'),
            Node::LineEnd => next.is_none_or(|c| c == '\n'),
            Node::WordStart => !is_word(before()) && is_word(next),
            Node::WordEnd => is_word(before()) && !is_word(next),
            Node::Boundary(yes) => (is_word(before()) != is_word(next)) == *yes,
            Node::Save(n) => {
                let old = self.search.slots[*n].replace(pos);
                self.undo.push(Undo::Slot(*n, old));
                true
            }
            Node::Mark(n) => {
                if self.marks.len() <= *n {
                    self.marks.resize(*n + 1, usize::MAX);
                }
                self.undo.push(Undo::Mark(*n, self.marks[*n]));
                self.marks[*n] = pos;
                true
            }
            Node::Progress(n) => self.marks.get(*n) != Some(&pos),
            Node::Back(n) => {
                let slot = |n: usize| self.search.slots.get(n).copied().flatten();
                let group =
                    slot(n * 2).zip(slot(n * 2 + 1)).and_then(|(a, z)| text.get(a..z)).filter(|group| text[pos..].starts_with(group));
                self.pos += group.map_or(0, str::len);
                group.is_some()
            }
            Node::Match => false,
        };
        self.pc += usize::from(matches);
        matches
    }

    /// Goes past a node that takes a character.
    fn take(&mut self, c: Option<char>) -> bool {
        let Some(c) = c else { return false };
        self.pos += c.len_utf8();
        self.pc += 1;
        true
    }

    /// Whether the choice it is at was made here before, as far as that is written down; from now on it was.
    fn was_tried(&mut self) -> bool {
        let (re, places) = (self.re, self.text.len() + 1);
        let Search { tried, plain, .. } = &mut *self.search;
        if *plain > 0 || !re.forgets || re.nodes.len().saturating_mul(places) > TRIED_MAX {
            return false;
        }
        tried.resize(re.nodes.len() * places / 64 + 1, 0);
        let bit = self.pos * re.nodes.len() + self.pc;
        let word = &mut tried[bit / 64];
        let old = std::mem::replace(word, *word | 1 << (bit % 64));
        old == *word
    }

    /// Goes back to the last choice; false where none is left.
    fn back(&mut self) -> bool {
        while let Some(undo) = self.undo.pop() {
            match undo {
                Undo::Try(pc, pos) => {
                    (self.pc, self.pos) = (pc, pos);
                    return true;
                }
                Undo::Slot(n, old) => self.search.slots[n] = old,
                Undo::Mark(n, old) => self.marks[n] = old,
            }
        }
        false
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
