//! What Jobs of tutorials compute: `perl -Mbignum=bpi -wle 'print bpi(2000)'`.

/// Digits of pi that are computed at most.
pub(super) const PI_DIGITS_MAX: usize = 5000;

/// Pi with so many digits, cut: Rabinowitz and Wagon's spigot.
pub(super) fn pi(digits: usize) -> String {
    // A few more, so that the last carry has come through.
    let wanted = digits + 5;
    let mut remainders = vec![2u64; wanted * 10 / 3 + 2];
    let (mut out, mut nines, mut held) = (String::new(), 0, None::<u8>);
    for _ in 0..=wanted {
        let mut carry = 0;
        for i in (0..remainders.len()).rev() {
            let x = remainders[i] * 10 + carry * (i as u64 + 1);
            let unit = if i == 0 { 10 } else { 2 * i as u64 + 1 };
            (remainders[i], carry) = (x % unit, x / unit);
        }
        let digit = carry as u8;
        if digit == 9 {
            nines += 1;
            continue;
        }
        let over = digit == 10;
        out.extend(held.map(|d| char::from(b'0' + d + u8::from(over))));
        out.extend(std::iter::repeat_n(if over { '0' } else { '9' }, nines));
        (held, nines) = (Some(if over { 0 } else { digit }), 0);
    }
    out.truncate(digits);
    if digits > 1 {
        out.insert(1, '.');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pi_by_digits() {
        assert_eq!(pi(1), "3");
        assert_eq!(pi(20), "3.1415926535897932384");
        // The six nines that the digit behind them decides about.
        assert_eq!(pi(2000).get(755..775), Some("70721134999999837297"));
        assert_eq!(pi(2000).len(), 2001);
    }
}
