//! Why a kustomization cannot be built.

use thiserror::Error;

use super::generate::GeneratorError;
use super::replacements::ReplacementError;
use super::shape::Misfit;
use super::transform::TransformError;
use super::vars::VarError;
use crate::api::Status;
use crate::api::selector::SelectorError;
use crate::api::yaml::DecodeError;
use crate::base::regex::RegexError;
use crate::kubectl::config::no_way_to;
use crate::server::JsonPatchError;

/// Why a directory cannot be built: as kustomize says it, what it is in first.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum KustomizeError {
    /// Something that kustomize does and the simulation does not.
    #[error(transparent)]
    NotSimulated(#[from] NotSimulated),
    /// Something went wrong with a file or directory that a kustomization names.
    #[error("{doing} '{path}': {error}")]
    At {
        /// What was being done: `accumulating resources from`.
        doing: &'static str,
        /// The file or directory.
        path: String,
        /// What went wrong.
        error: Box<KustomizeError>,
    },
    /// A resource is neither a file to read nor a directory to build.
    #[error("accumulating resources: accumulation err='{as_file}': {}", told(.as_directory))]
    Resource {
        /// Why it is no file of objects.
        as_file: Box<KustomizeError>,
        /// Why it is no directory, or cannot be built.
        as_directory: Option<Box<KustomizeError>>,
    },
    /// A component cannot be built.
    #[error("accumulating components: {step} {:?}", error.to_string())]
    Component {
        /// Which part of kustomize says so.
        step: &'static str,
        /// Why.
        error: Box<KustomizeError>,
    },
    /// What is asked for or named is a file.
    #[error("must build at directory: '{0}': file is not directory")]
    FileToBuild(String),
    /// What is asked for or named is not there.
    #[error("must build at directory: not a valid directory: {}", missing(.named, .path))]
    NothingToBuild {
        /// As it was named.
        named: String,
        /// The part of it that is not there.
        path: String,
    },
    /// A file that is named is not there.
    #[error("{}", missing(.named, .path))]
    Missing {
        /// As it was named.
        named: String,
        /// The part of it that is not there.
        path: String,
    },
    /// A directory stands where a file should.
    #[error("'{0}' must resolve to a file")]
    NoFile(String),
    /// A file may not be read from here.
    #[error("security; file '{file}' is not in or below '{root}'")]
    Outside {
        /// The file.
        file: String,
        /// The directory whose kustomization names it.
        root: String,
    },
    /// A page that cannot be had.
    #[error("Get {url:?}: {}", no_way_to(.url))]
    Page {
        /// Its address.
        url: String,
    },
    /// A base or component without a name.
    #[error("new root cannot be empty")]
    EmptyRoot,
    /// A base or component from the root.
    #[error("new root '{0}' cannot be absolute")]
    AbsoluteRoot(String),
    /// A base that is being built already.
    #[error("cycle detected: candidate root '{candidate}' contains visited root '{visited}'")]
    Cycle {
        /// The base.
        candidate: String,
        /// What is being built.
        visited: String,
    },
    /// A directory without a kustomization.
    #[error("unable to find one of 'kustomization.yaml', 'kustomization.yml' or 'Kustomization' in directory '{0}'")]
    NoKustomization(String),
    /// A directory with several.
    #[error("Found multiple kustomization files under: {0}\n")]
    ManyKustomizations(String),
    /// A kustomization that cannot be read.
    #[error("invalid Kustomization: {}", .0.reason)]
    Unreadable(DecodeError),
    /// A member of a kustomization that is none, or not what it should be.
    #[error("invalid Kustomization: {0}")]
    Misfit(#[from] Misfit),
    /// A kustomization of another kind or version.
    #[error("Failed to read kustomization file under {directory}:\n{}", wrong.join("\n"))]
    WrongType {
        /// Where it is.
        directory: String,
        /// What is wrong with it.
        wrong: Vec<String>,
    },
    /// A kustomization that says nothing.
    #[error("kustomization.yaml is empty")]
    Empty,
    /// An order that there is not.
    #[error("the field 'sortOptions.order' must be one of [fifo, legacy]")]
    SortOrder,
    /// A component that is none.
    #[error("expected kind 'Component' for path '{path}' but got '{kind}'")]
    NoComponent {
        /// The directory.
        path: String,
        /// What it is.
        kind: String,
    },
    /// A component among the resources.
    #[error("expected kind != 'Component' for path '{0}'")]
    ComponentAsResource(String),
    /// A file of objects that cannot be read.
    #[error("accumulating resources: accumulating resources from '{file}': MalformedYAMLError: {} in File: {file}", error.reason)]
    Malformed {
        /// The file as it is named.
        file: String,
        /// What is wrong.
        error: DecodeError,
    },
    /// An object that is there twice.
    #[error("may not add resource with an already registered id: {0}")]
    Registered(String),
    /// An object without a kind or a name.
    #[error("missing {what} in object {object}")]
    Nameless {
        /// What is missing.
        what: &'static str,
        /// The object as Go prints it.
        object: String,
    },
    /// A generator's literals or files.
    #[error("loading KV pairs: {what} [{sources}]: {error}")]
    Pairs {
        /// What they are.
        what: &'static str,
        /// All of them.
        sources: String,
        /// What is wrong with one.
        error: Box<KustomizeError>,
    },
    /// An entry of `patches`.
    #[error("trouble configuring builtin PatchTransformer with config: `\n{config}`: {error}")]
    Patch {
        /// The entry.
        config: String,
        /// What is wrong with it.
        error: Box<KustomizeError>,
    },
    /// A patch's file.
    #[error("failed to get the patch file from path({path}): {error}")]
    PatchFile {
        /// The file.
        path: String,
        /// Why it cannot be read.
        error: Box<KustomizeError>,
    },
    /// A pattern of what is selected.
    #[error("error parsing regexp: {}", .0.as_go_says())]
    Pattern(#[from] RegexError),
    /// Labels or annotations that are selected.
    #[error(transparent)]
    Selector(#[from] SelectorError),
    /// A patch that is a list of operations does not apply.
    #[error(transparent)]
    JsonPatch(#[from] JsonPatchError),
    /// A strategic merge patch does not apply.
    #[error(transparent)]
    MergePatch(#[from] Status),
    /// A generator goes wrong.
    #[error(transparent)]
    Generator(#[from] GeneratorError),
    /// What is changed in all objects goes wrong.
    #[error(transparent)]
    Transform(#[from] TransformError),
    /// A replacement goes wrong.
    #[error(transparent)]
    Replacement(#[from] ReplacementError),
    /// A variable goes wrong.
    #[error(transparent)]
    Var(#[from] VarError),
}

/// Something that kustomize does and the simulation does not, or not as often: told by itself, whatever it is in.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum NotSimulated {
    /// More of something than is built.
    #[error("accumulating resources: more than {most} {what}")]
    TooMany {
        /// How many there may be.
        most: usize,
        /// Of what.
        what: &'static str,
    },
    /// Bases in bases.
    #[error("accumulating resources: bases within bases, more than {most} of them, at '{directory}'")]
    TooDeep {
        /// How many there may be.
        most: usize,
        /// Where it became too much.
        directory: String,
    },
    /// A member of a kustomization, or something in one.
    #[error("{0} in a kustomization is not simulated here")]
    Member(String),
    /// A base in a repository.
    #[error("{0}: bases in repositories are not simulated here")]
    Repository(String),
}

impl KustomizeError {
    /// The same as what it is in tells it.
    pub(super) fn within(self, tell: impl FnOnce(Box<KustomizeError>) -> KustomizeError) -> KustomizeError {
        match self {
            KustomizeError::NotSimulated(_) => self,
            other => tell(Box::new(other)),
        }
    }

    /// The same with what was being done to which file or directory.
    pub(super) fn at(self, doing: &'static str, path: &str) -> KustomizeError {
        self.within(|error| KustomizeError::At { doing, path: path.to_owned(), error })
    }
}

fn told(error: &Option<Box<KustomizeError>>) -> String {
    error.as_ref().map(|error| error.to_string()).unwrap_or_default()
}

fn missing(named: &str, path: &str) -> String {
    format!("evalsymlink failure on '{named}' : lstat {path}: no such file or directory")
}
