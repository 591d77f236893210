//! What a terminal has shown; the oldest of it is forgotten.

use std::collections::VecDeque;
use std::sync::Arc;

/// How many bytes of a terminal's output are kept, and how many make a piece of it. Whole pieces are dropped, the oldest first.
const TERMINAL_MAX: usize = 1 << 20;
const TERMINAL_PIECE: usize = 1 << 14;

/// The output of a terminal. Copies of the workstation share all of it but the last piece.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    pieces: VecDeque<Arc<[u8]>>,
    end: Vec<u8>,
    /// How many bytes were dropped, and how many are in the pieces.
    cut: usize,
    held: usize,
}

impl Written {
    /// Adds new output.
    pub(super) fn push(&mut self, bytes: &[u8]) {
        // A program may write more at once than is kept, so it is cut into pieces.
        for part in bytes.chunks(TERMINAL_PIECE) {
            self.end.extend_from_slice(part);
            if self.end.len() >= TERMINAL_PIECE {
                self.held += self.end.len();
                self.pieces.push_back(std::mem::take(&mut self.end).into());
            }
        }
        while self.held > TERMINAL_MAX
            && let Some(oldest) = self.pieces.pop_front()
        {
            self.held -= oldest.len();
            self.cut += oldest.len();
        }
    }

    /// The output from an offset on, and the offset after that.
    pub(super) fn since(&self, from: usize) -> (Vec<u8>, usize) {
        let (mut at, mut bytes) = (self.cut, Vec::new());
        for piece in self.pieces.iter().map(|p| &**p).chain([self.end.as_slice()]) {
            bytes.extend_from_slice(&piece[from.saturating_sub(at).min(piece.len())..]);
            at += piece.len();
        }
        (bytes, at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_was_told_is_shared_and_bounded() {
        let mut written = Written::default();
        let mut all = Vec::new();
        for i in 0..300_000_u32 {
            let line = format!("{i}\n");
            written.push(line.as_bytes());
            all.extend_from_slice(line.as_bytes());
        }
        let (kept, end) = written.since(0);
        assert!(end == all.len() && all.ends_with(&kept));
        assert!((TERMINAL_MAX / 2..TERMINAL_MAX + 2 * TERMINAL_PIECE).contains(&kept.len()), "{}", kept.len());
        for back in [0, 1, 7, TERMINAL_PIECE, 5 * TERMINAL_PIECE + 3] {
            assert_eq!(written.since(end - back).0, all[end - back..], "{back}");
        }
        assert_eq!(written.since(usize::MAX), (Vec::new(), end));
        let mut at_once = Written::default();
        at_once.push(&all);
        let (kept, end) = at_once.since(0);
        assert!(end == all.len() && all.ends_with(&kept) && kept.len() >= TERMINAL_MAX / 2, "{}", kept.len());
        let copy = written.clone();
        assert!(copy.pieces.iter().zip(&written.pieces).all(|(a, b)| Arc::ptr_eq(a, b)) && copy.end.len() < TERMINAL_PIECE);
    }
}
