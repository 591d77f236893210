//! What became of a row of a recorded table: for the tests in here, and for those in `tests`.

/// What became of a row.
pub enum Outcome {
    /// We do as the row says.
    Holds,
    /// The row is about something else than what we do, for this reason.
    Elsewhere(&'static str),
    /// We do otherwise.
    Differs(String),
}

/// What is said of a row by what looks at it: how we do otherwise, in words for whoever reads why the test fails.
pub type Verdict = Result<(), String>;

impl From<Verdict> for Outcome {
    fn from(verdict: Verdict) -> Outcome {
        verdict.map_or_else(Outcome::Differs, |()| Outcome::Holds)
    }
}
