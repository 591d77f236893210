//! Addresses and address ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::path::{Errors, Path};

/// Reads an address as Go's sloppy parser does: octets may have leading zeros.
pub(super) fn parse(text: &str) -> Option<IpAddr> {
    if text.contains(':') {
        return text.parse().ok().map(IpAddr::V6);
    }
    let mut octets = [0_u8; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next()?;
        let digits = !part.is_empty() && part.len() <= 3 && part.bytes().all(|b| b.is_ascii_digit());
        *octet = digits.then(|| part.parse().ok()).flatten()?;
    }
    parts.next().is_none().then(|| IpAddr::V4(Ipv4Addr::from(octets)))
}

/// Whether it is an IPv4 address written as one of IPv6.
fn is_mapped(text: &str) -> bool {
    text.contains(':') && text.parse::<Ipv6Addr>().is_ok_and(|v6| v6.to_ipv4_mapped().is_some())
}

/// What is wrong with an address.
// Models IsValidIP.
pub(super) fn wrong(text: &str) -> Option<&'static str> {
    match parse(text) {
        None => Some("must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"),
        Some(_) if text.parse::<IpAddr>().is_err() => Some("must not have leading 0s"),
        Some(_) => is_mapped(text).then_some("must not be an IPv4-mapped IPv6 address"),
    }
}

/// An address.
pub(super) fn valid(errors: &mut Errors, at: Path<'_>, text: &str) -> bool {
    let wrong = wrong(text);
    if let Some(wrong) = wrong {
        match parse(text) {
            None => errors.invalid(at, text, wrong),
            // Readers differ in what they take it for.
            Some(_) => errors.ratcheting(|errors| errors.invalid(at, text, wrong)),
        }
    }
    wrong.is_none()
}

/// An address or a range of IPv6 as it is to be written.
pub(super) fn canonical(text: &str) -> Option<String> {
    let (address, length) = text.split_at(text.find('/').unwrap_or(text.len()));
    Some(format!("{}{length}", address.parse::<Ipv6Addr>().ok()?))
}

/// How an address or range of IPv6 is to be written, where it is not.
// Models GetWarningsForIP and GetWarningsForCIDR, of what is no error.
pub(super) fn warning(at: &str, text: &str) -> Option<String> {
    let canonical = canonical(text).filter(|canonical| canonical != text)?;
    let what = if text.contains('/') { "CIDR value" } else { "address" };
    Some(format!("{at}: IPv6 {what} {text:?} should be in RFC 5952 canonical format ({canonical:?})"))
}

/// Reads `address/length`.
pub(super) fn parse_cidr(text: &str) -> Option<(IpAddr, u8)> {
    let (address, length) = text.split_once('/')?;
    let address = parse(address)?;
    let max = if address.is_ipv4() { 32 } else { 128 };
    let digits = !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit());
    let length: u8 = digits.then(|| length.parse().ok()).flatten()?;
    (length <= max).then_some((address, length))
}

/// An address range.
// Models IsValidCIDR.
pub(super) fn valid_cidr(errors: &mut Errors, at: Path<'_>, text: &str) -> bool {
    let Some((address, length)) = parse_cidr(text) else {
        errors.invalid(at, text, "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)");
        return false;
    };
    let (head, tail) = text.split_once('/').unwrap_or_default();
    let below = match address {
        IpAddr::V4(v4) => v4.to_bits().checked_shl(length.into()).unwrap_or(0) != 0,
        IpAddr::V6(v6) => v6.to_bits().checked_shl(length.into()).unwrap_or(0) != 0,
    };
    errors.ratcheting(|errors| {
        if head.parse::<IpAddr>().is_err() || tail != length.to_string() {
            errors.invalid(at, text, "must not have leading 0s in IP or prefix length");
        } else if is_mapped(head) {
            errors.invalid(at, text, "must not have an IPv4-mapped IPv6 address");
        }
        if below {
            errors.invalid(at, text, "must not have bits set beyond the prefix length");
        }
    });
    true
}

/// An address that something may be reached at.
pub(super) fn endpoint(errors: &mut Errors, at: Path<'_>, text: &str) {
    let Some(ip) = parse(text) else {
        return errors.invalid(at, text, "must be a valid IP address");
    };
    if ip.is_unspecified() {
        errors.invalid(at, text, &format!("may not be unspecified ({text})"));
    }
    if ip.is_loopback() {
        errors.invalid(at, text, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    let (unicast, multicast) = match ip {
        IpAddr::V4(v4) => (v4.is_link_local(), v4.octets()[..3] == [224, 0, 0]),
        IpAddr::V6(v6) => (v6.segments()[0] & 0xffc0 == 0xfe80, v6.segments()[0] & 0xff0f == 0xff02),
    };
    if unicast {
        errors.invalid(at, text, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    }
    if multicast {
        errors.invalid(at, text, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    }
}

/// Whether two addresses are of both families.
pub(super) fn is_dual_stack(addresses: &[&str]) -> bool {
    let v6 = addresses.iter().filter_map(|a| parse(a)).filter(IpAddr::is_ipv6).count();
    v6 > 0 && v6 < addresses.len()
}
