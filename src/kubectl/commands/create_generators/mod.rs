//! `kubectl create TYPE`: generators of objects, one file for each group of them.

use crate::kubectl::command::Command;

/// Every generator.
pub const ALL: &[&Command] = &[];
