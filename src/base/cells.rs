//! How wide text is on a terminal.

/// How many cells a character takes: two for East Asian letters and pictures, none for a mark that belongs to the letter before it.
pub fn cells(c: char) -> usize {
    match c as u32 {
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f | 0xfeff => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff | 0xfe30..=0xfe6f | 0xff00..=0xff60 => 2,
        0xffe0..=0xffe6 | 0x1f300..=0x1faff | 0x20000..=0x3fffd => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_have_widths() {
        for (text, width) in
            [("a", 1), ("é", 1), ("e\u{301}", 1), ("中", 2), ("，", 2), ("￥", 2), ("𠮷", 2), ("🐳", 2), ("한", 2), ("❤\u{fe0f}", 1)]
        {
            assert_eq!(text.chars().map(cells).sum::<usize>(), width, "{text}");
        }
    }
}
