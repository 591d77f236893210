//! The API server: verbs, subresources, admission, patches. Nothing here may know who calls.

mod admission;
mod api_server;
mod authorization;
mod bootstrap_policy;
mod component;
mod definitions;
mod deletion;
mod discovery;
mod event_recorder;
mod heartbeats;
mod list;
mod managed_fields;
mod metrics;
mod node_api;
mod options;
mod patch;
mod proxy;
mod rest;
mod service_allocator;
mod strategy;

pub use api_server::ApiServer;
pub use authorization::{Attributes, Decision, RBAC, User};
pub use component::{Change, Component};
pub use definitions::Definitions;
pub use deletion::Deleted;
pub use discovery::resource;
pub use event_recorder::{EventRecorder, EventType};
pub use heartbeats::Heartbeats;
pub use list::WatchRequest;
pub use metrics::{ContainerUsage, Metrics, NodeReport, PodSample};
pub use node_api::{ExecId, ExecPoll, FileEntry, FileKind, LogChunk, LogCursor, LogOptions, NodeApi, PodUsage};
pub use options::{Caller, DeleteOptions, FieldValidation, ListOptions, Patch, Preconditions, Propagation, Subresource, WriteOptions};
pub use patch::{json_patch, merge_diff, merge_patch, strategic_merge_patch, three_way_merge_patch, three_way_strategic_patch};
pub use proxy::ProxyLocation;
pub use rest::{RestRequest, RestResponse};
pub use service_allocator::NODE_PORTS;
