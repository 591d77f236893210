//! Files of variables that containers write for each other (`fileKeyRef`). Models `ParseEnv` of pkg/kubelet/util/env: a strict
//! part of the shell's syntax, in which each value stands in single quotes.

use super::disks::clean;
use super::env::{ConfigError, EnvSource};
use super::volumes::Volume;
use crate::api::{ArcStr, Value};

/// Bytes of a file that are read.
const FILE_BYTES_MAX: usize = 64 << 10;

/// The value of a `fileKeyRef`; none where it may be missing and is.
pub(super) fn value_of(from: &EnvSource<'_>, volumes: &[Volume], reference: &Value) -> Result<Option<ArcStr>, ConfigError> {
    let (name, key, path) = (reference.get("volumeName").str(), reference.get("key").str(), reference.get("path").str());
    let Some((volume, tree)) = volumes.iter().find(|v| v.name == name).and_then(|v| Some((v, v.tree.as_deref()?))) else {
        return Err(ConfigError(format!("cannot find the volume {name:?} referenced by FileKeyRef")));
    };
    let bytes = tree.at(path).and_then(|file| file.bytes(FILE_BYTES_MAX));
    let found = bytes.and_then(|bytes| find(&String::from_utf8_lossy(&bytes), key));
    match found {
        None => Err(ConfigError("couldn't parse env file".to_owned())),
        // An empty value is as good as none.
        Some(value) if !value.is_empty() => Ok(Some(value.into())),
        Some(_) if reference.get("optional").is_true() => Ok(None),
        Some(_) => {
            let file = format!("{}/{}", volume.path_on_node(from, None), clean(path));
            Err(ConfigError(format!("environment variable key {key:?} not found in file {file:?}")))
        }
    }
}

/// The value of a key, empty where there is none; `None` where something before it is not well formed.
fn find(text: &str, key: &str) -> Option<String> {
    let text = text.replace("\r\n", "\n");
    let mut rest = text.as_str();
    while !rest.is_empty() {
        rest = rest.trim_start_matches([' ', '\t', '\n']);
        let (line, after_line) = rest.split_once('\n').unwrap_or((rest, ""));
        if line.is_empty() || line.starts_with('#') {
            rest = after_line;
            continue;
        }
        let (name, value) = line.split_once('=')?;
        if name.is_empty() || name.ends_with([' ', '\t']) {
            return None;
        }
        if value.starts_with([' ', '\t']) {
            // A value that does not follow at once is empty, as in a shell.
            if name == key {
                return Some(String::new());
            }
            rest = after_line;
            continue;
        }
        let (value, after) = rest[name.len() + 1..].strip_prefix('\'')?.split_once('\'')?;
        let (tail, after_line) = after.split_once('\n').unwrap_or((after, ""));
        let tail = tail.trim_start_matches([' ', '\t']);
        if !tail.is_empty() && !tail.starts_with('#') {
            return None;
        }
        if name == key {
            return Some(value.to_owned());
        }
        rest = after_line;
    }
    Some(String::new())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_single_quotes() {
        for (text, want) in [
            ("A='x'\n", Some("x")),
            ("# note\n\n  \tB='1'\n  A='x # y' # note\n", Some("x # y")),
            ("A='one\n two'\nB='3'", Some("one\n two")),
            ("A='$HOME \\n'", Some("$HOME \\n")),
            ("A=''", Some("")),
            ("B='1'", Some("")),
            ("", Some("")),
            ("A= 'x'", Some("")),
            ("A='x'\r\n", Some("x")),
            ("A='x'\nnonsense", Some("x")),
            ("B= 1\nA='x'", Some("x")),
            ("A=x", None),
            ("A=\"x\"", None),
            ("A ='x'", None),
            ("='x'\nA='x'", None),
            ("nonsense\nA='x'", None),
            ("A='x'y", None),
            ("A='x''y'", None),
            ("A='x\n", None),
        ] {
            assert_eq!(find(text, "A").as_deref(), want, "{text:?}");
        }
    }
}
