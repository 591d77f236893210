//! The warnings of an answer of the API. Each text is sent once. If they are too long together, each is truncated; what still does not fit
//! is left out.

use crate::base::List as _;

/// How many characters the warnings of one answer may have together before they are truncated, and how many after that.
const TOTAL_MAX: usize = 4 * 1024;
/// How many characters are left of a truncated warning.
const ITEM_MAX: usize = 256;
/// How often warnings may be added or looked for during one answer, since users may write very long lists.
const OFFERS_MAX: usize = 1_000_000;

/// The warnings of one answer, as they are gathered.
// Models the recorder of k8s.io/apiserver/pkg/endpoints/filters.WithWarningRecorder.
#[derive(Clone, Debug, Default)]
pub struct Warnings {
    texts: Vec<String>,
    chars: usize,
    cut: bool,
    offers: usize,
}

fn shortened(text: &str) -> &str {
    text.char_indices().nth(ITEM_MAX).map_or(text, |(end, _)| &text[..end])
}

impl Warnings {
    /// Adds a warning, if it is new, may stand in a header, and there is room.
    pub fn push(&mut self, text: String) {
        if self.is_full() || text.is_empty() || text.contains(char::is_control) || self.texts.contains(&text) {
            return;
        }
        let chars = if self.cut { shortened(&text) } else { &text }.chars().count();
        self.chars += chars;
        self.texts.push(text);
        if self.chars > TOTAL_MAX && !self.cut {
            self.cut = true;
            self.chars = self.texts.iter().map(|t| shortened(t).chars().count()).sum();
        }
    }

    /// Whether no more are accepted, so that there is no need to look for any. Counts how often it is asked.
    pub fn is_full(&mut self) -> bool {
        self.offers += 1;
        self.offers > OFFERS_MAX || self.cut && self.chars >= TOTAL_MAX
    }

    /// Takes the warnings, in the order in which they are sent.
    pub fn take(&mut self) -> Vec<String> {
        let all = std::mem::take(self);
        all.texts.into_iter().map(|text| if all.cut { shortened(&text).to_owned() } else { text }).list()
    }
}

impl Extend<String> for Warnings {
    fn extend<T: IntoIterator<Item = String>>(&mut self, texts: T) {
        texts.into_iter().for_each(|text| self.push(text));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(texts: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut warnings = Warnings::default();
        warnings.extend(texts);
        warnings.take()
    }

    #[test]
    fn they_are_told_once_and_cut_short_when_they_are_too_many() {
        assert_eq!(told(["a", "", "b", "a", "x\ny"].map(str::to_owned)), ["a", "b"]);
        let long = |i: usize| format!("{i}{}", "é".repeat(999));
        assert_eq!(told((0..4).map(long)), (0..4).map(long).collect::<Vec<_>>());
        let cut: Vec<String> = (0..16).map(|i| long(i).chars().take(256).collect()).collect();
        assert_eq!(told((0..100).map(long)), cut);
        let mut warnings = Warnings::default();
        assert_eq!((0..OFFERS_MAX).find(|_| warnings.is_full()), None);
        assert!(warnings.is_full());
    }
}
