//! A copy of the session in the browser's storage, written before each input is acted on: what is left where the page breaks. As
//! long as an input, or a session that is run again, has not gone well for a while, the next load leaves the last inputs out: a
//! page that hangs can say nothing any more.

use kubarium::base::{List as _, Time};
use kubarium::sim::{Session, TimedInput};

use super::storage;

/// The longest copy that is kept, in bytes; a browser's storage holds about 5 MB.
const BYTES_MAX: usize = 3_000_000;
/// How much of it is kept by itself, so that not all is written for each input.
const TAIL_BYTES_MAX: usize = 20_000;
/// The longest copy of a session that is kept beside it.
const REPLACED_BYTES_MAX: usize = 1_000_000;
/// How long frames must go well after an input, in milliseconds.
const TRIAL_MS: f64 = 3000.0;

/// The copy: the session without inputs on its first line, then one input on each line.
pub struct SessionCopy {
    text: String,
    /// How much of it is stored as a whole; none of it at first.
    whole: usize,
    /// How long frames must still go well.
    trial_ms: f64,
    /// Whether the browser took it when it was stored last.
    is_kept: bool,
}

/// What was kept of a session.
pub struct Kept {
    /// The session.
    pub session: Session,
    /// How far it had come.
    pub at: Time,
    /// How many of its last inputs are left out because the page did not outlive them: twice as many where leaving some out did
    /// not help.
    pub lost: usize,
    /// Whether another tab may have it open.
    pub is_copy: bool,
}

impl SessionCopy {
    /// Begins a copy. Nothing is stored until something happens, so that opening the page twice loses nothing.
    pub fn new(session: &Session) -> SessionCopy {
        let mut head = session.clone();
        let inputs = std::mem::take(&mut head.inputs);
        let mut copy = SessionCopy { text: head.to_json(), whole: 0, trial_ms: TRIAL_MS, is_kept: true };
        for input in &inputs {
            copy.add(input);
        }
        copy
    }

    /// Adds an input and stores the copy.
    pub fn append(&mut self, input: &TimedInput) {
        self.add(input);
        // Where another tab has written meanwhile, this one's tail would be of no use without the whole.
        if self.whole == 0 || self.text.len() - self.whole > TAIL_BYTES_MAX || !storage::is_writer() {
            self.store();
        } else {
            self.is_kept = storage::keep(storage::TAIL, &format!("{}{}", self.whole, &self.text[self.whole..]));
        }
        self.trial_ms = TRIAL_MS;
        storage::keep(storage::RESTORE, "1");
    }

    /// A frame has gone well.
    pub fn goes_well(&mut self, elapsed_ms: f64) {
        if self.trial_ms > 0.0 {
            self.trial_ms -= elapsed_ms;
            if self.trial_ms <= 0.0 {
                storage::keep(storage::RESTORE, "");
            }
        }
    }

    /// Stores the copy. One that does not fit in leaves what is stored as it is.
    pub fn store(&mut self) {
        self.is_kept = self.text.len() <= BYTES_MAX;
        if self.is_kept {
            storage::become_writer();
            self.is_kept = storage::keep(storage::SESSION, &self.text);
        }
        if self.is_kept {
            self.whole = self.text.len();
            storage::keep(storage::TAIL, "");
        }
    }

    /// Whether the browser has all of it.
    pub fn is_kept(&self) -> bool {
        self.is_kept
    }

    fn add(&mut self, input: &TimedInput) {
        self.text.push('\n');
        self.text.push_str(&input.to_json());
    }

    /// How far the session has come.
    pub fn note_moment(now: Time) {
        storage::keep(storage::MOMENT, &format!("{:.1}", now.as_secs_f64()));
    }

    /// The session of before: this tab's, or else the one that was acted on last. Nothing where the page was opened with a link.
    pub fn restore() -> Option<Kept> {
        if web_sys::window()?.location().hash().is_ok_and(|hash| hash.starts_with("#k")) {
            storage::keep(storage::RESTORE, "");
            return None;
        }
        let own = storage::read(true, storage::SESSION).is_some();
        let [whole, tail, moment, lost] =
            [storage::SESSION, storage::TAIL, storage::MOMENT, storage::RESTORE].map(|key| storage::read(own, key).unwrap_or_default());
        // A tab that is loaded anew goes on writing for whoever comes next, unless another one has written since.
        let writes_on = !own || storage::get(storage::SESSION).as_ref() == Some(&whole);
        let is_open = writes_on && storage::become_writer();
        storage::keep(storage::RESTORE, "");
        let lost = lost.parse().unwrap_or(0_usize);
        // What goes on from another session is not of this one.
        let tail = tail.strip_prefix(&whole.len().to_string()).filter(|t| t.starts_with('\n')).unwrap_or_default();
        let mut lines = whole.lines().chain(tail.lines().skip(1));
        let mut session = Session::from_json(lines.next()?).ok()?;
        session.inputs = lines.map_while(|line| TimedInput::from_json(line).ok()).list();
        session.inputs.truncate(session.inputs.len().saturating_sub(lost));
        session.check().ok()?;
        if !own {
            for key in [storage::REPLACED, storage::OFFER] {
                storage::write(true, key, &storage::read(false, key).unwrap_or_default());
            }
            storage::write(true, storage::SESSION, &whole);
            storage::write(true, storage::TAIL, &format!("{}{tail}", whole.len()));
        }
        storage::keep(storage::RESTORE, &lost.saturating_mul(2).max(1).to_string());
        let at = moment.parse().ok().map(Time::from_secs_f64).filter(|_| lost == 0);
        Some(Kept { session, at: at.unwrap_or_default(), lost, is_copy: is_open && !own })
    }
}

/// Keeps the session whose place another one took, and how far it had come: nothing where there is none, and none that would leave no
/// room for the one that runs. Says whether all there is was kept.
pub fn keep_replaced(replaced: Option<(&Session, Time)>) -> bool {
    let text = replaced.map(|(session, at)| format!("{:.1}\n{}", at.as_secs_f64(), session.to_json())).unwrap_or_default();
    let fits = text.len() <= REPLACED_BYTES_MAX;
    storage::keep(storage::REPLACED, if fits { &text } else { "" }) && fits
}

/// What was kept of it in this tab.
pub fn replaced() -> Option<(Session, Time)> {
    let text = storage::read(true, storage::REPLACED)?;
    let (at, session) = text.split_once('\n')?;
    let session = Session::from_json(session).ok()?;
    session.check().ok()?;
    Some((session, Time::from_secs_f64(at.parse().ok()?)))
}
