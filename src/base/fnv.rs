//! FNV-1a hashes: Kubernetes names things by them, and identities that only have to differ are made up from them.

/// A hash of so many bits, fed piece by piece.
macro_rules! fnv1a {
    ($(#[$doc:meta])* $name:ident($int:ty): $basis:literal, $prime:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $name(pub $int);

        impl $name {
            /// The hash of nothing.
            pub const fn new() -> Self {
                $name($basis)
            }

            /// Takes in bytes.
            pub fn write(&mut self, bytes: &[u8]) {
                for byte in bytes {
                    self.0 = (self.0 ^ <$int>::from(*byte)).wrapping_mul($prime);
                }
            }

            /// The hash of bytes.
            pub fn of(bytes: &[u8]) -> $int {
                let mut hash = Self::new();
                hash.write(bytes);
                hash.0
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }
    };
}

fnv1a!(
    /// FNV-1a of 32 bits.
    Fnv32(u32): 0x811c_9dc5, 0x0100_0193
);
fnv1a!(
    /// FNV-1a of 64 bits.
    Fnv64(u64): 0xcbf2_9ce4_8422_2325, 0x0000_0100_0000_01b3
);
fnv1a!(
    /// FNV-1a of 128 bits.
    Fnv128(u128): 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d, 0x0000_0000_0100_0000_0000_0000_0000_013b
);

/// 64 hexadecimal digits, such as a SHA-256 has, that depend on these bytes alone.
pub fn made_up_sha256(of: &[u8]) -> String {
    let mut hash = Fnv64::new();
    let mut digits = String::with_capacity(64);
    for round in 0..4 {
        hash.write(of);
        hash.write(&[round]);
        digits.push_str(&format!("{:016x}", hash.0));
    }
    digits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The authors' test vectors.
    #[test]
    fn hashes_are_the_published_ones() {
        assert_eq!(Fnv32::of(b""), 0x811c_9dc5);
        assert_eq!(Fnv32::of(b"foobar"), 0xbf9c_f968);
        assert_eq!(Fnv64::of(b"foobar"), 0x8594_4171_f739_67e8);
        assert_eq!(Fnv128::of(b"foobar"), 0x343e_1662_793c_64bf_6f0d_3597_ba44_6f18);
    }

    #[test]
    fn pieces_hash_as_the_whole() {
        let mut hash = Fnv64::new();
        hash.write(b"foo");
        hash.write(b"bar");
        assert_eq!(hash.0, Fnv64::of(b"foobar"));
    }
}
