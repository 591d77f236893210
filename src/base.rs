//! Virtual time, the event queue, seeded random streams, rate limiters, shared values, caches, sorted maps, hashes, texts and their
//! differences, addresses, the system's and HTTP's phrases, base64 and regular expressions: what every layer stands on.
//! Nothing here may know of Kubernetes.

pub mod base64;
pub mod case;
mod cells;
pub mod cidr;
mod difflib;
mod errno;
mod fnv;
mod http_status;
mod list;
mod memo;
mod order;
mod pdqsort;
mod queue;
mod random;
mod rate_limiter;
pub mod regex;
mod sha256;
mod shared;
mod sorted;
mod strftime;
pub mod text;
mod time;
mod url;

pub use case::Case;
pub use cells::cells;
pub use difflib::unified_diff;
pub use errno::Errno;
pub use fnv::{Fnv32, Fnv64, Fnv128, made_up_sha256};
pub use http_status::http_status_text;
pub use list::List;
pub use memo::Memo;
pub use order::Order;
pub use pdqsort::pdqsorted;
pub use queue::EventQueue;
pub use random::{NAME_LETTERS, RandomStream};
pub use rate_limiter::RateLimiter;
pub use sha256::{hex, padded, sha256};
pub use shared::Shared;
pub use sorted::{Items as SortedItems, Iter as SortedIter, SortedMap, SortedSet};
pub use std::time::Duration;
pub use strftime::{RFC1123Z, strftime, write_time};
pub use time::{EPOCH_UNIX_S, Time, civil_from_days, days_from_civil, format_rfc3339, parse_rfc3339};
pub use url::{NO_PATH, RESERVED, decode_percent, encode_percent, encode_query, is_url};
