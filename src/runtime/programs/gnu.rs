//! What GNU's programs say where busybox's say the same in other words.

/// An error of a program in GNU's words, both without the program's name.
pub fn words(program: &str, text: &str) -> String {
    if let ("sleep", Some(given)) = (program, text.strip_prefix("invalid number ")) {
        return format!("invalid time interval {given}\nTry 'sleep --help' for more information.");
    }
    let opened = text.strip_prefix("can't open '").and_then(|rest| rest.split_once("': "));
    let about = opened.or_else(|| text.rsplit_once(": "));
    let said = about.and_then(|(file, reason)| {
        Some(match program {
            "head" | "split" | "tail" if opened.is_some() => format!("cannot open '{file}' for reading: {reason}"),
            "ls" | "chmod" | "chown" | "du" if !file.starts_with("invalid ") => format!("cannot access '{file}': {reason}"),
            "find" if !file.contains('\'') => format!("'{file}': {reason}"),
            "touch" => format!("cannot touch '{file}': {reason}"),
            "sort" => format!("cannot read: {file}: {reason}"),
            "sed" if !file.contains(' ') => format!("can't read {file}: {reason}"),
            "awk" => format!("cannot open {file} ({reason})"),
            "rmdir" => format!("failed to remove {file}: {reason}"),
            _ => format!("{}: {reason}", opened?.0),
        })
    });
    match (program, text.strip_prefix("can't ")) {
        ("mv", Some(rest)) => format!("cannot {}", rest.replacen("rename", "stat", 1)),
        ("stat", Some(rest)) => format!("cannot {}", rest.replacen("stat", "statx", 1)),
        ("diff", Some(rest)) => rest.trim_start_matches("stat ").replacen('\'', "", 2),
        _ => said.unwrap_or_else(|| match text.strip_prefix("can't ") {
            Some(rest) => format!("cannot {rest}"),
            None => text.to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn says_it_as_coreutils_do() {
        let reason = "No such file or directory";
        for (program, busybox, gnu) in [
            ("cat", "can't open 'f': R", "f: R"),
            ("head", "can't open 'f': R", "cannot open 'f' for reading: R"),
            ("ls", "f: R", "cannot access 'f': R"),
            ("rm", "can't remove 'f': R", "cannot remove 'f': R"),
            ("cp", "can't stat 'f': R", "cannot stat 'f': R"),
            ("mv", "can't rename 'f': R", "cannot stat 'f': R"),
            ("stat", "can't stat 'f': R", "cannot statx 'f': R"),
            ("diff", "can't stat 'f': R", "f: R"),
            ("find", "f: R", "'f': R"),
            ("grep", "f: R", "f: R"),
            ("rmdir", "'f': R", "failed to remove 'f': R"),
        ] {
            assert_eq!(words(program, &busybox.replace('R', reason)), gnu.replace('R', reason), "{program}: {busybox}");
        }
    }
}
