//! uniq.

use super::super::super::super::kernel::OpenHow;
use super::super::super::{Complaint, Options, Run};
use super::super::{Filter, Made, Sink};
use crate::base::List as _;

/// `uniq`.
pub fn uniq(run: &mut Run<'_>, o: &Options) -> Made {
    let output = o.rest.get(1).filter(|name| *name != "-").cloned();
    if let Some(name) = &output {
        match run.k.open(run.p, name, OpenHow::Truncate) {
            Ok(d) => run.k.desc_unref(d),
            Err(e) => {
                run.err(Complaint::cannot("open", name, e));
                return Err(1);
            }
        }
    }
    let uniq = Uniq {
        count: o.has('c'),
        repeated: o.has('d'),
        unique: o.has('u'),
        fold: o.has('i'),
        fields: o.number('f').unwrap_or(0),
        skip: o.number('s').unwrap_or(0),
        take: o.number('w').unwrap_or(usize::MAX),
        last: None,
        times: 0,
        output,
    };
    Ok((Filter::Uniq(uniq), o.rest.iter().take(1).cloned().list()))
}

#[derive(Debug, Clone)]
pub struct Uniq {
    count: bool,
    repeated: bool,
    unique: bool,
    fold: bool,
    /// Fields and then characters that are not compared, and how many characters then are.
    fields: usize,
    skip: usize,
    take: usize,
    last: Option<Vec<u8>>,
    times: u64,
    /// The file that it writes to instead.
    output: Option<String>,
}

impl Uniq {
    fn key(&self, line: &[u8]) -> Vec<u8> {
        let mut rest = line;
        for _ in 0..self.fields.min(line.len()) {
            let blanks = rest.iter().take_while(|b| b.is_ascii_whitespace()).count();
            let word = rest[blanks..].iter().take_while(|b| !b.is_ascii_whitespace()).count();
            rest = &rest[blanks + word..];
        }
        let rest = &rest[self.skip.min(rest.len())..];
        let rest = &rest[..self.take.min(rest.len())];
        if self.fold { rest.to_ascii_lowercase() } else { rest.to_vec() }
    }
    pub fn line(&mut self, line: &[u8], sink: &mut Sink) {
        if self.last.as_ref().is_some_and(|l| self.key(l) == self.key(line)) {
            self.times += 1;
            return;
        }
        self.flush(sink);
        self.last = Some(line.to_vec());
        self.times = 1;
    }
    fn flush(&mut self, sink: &mut Sink) {
        let Some(line) = self.last.take() else { return };
        if self.repeated && self.times < 2 || self.unique && self.times > 1 {
            return;
        }
        let mut text = if self.count { format!("{:7} ", self.times).into_bytes() } else { Vec::new() };
        text.extend(line);
        text.push(b'\n');
        match &self.output {
            Some(name) => sink.files.push((name.clone(), true, text)),
            None => sink.out.extend(text),
        }
    }
    pub fn finish(&mut self, sink: &mut Sink) {
        self.flush(sink);
    }
}
