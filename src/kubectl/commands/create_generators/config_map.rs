//! `kubectl create configmap`, and the sources that it shares with `create secret generic`.

use super::{Failure, GENERATOR, finish, generator, one_name};
use crate::api::Value;
use crate::base::{List as _, SortedMap, base64, hex, sha256};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::files;
use crate::kubectl::flags::{Flag, array, list, switch};
use crate::kubectl::host::FileError;
use crate::obj;

const OWN: &[Flag] = &[switch("append-hash", "")];

/// `--from-literal`, `--from-file`, `--from-env-file`.
pub(super) const SOURCES: &[Flag] = &[array("from-literal", ""), list("from-file", ""), list("from-env-file", "")];

/// `kubectl create configmap`.
pub static COMMAND: Command = generator(
    "configmap",
    &["cm"],
    "Create a config map from a local file, directory or literal value",
    "NAME [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none] [options]",
    &[GENERATOR, SOURCES, OWN],
    run,
);

/// How a kind words what is wrong with its keys.
pub(super) struct Words {
    pub(super) invalid: fn(&str, &str) -> String,
    /// Of a key, the object's name and what the key has already.
    pub(super) twice: fn(&str, &str, &[u8]) -> String,
    pub(super) folder: &'static str,
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    let words = Words {
        invalid: |key, why| format!("{key:?} is not a valid key name for a ConfigMap: {why}"),
        twice: |key, name, old| {
            let member = if std::str::from_utf8(old).is_ok() { "Data" } else { "BinaryData" };
            format!("cannot add key {key:?}, another key by that name already exists in {member} for ConfigMap {name:?}")
        },
        folder: "env config file cannot be a directory",
    };
    let found = read_sources(cx, name, &words)?;
    let mut object = obj!({"metadata": {"name": name}});
    for (key, content) in found {
        match String::from_utf8(content) {
            Ok(text) => object.set(&["data", &key], text),
            Err(binary) => object.set(&["binaryData", &key], base64::encode(binary.as_bytes())),
        }
    }
    if cx.flags().is_on("append-hash") {
        let data = if object.get("data").is_null() { Value::map() } else { object.get("data").clone() };
        let mut encoded = obj!({"data": data, "kind": "ConfigMap", "name": name});
        if !object.get("binaryData").is_null() {
            encoded.set(&["binaryData"], object.get("binaryData").clone());
        }
        object.set(&["metadata", "name"], format!("{name}-{}", hash(&encoded)));
    }
    finish(cx, "ConfigMap", object, Failure::Prefix("failed to create configmap:"))
}

/// The suffix of `--append-hash`: ten letters that look random and spell nothing.
// Models kubectl/pkg/util/hash.
pub(in crate::kubectl) fn hash(encoded: &Value) -> String {
    let hex = hex(&sha256(crate::kubectl::output::to_compact_json(encoded).as_bytes()));
    hex.chars()
        .take(10)
        .map(|c| match c {
            '0' => 'g',
            '1' => 'h',
            '3' => 'k',
            'a' => 'm',
            'e' => 't',
            c => c,
        })
        .collect()
}

/// Reads everything that the flags name. An environment file stands alone.
pub(super) fn read_sources(cx: &Context<'_, '_>, name: &str, words: &Words) -> Result<SortedMap<String, Vec<u8>>, CliError> {
    let flags = cx.flags();
    let (literals, files, env_files) = (flags.list("from-literal"), flags.list("from-file"), flags.list("from-env-file"));
    if !env_files.is_empty() && (!literals.is_empty() || !files.is_empty()) {
        return fail("from-env-file cannot be combined with from-file or from-literal");
    }
    let mut found = SortedMap::new();
    let mut add = |key: &str, content: Vec<u8>| {
        let wrong = wrong_key(key);
        if !wrong.is_empty() {
            return fail((words.invalid)(key, &wrong));
        }
        match found.insert(key.to_owned(), content) {
            None => Ok(()),
            Some(old) => fail((words.twice)(key, name, &old)),
        }
    };
    for source in files {
        let (key, path) = file_source(source)?;
        match files::read(cx, path) {
            Ok(content) => add(key, content)?,
            Err(FileError::IsADirectory) if source.contains('=') => return fail("cannot give a key name for a directory path"),
            Err(FileError::IsADirectory) => {
                for entry in cx.host.files.list(path).unwrap_or_default() {
                    if let Ok(content) = cx.host.files.read(&format!("{}/{entry}", path.trim_end_matches('/'))) {
                        add(&entry, content)?;
                    }
                }
            }
            Err(error) => return fail(format!("error reading {path}: {error}")),
        }
    }
    for source in literals {
        match source.split_once('=') {
            Some((key, value)) if !key.is_empty() => add(key, value.as_bytes().to_vec())?,
            _ => return fail(format!("invalid literal source {source}, expected key=value")),
        }
    }
    for path in env_files {
        let content = match files::read(cx, path) {
            Ok(content) => content,
            Err(FileError::IsADirectory) => return fail(words.folder),
            Err(error) => return fail(format!("error reading {path}: {error}")),
        };
        for (number, line) in content.split(|b| *b == b'\n').enumerate() {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            let Ok(line) = std::str::from_utf8(line) else {
                let bytes: Vec<String> = line.iter().map(u8::to_string).list();
                let (n, bytes) = (number + 1, bytes.join(" "));
                return fail(format!("env file {path} contains invalid utf8 bytes at line {n}: [{bytes}]"));
            };
            let line = if number == 0 { line.trim_start_matches('\u{feff}') } else { line }.trim_start();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (key, value) = match line.split_once('=') {
                Some((key, value)) => (key, value.to_owned()),
                None => (line, cx.inv.env.var(line).unwrap_or_default().to_owned()),
            };
            let wrong = wrong_variable(key);
            if !wrong.is_empty() {
                return fail(format!("{key:?} is not a valid key name: {wrong}"));
            }
            add(key, value.into_bytes())?;
        }
    }
    Ok(found)
}

/// `key=path`, or a path whose last part is the key.
fn file_source(source: &str) -> Result<(&str, &str), CliError> {
    match source.matches('=').count() {
        0 => Ok((source.trim_end_matches('/').rsplit('/').next().unwrap_or(source), source)),
        1 => {
            let (key, path) = source.split_once('=').unwrap_or((source, ""));
            if key.is_empty() {
                fail(format!("key name for file path {path} missing"))
            } else if path.is_empty() {
                fail(format!("file path for key name {key} missing"))
            } else {
                Ok((key, path))
            }
        }
        _ => fail("key names or file paths cannot contain '='"),
    }
}

/// What is wrong with a key of a ConfigMap or Secret.
// Models validation.IsConfigMapKey.
fn wrong_key(key: &str) -> String {
    let mut wrong = Vec::new();
    if key.len() > 253 {
        wrong.push("must be no more than 253 bytes".to_owned());
    }
    if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)) {
        wrong.push("a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')".to_owned());
    }
    match key {
        "." => wrong.push("must not be '.'".into()),
        ".." => wrong.push("must not be '..'".into()),
        _ if key.starts_with("..") => wrong.push("must not start with '..'".into()),
        _ => {}
    }
    wrong.join(";")
}

/// What is wrong with an environment variable's name.
// Models validation.IsEnvVarName.
pub fn wrong_variable(key: &str) -> String {
    let first = key.chars().next().is_some_and(|c| c.is_ascii_alphabetic() || "-._".contains(c));
    if first && key.chars().all(|c| c.is_ascii_alphanumeric() || "-._".contains(c)) {
        return match key {
            "." => "must not be '.'".into(),
            ".." => "must not be '..'".into(),
            _ if key.starts_with("..") => "must not start with '..'".into(),
            _ => String::new(),
        };
    }
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')".into()
}
