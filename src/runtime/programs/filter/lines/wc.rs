//! wc.

use super::super::super::{Options, Run};
use super::super::{Filter, Made, Sink};
use crate::base::List as _;

/// `wc`.
pub fn wc(run: &mut Run<'_>, o: &Options) -> Made {
    let show = ['l', 'w', 'c', 'm', 'L'].map(|c| if o.is_empty() { matches!(c, 'l' | 'w' | 'c') } else { o.has(c) });
    // GNU's is as wide as the sizes of its files need, and seven where it cannot know.
    let width = if run.k.is_gnu() {
        let sizes = o.rest.iter().map(|f| run.k.fs.stat(&run.p.cwd, f).ok().filter(|n| !n.is_dir()).map(|n| n.size()));
        let total = sizes.sum::<Option<u64>>().filter(|_| !o.rest.is_empty());
        total.map_or(7, |total| total.to_string().len())
    } else {
        9
    };
    Ok((
        Filter::Wc(Wc {
            show,
            now: [0; 5],
            total: [0; 5],
            files: 0,
            in_word: false,
            line: 0,
            width,
            many: o.rest.len() > 1 && !run.k.is_gnu(),
        }),
        o.rest.clone(),
    ))
}

#[derive(Debug, Clone)]
pub struct Wc {
    show: [bool; 5],
    now: [u64; 5],
    total: [u64; 5],
    files: u32,
    in_word: bool,
    /// The length of the present line.
    line: u64,
    /// How many columns a number takes.
    width: usize,
    /// busybox gives each number room where there are several files.
    many: bool,
}

impl Wc {
    pub fn bytes(&mut self, data: &[u8]) {
        for &b in data {
            self.now[2] += 1;
            if b & 0xc0 != 0x80 {
                self.now[3] += 1;
                self.line += 1;
            }
            if b == b'\n' {
                self.now[0] += 1;
                self.now[4] = self.now[4].max(self.line - 1);
                self.line = 0;
            }
            let space = b.is_ascii_whitespace();
            if self.in_word && space {
                self.in_word = false;
            } else if !self.in_word && !space {
                self.in_word = true;
                self.now[1] += 1;
            }
        }
    }
    fn print(&self, n: &[u64; 5], name: &str, sink: &mut Sink) {
        let shown: Vec<u64> = [0, 1, 3, 2, 4].into_iter().filter(|i| self.show[*i]).map(|i| n[i]).list();
        let (width, all) = (self.width, shown.len() > 1 || self.many);
        let mut text = shown.iter().map(|v| if all { format!("{v:width$}") } else { v.to_string() }).list().join(" ");
        if name != "-" {
            text.push(' ');
            text.push_str(name);
        }
        text.push('\n');
        sink.out.extend(text.bytes());
    }
    pub fn end(&mut self, name: &str, sink: &mut Sink) {
        self.now[4] = self.now[4].max(self.line);
        let now = std::mem::take(&mut self.now);
        self.print(&now, name, sink);
        for (t, n) in self.total.iter_mut().zip(now) {
            *t += n;
        }
        self.in_word = false;
        self.line = 0;
        self.files += 1;
    }
    pub fn finish(&mut self, sink: &mut Sink) {
        if self.files > 1 {
            self.print(&self.total.clone(), "total", sink);
        }
    }
}
