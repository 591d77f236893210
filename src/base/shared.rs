//! Values that copies of a simulation share until one of them changes its own.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

/// A value whose clone is cheap: the value itself is copied only when a clone is changed.
#[derive(Debug, Default)]
pub struct Shared<T>(Arc<T>);

impl<T> Shared<T> {
    /// A value that nobody shares yet.
    pub fn new(value: T) -> Self {
        Shared(Arc::new(value))
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Shared(Arc::clone(&self.0))
    }
}

impl<T> Deref for Shared<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: Clone> DerefMut for Shared<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(&mut self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_goes_its_own_way() {
        let mut first = Shared::new(vec![1]);
        let second = first.clone();
        assert!(std::ptr::eq(&*first, &*second));
        first.push(2);
        assert_eq!((first.len(), second.len()), (2, 1));
    }
}
