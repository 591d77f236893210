//! Reads YAML and JSON as kubectl reads files: several documents, scalars of YAML 1.1, and the position of everything.
//!
//! `serde_yaml` parses YAML 1.2; what it leaves as text is read again by the rules of YAML 1.1. It lends plain and simply quoted scalars as
//! slices of the input. So the place of a slice in the input is the position of the scalar, and the byte before it tells a quoted scalar
//! from a plain one.

use std::cell::{Cell, RefCell};
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, EnumAccess, Error as _, IgnoredAny, MapAccess, SeqAccess, VariantAccess, Visitor};
use thiserror::Error;

use super::{ArcStr, Map, Value};
use crate::base::List as _;
pub use dialect::Words;
use dialect::{number, plain_scalar};
pub use stream::Stream;
use stream::{Chunk, newlines};

/// One document of a file.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// Its content, as JSON values.
    pub value: Value,
    /// The positions of its parts in the whole text.
    pub positions: Positions,
    /// The line of the text at which the document starts, from 1.
    pub first_line: u32,
}

/// The positions of a document's parts: from a path (`spec.containers[0].image`) to line and column, both from 1. They are found by reading
/// the document again, since they are rarely needed.
#[derive(Clone, Debug, Default)]
pub struct Positions {
    text: ArcStr,
    first_line: u32,
}

impl Positions {
    /// The position of the field at `path`, or of its nearest existing parent.
    pub fn find(&self, path: &str) -> Option<(u32, u32)> {
        let text = self.text.as_str();
        let steps = steps(path);
        let best = Cell::new(None);
        // An error ends the search; what was found before it stands.
        let _ = read_first(text, Words::AreBooleans, Some(Search { steps: &steps, best: &best, in_list: false }));
        let (line, column) = line_and_column(text, best.get().or_else(|| first_content(text))?);
        Some((line + self.first_line - 1, column))
    }
}

/// Why a text cannot be read; worded as kubectl words it after `error parsing FILE: `.
#[derive(Clone, Debug, PartialEq, Error)]
#[error("{}{reason}", if *.converts { "error converting YAML to JSON: " } else { "" })]
pub struct DecodeError {
    /// The parser's message: `yaml: line 3: ...`.
    pub reason: String,
    /// Whether the whole message also says that YAML could not be converted to JSON.
    pub converts: bool,
    /// Line in the whole text, from 1, where it is known.
    pub line: Option<u32>,
    /// Column, from 1, where it is known.
    pub column: Option<u32>,
}

/// Every document of `text`; an error where one cannot be read.
pub fn decode_documents(text: &str) -> Result<Vec<Document>, DecodeError> {
    decode_documents_with(text, Words::AreBooleans)
}

/// The same in a dialect of YAML.
pub fn decode_documents_with(text: &str, words: Words) -> Result<Vec<Document>, DecodeError> {
    match stream(text, words) {
        (documents, None) => Ok(documents),
        (_, Some(error)) => Err(error),
    }
}

/// The documents before the first that cannot be read, and the error of that one: what a command sees that acts on each document as it
/// comes.
// Models yaml.YAMLOrJSONDecoder: a text that opens with a brace is JSON until it is not.
pub fn decode_stream(text: &str) -> (Vec<Document>, Option<DecodeError>) {
    stream(text, Words::AreBooleans)
}

fn stream(text: &str, words: Words) -> (Vec<Document>, Option<DecodeError>) {
    let mut documents = Vec::new();
    let error = Stream::default().read(text, words, usize::MAX, &mut documents).err();
    (documents, error)
}

/// One YAML text of one document as a value: what `--patch`, `--overrides` and the like take. The error is go-yaml's:
/// `yaml: line 2: ...`.
pub fn read_value(text: &str) -> Result<Value, DecodeError> {
    dialect::read(text, Words::AreBooleans).map_err(|failure| {
        let error = failure.in_chunk(&Chunk { text, first_line: 1 });
        DecodeError { converts: false, ..error }
    })
}

/// Why a document cannot be read: go-yaml's message, and the place in the document, both from 0.
struct Failure {
    message: String,
    line: Option<u32>,
    column: Option<u32>,
}

impl Failure {
    fn in_chunk(self, chunk: &Chunk<'_>) -> DecodeError {
        DecodeError {
            reason: format!("yaml: {}", self.message),
            converts: true,
            line: self.line.map(|l| l + chunk.first_line),
            column: self.column.map(|c| c + 1),
        }
    }
}

/// Errors of go-yaml's parser; all others of libyaml's come from its scanner.
const PARSER_PROBLEMS: [&str; 9] = [
    "did not find expected key",
    "did not find expected '-' indicator",
    "did not find expected node content",
    "did not find expected ',' or ']'",
    "did not find expected ',' or '}'",
    "did not find expected <document start>",
    "did not find expected <stream-start>",
    "found undefined tag handle",
    "found duplicate",
];

impl From<serde_yaml::Error> for Failure {
    // Models go-yaml's parser.fail: a scanner's line counts from one, a parser's from zero, and line zero is not mentioned.
    fn from(error: serde_yaml::Error) -> Failure {
        let place = error.location();
        let line = place.as_ref().map(|l| l.line().saturating_sub(1) as u32);
        let column = place.as_ref().map(|l| l.column().saturating_sub(1) as u32);
        let text = error.to_string();
        let own = text.split_once(OWN_MARK).map(|(_, own)| own);
        let message = match own {
            Some(own) => own.split(OWN_MARK).next().unwrap_or(own).to_owned(),
            None => {
                let problem = text.split(" at line ").next().unwrap_or(&text);
                let problem = problem.split(" at position ").next().unwrap_or(problem);
                let problem = problem.split(", while ").next().unwrap_or(problem);
                if problem.contains("recursion limit") {
                    TOO_DEEP.to_owned()
                } else if problem.contains("repetition limit") {
                    EXCESSIVE.to_owned()
                } else {
                    let is_parser = PARSER_PROBLEMS.iter().any(|p| problem.starts_with(p));
                    match line {
                        Some(line) if line > 0 => format!("line {}: {problem}", if is_parser { line } else { line + 1 }),
                        _ => problem.to_owned(),
                    }
                }
            }
        };
        Failure { message, line, column }
    }
}

/// Encloses our own messages on their way through serde's errors, which add a path and a place.
const OWN_MARK: char = '\u{1}';
/// How many nodes a text may have, in addition to those that its length allows.
const BUDGET: usize = 1_000_000;
/// How many bytes of a text allow for a node.
const NODE_BYTES: usize = 8;
const EXCESSIVE: &str = "document contains excessive aliasing";
const TOO_DEEP: &str = "exceeded max depth of 10000";
/// How many more brackets and braces a document may open than it closes, texts within it included. The parser looks through all that are
/// open at each token, and allows for far fewer in the end.
const OPEN_MAX: i64 = 10_000;

fn own_error<E: serde::de::Error>(message: impl fmt::Display) -> E {
    E::custom(format!("{OWN_MARK}{message}{OWN_MARK}"))
}

fn read_document(text: &str, words: Words) -> Result<Value, serde_yaml::Error> {
    // There are only spaces and comments.
    // Other blanks than these are text to YAML.
    let bare = |line: &str| matches!(line.trim_start_matches([' ', '\r']).bytes().next(), None | Some(b'#'));
    if text.lines().all(bare) && !text.contains('\t') {
        return Ok(Value::Null);
    }
    if text.starts_with("%YAML ") && !text.starts_with("%YAML 1.1") {
        return Err(own_error("found incompatible YAML document"));
    }
    let opened = text.bytes().scan(0, |open, b| {
        // What closes nothing is part of a text, and makes up for nothing that is opened later.
        *open = (*open + i64::from(matches!(b, b'[' | b'{')) - i64::from(matches!(b, b']' | b'}'))).max(0);
        Some(*open)
    });
    if opened.max() > Some(OPEN_MAX) {
        return Err(own_error(TOO_DEEP));
    }
    read_first(text, words, None)
}

/// The first document only: kubectl splits at the dashes, and go-yaml reads no further.
fn read_first(text: &str, words: Words, search: Option<Search<'_>>) -> Result<Value, serde_yaml::Error> {
    let Some(first) = serde_yaml::Deserializer::from_str(text).next() else { return Ok(Value::Null) };
    let (budget, keys) = (Cell::new(text.len() * 4 + BUDGET), RefCell::new(Vec::new()));
    let reader = Reader { text, budget: &budget, keys: &keys, is_key: false, words, search };
    reader.deserialize(first).map(|node| node.value)
}

/// Builds values; counts what it builds, so that aliases cannot multiply without end.
#[derive(Clone, Copy)]
struct Reader<'a> {
    text: &'a str,
    budget: &'a Cell<usize>,
    keys: &'a RefCell<Vec<ArcStr>>,
    /// Whether it reads a key.
    is_key: bool,
    words: Words,
    /// The path that is sought from here on.
    search: Option<Search<'a>>,
}

/// A value and, if it was lent from the text, its place there.
struct Node {
    value: Value,
    at: Option<usize>,
}

/// Follows a path through a document, and keeps the place of the deepest part that it finds.
#[derive(Clone, Copy)]
struct Search<'a> {
    steps: &'a [Step<'a>],
    best: &'a Cell<Option<usize>>,
    /// An item of a list: its place is that of its first key or its text.
    in_list: bool,
}

impl<'a> Search<'a> {
    /// The search in a part, where that is the next step.
    fn enter(self, part: &Step<'_>) -> Option<Search<'a>> {
        let (step, steps) = self.steps.split_first()?;
        (step == part).then_some(Search { steps, in_list: matches!(part, Step::Index(_)), ..self })
    }

    /// Records the place of a part of the path.
    fn met(self, at: Option<usize>) {
        self.best.set(at.or(self.best.get()));
    }
}

/// A key that JSON cannot have: a list, a map or null.
#[derive(Debug, Error)]
#[error("invalid map key: {0}")]
struct NoKey(String);

/// The value of a `<<` is no map.
#[derive(Debug, Error)]
#[error("map merge requires map or sequence of maps as the value")]
struct NotMergeable;

impl<'a> Reader<'a> {
    fn spend<E: serde::de::Error>(self, bytes: usize) -> Result<(), E> {
        match self.budget.get().checked_sub(1 + bytes / NODE_BYTES) {
            Some(left) => self.budget.set(left),
            None => return Err(own_error(EXCESSIVE)),
        }
        Ok(())
    }

    /// A reader for a part of this.
    fn inside(self, is_key: bool, search: Option<Search<'a>>) -> Reader<'a> {
        Reader { is_key, search, ..self }
    }

    /// JSON's keys are strings, so a number or a boolean becomes its text.
    fn name(self, key: &Value) -> Result<ArcStr, NoKey> {
        match key {
            Value::Str(s) => Ok(self.key(s)),
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => Ok(self.key(&key.to_json())),
            _ => Err(NoKey(go_value(key))),
        }
    }

    /// A key that was met before is shared: names repeat in every object.
    fn key(self, name: &str) -> ArcStr {
        let mut keys = self.keys.borrow_mut();
        match keys.binary_search_by(|k| k.as_str().cmp(name)) {
            Ok(i) => keys[i].clone(),
            Err(i) => {
                let key = ArcStr::from(name);
                if keys.len() < 500 {
                    keys.insert(i, key.clone());
                }
                key
            }
        }
    }
}

fn offset(text: &str, slice: &str) -> Option<usize> {
    let at = (slice.as_ptr() as usize).checked_sub(text.as_ptr() as usize)?;
    (at + slice.len() <= text.len()).then_some(at)
}

fn is_plain(text: &str, at: usize) -> bool {
    let before = &text[..at];
    !before.ends_with(['"', '\'']) && !before.trim_end().ends_with("!!str")
}

impl From<Value> for Node {
    fn from(value: Value) -> Node {
        Node { value, at: None }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Node;
    fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<Node, D::Error> {
        self.spend(0)?;
        d.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Node;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("YAML")
    }
    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(if self.is_key { Value::from("null") } else { Value::Null }.into())
    }
    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Value::Null.into())
    }
    fn visit_bool<E>(self, b: bool) -> Result<Node, E> {
        Ok(Value::Bool(b).into())
    }
    fn visit_i64<E>(self, i: i64) -> Result<Node, E> {
        Ok(Value::Int(i).into())
    }
    fn visit_u64<E>(self, u: u64) -> Result<Node, E> {
        let value = match i64::try_from(u) {
            Ok(i) => Value::Int(i),
            Err(_) if self.is_key => u.to_string().into(),
            Err(_) => Value::Float(u as f64),
        };
        Ok(value.into())
    }
    fn visit_u128<E>(self, u: u128) -> Result<Node, E> {
        Ok(Value::from(u as f64).into())
    }
    fn visit_i128<E>(self, i: i128) -> Result<Node, E> {
        Ok(Value::from(i as f64).into())
    }
    fn visit_f64<E: serde::de::Error>(self, f: f64) -> Result<Node, E> {
        match number(f) {
            None if !self.is_key => Err(own_error(format!("json: unsupported value: {f}"))),
            value => Ok(value.unwrap_or_default().into()),
        }
    }
    fn visit_str<E: serde::de::Error>(self, s: &str) -> Result<Node, E> {
        self.spend(s.len())?;
        Ok(Value::from(s).into())
    }
    fn visit_borrowed_str<E: serde::de::Error>(self, s: &'de str) -> Result<Node, E> {
        self.spend(s.len())?;
        let Some(at) = offset(self.text, s) else { return Ok(Value::from(s).into()) };
        if let Some(search) = self.search
            && (search.in_list || search.steps.is_empty())
        {
            // A quoted scalar starts at its quote.
            search.met(Some(if self.text[..at].ends_with(['"', '\'']) { at - 1 } else { at }));
        }
        Ok(Node { value: if is_plain(self.text, at) { plain_scalar(s, self.words) } else { s.into() }, at: Some(at) })
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        loop {
            let search = self.search.and_then(|s| s.enter(&Step::Index(list.len())));
            let Some(item) = seq.next_element_seed(self.inside(false, search))? else { return Ok(Value::from(list).into()) };
            if search.is_some() {
                // The sought part has been read; stop here.
                return Err(A::Error::custom("found"));
            }
            list.push(item.value);
        }
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let (mut map, mut entries) = (Map::new(), Vec::new());
        let mut first = true;
        while let Some(key) = access.next_key_seed(self.inside(true, None))? {
            let name = self.name(&key.value).map_err(own_error)?;
            if let Some(search) = self.search.filter(|s| s.in_list && first) {
                search.met(key.at);
            }
            first = false;
            let search = self.search.and_then(|s| s.enter(&Step::Key(&name)));
            if let Some(search) = search {
                search.met(key.at);
            }
            let value = access.next_value_seed(self.inside(false, search))?.value;
            if search.is_some() {
                return Err(A::Error::custom("found"));
            }
            if name == "<<" && key.at.is_some_and(|at| is_plain(self.text, at)) {
                map.put_all(std::mem::take(&mut entries));
                merge(&mut map, &value).map_err(own_error)?;
            } else {
                entries.push((name, value));
            }
        }
        map.put_all(entries);
        Ok(Value::from(map).into())
    }
    fn visit_enum<A: EnumAccess<'de>>(self, access: A) -> Result<Node, A::Error> {
        // A custom tag is dropped; a scalar behind it is text.
        let (IgnoredAny, variant) = access.variant()?;
        let value = variant.newtype_variant_seed(self)?.value;
        Ok(match value {
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => Value::from(value.to_json()),
            other => other,
        }
        .into())
    }
}

/// Inserts the members of a `<<`.
fn merge(map: &mut Map, from: &Value) -> Result<(), NotMergeable> {
    let put = |map: &mut Map, from: &Value| {
        for (k, v) in from.entries() {
            map.insert(k.clone(), v.clone());
        }
    };
    match from {
        Value::Map(_) => put(map, from),
        Value::List(list) if list.iter().all(|v| matches!(v, Value::Map(_))) => list.iter().rev().for_each(|v| put(map, v)),
        _ => return Err(NotMergeable),
    }
    Ok(())
}

/// A value as Go prints it with `%#v`: the error of an unquoted `{{ template }}`.
fn go_value(value: &Value) -> String {
    match value {
        Value::Null => "interface {}(nil)".into(),
        Value::Str(s) => format!("{:?}", s.as_str()),
        Value::List(list) => format!("[]interface {{}}{{{}}}", list.iter().map(go_value).list().join(", ")),
        Value::Map(map) => {
            let members: Vec<String> = map.iter().map(|(k, v)| format!("{:?}:{}", k.as_str(), go_value(v))).list();
            format!("map[interface {{}}]interface {{}}{{{}}}", members.join(", "))
        }
        other => other.to_json(),
    }
}

/// One step of a path.
#[derive(Debug, PartialEq)]
enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// Splits `spec.containers[0].image` and `metadata.labels[a.b/c]`.
fn steps(path: &str) -> Vec<Step<'_>> {
    let mut out = Vec::new();
    let mut rest = path;
    while !rest.is_empty() {
        rest = rest.strip_prefix('.').unwrap_or(rest);
        if let Some(inside) = rest.strip_prefix('[') {
            let (name, after) = inside.split_once(']').unwrap_or((inside, ""));
            out.push(name.parse().map_or(Step::Key(name), Step::Index));
            rest = after;
        } else {
            let end = rest.find(['.', '[']).unwrap_or(rest.len());
            if end == 0 {
                break;
            }
            out.push(Step::Key(&rest[..end]));
            rest = &rest[end..];
        }
    }
    out
}

fn first_content(text: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_start();
        if !content.is_empty() && !content.starts_with('#') && !line.starts_with("---") {
            return Some(at + line.len() - content.len());
        }
        at += line.len();
    }
    None
}

/// Line and column of a byte, both from 1; columns count characters.
fn line_and_column(text: &str, at: usize) -> (u32, u32) {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |i| i + 1);
    (1 + newlines(before), 1 + before[line_start..].chars().count() as u32)
}

mod dialect;
mod stream;
#[cfg(test)]
#[path = "yaml_tests.rs"]
mod tests;
