//! SHA-256 (FIPS 180-4), and what it has in common with the digests before it.

use super::List as _;

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

/// The message with its padding, in blocks of 64 bytes.
pub fn padded(data: &[u8], big_endian: bool) -> Vec<u8> {
    let bits = (data.len() as u64).wrapping_mul(8);
    let mut out = data.to_vec();
    out.push(0x80);
    while out.len() % 64 != 56 {
        out.push(0);
    }
    out.extend(if big_endian { bits.to_be_bytes() } else { bits.to_le_bytes() });
    out
}

/// The first 32 bits of the fractional parts of the roots of the first primes.
fn roots(n: usize, cube: bool) -> Vec<u32> {
    let mut out = Vec::new();
    let mut candidate = 2u64;
    while out.len() < n {
        if (2..candidate).all(|d| !candidate.is_multiple_of(d)) {
            // The integer root of the prime shifted far left carries the fraction's bits.
            let wide = u128::from(candidate) << if cube { 96 } else { 64 };
            let (mut lo, mut hi) = (0u128, 1u128 << 40);
            while hi - lo > 1 {
                let mid = lo.midpoint(hi);
                let power = if cube { mid * mid * mid } else { mid * mid };
                if power <= wide { lo = mid } else { hi = mid }
            }
            out.push(lo as u32);
        }
        candidate += 1;
    }
    out
}

/// The digest of a message.
pub fn sha256(data: &[u8]) -> Vec<u8> {
    let k = roots(64, true);
    let mut h: Vec<u32> = roots(8, false);
    for block in padded(data, true).chunks_exact(64) {
        let mut w = [0u32; 64];
        for (i, c) in block.chunks_exact(4).enumerate() {
            w[i] = u32::from_be_bytes([c[0], c[1], c[2], c[3]]);
        }
        for i in 16..64 {
            let s0 = w[i - 15].rotate_right(7) ^ w[i - 15].rotate_right(18) ^ w[i - 15] >> 3;
            let s1 = w[i - 2].rotate_right(17) ^ w[i - 2].rotate_right(19) ^ w[i - 2] >> 10;
            w[i] = w[i - 16].wrapping_add(s0).wrapping_add(w[i - 7]).wrapping_add(s1);
        }
        let mut v = [h[0], h[1], h[2], h[3], h[4], h[5], h[6], h[7]];
        for i in 0..64 {
            let s1 = v[4].rotate_right(6) ^ v[4].rotate_right(11) ^ v[4].rotate_right(25);
            let t1 = v[7].wrapping_add(s1).wrapping_add(v[4] & v[5] ^ !v[4] & v[6]).wrapping_add(k[i]).wrapping_add(w[i]);
            let s0 = v[0].rotate_right(2) ^ v[0].rotate_right(13) ^ v[0].rotate_right(22);
            let t2 = s0.wrapping_add(v[0] & v[1] ^ v[0] & v[2] ^ v[1] & v[2]);
            v = [t1.wrapping_add(t2), v[0], v[1], v[2], v[3].wrapping_add(t1), v[4], v[5], v[6]];
        }
        for (s, x) in h.iter_mut().zip(v) {
            *s = s.wrapping_add(x);
        }
    }
    h.iter().flat_map(|v| v.to_be_bytes()).list()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digests_are_the_standards() {
        assert_eq!(hex(&sha256(b"")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(hex(&sha256(b"abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(
            hex(&sha256(b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
        );
    }
}
