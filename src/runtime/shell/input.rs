//! Commands from standard input and from a terminal: prompts, aliases, jobs.

use arcstr::ArcStr;

use super::super::kernel::{Kernel, Rd};
use super::super::process::{Block, ExitStatus, Process, Step};
use super::*;

/// What the aliases of one line may become, in bytes.
const ALIAS_BYTES_MAX: usize = 1 << 20;

impl Shell {
    /// Reads the next command; `None` where one is ready to run.
    pub(super) fn next_command(&mut self, k: &mut Kernel, p: &mut Process) -> Option<Step> {
        if !self.reads_input {
            self.exiting = Some(self.status);
            return None;
        }
        let Some(fd) = p.fd(self.input_fd) else {
            self.exiting = Some(self.status);
            return None;
        };
        if self.opts.interactive && !self.prompted {
            self.prompted = true;
            self.report_jobs(k, p);
            let prompt = self.prompt(k, p);
            let _ = k.put(p, 2, prompt.as_bytes());
            // What was typed while something ran stood above; behind the prompt it is shown again, as by readline.
            let ahead = k.typed_ahead(fd);
            let _ = k.put(p, 2, &ahead);
        }
        match k.read(fd, 64 << 10, true) {
            Rd::Data(line) => {
                self.prompted = false;
                let line = String::from_utf8_lossy(&line);
                self.input.push_str(&line);
                // Longer than any script: it is refused as it is.
                if self.input.len() > parse::SCRIPT_BYTES_MAX {
                    self.run_input(true);
                    return None;
                }
                if !line.ends_with('\n') {
                    return Some(Step::Again(1));
                }
                if self.here_end.as_ref().is_some_and(|end| end.text(line.trim_end_matches('\n')).is_some()) {
                    return None;
                }
                self.run_input(false);
                None
            }
            Rd::Empty => Some(Step::Wait(Block::Read(fd), 0)),
            Rd::End | Rd::Failed(_) => {
                if self.input.trim().is_empty() {
                    if self.opts.interactive {
                        let _ = k.put(p, 1, if self.is_bash() { b"exit\n" } else { b"\n" });
                    }
                    self.reads_input = false;
                    self.exiting = Some(self.status);
                } else {
                    self.run_input(true);
                }
                None
            }
        }
    }

    fn run_input(&mut self, end: bool) {
        self.here_end = None;
        if !end {
            match parse::lacks(&self.input, self.dialect) {
                parse::Lacks::Nothing => {}
                parse::Lacks::More => return,
                parse::Lacks::Line(end) => {
                    self.here_end = Some(end);
                    return;
                }
            }
        }
        let text = std::mem::take(&mut self.input);
        let first = self.input_lines + 1;
        self.input_lines += text.lines().count() as u32;
        if text.trim().is_empty() {
            return;
        }
        let text = self.with_aliases(&text);
        self.push_frame(Arc::new(parse::parse_from(&text, self.dialect, first)), FrameKind::Main, false);
    }

    /// Replaces aliases at the starts of commands on a typed line.
    fn with_aliases(&self, text: &str) -> String {
        if self.aliases.is_empty() || !self.opts.interactive {
            return text.to_string();
        }
        self.unaliased(text, &mut Vec::new(), &mut ALIAS_BYTES_MAX.clone())
    }

    /// The same, but for the aliases that this text comes from, and for no more than is left of what aliases may become.
    fn unaliased<'a>(&'a self, text: &'a str, within: &mut Vec<&'a str>, left: &mut usize) -> String {
        let mut out = String::new();
        let mut rest = text;
        let mut command = true;
        let mut quote = None;
        while let Some(c) = rest.chars().next() {
            if quote.is_none() && command && (c.is_alphanumeric() || c == '_') {
                let n = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(rest.len());
                let word = &rest[..n];
                match self.aliases.get(word) {
                    Some(value) if !within.contains(&word) && *left > value.len() => {
                        *left -= value.len();
                        within.push(word);
                        out += &self.unaliased(value, within, left);
                        within.pop();
                        // After a blank, the next word may be an alias as well.
                        command = value.ends_with([' ', '\t']);
                    }
                    _ => {
                        out.push_str(word);
                        command = matches!(word, "do" | "then" | "else" | "time" | "if" | "while" | "until");
                    }
                }
                rest = &rest[n..];
                continue;
            }
            match (quote, c) {
                (None, '\'' | '"') => quote = Some(c),
                (Some(q), c) if q == c => quote = None,
                (None, '|' | '&' | ';' | '(' | '\n') => command = true,
                (None, ' ' | '\t') => {}
                (None, _) => command = false,
                _ => {}
            }
            out.push(c);
            rest = &rest[c.len_utf8()..];
        }
        out
    }

    pub(super) fn prompt(&mut self, k: &mut Kernel, p: &mut Process) -> String {
        if !self.input.is_empty() {
            return self.get("PS2").map_or_else(|| "> ".to_string(), |v| v.to_string());
        }
        let ps1 = self.get("PS1").cloned().unwrap_or_else(|| {
            ArcStr::from(if self.is_bash() {
                "\\u@\\h:\\w\\$ "
            } else if self.is_dash() {
                "\\$ "
            } else {
                "\\w \\$ "
            })
        });
        let mut out = String::new();
        let mut chars = ps1.chars();
        let home = self.get("HOME").cloned().unwrap_or_default();
        while let Some(c) = chars.next() {
            if c != '\\' {
                out.push(c);
                continue;
            }
            match chars.next() {
                Some('u') => out.push_str(if p.uid == 0 { "root" } else { self.get("USER").map_or("user", |u| u.as_str()) }),
                Some('h' | 'H') => out.push_str(&k.hostname),
                Some('w') => {
                    let cwd = self.directory(k, p);
                    // The root directory as home is shown as what it is.
                    match cwd.strip_prefix(home.as_str()).filter(|_| home.len() > 1) {
                        Some(rest) if rest.is_empty() || rest.starts_with('/') => {
                            out.push('~');
                            out.push_str(rest);
                        }
                        _ => out.push_str(&cwd),
                    }
                }
                Some('W') => out.push_str(super::super::fs::base_name(&self.directory(k, p))),
                Some('$') => out.push(if p.uid == 0 { '#' } else { '$' }),
                Some('n') => out.push('\n'),
                Some('[' | ']') => {}
                Some('e') => out.push('\x1b'),
                Some('s') => out.push_str(if self.is_bash() { "bash" } else { "sh" }),
                Some(other) => out.push(other),
                None => out.push('\\'),
            }
        }
        // Variables in a prompt are expanded; a substitution there is left out.
        if out.contains('$')
            && out.trim_end() != "$"
            && !out.ends_with("$ ")
            && let Ok(word) = parse::parse_here(&out, self.dialect)
            && let Ok(text) = Expander::new(self, k, p).string(&word)
        {
            self.record.clear();
            return text;
        }
        out
    }

    fn report_jobs(&mut self, k: &mut Kernel, p: &mut Process) {
        let done: String = self.jobs.iter().filter(|j| j.status.is_some()).map(|job| self.job_line(job, &self.jobs, false)).collect();
        let _ = k.put(p, 2, done.as_bytes());
        self.jobs.retain(|j| j.status.is_none());
    }

    /// How one of these jobs is told of, with its process if asked for.
    pub(super) fn job_line(&self, job: &Job, jobs: &[Job], process: bool) -> String {
        let state = match job.status {
            None => "Running".to_string(),
            Some(ExitStatus::Code(0)) => "Done".to_string(),
            Some(ExitStatus::Code(n)) if self.is_bash() => format!("Exit {n}"),
            Some(ExitStatus::Code(n)) => format!("Done({n})"),
            Some(ExitStatus::Signal(s)) => s.text().to_string(),
        };
        // The last is the current one, and the one before it is next.
        let newer = jobs.iter().filter(|j| j.number > job.number).count();
        let mark = ["+", "-"].get(newer).unwrap_or(&" ");
        let (width, end) = match (self.is_bash(), job.status.is_none()) {
            (true, true) => (23, " &"),
            (true, false) => (23, ""),
            (false, _) => (26, ""),
        };
        let process = match (process, self.is_bash()) {
            (true, true) => format!("{} ", job.pid),
            (true, false) => format!(" {} ", job.pid),
            (false, _) => " ".into(),
        };
        format!("[{}]{mark} {process}{state:<width$} {}{end}\n", job.number, job.text)
    }
}
