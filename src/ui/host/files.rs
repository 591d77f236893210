//! The workstation's files as the editor has them: what was edited on the page, and what programs did to them.

use kubarium::base::{List as _, SortedMap};
use kubarium::sim::{TimedInput, Workstation};
use kubarium::views::{EXERCISE_FILE, lessons};

use super::super::examples::EXAMPLES;
use super::super::lang::Lang;
use super::super::session_copy::SessionCopy;
use super::Host;

/// The most files of the workstation that the editor keeps an eye on.
const FILES_MAX: usize = 64;
/// The longest of them, in bytes.
const FILE_BYTES_MAX: usize = 100_000;

/// What became of the workstation's files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileNews {
    /// Files that are new or say something else, with their text.
    pub written: Vec<(String, String)>,
    /// Files that are gone.
    pub removed: Vec<String>,
}

/// The files that the editor shows.
#[derive(Default)]
pub(super) struct EditorFiles {
    /// Those edited since the cluster was last told.
    edited: SortedMap<String, String>,
    /// What each said last.
    seen: SortedMap<String, String>,
    /// Whether no program can have changed any since they were last looked at.
    looked_at: bool,
}

impl EditorFiles {
    /// A file was edited on the page.
    fn write(&mut self, path: &str, text: &str) {
        self.seen.insert(path.to_owned(), text.to_owned());
        self.edited.insert(path.to_owned(), text.to_owned());
    }

    /// What a file was edited to since the cluster was last told.
    pub(super) fn edited(&self, path: &str) -> Option<&String> {
        self.edited.get(path)
    }

    /// What was edited, which the cluster is told now.
    pub(super) fn take_edited(&mut self) -> SortedMap<String, String> {
        std::mem::take(&mut self.edited)
    }

    /// A program may have written files.
    pub(super) fn may_have_changed(&mut self) {
        self.looked_at = false;
    }

    /// What stands in the editor stays there, and is new to a workstation on which it is not so.
    pub(super) fn keep_beside(&mut self, station: &Workstation) {
        for (path, text) in &self.seen {
            if station.read_file(path, text.len()).as_ref() != Some(text) {
                self.edited.entry(path.clone()).or_insert_with(|| text.clone());
            }
        }
    }

    /// What programs did since this was last asked; what was edited on the page is not told.
    fn news(&mut self, station: &Workstation) -> FileNews {
        let mut news = FileNews::default();
        if std::mem::replace(&mut self.looked_at, true) {
            return news;
        }
        let paths = station.files();
        for path in paths.iter().take(FILES_MAX) {
            let Some(text) = station.read_file(path, FILE_BYTES_MAX) else { continue };
            if self.edited.contains_key(path) || self.seen.get(path) == Some(&text) {
                continue;
            }
            self.seen.insert(path.clone(), text.clone());
            // A lesson is the page's own, and its answers are not for the editor.
            if path != EXERCISE_FILE || lessons().iter().all(|l| l.exercise != text) {
                news.written.push((path.clone(), text));
            }
        }
        news.removed = self.seen.keys().filter(|p| paths.binary_search(p).is_err() && !self.edited.contains_key(*p)).cloned().list();
        for path in &news.removed {
            self.seen.remove(path);
        }
        news
    }
}

impl Host {
    /// A file of the workstation has been edited; the cluster hears of it when something could read it.
    pub fn write_file(&mut self, path: &str, text: &str) {
        self.files.write(path, text);
    }

    /// What a file says in the editor, as far as it was seen or edited there.
    pub fn text_of(&self, path: &str) -> Option<String> {
        self.files.seen.get(path).cloned()
    }

    /// Gives the cluster what was edited and nothing has read yet, so that the session holds it.
    pub fn keep_edits(&mut self) {
        if !self.time.is_past() && !self.files.edited.is_empty() {
            let files = self.files.take_edited();
            self.give(TimedInput { files, ..TimedInput::default() });
        }
    }

    /// Writes the comments of examples that nobody has changed in another language.
    pub fn retell(&mut self, from: Lang, to: Lang) -> FileNews {
        let files = EXAMPLES.iter().flat_map(|e| e.files_in(from).zip(e.files_in(to)));
        let written: Vec<(String, String)> = files
            .filter(|((path, was), (_, is))| was != is && self.files.seen.get(*path) == Some(was))
            .map(|((path, _), (_, is))| (path.to_owned(), is))
            .list();
        for (path, text) in &written {
            self.write_file(path, text);
        }
        FileNews { written, removed: Vec::new() }
    }

    /// The exercise's text, as it was edited last.
    pub(super) fn exercise(&self) -> String {
        let of_workstation = || self.time.live().workstation().read_file(EXERCISE_FILE, FILE_BYTES_MAX);
        self.files.edited(EXERCISE_FILE).cloned().or_else(of_workstation).unwrap_or_default()
    }

    /// A file of the workstation as it was at the past moment that is looked at, where it was there.
    pub fn past_file(&self, path: &str) -> Option<String> {
        self.sim().workstation().read_file(path, FILE_BYTES_MAX)
    }

    /// What programs did to the workstation's files since this was last asked; what was edited on the page is not told.
    pub fn file_news(&mut self) -> FileNews {
        SessionCopy::note_moment(self.time.live().now());
        // Until a branch has come to where it begins, its files are older than the editor's.
        if self.time.is_past() || self.time.is_seeking() {
            return FileNews::default();
        }
        self.files.news(self.time.live().workstation())
    }
}
