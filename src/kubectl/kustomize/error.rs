//! Why a kustomization cannot be built.

use thiserror::Error;

/// Why a directory cannot be built.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum KustomizeError {
    /// As kustomize says it, what it is in first.
    #[error("{0}")]
    Failed(String),
    /// Something that kustomize does and the simulation does not, or not as often: told by itself, whatever it is in.
    #[error("{0}")]
    NotSimulated(String),
}

impl KustomizeError {
    /// The same as what it is in tells it.
    pub(super) fn within(self, tell: impl FnOnce(&str) -> String) -> KustomizeError {
        match self {
            KustomizeError::Failed(why) => KustomizeError::Failed(tell(&why)),
            other => other,
        }
    }
}

impl<T: Into<String>> From<T> for KustomizeError {
    fn from(why: T) -> KustomizeError {
        KustomizeError::Failed(why.into())
    }
}
