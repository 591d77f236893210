//! CEL's functions: what they do, dispatched by name and arguments, and what a call costs.

use std::net::IpAddr;
use std::sync::Arc;

use super::eval::SIZE_MAX;
use super::lists::of_list;
use super::semver::Semver;
use super::strings;
use super::url::{Url, UrlError};
use super::value::{Fail, List, Outcome, Val, breadth, bulk, compare, equal, is_zero, join, parse_duration, parse_time};
use crate::api::time_zone::Zone;
use crate::api::{Quantity, names, quantity, quote};
use crate::base::cidr::{is_within, masked};
use crate::base::{List as _, civil_from_days, days_from_civil, regex::Regex};

/// The first and the last timestamp, in Unix seconds.
const TIMES: (i64, i64) = (-62_135_596_800, 253_402_300_799);
const FORMATS: [(&str, &str); 13] = [
    ("dns1123Label", ""),
    ("dns1123Subdomain", ""),
    ("dns1035Label", ""),
    ("qualifiedName", ""),
    ("dns1123LabelPrefix", ""),
    ("dns1123SubdomainPrefix", ""),
    ("dns1035LabelPrefix", ""),
    ("labelValue", ""),
    ("uri", ""),
    ("uuid", "does not match the UUID format"),
    ("byte", "invalid base64"),
    ("date", "invalid date"),
    ("datetime", "invalid datetime"),
];

fn size(value: Option<&Val>) -> u64 {
    value.and_then(Val::size).unwrap_or(1)
}

/// The text of a string; empty for anything else.
pub(super) fn str_of(value: &Val) -> &str {
    if let Val::Str(text) = value { text } else { "" }
}

/// How many bytes the strings of a list have when joined.
pub(super) fn joined_len(list: &List, separator: Option<&Val>) -> usize {
    let between = list.items.len().saturating_sub(1).saturating_mul(separator.map_or(0, |s| str_of(s).len()));
    list.items.iter().fold(between, |sum, item| sum.saturating_add(str_of(item).len()))
}

/// The cost of a call, which is known before the call.
// Models CostEstimator.CallCost and CostTracker.costCall.
pub(super) fn cost(name: &str, args: &[Val]) -> u64 {
    let of = |i: usize| size(args.get(i));
    let tenth = |n: u64| n.div_ceil(10);
    let text = |i: usize| matches!(args.get(i), Some(Val::Str(_) | Val::Bytes(_)));
    match name {
        "isSorted" | "sum" | "max" | "min" | "indexOf" | "lastIndexOf" => match args.first() {
            Some(Val::List(l)) => l.items.iter().map(|i| if let Val::Str(s) = i { s.len() as u64 / 10 } else { 1 }).sum(),
            _ => of(0) / 10,
        },
        "url" | "lowerAscii" | "upperAscii" | "substring" | "trim" | "cidr" | "isIP" | "isCIDR" | "quantity" | "isQuantity" | "semver"
        | "isSemver" | "startsWith" | "endsWith" | "strings.quote" | "format" => tenth(of(0)),
        "ip" if text(0) => tenth(of(0)),
        "replace" | "split" | "ip.isCanonical" => tenth(of(0) * 2),
        "bytes" | "string" if text(0) => tenth(of(0)),
        "join" => match args.first() {
            // What would be too long is not counted.
            Some(Val::List(l)) if joined_len(l, args.get(1)) <= SIZE_MAX => {
                let between = (l.items.len() as u64).saturating_sub(1) * args.get(1).map_or(0, |s| size(Some(s)));
                (l.items.iter().map(|i| size(Some(i))).sum::<u64>() + between).div_ceil(5)
            }
            _ => 0,
        },
        "find" | "findAll" | "matches" => tenth(of(0) + 1) * of(1).div_ceil(4),
        "contains" => tenth(of(0)) * tenth(of(1)),
        "validate" => tenth(of(1) + 1) * 15,
        "containsIP" | "containsCIDR" => tenth(of(0) * 2) + tenth(of(1)) + 1,
        "@in" => match args.get(1) {
            Some(Val::List(l)) => l.items.len() as u64,
            _ => 1,
        },
        "_==_" | "_!=_" => match args.first() {
            Some(Val::Quantity(_) | Val::Ip(_) | Val::Cidr(..) | Val::Format(_) | Val::Url(_) | Val::Semver(_)) => 1,
            _ => tenth(of(0).min(of(1))),
        },
        "_<_" | "_>_" | "_<=_" | "_>=_" if text(0) => tenth(of(0).min(of(1))),
        "_+_" if text(0) => tenth(of(0) + of(1)),
        // These take longer: they build their result, or go through their argument twice.
        "slice" | "reverse" | "flatten" => 11 + of(0),
        "lists.range" => 11 + if let Some(Val::Int(n)) = args.first() { n.unsigned_abs() } else { 0 },
        "distinct" | "sort" | "@sortByAssociatedKeys" => 11 + of(0).saturating_mul(of(0)).saturating_mul(2),
        "sets.contains" | "sets.intersects" => 1 + of(0).saturating_mul(of(1)),
        "sets.equivalent" => 1 + of(0).saturating_mul(of(1)).saturating_mul(2),
        _ => 1,
    }
}

fn overflow<T>(value: Option<T>, make: fn(T) -> Val, what: &'static str) -> Outcome {
    value.map(make).ok_or(Fail::new(what))
}

const INT: &str = "integer overflow";
const UINT: &str = "unsigned integer overflow";
const TIME: &str = "timestamp overflow";
const SPAN: &str = "duration overflow";

fn time(s: i64, nanos: i64) -> Outcome {
    let s = s.checked_add(nanos.div_euclid(1_000_000_000)).filter(|s| (TIMES.0..=TIMES.1).contains(s));
    s.map(|s| Val::Time(s, nanos.rem_euclid(1_000_000_000) as u32)).ok_or(Fail::new(TIME))
}

/// The work of a call beyond its cost, counted up to `most`.
// The costs are those of the reference implementation, which ignores this and stops after some time.
pub(super) fn work(name: &str, args: &[Val], most: u64) -> u64 {
    let through = |i: usize| args.get(i).map_or(0, |a| bulk(a, true, most));
    let items = |i: usize| args.get(i).map_or(0, breadth);
    let walks = match (name, args) {
        ("size" | "first" | "last", [Val::List(_) | Val::Map(_) | Val::Object(_), ..]) => return 0,
        // Lists of different lengths are not compared.
        ("_==_" | "_!=_", [a, b]) if items(0) == items(1) => match (a, b) {
            (Val::List(a), Val::List(b)) if a.keys.is_some() || b.keys.is_some() => through(0).saturating_mul(items(1)),
            _ => through(0),
        },
        ("_+_", [Val::List(a), _]) if a.keys.is_some() => through(0).saturating_mul(items(1)),
        ("@in", [_, Val::List(_)]) => through(1),
        ("indexOf" | "lastIndexOf" | "flatten", [Val::List(_), ..]) => through(0),
        ("distinct", _) => through(0).saturating_mul(items(0)),
        ("sets.contains" | "sets.intersects", _) => through(0).saturating_mul(items(1)),
        ("sets.equivalent", _) => through(0).saturating_mul(items(1)).saturating_mul(2),
        _ => 0,
    };
    walks.saturating_add(args.iter().map(breadth).sum())
}

/// Calls a function; counts its work beyond [`work`] in `steps`.
pub(super) fn call(name: &str, args: &[Val], steps: &mut u64) -> Outcome {
    if let Some(format) = name.strip_prefix("format.") {
        let named = |wanted: &str| FORMATS.iter().find(|(n, _)| *n == wanted).map(|(n, _)| Val::Format(n));
        return match args {
            [Val::Str(wanted)] => Ok(Val::Optional(named(wanted).map(Arc::new))),
            _ => named(format).ok_or(Fail::OVERLOAD),
        };
    }
    Ok(match (name, args) {
        ("_==_", [a, b]) => Val::Bool(equal(a, b)),
        ("_!=_", [a, b]) => Val::Bool(!equal(a, b)),
        ("_<_", [a, b]) => Val::Bool(compare(a, b)?.is_lt()),
        ("_<=_", [a, b]) => Val::Bool(compare(a, b)?.is_le()),
        ("_>_" | "isGreaterThan", [a, b]) => Val::Bool(compare(a, b)?.is_gt()),
        ("_>=_", [a, b]) => Val::Bool(compare(a, b)?.is_ge()),
        ("isLessThan", [a, b]) => Val::Bool(compare(a, b)?.is_lt()),
        ("compareTo", [a, b]) => Val::Int(compare(a, b)? as i64),
        ("!_", [Val::Bool(b)]) => Val::Bool(!b),
        ("_+_" | "_-_" | "_*_" | "_/_" | "_%_", [a, b]) => arithmetic(name, a, b)?,
        ("-_", [Val::Int(i)]) => overflow(i.checked_neg(), Val::Int, INT)?,
        ("-_", [Val::Double(f)]) => Val::Double(-f),
        ("@in", [item, Val::List(list)]) => Val::Bool(list.items.iter().any(|i| equal(i, item))),
        ("@in", [key, map @ (Val::Map(_) | Val::Object(_))]) => Val::Bool(map.member(key).is_some()),
        ("size", [value @ (Val::Str(_) | Val::Bytes(_) | Val::List(_) | Val::Map(_) | Val::Object(_))]) => {
            Val::Int(size(Some(value)) as i64)
        }
        ("type", [value]) => Val::Type(value.type_name().into()),
        ("dyn", [value]) => value.clone(),
        ("bool" | "bytes" | "double" | "duration" | "int" | "string" | "timestamp" | "uint", [value]) => convert(name, value)?,
        ("matches" | "find" | "findAll", [Val::Str(text), Val::Str(pattern), rest @ ..]) => {
            let most = match rest {
                _ if name != "findAll" => 1,
                [Val::Int(n)] => usize::try_from(*n).unwrap_or(usize::MAX),
                _ => usize::MAX,
            };
            let re = regex(pattern)?;
            let mut found = re.find_all(text);
            let mut out = found.by_ref().take(most).map(|m| m.range()).map(|(a, b)| Val::str(&text[a..b])).list();
            *steps += re.size() as u64 + u64::from(found.steps());
            match name {
                "matches" => Val::Bool(!out.is_empty()),
                "find" => out.pop().unwrap_or(Val::str("")),
                _ => Val::list(out),
            }
        }
        ("optional.of", [value]) => Val::some(value.clone()),
        ("optional.ofNonZeroValue", [value]) if is_zero(value) => Val::Optional(None),
        ("optional.ofNonZeroValue", [value]) => Val::some(value.clone()),
        ("optional.none", []) => Val::Optional(None),
        ("value", [Val::Optional(Some(value))]) => Val::clone(value),
        ("value", [Val::Optional(None)]) => return Err(Fail::new("optional.none() dereference")),
        ("hasValue", [Val::Optional(value)]) => Val::Bool(value.is_some()),
        ("optional.unwrap" | "unwrapOpt", [Val::List(list)]) => {
            Val::list(list.items.iter().filter_map(|v| if let Val::Optional(v) = v { v.as_deref().cloned() } else { None }).list())
        }
        (_, [Val::Time(s, nanos), rest @ ..]) if name.starts_with("get") => of_time(name, *s, *nanos, rest)?,
        ("getHours", [Val::Duration(d)]) => Val::Int(d / 3_600_000_000_000),
        ("getMinutes", [Val::Duration(d)]) => Val::Int(d / 60_000_000_000),
        ("getSeconds", [Val::Duration(d)]) => Val::Int(d / 1_000_000_000),
        ("getMilliseconds", [Val::Duration(d)]) => Val::Int(d / 1_000_000),
        ("url", [Val::Str(text)]) => {
            let fail = |e: UrlError| Fail::new(format!("URL parse error during conversion from string: {e}"));
            Val::Url(Arc::new(Url::parse(text).map_err(fail)?))
        }
        ("isURL", [Val::Str(text)]) => Val::Bool(Url::parse(text).is_ok()),
        ("getScheme", [Val::Url(url)]) => Val::str(&url.scheme),
        ("getHost", [Val::Url(url)]) => Val::str(&url.host),
        ("getHostname", [Val::Url(url)]) => Val::str(url.hostname()),
        ("getPort", [Val::Url(url)]) => Val::str(url.port()),
        ("getEscapedPath", [Val::Url(url)]) => Val::str(&url.escaped_path()),
        ("getQuery", [Val::Url(url)]) => {
            let entry = |(k, v): (String, Vec<String>)| (Val::str(&k), Val::list(v.iter().map(|v| Val::str(v)).list()));
            Val::map(url.queries().into_iter().map(entry).list())
        }
        ("quantity", [Val::Str(text)]) => Val::Quantity(Arc::new(Quantity::parse(text).map_err(|e| Fail::new(e.to_string()))?)),
        ("isQuantity", [Val::Str(text)]) => Val::Bool(Quantity::parse(text).is_ok()),
        ("sign", [Val::Quantity(q)]) => Val::Int(q.sign().into()),
        ("asApproximateFloat", [Val::Quantity(q)]) => Val::Double(q.to_f64()),
        ("isInteger", [Val::Quantity(q)]) => Val::Bool(whole(q).is_some()),
        ("asInteger", [Val::Quantity(q)]) => whole(q).map(Val::Int).ok_or(Fail::new("cannot convert value to integer"))?,
        ("add", [Val::Quantity(a), b]) => Val::Quantity(Arc::new(a.add(&amount(b)?))),
        ("sub", [Val::Quantity(a), b]) => Val::Quantity(Arc::new(a.sub(&amount(b)?))),
        ("ip", [Val::Str(text)]) => Val::Ip(address(text)?),
        ("ip", [Val::Cidr(ip, _)]) => Val::Ip(*ip),
        ("isIP", [Val::Str(text)]) => Val::Bool(address(text).is_ok()),
        ("ip.isCanonical", [Val::Str(text)]) => Val::Bool(address(text)?.to_string() == text.as_str()),
        ("family", [Val::Ip(ip)]) => Val::Int(if ip.is_ipv4() { 4 } else { 6 }),
        ("isUnspecified", [Val::Ip(ip)]) => Val::Bool(ip.is_unspecified()),
        ("isLoopback", [Val::Ip(ip)]) => Val::Bool(ip.is_loopback()),
        ("isLinkLocalMulticast", [Val::Ip(ip)]) => Val::Bool(match ip {
            IpAddr::V4(v4) => v4.octets()[..3] == [224, 0, 0],
            IpAddr::V6(v6) => v6.segments()[0] & 0xff0f == 0xff02,
        }),
        ("isLinkLocalUnicast", [Val::Ip(ip)]) => Val::Bool(link_local(ip)),
        ("isGlobalUnicast", [Val::Ip(ip)]) => {
            let broadcast = matches!(ip, IpAddr::V4(v4) if v4.is_broadcast());
            Val::Bool(!(broadcast || ip.is_unspecified() || ip.is_loopback() || ip.is_multicast() || link_local(ip)))
        }
        ("cidr", [Val::Str(text)]) => network(text)?,
        ("isCIDR", [Val::Str(text)]) => Val::Bool(network(text).is_ok()),
        ("containsIP", [Val::Cidr(net, bits), Val::Str(text)]) => Val::Bool(is_within(*net, (*bits).into(), address(text)?)),
        ("containsIP", [Val::Cidr(net, bits), Val::Ip(ip)]) => Val::Bool(is_within(*net, (*bits).into(), *ip)),
        ("containsCIDR", [net, Val::Str(text)]) => return call(name, &[net.clone(), network(text)?], steps),
        ("containsCIDR", [Val::Cidr(net, bits), Val::Cidr(other, more)]) => {
            Val::Bool(bits <= more && is_within(*net, (*bits).into(), *other))
        }
        ("masked", [Val::Cidr(ip, bits)]) => Val::Cidr(masked(*ip, (*bits).into()), *bits),
        ("prefixLength", [Val::Cidr(_, bits)]) => Val::Int((*bits).into()),
        ("semver", [Val::Str(text), rest @ ..]) => Val::Semver(Arc::new(version(text, rest)?)),
        ("isSemver", [Val::Str(text), rest @ ..]) => Val::Bool(version(text, rest).is_ok()),
        ("major" | "minor" | "patch", [Val::Semver(v)]) => {
            Val::Int(v.numbers[["major", "minor", "patch"].iter().position(|n| *n == name).unwrap_or(0)] as i64)
        }
        ("validate", [Val::Format(format), Val::Str(text)]) => {
            let wrong = validate(format, text);
            let list = Val::list(wrong.iter().map(|w| Val::str(w)).list());
            if wrong.is_empty() { Val::Optional(None) } else { Val::some(list) }
        }
        (_, [Val::Str(text), rest @ ..]) => strings::call(name, text, rest)?,
        (_, [Val::List(list), rest @ ..]) => of_list(name, list, rest)?,
        ("lists.range", [Val::Int(n)]) => {
            if *n > SIZE_MAX as i64 {
                return Err(Fail::new("lists.range() is limited to 4000000 items"));
            }
            Val::list((0..*n).map(Val::Int).list())
        }
        _ => return Err(Fail::OVERLOAD),
    })
}

pub(super) fn arithmetic(name: &str, a: &Val, b: &Val) -> Outcome {
    Ok(match (name, a, b) {
        ("_+_", Val::Int(a), Val::Int(b)) => overflow(a.checked_add(*b), Val::Int, INT)?,
        ("_-_", Val::Int(a), Val::Int(b)) => overflow(a.checked_sub(*b), Val::Int, INT)?,
        ("_*_", Val::Int(a), Val::Int(b)) => overflow(a.checked_mul(*b), Val::Int, INT)?,
        ("_/_", Val::Int(_), Val::Int(0)) | ("_/_", Val::Uint(_), Val::Uint(0)) => return Err(Fail::new("division by zero")),
        ("_%_", Val::Int(_), Val::Int(0)) | ("_%_", Val::Uint(_), Val::Uint(0)) => return Err(Fail::new("modulus by zero")),
        ("_/_", Val::Int(a), Val::Int(b)) => overflow(a.checked_div(*b), Val::Int, INT)?,
        ("_%_", Val::Int(a), Val::Int(b)) => overflow(a.checked_rem(*b), Val::Int, INT)?,
        ("_+_", Val::Uint(a), Val::Uint(b)) => overflow(a.checked_add(*b), Val::Uint, UINT)?,
        ("_-_", Val::Uint(a), Val::Uint(b)) => overflow(a.checked_sub(*b), Val::Uint, UINT)?,
        ("_*_", Val::Uint(a), Val::Uint(b)) => overflow(a.checked_mul(*b), Val::Uint, UINT)?,
        ("_/_", Val::Uint(a), Val::Uint(b)) => Val::Uint(a / b),
        ("_%_", Val::Uint(a), Val::Uint(b)) => Val::Uint(a % b),
        ("_+_", Val::Double(a), Val::Double(b)) => Val::Double(a + b),
        ("_-_", Val::Double(a), Val::Double(b)) => Val::Double(a - b),
        ("_*_", Val::Double(a), Val::Double(b)) => Val::Double(a * b),
        ("_/_", Val::Double(a), Val::Double(b)) => Val::Double(a / b),
        ("_+_", Val::Str(a), Val::Str(b)) => Val::Str(format!("{a}{b}").into()),
        ("_+_", Val::Bytes(a), Val::Bytes(b)) => Val::Bytes([&**a, &**b].concat().into()),
        ("_+_", Val::List(a), Val::List(b)) => {
            if a.items.len() + b.items.len() > SIZE_MAX {
                return Err(Fail::new("list is too long"));
            }
            join(a, b)
        }
        ("_+_", Val::Duration(a), Val::Duration(b)) => overflow(a.checked_add(*b), Val::Duration, SPAN)?,
        ("_-_", Val::Duration(a), Val::Duration(b)) => overflow(a.checked_sub(*b), Val::Duration, SPAN)?,
        ("_+_", Val::Time(s, n), Val::Duration(d)) | ("_+_", Val::Duration(d), Val::Time(s, n)) => {
            time(*s + d.div_euclid(1_000_000_000), d.rem_euclid(1_000_000_000) + i64::from(*n))?
        }
        ("_-_", Val::Time(s, n), Val::Duration(d)) => time(*s - d.div_euclid(1_000_000_000), i64::from(*n) - d.rem_euclid(1_000_000_000))?,
        ("_-_", Val::Time(s, n), Val::Time(t, m)) => {
            let nanos = i128::from(s - t) * 1_000_000_000 + i128::from(*n) - i128::from(*m);
            overflow(i64::try_from(nanos).ok(), Val::Duration, SPAN)?
        }
        _ => return Err(Fail::OVERLOAD),
    })
}

fn convert(name: &str, value: &Val) -> Outcome {
    let wanted = match name {
        "duration" => "google.protobuf.Duration",
        "timestamp" => "google.protobuf.Timestamp",
        other => other,
    };
    if value.type_name() == wanted {
        return Ok(value.clone());
    }
    let text = if let Val::Str(text) = value { text.as_str() } else { "" };
    let converted = match (name, value) {
        ("int", Val::Uint(u)) => return overflow(i64::try_from(*u).ok(), Val::Int, INT),
        ("int", Val::Double(f)) => {
            let fits = f.is_finite() && *f > -9_223_372_036_854_775_808.0 && *f < 9_223_372_036_854_775_808.0;
            return overflow(fits.then_some(*f as i64), Val::Int, INT);
        }
        ("int", Val::Str(_)) => go_whole(text).map(Val::Int),
        ("int", Val::Time(s, _)) => Some(Val::Int(*s)),
        ("int", Val::Duration(d)) => Some(Val::Int(*d)),
        ("uint", Val::Int(i)) => return overflow(u64::try_from(*i).ok(), Val::Uint, UINT),
        ("uint", Val::Double(f)) => {
            let fits = *f >= 0.0 && *f < 18_446_744_073_709_551_616.0;
            return overflow(fits.then_some(*f as u64), Val::Uint, UINT);
        }
        ("uint", Val::Str(_)) if !text.starts_with('+') => text.parse().ok().map(Val::Uint),
        ("double", Val::Int(i)) => Some(Val::Double(*i as f64)),
        ("double", Val::Uint(u)) => Some(Val::Double(*u as f64)),
        ("double", Val::Str(_)) => text.parse().ok().map(Val::Double),
        ("bool", Val::Str(_)) => match text {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Some(Val::Bool(true)),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => Some(Val::Bool(false)),
            _ => None,
        },
        ("bytes", Val::Str(_)) => Some(Val::Bytes(text.as_bytes().into())),
        ("string", Val::Bytes(b)) => {
            let text = String::from_utf8(b.to_vec());
            return text.map(|t| Val::str(&t)).map_err(|_| Fail::new("invalid UTF-8 in bytes, cannot convert to string"));
        }
        ("string", Val::Type(_)) => None,
        ("string", other) => other.as_text().map(|t| Val::str(&t)),
        ("duration", Val::Str(_)) => parse_duration(text).map(Val::Duration),
        ("timestamp", Val::Str(_)) => match parse_time(text) {
            Some(Val::Time(s, n)) => return time(s, n.into()),
            _ => None,
        },
        ("timestamp", Val::Int(i)) => return time(*i, 0),
        _ => return Err(Fail::OVERLOAD),
    };
    converted.ok_or_else(|| Fail::new(format!("type conversion error from '{}' to '{wanted}'", value.type_name())))
}

/// An integer as Go's `ParseInt` reads it.
fn go_whole(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn regex(pattern: &str) -> Result<Regex, Fail> {
    Regex::go(pattern).map_err(|e| Fail::new(format!("error parsing regexp: {}", e.as_go_says())))
}

fn of_time(name: &str, s: i64, nanos: u32, zone: &[Val]) -> Outcome {
    let offset = match zone {
        [Val::Str(zone)] => match zone.split_once(':') {
            Some((hours, minutes)) => {
                let part =
                    |text: &str| go_whole(text).ok_or_else(|| Fail::new(format!("strconv.Atoi: parsing {}: invalid syntax", quote(text))));
                let (hours, minutes) = (part(hours)?, part(minutes)?);
                let minutes = if zone.starts_with('-') { minutes.saturating_neg() } else { minutes };
                hours.saturating_mul(3600).saturating_add(minutes.saturating_mul(60)).clamp(-1_000_000, 1_000_000)
            }
            None => Zone::named(zone).ok_or_else(|| Fail::new(format!("unknown time zone {zone}")))?.offset(s).0,
        },
        _ => 0,
    };
    let s = s + offset;
    let (days, rest) = (s.div_euclid(86_400), s.rem_euclid(86_400));
    let (year, month, day) = civil_from_days(days);
    Ok(Val::Int(match name {
        "getFullYear" => year,
        "getMonth" => month - 1,
        "getDayOfYear" => days - days_from_civil(year, 1, 1),
        "getDayOfMonth" => day - 1,
        "getDate" => day,
        "getDayOfWeek" => (days + 4).rem_euclid(7),
        "getHours" => rest / 3600,
        "getMinutes" => rest % 3600 / 60,
        "getSeconds" => rest % 60,
        "getMilliseconds" => i64::from(nanos) / 1_000_000,
        _ => return Err(Fail::OVERLOAD),
    }))
}

/// A quantity as an integer, if it is one.
fn whole(q: &Quantity) -> Option<i64> {
    let value = q.value();
    (Quantity::new(value, quantity::Format::DecimalSi) == *q).then_some(value)
}

fn amount(value: &Val) -> Result<Quantity, Fail> {
    match value {
        Val::Quantity(q) => Ok(Quantity::clone(q)),
        Val::Int(i) => Ok(Quantity::new(*i, quantity::Format::DecimalExponent)),
        _ => Err(Fail::OVERLOAD),
    }
}

fn address(text: &str) -> Result<IpAddr, Fail> {
    let shown = quote(text);
    if text.contains('%') {
        return Err(Fail::new(format!("IP address {shown} with zone value is not allowed")));
    }
    match text.parse() {
        Ok(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_some() => Err(Fail::new(format!("IPv4-mapped IPv6 address {shown} is not allowed"))),
        Ok(ip) => Ok(ip),
        Err(_) => {
            let what = if text.contains([':', '.']) { "unexpected character" } else { "unable to parse IP" };
            Err(Fail::new(format!("IP Address {shown} parse error during conversion from string: ParseAddr({shown}): {what}")))
        }
    }
}

fn network(text: &str) -> Outcome {
    const HEAD: &str = "network address parse error during conversion from string: ";
    let bad = |what: &str| Fail::new(format!("{HEAD}{HEAD}netip.ParsePrefix({}): {what}", quote(text)));
    let (ip, bits) = text.rsplit_once('/').ok_or_else(|| bad("no '/'"))?;
    let ip: IpAddr = ip.parse().map_err(|_| bad("unable to parse IP"))?;
    let plain = bits == "0" || (!bits.starts_with('0') && !bits.is_empty() && bits.chars().all(|c| c.is_ascii_digit()));
    let bits: u8 =
        Some(bits).filter(|_| plain).and_then(|b| b.parse().ok()).ok_or_else(|| bad(&format!("bad bits after slash: {}", quote(bits))))?;
    if bits > if ip.is_ipv4() { 32 } else { 128 } {
        return Err(bad("prefix length out of range"));
    }
    match ip {
        IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some() => {
            Err(Fail::new(format!("{HEAD}IPv4-mapped IPv6 address {} is not allowed", quote(text))))
        }
        ip => Ok(Val::Cidr(ip, bits)),
    }
}

fn link_local(ip: &IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => v4.is_link_local(),
        IpAddr::V6(v6) => v6.segments()[0] & 0xffc0 == 0xfe80,
    }
}

fn version(text: &str, tolerant: &[Val]) -> Result<Semver, Fail> {
    let parsed = if matches!(tolerant, [Val::Bool(true)]) { Semver::tolerant(text) } else { Semver::parse(text) };
    parsed.map_err(Fail::new)
}

fn validate(format: &str, text: &str) -> Vec<String> {
    let (rule, prefix) = format.strip_suffix("Prefix").map_or((format, false), |f| (f, true));
    let check: fn(&str) -> Vec<String> = match rule {
        "dns1123Label" => names::dns1123_label,
        "dns1123Subdomain" => names::dns1123_subdomain,
        "dns1035Label" => names::dns1035_label,
        "qualifiedName" => names::qualified_name,
        "labelValue" => names::label_value,
        "uri" => return Url::parse(text).err().iter().map(UrlError::to_string).list(),
        _ => {
            let fits = crate::api::custom::has_format(format, text).unwrap_or(true);
            let message = FORMATS.iter().find(|(n, _)| *n == format).map_or("", |(_, m)| m);
            return if fits { Vec::new() } else { vec![message.to_owned()] };
        }
    };
    // A generated name goes on after its prefix.
    if prefix { names::with_prefix(text, check) } else { check(text) }
}
