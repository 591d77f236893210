//! Who calls, and the options of a request.

use std::borrow::Cow;
use std::sync::Arc;

use super::authorization::User;
use crate::api::{ArcStr, Value};
use crate::base::Time;
use crate::store::Signature;

/// Who acts, and when.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Virtual time of the request.
    pub now: Time,
    who: Who,
}

#[derive(Clone, Debug)]
enum Who {
    Component(&'static str),
    User(Arc<User>),
}

impl Caller {
    /// The signature of versions that users write, through whichever program.
    pub const OF_USERS: &str = "kubectl";

    /// A component of the cluster, by its name as field manager and event source: `kubelet`, `deployment-controller` ...
    pub const fn new(now: Time, component: &'static str) -> Self {
        Caller { now, who: Who::Component(component) }
    }

    /// A user from outside, through whichever program.
    pub fn of_user(now: Time, user: User) -> Self {
        Caller { now, who: Who::User(Arc::new(user)) }
    }

    /// The user; none where a component of the cluster acts.
    pub fn user(&self) -> Option<&User> {
        match &self.who {
            Who::Component(_) => None,
            Who::User(user) => Some(user),
        }
    }

    /// Whether a component of the cluster acts. What it sends is already as the API would encode it, and is taken as it is.
    pub(super) const fn is_component(&self) -> bool {
        matches!(self.who, Who::Component(_))
    }

    /// The signature of versions: the component's name, or [`Caller::OF_USERS`].
    pub const fn signature(&self) -> Signature {
        let by = match &self.who {
            Who::Component(name) => name,
            Who::User(_) => Caller::OF_USERS,
        };
        Signature { at: self.now, by }
    }

    /// The user as roles and policies see it; a kubelet is the user of its `node`.
    pub(super) fn as_user(&self, node: &str) -> Cow<'_, User> {
        match &self.who {
            Who::Component(name) => Cow::Owned(User::of_component(name, node)),
            Who::User(user) => Cow::Borrowed(user),
        }
    }
}

/// How strictly a user's body is decoded (`fieldValidation`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FieldValidation {
    /// Unknown and duplicate fields are dropped.
    Ignore,
    /// They are dropped with a warning.
    #[default]
    Warn,
    /// They are errors.
    Strict,
}

impl FieldValidation {
    /// As the API's parameter names it.
    pub const fn parameter(self) -> &'static str {
        match self {
            FieldValidation::Ignore => "Ignore",
            FieldValidation::Warn => "Warn",
            FieldValidation::Strict => "Strict",
        }
    }
}

/// Options of create, update and patch.
#[derive(Clone, Debug, Default)]
pub struct WriteOptions {
    /// Do everything but commit (`dryRun=All`).
    pub dry_run: bool,
    /// How strictly the body is decoded.
    pub field_validation: FieldValidation,
    /// The field manager that becomes the owner of what changes (`fieldManager`); `unknown` where none is named. The cluster's own
    /// components go by their own names.
    pub field_manager: ArcStr,
    /// Take ownership of what an applied configuration changes and others own (`force`).
    pub force: bool,
    /// The version of its kind in which the object is patched; the stored one where it is empty.
    pub version: ArcStr,
}

impl WriteOptions {
    /// As kubectl writes: unknown and duplicate fields are errors.
    pub const STRICT: WriteOptions = WriteOptions {
        dry_run: false,
        field_validation: FieldValidation::Strict,
        field_manager: ArcStr::new(),
        force: false,
        version: ArcStr::new(),
    };
}

/// What is to become of an object's dependents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Propagation {
    /// The garbage collector deletes them afterwards.
    Background,
    /// They go first.
    Foreground,
    /// They stay.
    Orphan,
}

/// What must hold for a delete to happen.
#[derive(Clone, Debug, Default)]
pub struct Preconditions {
    /// The object's uid.
    pub uid: Option<ArcStr>,
    /// The object's resource version.
    pub resource_version: Option<ArcStr>,
}

/// Options of delete.
#[derive(Clone, Debug, Default)]
pub struct DeleteOptions {
    /// Seconds of grace; the kind's own default where absent.
    pub grace_period_s: Option<i64>,
    /// What becomes of dependents; the kind's own default where absent.
    pub propagation: Option<Propagation>,
    /// What must hold.
    pub preconditions: Preconditions,
    /// Do everything but commit.
    pub dry_run: bool,
}

impl DeleteOptions {
    /// Immediately, as the kubelet ends a pod and `--force --grace-period=0` does.
    pub fn now() -> Self {
        DeleteOptions { grace_period_s: Some(0), ..DeleteOptions::default() }
    }

    /// The options as they are sent.
    pub fn to_object(&self) -> Value {
        let mut object = Value::map();
        if let Some(grace) = self.grace_period_s {
            object.set(&["gracePeriodSeconds"], grace);
        }
        if let Some(propagation) = self.propagation {
            object.set(&["propagationPolicy"], format!("{propagation:?}"));
        }
        for (member, value) in [("uid", &self.preconditions.uid), ("resourceVersion", &self.preconditions.resource_version)] {
            if let Some(value) = value {
                object.set(&["preconditions", member], value.clone());
            }
        }
        if self.dry_run {
            object.set(&["dryRun"], vec![Value::from("All")]);
        }
        object
    }

    /// Options with this propagation policy.
    pub fn with(propagation: Propagation) -> Self {
        DeleteOptions { propagation: Some(propagation), ..DeleteOptions::default() }
    }
}

/// Options of list and watch: selectors in the API's textual form; empty selects all.
#[derive(Clone, Debug, Default)]
pub struct ListOptions {
    /// `labelSelector`.
    pub label_selector: String,
    /// `fieldSelector`.
    pub field_selector: String,
}

/// The part of an object that a request goes to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Subresource {
    /// The object without its status.
    #[default]
    None,
    /// Its status alone.
    Status,
    /// `autoscaling/v1` Scale.
    Scale,
    /// A pod's in-place resize.
    Resize,
    /// A pod's ephemeral containers.
    EphemeralContainers,
    /// A namespace's finalizers.
    Finalize,
}

impl Subresource {
    /// Its name in URLs and in managed fields; empty for the object itself.
    pub const fn name(self) -> &'static str {
        match self {
            Subresource::None => "",
            Subresource::Status => "status",
            Subresource::Scale => "scale",
            Subresource::Resize => "resize",
            Subresource::EphemeralContainers => "ephemeralcontainers",
            Subresource::Finalize => "finalize",
        }
    }
}

/// A change to an object, in one of the API's patch formats.
#[derive(Clone, Debug)]
pub enum Patch {
    /// RFC 6902.
    Json(Value),
    /// RFC 7386.
    Merge(Value),
    /// Kubernetes' own, by the schema's merge keys.
    Strategic(Value),
}
