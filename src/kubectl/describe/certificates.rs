//! Requests for certificates, and what is inside them (PKCS #10, as far as a person is shown it).

use super::generic;
use super::metadata::date;
use super::page::Page;
use crate::api::duration::human_duration_signed;
use crate::api::{Value, kinds};
use crate::base::base64;
use crate::kubectl::output::columns::{certificate_condition, format_labels};

/// The parts of a subject that are shown, by the last arc of their object identifiers (`2.5.4.N`).
const SUBJECT: [(u8, &str); 7] = [
    (10, "Organization"),
    (11, "Organizational Unit"),
    (6, "Country"),
    (7, "Locality"),
    (8, "Province"),
    (9, "StreetAddress"),
    (17, "PostalCode"),
];
const COMMON_NAME: u8 = 3;
const SERIAL_NUMBER: u8 = 5;
/// The attribute with the extensions that are asked for (1.2.840.113549.1.9.14), and the other names among those (2.5.29.17).
const EXTENSION_REQUEST: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x0e];
const OTHER_NAMES: &[u8] = &[0x55, 0x1d, 0x11];
/// The other names, by their tags, in the order in which they are shown.
const NAMES: [(u8, &str); 4] = [(0x82, "DNS Names"), (0x81, "Email Addresses"), (0x86, "URIs"), (0x87, "IP Addresses")];
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const OCTETS: u8 = 0x04;
const ATTRIBUTES: u8 = 0xa0;

/// A request, read.
#[derive(Debug, Default, PartialEq)]
struct Request {
    /// Parts of the subject, in their order.
    subject: Vec<(u8, String)>,
    /// Other names: tag and text.
    names: Vec<(u8, String)>,
}

/// Takes the next element (DER) off: its tag and what is in it.
fn take<'a>(rest: &mut &'a [u8]) -> Option<(u8, &'a [u8])> {
    let (&tag, after) = rest.split_first()?;
    let (&first, mut after) = after.split_first()?;
    let mut length = usize::from(first);
    if first & 0x80 != 0 {
        let count = usize::from(first & 0x7f);
        let bytes = after.get(..count).filter(|_| (1..=4).contains(&count))?;
        length = bytes.iter().fold(0, |sum, b| sum << 8 | usize::from(*b));
        after = &after[count..];
    }
    let inside = after.get(..length)?;
    *rest = &after[length..];
    Some((tag, inside))
}

/// All elements one after the other.
fn elements(mut rest: &[u8]) -> Option<Vec<(u8, &[u8])>> {
    let mut all = Vec::new();
    while !rest.is_empty() {
        all.push(take(&mut rest)?);
    }
    Some(all)
}

/// The element of this tag at this place.
fn at<'a>(all: &[(u8, &'a [u8])], place: usize, tag: u8) -> Option<&'a [u8]> {
    all.get(place).filter(|(t, _)| *t == tag).map(|(_, inside)| *inside)
}

impl Request {
    fn read(pem: &str) -> Option<Request> {
        let body = pem.split_once("-----BEGIN CERTIFICATE REQUEST-----")?.1.split_once("-----END CERTIFICATE REQUEST-----")?.0;
        let der = base64::decode(&body.split_whitespace().collect::<String>())?;
        let whole = elements(at(&elements(&der)?, 0, SEQUENCE)?)?;
        let info = elements(at(&whole, 0, SEQUENCE)?)?;
        let mut request = Request::default();
        for (_, set) in elements(at(&info, 1, SEQUENCE)?)? {
            for (_, pair) in elements(set)? {
                let pair = elements(pair)?;
                if let [(_, [0x55, 0x04, part]), (_, text)] = pair[..] {
                    request.subject.push((*part, String::from_utf8_lossy(text).into_owned()));
                }
            }
        }
        for (_, attribute) in at(&info, 3, ATTRIBUTES).and_then(elements).unwrap_or_default() {
            let attribute = elements(attribute)?;
            if attribute.first()?.1 == EXTENSION_REQUEST {
                let extensions = elements(at(&attribute, 1, SET)?)?;
                for (_, extension) in elements(at(&extensions, 0, SEQUENCE)?)? {
                    request.extension(&elements(extension)?)?;
                }
            }
        }
        Some(request)
    }

    fn extension(&mut self, parts: &[(u8, &[u8])]) -> Option<()> {
        if parts.first()?.1 == OTHER_NAMES {
            let names = at(parts, parts.len() - 1, OCTETS)?;
            for (tag, text) in elements(at(&elements(names)?, 0, SEQUENCE)?)? {
                self.names.push((tag, if tag == 0x87 { address(text) } else { String::from_utf8_lossy(text).into_owned() }));
            }
        }
        Some(())
    }
}

fn address(bytes: &[u8]) -> String {
    match (<[u8; 4]>::try_from(bytes), <[u8; 16]>::try_from(bytes)) {
        (Ok(four), _) => std::net::Ipv4Addr::from(four).to_string(),
        (_, Ok(sixteen)) => std::net::Ipv6Addr::from(sixteen).to_string(),
        _ => String::new(),
    }
}

/// A list, one of a line; nothing where it is empty.
fn list(page: &mut Page, title: &str, all: &[(u8, String)], kind: u8) {
    for (i, (_, text)) in all.iter().filter(|(k, _)| *k == kind).enumerate() {
        if i == 0 {
            page.line(0, format_args!("\t{title}:\t{text}"));
        } else {
            page.line(0, format_args!("\t\t{text}"));
        }
    }
}

// Models CertificateSigningRequestDescriber.
pub(super) fn certificate_signing_request(page: &mut Page, csr: &Value) {
    let spec = csr.get("spec");
    let pem = base64::decode(spec.get("request").str()).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    let Some(request) = pem.and_then(|pem| Request::read(&pem)) else { return generic::any(page, csr) };
    page.name(csr);
    page.field(0, "Labels", format_labels(csr.at(&["metadata", "labels"])));
    page.field(0, "Annotations", format_labels(csr.at(&["metadata", "annotations"])));
    page.field(0, "CreationTimestamp", date(csr.at(&["metadata", "creationTimestamp"])));
    page.field(0, "Requesting User", spec.get("username").str());
    if !spec.get("signerName").is_empty() {
        page.field(0, "Signer", spec.get("signerName").str());
    }
    if let Some(seconds) = spec.get("expirationSeconds").as_int() {
        page.field(0, "Requested Duration", human_duration_signed(seconds.saturating_mul(1_000_000)));
    }
    page.field(0, "Status", certificate_condition(csr));
    page.line(0, "Subject:");
    let last = |kind: u8| request.subject.iter().rev().find(|(k, _)| *k == kind).map_or("", |(_, text)| text.as_str());
    page.line(0, format_args!("\tCommon Name:\t{}", last(COMMON_NAME)));
    page.line(0, format_args!("\tSerial Number:\t{}", last(SERIAL_NUMBER)));
    for (kind, title) in SUBJECT {
        list(page, title, &request.subject, kind);
    }
    if request.names.iter().any(|(tag, _)| NAMES.iter().any(|(t, _)| t == tag)) {
        page.line(0, "Subject Alternative Names:");
        for (tag, title) in NAMES {
            list(page, title, &request.names, tag);
        }
    }
    page.events(kinds::CERTIFICATE_SIGNING_REQUEST, csr);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An element of DER.
    fn element(tag: u8, inside: &[u8]) -> Vec<u8> {
        let length = u8::try_from(inside.len()).expect("short");
        assert!(length < 0x80);
        [&[tag, length], inside].concat()
    }

    #[test]
    fn what_is_inside() {
        let part = |kind: u8, text: &str| {
            element(SET, &element(SEQUENCE, &[element(6, &[0x55, 0x04, kind]), element(0x0c, text.as_bytes())].concat()))
        };
        let subject = element(SEQUENCE, &[part(10, "dev"), part(3, "ann")].concat());
        let names = element(SEQUENCE, &[element(0x82, b"a.b"), element(0x87, &[10, 0, 0, 1])].concat());
        let extension = element(SEQUENCE, &[element(6, OTHER_NAMES), element(OCTETS, &names)].concat());
        let attribute = element(SEQUENCE, &[element(6, EXTENSION_REQUEST), element(SET, &element(SEQUENCE, &extension))].concat());
        let info = element(SEQUENCE, &[element(2, &[0]), subject, element(SEQUENCE, &[]), element(ATTRIBUTES, &attribute)].concat());
        let der = element(SEQUENCE, &info);
        let pem = |der: &[u8]| {
            let body = base64::encode(der);
            format!("-----BEGIN CERTIFICATE REQUEST-----\n{body}\n-----END CERTIFICATE REQUEST-----\n")
        };
        let read = Request::read(&pem(&der)).expect("a request");
        assert_eq!(read.subject, [(10, "dev".to_owned()), (3, "ann".to_owned())]);
        assert_eq!(read.names, [(0x82, "a.b".to_owned()), (0x87, "10.0.0.1".to_owned())]);
        // Whatever is cut off or damaged is none, or less of one.
        for end in 0..der.len() {
            Request::read(&pem(&der[..end]));
            let mut damaged = der.clone();
            damaged[end] ^= 0xff;
            Request::read(&pem(&damaged));
        }
        assert_eq!(Request::read("x"), None);
    }
}
