//! The page a description is written on: indented lines, aligned at the end.

use std::fmt::Display;

use super::Related;
use crate::api::{KindRef, Value};
use crate::base::Time;
use crate::kubectl::output::columns::age;
use crate::kubectl::output::{TabWriter, escape_terminal};

/// Lines at levels of indentation, and what is known while they are written.
pub(super) struct Page<'a> {
    /// Of what is described.
    pub(super) kind: KindRef,
    pub(super) related: &'a dyn Related,
    pub(super) now: Time,
    /// Whether events are shown at the end.
    pub(super) show_events: bool,
    /// Whether they are shown as kubectl 1.3 did.
    pub(super) old_events: bool,
    /// Levels that are added to every other one.
    pub(super) nested: usize,
    writer: TabWriter,
}

impl<'a> Page<'a> {
    pub(super) fn new(kind: KindRef, related: &'a dyn Related, now: Time, show_events: bool) -> Self {
        Page { kind, related, now, show_events, old_events: false, nested: 0, writer: TabWriter::for_describe() }
    }

    /// Text at a level, without a line's end: two spaces a level, written even in the middle of a line.
    // Models PrefixWriter.Write.
    pub(super) fn put(&mut self, level: usize, text: impl Display) {
        self.writer.write(&"  ".repeat(level + self.nested));
        self.writer.write(&escape_terminal(&text.to_string()));
    }

    /// A line at a level.
    pub(super) fn line(&mut self, level: usize, text: impl Display) {
        self.put(level, text);
        self.writer.write("\n");
    }

    /// A line `name:` with a value in the next column.
    pub(super) fn field(&mut self, level: usize, name: &str, value: impl Display) {
        self.line(level, format_args!("{name}:\t{value}"));
    }

    /// Lines `name:` with one item each in the next column; `<none>` where there are none.
    pub(super) fn items(&mut self, level: usize, name: &str, items: &[String]) {
        self.put(level, format_args!("{name}:\t"));
        match items {
            [] => self.line(0, "<none>"),
            _ => {
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.put(level, "\t");
                    }
                    self.line(0, item);
                }
            }
        }
    }

    /// Name, namespace, labels and annotations: how most descriptions begin.
    pub(super) fn name(&mut self, object: &Value) {
        self.field(0, "Name", object.at(&["metadata", "name"]).str());
    }

    /// How long ago a timestamp is.
    pub(super) fn age(&self, timestamp: &Value) -> String {
        age(timestamp, self.now)
    }

    /// The text as it was written, with tabs between columns.
    pub(super) fn finish_unaligned(self) -> String {
        self.writer.into_text()
    }

    /// The text, aligned.
    pub(super) fn finish(mut self) -> String {
        self.writer.flush()
    }
}
