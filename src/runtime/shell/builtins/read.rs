//! read, mapfile and getopts.

use arcstr::ArcStr;

use super::super::super::kernel::{DescId, Kernel, Rd};
use super::super::super::process::{Block, Process, Step};
use super::super::*;
use super::Outcome;

pub fn read(sh: &mut Shell, k: &mut Kernel, p: &mut Process, args: &[String], tested: bool) -> Outcome {
    let mut r = Reading { chars: None, delimiter: b'\n', ..Reading::all(0, tested, None) };
    let mut fd = 0;
    let mut it = args.iter();
    while let Some(a) = it.next() {
        let Some(flags) = a.strip_prefix('-').filter(|f| !f.is_empty()) else {
            r.names.push(a.clone());
            continue;
        };
        let mut chars = flags.chars();
        while let Some(c) = chars.next() {
            let mut value = || -> String {
                let rest = chars.as_str().to_string();
                chars = "".chars();
                if rest.is_empty() { it.next().cloned().unwrap_or_default() } else { rest }
            };
            match c {
                'r' => r.raw = true,
                's' => {}
                'a' => {
                    r.array = true;
                    let name = value();
                    r.names.push(name);
                }
                'p' => {
                    let prompt = value();
                    if k.is_tty(p, 0) {
                        let _ = k.put(p, 2, prompt.as_bytes());
                    }
                }
                't' => {
                    let t = value().parse::<f64>().unwrap_or(0.0);
                    r.until = Some(k.now + crate::base::Duration::from_micros((t.clamp(0.0, 1e9) * 1e6) as u64));
                }
                'n' | 'N' => r.chars = value().parse().ok(),
                'd' => r.delimiter = value().bytes().next().unwrap_or(0),
                'u' => fd = value().parse().unwrap_or(0),
                _ => {
                    sh.builtin_error(k, p, "read", &if sh.bash { format!("-{c}: invalid option") } else { format!("illegal option -{c}") });
                    return Outcome::Done(2);
                }
            }
        }
    }
    for n in &r.names {
        if !parse::is_name(n) {
            sh.builtin_error(
                k,
                p,
                "read",
                &if sh.bash { format!("`{n}': not a valid identifier") } else { format!("{n}: bad variable name") },
            );
            return Outcome::Done(if sh.bash { 1 } else { 2 });
        }
    }
    let Some(d) = p.fd(fd) else {
        sh.builtin_error(k, p, "read", "Bad file descriptor");
        return Outcome::Done(1);
    };
    r.fd = d;
    Outcome::Read(Box::new(r))
}

pub fn read_all(sh: &mut Shell, k: &mut Kernel, p: &mut Process, args: &[String], tested: bool) -> Outcome {
    let name = args.iter().find(|a| !a.starts_with('-')).cloned().unwrap_or_else(|| "MAPFILE".into());
    match read(sh, k, p, &["-d".into(), String::new(), "-r".into(), "-a".into(), name], tested) {
        Outcome::Read(mut r) => {
            r.delimiter = 0;
            r.chars = Some(usize::MAX);
            r.trim = args.iter().any(|a| a == "-t");
            Outcome::Read(r)
        }
        other => other,
    }
}

impl Reading {
    /// Everything up to the end.
    pub(super) fn all(fd: DescId, tested: bool, script: Option<(ArcStr, Option<Vec<ArcStr>>)>) -> Reading {
        Reading {
            names: Vec::new(),
            raw: false,
            array: false,
            line: Vec::new(),
            chars: Some(usize::MAX),
            delimiter: 0,
            fd,
            until: None,
            saved: Saved::default(),
            tested,
            script,
            trim: false,
        }
    }
}

impl Shell {
    pub(in super::super) fn resume_read(&mut self, k: &mut Kernel, p: &mut Process, mut r: Box<Reading>) -> Option<Step> {
        let lines = r.chars == Some(usize::MAX);
        let mut complete = false;
        loop {
            if let Some(n) = r.chars
                && r.line.len() >= n
            {
                complete = true;
                break;
            }
            let whole = r.chars.is_none() && r.delimiter == b'\n';
            match k.read(r.fd, if whole || lines { 64 << 10 } else { 1 }, whole) {
                Rd::Data(d) => {
                    if r.line.len() > 4 << 20 {
                        complete = true;
                        break;
                    }
                    r.line.extend(&d);
                    if !lines && r.line.last() == Some(&r.delimiter) {
                        r.line.pop();
                        // A backslash before the newline joins lines.
                        let slashes = r.line.iter().rev().take_while(|b| **b == b'\\').count();
                        if !r.raw && slashes % 2 == 1 {
                            r.line.pop();
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
        if let Some((path, params)) = r.script {
            k.desc_unref(r.fd);
            self.control.push(Control::Redirect(saved));
            self.push_frame(compile(&text, self.bash), FrameKind::Source { path, params }, r.tested);
            return None;
        }
        if lines {
            self.undo(k, p, saved);
            let end = if r.trim { "" } else { "\n" };
            let items = text.lines().map(|l| ArcStr::from(format!("{l}{end}"))).collect();
            self.vars.insert(ArcStr::from(r.names[0].as_str()), Var { array: Some(items), ..Var::default() });
            self.status = 0;
            return None;
        }
        // The command's own IFS counts for the splitting.
        self.assign_read(&r, &text);
        self.undo(k, p, saved);
        self.status = if complete {
            0
        } else if timed_out {
            if self.bash { 142 } else { 1 }
        } else {
            1
        };
        if !r.tested {
            self.check_errexit();
        }
        None
    }

    fn assign_read(&mut self, r: &Reading, text: &str) {
        let ifs = self.ifs();
        let white = |c: char| ifs.contains(c) && matches!(c, ' ' | '\t' | '\n');
        // Characters that a backslash quoted do not separate.
        let mut chars: Vec<(char, bool)> = Vec::new();
        let mut it = text.chars();
        while let Some(c) = it.next() {
            if c == '\\' && !r.raw {
                if let Some(c) = it.next() {
                    chars.push((c, true));
                }
            } else {
                chars.push((c, false));
            }
        }
        let separates = |(c, quoted): (char, bool)| !quoted && ifs.contains(c);
        let blank = |(c, quoted): (char, bool)| !quoted && white(c);
        if r.names.is_empty() {
            let _ = self.set("REPLY", text);
            return;
        }
        let mut at = 0;
        let mut fields: Vec<String> = Vec::new();
        while at < chars.len() && blank(chars[at]) {
            at += 1;
        }
        let last = if r.array { usize::MAX } else { r.names.len() - 1 };
        while at < chars.len() {
            if fields.len() == last {
                let mut end = chars.len();
                while end > at && blank(chars[end - 1]) {
                    end -= 1;
                }
                // One separator that ends the last field belongs to it no more.
                if end > at && separates(chars[end - 1]) && !chars[at..end - 1].iter().any(|c| separates(*c)) {
                    end -= 1;
                }
                fields.push(chars[at..end].iter().map(|c| c.0).collect());
                break;
            }
            let start = at;
            while at < chars.len() && !separates(chars[at]) {
                at += 1;
            }
            fields.push(chars[start..at].iter().map(|c| c.0).collect());
            while at < chars.len() && blank(chars[at]) {
                at += 1;
            }
            if at < chars.len() && separates(chars[at]) && !blank(chars[at]) {
                at += 1;
                while at < chars.len() && blank(chars[at]) {
                    at += 1;
                }
            }
        }
        if r.array {
            let items = fields.into_iter().map(ArcStr::from).collect();
            self.vars.insert(ArcStr::from(r.names[0].as_str()), Var { array: Some(items), ..Var::default() });
            return;
        }
        for (i, name) in r.names.iter().enumerate() {
            let _ = self.set(name, fields.get(i).map_or("", String::as_str));
        }
    }
}

pub fn getopts(sh: &mut Shell, k: &mut Kernel, p: &mut Process, args: &[String]) -> Outcome {
    let [spec, name, rest @ ..] = args else {
        sh.builtin_error(k, p, "getopts", "usage: getopts optstring var [arg...]");
        return Outcome::Done(2);
    };
    let list: Vec<String> = if rest.is_empty() { sh.params.iter().map(|a| a.to_string()).collect() } else { rest.to_vec() };
    let mut index: usize = sh.get("OPTIND").and_then(|v| v.parse().ok()).unwrap_or(1).max(1);
    let silent = spec.starts_with(':');
    let end = |sh: &mut Shell, index: usize| {
        let _ = sh.set(name, "?");
        let _ = sh.set("OPTIND", &index.to_string());
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
            } else {
                sh.complain(k, p, &format!("{}{c}", if sh.bash { "illegal option -- " } else { "illegal option -" }));
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
                sh.complain(k, p, &if sh.bash { format!("option requires an argument -- {c}") } else { format!("no arg for -{c} option") });
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
