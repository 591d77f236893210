//! sed: addresses, `s`, `p`, `d`, `q`, `a`, `i`, `c`, `y`, `n`, `N`, `D`, `P`, `g`, `G`, `h`, `H`, `x`, `=`, `b`, `t`,
//! `r`, `w`, `{}`, `-n -e -i -E -s`.

mod parse;

use super::super::super::kernel::OpenHow;
use super::super::{Complaint, Options, Refusal, Run};
use super::{Filter, Made, Sink};
use crate::base::regex::{Regex, Syntax};
use crate::base::{List as _, case};
pub use parse::Substitution;
use parse::{Parser, SedError};

/// How long the text under work may become, in bytes.
const SPACE_BYTES_MAX: usize = 8 << 20;
/// What one edited file may become, in bytes: more than a file system takes.
const FILE_BYTES_MAX: usize = 64 << 20;
/// How many commands one line may take.
const STEPS_MAX: usize = 100_000;

#[derive(Debug, Clone)]
enum Address {
    Line(u64),
    Last,
    Step(u64, u64),
    Match(Regex),
    /// `addr,+N`
    More(u64),
}

#[derive(Debug, Clone)]
struct Command {
    from: Option<Address>,
    to: Option<Address>,
    negated: bool,
    range: Range,
    action: Action,
}

/// Where a range of lines stands.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Range {
    /// It has not begun yet.
    Before,
    /// It has begun; the line that it ends after, where that is known.
    Open(Option<u64>),
    /// It is over. At a numbered line it begins once, and later where that line was not looked at.
    Over,
}

/// What a command does with the pattern space (`man sed` has them by their letters).
#[derive(Debug, Clone)]
enum Action {
    Substitute {
        re: Regex,
        with: Vec<Part>,
        global: bool,
        nth: u64,
        print: bool,
        write: Option<String>,
    },
    Print,
    PrintFirst,
    Delete,
    DeleteFirst,
    /// With this status; whether the pattern space is shown first.
    Quit(i32, bool),
    Append(String),
    Insert(String),
    Change(String),
    Translate(Vec<(char, char)>),
    Next,
    NextJoin,
    /// From the hold space; whether it is appended.
    Get(bool),
    /// Into the hold space; whether it is appended.
    Hold(bool),
    Exchange,
    Number,
    List,
    /// To where, which is the end where there is nothing; and whether a substitution must have been made, or must not.
    Branch(Option<usize>, Option<bool>),
    Write(String),
    /// Skips to the end of the block unless selected.
    Block(usize),
    Label,
}

impl Command {
    /// The file that it writes to.
    fn writes(&self) -> Option<&str> {
        match &self.action {
            Action::Write(file) | Action::Substitute { write: Some(file), .. } => Some(file),
            _ => None,
        }
    }
}

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Group(usize),
    /// `\U`, `\L`, `\u`, `\l`, `\E`
    Case(char),
}

#[derive(Debug, Clone)]
pub struct Sed {
    commands: Vec<Command>,
    quiet: bool,
    in_place: Option<Vec<u8>>,
    /// How an edited file's old text is kept: the end of its name, or a name with a star for its own.
    backup: String,
    /// Whether each file has its own first and last line.
    separate: bool,
    /// The old text of the file that is edited.
    old: Vec<u8>,
    /// What ends a line.
    pub end: u8,
    file: String,
    hold: String,
    line: u64,
    /// A line that waits until it is known whether it is the last.
    waiting: Option<(String, bool)>,
    /// `N` or `n` wants the next line: the text so far and where to go on.
    resume: Option<(String, usize, bool)>,
    quit: Option<i32>,
    after: Vec<String>,
    /// The bytes made of the present line.
    made: usize,
    /// The present line has no end.
    missing_newline: bool,
    /// Nor has what was written last: it gets one if more follows.
    owed: bool,
}

/// Starts it.
pub fn make(run: &mut Run<'_>, o: &Options) -> Made {
    let mut rest = o.rest.clone();
    let mut scripts = Vec::new();
    for (c, v) in o.each() {
        match c {
            'e' => scripts.push(v.to_owned()),
            'f' => match run.k.fs.read(&run.p.cwd, v, 1 << 20) {
                Ok(bytes) => scripts.push(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned()),
                Err(e) => {
                    run.err(Complaint::about(v, e));
                    return Err(1);
                }
            },
            _ => {}
        }
    }
    if scripts.is_empty() {
        if rest.is_empty() {
            return Err(run.refuse(Refusal::Operands(String::new())));
        }
        scripts.push(rest.remove(0));
    }
    let script = scripts.join("\n");
    if script.len() > 1 << 16 {
        run.err("script too long");
        return Err(1);
    }
    let syntax = if o.any("Er") { Syntax::Extended } else { Syntax::Basic };
    let mut p = Parser { c: script.chars().list(), syntax, is_gnu: run.k.is_gnu(), ..Parser::default() };
    if let Err(e) = p.script() {
        let e = match e {
            SedError::UnknownCommand(command) if p.is_gnu => format!("unknown command: `{command}'"),
            SedError::Unmatched(_) if p.is_gnu => "unterminated `s' command".to_owned(),
            e => e.to_string(),
        };
        run.err(if p.is_gnu { format!("-e expression #1, char {}: {e}", p.at) } else { e });
        return Err(1);
    }
    if o.has('i') && rest.is_empty() {
        run.err(if p.is_gnu { "no input files" } else { "-i requires an argument" });
        return Err(if p.is_gnu { 4 } else { 1 });
    }
    for (command, file) in std::mem::take(&mut p.reads) {
        let bytes = run.k.fs.read(&run.p.cwd, &file, SPACE_BYTES_MAX).unwrap_or_default();
        p.commands[command].action = Action::Append(String::from_utf8_lossy(&bytes).into_owned());
    }
    for file in p.commands.iter().filter_map(Command::writes) {
        // What is written to is empty at first. Where it cannot be, each write says so.
        if let Ok(d) = run.k.open(run.p, file, OpenHow::Truncate) {
            run.k.desc_unref(d);
        }
    }
    for (command, label) in std::mem::take(&mut p.jumps) {
        let target = if label.is_empty() { None } else { p.labels.iter().find(|l| l.0 == label).map(|l| l.1) };
        if target.is_none() && !label.is_empty() {
            run.err(format!("can't find label for jump to '{label}'"));
            return Err(1);
        }
        if let Action::Branch(to, _) = &mut p.commands[command].action {
            *to = target;
        }
    }
    let sed = Sed {
        commands: p.commands,
        quiet: o.has('n'),
        in_place: o.has('i').then(Vec::new),
        backup: o.value('i').unwrap_or_default().to_owned(),
        separate: o.any("is"),
        old: Vec::new(),
        end: if o.has('z') { 0 } else { b'\n' },
        file: String::new(),
        hold: String::new(),
        line: 0,
        waiting: None,
        resume: None,
        quit: None,
        after: Vec::new(),
        made: 0,
        missing_newline: false,
        owed: false,
    };
    Ok((Filter::Sed(Box::new(sed)), rest))
}

impl Sed {
    pub fn begin(&mut self, name: &str) {
        self.file = name.to_string();
        if self.separate {
            self.line = 0;
            for command in self.commands.iter_mut().filter(|c| c.range == Range::Over) {
                command.range = Range::Before;
            }
        }
        self.owed &= self.in_place.is_none();
    }

    /// A text and the end of a line, where the present line has one.
    fn emit_line(&mut self, text: &str, sink: &mut Sink) {
        self.emit(text, sink);
        self.owed = self.missing_newline;
        if !self.owed {
            self.emit(if self.end == 0 { "\0" } else { "\n" }, sink);
        }
    }

    fn emit(&mut self, text: &str, sink: &mut Sink) {
        let end = std::mem::take(&mut self.owed).then_some(self.end);
        self.made += text.len();
        match &mut self.in_place {
            Some(out) if out.len() > FILE_BYTES_MAX => {}
            Some(out) => out.extend(end.into_iter().chain(text.bytes())),
            None => sink.out.extend(end.into_iter().chain(text.bytes())),
        }
    }

    pub fn line(&mut self, line: &[u8], newline: bool, sink: &mut Sink) {
        if !self.backup.is_empty() && self.old.len() < FILE_BYTES_MAX {
            self.old.extend(line);
            self.old.extend(newline.then_some(self.end));
        }
        if self.quit.is_some() {
            if let Some(out) = self.in_place.as_mut() {
                out.extend_from_slice(line);
                out.push(b'\n');
            }
            return;
        }
        let text = String::from_utf8_lossy(line).into_owned();
        if let Some((text, newline)) = self.waiting.replace((text, newline)) {
            self.cycle(text, newline, false, sink);
            // After `q` the line that waited is only kept, where it is in a file.
            if self.quit.is_some()
                && let Some((text, _)) = self.waiting.take()
                && let Some(out) = self.in_place.as_mut()
            {
                out.extend(text.bytes().chain([b'\n']));
            }
        }
        // Without `$` there is no need to wait for the line after.
        if !self.needs_last()
            && let Some((text, newline)) = self.waiting.take()
        {
            self.cycle(text, newline, false, sink);
        }
        if let Some(code) = self.quit
            && self.in_place.is_none()
        {
            sink.stop = true;
            sink.status = code;
        }
    }

    fn needs_last(&self) -> bool {
        let last = |a: &Option<Address>| matches!(a, Some(Address::Last));
        self.commands.iter().any(|c| last(&c.from) || last(&c.to) || matches!(c.action, Action::Next | Action::NextJoin))
    }

    pub fn end(&mut self, sink: &mut Sink) {
        if self.separate {
            self.finish_input(sink);
            if !self.backup.is_empty() {
                let (folder, name) = self.file.rsplit_once('/').map_or(("", &self.file[..]), |(f, n)| (&self.file[..=f.len()], n));
                let kept = if self.backup.contains('*') { self.backup.replace('*', name) } else { format!("{name}{}", self.backup) };
                let kept = if kept.contains('/') { kept } else { format!("{folder}{kept}") };
                sink.files.push((kept, false, std::mem::take(&mut self.old)));
            }
            if let Some(out) = &mut self.in_place {
                let bytes = std::mem::take(out);
                sink.files.push((self.file.clone(), false, bytes));
                self.quit = None;
            }
        }
    }

    fn finish_input(&mut self, sink: &mut Sink) {
        if let Some((text, newline)) = self.waiting.take() {
            self.cycle(text, newline, true, sink);
        }
        if let Some((text, _, _)) = self.resume.take()
            && !self.quiet
        {
            self.emit_line(&text, sink);
        }
    }

    pub fn finish(&mut self, sink: &mut Sink) -> i32 {
        if self.in_place.is_none() {
            self.finish_input(sink);
        }
        self.quit.unwrap_or(0)
    }

    fn hits(address: &Address, line: u64, last: bool, text: &str) -> bool {
        match address {
            Address::Line(n) => *n == line,
            Address::Last => last,
            Address::Step(first, step) => {
                if *step == 0 {
                    line == *first
                } else {
                    line >= *first && (line - first).is_multiple_of(*step)
                }
            }
            Address::Match(re) => re.is_match(text),
            Address::More(_) => false,
        }
    }

    fn selected(command: &mut Command, line: u64, last: bool, text: &str) -> bool {
        let yes = match (&command.from, &command.to) {
            (None, _) => true,
            (Some(a), None) => Self::hits(a, line, last, text),
            (Some(a), Some(z)) => match command.range {
                Range::Open(until) => {
                    let over = match (until, z) {
                        (Some(n), _) => line >= n,
                        (None, z) => Self::hits(z, line, last, text),
                    };
                    if over {
                        command.range = Range::Over;
                    }
                    // A numbered end that has passed already selects only the first line.
                    !matches!(until, Some(n) if line > n)
                }
                range => {
                    let begins = match a {
                        Address::Line(n) => range == Range::Before && line >= *n,
                        a => Self::hits(a, line, last, text),
                    };
                    if begins {
                        command.range = match z {
                            Address::Line(n) if *n > line => Range::Open(Some(*n)),
                            Address::More(n @ 1..) => Range::Open(Some(line.saturating_add(*n))),
                            Address::Line(_) | Address::More(_) => Range::Over,
                            Address::Last if last => Range::Over,
                            _ => Range::Open(None),
                        };
                    }
                    begins
                }
            },
        };
        yes != command.negated
    }

    /// `w`, and that of `s`.
    fn write(&mut self, file: &str, space: &str, sink: &mut Sink) {
        self.made += space.len();
        if file == "/dev/stdout" {
            return self.emit_line(space, sink);
        }
        sink.files.push((file.to_owned(), true, format!("{space}\n").into_bytes()));
    }

    /// Runs the commands on a line.
    fn cycle(&mut self, text: String, newline: bool, last: bool, sink: &mut Sink) {
        self.line += 1;
        self.missing_newline = !newline;
        let (mut space, mut pc) = match self.resume.take() {
            Some((held, pc, true)) => (format!("{held}\n{text}"), pc),
            Some((_, pc, false)) => (text, pc),
            None => (text, 0),
        };
        let mut replaced = false;
        let mut steps = 0;
        self.made = 0;
        let mut print = !self.quiet;
        let mut commands = std::mem::take(&mut self.commands);
        while pc < commands.len() {
            // A long line makes each step longer.
            steps += 1 + space.len() / 4096;
            if steps > STEPS_MAX || space.len() > SPACE_BYTES_MAX || self.made > 2 * SPACE_BYTES_MAX {
                break;
            }
            let command = &mut commands[pc];
            pc += 1;
            if !Self::selected(command, self.line, last, &space) {
                if let Action::Block(end) = command.action {
                    pc = end;
                }
                continue;
            }
            match &command.action {
                Action::Block(_) | Action::Label => {}
                Action::Substitute { re, with, global, nth, print, write } => {
                    if let Some(new) = substitute(re, with, *global, *nth, &space) {
                        space = new;
                        replaced = true;
                        if *print {
                            self.emit_line(&space, sink);
                        }
                        if let Some(name) = write {
                            self.write(name, &space, sink);
                        }
                    }
                }
                Action::Write(name) => self.write(name, &space, sink),
                Action::Print => self.emit_line(&space, sink),
                Action::PrintFirst => self.emit_line(space.split('\n').next().unwrap_or(""), sink),
                Action::Delete => {
                    print = false;
                    break;
                }
                Action::DeleteFirst => match space.split_once('\n') {
                    Some((_, rest)) => {
                        space = rest.to_string();
                        pc = 0;
                    }
                    None => {
                        print = false;
                        break;
                    }
                },
                Action::Quit(code, shown) => {
                    self.quit = Some(*code);
                    print &= *shown;
                    break;
                }
                Action::Append(text) => {
                    self.made += text.len();
                    self.after.push(text.clone());
                }
                Action::Insert(text) => self.emit(text, sink),
                Action::Change(text) => {
                    // Of a range only the end is replaced.
                    if command.to.is_none() || !matches!(command.range, Range::Open(_)) {
                        self.emit(text, sink);
                    }
                    print = false;
                    break;
                }
                Action::Translate(pairs) => space = space.chars().map(|c| pairs.iter().find(|p| p.0 == c).map_or(c, |p| p.1)).collect(),
                Action::Next | Action::NextJoin => {
                    let join = matches!(command.action, Action::NextJoin);
                    if last {
                        break;
                    }
                    if !join && print {
                        self.emit_line(&space, sink);
                    }
                    self.resume = Some((space, pc, join));
                    self.commands = commands;
                    return;
                }
                Action::Get(append) => {
                    if *append {
                        space.push('\n');
                        space.push_str(&self.hold);
                    } else {
                        space = self.hold.clone();
                    }
                }
                Action::Hold(append) => {
                    if *append {
                        self.hold.push('\n');
                        self.hold.push_str(&space);
                    } else {
                        self.hold = space.clone();
                    }
                    self.hold.truncate(self.hold.floor_char_boundary(SPACE_BYTES_MAX));
                }
                Action::Exchange => std::mem::swap(&mut space, &mut self.hold),
                Action::Number => {
                    let text = format!("{}\n", self.line);
                    self.emit(&text, sink);
                }
                Action::List => {
                    let text = format!("{}$\n", space.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n"));
                    self.emit(&text, sink);
                }
                Action::Branch(to, when) => {
                    if when.is_none_or(|when| when == replaced) {
                        pc = to.unwrap_or(usize::MAX);
                    }
                    if when.is_some() {
                        replaced = false;
                    }
                }
            }
        }
        self.commands = commands;
        if print {
            self.emit_line(&space, sink);
        }
        for text in std::mem::take(&mut self.after) {
            self.emit(&text, sink);
        }
    }
}

fn substitute(re: &Regex, with: &[Part], global: bool, nth: u64, text: &str) -> Option<String> {
    let mut out = String::new();
    let (mut copied, mut count, mut hit, mut last) = (0, 0, false, None);
    for m in re.find_all(text) {
        let (a, z) = m.range();
        // Nothing right behind a match is none.
        let counts = a < z || last != Some(a);
        count += u64::from(counts);
        last = Some(z);
        if counts && count >= nth {
            hit = true;
            out.push_str(&text[copied..a]);
            let mut case = 'E';
            let mut once = None;
            let add = |out: &mut String, t: &str, case: char, once: &mut Option<char>| {
                for c in t.chars() {
                    match once.take().unwrap_or(case) {
                        'U' | 'u' => out.push(case::upper(c)),
                        'L' | 'l' => out.push(case::lower(c)),
                        _ => out.push(c),
                    }
                }
            };
            for part in with {
                match part {
                    Part::Text(t) => add(&mut out, t, case, &mut once),
                    Part::Group(n) => {
                        if let Some((x, y)) = m.groups.get(*n).copied().flatten() {
                            add(&mut out, &text[x..y], case, &mut once);
                        }
                    }
                    Part::Case(c @ ('u' | 'l')) => once = Some(*c),
                    Part::Case(c) => case = *c,
                }
            }
            copied = z;
            if !global || out.len() > SPACE_BYTES_MAX {
                break;
            }
        }
    }
    if !hit {
        return None;
    }
    out.push_str(&text[copied..]);
    Some(out)
}
