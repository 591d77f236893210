//! What a terminal has shown, with when, so that it can be shown again as it was. Places in it are counted from its beginning,
//! of which the oldest part is given up in time.

use kubarium::base::Time;

/// The longest transcript that is kept, in bytes; of a longer one the older half goes.
const BYTES_MAX: usize = 200_000;

/// What a terminal has shown.
#[derive(Clone, Debug, Default)]
pub struct Transcript {
    /// How much of the terminal's output is in here, in bytes.
    pub taken: usize,
    text: String,
    /// How much was given up.
    gone: usize,
    /// When it had come up to where.
    marks: Vec<(Time, usize)>,
}

impl Transcript {
    /// Something was shown.
    pub fn push(&mut self, now: Time, text: &str) {
        if text.is_empty() {
            return;
        }
        self.text.push_str(text);
        let end = self.end();
        match self.marks.last_mut() {
            Some(last) if last.0 == now => last.1 = end,
            _ => self.marks.push((now, end)),
        }
        if self.text.len() > BYTES_MAX {
            let half = (self.text.len() / 2..).find(|i| self.text.is_char_boundary(*i)).unwrap_or(0);
            self.text.drain(..half);
            self.gone += half;
            let gone = self.gone;
            self.marks.retain(|m| m.1 > gone);
        }
    }

    /// Where it ends.
    pub fn end(&self) -> usize {
        self.gone + self.text.len()
    }

    /// Where it ended at a moment.
    pub fn end_at(&self, moment: Time) -> usize {
        let n = self.marks.partition_point(|m| m.0 <= moment);
        n.checked_sub(1).map_or(self.gone, |last| self.marks[last].1)
    }

    /// What was shown between two places.
    pub fn between(&self, from: usize, to: usize) -> &str {
        self.text.get(from.saturating_sub(self.gone)..to.saturating_sub(self.gone)).unwrap_or("")
    }

    /// Forgets what was shown after a moment.
    pub fn cut(&mut self, moment: Time) {
        self.text.truncate(self.end_at(moment) - self.gone);
        self.marks.retain(|m| m.0 <= moment);
    }

    /// The line that the cursor stands on.
    pub fn last_line(&self) -> &str {
        self.text.rsplit('\n').next().unwrap_or("")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_what_was_shown_until_then() {
        let mut t = Transcript::default();
        for (at, text) in [(1, "$ "), (5, "ls"), (5, "\r\na b\r\n"), (9, "$ ")] {
            t.push(Time(at), text);
        }
        let until = |t: &Transcript, at: u64| t.between(0, t.end_at(Time(at))).to_owned();
        assert_eq!([0, 1, 4, 7, 9].map(|at| until(&t, at)), ["", "$ ", "$ ", "$ ls\r\na b\r\n", "$ ls\r\na b\r\n$ "]);
        t.push(Time(10), &"x".repeat(BYTES_MAX));
        assert!(t.end() > BYTES_MAX && t.between(0, t.end()).len() <= BYTES_MAX);
        t.cut(Time(9));
        t.cut(Time(9));
        assert_eq!((t.last_line(), t.taken), ("", 0));
    }
}
