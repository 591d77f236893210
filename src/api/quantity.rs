//! `resource.Quantity`: amounts of CPU, memory and the like, with the suffixes people write and the form that the API
//! gives back.

use std::cmp::Ordering;
use std::fmt;

use super::{ArcStr, Value};

/// How an amount is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// `12e6`.
    DecimalExponent,
    /// `12Mi`.
    BinarySi,
    /// `12M`, `500m`.
    DecimalSi,
}

/// An exact amount: `mantissa × 10^exponent`, never finer than a billionth, and how it is written.
#[derive(Clone, Debug)]
pub struct Quantity {
    mantissa: i128,
    exponent: i32,
    format: Format,
    /// The text that it was read from, where that is the form to write it in.
    text: Option<ArcStr>,
}

/// Why a text is no quantity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not of the form at all.
    #[error("quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'")]
    Format,
    /// The number before the suffix.
    #[error("unable to parse numeric part of quantity")]
    Number,
    /// The suffix.
    #[error("unable to parse quantity's suffix")]
    Suffix,
}

const NANO: i32 = -9;
/// The largest exponent that is read.
const EXPONENT_MAX: i32 = 2_000_000_000;
/// As many digits as an `i128` surely holds.
const DIGITS_MAX: usize = 37;
/// The largest amount with a binary suffix: 2^63-1.
const BINARY_MAX: i128 = i64::MAX as i128;
const BINARY: [&str; 7] = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL: [(&str, i32); 10] =
    [("n", -9), ("u", -6), ("m", -3), ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18)];

impl Quantity {
    /// Nothing.
    pub const ZERO: Quantity = Quantity { mantissa: 0, exponent: 0, format: Format::DecimalSi, text: None };

    /// A whole number in this format.
    pub fn new(value: i64, format: Format) -> Quantity {
        Quantity { mantissa: value.into(), exponent: 0, format, text: None }
    }

    /// Thousandths: `from_milli(1500)` is `1500m`.
    pub fn from_milli(value: i64) -> Quantity {
        Quantity { mantissa: value.into(), exponent: -3, format: Format::DecimalSi, text: None }
    }

    /// Reads an amount.
    // Models resource.ParseQuantity.
    pub fn parse(text: &str) -> Result<Quantity, QuantityError> {
        let parts = Parts::split(text)?;
        let suffix = Suffix::read(parts.suffix).ok_or(QuantityError::Suffix)?;
        let (num, denom) = (parts.num, parts.denom);
        let kept = parts.is_kept(text, &suffix);
        let digits: String = num.chars().chain(denom.chars()).collect();
        let digits = digits.trim_start_matches('0');
        let fraction = i32::try_from(denom.len()).unwrap_or(i32::MAX);
        let (mut mantissa, mut exponent) = match digits.get(..DIGITS_MAX) {
            Some(head) => (head.parse().unwrap_or(i128::MAX), (digits.len() - DIGITS_MAX) as i32),
            None => (digits.parse::<i128>().unwrap_or(0), 0),
        };
        exponent = exponent.saturating_sub(fraction);
        let mut format = suffix.format;
        if format == Format::BinarySi {
            mantissa = mantissa.saturating_mul(1_i128 << suffix.exponent);
        } else {
            exponent = exponent.saturating_add(suffix.exponent);
        }
        if mantissa == 0 {
            exponent = 0;
        }
        if exponent < NANO {
            mantissa = divide_up(mantissa, NANO - exponent);
            exponent = NANO;
        }
        if format == Format::BinarySi {
            if compare((mantissa, exponent), (BINARY_MAX, 0)) == Ordering::Greater {
                (mantissa, exponent) = (BINARY_MAX, 0);
            }
            if mantissa > 0 && compare((mantissa, exponent), (1, 0)) == Ordering::Less {
                format = Format::DecimalSi;
            }
        }
        if parts.negative {
            mantissa = -mantissa;
        }
        Ok(Quantity { mantissa, exponent, format, text: kept.then(|| text.into()) })
    }

    /// Reads a value of an object: a string, or a number as JSON may have it.
    pub fn from_value(value: &Value) -> Result<Quantity, QuantityError> {
        match value {
            Value::Null => Ok(Quantity::ZERO),
            Value::Str(s) => Quantity::parse(s.trim()),
            Value::Int(_) | Value::Float(_) => Quantity::parse(&value.to_json()),
            _ => Err(QuantityError::Format),
        }
    }

    /// The amount under `value`; nothing where there is none or it cannot be read. For objects that were validated.
    pub fn of(value: &Value) -> Quantity {
        Quantity::from_value(value).unwrap_or(Quantity::ZERO)
    }

    /// Whole units, rounded away from zero (`Value()`).
    pub fn value(&self) -> i64 {
        self.scaled(0)
    }

    /// Thousandths, rounded away from zero (`MilliValue()`).
    pub fn milli_value(&self) -> i64 {
        self.scaled(-3)
    }

    /// Units of `10^scale`, rounded away from zero; the nearest end of the range where it does not fit.
    pub fn scaled(&self, scale: i32) -> i64 {
        let shift = i64::from(self.exponent) - i64::from(scale);
        let wide = if shift >= 0 {
            multiply(self.mantissa, shift)
        } else {
            let up = divide_up(self.mantissa.abs(), i32::try_from(-shift).unwrap_or(i32::MAX));
            if self.mantissa < 0 { -up } else { up }
        };
        wide.clamp(i64::MIN.into(), i64::MAX.into()) as i64
    }

    /// Rounded up to thousandths.
    #[must_use]
    pub fn rounded_to_milli(&self) -> Quantity {
        if self.exponent >= -3 {
            return self.clone();
        }
        let up = divide_up(self.mantissa.abs(), -3 - self.exponent);
        Quantity { mantissa: if self.mantissa < 0 { -up } else { up }, exponent: -3, format: self.format, text: None }
    }

    /// A near floating point number. A power is read, not reckoned: what `powi` makes of it depends on the machine.
    pub fn to_f64(&self) -> f64 {
        self.mantissa as f64 * format!("1e{}", self.exponent).parse::<f64>().unwrap_or(f64::MAX)
    }

    /// -1, 0 or 1.
    pub fn sign(&self) -> i32 {
        self.mantissa.signum() as i32
    }

    /// Whether this is nothing.
    pub fn is_zero(&self) -> bool {
        self.mantissa == 0
    }

    /// How it is written.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Adds `other`; a sum that starts from nothing takes the other's format.
    #[must_use]
    pub fn add(&self, other: &Quantity) -> Quantity {
        let (a, b, exponent) = align((self.mantissa, self.exponent), (other.mantissa, other.exponent));
        Quantity { mantissa: bounded(a.saturating_add(b)), exponent, format: self.sum_format(other), text: None }
    }

    /// Takes `other` away.
    #[must_use]
    pub fn sub(&self, other: &Quantity) -> Quantity {
        let (a, b, exponent) = align((self.mantissa, self.exponent), (other.mantissa, other.exponent));
        Quantity { mantissa: bounded(a.saturating_sub(b)), exponent, format: self.sum_format(other), text: None }
    }

    fn sum_format(&self, other: &Quantity) -> Format {
        if self.is_zero() { other.format } else { self.format }
    }

    /// Mantissa without factors of ten in it, and an exponent that is a multiple of three.
    fn canonical_decimal(&self) -> (i128, i32) {
        let (mut mantissa, mut exponent) = (self.mantissa, self.exponent);
        while mantissa % 10 == 0 {
            mantissa /= 10;
            exponent += 1;
        }
        while exponent % 3 != 0 {
            mantissa = mantissa.saturating_mul(10);
            exponent -= 1;
        }
        (mantissa, exponent)
    }

    /// Whole units, where there is no fraction.
    fn exact_value(&self) -> Option<i128> {
        if self.exponent >= 0 {
            return Some(multiply(self.mantissa, self.exponent.into()));
        }
        let divisor = power(self.exponent.unsigned_abs())?;
        (self.mantissa % divisor == 0).then(|| self.mantissa / divisor)
    }
}

impl fmt::Display for Quantity {
    // Models Quantity.CanonicalizeBytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(text) = &self.text {
            return f.write_str(text);
        }
        if self.is_zero() {
            return f.write_str("0");
        }
        let whole = self.exact_value().filter(|v| self.format == Format::BinarySi && v.abs() >= 1024);
        if let Some(mut value) = whole {
            let mut steps = 0;
            while value % 1024 == 0 {
                value /= 1024;
                steps += 1;
            }
            return write!(f, "{value}{}", BINARY.get(steps).unwrap_or(&""));
        }
        let (mantissa, exponent) = self.canonical_decimal();
        if self.format == Format::DecimalExponent {
            return if exponent == 0 { write!(f, "{mantissa}") } else { write!(f, "{mantissa}e{exponent}") };
        }
        let suffix = DECIMAL.iter().find(|(_, e)| *e == exponent).map_or("", |(s, _)| s);
        write!(f, "{mantissa}{suffix}")
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Quantity {}
impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        compare((self.mantissa, self.exponent), (other.mantissa, other.exponent))
    }
}
impl From<&Quantity> for Value {
    fn from(q: &Quantity) -> Value {
        q.to_string().into()
    }
}
impl From<Quantity> for Value {
    fn from(q: Quantity) -> Value {
        (&q).into()
    }
}

struct Parts<'a> {
    negative: bool,
    num: &'a str,
    denom: &'a str,
    suffix: &'a str,
}

impl<'a> Parts<'a> {
    // Models parseQuantityString.
    fn split(text: &'a str) -> Result<Parts<'a>, QuantityError> {
        if text.is_empty() {
            return Err(QuantityError::Format);
        }
        let negative = text.starts_with('-');
        let rest = text.strip_prefix(['-', '+']).unwrap_or(text);
        let rest = rest.trim_start_matches('0');
        let (num, rest) = digits(rest);
        let (denom, suffix) = rest.strip_prefix('.').map_or(("", rest), digits);
        let tail = suffix.trim_start_matches(|c| "eEinumkKMGTP".contains(c));
        let tail = tail.strip_prefix(['-', '+']).unwrap_or(tail);
        if !digits(tail).1.is_empty() {
            return Err(QuantityError::Format);
        }
        Ok(Parts { negative, num, denom, suffix })
    }

    /// Whether the text is written back as it is: Go keeps it on the fast path, where it looks canonical.
    fn is_kept(&self, text: &str, suffix: &Suffix) -> bool {
        if text == "0" {
            return true;
        }
        let num_len = self.num.len().max(1) as i32;
        let denom_len = self.denom.len() as i32;
        let num = if self.num.is_empty() { "0" } else { self.num };
        match suffix.format {
            Format::BinarySi => {
                let precision = 15 - num_len - (suffix.exponent as f32 * 3.0 / 10.0) as i32 - 1;
                let value = num.parse::<i64>().unwrap_or(0);
                denom_len == 0 && precision >= 0 && suffix.exponent % 10 == 0 && value & 7 != 0
            }
            _ => {
                let scale = suffix.exponent.saturating_sub(denom_len);
                let shifted = format!("{num}{}", self.denom);
                18 - num_len - denom_len >= 0 && scale >= NANO && scale % 3 == 0 && !shifted.ends_with("000") && !shifted.starts_with('0')
            }
        }
    }
}

fn digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

struct Suffix {
    /// Of ten, or of two for a binary suffix.
    exponent: i32,
    format: Format,
}

impl Suffix {
    fn read(text: &str) -> Option<Suffix> {
        if let Some((_, exponent)) = DECIMAL.iter().find(|(s, _)| *s == text) {
            return Some(Suffix { exponent: *exponent, format: Format::DecimalSi });
        }
        if let Some(step) = BINARY.iter().position(|s| *s == text) {
            return Some(Suffix { exponent: step as i32 * 10, format: Format::BinarySi });
        }
        let exponent = text.strip_prefix(['e', 'E'])?.parse::<i64>().ok()?;
        // Go narrows to 32 bits. The bounds leave room for the number's own digits, which move the exponent.
        Some(Suffix { exponent: (exponent as i32).clamp(-EXPONENT_MAX, EXPONENT_MAX), format: Format::DecimalExponent })
    }
}

fn power(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

fn multiply(mantissa: i128, exponent: i64) -> i128 {
    if mantissa == 0 {
        return 0;
    }
    let limit = if mantissa < 0 { -i128::MAX } else { i128::MAX };
    u32::try_from(exponent).ok().and_then(power).and_then(|p| mantissa.checked_mul(p)).unwrap_or(limit)
}

/// A mantissa that can be turned round: the least number there is has no opposite.
fn bounded(mantissa: i128) -> i128 {
    mantissa.max(-i128::MAX)
}

/// A positive mantissa over `10^exponent`, rounded up.
fn divide_up(mantissa: i128, exponent: i32) -> i128 {
    match power(exponent.unsigned_abs()) {
        Some(divisor) => mantissa / divisor + i128::from(mantissa % divisor != 0),
        None => i128::from(mantissa != 0),
    }
}

/// Both numbers at the smaller of their exponents.
fn align(a: (i128, i32), b: (i128, i32)) -> (i128, i128, i32) {
    let exponent = match (a.0, b.0) {
        (0, _) => b.1,
        (_, 0) => a.1,
        _ => a.1.min(b.1),
    };
    let at = |(m, e): (i128, i32)| if m == 0 { 0 } else { multiply(m, i64::from(e) - i64::from(exponent)) };
    (at(a), at(b), exponent)
}

fn compare(a: (i128, i32), b: (i128, i32)) -> Ordering {
    let (x, y, _) = align(a, b);
    x.cmp(&y)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn canonical(text: &str) -> String {
        Quantity::parse(text).map_or_else(|e| e.to_string(), |q| q.to_string())
    }

    #[test]
    fn amounts_get_their_canonical_form() {
        for (text, want) in [
            ("0.5", "500m"),
            ("2300e100000", "23e100002"),
            ("23e100002", "23e100002"),
            ("1.0", "1"),
            ("1500m", "1500m"),
            ("2000m", "2"),
            ("1024Mi", "1Gi"),
            ("1.5Gi", "1536Mi"),
            ("1000k", "1M"),
            ("0.1Ki", "102400m"),
            ("12e6", "12e6"),
            ("1e3", "1e3"),
            ("1n", "1n"),
            ("0.1n", "1n"),
            ("100E", "100E"),
            ("9Ei", "9223372036854775807"),
            ("0", "0"),
            ("0Gi", "0"),
        ] {
            assert_eq!(canonical(text), want, "{text}");
        }
        assert_eq!(Quantity::parse("1GB").unwrap_err(), QuantityError::Format);
        assert_eq!(Quantity::parse("1mm").unwrap_err(), QuantityError::Suffix);
        assert_eq!(Quantity::parse("").unwrap_err(), QuantityError::Format);
    }

    #[test]
    fn the_least_amounts_can_be_turned_round() {
        let of = |text| Quantity::parse(text).expect(text);
        let least = of("-1e60").sub(&of("1n"));
        for q in [least.clone(), least.add(&least)] {
            assert_eq!((q.value(), Quantity::ZERO.sub(&q).value()), (i64::MIN, i64::MAX), "{q}");
            assert!(q.rounded_to_milli() < Quantity::ZERO && !q.to_string().is_empty());
        }
        assert_eq!((of("1n").to_f64(), of("3e22").to_f64(), of("-2500m").to_f64()), (1e-9, 3e22, -2.5));
    }

    #[test]
    fn nothing_that_is_typed_panics() {
        let mut random = crate::base::RandomStream::new(7, "quantities");
        let letters: Vec<char> = "0123456789.+-eEinumkKMGTP x".chars().collect();
        for _ in 0..20_000 {
            let text: String = (0..random.below(60)).map(|_| letters[random.below(letters.len() as u64) as usize]).collect();
            if let Ok(q) = Quantity::parse(&text) {
                let again = Quantity::parse(&q.to_string());
                assert!(again.is_ok_and(|again| again.cmp(&q).is_eq()), "{text}: {q}");
                let _ = (q.value(), q.milli_value(), q.add(&q), q.sub(&q), q.to_f64());
            }
        }
    }
}
