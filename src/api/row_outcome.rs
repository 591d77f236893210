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

impl From<Result<(), String>> for Outcome {
    fn from(result: Result<(), String>) -> Outcome {
        result.map_or_else(Outcome::Differs, |()| Outcome::Holds)
    }
}
