//! read, mapfile and getopts.

use super::super::super::kernel::{DescId, Rd};
use super::super::super::process::{Block, Step};
use super::*;
use crate::base::List as _;

/// What is read is for.
#[derive(Debug, Clone)]
pub enum ReadFor {
    /// A line, or some characters of it, split over variables; `REPLY` where none is named.
    Variables(Vec<String>),
    /// A line, split into the items of an array.
    Array(String),
    /// All lines, each an item of an array; with their ends or without.
    Lines { array: String, trim: bool },
    /// A script to run here: its path, and the parameters that it hides.
    Script { path: ArcStr, params: Option<Vec<ArcStr>> },
}

const READ_USAGE: &str =
    "read: usage: read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]\n";

pub(super) fn read(call: &mut Call) -> Outcome {
    let mut names = Vec::new();
    let mut array = None;
    let mut r = Reading { delimiter: b'\n', ..Reading::all(0, call.tested, ReadFor::Variables(Vec::new())) };
    let mut fd = 0;
    let mut it = call.args.iter();
    while let Some(a) = it.next() {
        let Some(flags) = a.strip_prefix('-').filter(|f| !f.is_empty()) else {
            names.push(a.clone());
            continue;
        };
        let mut chars = flags.chars();
        while let Some(c) = chars.next() {
            if "apntNdui".contains(c) && call.sh.is_bash() && chars.as_str().is_empty() && it.len() == 0 {
                call.complain(&format!("-{c}: option requires an argument"));
                let _ = call.k.put(call.p, 2, READ_USAGE.as_bytes());
                return Outcome::Done(2);
            }
            let mut value = || -> String {
                let rest = chars.as_str().to_string();
                chars = "".chars();
                if rest.is_empty() { it.next().cloned().unwrap_or_default() } else { rest }
            };
            match c {
                c if call.sh.is_dash() && !"rp".contains(c) => return call.fail(2, &format!("illegal option -{c}")),
                'r' => r.raw = true,
                's' => {}
                'a' => array = Some(value()),
                'p' => {
                    let prompt = value();
                    if call.k.is_tty(call.p, 0) {
                        let _ = call.k.put(call.p, 2, prompt.as_bytes());
                    }
                }
                't' => {
                    let given = value();
                    let Some(t) = given.parse::<f64>().ok().filter(|_| given.bytes().all(|b| b.is_ascii_digit() || b == b'.')) else {
                        let text = call.worded(format!("{given}: invalid timeout specification"), "invalid timeout".into());
                        return call.fail(if call.sh.is_bash() { 1 } else { 2 }, &text);
                    };
                    r.until = Some(call.k.now + crate::base::Duration::from_micros((t.clamp(0.0, 1e9) * 1e6) as u64));
                }
                'n' | 'N' => {
                    let given = value();
                    r.chars = given.parse().ok();
                    r.exact = c == 'N';
                    if r.chars.is_none() {
                        return call.fail(1, &format!("{given}: invalid number"));
                    }
                }
                'd' => r.delimiter = value().bytes().next().unwrap_or(0),
                'u' => fd = value().parse().unwrap_or(0),
                _ => {
                    let text = call.worded(format!("-{c}: invalid option"), format!("illegal option -{c}"));
                    return call.fail(2, &text);
                }
            }
        }
    }
    if names.is_empty() && call.sh.is_dash() {
        return call.fail(2, "arg count");
    }
    if let Some(n) = array.iter().chain(&names).find(|n| !parse::is_name(n)) {
        let text = call.worded(format!("`{n}': not a valid identifier"), format!("{n}: bad variable name"));
        return call.fail(if call.sh.is_bash() { 1 } else { 2 }, &text);
    }
    r.into = match array {
        Some(array) => ReadFor::Array(array),
        None => ReadFor::Variables(names),
    };
    begin(call, fd, r)
}

/// `mapfile` and `readarray`.
pub(super) fn read_lines(call: &mut Call) -> Outcome {
    let array = call.args.iter().find(|a| !a.starts_with('-')).cloned().unwrap_or_else(|| "MAPFILE".into());
    if !parse::is_name(&array) {
        return call.fail(1, &format!("`{array}': not a valid identifier"));
    }
    let trim = call.has("-t");
    begin(call, 0, Reading::all(0, call.tested, ReadFor::Lines { array, trim }))
}

fn begin(call: &mut Call, fd: u32, reading: Reading) -> Outcome {
    match call.p.fd(fd) {
        Some(fd) => Outcome::Read(Box::new(Reading { fd, ..reading })),
        None => call.fail(1, "Bad file descriptor"),
    }
}

/// Whether a character begins with this byte.
fn begins(b: u8) -> bool {
    b & 0xC0 != 0x80
}

/// How many backslashes are at the end.
fn slashes(line: &[u8]) -> usize {
    line.iter().rev().take_while(|b| **b == b'\\').count()
}

/// Whether no byte of the last character is still to come.
fn ends_whole(line: &[u8]) -> bool {
    let Some(at) = line.iter().rposition(|b| begins(*b)) else { return true };
    let bytes = if line[at] < 0xC0 { 1 } else { line[at].leading_ones() as usize };
    line.len() - at >= bytes
}

impl Reading {
    /// Everything up to the end.
    pub(in super::super) fn all(fd: DescId, tested: bool, into: ReadFor) -> Reading {
        Reading {
            raw: false,
            line: Vec::new(),
            chars: None,
            exact: false,
            delimiter: 0,
            fd,
            until: None,
            saved: Saved::default(),
            tested,
            into,
        }
    }
}

impl Shell {
    pub(in super::super) fn resume_read(&mut self, k: &mut Kernel, p: &mut Process, mut r: Box<Reading>) -> Option<Step> {
        let all = matches!(r.into, ReadFor::Lines { .. } | ReadFor::Script { .. });
        let mut complete = false;
        loop {
            if r.chars == Some(0) && ends_whole(&r.line) {
                complete = true;
                break;
            }
            let whole = !all && r.chars.is_none() && r.delimiter == b'\n';
            match k.read(r.fd, if whole || all { 64 << 10 } else { 1 }, whole) {
                Rd::Data(d) => {
                    if r.line.len() > 4 << 20 {
                        complete = true;
                        break;
                    }
                    // A backslash that stands before something is none of the characters.
                    let escapes = !r.raw && d == [b'\\'] && slashes(&r.line).is_multiple_of(2);
                    if let Some(left) = r.chars.as_mut().filter(|_| !escapes) {
                        *left = left.saturating_sub(d.iter().filter(|b| begins(**b)).count());
                    }
                    r.line.extend(&d);
                    if !all && !r.exact && r.line.last() == Some(&r.delimiter) {
                        r.line.pop();
                        // A backslash before the newline joins lines.
                        if !r.raw && !slashes(&r.line).is_multiple_of(2) {
                            r.line.pop();
                            r.chars = r.chars.map(|left| left + 1);
                            continue;
                        }
                        complete = true;
                        break;
                    }
                }
                Rd::Empty => {
                    if r.until.is_some_and(|t| k.now >= t) {
                        break;
                    }
                    if self.caught != 0 && !self.opts.interactive {
                        break;
                    }
                    let block = match r.until {
                        Some(t) => Block::ReadUntil(r.fd, t),
                        None => Block::Read(r.fd),
                    };
                    self.wait = Wait::Read(r);
                    return Some(Step::Wait(block, 0));
                }
                Rd::End | Rd::Failed(_) => break,
            }
        }
        let timed_out = r.until.is_some_and(|t| k.now >= t) && !complete;
        r.line.retain(|b| *b != 0);
        let text = String::from_utf8_lossy(&r.line).into_owned();
        let saved = std::mem::take(&mut r.saved);
        match r.into {
            ReadFor::Script { path, params } => {
                k.desc_unref(r.fd);
                self.control.push(Control::Redirect(saved));
                self.push_frame(compile(&text, self.dialect), FrameKind::Source { path, params }, r.tested);
                return None;
            }
            ReadFor::Lines { array, trim } => {
                self.undo(k, p, saved);
                let end = if trim { "" } else { "\n" };
                self.put_array(&array, text.lines().map(|l| ArcStr::from(format!("{l}{end}"))));
                self.status = 0;
                return None;
            }
            // The command's own IFS counts for the splitting.
            ReadFor::Array(array) => {
                let items = self.fields(&text, r.raw, None);
                self.put_array(&array, items.into_iter().map(ArcStr::from));
            }
            ReadFor::Variables(names) if names.is_empty() => {
                let _ = self.set("REPLY", &unescaped(&text, r.raw).into_iter().map(|c| c.0).collect::<String>());
            }
            ReadFor::Variables(names) if r.exact => {
                let text: String = unescaped(&text, r.raw).into_iter().map(|c| c.0).collect();
                for (i, name) in names.iter().enumerate() {
                    let _ = self.set(name, if i == 0 { &text } else { "" });
                }
            }
            ReadFor::Variables(names) => {
                let values = self.fields(&text, r.raw, Some(names.len() - 1));
                for (i, name) in names.iter().enumerate() {
                    let _ = self.set(name, values.get(i).map_or("", String::as_str));
                }
            }
        }
        self.undo(k, p, saved);
        self.status = match complete {
            true => 0,
            false if timed_out && self.is_bash() => 142,
            false => 1,
        };
        if !r.tested {
            self.check_errexit();
        }
        None
    }

    /// A line's fields, as `IFS` splits it; what is left goes whole into the one of this place.
    fn fields(&self, text: &str, raw: bool, last: Option<usize>) -> Vec<String> {
        let ifs = self.ifs();
        let chars = unescaped(text, raw);
        let separates = |(c, quoted): (char, bool)| !quoted && ifs.contains(c);
        let blank = |(c, quoted): (char, bool)| !quoted && ifs.contains(c) && matches!(c, ' ' | '\t' | '\n');
        let mut at = 0;
        let mut fields: Vec<String> = Vec::new();
        while at < chars.len() && blank(chars[at]) {
            at += 1;
        }
        while at < chars.len() {
            let start = at;
            while at < chars.len() && !separates(chars[at]) {
                at += 1;
            }
            let mut end = at;
            while at < chars.len() && blank(chars[at]) {
                at += 1;
            }
            if at < chars.len() && separates(chars[at]) && !blank(chars[at]) {
                at += 1;
                while at < chars.len() && blank(chars[at]) {
                    at += 1;
                }
            }
            // The last field has all that is left, but for a separator that only ends it.
            if last == Some(fields.len()) && at < chars.len() {
                (at, end) = (chars.len(), chars.len());
                while end > start && blank(chars[end - 1]) {
                    end -= 1;
                }
            }
            fields.push(chars[start..end].iter().map(|c| c.0).collect());
        }
        fields
    }
}

/// A line's characters, and whether a backslash quoted them: those do not separate.
fn unescaped(text: &str, raw: bool) -> Vec<(char, bool)> {
    let mut chars = Vec::new();
    let mut it = text.chars();
    while let Some(c) = it.next() {
        if c == '\\' && !raw {
            chars.extend(it.next().map(|c| (c, true)));
        } else {
            chars.push((c, false));
        }
    }
    chars
}

pub(super) fn getopts(call: &mut Call) -> Outcome {
    let [spec, name, rest @ ..] = call.args else {
        return call.fail(2, "usage: getopts optstring var [arg...]");
    };
    let Call { sh, k, p, .. } = call;
    let list: Vec<String> = if rest.is_empty() { sh.params.iter().map(|a| a.to_string()).list() } else { rest.to_vec() };
    let mut index: usize = sh.get("OPTIND").and_then(|v| v.parse().ok()).unwrap_or(1).max(1);
    let silent = spec.starts_with(':');
    let says = !silent && sh.get("OPTERR").is_none_or(|v| v != "0");
    let end = |sh: &mut Shell, index: usize| {
        let _ = sh.set(name, "?");
        let _ = sh.set("OPTIND", &index.to_string());
        sh.vars.remove("OPTARG");
        sh.getopts_at = 0;
        Outcome::Done(1)
    };
    let Some(arg) = list.get(index - 1) else { return end(sh, index) };
    if sh.getopts_at == 0 {
        if !arg.starts_with('-') || arg.len() < 2 {
            return end(sh, index);
        }
        if arg == "--" {
            return end(sh, index + 1);
        }
        sh.getopts_at = 1;
    }
    let Some(c) = arg.get(sh.getopts_at..).and_then(|rest| rest.chars().next()) else {
        return end(sh, index + 1);
    };
    sh.getopts_at += c.len_utf8();
    let at_end = sh.getopts_at >= arg.len();
    let wants = spec.trim_start_matches(':').split_once(c).filter(|_| c != ':').map(|(_, rest)| rest.starts_with(':'));
    let mut found = c.to_string();
    let mut value = None;
    match wants {
        None => {
            if silent {
                value = Some(c.to_string());
            } else if says {
                let own = if sh.is_bash() { format!("{}: illegal option -- {c}\n", sh.arg0) } else { format!("Illegal option -{c}\n") };
                let _ = k.put(p, 2, own.as_bytes());
            }
            found = "?".into();
        }
        Some(true) => {
            if !at_end {
                value = Some(arg[sh.getopts_at..].to_string());
            } else if let Some(next) = list.get(index) {
                value = Some(next.clone());
                index += 1;
            } else if silent {
                value = Some(c.to_string());
                found = ":".into();
            } else {
                if says {
                    let own = if sh.is_bash() {
                        format!("{}: option requires an argument -- {c}\n", sh.arg0)
                    } else {
                        format!("No arg for -{c} option\n")
                    };
                    let _ = k.put(p, 2, own.as_bytes());
                }
                found = "?".into();
            }
            sh.getopts_at = arg.len();
        }
        Some(false) => {}
    }
    if sh.getopts_at >= arg.len() {
        index += 1;
        sh.getopts_at = 0;
    }
    let keep = sh.getopts_at;
    let _ = sh.set(name, &found);
    let _ = sh.set("OPTIND", &index.to_string());
    sh.getopts_at = keep;
    match value {
        Some(v) => {
            let _ = sh.set("OPTARG", &v);
        }
        None => {
            sh.vars.remove("OPTARG");
        }
    }
    Outcome::Done(0)
}
