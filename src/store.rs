//! The log of versions, as etcd keeps it: commits with optimistic concurrency, indexes, watches, views at a revision.
//! Nothing here may know what the objects mean.

mod log;
mod store;
#[cfg(test)]
mod store_tests;

pub use log::{ChangeType, Version};
pub use store::{Indexer, ObjectKey, Objects, Signature, Store, StoreError};
