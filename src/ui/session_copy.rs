//! A copy of the session in the browser's storage, written before each input is acted on: what is left where the page breaks. As
//! long as an input, or a session that is run again, has not gone well for a while, the next load leaves the last inputs out: a
//! page that hangs can say nothing any more.

use kubarium::base::Time;
use kubarium::sim::{Session, TimedInput};

use super::storage;

/// The longest copy that is kept, in bytes; a browser's storage holds about 5 MB.
const BYTES_MAX: usize = 3_000_000;
/// How much of it is kept by itself, so that not all is written for each input.
const TAIL_BYTES_MAX: usize = 20_000;
/// How long frames must go well after an input, in milliseconds.
const TRIAL_MS: f64 = 3000.0;

/// The copy: the session without inputs on its first line, then one input on each line.
pub struct SessionCopy {
    text: String,
    /// How much of it is stored as a whole; none of it at first.
    whole: usize,
    /// How long frames must still go well.
    trial_ms: f64,
}

impl SessionCopy {
    /// Begins a copy. Nothing is stored until something happens, so that opening the page twice loses nothing.
    pub fn new(session: &Session) -> SessionCopy {
        let mut head = session.clone();
        let inputs = std::mem::take(&mut head.inputs);
        let mut copy = SessionCopy { text: head.to_json(), whole: 0, trial_ms: TRIAL_MS };
        for input in &inputs {
            copy.add(input);
        }
        copy
    }

    /// Adds an input and stores the copy.
    pub fn append(&mut self, input: &TimedInput) {
        self.add(input);
        if self.whole == 0 || self.text.len() - self.whole > TAIL_BYTES_MAX {
            self.store();
        } else {
            storage::set(storage::TAIL, &format!("{}{}", self.whole, &self.text[self.whole..]));
        }
        self.trial_ms = TRIAL_MS;
        storage::set(storage::RESTORE, "1");
    }

    /// A frame has gone well.
    pub fn goes_well(&mut self, elapsed_ms: f64) {
        if self.trial_ms > 0.0 {
            self.trial_ms -= elapsed_ms;
            if self.trial_ms <= 0.0 {
                storage::set(storage::RESTORE, "");
            }
        }
    }

    /// Stores the copy.
    pub fn store(&mut self) {
        if self.text.len() <= BYTES_MAX {
            self.whole = self.text.len();
            storage::set(storage::SESSION, &self.text);
            storage::set(storage::TAIL, "");
        }
    }

    fn add(&mut self, input: &TimedInput) {
        // An input has string keys and finite numbers only, so that it can always be written.
        if let Ok(line) = serde_json::to_string(input) {
            self.text.push('\n');
            self.text.push_str(&line);
        }
    }

    /// How far the session has come.
    pub fn note_moment(now: Time) {
        storage::set(storage::MOMENT, &format!("{:.1}", now.as_secs_f64()));
    }

    /// The session of before, how far it had come, and how many of its last inputs are left out because the page did not outlive
    /// them: twice as many where leaving some out did not help. Nothing where the page was opened with a link.
    pub fn restore() -> Option<(Session, Time, usize)> {
        let lost = storage::get(storage::RESTORE).and_then(|n| n.parse().ok()).unwrap_or(0_usize);
        storage::set(storage::RESTORE, "");
        if web_sys::window()?.location().hash().is_ok_and(|hash| hash.starts_with("#k")) {
            return None;
        }
        let mut text = storage::get(storage::SESSION)?;
        // Another tab may have stored a session since; what goes on from its own is not of that.
        if let Some(tail) = storage::get(storage::TAIL)
            .and_then(|t| Some(t.strip_prefix(&text.len().to_string())?.to_owned()))
            .filter(|t| t.starts_with('\n'))
        {
            text += &tail;
        }
        let mut lines = text.lines();
        let mut session = Session::from_json(lines.next()?).ok()?;
        session.inputs = lines.map_while(|line| serde_json::from_str(line).ok()).collect();
        session.inputs.truncate(session.inputs.len().saturating_sub(lost));
        session.check().ok()?;
        storage::set(storage::RESTORE, &lost.saturating_mul(2).max(1).to_string());
        let at = storage::get(storage::MOMENT).and_then(|s| s.parse().ok()).map(Time::from_secs_f64).filter(|_| lost == 0);
        Some((session, at.unwrap_or_default(), lost))
    }
}
