//! The object model: values, kinds, decoding, defaulting, validation, quantities, selectors, `Status` errors.
//! Nothing here may know that there is a cluster.

pub mod cel;
pub mod convert;
pub mod cron;
pub mod custom;
pub mod decode;
pub mod defaults;
pub mod duration;
pub mod empties;
pub mod go_duration;
pub mod go_json;
mod go_selector;
pub mod host_ports;
pub mod image;
pub mod int_or_string;
pub mod internal;
pub mod json_order;
pub mod kinds;
pub mod names;
pub mod node_affinity;
mod object;
pub mod persistent_volume;
mod pod;
pub mod policy_rule;
pub mod qos;
pub mod quantity;
pub mod quota;
mod quote;
pub mod resource_claim;
pub mod resources;
#[cfg(test)]
mod row_outcome;
pub mod schema;
pub mod selector;
mod status;
#[cfg(test)]
pub mod table_rows;
pub mod template_hash;
pub mod time_error;
pub mod time_zone;
pub mod toleration;
pub mod validation;
mod value;
mod warnings;
pub mod well_known;
pub mod yaml;

pub use arcstr::literal as arcstr_literal;
pub use go_selector::go_selector;
pub use kinds::{EVICTION, KINDS, Kind, KindRef, SCALE, join_api_version, split_api_version};
pub use object::{Object, add_finalizer, drop_finalizer, drop_owner, find_condition, has_finalizer, set_condition};
pub use pod::{app_armor_fields, container_status, has_ended, is_ready, is_sidecar, sidecars};
pub use qos::qos_class;
pub use quantity::Quantity;
pub use quote::{is_printable, quote};
pub use status::{Cause, NAMESPACE_TERMINATING, Status, StatusBody, aggregate, distinct};
pub use value::{ArcStr, Map, Value};
pub use warnings::Warnings;
