//! What a user prefers (`kuberc`): names of one's own for commands, and defaults of their flags. A command line is written out by
//! them before it is read.
// Models kubectl/pkg/kuberc.

use thiserror::Error;

use super::command::Command;
use super::commands::ROOT;
use super::flags::{self, Flag};
use super::host::{Environment, FileError, Files, Output};
use crate::api::Value;
use crate::api::decode::{self, StrictError};
use crate::api::yaml::{self, decode_documents};
use crate::base::List as _;

/// Why preferences cannot be followed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum PreferencesError {
    /// There are to be none, and a file of them was named.
    #[error("disabling kuberc via KUBERC=off and passing kuberc flag are mutually exclusive")]
    OffAndNamed,
    /// `--kuberc` without a value.
    #[error("kuberc file is not found")]
    NoFile,
    /// Where the file should be cannot be told.
    #[error("kuberc error {0}")]
    Place(Box<PreferencesError>),
    /// The file that was named cannot be read.
    #[error("kuberc error kuberc: {0}")]
    Unread(ReadError),
    /// A name for a command that is not of letters alone.
    #[error("invalid alias name, can only include alphabetical characters")]
    BadAlias,
    /// Two commands of one name.
    #[error("duplicate alias name {0}")]
    DuplicateAlias(String),
    /// A flag with its dashes.
    #[error("flag name {0} should be in long form without dashes")]
    DashedFlag(String),
    /// A name for a command that there is not.
    #[error("command {command:?} not found to set alias {alias:?}: [{words}]")]
    NoCommand {
        /// What it stands for.
        command: String,
        /// The name.
        alias: String,
        /// The words of `command`.
        words: String,
    },
    /// A flag that the command of an alias does not have.
    #[error("invalid alias flag {0} in alias kubectl")]
    AliasFlag(String),
    /// A default for a flag that the command does not have.
    #[error("invalid flag {flag} for command {command}")]
    DefaultFlag {
        /// The flag's name.
        flag: String,
        /// The command as the file names it.
        command: String,
    },
}

/// Why a file of preferences cannot be read.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ReadError {
    /// The file is not to be had.
    #[error("open {path}: {why}")]
    File {
        /// Where it should be.
        path: String,
        /// Why not.
        why: FileError,
    },
    /// It is no YAML.
    #[error(transparent)]
    Yaml(#[from] yaml::DecodeError),
    /// It holds other things alone.
    #[error("no valid preferences found in {0}, use --v=5 to see details")]
    NoPreferences(String),
}

/// The group of the file's objects.
const GROUP: &str = "kubectl.config.k8s.io/";

/// The file of preferences, and whether somebody named it; none where there is to be none.
pub fn file(env: &Environment, flag: &str) -> Result<Option<(String, bool)>, PreferencesError> {
    let var = |name: &str| env.var(name).unwrap_or_default();
    if var("KUBECTL_KUBERC").eq_ignore_ascii_case("false") {
        return Ok(None);
    }
    match (var("KUBERC"), flag) {
        ("off", "") => Ok(None),
        ("off", _) => Err(PreferencesError::OffAndNamed),
        ("", "") => Ok(Some((format!("{}/.kube/kuberc", if var("HOME").is_empty() { "/root" } else { var("HOME") }), false))),
        (named, "") => Ok(Some((named.to_owned(), true))),
        (_, flag) => Ok(Some((flag.to_owned(), true))),
    }
}

/// The command line as the preferences have it; none where they say nothing of it.
pub fn apply(argv: &[String], env: &Environment, files: &dyn Files, out: &mut Output) -> Result<Option<Vec<String>>, PreferencesError> {
    if argv.is_empty() {
        return Ok(None);
    }
    let Some((path, is_named)) = file(env, &named_in(argv)?).map_err(|e| PreferencesError::Place(e.into()))? else { return Ok(None) };
    let found = match read(&path, files) {
        Ok(found) => found,
        Err(ReadError::File { why: FileError::NotFound, .. }) if !is_named => return Ok(None),
        Err(why) if is_named => return Err(PreferencesError::Unread(why)),
        Err(why) => {
            out.err(format!("kuberc: no preferences loaded from {path}: {why}"));
            return Ok(None);
        }
    };
    let Some(preferences) = found else { return Ok(None) };
    let mut unknown = Vec::new();
    check("", "", &preferences, &mut unknown);
    if !unknown.is_empty() {
        out.err(format!("kuberc: ignoring strict decoding error in {path}: {}", decode::strict_text(&unknown)));
    }
    validate(&preferences)?;
    match alias(argv, &preferences, out)? {
        Some(words) => Ok(Some(words)),
        None => defaults(argv, &preferences, out),
    }
}

fn named_in(argv: &[String]) -> Result<String, PreferencesError> {
    let words = argv.iter().take_while(|word| *word != "--").enumerate();
    for (i, word) in words {
        let value = match word.strip_prefix("--kuberc") {
            Some("") => argv.get(i + 1).map_or("", String::as_str),
            Some(rest) if rest.starts_with('=') => &rest[1..],
            _ => continue,
        };
        return if value.is_empty() { Err(PreferencesError::NoFile) } else { Ok(value.to_owned()) };
    }
    Ok(String::new())
}

/// The first preferences in a file, as the newer version has them; nothing in an empty one.
fn read(path: &str, files: &dyn Files) -> Result<Option<Value>, ReadError> {
    let bytes = files.read(path).map_err(|why| ReadError::File { path: path.into(), why })?;
    let documents = decode_documents(&String::from_utf8_lossy(&bytes))?;
    let documents: Vec<Value> = documents.into_iter().map(|d| d.value).filter(|v| !v.is_null()).list();
    let version = |v: &Value| v.get("apiVersion").str().strip_prefix(GROUP).unwrap_or("").to_owned();
    let is_it = |v: &&Value| v.get("kind").str() == "Preference" && matches!(version(v).as_str(), "v1alpha1" | "v1beta1");
    match documents.iter().find(is_it) {
        None if !documents.is_empty() => Err(ReadError::NoPreferences(path.into())),
        found => Ok(found.cloned().map(|mut preferences| {
            if version(&preferences) == "v1alpha1" {
                rename(&mut preferences, "overrides", "defaults");
                for list in ["aliases", "defaults"] {
                    let mut entries = preferences.get(list).items().to_vec();
                    entries.iter_mut().for_each(|entry| rename(entry, "flags", "options"));
                    preferences.set(&[list], entries);
                }
            }
            preferences
        })),
    }
}

fn rename(object: &mut Value, from: &str, to: &str) {
    let value = object.get(from).clone();
    object.remove(&[from]);
    object.set(&[to], value);
}

/// The members that there are, with the list that each stands in; those of lists of texts have none.
const MEMBERS: &[(&str, &str)] = &[
    ("", "apiVersion kind defaults aliases credentialPluginPolicy credentialPluginAllowlist"),
    ("defaults", "command options"),
    ("aliases", "name command prependArgs appendArgs options"),
    ("options", "name default"),
    ("credentialPluginAllowlist", "name command"),
];

/// Finds the members that are none.
fn check(list: &str, path: &str, object: &Value, unknown: &mut Vec<StrictError>) {
    let Some((_, members)) = MEMBERS.iter().find(|(of, _)| *of == list) else { return };
    for (name, value) in object.entries() {
        let path = if path.is_empty() { name.to_string() } else { format!("{path}.{name}") };
        if !members.split(' ').any(|m| m == name.as_str()) {
            unknown.push(StrictError { message: format!("unknown field {path:?}"), path });
            continue;
        }
        for (i, item) in value.items().iter().enumerate() {
            check(name, &format!("{path}[{i}]"), item, unknown);
        }
    }
}

fn validate(preferences: &Value) -> Result<(), PreferencesError> {
    let mut names: Vec<&str> = Vec::new();
    for alias in preferences.get("aliases").items() {
        let name = alias.get("name").str();
        if name.is_empty() || !name.bytes().all(|b| b.is_ascii_alphabetic()) {
            return Err(PreferencesError::BadAlias);
        }
        if names.contains(&name) {
            return Err(PreferencesError::DuplicateAlias(name.into()));
        }
        names.push(name);
    }
    let all = ["aliases", "defaults"].into_iter().flat_map(|list| preferences.get(list).items());
    match all.flat_map(|entry| entry.get("options").items()).find(|o| o.get("name").str().starts_with('-')) {
        Some(option) => Err(PreferencesError::DashedFlag(option.get("name").str().into())),
        None => Ok(()),
    }
}

/// The command that words name, and where its name ends.
fn command_of(words: &[String]) -> (&'static Command, usize) {
    let (mut command, mut end): (&'static Command, usize) = (&ROOT, 0);
    while let Some(at) = flags::command_position(&words[end..], command.flags) {
        let Some(next) = command.find(&words[end + at]) else { break };
        (command, end) = (next, end + at + 1);
    }
    (command, end)
}

/// The command line of an alias, written out.
fn alias(argv: &[String], preferences: &Value, out: &mut Output) -> Result<Option<Vec<String>>, PreferencesError> {
    let Some(at) = argv.iter().position(|word| !word.starts_with('-') && !word.starts_with("__complete")) else { return Ok(None) };
    let name = argv[at].as_str();
    let Some(alias) = preferences.get("aliases").named(name) else { return Ok(None) };
    if ROOT.find(name).is_some() {
        out.errln(format!("Warning: Setting alias {name:?} to a built-in command is not supported"));
        return Ok(None);
    }
    if !std::ptr::eq(command_of(argv).0, &ROOT) {
        return Ok(None);
    }
    let meant: Vec<String> = alias.get("command").str().split_whitespace().map(Into::into).list();
    let (command, end) = command_of(&meant);
    if std::ptr::eq(command, &ROOT) || end < meant.len() {
        let (command, words) = (alias.get("command").str().into(), meant.join(" "));
        return Err(PreferencesError::NoCommand { command, alias: name.into(), words });
    }
    let strings = |member: &str| alias.get(member).items().iter().map(|v| v.str().to_owned()).list();
    let mut words = argv[..at].to_vec();
    words.extend(meant);
    words.extend(options(command, alias, argv, &PreferencesError::AliasFlag)?);
    words.extend(strings("prependArgs"));
    words.extend_from_slice(&argv[at + 1..]);
    words.extend(strings("appendArgs"));
    Ok(Some(words))
}

/// The command line with the flags that are always to be given.
fn defaults(argv: &[String], preferences: &Value, out: &mut Output) -> Result<Option<Vec<String>>, PreferencesError> {
    let (command, end) = command_of(argv);
    let mut given = Vec::new();
    for entry in preferences.get("defaults").items() {
        let text = entry.get("command").str();
        let meant: Vec<String> = text.split_whitespace().map(Into::into).list();
        let (other, _) = command_of(&meant);
        if std::ptr::eq(other, &ROOT) {
            out.errln(format!("Warning: command {text:?} not found to set kuberc override"));
        } else if other.name == command.name {
            let invalid = |flag| PreferencesError::DefaultFlag { flag, command: text.into() };
            given.extend(options(command, entry, argv, &invalid)?);
        }
    }
    if given.is_empty() {
        return Ok(None);
    }
    Ok(Some([&argv[..end], &given, &argv[end..]].concat()))
}

/// The options of an entry that the command line does not give itself, as words; `unknown` is the error of one that the command does not have.
fn options(
    command: &Command,
    entry: &Value,
    argv: &[String],
    unknown: &dyn Fn(String) -> PreferencesError,
) -> Result<Vec<String>, PreferencesError> {
    let mut words = Vec::new();
    for option in entry.get("options").items() {
        let name = option.get("name").str();
        let flag = command.flags.iter().copied().chain([flags::GLOBAL]).flatten().find(|f| f.name == name);
        let flag = flag.ok_or_else(|| unknown(name.to_owned()))?;
        if !argv.iter().any(|word| gives(flag, word)) {
            words.push(format!("--{name}={}", option.get("default").str()));
        }
    }
    Ok(words)
}

/// Whether a word gives a flag: also among several letters.
fn gives(flag: &Flag, word: &str) -> bool {
    let long = word.strip_prefix("--").map(|rest| rest.split('=').next().unwrap_or(rest));
    let letters = word.strip_prefix('-').filter(|l| !flag.short.is_empty() && !l.starts_with('-'));
    long == Some(flag.name)
        || letters.is_some_and(|l| l.starts_with(flag.short) || l.bytes().all(|b| b.is_ascii_alphabetic()) && l.contains(flag.short))
}
