//! What is wrong with an expression, in the words of grep and of Go.

/// The kinds of errors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    Open,
    Close,
    Bracket,
    ClassName,
    Range,
    /// A repetition of nothing.
    Nothing,
    /// A repetition of a repetition, which Go refuses.
    Nested,
    Count,
    Backslash,
    Escape,
    TooBig,
    /// Syntax of Perl's that Go has not.
    Perl,
    GroupName,
}

impl Why {
    /// What grep says, and what Go's `regexp` says.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Why::Open => ("Unmatched ( or \\(", "missing closing )"),
            Why::Close => ("Unmatched ) or \\)", "unexpected )"),
            Why::Bracket => ("Unmatched [, [^, [:, [., or [=", "missing closing ]"),
            Why::ClassName => ("Invalid character class name", "invalid character class range"),
            Why::Range => ("Invalid range end", "invalid character class range"),
            Why::Nothing => ("Invalid preceding regular expression", "missing argument to repetition operator"),
            Why::Nested => ("Invalid preceding regular expression", "invalid nested repetition operator"),
            Why::Count => ("Invalid content of \\{\\}", "invalid repeat count"),
            Why::Backslash => ("Trailing backslash", "trailing backslash at end of expression"),
            Why::Escape => ("Invalid regular expression", "invalid escape sequence"),
            Why::TooBig => ("Regular expression too big", "expression too large"),
            Why::Perl => ("Invalid regular expression", "invalid or unsupported Perl syntax"),
            Why::GroupName => ("Invalid regular expression", "invalid named capture"),
        }
    }
}

/// What is wrong with an expression, as grep says it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .why.words().0)]
pub struct RegexError {
    pub(super) why: Why,
    /// The part that is wrong.
    pub(super) part: String,
}

impl RegexError {
    /// The same as Go's `regexp` says it.
    pub fn as_go_says(&self) -> String {
        format!("{}: `{}`", self.why.words().1, self.part)
    }
}
