//! Collecting that is small.
//!
//! What the standard library collects by, with room reckoned beforehand, is copied for each chain of iterators that there is.

/// What makes a list of an iterator's items.
pub trait List: Iterator + Sized {
    /// The items, as `collect` has them.
    fn list(self) -> Vec<Self::Item>;
}

impl<I: Iterator> List for I {
    fn list(self) -> Vec<I::Item> {
        let mut list = Vec::new();
        for item in self {
            list.push(item);
        }
        list
    }
}
