//! grep.

use super::super::super::regex::Regex;
use super::super::{Run, options};
use super::{Filter, Sink};

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
    line: u64,
    hits: u64,
    any: bool,
}

pub fn make(run: &mut Run<'_>) -> Result<(Filter, Vec<String>), i32> {
    let (opts, mut rest) = options(&run.args, "efmABC");
    let mut extended = run.name == "egrep";
    let mut fixed = run.name == "fgrep";
    let mut texts: Option<Vec<String>> = None;
    let mut fold = false;
    let mut recursive = false;
    let mut g = Grep {
        patterns: Vec::new(),
        invert: false,
        count: false,
        quiet: false,
        silent: false,
        names_only: false,
        names_missing: false,
        number: false,
        only: false,
        whole_line: false,
        word: false,
        show_name: None,
        max: u64::MAX,
        before: 0,
        after: 0,
        held: std::collections::VecDeque::new(),
        trailing: 0,
        last_shown: 0,
        name: String::new(),
        named: false,
        line: 0,
        hits: 0,
        any: false,
    };
    for (c, v) in opts {
        match c {
            'E' | 'P' => extended = true,
            'F' => fixed = true,
            'G' => extended = false,
            'e' => texts.get_or_insert_default().push(v),
            'f' => match run.k.fs.read(&run.p.cwd, &v, 1 << 20) {
                Ok(bytes) => texts.get_or_insert_default().extend(String::from_utf8_lossy(&bytes).lines().map(str::to_string)),
                Err(e) => {
                    run.err(format!("{v}: {e}"));
                    return Err(2);
                }
            },
            'i' | 'y' => fold = true,
            'v' => g.invert = true,
            'c' => g.count = true,
            'q' => g.quiet = true,
            's' => g.silent = true,
            'l' => g.names_only = true,
            'L' => g.names_missing = true,
            'n' => g.number = true,
            'o' => g.only = true,
            'x' => g.whole_line = true,
            'w' => g.word = true,
            'h' => g.show_name = Some(false),
            'H' => g.show_name = Some(true),
            'r' | 'R' => recursive = true,
            'm' => g.max = v.parse().unwrap_or(u64::MAX),
            'A' => g.after = v.parse().unwrap_or(0),
            'B' => g.before = v.parse().unwrap_or(0),
            'C' => {
                g.after = v.parse().unwrap_or(0);
                g.before = g.after;
            }
            '-' if v.starts_with("color") || v == "line-buffered" => {}
            'a' | 'U' | 'z' | 'I' => {}
            '-' if v == "ignore-case" => fold = true,
            '-' if v == "invert-match" => g.invert = true,
            '-' if v == "count" => g.count = true,
            '-' if v == "quiet" => g.quiet = true,
            _ => {
                run.err(format!("unrecognized option: {}", if c == '-' { v } else { c.to_string() }));
                return Err(2);
            }
        }
    }
    let texts = match texts {
        Some(t) => t,
        None if rest.is_empty() => {
            let usage = "BusyBox v1.37.0 multi-call binary.\n\nUsage: grep [-HhnlLoqvsrRiwFEz] [-m N] [-A|B|C N] { PATTERN | -e PATTERN... | -f FILE... } [FILE]...\n";
            let _ = run.k.put(run.p, 2, usage.as_bytes());
            return Err(2);
        }
        None => rest.remove(0).split('\n').map(str::to_string).collect(),
    };
    for text in texts.iter().take(1000) {
        let text = if fixed {
            extended = false;
            text.chars().flat_map(|c| if "\\.*[]^$".contains(c) { vec!['\\', c] } else { vec![c] }).collect()
        } else {
            text.clone()
        };
        match Regex::new(&text, extended, fold) {
            Ok(re) => g.patterns.push(re),
            Err(e) => {
                run.err(format!("bad regex '{text}': {e}"));
                return Err(2);
            }
        }
    }
    if recursive {
        g.show_name.get_or_insert(true);
        if rest.is_empty() {
            rest.push(".".into());
        }
        rest = rest.iter().flat_map(|r| super::super::files::all_files(run.k, run.p, r)).collect();
        if rest.is_empty() {
            rest.push("/dev/null".into());
        }
    }
    Ok((Filter::Grep(Box::new(g)), rest))
}

impl Grep {
    pub fn begin(&mut self, name: &str, many: bool) {
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
            let mut from = 0;
            let mut steps = re.steps(text);
            while let Some(m) = re.find_within(text, from, &mut steps) {
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
                from = if z > a { z } else { a + text[a..].chars().next().map_or(1, char::len_utf8) };
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
        sink.out.push(b'\n');
        self.last_shown = line;
    }

    pub fn line(&mut self, line: &[u8], sink: &mut Sink) {
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
        if self.only && !self.invert {
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
        if self.hits >= self.max {
            sink.stop = true;
        }
    }

    pub fn end(&mut self, sink: &mut Sink) {
        if self.quiet {
            return;
        }
        if self.names_only && self.hits > 0 || self.names_missing && self.hits == 0 {
            sink.out.extend(format!("{}\n", self.name).bytes());
        } else if self.count && !self.names_only && !self.names_missing {
            let name = if self.named { format!("{}:", self.name) } else { String::new() };
            sink.out.extend(format!("{name}{}\n", self.hits).bytes());
        }
    }

    pub fn finish(&mut self) -> i32 {
        i32::from(!self.any)
    }
}
