//! The host's terminals: what is typed into them, and what they show of their transcripts.

use js_sys::{Function, Uint8Array};
use kubarium::base::List as _;
use kubarium::sim::{SIZE_QUERY, TerminalInput, TimedInput};
use kubarium::views::complete;

use super::super::line_editor::{Effect, LineEditor};
use super::super::state::TERMINALS_MAX;
use super::super::vendor::JsTerminal;
use super::{Host, Screen, Transcript, end_of};

/// The most steps that are done at once for what has just been typed.
const SETTLE_STEPS: u64 = 64;

impl Host {
    /// Something typed into a terminal. A program in a container gets each key; otherwise a line is edited here first.
    pub fn type_in(&mut self, terminal: usize, text: &str) {
        self.fork();
        let mut rest = text;
        while !rest.is_empty() {
            if self.sim().workstation().terminal_is_raw(tab_of(terminal)) {
                self.send_to(terminal, rest);
                return;
            }
            let Some(screen) = self.terminals.get_mut(&terminal) else { return };
            let end = rest.find(['\r', '\n']).map_or(rest.len(), |at| at + if rest[at..].starts_with("\r\n") { 2 } else { 1 });
            let effects = screen.line.typed(&rest[..end]);
            self.carry_out(terminal, effects);
            rest = &rest[end..];
            // Of several lines each is shown once the shell has asked for it, where it does so at once.
            if !rest.is_empty() {
                self.settle();
                self.show_output();
            }
        }
    }

    /// What has just been given is acted on, as far as that takes no time.
    fn settle(&mut self) {
        if !self.time.is_seeking() && self.next_to_run_again().is_none() {
            self.time.run(self.sim().now(), SETTLE_STEPS);
        }
    }

    /// The terminals that are open at the moment that is looked at: one at least.
    pub(super) fn open_terminals(&self) -> Vec<usize> {
        let open: Vec<usize> = self.sim().workstation().terminals().map(|tab| tab as usize).take(TERMINALS_MAX).list();
        if open.is_empty() { vec![0] } else { open }
    }

    /// Opens a terminal after the last one. Says which.
    pub fn new_terminal(&mut self) -> usize {
        let terminal = self.open_terminals().into_iter().max().unwrap_or(0).saturating_add(1);
        self.send_to(terminal, "");
        self.settle();
        terminal
    }

    /// Closes a terminal, and ends what runs in it.
    pub fn close_terminal(&mut self, terminal: usize) {
        let closed = TerminalInput { tab: tab_of(terminal), hangup: true, ..TerminalInput::default() };
        self.give(TimedInput { terminal: Some(closed), ..TimedInput::default() });
        self.settle();
    }

    fn carry_out(&mut self, terminal: usize, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Show(text) => {
                    let now = self.sim().now();
                    self.transcripts.entry((self.time.current(), terminal)).or_default().push(now, &text);
                    self.draw_screens();
                }
                Effect::Send(text) => {
                    if text.ends_with('\n') {
                        self.keep_edits();
                    }
                    self.send_to(terminal, &text);
                }
                Effect::Complete(before) => {
                    let found = complete(self.time.live(), tab_of(terminal), &before);
                    if let Some(screen) = self.terminals.get_mut(&terminal) {
                        let effects = screen.line.complete(found.from, &found.candidates);
                        self.carry_out(terminal, effects);
                    }
                }
            }
        }
    }

    fn send_to(&mut self, terminal: usize, text: &str) {
        let typed = TerminalInput { tab: tab_of(terminal), data: text.to_owned(), hangup: false };
        self.give(TimedInput { terminal: Some(typed), ..TimedInput::default() });
    }

    /// A terminal has this many columns from now on.
    pub fn resize(&mut self, terminal: usize, columns: u32) {
        if let Some(screen) = self.terminals.get_mut(&terminal) {
            screen.line.resize(columns as usize);
        }
        if self.time.live().workstation().terminal_is_raw(tab_of(terminal)) {
            self.tell_size(terminal);
        }
    }

    /// Says to what runs in a terminal how large it is, as a terminal does that was asked. What is only run again was told before.
    fn tell_size(&mut self, terminal: usize) {
        let Some(js) = self.terminals.get(&terminal).map(|screen| &screen.js) else { return };
        if !self.time.is_past() && end_of(self.session()) <= self.time.live().now() {
            let size = format!("\x1b[8;{};{}t", js.rows(), js.cols());
            self.send_to(terminal, &size);
        }
    }

    /// Shows a terminal's output on the page from now on.
    pub fn attach(&mut self, terminal: usize, js: JsTerminal) {
        let mut line = LineEditor::new();
        line.resize(js.cols() as usize);
        line.restart(self.transcripts.get(&(self.time.current(), terminal)).map_or("", Transcript::last_line));
        self.terminals.insert(terminal, Screen { js, shown: (u32::MAX, 0), line });
        self.open_terminal(terminal);
        self.show_output();
    }

    /// A terminal begins with its shell, which nothing typed opens.
    pub(super) fn open_terminal(&mut self, terminal: usize) {
        let opened = |i: &TimedInput| i.terminal.as_ref().is_some_and(|t| t.tab == tab_of(terminal));
        if !self.time.is_past() && !self.session().inputs.iter().any(opened) {
            self.send_to(terminal, "");
        }
    }

    /// A terminal is taken off the page.
    pub fn detach(&mut self, terminal: usize) {
        if let Some(screen) = self.terminals.remove(&terminal) {
            screen.js.dispose_terminal();
        }
    }

    /// A terminal's colours or language may have changed.
    pub fn dress_terminal(&self, terminal: usize, label: &str) {
        if let Some(screen) = self.terminals.get(&terminal) {
            screen.js.set_theme();
            screen.js.set_terminal_label(label);
        }
    }

    /// A terminal came to the front.
    pub fn focus_terminal(&self, terminal: usize) {
        if let Some(screen) = self.terminals.get(&terminal) {
            screen.js.focus_terminal();
        }
    }

    /// Pastes into a terminal; see [`JsTerminal::paste`].
    pub fn paste(&self, terminal: usize, refused: &Function) {
        if let Some(screen) = self.terminals.get(&terminal) {
            screen.js.paste(refused);
        }
    }

    /// Marks a text in a terminal; see [`JsTerminal::find`].
    pub fn find(&self, terminal: usize, text: &str, step: i32, tell: &Function) {
        if let Some(screen) = self.terminals.get(&terminal) {
            screen.js.find(text, step, tell);
        }
    }

    /// Takes what the terminals' programs have written.
    pub(super) fn show_output(&mut self) {
        let branch = self.time.current();
        let (mut asked, mut ahead) = (Vec::new(), Vec::new());
        if !self.time.is_past() {
            // Those too that nobody has seen yet.
            for terminal in self.open_terminals().into_iter().filter(|t| !self.terminals.contains_key(t)) {
                let transcript = self.transcripts.entry((branch, terminal)).or_default();
                let (new, end) = self.time.live().terminal_output(tab_of(terminal), transcript.taken);
                transcript.push(self.time.live().now(), &shown_text(&new));
                transcript.taken = end;
            }
            for (terminal, screen) in self.terminals.iter_mut() {
                let transcript = self.transcripts.entry((branch, *terminal)).or_default();
                let (new, end) = self.time.live().terminal_output(tab_of(*terminal), transcript.taken);
                if !new.is_empty() {
                    let text = screen.line.output(&shown_text(&new));
                    if text.contains(SIZE_QUERY) {
                        asked.push(*terminal);
                    }
                    transcript.push(self.time.live().now(), &text);
                    transcript.taken = end;
                    self.files.may_have_changed();
                    self.has_said = true;
                }
                // What was typed before a program took the keys is there for it to read.
                if screen.line.is_begun() && self.time.live().workstation().terminal_is_raw(tab_of(*terminal)) {
                    let (text, line) = screen.line.hand_over();
                    transcript.push(self.time.live().now(), &text);
                    ahead.push((*terminal, line));
                }
            }
        }
        ahead.into_iter().for_each(|(terminal, line)| self.send_to(terminal, &line));
        asked.into_iter().for_each(|terminal| self.tell_size(terminal));
        self.draw_screens();
    }

    /// Lets each terminal show its transcript up to the moment that is looked at.
    fn draw_screens(&mut self) {
        let (branch, now, past) = (self.time.current(), self.sim().now(), self.time.is_past());
        for (terminal, screen) in self.terminals.iter_mut() {
            let Some(transcript) = self.transcripts.get(&(branch, *terminal)) else { continue };
            let end = if past { transcript.end_at(now) } else { transcript.end() };
            if screen.shown == (branch, end) {
                continue;
            }
            let goes_on = screen.shown.0 == branch && screen.shown.1 <= end;
            if !goes_on {
                screen.js.reset();
            }
            let text = transcript.between(if goes_on { screen.shown.1 } else { 0 }, end);
            screen.js.write(&Uint8Array::from(text.as_bytes()));
            screen.shown = (branch, end);
        }
    }
}

/// Output as a screen takes it: a newline also goes back to the first column.
pub(super) fn shown_text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut shown = String::with_capacity(text.len() + 16);
    let mut last = ' ';
    for c in text.chars() {
        if c == '\n' && last != '\r' {
            shown.push('\r');
        }
        shown.push(c);
        last = c;
    }
    shown
}

/// A terminal's number as the session has it.
pub(super) fn tab_of(terminal: usize) -> u32 {
    u32::try_from(terminal).unwrap_or(u32::MAX)
}
