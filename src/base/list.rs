//! Collecting into a `Vec` in few bytes of code.
//! The standard library's `collect` reserves room beforehand, by code that is compiled anew for each chain of iterators.

/// Adds [`List::list`] to iterators.
pub trait List: Iterator + Sized {
    /// The items, as `collect` returns them.
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
