//! Regular expressions: POSIX's, basic and extended, for grep, sed, awk, expr and `=~`, and Go's for the patterns of schemas.
//! Matching backtracks within a budget of steps; beyond it there is no match.

use super::Order as _;

/// A compiled expression.
#[derive(Debug, Clone)]
pub struct Regex {
    nodes: Vec<Node>,
    start: usize,
    groups: usize,
    fold: bool,
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
    Class(bool, Vec<(char, char)>),
    Start,
    End,
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
    Repeat(Box<Ast>, u32, Option<u32>),
}

/// What is wrong with an expression, as grep says it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RegexError {
    /// A parenthesis without its other half.
    #[error("Unmatched ( or \\(")]
    Paren,
    /// A bracket without its other half.
    #[error("Unmatched [, [^, [:, [., or [=")]
    Bracket,
    /// A repetition of nothing.
    #[error("Invalid preceding regular expression")]
    Repeat,
    /// A repetition that counts wrongly.
    #[error("Invalid content of \\{{\\}}")]
    Braces,
    /// A backslash at the end.
    #[error("Trailing backslash")]
    Backslash,
    /// More than is compiled.
    #[error("Regular expression too big")]
    TooBig,
}

impl RegexError {
    /// The same as Go's `regexp` says it.
    pub fn as_go_says(&self, pattern: &str) -> String {
        let what = match self {
            RegexError::Paren if pattern.matches('(').count() < pattern.matches(')').count() => "unexpected )",
            RegexError::Paren => "missing closing )",
            RegexError::Bracket => "missing closing ]",
            RegexError::Repeat => "missing argument to repetition operator",
            RegexError::Braces => "invalid repeat count",
            RegexError::Backslash => "invalid escape sequence",
            RegexError::TooBig => "expression too large",
        };
        format!("{what}: `{pattern}`")
    }
}

const NODES_MAX: usize = 20_000;
const STEPS_MAX: u32 = 400_000;

impl Regex {
    /// Compiles a POSIX expression.
    pub fn new(text: &str, extended: bool, fold: bool) -> Result<Regex, RegexError> {
        Self::compile(text, extended, fold, false)
    }

    /// Compiles an expression in Go's syntax (RE2), of which classes by Unicode property are not known.
    pub fn go(text: &str) -> Result<Regex, RegexError> {
        let (text, fold) = text.strip_prefix("(?i)").map_or((text, false), |rest| (rest, true));
        Self::compile(text, true, fold, true)
    }

    fn compile(text: &str, extended: bool, fold: bool, go: bool) -> Result<Regex, RegexError> {
        let chars: Vec<char> = text.chars().collect();
        if chars.len() > 10_000 {
            return Err(RegexError::TooBig);
        }
        let mut p = Parser { c: &chars, at: 0, extended, go, groups: 1, depth: 0 };
        let ast = p.alternatives()?;
        if p.at < chars.len() {
            return Err(RegexError::Paren);
        }
        let groups = p.groups;
        let mut re = Regex { nodes: Vec::new(), start: 0, groups, fold, literal: None, anchored: false };
        let mut marks = 0;
        re.emit(&Ast::Group(Box::new(ast), 0), &mut marks)?;
        re.nodes.push(Node::Match);
        if !fold && let Some(Node::Char(c)) = re.nodes.get(1) {
            re.literal = Some(*c);
        }
        re.anchored = matches!(re.nodes.get(1), Some(Node::Start));
        Ok(re)
    }

    fn emit(&mut self, ast: &Ast, marks: &mut usize) -> Result<(), RegexError> {
        if self.nodes.len() > NODES_MAX {
            return Err(RegexError::TooBig);
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
            Ast::Repeat(a, min, max) => {
                for _ in 0..*min {
                    self.emit(a, marks)?;
                }
                match max {
                    None => {
                        let mark = *marks;
                        *marks += 1;
                        let split = self.nodes.len();
                        self.nodes.push(Node::Split(0, 0));
                        self.nodes.push(Node::Mark(mark));
                        self.emit(a, marks)?;
                        self.nodes.push(Node::Progress(mark));
                        self.nodes.push(Node::Jump(split));
                        self.nodes[split] = Node::Split(split + 1, self.nodes.len());
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
                            self.nodes[s] = Node::Split(s + 1, end);
                        }
                    }
                }
            }
        }
        Ok(())
    }

    /// Whether it matches anywhere.
    pub fn is_match(&self, text: &str) -> bool {
        self.find_at(text, 0).is_some()
    }

    /// The first match at or after a byte position: of those that start first, the longest alternative found.
    pub fn find_at(&self, text: &str, from: usize) -> Option<Match> {
        let mut steps = STEPS_MAX;
        let mut at = from;
        loop {
            if let Some(c) = self.literal {
                at += text.get(at..)?.find(c)?;
            }
            if let Some(m) = self.match_here(text, at, &mut steps) {
                return Some(m);
            }
            if self.anchored || steps == 0 {
                return None;
            }
            at += text.get(at..)?.chars().next()?.len_utf8();
        }
    }

    fn match_here(&self, text: &str, at: usize, steps: &mut u32) -> Option<Match> {
        let mut slots: Vec<Option<usize>> = vec![None; self.groups * 2];
        let mut marks: Vec<usize> = Vec::new();
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
        loop {
            *steps = steps.saturating_sub(1);
            if *steps == 0 || stack.len() > 200_000 {
                return None;
            }
            let next = text[pos..].chars().next();
            let ok = match &self.nodes[pc] {
                Node::Match => {
                    let groups = (0..self.groups).map(|g| Some((slots[g * 2]?, slots[g * 2 + 1]?))).collect();
                    return Some(Match { groups });
                }
                Node::Char(c) => next.filter(|n| same(*n, *c)),
                Node::Any => next,
                Node::Class(negated, ranges) => next.filter(|n| {
                    let inside = |c: char| ranges.iter().any(|(a, z)| (*a..=*z).contains(&c));
                    let hit = inside(*n) || (self.fold && (n.to_lowercase().any(inside) || n.to_uppercase().any(inside)));
                    hit != *negated
                }),
                node => {
                    let before = || text[..pos].chars().next_back();
                    let pass = match node {
                        Node::Start => pos == 0,
                        Node::End => pos == text.len(),
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
                            stack.push(Undo::Try(*b, pos));
                            pc = *a;
                            continue;
                        }
                        Node::Jump(to) => {
                            pc = *to;
                            continue;
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
                        continue;
                    }
                    None
                }
            };
            if let Some(c) = ok {
                pos += c.len_utf8();
                pc += 1;
                continue;
            }
            loop {
                match stack.pop()? {
                    Undo::Try(p, at) => {
                        pc = p;
                        pos = at;
                        break;
                    }
                    Undo::Slot(n, old) => slots[n] = old,
                    Undo::Mark(n, old) => marks[n] = old,
                }
            }
        }
    }
}

struct Parser<'a> {
    c: &'a [char],
    at: usize,
    extended: bool,
    go: bool,
    groups: usize,
    depth: u32,
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
    let mut sorted: Vec<(u32, u32)> = set.iter().map(|(a, z)| (u32::from(*a), u32::from(*z))).collect();
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

    fn alternatives(&mut self) -> Result<Ast, RegexError> {
        self.depth += 1;
        if self.depth > 50 {
            return Err(RegexError::TooBig);
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
            if self.operator('|') || (self.operator(')') && (self.depth > 1 || self.go)) {
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
        let mut times = 0;
        loop {
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
                _ if self.operator('{') && (!self.extended || self.peek(1).is_some_and(|c| c.is_ascii_digit() || c == ',')) => {
                    self.skip_operator();
                    let min = self.number();
                    let max = if self.peek(0) == Some(',') {
                        self.at += 1;
                        self.number().map(Some).unwrap_or(None)
                    } else {
                        min
                    };
                    let open = max.is_none();
                    if !self.operator('}') {
                        return Err(RegexError::Braces);
                    }
                    self.skip_operator();
                    let min = min.unwrap_or(0);
                    if min > 255 || max.is_some_and(|m| m > 255 || m < min) {
                        return Err(RegexError::Braces);
                    }
                    (min, if open { None } else { max })
                }
                _ => return Ok(atom),
            };
            times += 1;
            // Whether the fewest or the most are tried first makes no difference to whether there is a match.
            if self.go && self.peek(0) == Some('?') {
                self.at += 1;
            }
            if times > if self.go { 1 } else { 3 } {
                return Err(RegexError::Repeat);
            }
            atom = Ast::Repeat(Box::new(atom), min, max);
        }
    }

    fn number(&mut self) -> Option<u32> {
        let start = self.at;
        while self.peek(0).is_some_and(|c| c.is_ascii_digit()) {
            self.at += 1;
        }
        self.c[start..self.at].iter().collect::<String>().parse().ok()
    }

    fn atom(&mut self, start: bool) -> Result<Ast, RegexError> {
        let Some(c) = self.peek(0) else { return Ok(Ast::Empty) };
        if self.operator('(') {
            self.skip_operator();
            if self.go && self.peek(0) == Some('?') {
                // Groups that are not counted, flags and names.
                let end = (self.at..self.c.len()).find(|i| matches!(self.c[*i], ':' | '>')).ok_or(RegexError::Paren)?;
                if self.c[self.at..end].contains(&')') {
                    return Err(RegexError::Repeat);
                }
                self.at = end + 1;
            }
            let n = self.groups;
            self.groups += 1;
            let inner = self.alternatives()?;
            if !self.operator(')') {
                return Err(RegexError::Paren);
            }
            self.skip_operator();
            return Ok(Ast::Group(Box::new(inner), n));
        }
        self.at += 1;
        Ok(Ast::Node(match c {
            '.' => Node::Any,
            '[' => self.class()?,
            '^' if self.extended || start => Node::Start,
            '$' if self.extended || self.at == self.c.len() || (self.peek(0) == Some('\\') && matches!(self.peek(1), Some(')' | '|'))) => {
                Node::End
            }
            '*' if self.extended && start => return Err(RegexError::Repeat),
            '\\' => {
                let Some(e) = self.peek(0) else { return Err(RegexError::Backslash) };
                self.at += 1;
                match e {
                    'w' | 'W' | 's' | 'S' | 'd' => {
                        let (negated, ranges) = perl_class(e).ok_or(RegexError::Backslash)?;
                        Node::Class(negated, ranges.to_vec())
                    }
                    'D' if self.go => Node::Class(true, vec![('0', '9')]),
                    'A' if self.go => Node::Start,
                    'z' if self.go => Node::End,
                    '1'..='9' | 'p' | 'P' if self.go => return Err(RegexError::Backslash),
                    '1'..='9' => Node::Back(e as usize - '0' as usize),
                    '<' if !self.go => Node::WordStart,
                    '>' if !self.go => Node::WordEnd,
                    'b' => Node::Boundary(true),
                    'B' => Node::Boundary(false),
                    'n' => Node::Char('\n'),
                    't' => Node::Char('\t'),
                    other => Node::Char(other),
                }
            }
            other => Node::Char(other),
        }))
    }

    fn class(&mut self) -> Result<Node, RegexError> {
        let negated = self.peek(0) == Some('^');
        if negated {
            self.at += 1;
        }
        let mut ranges = Vec::new();
        let first = self.at;
        loop {
            let a = self.peek(0).ok_or(RegexError::Bracket)?;
            if a == ']' && self.at > first {
                self.at += 1;
                return Ok(Node::Class(negated, ranges));
            }
            if a == '[' && self.peek(1) == Some(':') {
                let from = self.at + 2;
                let end = (from..self.c.len()).find(|i| self.c[*i] == ':' && self.c.get(i + 1) == Some(&']')).ok_or(RegexError::Bracket)?;
                let name: String = self.c[from..end].iter().collect();
                ranges.extend_from_slice(posix_class(&name).ok_or(RegexError::Bracket)?);
                self.at = end + 2;
                continue;
            }
            if a == '\\'
                && self.go
                && let Some(e) = self.peek(1)
            {
                self.at += 2;
                let single = match e {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    e => e,
                };
                match perl_class(e) {
                    Some((false, set)) => ranges.extend_from_slice(set),
                    Some((true, set)) => ranges.extend(complement(set)),
                    None if self.peek(0) == Some('-') && self.peek(1).is_some_and(|z| !matches!(z, ']' | '\\')) => {
                        ranges.push((single, self.peek(1).ok_or(RegexError::Bracket)?));
                        self.at += 2;
                    }
                    None => ranges.push((single, single)),
                }
                continue;
            }
            if a == '\\' && matches!(self.peek(1), Some('n' | 't' | ']' | '\\' | 's' | 'd' | 'w')) && self.peek(1) != Some(']') {
                let e = self.peek(1).unwrap_or('\\');
                self.at += 2;
                match e {
                    'n' => ranges.push(('\n', '\n')),
                    't' => ranges.push(('\t', '\t')),
                    's' => ranges.extend([(' ', ' '), ('\t', '\r')]),
                    'd' => ranges.push(('0', '9')),
                    'w' => ranges.extend([('a', 'z'), ('A', 'Z'), ('0', '9'), ('_', '_')]),
                    e => ranges.push((e, e)),
                }
                continue;
            }
            if self.peek(1) == Some('-') && self.peek(2).is_some_and(|z| z != ']') {
                let z = self.peek(2).ok_or(RegexError::Bracket)?;
                ranges.push((a, z));
                self.at += 3;
            } else {
                ranges.push((a, a));
                self.at += 1;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn table() {
        for (re, extended, text, want) in [
            ("a*b", false, "xaab", Some((1, 4))),
            ("a+b", false, "a+b", Some((0, 3))),
            ("a+b", true, "aaab", Some((0, 4))),
            ("^(foo|bar)$", true, "bar", Some((0, 3))),
            ("^(foo|bar)$", true, "barx", None),
            ("\\(a\\)\\1", false, "baa", Some((1, 3))),
            ("[[:digit:]]{2,3}", true, "a1234", Some((1, 4))),
            ("[^a-c]+", true, "abcxyz", Some((3, 6))),
            ("^[AB]=", true, "A=1", Some((0, 2))),
            ("(a*)*", true, "b", Some((0, 0))),
            ("\\<is\\>", false, "this is", Some((5, 7))),
            ("x\\{2\\}", false, "axx", Some((1, 3))),
            ("*a", false, "*a", Some((0, 2))),
            ("a.c", false, "aéc", Some((0, 4))),
        ] {
            let re_c = Regex::new(re, extended, false).expect(re);
            assert_eq!(re_c.find_at(text, 0).map(|m| m.range()), want, "{re} {text}");
        }
        for (re, text, want) in [
            (r"^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$", "* * * *", false),
            (r"^(\d+|\*)(/\d+)?(\s+(\d+|\*)(/\d+)?){4}$", "* * * * */5", true),
            (r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", "a-b", true),
            (r"^(?:a|b)+?$", "abab", true),
            (r"^[\w.+-]+@[\w\-]+\.\w+$", "a.b@c-d.org", true),
            (r"^[^\s]+$", "a b", false),
            (r"^[\S]+$", "ab", true),
            (r"(?i)^on$", "ON", true),
            (r"^\D*$", "a1", false),
        ] {
            assert_eq!(Regex::go(re).expect(re).is_match(text), want, "{re} {text}");
        }
        assert!(Regex::go(r"(a)\1").is_err() && Regex::go("a**").is_err() && Regex::go("(a").is_err());
        assert!(Regex::new("(", true, false).is_err());
        assert!(Regex::new("[a", true, false).is_err());
        assert!(Regex::new("ABC", false, true).is_ok_and(|r| r.is_match("xabcx")));
        // Gives up instead of hanging.
        assert!(!Regex::new("(x+x+)+y", true, false).is_ok_and(|r| r.is_match(&"x".repeat(60))));
    }
}
