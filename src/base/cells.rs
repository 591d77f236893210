//! How wide text is on a terminal.

/// How many cells a character takes: two for those of East Asia and for pictures.
pub fn cells(c: char) -> usize {
    let wide = matches!(
        c as u32,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 | 0x1f300..=0x1faff
    );
    if wide { 2 } else { 1 }
}
