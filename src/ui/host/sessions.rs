//! The host's sessions: how one takes the place of another, and how that one comes back.

use kubarium::base::{List as _, SortedMap, Time};
use kubarium::sim::{Session, Timeline};
use kubarium::views::Exercises;

use super::super::state::TERMINALS_MAX;
use super::{Host, Transcript, end_of};

/// A session that another one takes the place of, as it was.
pub struct Replaced {
    time: Timeline,
    tasks: Exercises,
    transcripts: SortedMap<(u32, usize), Transcript>,
}

impl Replaced {
    /// The session of the branch that was looked at last.
    pub fn session(&self) -> &Session {
        self.time.live().session()
    }
}

/// How many terminals a session has.
pub fn terminals_of(session: &Session) -> usize {
    session.inputs.iter().filter_map(|i| i.terminal.as_ref()).map(|t| t.tab as usize + 1).max().unwrap_or(1).clamp(1, TERMINALS_MAX)
}

impl Host {
    /// Opens a session and runs it at once to its last input, or to a moment after that.
    pub fn open(&mut self, session: Session, at: Time) {
        let catch_up = end_of(&session).max(at.min(Session::LATEST));
        let run_again = session.inputs.iter().filter(|i| i.cmd.is_some() || i.api.is_some()).count();
        self.take(Replaced { time: Timeline::new(session), tasks: Exercises::default(), transcripts: SortedMap::new() });
        (self.catch_up, self.run_again, self.echoed, self.answered) = (catch_up, run_again, 0, 0);
        self.open_terminals();
    }

    /// Goes back to the session whose place this one took, if there is one.
    pub fn return_to_replaced(&mut self) {
        if let Some(before) = self.replaced.take() {
            self.take(before);
            self.open_terminals();
        }
    }

    /// Lets another session take the place of this one, which is kept where something has been done in it.
    fn take(&mut self, next: Replaced) {
        self.keep_edits();
        self.time.back_to_now();
        let before = Replaced {
            time: std::mem::replace(&mut self.time, next.time),
            tasks: std::mem::replace(&mut self.tasks, next.tasks),
            transcripts: std::mem::replace(&mut self.transcripts, next.transcripts),
        };
        let is_used = before.session().inputs.iter().any(|i| i.is_act() || !i.files.is_empty());
        self.replaced = is_used.then_some(before);
        (self.edited, self.files_seen, self.files_stale) = (SortedMap::new(), SortedMap::new(), true);
        let branch = self.time.current();
        for (terminal, screen) in self.terminals.iter_mut() {
            screen.shown.0 = u32::MAX;
            screen.line.restart(self.transcripts.get(&(branch, *terminal)).map_or("", Transcript::last_line));
        }
        self.begin_anew();
    }

    fn open_terminals(&mut self) {
        let terminals: Vec<usize> = self.terminals.keys().copied().list();
        terminals.into_iter().for_each(|t| self.open_terminal(t));
    }
}
