//! tr.

use super::super::super::super::text::unescape_one;
use super::super::super::{Options, Refusal, Run};
use super::super::{Filter, Made, Sink};
use crate::base::regex::posix_class;
use crate::base::{List as _, Order as _};

/// `tr`.
pub fn tr(run: &mut Run<'_>, o: &Options) -> Made {
    let (delete, squeeze) = (o.has('d'), o.has('s'));
    if o.rest.len() < if delete || squeeze { 1 } else { 2 } {
        let mut why = run.lacking(&o.rest);
        if !o.rest.is_empty() {
            why += "\nTwo strings must be given when translating.";
        }
        return Err(run.refuse(Refusal::Operands(why)));
    }
    let mut from = set(&o.rest[0]);
    if o.any("cC") {
        from = (0..=255u8).filter(|b| !from.contains(b)).list();
    }
    let to = o.rest.get(1).map(|s| set(s));
    let mut tr = Tr { map: (0..=255).list(), dropped: vec![false; 256], squeezed: vec![false; 256], last: None };
    if let (Some(to), false) = (&to, delete)
        && let Some(last) = to.last()
    {
        if o.has('t') {
            from.truncate(to.len());
        }
        for (i, b) in from.iter().enumerate() {
            tr.map[usize::from(*b)] = *to.get(i).unwrap_or(last);
        }
    }
    for b in from.iter().filter(|_| delete) {
        tr.dropped[usize::from(*b)] = true;
    }
    for b in to.as_ref().unwrap_or(&from).iter().filter(|_| squeeze) {
        tr.squeezed[usize::from(*b)] = true;
    }
    Ok((Filter::Tr(tr), Vec::new()))
}

/// The characters of a set of `tr`, in order.
fn set(text: &str) -> Vec<u8> {
    let b = text.as_bytes();
    let mut out: Vec<u8> = Vec::new();
    let mut i = 0;
    while i < b.len() && out.len() < 4096 {
        if b[i] == b'['
            && b.get(i + 1) == Some(&b':')
            && let Some(end) = text[i + 2..].find(":]")
        {
            if let Some(ranges) = posix_class(&text[i + 2..i + 2 + end]) {
                for (a, z) in ranges {
                    out.extend(*a as u8..=*z as u8);
                }
                if &text[i + 2..i + 2 + end] == "alpha" || &text[i + 2..i + 2 + end] == "alnum" {
                    out.order();
                }
            }
            i += end + 4;
            continue;
        }
        let one = |i: &mut usize| -> u8 {
            if b[*i] == b'\\' && *i + 1 < b.len() {
                let (bytes, n) = unescape_one(&b[*i + 1..]);
                *i += 1 + n;
                *bytes.last().unwrap_or(&b'\\')
            } else {
                *i += 1;
                b[*i - 1]
            }
        };
        let a = one(&mut i);
        if b.get(i) == Some(&b'-') && i + 1 < b.len() && b[i + 1] != b']' {
            i += 1;
            let z = one(&mut i);
            out.extend(a..=z);
        } else {
            out.push(a);
        }
    }
    out
}

#[derive(Debug, Clone)]
pub struct Tr {
    map: Vec<u8>,
    dropped: Vec<bool>,
    squeezed: Vec<bool>,
    last: Option<u8>,
}

impl Tr {
    pub fn bytes(&mut self, data: &[u8], sink: &mut Sink) {
        for &b in data {
            if self.dropped[usize::from(b)] {
                continue;
            }
            let b = self.map[usize::from(b)];
            if self.squeezed[usize::from(b)] && self.last == Some(b) {
                continue;
            }
            self.last = Some(b);
            sink.out.push(b);
        }
    }
}
