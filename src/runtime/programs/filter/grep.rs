//! grep.

use super::super::super::fs::base_name;
use super::super::super::shell::Pattern;
use super::super::files::all_files;
use super::super::{Options, Refusal, Run};
use super::{Filter, Made, Sink};
use crate::base::List as _;
use crate::base::regex::{Regex, Syntax};

#[derive(Debug, Clone)]
pub struct Grep {
    patterns: Vec<Regex>,
    invert: bool,
    count: bool,
    quiet: bool,
    pub silent: bool,
    names_only: bool,
    names_missing: bool,
    number: bool,
    only: bool,
    whole_line: bool,
    word: bool,
    show_name: Option<bool>,
    max: u64,
    before: usize,
    after: usize,
    held: std::collections::VecDeque<(u64, Vec<u8>)>,
    trailing: usize,
    last_shown: u64,
    name: String,
    named: bool,
    /// Whether there are other files.
    many: bool,
    line: u64,
    hits: u64,
    any: bool,
    /// A file without a match was named, which is what busybox's `-L` is to find.
    listed: bool,
    is_gnu: bool,
    /// What ends a line.
    pub end: u8,
}

/// Starts it.
pub fn make(run: &mut Run<'_>, o: &Options) -> Made {
    let mut rest = o.rest.clone();
    // What kind of expressions they are: the last word counts.
    let kind = o.each().map(|o| o.0).filter(|c| "EFGP".contains(*c)).last().unwrap_or(match run.name {
        "egrep" => 'E',
        "fgrep" => 'F',
        _ => 'G',
    });
    let fold = o.each().filter(|o| "iy>".contains(o.0)).last().is_some_and(|o| o.0 != '>');
    let around = |c| o.number(c).or(o.number('C')).or(o.number('@')).unwrap_or(0);
    let mut g = Grep {
        patterns: Vec::new(),
        invert: o.has('v'),
        count: o.has('c'),
        quiet: o.has('q'),
        silent: o.has('s'),
        names_only: o.has('l'),
        names_missing: o.has('L'),
        number: o.has('n'),
        only: o.has('o'),
        whole_line: o.has('x'),
        word: o.has('w'),
        show_name: o.each().filter(|o| "hH".contains(o.0)).last().map(|o| o.0 == 'H'),
        max: o.number('m').unwrap_or(u64::MAX),
        before: around('B'),
        after: around('A'),
        held: std::collections::VecDeque::new(),
        trailing: 0,
        last_shown: 0,
        name: String::new(),
        named: false,
        many: false,
        line: 0,
        hits: 0,
        any: false,
        listed: false,
        is_gnu: run.k.is_gnu(),
        end: if o.has('z') { 0 } else { b'\n' },
    };
    let mut texts = Vec::new();
    for (c, v) in o.each() {
        match c {
            'e' => texts.extend(v.split('\n').map(str::to_owned)),
            'f' => match run.k.fs.read(&run.p.cwd, v, 1 << 20) {
                Ok(bytes) => texts.extend(String::from_utf8_lossy(&bytes).lines().map(str::to_owned)),
                Err(e) => {
                    run.err(format!("{v}: {e}"));
                    return Err(2);
                }
            },
            _ => {}
        }
    }
    if !o.any("ef") {
        if rest.is_empty() {
            return Err(run.refuse(Refusal::Operands(String::new())));
        }
        texts = rest.remove(0).split('\n').map(str::to_owned).list();
    }
    for mut text in texts.into_iter().take(1000) {
        if kind == 'F' {
            text = text.chars().flat_map(|c| "\\.*[]^$".contains(c).then_some('\\').into_iter().chain([c])).collect();
        }
        // Perl's are taken as far as Go knows them.
        let regex = if kind == 'P' {
            Regex::go(&format!("{}{text}", if fold { "(?i)" } else { "" }))
        } else {
            Regex::with_fold(&text, if kind == 'E' { Syntax::Extended } else { Syntax::Basic }, fold)
        };
        match regex {
            Ok(re) => g.patterns.push(re),
            Err(e) => {
                run.err(if kind == 'P' {
                    format!("this is not simulated: {}", e.as_go_says())
                } else if run.k.is_gnu() {
                    e.to_string()
                } else {
                    format!("bad regex '{text}': {e}")
                });
                return Err(2);
            }
        }
    }
    if o.any("rR") {
        g.show_name.get_or_insert(true);
        if rest.is_empty() {
            rest.push(".".into());
        }
        rest = rest.iter().flat_map(|r| all_files(run.k, run.p, r)).list();
        let fits = |c: char, name: &str| o.each().any(|o| o.0 == c && Pattern::new(o.1).matches(name));
        rest.retain(|f| {
            let folders = f.rsplit_once('/').map_or("", |f| f.0);
            let name = base_name(f);
            (fits('[', name) || !o.has('[')) && !fits(']', name) && !folders.split('/').any(|folder| fits('(', folder))
        });
        if rest.is_empty() {
            rest.push("/dev/null".into());
        }
    }
    Ok((Filter::Grep(Box::new(g)), rest))
}

impl Grep {
    pub fn begin(&mut self, name: &str, many: bool) {
        self.many = many;
        self.named = self.show_name.unwrap_or(many);
        self.name = if name == "-" { "(standard input)".into() } else { name.into() };
        self.line = 0;
        self.hits = 0;
        self.held.clear();
        self.trailing = 0;
        self.last_shown = 0;
    }

    fn matched(&self, text: &str) -> Vec<(usize, usize)> {
        let mut out = Vec::new();
        for re in &self.patterns {
            for m in re.find_all(text) {
                let (a, z) = m.range();
                let word_char = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
                let whole = !self.whole_line || (a == 0 && z == text.len());
                let word = !self.word || (!word_char(text[..a].chars().next_back()) && !word_char(text[z..].chars().next()));
                if whole && word {
                    out.push((a, z));
                    if !self.only {
                        return out;
                    }
                }
                if z >= text.len() {
                    break;
                }
            }
        }
        out
    }

    fn show(&mut self, line: u64, text: &[u8], mark: char, sink: &mut Sink) {
        if self.named {
            sink.out.extend(format!("{}{mark}", self.name).bytes());
        }
        if self.number {
            sink.out.extend(format!("{line}{mark}").bytes());
        }
        sink.out.extend_from_slice(text);
        sink.out.push(self.end);
        self.last_shown = line;
    }

    pub fn line(&mut self, line: &[u8], sink: &mut Sink) {
        if self.hits >= self.max {
            return;
        }
        self.line += 1;
        let text = String::from_utf8_lossy(line).into_owned();
        let found = self.matched(&text);
        let hit = found.is_empty() == self.invert;
        if !hit {
            if self.trailing > 0 {
                self.trailing -= 1;
                self.show(self.line, line, '-', sink);
            } else if self.before > 0 {
                self.held.push_back((self.line, line.to_vec()));
                if self.held.len() > self.before {
                    self.held.pop_front();
                }
            }
            return;
        }
        self.hits += 1;
        self.any = true;
        if self.quiet || self.names_only {
            sink.stop = self.quiet;
            return;
        }
        if self.count || self.names_missing {
            return;
        }
        if self.only {
            for (a, z) in found {
                if z > a {
                    self.show(self.line, &text.as_bytes()[a..z], ':', sink);
                }
            }
        } else {
            let first = self.held.front().map_or(self.line, |h| h.0);
            if (self.before > 0 || self.after > 0) && self.last_shown > 0 && first > self.last_shown + 1 {
                sink.out.extend(b"--\n");
            }
            for (n, held) in std::mem::take(&mut self.held) {
                self.show(n, &held, '-', sink);
            }
            self.show(self.line, line, ':', sink);
            self.trailing = self.after;
        }
        // What comes after that is not read, unless it is of another file.
        sink.stop = self.hits >= self.max && !self.many;
    }

    pub fn end(&mut self, sink: &mut Sink) {
        if self.quiet {
            return;
        }
        if self.names_only && self.hits > 0 || self.names_missing && self.hits == 0 {
            sink.out.extend(format!("{}\n", self.name).bytes());
            self.listed = true;
        } else if self.count && !self.names_only && !self.names_missing {
            let name = if self.named { format!("{}:", self.name) } else { String::new() };
            sink.out.extend(format!("{name}{}\n", self.hits).bytes());
        }
    }

    pub fn finish(&mut self) -> i32 {
        i32::from(if self.names_missing && !self.is_gnu { !self.listed } else { !self.any })
    }
}
