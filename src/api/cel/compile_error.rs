//! Why an expression does not compile.

use thiserror::Error;

/// Why an expression does not compile, in the API server's words.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CompileError {
    /// Errors of syntax and types, each with its line and a mark below it.
    #[error("compilation failed: {0}")]
    Issues(String),
    /// A regular expression in it is invalid.
    #[error("program instantiation failed: error parsing regexp: {0}")]
    Pattern(String),
    /// A rule is not of type bool.
    #[error("cel expression must evaluate to a bool")]
    RuleIsNoBool,
    /// A `messageExpression` is not of type string.
    #[error("messageExpression must evaluate to a string")]
    MessageIsNoText,
    /// An expression of a policy has the wrong type.
    #[error("must evaluate to {wanted} but got {got}")]
    Unwanted {
        /// The type that is wanted.
        wanted: &'static str,
        /// The type that it has.
        got: String,
    },
    /// A selector of devices has this type instead of bool.
    #[error("must evaluate to bool or the unknown type, not {0}")]
    SelectorIsNoBool(String),
    /// A `messageExpression` is invalid.
    #[error("messageExpression {step}{error}")]
    OfMessage {
        /// The phase in which it was found, unless the error names it.
        step: &'static str,
        /// What is wrong.
        error: Box<CompileError>,
    },
}

impl CompileError {
    /// The same error, of a `messageExpression`.
    pub(super) fn of_message(self) -> CompileError {
        let step = match self {
            CompileError::Issues(_) => "",
            CompileError::Pattern(_) => "instantiation failed: ",
            other => return other,
        };
        CompileError::OfMessage { step, error: self.into() }
    }
}
