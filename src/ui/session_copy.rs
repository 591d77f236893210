//! A copy of the session in the browser's storage, written before each input is acted on: what is left where the page breaks.

use kubarium::base::Time;
use kubarium::sim::{Session, TimedInput};

use super::storage;

/// The longest copy that is kept, in bytes; a browser's storage holds about 5 MB.
const BYTES_MAX: usize = 3_000_000;

/// The copy: the session without inputs on its first line, then one input on each line.
pub struct SessionCopy {
    text: String,
}

impl SessionCopy {
    /// Begins a copy. Nothing is stored until something happens, so that opening the page twice loses nothing.
    pub fn new(session: &Session) -> SessionCopy {
        let mut head = session.clone();
        let inputs = std::mem::take(&mut head.inputs);
        let mut copy = SessionCopy { text: head.to_json() };
        for input in &inputs {
            copy.add(input);
        }
        copy
    }

    /// Adds an input and stores the copy.
    pub fn append(&mut self, input: &TimedInput) {
        self.add(input);
        self.store();
    }

    /// Stores the copy.
    pub fn store(&self) {
        if self.text.len() <= BYTES_MAX {
            storage::set(storage::SESSION, &self.text);
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

    /// The session of before and how far it had come; without its last input, where the page broke and the visitor asked for
    /// that, which is asked once only. Nothing where the page was opened with a link.
    pub fn restore() -> Option<(Session, Time, bool)> {
        let broke = storage::get(storage::RESTORE).is_some();
        storage::set(storage::RESTORE, "");
        if web_sys::window()?.location().hash().is_ok_and(|hash| hash.starts_with("#k")) {
            return None;
        }
        let text = storage::get(storage::SESSION)?;
        let mut lines = text.lines();
        let mut session = Session::from_json(lines.next()?).ok()?;
        session.inputs = lines.map_while(|line| serde_json::from_str(line).ok()).collect();
        if broke {
            session.inputs.pop();
        }
        let at = storage::get(storage::MOMENT).and_then(|s| s.parse().ok()).map(Time::from_secs_f64).filter(|_| !broke);
        Some((session, at.unwrap_or_default(), broke))
    }
}
