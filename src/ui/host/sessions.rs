//! The host's sessions: how one takes the place of another, and how that one comes back, also once the page is loaded anew.

use kubarium::base::{SortedMap, Time};
use kubarium::sim::{Session, Timeline};
use kubarium::views::Exercises;

use super::super::session_copy::{keep_replaced, replaced};
use super::{EditorFiles, Host, Transcript, commands_of, end_of};

/// A session that another one takes the place of, as it was.
pub struct Replaced {
    time: Timeline,
    tasks: Exercises,
    transcripts: SortedMap<(u32, usize), Transcript>,
    /// Until when it is to be run again first; none where it is as it was left.
    run_to: Option<Time>,
    /// Whether it outlives the page.
    pub is_kept: bool,
}

impl Replaced {
    fn anew(session: Session, at: Time) -> Replaced {
        let run_to = Some(end_of(&session).max(at.min(Session::LATEST)));
        Replaced { time: Timeline::new(session), tasks: Exercises::default(), transcripts: SortedMap::new(), run_to, is_kept: true }
    }

    /// The one that was kept when the page was left.
    pub fn kept() -> Option<Replaced> {
        replaced().map(|(session, at)| Replaced::anew(session, at))
    }

    /// The session of the branch that was looked at last.
    pub fn session(&self) -> &Session {
        self.time.live().session()
    }
}

impl Host {
    /// Opens a session and runs it at once to its last input, or to a moment after that.
    pub fn open(&mut self, session: Session, at: Time) {
        self.take(Replaced::anew(session, at));
    }

    /// Goes back to the session whose place this one took, if there is one.
    pub fn return_to_replaced(&mut self) {
        if let Some(before) = self.replaced.take() {
            self.take(before);
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
            run_to: None,
            is_kept: true,
        };
        let is_used = before.session().inputs.iter().any(|i| i.is_act() || !i.files.is_empty());
        self.replaced = is_used.then_some(before);
        self.files = EditorFiles::default();
        let branch = self.time.current();
        for (terminal, screen) in self.terminals.iter_mut() {
            screen.shown.0 = u32::MAX;
            screen.line.restart(self.transcripts.get(&(branch, *terminal)).map_or("", Transcript::last_line));
        }
        self.begin_anew();
        let is_kept = keep_replaced(self.replaced.as_ref().map(|r| (r.session(), r.time.live().now())));
        if let Some(before) = &mut self.replaced {
            before.is_kept = is_kept;
        }
        if let Some(catch_up) = next.run_to {
            let run_again = commands_of(self.session());
            (self.catch_up, self.run_again, self.echoed, self.answered) = (catch_up, run_again, 0, 0);
        }
        // Of those that the session before had, the first is there in any case.
        self.open_terminal(0);
    }
}
