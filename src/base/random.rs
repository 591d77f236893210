//! Seeded random streams, one per component, so that a new draw in one place shifts no other.

use super::Fnv128;
use rand_core::RngCore;
use rand_pcg::Pcg64Mcg;

/// A stream of random numbers that depends only on the session's seed, the stream's name and how often it was drawn from.
#[derive(Clone, Debug)]
pub struct RandomStream(Pcg64Mcg);

/// The letters of generated names (`k8s.io/apimachinery/pkg/util/rand`): no vowels, no 0, 1, 3.
pub const NAME_LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";

impl RandomStream {
    /// The stream called `name` of the session with this seed.
    pub fn new(seed: u64, name: &str) -> Self {
        let mut hash = Fnv128::new();
        hash.write(&seed.to_le_bytes());
        hash.write(name.as_bytes());
        RandomStream(Pcg64Mcg::new(hash.0))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number in `0..n`; 0 where `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 { 0 } else { ((u128::from(self.bits()) * u128::from(n)) >> 64) as u64 }
    }

    /// A number in `0.0..1.0`.
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Five letters as the API server appends to a `generateName`.
    pub fn name_suffix(&mut self) -> String {
        (0..5).map(|_| NAME_LETTERS[self.below(NAME_LETTERS.len() as u64) as usize] as char).collect()
    }

    /// A version 4 UUID.
    pub fn uuid(&mut self) -> String {
        let (a, b) = (self.bits(), self.bits());
        let high = a & 0xffff_ffff_ffff_0fff | 0x4000;
        let low = b & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
        let mut text = String::with_capacity(36);
        for place in 0..32 {
            if matches!(place, 8 | 12 | 16 | 20) {
                text.push('-');
            }
            let half = if place < 16 { high } else { low };
            let digit = half >> (60 - place % 16 * 4) & 15;
            text.push(char::from(b"0123456789abcdef"[digit as usize]));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_apart_and_repeatable() {
        let draw = |seed, name| RandomStream::new(seed, name).bits();
        assert_eq!(draw(1, "scheduler"), draw(1, "scheduler"));
        assert_ne!(draw(1, "scheduler"), draw(1, "kubelet"));
        assert_ne!(draw(1, "scheduler"), draw(2, "scheduler"));
        let mut s = RandomStream::new(7, "x");
        assert!((0..1000).all(|_| s.below(3) < 3));
        let (mut uuid, mut same) = (RandomStream::new(7, "x"), RandomStream::new(7, "x"));
        let (a, b) = (same.bits(), same.bits());
        let [b1, b2] = [b >> 48 & 0x3fff | 0x8000, b & 0xffff_ffff_ffff];
        let parts = format!("{:08x}-{:04x}-4{:03x}-{b1:04x}-{b2:012x}", a >> 32, a >> 16 & 0xffff, a & 0xfff);
        assert_eq!(uuid.uuid(), parts);
    }
}
