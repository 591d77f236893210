//! What came of what was applied or asked for, as the editor says it.

use super::icons::Icon;

/// What a command came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What it printed, errors last.
    pub text: String,
    /// How it went.
    pub outcome: Outcome,
}

/// How it went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// As it should.
    Well,
    /// It is not done yet.
    AtWork,
    /// Not, or not in full.
    Badly,
}

impl Answer {
    /// Of what went as it should.
    pub fn well(text: impl Into<String>) -> Answer {
        Answer { text: text.into(), outcome: Outcome::Well }
    }

    /// Of what did not.
    pub fn badly(text: impl Into<String>) -> Answer {
        Answer { text: text.into(), outcome: Outcome::Badly }
    }

    /// Whether it is told wherever one looks.
    pub fn is_bad(&self) -> bool {
        self.outcome == Outcome::Badly
    }

    /// Its mark, and the class that gives the mark its tone.
    pub fn mark(&self) -> (Icon, &'static str) {
        match self.outcome {
            Outcome::Well => (Icon::Check, "ok"),
            Outcome::AtWork => (Icon::Hourglass, "info"),
            Outcome::Badly => (Icon::Bang, "bad"),
        }
    }
}
