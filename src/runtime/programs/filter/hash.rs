//! md5sum, sha1sum, sha256sum.

use super::super::{Options, Run};
use super::{Filter, Made, Sink};
use crate::base::{List as _, hex, padded, sha256};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Md5,
    Sha1,
    Sha256,
    Crc,
}

#[derive(Debug, Clone)]
pub struct Hash {
    algorithm: Algorithm,
    data: Vec<u8>,
}

/// Starts it.
pub fn make(run: &mut Run<'_>, o: &Options) -> Made {
    let algorithm = match run.name {
        "md5sum" => Algorithm::Md5,
        "sha1sum" => Algorithm::Sha1,
        "cksum" => Algorithm::Crc,
        _ => Algorithm::Sha256,
    };
    Ok((Filter::Hash(Hash { algorithm, data: Vec::new() }), o.rest.clone()))
}

impl Hash {
    pub fn bytes(&mut self, data: &[u8]) {
        if self.data.len() < 64 << 20 {
            self.data.extend_from_slice(data);
        }
    }
    pub fn end(&mut self, name: &str, sink: &mut Sink) {
        let data = std::mem::take(&mut self.data);
        let text = match self.algorithm {
            Algorithm::Md5 => hex(&md5(&data)),
            Algorithm::Sha1 => hex(&sha1(&data)),
            Algorithm::Sha256 => hex(&sha256(&data)),
            Algorithm::Crc => {
                let file = if name == "-" { String::new() } else { format!(" {name}") };
                sink.out.extend(format!("{} {}{file}\n", cksum(&data), data.len()).bytes());
                return;
            }
        };
        sink.out.extend(format!("{text}  {name}\n").bytes());
    }
}

fn cksum(data: &[u8]) -> u32 {
    let mut crc = 0u32;
    let mut one = |b: u8| {
        crc ^= u32::from(b) << 24;
        for _ in 0..8 {
            crc = if crc & 0x8000_0000 != 0 { crc << 1 ^ 0x04c1_1db7 } else { crc << 1 };
        }
    };
    data.iter().for_each(|b| one(*b));
    let mut n = data.len();
    while n > 0 {
        one((n & 255) as u8);
        n >>= 8;
    }
    !crc
}

fn md5(data: &[u8]) -> [u8; 16] {
    const S: [[u32; 4]; 4] = [[7, 12, 17, 22], [5, 9, 14, 20], [4, 11, 16, 23], [6, 10, 15, 21]];
    let mut state = [0x6745_2301u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476];
    for block in padded(data, false).chunks_exact(64) {
        let word = |g: usize| u32::from_le_bytes([block[g * 4], block[g * 4 + 1], block[g * 4 + 2], block[g * 4 + 3]]);
        let [mut a, mut b, mut c, mut d] = state;
        for i in 0..64usize {
            let (f, g) = match i / 16 {
                0 => (b & c | !b & d, i),
                1 => (d & b | !d & c, (5 * i + 1) % 16),
                2 => (b ^ c ^ d, (3 * i + 5) % 16),
                _ => (c ^ (b | !d), 7 * i % 16),
            };
            let k = (libm::sin((i + 1) as f64).abs() * 4_294_967_296.0) as u32;
            let sum = a.wrapping_add(f).wrapping_add(k).wrapping_add(word(g));
            (a, d, c) = (d, c, b);
            b = b.wrapping_add(sum.rotate_left(S[i / 16][i % 4]));
        }
        for (s, v) in state.iter_mut().zip([a, b, c, d]) {
            *s = s.wrapping_add(v);
        }
    }
    let mut out = [0; 16];
    for (o, s) in out.chunks_exact_mut(4).zip(state) {
        o.copy_from_slice(&s.to_le_bytes());
    }
    out
}

fn sha1(data: &[u8]) -> Vec<u8> {
    let mut h = [0x6745_2301u32, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    for block in padded(data, true).chunks_exact(64) {
        let mut w = [0u32; 80];
        for (i, c) in block.chunks_exact(4).enumerate() {
            w[i] = u32::from_be_bytes([c[0], c[1], c[2], c[3]]);
        }
        for i in 16..80 {
            w[i] = (w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16]).rotate_left(1);
        }
        let [mut a, mut b, mut c, mut d, mut e] = h;
        for (i, word) in w.iter().enumerate() {
            let (f, k) = match i / 20 {
                0 => (b & c | !b & d, 0x5a82_7999u32),
                1 => (b ^ c ^ d, 0x6ed9_eba1),
                2 => (b & c | b & d | c & d, 0x8f1b_bcdc),
                _ => (b ^ c ^ d, 0xca62_c1d6),
            };
            let t = a.rotate_left(5).wrapping_add(f).wrapping_add(e).wrapping_add(k).wrapping_add(*word);
            (e, d, c, b, a) = (d, c, b.rotate_left(30), a, t);
        }
        for (s, v) in h.iter_mut().zip([a, b, c, d, e]) {
            *s = s.wrapping_add(v);
        }
    }
    h.iter().flat_map(|v| v.to_be_bytes()).list()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digests() {
        assert_eq!(hex(&md5(b"")), "d41d8cd98f00b204e9800998ecf8427e");
        assert_eq!(hex(&md5(b"abc")), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(hex(&sha1(b"abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
    }
}
