//! `intstr.IntOrString`: a number or a percentage.

use super::Value;

/// A number, or a percentage of `total` rounded up or down. An error where the text is neither.
// Models intstr.GetScaledValueFromIntOrPercent.
pub fn scaled(value: &Value, total: i64, round_up: bool) -> Result<i64, String> {
    let Some(text) = value.as_str() else { return Ok(value.int()) };
    let Some(percent) = percent(text) else {
        return Err(format!("invalid value for IntOrString: invalid type: string is not a percentage: {text:?}"));
    };
    let product = percent.saturating_mul(total);
    Ok(if round_up { product.div_euclid(100) + i64::from(product.rem_euclid(100) != 0) } else { product.div_euclid(100) })
}

/// The number before a percent sign.
pub fn percent(text: &str) -> Option<i64> {
    text.strip_suffix('%')?.parse().ok()
}
