//! What maps and sets are made of: a list in pieces that is kept in order.

use std::borrow::Borrow;
use std::cmp::Ordering;
use std::slice;

/// No piece holds more, so that putting something in the middle moves little.
const PIECE_LEN_MAX: usize = 64;

/// Where something stands or would stand: in which piece, and where in it.
pub(super) type Spot = (usize, usize);

/// A list in pieces, none of them empty. How it is cut depends on lengths and places alone, never on what is in it: two lists
/// to which the same was done are cut alike.
#[derive(Clone)]
pub(super) struct Pieces<T> {
    pub(super) pieces: Vec<Vec<T>>,
    /// How many items they hold together.
    pub(super) len: usize,
}

impl<T> Pieces<T> {
    pub(super) const fn new() -> Self {
        Pieces { pieces: Vec::new(), len: 0 }
    }

    /// Puts an item at a spot; returns where it stands then.
    pub(super) fn insert(&mut self, (mut piece, mut slot): Spot, item: T) -> Spot {
        match self.pieces.get_mut(piece) {
            None => self.pieces.push(Vec::new()),
            Some(full) if full.len() >= PIECE_LEN_MAX => {
                // What grows at its end leaves full pieces behind.
                let keep = if slot == full.len() { slot } else { full.len() / 2 };
                let half = full.split_off(keep);
                self.pieces.insert(piece + 1, half);
                if slot >= keep {
                    (piece, slot) = (piece + 1, slot - keep);
                }
            }
            Some(_) => {}
        }
        self.pieces[piece].insert(slot, item);
        self.len += 1;
        (piece, slot)
    }

    pub(super) fn remove(&mut self, (piece, slot): Spot) -> T {
        let item = self.pieces[piece].remove(slot);
        self.len -= 1;
        if self.pieces[piece].is_empty() {
            self.pieces.remove(piece);
        }
        item
    }

    /// Keeps what the flags say, one for each item.
    pub(super) fn keep(&mut self, flags: &[bool]) {
        let mut flags = flags.iter();
        for piece in &mut self.pieces {
            piece.retain(|_| flags.next() == Some(&true));
        }
        self.pieces.retain(|p| !p.is_empty());
        self.len = self.pieces.iter().map(Vec::len).sum();
    }

    pub(super) fn iter_from(&self, (piece, slot): Spot) -> Items<'_, T> {
        let mut rest = self.pieces.get(piece..).unwrap_or_default().iter();
        let first = rest.next().and_then(|p| p.get(slot..)).unwrap_or_default();
        Items { piece: first.iter(), rest }
    }

    pub(super) fn iter(&self) -> Items<'_, T> {
        self.iter_from((0, 0))
    }

    pub(super) fn iter_mut(&mut self) -> ItemsMut<'_, T> {
        ItemsMut { piece: [].iter_mut(), rest: self.pieces.iter_mut() }
    }

    /// Where a key stands, or where it would.
    pub(super) fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Spot, Spot>
    where
        T: Borrow<Q>,
    {
        self.find_by(&|item| item.borrow().cmp(key))
    }

    /// The same for what `stands` says of each item: how it is ordered to the one that is looked for.
    pub(super) fn find_by(&self, stands: &impl Fn(&T) -> Ordering) -> Result<Spot, Spot> {
        let piece = match self.pieces.len() {
            0 => return Err((0, 0)),
            1 => 0,
            _ => self.pieces.partition_point(|p| stands(&p[0]).is_le()).saturating_sub(1),
        };
        match self.pieces[piece].binary_search_by(stands) {
            Ok(slot) => Ok((piece, slot)),
            Err(slot) => Err((piece, slot)),
        }
    }
}

/// The items of a set, sorted.
pub struct Items<'a, T> {
    piece: slice::Iter<'a, T>,
    rest: slice::Iter<'a, Vec<T>>,
}

impl<T> Clone for Items<'_, T> {
    fn clone(&self) -> Self {
        Items { piece: self.piece.clone(), rest: self.rest.clone() }
    }
}

impl<'a, T> Iterator for Items<'a, T> {
    type Item = &'a T;

    fn next(&mut self) -> Option<&'a T> {
        loop {
            if let Some(item) = self.piece.next() {
                return Some(item);
            }
            self.piece = self.rest.next()?.iter();
        }
    }
}

impl<T> Default for Items<'_, T> {
    fn default() -> Self {
        Items { piece: [].iter(), rest: [].iter() }
    }
}

/// The same, to write to.
pub(super) struct ItemsMut<'a, T> {
    piece: slice::IterMut<'a, T>,
    rest: slice::IterMut<'a, Vec<T>>,
}

impl<'a, T> Iterator for ItemsMut<'a, T> {
    type Item = &'a mut T;

    fn next(&mut self) -> Option<&'a mut T> {
        loop {
            if let Some(item) = self.piece.next() {
                return Some(item);
            }
            self.piece = self.rest.next()?.iter_mut();
        }
    }
}
