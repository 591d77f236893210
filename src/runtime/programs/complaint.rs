//! What programs say went wrong: in busybox's words, or in GNU's where those are an image's programs.

use std::fmt::Display;

/// What a program says went wrong, without its own name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Complaint {
    /// In these words, whoever says it.
    Said(String),
    /// About a file: `FILE: WHY` in busybox's words.
    About {
        /// As it was given.
        file: String,
        /// What the kernel said.
        why: String,
    },
    /// What could not be done to a file: `can't VERB 'FILE': WHY` in busybox's words.
    Cannot {
        /// `open`, `remove`, `create directory` ...
        verb: &'static str,
        /// As it was given.
        file: String,
        /// What the kernel said.
        why: String,
    },
}

impl Complaint {
    /// About a file.
    pub fn about(file: impl Into<String>, why: impl Display) -> Complaint {
        Complaint::About { file: file.into(), why: why.to_string() }
    }

    /// That something could not be done to a file.
    pub fn cannot(verb: &'static str, file: impl Into<String>, why: impl Display) -> Complaint {
        Complaint::Cannot { verb, file: file.into(), why: why.to_string() }
    }

    /// The words of a program, GNU's or busybox's.
    pub fn words(self, program: &str, gnu: bool) -> String {
        match self {
            Complaint::Said(text) => text,
            Complaint::About { file, why } => match program {
                "ls" | "chmod" | "chown" | "du" if gnu => format!("cannot access '{file}': {why}"),
                "find" if gnu => format!("'{file}': {why}"),
                "touch" if gnu => format!("cannot touch '{file}': {why}"),
                "sort" if gnu => format!("cannot read: {file}: {why}"),
                "sed" if gnu => format!("can't read {file}: {why}"),
                "awk" if gnu => format!("cannot open {file} ({why})"),
                _ => format!("{file}: {why}"),
            },
            Complaint::Cannot { verb, file, why } if !gnu => format!("can't {verb} '{file}': {why}"),
            Complaint::Cannot { verb, file, why } => match (program, verb) {
                ("cp" | "head" | "split" | "tail", "open") => format!("cannot open '{file}' for reading: {why}"),
                ("ls", "open") => format!("cannot open directory '{file}': {why}"),
                ("mv", "rename") => format!("cannot stat '{file}': {why}"),
                ("stat", "stat") => format!("cannot statx '{file}': {why}"),
                ("diff", _) | (_, "open") => format!("{file}: {why}"),
                _ => format!("cannot {verb} '{file}': {why}"),
            },
        }
    }
}

impl From<String> for Complaint {
    fn from(text: String) -> Self {
        Complaint::Said(text)
    }
}

impl From<&str> for Complaint {
    fn from(text: &str) -> Self {
        Complaint::Said(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_it_as_busybox_and_coreutils_do() {
        let (about, cannot) = (|| Complaint::about("f", "R"), |verb| Complaint::cannot(verb, "f", "R"));
        for (program, complaint, busybox, gnu) in [
            ("cat", cannot("open"), "can't open 'f': R", "f: R"),
            ("head", cannot("open"), "can't open 'f': R", "cannot open 'f' for reading: R"),
            ("ls", about(), "f: R", "cannot access 'f': R"),
            ("ls", cannot("open"), "can't open 'f': R", "cannot open directory 'f': R"),
            ("rm", cannot("remove"), "can't remove 'f': R", "cannot remove 'f': R"),
            ("cp", cannot("open"), "can't open 'f': R", "cannot open 'f' for reading: R"),
            ("cp", cannot("stat"), "can't stat 'f': R", "cannot stat 'f': R"),
            ("mv", cannot("rename"), "can't rename 'f': R", "cannot stat 'f': R"),
            ("stat", cannot("stat"), "can't stat 'f': R", "cannot statx 'f': R"),
            ("diff", cannot("stat"), "can't stat 'f': R", "f: R"),
            ("find", about(), "f: R", "'f': R"),
            ("grep", about(), "f: R", "f: R"),
            ("awk", "cmd. line:1: syntax error".into(), "cmd. line:1: syntax error", "cmd. line:1: syntax error"),
        ] {
            assert_eq!([complaint.clone().words(program, false), complaint.words(program, true)], [busybox, gnu], "{program}");
        }
    }
}
