//! Flags: tables of what a command takes, and reading a command line by them (pflag's rules and words).

use thiserror::Error;

use crate::api::go_duration::{self, GoDurationError};
use crate::base::{Duration, SortedMap};

/// Why a command line cannot be read, in pflag's words.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FlagError {
    /// Three dashes, or two before an equals sign: the word.
    #[error("bad flag syntax: {0}")]
    BadSyntax(String),
    /// The command has no flag of this name.
    #[error("unknown flag: --{0}")]
    Unknown(String),
    /// The command has no flag of this letter, which stands in `word`.
    #[error("unknown shorthand flag: '{letter}' in -{word}")]
    UnknownShorthand {
        /// The letter.
        letter: char,
        /// The letters from there on.
        word: String,
    },
    /// The last word is a flag that takes a value.
    #[error("flag needs an argument: --{0}")]
    NeedsArgument(String),
    /// The last word ends with the letter of a flag that takes a value.
    #[error("flag needs an argument: '{0}' in -{0}")]
    ShorthandNeedsArgument(char),
    /// A value that the flag does not take.
    #[error("invalid argument {value:?} for {flag:?} flag: {why}")]
    Invalid {
        /// What was given.
        value: String,
        /// The flag as errors name it.
        flag: String,
        /// What is wrong with the value.
        why: ValueError,
    },
}

/// What is wrong with a flag's value.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ValueError {
    /// Not one of Go's words for true and false.
    #[error("strconv.ParseBool: parsing {0:?}: invalid syntax")]
    Bool(String),
    /// Not an integer.
    #[error("strconv.ParseInt: parsing {0:?}: invalid syntax")]
    Int(String),
    /// An integer of more bits than the flag has.
    #[error("strconv.ParseInt: parsing {0:?}: value out of range")]
    OutOfRange(String),
    /// Not a duration.
    #[error(transparent)]
    Duration(#[from] GoDurationError),
    /// Not what it should be, whatever that is.
    #[error("parse error")]
    Parse,
    /// Not keys with values.
    #[error("malformed pair, expect string=string")]
    Pair,
}

/// What a flag takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FlagKind {
    /// Nothing, or `=true`.
    Bool,
    /// Text.
    Text,
    /// An integer of 64 bits.
    Int,
    /// An integer of 32 bits.
    Int32,
    /// As in `1m30s`.
    Duration,
    /// Several, separated by commas or by giving the flag again.
    List,
    /// Several, by giving the flag again; commas stay.
    Array,
    /// Keys with values, separated by commas or by giving the flag again.
    Pairs,
}

/// One flag of a command.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// Without the dashes.
    pub name: &'static str,
    /// The one-letter form; empty where there is none.
    pub short: &'static str,
    /// What it takes.
    pub kind: FlagKind,
    /// What it means without a value, where it can stand without.
    pub bare: Option<&'static str>,
    /// Why it should no longer be used.
    pub deprecated: &'static str,
}

const fn flag(name: &'static str, short: &'static str, kind: FlagKind) -> Flag {
    Flag { name, short, kind, bare: None, deprecated: "" }
}

/// A flag that is on or off.
pub const fn switch(name: &'static str, short: &'static str) -> Flag {
    Flag { bare: Some("true"), ..flag(name, short, FlagKind::Bool) }
}

/// A flag with text.
pub const fn text(name: &'static str, short: &'static str) -> Flag {
    flag(name, short, FlagKind::Text)
}

/// A flag with text that may stand without, and what it then means.
pub const fn text_or(name: &'static str, bare: &'static str) -> Flag {
    Flag { bare: Some(bare), ..flag(name, "", FlagKind::Text) }
}

/// A flag with an integer.
pub const fn int(name: &'static str, short: &'static str) -> Flag {
    flag(name, short, FlagKind::Int)
}

/// A flag with an integer of 32 bits.
pub const fn int32(name: &'static str, short: &'static str) -> Flag {
    flag(name, short, FlagKind::Int32)
}

/// A flag with a duration.
pub const fn duration(name: &'static str) -> Flag {
    flag(name, "", FlagKind::Duration)
}

/// A flag with a list.
pub const fn list(name: &'static str, short: &'static str) -> Flag {
    flag(name, short, FlagKind::List)
}

/// A flag to be given several times.
pub const fn array(name: &'static str, short: &'static str) -> Flag {
    flag(name, short, FlagKind::Array)
}

/// A flag with keys and values.
pub const fn pairs(name: &'static str) -> Flag {
    flag(name, "", FlagKind::Pairs)
}

/// A flag that should no longer be used, and why.
pub const fn deprecated(of: Flag, why: &'static str) -> Flag {
    Flag { deprecated: why, ..of }
}

/// Flags that every command takes.
pub const GLOBAL: &[Flag] = &[
    text("namespace", "n"),
    text("context", ""),
    text("cluster", ""),
    text("user", ""),
    text("kubeconfig", ""),
    text("server", "s"),
    text("token", ""),
    text("as", ""),
    array("as-group", ""),
    text("as-uid", ""),
    array("as-user-extra", ""),
    text("cache-dir", ""),
    text("certificate-authority", ""),
    text("client-certificate", ""),
    text("client-key", ""),
    switch("disable-compression", ""),
    switch("insecure-skip-tls-verify", ""),
    text("kuberc", ""),
    duration("log-flush-frequency"),
    switch("match-server-version", ""),
    text("password", ""),
    text("profile", ""),
    text("profile-output", ""),
    text("request-timeout", ""),
    text("storage-driver-buffer-duration", ""),
    text("tls-server-name", ""),
    text("username", ""),
    int("v", "v"),
    text("vmodule", ""),
    switch("warnings-as-errors", ""),
    switch("help", "h"),
];

/// `-f`, `-R`, `-k`.
pub const FILENAME: &[Flag] = &[list("filename", "f"), text("kustomize", "k"), switch("recursive", "R")];
/// `-f` alone, of folders without what is below them.
pub const FILES: &[Flag] = &[list("filename", "f")];
/// `-f`, and `-R`, which is on where it is not turned off.
pub const FOLDERS: &[Flag] = &[list("filename", "f"), switch("recursive", "R")];
/// `-o` and what belongs to templates.
pub const PRINT: &[Flag] =
    &[text("output", "o"), text("template", ""), switch("allow-missing-template-keys", ""), switch("show-managed-fields", "")];
/// `--dry-run`.
pub const DRY_RUN: &[Flag] = &[text_or("dry-run", "unchanged")];
/// What commands that write take.
pub const WRITE: &[Flag] = &[text("field-manager", "")];
/// `--validate`.
pub const VALIDATE: &[Flag] = &[text_or("validate", "strict")];
/// `--save-config`.
pub const SAVE_CONFIG: &[Flag] = &[switch("save-config", "")];
/// `--record`, which is still accepted.
pub const RECORD: &[Flag] = &[deprecated(switch("record", ""), "--record will be removed in the future")];
/// `-l`.
pub const SELECTOR: &[Flag] = &[text("selector", "l")];
/// `--field-selector`.
pub const FIELD_SELECTOR: &[Flag] = &[text("field-selector", "")];
/// `--all`.
pub const ALL: &[Flag] = &[switch("all", "")];
/// `-A`.
pub const ALL_NAMESPACES: &[Flag] = &[switch("all-namespaces", "A")];
/// `--local`.
pub const LOCAL: &[Flag] = &[switch("local", "")];

/// What was given on a command line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Flags {
    values: SortedMap<&'static str, Vec<String>>,
    /// Deprecated flags that were used, with what is printed about them.
    pub deprecations: Vec<String>,
    /// Each flag as ` --name=value`, in the order they were given.
    pub typed: String,
}

/// A command line, read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// The flags.
    pub flags: Flags,
    /// What is no flag.
    pub args: Vec<String>,
    /// How many of `args` came before `--`, where there was one.
    pub dash: Option<usize>,
}

impl Flags {
    /// Whether the flag was given.
    pub fn given(&self, name: &str) -> bool {
        self.values.get(name).is_some_and(|values| !values.is_empty())
    }

    /// Whether the flag stands on the command line, even with an empty list.
    pub fn changed(&self, name: &str) -> bool {
        self.values.contains_key(name)
    }

    /// The flag's text where it was given.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.last().map(String::as_str)
    }

    /// The flag's text; empty where it was not given.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or("")
    }

    /// Whether a switch is on.
    pub fn is_on(&self, name: &str) -> bool {
        self.switch_or(name, false)
    }

    /// Whether a switch is on that has this default.
    pub fn switch_or(&self, name: &str, default: bool) -> bool {
        self.get(name).map_or(default, |v| parse_bool(v).unwrap_or(default))
    }

    /// The integer that was given.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(|v| parse_int(v).ok())
    }

    /// The duration that was given, in microseconds; negative ones are possible.
    pub fn duration_micros(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(|text| go_duration::parse_nanos(text).ok()).map(|nanos| nanos / 1000)
    }

    /// The duration that was given; `None` where none was or it is zero or less.
    pub fn positive_duration(&self, name: &str) -> Option<Duration> {
        self.duration_micros(name).filter(|us| *us > 0).map(|us| Duration::from_micros(us.unsigned_abs()))
    }

    /// All values of a flag.
    pub fn list(&self, name: &str) -> &[String] {
        self.values.get(name).map_or(&[], Vec::as_slice)
    }

    fn set(&mut self, flag: &Flag, value: &str) -> Result<(), FlagError> {
        // One of the log's own flags, which Go's library reads.
        let of_log = |why| if flag.name == "log-flush-frequency" { ValueError::Parse } else { why };
        check(flag.kind, value).map_err(of_log).map_err(|why| FlagError::Invalid { value: value.into(), flag: shown(flag), why })?;
        if !flag.deprecated.is_empty() && !self.given(flag.name) {
            self.deprecations.push(format!("Flag --{} has been deprecated, {}", flag.name, flag.deprecated));
        }
        self.typed += &format!(" --{}={value}", flag.name);
        let slot = self.values.entry(flag.name).or_default();
        match flag.kind {
            FlagKind::List | FlagKind::Pairs => slot.extend(split_commas(value)),
            // No directory and no path are as good as no flag.
            _ if matches!(flag.name, "kustomize" | "raw") && value.is_empty() => slot.clear(),
            FlagKind::Array => slot.push(value.to_owned()),
            _ => *slot = vec![value.to_owned()],
        }
        Ok(())
    }
}

/// Holds a value against what a flag takes.
fn check(kind: FlagKind, value: &str) -> Result<(), ValueError> {
    match kind {
        FlagKind::Bool => parse_bool(value).map(|_| ()).ok_or_else(|| ValueError::Bool(value.into())),
        FlagKind::Int | FlagKind::Int32 => match parse_int(value)? {
            n if kind == FlagKind::Int32 && i32::try_from(n).is_err() => Err(ValueError::OutOfRange(value.into())),
            _ => Ok(()),
        },
        FlagKind::Duration => Ok(go_duration::parse_nanos(value).map(|_| ())?),
        FlagKind::Pairs if !value.is_empty() && !value.split(',').all(|pair| pair.contains('=')) => Err(ValueError::Pair),
        FlagKind::Text | FlagKind::List | FlagKind::Array | FlagKind::Pairs => Ok(()),
    }
}

/// Reads what follows a command's name.
pub fn parse(words: &[String], tables: &[&[Flag]]) -> Result<Parsed, FlagError> {
    let all = || tables.iter().copied().chain([GLOBAL]).flatten();
    let mut parsed = Parsed::default();
    let mut i = 0;
    while i < words.len() {
        let word = words[i].as_str();
        i += 1;
        if word == "--" {
            parsed.dash = Some(parsed.args.len());
            parsed.args.extend_from_slice(&words[i..]);
            break;
        }
        if let Some(long) = word.strip_prefix("--") {
            let (name, value) = long.split_once('=').map_or((long, None), |(n, v)| (n, Some(v)));
            if name.is_empty() || name.starts_with('-') {
                return Err(FlagError::BadSyntax(word.into()));
            }
            let flag = all().find(|f| f.name == name).ok_or_else(|| FlagError::Unknown(name.into()))?;
            let value = match (value, flag.bare) {
                (Some(v), _) => v,
                (None, Some(bare)) => bare,
                (None, None) => {
                    let Some(next) = words.get(i) else { return Err(FlagError::NeedsArgument(name.into())) };
                    i += 1;
                    next
                }
            };
            parsed.flags.set(flag, value)?;
        } else if word.len() > 1 && word.starts_with('-') {
            let mut rest = &word[1..];
            while let Some(c) = rest.chars().next() {
                let letter = &rest[..c.len_utf8()];
                let after = &rest[c.len_utf8()..];
                let unknown = || FlagError::UnknownShorthand { letter: c, word: rest.into() };
                let flag = all().find(|f| f.short == letter).ok_or_else(unknown)?;
                let value = if let Some(v) = after.strip_prefix('=').filter(|v| !v.is_empty()) {
                    rest = "";
                    v
                } else if let Some(bare) = flag.bare {
                    rest = after;
                    bare
                } else if !after.is_empty() {
                    rest = "";
                    after
                } else {
                    let Some(next) = words.get(i) else { return Err(FlagError::ShorthandNeedsArgument(c)) };
                    i += 1;
                    rest = "";
                    next
                };
                parsed.flags.set(flag, value)?;
            }
        } else {
            parsed.args.push(word.to_owned());
        }
    }
    Ok(parsed)
}

/// How errors name a flag: `-w, --watch`.
fn shown(flag: &Flag) -> String {
    if flag.short.is_empty() { format!("--{}", flag.name) } else { format!("-{}, --{}", flag.short, flag.name) }
}

/// Where the command's name stands: the first word that is neither a flag nor a flag's value.
// Models cobra's stripFlags.
pub fn command_position(words: &[String], tables: &[&[Flag]]) -> Option<usize> {
    let takes_value = |name: &str, long: bool| {
        let known = tables.iter().copied().chain([GLOBAL]).flatten().find(|f| if long { f.name == name } else { f.short == name });
        known.is_none_or(|f| f.bare.is_none())
    };
    let mut i = 0;
    while i < words.len() {
        let word = words[i].as_str();
        if word == "--" {
            return None;
        }
        if let Some(long) = word.strip_prefix("--") {
            if !long.contains('=') && takes_value(long, true) {
                i += 1;
            }
        } else if word.len() > 1 && word.starts_with('-') {
            if !word.contains('=') && word.len() == 2 && takes_value(&word[1..], false) {
                i += 1;
            }
        } else if !word.is_empty() && word != "-" {
            return Some(i);
        }
        i += 1;
    }
    None
}

/// Splits at commas; a part in double quotes keeps its commas (as a line of CSV).
fn split_commas(text: &str) -> Vec<String> {
    if text.is_empty() {
        return Vec::new();
    }
    let mut parts = vec![String::new()];
    let mut quoted = false;
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => parts.push(String::new()),
            c => parts.last_mut().expect("never empty").push(c),
        }
    }
    parts
}

fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

fn parse_int(text: &str) -> Result<i64, ValueError> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(ValueError::Int(text.into()));
    }
    text.parse().map_err(|_| ValueError::OutOfRange(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    const TABLE: &[Flag] =
        &[int32("max", ""), text("output", "o"), switch("watch", "w"), list("filename", "f"), int("replicas", "r"), duration("timeout")];

    #[test]
    fn reads_every_form() {
        for line in ["-o yaml x", "-oyaml x", "-o=yaml x", "--output yaml x", "--output=yaml x", "x -o yaml"] {
            let p = parse(&words(line), &[TABLE]).expect("fine");
            assert_eq!((p.flags.text("output"), p.args.as_slice()), ("yaml", ["x".to_owned()].as_slice()), "{line}");
        }
        let p = parse(&words("-wo yaml -f a,b -f c --timeout=1m30s -n ns a -- -x --y"), &[TABLE]).expect("fine");
        assert!(p.flags.is_on("watch"));
        assert_eq!(p.flags.list("filename"), ["a", "b", "c"]);
        assert_eq!(p.flags.duration_micros("timeout"), Some(90_000_000));
        assert_eq!((p.args.len(), p.dash), (3, Some(1)));
    }

    #[test]
    fn says_what_pflag_says() {
        for (line, want) in [
            ("--foo", "unknown flag: --foo"),
            ("-w=", "unknown shorthand flag: '=' in -="),
            ("-wzo", "unknown shorthand flag: 'z' in -zo"),
            ("-wo", "flag needs an argument: 'o' in -o"),
            ("-r=", "invalid argument \"=\" for \"-r, --replicas\" flag: strconv.ParseInt: parsing \"=\": invalid syntax"),
            ("-z", "unknown shorthand flag: 'z' in -z"),
            ("-n", "flag needs an argument: 'n' in -n"),
            ("--output", "flag needs an argument: --output"),
            ("--watch=maybe", "invalid argument \"maybe\" for \"-w, --watch\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax"),
            ("-r abc", "invalid argument \"abc\" for \"-r, --replicas\" flag: strconv.ParseInt: parsing \"abc\": invalid syntax"),
            (
                "--max=4294967296",
                "invalid argument \"4294967296\" for \"--max\" flag: strconv.ParseInt: parsing \"4294967296\": value out of range",
            ),
            ("--timeout=5", "invalid argument \"5\" for \"--timeout\" flag: time: missing unit in duration \"5\""),
            ("--timeout=abc", "invalid argument \"abc\" for \"--timeout\" flag: time: invalid duration \"abc\""),
        ] {
            assert_eq!(parse(&words(line), &[TABLE]).expect_err("wrong").to_string(), want);
        }
    }

    #[test]
    fn finds_the_command() {
        assert_eq!(command_position(&words("-n x get pods"), &[]), Some(2));
        assert_eq!(command_position(&words("--namespace=x get"), &[]), Some(1));
        assert_eq!(command_position(&words("--foo get pods"), &[]), Some(2));
        assert_eq!(command_position(&words("-n"), &[]), None);
    }
}
