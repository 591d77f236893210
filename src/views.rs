//! What a person would look at, as plain structs. Nothing here may know how it is drawn.
//!
//! [`ClusterView`] is the whole picture at one moment; [`PodDetails`] is one pod looked at closely; [`Why`] says what keeps
//! something from being as wanted. All are derived from API objects and from what the kubelets alone know ([`LivePod`]).

mod adopt;
mod causes;
mod cluster;
mod completion;
mod courses;
mod decisions;
mod details;
mod event;
mod exercise;
mod history;
mod inside;
mod lessons;
mod live;
mod membership;
mod objects;
mod places;
mod pod;
mod problems;
mod queues;
mod sheets;
#[cfg(test)]
mod testing;
mod traffic;
mod why;

pub use crate::controllers::cron_job::next_run;
pub use crate::kubelet::{NodeFaults, Slower};
pub use crate::runtime::images::INGRESS_NGINX;
pub use crate::runtime::{ProcessInfo, Waiting};
pub use adopt::{adopt, changes, is_foreign};
pub use causes::{Cause, What, amiss, causes, killed_by_probe};
pub use cluster::{ClusterView, ClusterViews, NodeView, ServiceView, Share, WorkloadView};
pub use completion::{Completion, complete};
pub use courses::{Difference, compare};
pub use decisions::{
    AutoscalerView, Calculation, Decision, Reason, autoscalers, first_refusal, ingresses, placement, placement_tried, ratio, scaling,
};
pub use details::{EnvOrigin, EnvView, PodDetails, environment};
pub use event::{EVENTS_MAX, EventFeed, EventView, Marks, events_after, gone_before};
pub use exercise::{Check, EXERCISE_FILE, Exercise, ExerciseView, Exercises, said};
pub use history::{Edit, End, Replicas, edits, ends, replicas};
pub use inside::{ContainerInside, FileView};
pub use lessons::{Lesson, code_of, lessons};
pub use live::{Beat, LiveContainer, LiveHistory, LivePod, LiveProbe, ProbeKind, Span};
pub use membership::{Membership, membership};
pub use objects::{KindCount, Listed, Relative, columns, description, holds, kind_named, kinds, list, named, object, relatives};
pub use pod::{ContainerRole, ContainerState, ContainerView, Exit, Health, Owner, PodView, ProbeView};
pub use problems::{ProblemView, configures_scheduler, problems};
pub use queues::{QueueView, queues};
pub use sheets::{Copied, Mounted, Sheet, mounted, sheets};
pub use traffic::{Flow, Flows, flows_of, load_curve};
pub use why::{Why, why};
