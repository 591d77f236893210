//! Why a configuration is refused.

use crate::api::decode::{StrictError, WrongType, strict_text};
use crate::api::{ArcStr, Cause, aggregate, distinct};
use crate::base::List as _;

/// What is wrong with a configuration, as kube-scheduler words it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ConfigurationError {
    /// It is not a `KubeSchedulerConfiguration`: kind and version.
    #[error("no kind {0:?} is registered for version {1:?} in scheme \"pkg/scheduler/apis/config/scheme/scheme.go:30\"")]
    Kind(String, String),
    /// It cannot be decoded.
    #[error(transparent)]
    Undecodable(#[from] Undecodable),
    /// The arguments of a plugin cannot be decoded: its name and the path of the arguments.
    #[error("decoding args for plugin {0:?}: {2}")]
    Arguments(String, String, Undecodable),
    /// Values are invalid.
    #[error("{}", aggregate(&distinct(.0)))]
    Invalid(Vec<Cause>),
    /// A profile is invalid: its name, and what is wrong with its plugins.
    #[error("initializing profiles: creating profile for scheduler name {0}: {1}")]
    Profile(ArcStr, PluginError),
    /// It uses something that is not simulated.
    #[error("{0} are not simulated")]
    NotSimulated(&'static str),
}

/// Why something cannot be decoded.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Undecodable {
    /// A value of a wrong type, as Go's decoder words it.
    #[error("{0}")]
    WrongType(WrongType),
    /// Unknown fields.
    #[error("{}", strict_text(.0))]
    Unknown(Vec<StrictError>),
}

/// A path and a part of it.
fn join(path: &str, below: &str) -> String {
    [path, below].into_iter().filter(|p| !p.is_empty()).list().join(".")
}

/// What is wrong with a profile's plugins.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PluginError {
    /// There is no plugin of this name: the extension point's interface and the name.
    #[error("{0} {1:?} does not exist")]
    Unknown(&'static str, String),
    /// The plugin does not implement the extension point: the name and the interface.
    #[error("plugin {0:?} does not extend {1} plugin")]
    NotExtending(String, &'static str),
    /// The plugin is named twice: the name and the interface.
    #[error("plugin {0:?} already registered as {1:?}")]
    Twice(String, &'static str),
    /// No plugin binds pods.
    #[error("at least one bind plugin is needed for profile with scheduler name {0:?}")]
    NoBinder(ArcStr),
    /// No plugin sorts the queue.
    #[error("no queue sort plugin is enabled")]
    NoQueueSort,
}

impl ConfigurationError {
    /// The paths of invalid values, each with the reason.
    pub fn places(&self) -> Vec<(String, String)> {
        let inside = |path: &str, why: &Undecodable| match why {
            Undecodable::WrongType(wrong) => vec![(join(path, &wrong.path), self.to_string())],
            Undecodable::Unknown(fields) => fields.iter().map(|e| (join(path, &e.path), e.message.clone())).list(),
        };
        match self {
            ConfigurationError::Undecodable(why) => inside("", why),
            ConfigurationError::Arguments(_, path, why) => inside(path, why),
            ConfigurationError::Invalid(causes) => causes.iter().map(|c| (c.field.clone(), format!("{}: {}", c.field, c.message))).list(),
            ConfigurationError::Kind(..) => vec![("kind".to_owned(), self.to_string())],
            ConfigurationError::Profile(..) => vec![("profiles".to_owned(), self.to_string())],
            ConfigurationError::NotSimulated(field) => vec![((*field).to_owned(), self.to_string())],
        }
    }
}
