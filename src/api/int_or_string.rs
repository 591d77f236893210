//! `intstr.IntOrString`: a number or a percentage.

use thiserror::Error;

use super::{Value, quote};

/// A text that stands where a number or a percentage should, in the words of `intstr`.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("invalid value for IntOrString: invalid type: string is not a percentage: {}", quote(.0))]
pub struct NotAPercentage(String);

/// What becomes of a fraction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// The next greater number.
    Up,
    /// The next smaller number.
    Down,
}

/// A number, or a percentage of `total`.
// Models intstr.GetScaledValueFromIntOrPercent.
pub fn scaled(value: &Value, total: i64, round: Rounding) -> Result<i64, NotAPercentage> {
    let Some(text) = value.as_str() else { return Ok(value.int()) };
    let percent = percent(text).ok_or_else(|| NotAPercentage(text.into()))?;
    let product = percent.saturating_mul(total);
    let rounded_up = round == Rounding::Up && product.rem_euclid(100) != 0;
    Ok(product.div_euclid(100) + i64::from(rounded_up))
}

/// Like [`scaled`]; what is neither a number nor a percentage counts as 0.
pub fn scaled_value(value: &Value, total: i64, round: Rounding) -> i64 {
    scaled(value, total, round).unwrap_or(0)
}

/// The number before a percent sign.
pub fn percent(text: &str) -> Option<i64> {
    text.strip_suffix('%').filter(|digits| digits.bytes().all(|b| b.is_ascii_digit()))?.parse().ok()
}
