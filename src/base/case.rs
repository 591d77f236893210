//! Upper and lower case, one letter for one, as C and Go turn them; the standard library's tables of all there ever was are as large
//! as some of our programs.

/// Runs of capitals, from the first to the last, and how far after each the small letter stands. Where that is 1, capitals and small
/// letters alternate.
const CAPITALS: [(u16, u16, u16); 27] = [
    (0x41, 0x5a, 32),
    (0xc0, 0xd6, 32),
    (0xd8, 0xde, 32),
    (0x100, 0x12e, 1),
    (0x132, 0x136, 1),
    (0x139, 0x147, 1),
    (0x14a, 0x176, 1),
    (0x179, 0x17d, 1),
    (0x1cd, 0x1db, 1),
    (0x1f8, 0x21e, 1),
    // Greek, Cyrillic and Armenian.
    (0x388, 0x38a, 37),
    (0x391, 0x3a1, 32),
    (0x3a3, 0x3ab, 32),
    (0x400, 0x40f, 80),
    (0x410, 0x42f, 32),
    (0x460, 0x480, 1),
    (0x48a, 0x4be, 1),
    (0x4c1, 0x4cd, 1),
    (0x4d0, 0x52e, 1),
    (0x531, 0x556, 48),
    // Georgian.
    (0x10a0, 0x10c5, 7264),
    // Latin with more than one mark, as Vietnamese has it.
    (0x1e00, 0x1e94, 1),
    (0x1ea0, 0x1efe, 1),
    // Numbers and letters in circles, Coptic, and Latin as wide as Chinese.
    (0x2160, 0x216f, 16),
    (0x24b6, 0x24cf, 26),
    (0x2c80, 0x2ce2, 1),
    (0xff21, 0xff3a, 32),
];

/// The small letter of a capital; anything else is what it was.
pub fn lower(c: char) -> char {
    turned(c, |at, first, last, after| {
        let is_capital = (first..=last).contains(&at) && (after > 1 || (at - first).is_multiple_of(2));
        is_capital.then(|| at + after)
    })
}

/// The capital of a small letter; anything else is what it was.
pub fn upper(c: char) -> char {
    turned(c, |at, first, last, after| {
        let is_small = (first + after..=last + after).contains(&at) && (after > 1 || (at - first) % 2 == 1);
        is_small.then(|| at - after)
    })
}

fn turned(c: char, by: fn(u16, u16, u16, u16) -> Option<u16>) -> char {
    let other =
        u16::try_from(u32::from(c)).ok().and_then(|at| CAPITALS.iter().find_map(|&(first, last, after)| by(at, first, last, after)));
    other.and_then(|other| char::from_u32(other.into())).unwrap_or(c)
}

/// A text in small letters or in capitals.
pub trait Case {
    /// The text in small letters.
    fn lower(&self) -> String;

    /// The text in capitals.
    fn upper(&self) -> String;
}

impl Case for str {
    fn lower(&self) -> String {
        self.chars().map(lower).collect()
    }

    fn upper(&self) -> String {
        self.chars().map(upper).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_the_runs_are_turned_as_unicode_has_it_and_back() {
        #[expect(clippy::disallowed_methods, reason = "what Unicode has is what is looked for")]
        let unicode = |c: char| (c.to_lowercase().to_string(), c.to_uppercase().to_string());
        let all = || ('\0'..='\u{ffff}').filter(|c| lower(*c) != *c);
        for c in all() {
            assert_eq!(unicode(c), (lower(c).to_string(), c.to_string()));
            assert_eq!(unicode(lower(c)), (lower(c).to_string(), c.to_string()));
            assert_eq!(upper(lower(c)), c);
        }
        assert_eq!(all().count(), 638);
        assert_eq!(('\0'..='\u{ffff}').filter(|c| upper(*c) != *c).count(), 638);
    }

    #[test]
    fn what_has_no_case_stays_what_it_is() {
        assert_eq!("Größe 5 ÑANDÚ Ωμέγα, Привет, 你好".lower(), "größe 5 ñandú ωμέγα, привет, 你好");
        assert_eq!("Größe 5 ñandú, привет, 你好".upper(), "GRÖßE 5 ÑANDÚ, ПРИВЕТ, 你好");
    }
}
