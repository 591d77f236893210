//! Errors as kubectl reports them: what is printed, and with which code it leaves.

use std::fmt;

use crate::api::{Status, aggregate, distinct};
use crate::base::List as _;

/// Why a command failed.
#[derive(Clone, Debug, PartialEq)]
pub enum CliError {
    /// Something kubectl itself found: printed after `error: `.
    Message(String),
    /// What `wait` waits for is not so yet: printed as a message.
    Unmet(String),
    /// The API's answer.
    Status(Status),
    /// No such resource type, where the message stands without `error: ` before it.
    NoResource(String),
    /// Something wrong with the configuration.
    Configuration(String),
    /// Several errors.
    Many(Vec<CliError>),
    /// Leave with a code and a message that is printed as it is; nothing where it is empty.
    Exit(i32, String),
}

impl From<Status> for CliError {
    fn from(status: Status) -> Self {
        CliError::Status(status)
    }
}

/// An error of kubectl's own.
pub fn fail<T>(message: impl Into<String>) -> Result<T, CliError> {
    Err(CliError::Message(message.into()))
}

impl fmt::Display for CliError {
    /// As Go's `Error()`: an aggregate lists each message once, in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CliError::Message(m) | CliError::Unmet(m) | CliError::NoResource(m) | CliError::Configuration(m) | CliError::Exit(_, m) => {
                f.write_str(m)
            }
            CliError::Status(s) => f.write_str(&s.message),
            CliError::Many(errors) => {
                let mut messages: Vec<String> = Vec::new();
                for error in errors.iter().flat_map(CliError::leaves) {
                    let message = error.to_string();
                    if !messages.contains(&message) {
                        messages.push(message);
                    }
                }
                f.write_str(&aggregate(&messages))
            }
        }
    }
}

impl CliError {
    /// One error, or several as one; `None` for none.
    pub fn of(mut errors: Vec<CliError>) -> Option<CliError> {
        match errors.len() {
            0 => None,
            1 => errors.pop(),
            _ => Some(CliError::Many(errors)),
        }
    }

    /// As [`CliError::of`], as a result.
    pub fn check(errors: Vec<CliError>) -> Result<(), CliError> {
        CliError::of(errors).map_or(Ok(()), Err)
    }

    /// As [`CliError::check`], but also one error as an aggregate: where it is one itself, it is printed as one of several.
    pub fn aggregate(errors: Vec<CliError>) -> Result<(), CliError> {
        if errors.is_empty() { Ok(()) } else { Err(CliError::Many(errors)) }
    }

    /// What the API answered, where that is what it is.
    pub fn status(&self) -> Option<&Status> {
        if let CliError::Status(status) = self { Some(status) } else { None }
    }

    /// Whether this is a 404 of the API, or several.
    pub fn is_not_found(&self) -> bool {
        self.leaves().iter().all(|e| e.status().is_some_and(|s| s.reason == "NotFound"))
    }

    /// Whether something in it may yet come about by itself: what is waited for, or an object that is not there.
    pub fn may_come(&self) -> bool {
        self.leaves().iter().any(|e| matches!(e, CliError::Unmet(_)) || e.is_not_found())
    }

    /// The single errors inside.
    pub fn leaves(&self) -> Vec<&CliError> {
        match self {
            CliError::Many(errors) => errors.iter().flat_map(CliError::leaves).list(),
            one => vec![one],
        }
    }

    /// Says what was being done to which file, inside the API's message where it is one.
    // Models cmdutil.AddSourceToErr.
    pub fn with_source(self, doing: &str, source: &str) -> CliError {
        if source.is_empty() {
            return self;
        }
        match self {
            CliError::Status(mut s) => {
                s.message = format!("error when {doing} {source:?}: {}", s.message);
                CliError::Status(s)
            }
            other => CliError::Message(format!("error when {doing} {source:?}: {other}")),
        }
    }

    /// What goes to standard error, and the exit code.
    // Models cmdutil.checkErr.
    pub fn report(&self) -> (String, i32) {
        let single = match self {
            // Only the outermost of several aggregates is opened.
            CliError::Many(errors) if errors.len() == 1 => &errors[0],
            other => other,
        };
        let text = match single {
            CliError::Exit(code, message) => return (message.clone(), *code),
            CliError::Status(s) if s.reason == "Invalid" => invalid(s),
            CliError::Many(errors) => errors.iter().map(|e| e.message() + "\n").collect(),
            CliError::NoResource(m) => m.clone(),
            CliError::Configuration(m) => format!("Error in configuration: {m}"),
            CliError::Status(_) => single.message(),
            CliError::Message(m) if m.starts_with("error: ") => m.clone(),
            CliError::Message(m) | CliError::Unmet(m) => format!("error: {m}"),
        };
        (text, 1)
    }

    /// The message of one of several errors.
    fn message(&self) -> String {
        match self {
            CliError::Status(s) if s.reason.is_empty() => format!("Error from server: {}", s.message),
            CliError::Status(s) => format!("Error from server ({}): {}", s.reason, s.message),
            other => other.to_string(),
        }
    }
}

fn invalid(status: &Status) -> String {
    let (kind, name) = (status.details.get("kind").str(), status.details.get("name").str());
    let mut head = "The request is invalid".to_owned();
    if !kind.is_empty() || !name.is_empty() {
        head = format!("The {kind} {name:?} is invalid");
    } else if !status.message.is_empty() && status.causes.is_empty() {
        head += &format!(": {}", status.message);
    }
    match distinct(&status.causes).as_slice() {
        [] => head,
        [one] => format!("{head}: {one}\n"),
        many => {
            let list: String = many.iter().map(|m| format!("* {m}\n")).collect();
            format!("{head}: \n{list}")
        }
    }
}
