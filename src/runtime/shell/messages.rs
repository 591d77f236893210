//! What the shell says of itself: errors, with the place that each kind of shell gives.

use super::parse::{ParseError, ash_name, expecting};
use super::*;
use crate::base::Case as _;

impl Shell {
    pub(super) fn is_bash(&self) -> bool {
        self.dialect == Dialect::Bash
    }

    /// Whether it is the `sh` of an image that has a bash.
    pub(super) fn is_dash(&self) -> bool {
        self.dialect == Dialect::Dash
    }

    pub(super) fn bad_substitution(&self, text: &str) -> Stop {
        Stop::Error(match self.dialect {
            Dialect::Bash => format!("${{{text}}}: bad substitution"),
            Dialect::Busybox => "syntax error: bad substitution".into(),
            Dialect::Dash => "Bad substitution".into(),
        })
    }

    pub(super) fn unset_error(&self, name: &str) -> Stop {
        let mark = if name.starts_with(|c: char| c.is_ascii_digit()) { "$" } else { "" };
        Stop::Fatal(if self.is_bash() { format!("{mark}{name}: unbound variable") } else { format!("{name}: parameter not set") })
    }

    /// Says where a script is no script.
    pub(super) fn say_syntax_error(&self, k: &mut Kernel, p: &mut Process, e: &SyntaxError) {
        let SyntaxError { error, line, text } = e;
        let kind = self.frames.last().map(|f| &f.kind);
        let typed = self.opts.interactive && matches!(kind, Some(FrameKind::Main));
        let name = &self.arg0;
        let said = if self.is_bash() {
            let place = match kind {
                Some(FrameKind::Source { path, .. }) => format!("{path}: line {line}: "),
                Some(FrameKind::ExitTrap) => format!("{name}: exit trap: line {line}: "),
                Some(FrameKind::Main) if self.script => format!("{name}: line {line}: "),
                Some(FrameKind::Main) if !self.reads_input => format!("{name}: -c: line {line}: "),
                Some(FrameKind::Eval) => format!("{name}: eval: line {line}: "),
                _ => format!("{name}: "),
            };
            match error {
                ParseError::Unexpected(token, _) => {
                    let line = if typed { String::new() } else { format!("{place}`{text}'\n") };
                    format!("{place}syntax error near unexpected token `{token}'\n{line}")
                }
                ParseError::Unterminated(c) => format!("{place}unexpected EOF while looking for matching `{c}'\n"),
                ParseError::Incomplete(_) => format!("{place}syntax error: unexpected end of file\n"),
                ParseError::LoopVariable(word) => format!("{place}`{word}': not a valid identifier\n"),
                ParseError::TooDeep => format!("{place}{error}\n"),
            }
        } else if self.is_dash() {
            let within = match kind {
                Some(FrameKind::Source { path, .. }) => format!("{path}: "),
                Some(FrameKind::Eval) => "eval: ".to_owned(),
                _ => String::new(),
            };
            // It says first what there is.
            let error = match error {
                ParseError::Unexpected(token, instead) => format!("{} unexpected{}", ash_name(token), expecting(instead)),
                ParseError::Incomplete(instead) => format!("end of file unexpected{}", expecting(instead)),
                _ => {
                    let error = error.to_string();
                    error[..1].upper() + &error[1..]
                }
            };
            format!("{name}: {line}: {within}Syntax error: {error}\n")
        } else {
            let place = match kind {
                Some(FrameKind::Source { path, .. }) => format!("{path}: line {line}: "),
                Some(FrameKind::Eval) => format!("eval: line {}: ", self.line_in_busybox()),
                Some(FrameKind::Main) if self.script => format!("line {line}: "),
                Some(FrameKind::Main) if self.named => format!("line {}: ", line.saturating_sub(1)),
                _ => String::new(),
            };
            format!("{name}: {place}syntax error: {error}\n")
        };
        let _ = k.put(p, 2, said.as_bytes());
    }

    /// The file of commands that is being read, which for busybox and dash may be what `eval` was given.
    fn sourced(&self) -> Option<&str> {
        self.frames.iter().rev().find_map(|f| match &f.kind {
            FrameKind::Source { path, .. } => Some(path.as_str()),
            FrameKind::Eval if !self.is_bash() => Some("eval"),
            _ => None,
        })
    }

    /// The line as busybox's builtins tell it: those of `-c` count from 0.
    pub(super) fn line_in_busybox(&self) -> u32 {
        if self.script || self.reads_input || self.sourced().is_some_and(|file| file != "eval") {
            self.line
        } else {
            self.line.saturating_sub(1)
        }
    }

    /// Prints an error as the shell words it.
    pub(super) fn complain(&self, k: &mut Kernel, p: &mut Process, text: &str) {
        let line = if self.is_bash() || self.is_dash() { self.line } else { self.line_in_busybox() };
        let name = &self.arg0;
        let place = match self.sourced() {
            Some(path) if self.is_dash() => format!("{name}: {line}: {path}: "),
            None if self.is_dash() => format!("{name}: {line}: "),
            Some(path) if self.is_bash() => format!("{path}: line {line}: "),
            Some(path) if !self.opts.interactive => format!("{name}: {path}: line {line}: "),
            _ if (self.is_bash() || self.named) && !self.opts.interactive => format!("{name}: line {line}: "),
            _ => format!("{name}: "),
        };
        let _ = k.put(p, 2, format!("{place}{text}\n").as_bytes());
    }

    /// What `time` says at its end. What of it was the CPU's is not told apart.
    pub(super) fn say_time(&self, k: &mut Kernel, p: &mut Process, since: crate::base::Time, plain: bool) {
        let took = k.now.since(since).as_secs_f64();
        let (minutes, seconds) = ((took / 60.0).floor(), took % 60.0);
        let said = if plain {
            format!("real {took:.2}\nuser 0.00\nsys 0.00\n")
        } else if self.is_bash() {
            format!("\nreal\t{minutes}m{seconds:.3}s\nuser\t0m0.000s\nsys\t0m0.000s\n")
        } else {
            format!("real\t{minutes}m {seconds:.2}s\nuser\t0m 0.00s\nsys\t0m 0.00s\n")
        };
        let _ = k.put(p, 2, said.as_bytes());
    }

    /// What busybox says, as dash begins it.
    pub(super) fn in_own_words(&self, text: &str) -> String {
        if self.is_dash() { text.replacen("illegal", "Illegal", 1).replacen("no current", "No current", 1) } else { text.to_owned() }
    }

    /// Prints a builtin's error.
    pub(super) fn builtin_error(&self, k: &mut Kernel, p: &mut Process, name: &str, text: &str) {
        let text = if self.is_bash() {
            let line = if self.opts.interactive { String::new() } else { format!("line {}: ", self.line) };
            format!("{}: {line}{name}: {text}\n", self.arg0)
        } else if self.is_dash() {
            format!("{}: {}: {name}: {}\n", self.arg0, self.line, self.in_own_words(text))
        } else if self.opts.interactive {
            format!("{}: {name}: {text}\n", self.arg0)
        } else {
            format!("{}: {name}: line {}: {text}\n", self.arg0, self.line_in_busybox())
        };
        let _ = k.put(p, 2, text.as_bytes());
    }
}
