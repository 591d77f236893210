//! Caches of what can be computed again.

use std::ops::{Deref, DerefMut};

/// A cache, which is empty in a copy of the value that holds it. Results must not depend on whether something is in it.
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
