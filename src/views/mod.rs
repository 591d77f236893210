//! What a person would look at, as plain structs. Nothing here may know how it is drawn.
//!
//! [`ClusterView`] is the whole picture at one moment; [`PodDetails`] is one pod looked at closely; [`Why`] says what keeps
//! something from being as wanted. All are derived from API objects and from what the kubelets alone know ([`LivePod`]).

mod adopt;
mod causes;
mod cluster;
mod completion;
mod details;
mod event;
mod evidence;
mod exercise;
mod inside;
mod lessons;
mod live;
mod places;
mod pod;
mod problems;
mod sheets;
mod traffic;
mod why;

pub use crate::kubelet::{NodeFaults, Slower};
pub use crate::runtime::{ProcessInfo, Waiting};
pub use adopt::{adopt, changes, is_foreign};
pub use causes::{Cause, What, amiss, causes};
pub use cluster::{ClusterView, ClusterViews, NodeView, ServiceView, Share, WorkloadView};
pub use completion::{Completion, complete};
pub use details::{EnvOrigin, EnvView, PodDetails, environment};
pub use event::{EVENTS_MAX, EventFeed, EventView, Marks, events_after, gone_before};
pub use evidence::{
    Calculation, Decision, Difference, Edit, End, KindCount, Listed, Membership, Mounted, QueueView, Reason, Relative, Replicas, columns,
    compare, description, edits, ends, first_refusal, holds, kind_named, kinds, list, membership, mounted, object, placement,
    placement_tried, queues, relatives, replicas, scaling,
};
pub use exercise::{Check, EXERCISE_FILE, Exercise, ExerciseView, Exercises, said, standing};
pub use inside::{ContainerInside, FileView};
pub use lessons::{Lesson, code_of, lessons};
pub use live::{Beat, LiveContainer, LiveHistory, LivePod, LiveProbe, ProbeKind, Span};
pub use pod::{ContainerRole, ContainerState, ContainerView, Exit, Health, Owner, PodView, ProbeView};
pub use problems::{ProblemView, configures_scheduler, problems};
pub use sheets::{Copied, Sheet, sheets};
pub use traffic::{Flow, Flows, flows_of, load_curve};
pub use why::{Why, why};
