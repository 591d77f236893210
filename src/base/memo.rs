//! What was found once and can be found again.

use std::ops::{Deref, DerefMut};

/// A cache. A copy of what holds it begins with an empty one: nothing that comes of it may differ by that.
#[derive(Debug, Default)]
pub struct Memo<T>(T);

impl<T: Default> Clone for Memo<T> {
    fn clone(&self) -> Self {
        Memo::default()
    }
}

impl<T> Deref for Memo<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Memo<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_begins_empty() {
        let mut found: Memo<Vec<u32>> = Memo::default();
        found.push(1);
        assert_eq!((found.len(), found.clone().len()), (1, 0));
    }
}
