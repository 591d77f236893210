//! cat.

use super::super::super::{Options, Run};
use super::super::{Filter, Made, Sink};

/// `cat`.
pub fn cat(_: &mut Run<'_>, o: &Options) -> Made {
    let cat = Cat {
        number: o.any("nb"),
        not_empty: o.has('b'),
        shown: o.any("vtTeA"),
        tabs: o.any("tTA"),
        ends: o.any("eEA"),
        squeeze: o.has('s'),
        count: 0,
        last_empty: false,
    };
    Ok((Filter::Cat(cat), o.rest.clone()))
}

#[derive(Debug, Clone)]
pub struct Cat {
    number: bool,
    /// Numbers are for lines that are not empty.
    not_empty: bool,
    /// What is no text is shown.
    shown: bool,
    tabs: bool,
    ends: bool,
    squeeze: bool,
    count: u64,
    last_empty: bool,
}

impl Cat {
    pub fn plain(&self) -> bool {
        !(self.number || self.shown || self.ends || self.squeeze)
    }
    pub fn line(&mut self, line: &[u8], newline: bool, sink: &mut Sink) {
        if self.squeeze && line.is_empty() && self.last_empty {
            return;
        }
        self.last_empty = line.is_empty();
        if self.number && !(self.not_empty && line.is_empty()) {
            self.count += 1;
            sink.out.extend(format!("{:6}\t", self.count).bytes());
        }
        if self.shown {
            line.iter().for_each(|b| self.show(*b, &mut sink.out));
        } else {
            sink.out.extend_from_slice(line);
        }
        if self.ends {
            sink.out.push(b'$');
        }
        if newline {
            sink.out.push(b'\n');
        }
    }

    /// A byte with `^` before what is control and `M-` before what is no ASCII.
    fn show(&self, b: u8, out: &mut Vec<u8>) {
        match b {
            b'\t' if !self.tabs => out.push(b),
            128.. => {
                out.extend(b"M-");
                // What is a tab in the lower half is one that is shown.
                Cat { tabs: true, ..self.clone() }.show(b & 127, out);
            }
            0..32 | 127 => out.extend([b'^', b ^ 64]),
            _ => out.push(b),
        }
    }
}
