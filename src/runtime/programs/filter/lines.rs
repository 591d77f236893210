//! Programs that read lines or bytes, a file each; tee, which only passes them on, is here.

mod cat;
mod cut;
mod head;
mod sort;
mod tr;
mod uniq;
mod wc;
mod whole;

use super::super::{Options, Run};
use super::{Filter, Made};
pub use cat::{Cat, cat};
pub use cut::{Cut, cut};
pub use head::{Head, Tail, head};
pub use sort::{Sort, sort};
pub use tr::{Tr, tr};
pub use uniq::{Uniq, uniq};
pub use wc::{Wc, wc};
pub use whole::{Whole, whole};

/// `tee`.
pub fn tee(_: &mut Run<'_>, o: &Options) -> Made {
    Ok((Filter::Tee(Tee { append: o.has('a') }), o.rest.clone()))
}

#[derive(Debug, Clone)]
pub struct Tee {
    pub append: bool,
}

/// A count with busybox's units.
pub fn size(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let n: u64 = text[..digits].parse().ok()?;
    let unit: u64 = match &text[digits..] {
        "" | "c" => 1,
        "b" => 512,
        "kB" | "KB" => 1000,
        "MB" => 1_000_000,
        "GB" => 1_000_000_000,
        "k" | "K" | "KiB" => 1 << 10,
        "m" | "M" | "MiB" => 1 << 20,
        "g" | "G" | "GiB" => 1 << 30,
        "w" => 2,
        _ => return None,
    };
    n.checked_mul(unit)
}
