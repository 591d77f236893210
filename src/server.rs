//! The API server: verbs, subresources, authorization, admission, patches. Nothing here may know which client calls.

mod address_block;
mod admission;
mod api_server;
mod apply;
mod authorization;
mod binding;
mod bootstrap_policy;
mod built_in;
mod component;
mod create;
mod definitions;
mod deletion;
mod discovery;
mod event_forms;
mod event_leases;
mod event_recorder;
mod event_series;
mod eviction;
mod health;
mod heartbeats;
mod indexes;
mod list;
mod managed_fields;
mod metrics;
mod node_api;
mod normal_form;
mod options;
mod own_objects;
mod patch;
mod proxy;
mod representation;
mod request_body;
mod request_options;
mod request_path;
mod rest;
#[cfg(test)]
mod rule_tests;
mod scale;
mod service_allocator;
mod strategy;
mod tokens;
mod typed;
mod update;
mod watch;
mod write;

pub use address_block::AddressBlock;
pub use admission::refusing_quota;
pub use api_server::ApiServer;
pub use authorization::{Attributes, Decision, User};
pub use component::{Change, Component};
pub use definitions::Definitions;
pub use deletion::Deleted;
pub use discovery::resource;
pub use event_forms::{in_form_of, stored_kind};
pub use event_leases::EVENT_LIFETIME_MAX;
pub use event_recorder::{EventRecorder, EventType};
pub use event_series::EventSeriesRecorder;
pub use eviction::NO_EVICTION;
pub use heartbeats::Heartbeats;
pub use metrics::{ContainerUsage, Metrics, NodeReport, PodSample};
pub use node_api::{
    ContainerFileError, ExecId, ExecPoll, FileEntry, FileKind, LogChunk, LogCursor, LogOptions, LogRequest, NewFile, NodeApi, PodUsage,
};
pub use options::{Caller, DeleteOptions, FieldValidation, ListOptions, Patch, Preconditions, Propagation, Subresource, WriteOptions};
pub use patch::{
    JsonPatchError, json_patch, json_patch_by_client, merge_patch, strategic_merge_patch, three_way_merge_patch, three_way_strategic_patch,
};
pub use proxy::ProxyLocation;
pub use representation::{Printers, Representation};
pub use request_body::not_registered;
pub use rest::{RestRequest, RestResponse, created};
pub use service_allocator::NODE_PORTS;
pub use tokens::{CERTIFICATE, POD_TOKEN_S, account_of, legacy_token, token};
pub use watch::Watch;
