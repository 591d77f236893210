//! The log of versions, as etcd keeps it: commits with optimistic concurrency, indexes, watches, views at a revision.
//! Nothing here may know what the objects mean.
