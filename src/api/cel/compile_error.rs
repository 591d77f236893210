//! Why an expression cannot be evaluated.

use thiserror::Error;

/// Why an expression cannot be evaluated, in the API server's words.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CompileError {
    /// It does not parse, or its types do not fit: all that is wrong, each with its line and a mark below it.
    #[error("compilation failed: {0}")]
    Issues(String),
    /// It searches for a regular expression that is none.
    #[error("program instantiation failed: error parsing regexp: {0}")]
    Pattern(String),
    /// A rule that comes to something else than true or false.
    #[error("cel expression must evaluate to a bool")]
    RuleIsNoBool,
    /// A `messageExpression` that comes to something else than a text.
    #[error("messageExpression must evaluate to a string")]
    MessageIsNoText,
    /// An expression of a policy that comes to something else than what it stands for.
    #[error("must evaluate to {wanted} but got {got}")]
    Unwanted {
        /// The type that is wanted.
        wanted: &'static str,
        /// The type that it has.
        got: String,
    },
    /// A selector of devices that comes to something of this type.
    #[error("must evaluate to bool or the unknown type, not {0}")]
    SelectorIsNoBool(String),
    /// What is wrong with a `messageExpression`.
    #[error("messageExpression {step}{error}")]
    OfMessage {
        /// The step at which it was found, where the error itself does not say it.
        step: &'static str,
        /// What is wrong.
        error: Box<CompileError>,
    },
}

impl CompileError {
    /// The same, of a `messageExpression`.
    pub(super) fn of_message(self) -> CompileError {
        let step = match self {
            CompileError::Issues(_) => "",
            CompileError::Pattern(_) => "instantiation failed: ",
            other => return other,
        };
        CompileError::OfMessage { step, error: self.into() }
    }
}
