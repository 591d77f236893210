//! The object model: values, kinds, decoding, defaulting, validation, quantities, selectors, `Status` errors.
//! Nothing here may know that there is a cluster.

pub mod duration;
mod kinds;
mod object;
mod status;
mod value;

pub use arcstr::literal as arcstr_literal;
pub use kinds::{KINDS, Kind, KindRef, split_api_version};
pub use object::Object;
pub use status::{Cause, Status};
pub use value::{ArcStr, Map, Value};
