//! Aligns tab-separated text in columns. Knows nothing of what it aligns.

use crate::base::List as _;
/// Aligns cells as Go's `text/tabwriter` does: a cell that ends in a tab belongs to a column, a column is as wide as its widest cell in
/// a run of neighbouring lines that have it, and the last cell of a line is never padded.
#[derive(Clone, Debug)]
pub struct TabWriter {
    /// The least width of a column, its padding included.
    min_width: usize,
    /// How many spaces follow the widest cell of a column.
    padding: usize,
    /// The widest that each column has been: `Some` where a later flush never makes a column narrower.
    remembered: Option<Vec<usize>>,
    text: String,
}

impl TabWriter {
    /// The writer of `kubectl get`'s tables, which remembers widths from flush to flush.
    // Models k8s.io/cli-runtime/pkg/printers.GetNewTabWriter.
    pub fn for_tables() -> Self {
        TabWriter { min_width: 6, padding: 3, remembered: Some(Vec::new()), text: String::new() }
    }

    /// The writer of kubectl 1.3's tables.
    pub fn for_old_tables() -> Self {
        TabWriter { min_width: 10, ..TabWriter::for_tables() }
    }

    /// The writer of `kubectl describe`.
    pub fn for_describe() -> Self {
        TabWriter { min_width: 0, padding: 2, remembered: None, text: String::new() }
    }

    /// Takes text in; nothing is aligned before [`TabWriter::flush`].
    pub fn write(&mut self, text: &str) {
        self.text.push_str(text);
    }

    /// The text taken in since the last flush, as it came.
    pub fn into_text(self) -> String {
        self.text
    }

    /// The text taken in since the last flush, aligned.
    pub fn flush(&mut self) -> String {
        let text = std::mem::take(&mut self.text);
        let mut out = String::with_capacity(text.len() * 2);
        // A form feed ends a line and everything aligned so far.
        let mut sections = text.split('\u{c}').peekable();
        while let Some(section) = sections.next() {
            let lines: Vec<Vec<&str>> = section.split('\n').map(|line| line.split('\t').list()).list();
            let mut layout = Layout { writer: self, lines: &lines, widths: Vec::new(), out: &mut out };
            layout.format(0, lines.len());
            if sections.peek().is_some() {
                out.push('\n');
            }
        }
        out
    }
}

struct Layout<'a> {
    writer: &'a mut TabWriter,
    lines: &'a [Vec<&'a str>],
    widths: Vec<usize>,
    out: &'a mut String,
}

impl Layout<'_> {
    /// Lays out the lines `from..to`, whose columns left of `self.widths.len()` have known widths.
    fn format(&mut self, mut from: usize, to: usize) {
        let column = self.widths.len();
        let mut this = from;
        while this < to {
            if column + 1 >= self.lines[this].len() {
                this += 1;
                continue;
            }
            self.print(from, this);
            from = this;
            let mut width = self.writer.min_width;
            while this < to && column + 1 < self.lines[this].len() {
                width = width.max(self.lines[this][column].chars().count() + self.writer.padding);
                this += 1;
            }
            if let Some(remembered) = &mut self.writer.remembered {
                if remembered.len() <= column {
                    remembered.resize(column + 1, 0);
                }
                width = width.max(remembered[column]);
                remembered[column] = width;
            }
            self.widths.push(width);
            self.format(from, this);
            self.widths.pop();
            from = this;
        }
        self.print(from, to);
    }

    fn print(&mut self, from: usize, to: usize) {
        for i in from..to {
            for (j, cell) in self.lines[i].iter().enumerate() {
                self.out.push_str(cell);
                if let Some(width) = self.widths.get(j).filter(|_| j + 1 < self.lines[i].len()) {
                    for _ in cell.chars().count()..*width {
                        self.out.push(' ');
                    }
                }
            }
            if i + 1 < self.lines.len() {
                self.out.push('\n');
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_runs_of_lines_that_have_them() {
        let mut w = TabWriter::for_describe();
        w.write("Name:\tweb\nLabels:\t<none>\nPort:\t80/TCP\n  a\tb\tc\n  aaa\tbbbb\tcc\nno columns\nx\ty\n");
        assert_eq!(w.flush(), "Name:    web\nLabels:  <none>\nPort:    80/TCP\n  a      b     c\n  aaa    bbbb  cc\nno columns\nx  y\n");
    }

    #[test]
    fn tables_are_at_least_six_wide_and_remember() {
        let mut w = TabWriter::for_tables();
        w.write("NAME\tAGE\na-long-name\t5s\n");
        assert_eq!(w.flush(), "NAME          AGE\na-long-name   5s\n");
        w.write("b\t6s\n");
        assert_eq!(w.flush(), "b             6s\n");
    }
}
