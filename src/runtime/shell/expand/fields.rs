//! The fields that an expansion comes to, as they grow.

use super::super::pattern;

/// What a field takes besides its text.
pub(super) const FIELD_BYTES: usize = 48;

/// One field on its way: the text and the same text as a pattern.
#[derive(Default)]
pub(super) struct Fields {
    pub(super) done: Vec<(String, Option<String>)>,
    pub(super) text: String,
    pub(super) pattern: String,
    pub(super) is_pattern: bool,
    pub(super) started: bool,
    /// All bytes so far, and what a field costs.
    pub(super) size: usize,
}

impl Fields {
    pub(super) fn quoted(&mut self, s: &str) {
        self.size += s.len();
        self.text.push_str(s);
        pattern::escape(s, &mut self.pattern);
        self.started = true;
    }

    pub(super) fn lit(&mut self, s: &str) {
        self.size += s.len();
        self.text.push_str(s);
        self.pattern.push_str(s);
        self.is_pattern |= pattern::is_pattern(s);
        self.started |= !s.is_empty();
    }

    pub(super) fn cut(&mut self) {
        if self.started {
            self.size += FIELD_BYTES;
            let pattern = std::mem::take(&mut self.pattern);
            self.done.push((std::mem::take(&mut self.text), self.is_pattern.then_some(pattern)));
        }
        self.text.clear();
        self.pattern.clear();
        self.is_pattern = false;
        self.started = false;
    }

    pub(super) fn split(&mut self, s: &str, ifs: &str) {
        let white = |c: char| ifs.contains(c) && matches!(c, ' ' | '\t' | '\n');
        let mut from = 0;
        let mut after_white = false;
        for (i, c) in s.char_indices() {
            if !ifs.contains(c) {
                after_white = false;
                continue;
            }
            self.lit(&s[from..i]);
            if white(c) {
                after_white |= self.started;
                self.cut();
            } else if !after_white || self.started {
                self.started = true;
                self.cut();
            } else {
                after_white = false;
            }
            from = i + c.len_utf8();
        }
        self.lit(&s[from..]);
    }
}
