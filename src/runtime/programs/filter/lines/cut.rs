//! cut.

use super::super::super::{Options, Refusal, Run};
use super::super::{Filter, Made, Sink};
use crate::base::List as _;

/// `cut`.
pub fn cut(run: &mut Run<'_>, o: &Options) -> Made {
    let Some((c, list)) = o.each().filter(|o| matches!(o.0, 'f' | 'c' | 'b')).last() else {
        return Err(run.refuse(match run.k.is_gnu() {
            true => Refusal::Wrong("you must specify a list of bytes, characters, or fields".into()),
            false => "expected a list of bytes, characters, or fields".into(),
        }));
    };
    let delimiter = o.value('d').map_or(b'\t', |d| d.bytes().next().unwrap_or(0));
    let joint = match o.value('O') {
        Some(text) => text.into(),
        None if c == 'f' => vec![delimiter],
        None => Vec::new(),
    };
    let mut cut = Cut { delimiter, joint, chars: c != 'f', ranges: Vec::new(), complement: o.has('!'), only: o.has('s') };
    for part in list.split(',') {
        let (a, z) = part.split_once('-').unwrap_or((part, part));
        let a = if a.is_empty() && part.len() > 1 { Some(1) } else { a.parse().ok() };
        let z = if z.is_empty() { Some(usize::MAX) } else { z.parse().ok() };
        let Some(range) = a.zip(z).filter(|r| r.0 > 0) else {
            return Err(run.refuse(match (run.k.is_gnu(), c) {
                (true, 'f') if a == Some(0) => Refusal::Wrong("fields are numbered from 1".into()),
                (true, 'f') => Refusal::Wrong(format!("invalid field value '{part}'")),
                (true, _) => Refusal::Wrong(format!("invalid byte/character position '{part}'")),
                (false, _) => format!("invalid number '{part}'").into(),
            }));
        };
        cut.ranges.push(range);
    }
    Ok((Filter::Cut(cut), o.rest.clone()))
}

#[derive(Debug, Clone)]
pub struct Cut {
    delimiter: u8,
    /// What stands between what is taken: fields, or ranges of characters.
    joint: Vec<u8>,
    chars: bool,
    ranges: Vec<(usize, usize)>,
    /// Whether it takes the others.
    complement: bool,
    only: bool,
}

impl Cut {
    fn wanted(&self, n: usize) -> bool {
        self.ranges.iter().any(|(a, z)| (*a..=*z).contains(&n)) != self.complement
    }
    pub fn line(&mut self, line: &[u8], sink: &mut Sink) {
        if self.chars {
            let mut last = 0;
            for (i, c) in String::from_utf8_lossy(line).chars().enumerate().filter(|(i, _)| self.wanted(i + 1)) {
                // Neighbours are of one range, unless another begins between them.
                if last > 0 && (last < i || !self.complement && self.ranges.iter().any(|r| r.0 == i + 1)) {
                    sink.out.extend(&self.joint);
                }
                last = i + 1;
                sink.out.extend(c.encode_utf8(&mut [0; 4]).bytes());
            }
        } else if !line.contains(&self.delimiter) {
            if self.only {
                return;
            }
            sink.out.extend_from_slice(line);
        } else {
            let parts: Vec<&[u8]> =
                line.split(|b| *b == self.delimiter).enumerate().filter(|(i, _)| self.wanted(i + 1)).map(|(_, p)| p).list();
            sink.out.extend(parts.join(&self.joint[..]));
        }
        sink.out.push(b'\n');
    }
}
