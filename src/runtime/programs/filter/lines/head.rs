//! head and tail.

use std::collections::VecDeque;

use super::super::super::{Options, Run};
use super::super::{Filter, Made, Sink};
use super::size;

/// `head` and `tail`.
pub fn head(run: &mut Run<'_>, o: &Options) -> Made {
    let (c, n) = o.each().filter(|o| matches!(o.0, '@' | 'n' | 'c')).last().unwrap_or(('n', "10"));
    let bytes = c == 'c';
    let from_start = n.starts_with('+');
    let all_but = n.starts_with('-') && run.name == "head";
    let Some(count) = size(n.trim_start_matches(['+', '-'])) else {
        let what = if bytes { "bytes" } else { "lines" };
        run.err(if run.k.is_gnu() { format!("invalid number of {what}: '{n}'") } else { format!("invalid number '{n}'") });
        return Err(1);
    };
    let headers = Headers { quiet: o.has('q'), verbose: o.has('v'), seen: false };
    let held = VecDeque::new();
    let filter = if run.name == "head" {
        Filter::Head(Head { count, bytes, all_but, seen: 0, held, held_bytes: 0, headers, open: o.rest.len().max(1) })
    } else {
        Filter::Tail(Tail { count, bytes, from_start, follow: o.any("fF"), retry: o.any("Fr"), seen: 0, held, headers, zeros: 0 })
    };
    Ok((filter, o.rest.clone()))
}

#[derive(Debug, Clone)]
pub struct Headers {
    quiet: bool,
    verbose: bool,
    seen: bool,
}

impl Headers {
    fn show(&mut self, name: &str, many: bool, sink: &mut Sink) {
        if (many && !self.quiet) || self.verbose {
            let name = if name == "-" { "standard input" } else { name };
            sink.out.extend(format!("{}==> {name} <==\n", if self.seen { "\n" } else { "" }).bytes());
            self.seen = true;
        }
    }
}

#[derive(Debug, Clone)]
pub struct Head {
    count: u64,
    pub bytes: bool,
    all_but: bool,
    seen: u64,
    held: VecDeque<Vec<u8>>,
    /// The bytes of those.
    pub held_bytes: usize,
    headers: Headers,
    open: usize,
}

impl Head {
    pub fn begin(&mut self, name: &str, many: bool, sink: &mut Sink) {
        self.headers.show(name, many, sink);
        self.seen = 0;
        self.open = self.open.saturating_sub(1);
        sink.stop = self.count == 0 && self.open == 0;
    }
    pub fn line(&mut self, line: &[u8], newline: bool, sink: &mut Sink) {
        let mut line = line.to_vec();
        if newline {
            line.push(b'\n');
        }
        if self.all_but {
            self.held_bytes += line.len();
            self.held.push_back(line);
            if self.held.len() as u64 > self.count {
                let line = self.held.pop_front().unwrap_or_default();
                self.held_bytes -= line.len();
                sink.out.extend(line);
            }
            return;
        }
        if self.seen < self.count {
            sink.out.extend(line);
        }
        self.seen += 1;
        sink.stop = self.seen >= self.count && self.open == 0;
    }
    pub fn take(&mut self, data: &[u8], sink: &mut Sink) {
        if self.all_but {
            let mut held = self.held.pop_front().unwrap_or_default();
            held.extend_from_slice(data);
            let over = (held.len() as u64).saturating_sub(self.count);
            sink.out.extend(held.drain(..over as usize));
            self.held_bytes = held.len();
            self.held.push_back(held);
            return;
        }
        let n = usize::try_from(self.count.saturating_sub(self.seen)).unwrap_or(usize::MAX).min(data.len());
        sink.out.extend_from_slice(&data[..n]);
        self.seen += n as u64;
        sink.stop = self.seen >= self.count && self.open == 0;
    }
    pub fn end(&mut self) {
        self.held.clear();
        self.held_bytes = 0;
    }
}

#[derive(Debug, Clone)]
pub struct Tail {
    pub count: u64,
    pub bytes: bool,
    pub from_start: bool,
    pub follow: bool,
    /// Whether a file that is not there is waited for.
    pub retry: bool,
    seen: u64,
    held: VecDeque<Vec<u8>>,
    headers: Headers,
    zeros: usize,
}

impl Tail {
    /// Counts bytes that hold no line; true once they are more than a text would have.
    pub fn endless(&mut self, n: usize) -> bool {
        self.zeros += n;
        self.zeros > 256 << 10
    }
    pub fn begin(&mut self, name: &str, many: bool, sink: &mut Sink) {
        self.headers.show(name, many, sink);
        self.seen = 0;
        self.held.clear();
    }
    pub fn line(&mut self, line: &[u8], newline: bool, sink: &mut Sink) {
        let mut line = line.to_vec();
        if newline {
            line.push(b'\n');
        }
        self.seen += 1;
        if self.bytes {
            self.held.extend(line.into_iter().map(|b| vec![b]));
        } else if self.from_start {
            if self.seen >= self.count {
                sink.out.extend(line);
            }
            return;
        } else {
            self.held.push_back(line);
        }
        if self.bytes && self.from_start {
            return;
        }
        while self.held.len() as u64 > self.count.min(1 << 20) {
            self.held.pop_front();
        }
    }
    pub fn end(&mut self, sink: &mut Sink) {
        let skip = if self.bytes && self.from_start { usize::try_from(self.count.saturating_sub(1)).unwrap_or(usize::MAX) } else { 0 };
        for line in self.held.drain(..).skip(skip) {
            sink.out.extend(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_held_back_is_counted() {
        let (headers, held) = (Headers { quiet: true, verbose: false, seen: false }, VecDeque::new());
        let mut head = Head { count: 1, bytes: false, all_but: true, seen: 0, held, held_bytes: 0, headers, open: 0 };
        let mut sink = Sink::default();
        for (line, held) in [("abc", 4), ("d", 2)] {
            head.line(line.as_bytes(), true, &mut sink);
            assert_eq!(head.held_bytes, held);
        }
        assert_eq!(sink.out, b"abc\n");
        head.end();
        assert_eq!(head.held_bytes, 0);
    }
}
