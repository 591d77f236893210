//! `-f`: files, directories and standard input as streams of objects.

use thiserror::Error;

use super::config::no_answer;
use super::context::{Context, Invocation};
use super::error::{CliError, fail};
use super::host::{FileError, Files};
use super::kustomize;
use super::output::to_yaml;
use crate::api::decode::{WrongType, json_kind, wrong_type};
use crate::api::yaml::{DecodeError, Document, decode_stream};
use crate::api::{Object, Value, kinds};
use crate::base::regex::Regex;
use crate::base::{List as _, is_url};
use crate::obj;
use crate::server::FileKind;

/// Directories deeper than this are not looked into.
const DEPTH_MAX: usize = 32;

/// A text that objects are read from.
#[derive(Clone, Debug)]
pub struct Source {
    /// As errors name it: a path, or `STDIN`.
    pub name: String,
    /// What it says.
    pub text: String,
}

/// What a directory's kustomization makes, as text.
fn kustomized(cx: &mut Context<'_, '_>, directory: &str) -> Result<String, CliError> {
    Ok(kustomization(cx, directory)?.iter().map(to_yaml).list().join("---\n"))
}

/// The objects that a directory's kustomization makes.
pub fn kustomization(cx: &mut Context<'_, '_>, directory: &str) -> Result<Vec<Value>, CliError> {
    let unrestricted = cx.flags().text("load-restrictor") == "LoadRestrictionsNone";
    let mut warnings = Vec::new();
    let built = kustomize::build(cx.host.files, &cx.inv.env.cwd, directory, unrestricted, &mut warnings);
    warnings.into_iter().for_each(|line| cx.out.errln(line));
    let built = built.map_err(|e| CliError::Message(e.to_string()))?;
    if !built.unused.is_empty() {
        cx.klog("I", "log.go:244", &["well-defined vars that were never replaced: ", &built.unused.join(",")].concat());
    }
    Ok(built.objects)
}

/// Reads what `-f` and `-k` name; why a kustomization cannot be built is said by itself.
pub fn sources(cx: &mut Context<'_, '_>, errors: &mut Vec<CliError>, unbuildable: &mut Option<CliError>) -> Vec<Source> {
    let flags = cx.flags();
    let mut sources = Vec::new();
    if flags.given("kustomize") {
        let directory = flags.text("kustomize");
        let (named, recursive) = (flags.given("filename"), flags.is_on("recursive"));
        if named {
            errors.push(CliError::Message("only one of -f or -k can be specified".into()));
        }
        if recursive {
            errors.push(CliError::Message("the -k flag can't be used with -f or -R".into()));
        }
        if !named && !recursive {
            match kustomized(cx, directory) {
                Ok(text) => sources.push(Source { name: directory.into(), text }),
                Err(error) => *unbuildable = Some(error),
            }
        }
        return sources;
    }
    let mut input = None;
    for path in flags.list("filename") {
        match path.as_str() {
            path if descriptor(path).is_some_and(|fd| cx.host.files.is_open(fd)) => {
                let name = if path == "-" { "STDIN" } else { path };
                // What was read once is at its end.
                let bytes = if input.is_none() { cx.stdin.bytes } else { &[] };
                if input.replace(descriptor(path)).is_some_and(|first| first != descriptor(path)) {
                    errors.push(CliError::Message(format!("error reading [{path}]: {}", FileError::SecondPipe)));
                }
                if path == "-" && sources.iter().any(|s| s.name == name) {
                    errors.push(CliError::Message("standard input cannot be used for multiple arguments".into()));
                }
                sources.push(Source { name: name.into(), text: String::from_utf8_lossy(bytes).into_owned() });
            }
            url if is_url(url) => match cx.host.files.fetch(url) {
                Some(page) => sources.push(Source { name: url.into(), text: String::from_utf8_lossy(&page).into_owned() }),
                None => errors.push(no_answer(url)),
            },
            path => match expand(cx.host.files, path, goes_down(cx)) {
                Ok(found) => sources.extend(found),
                Err(error) => errors.push(error),
            },
        }
    }
    sources
}

/// Whether directories are read with those in them.
fn goes_down(cx: &Context<'_, '_>) -> bool {
    cx.flags().switch_or("recursive", matches!(cx.inv.path.as_str(), "kubectl wait" | "kubectl set selector"))
}

/// The texts that `-f` names and that are here: nothing is asked of the web for them, and what is wrong is left to be found later.
pub fn texts(cx: &Context<'_, '_>) -> Vec<String> {
    let mut texts = Vec::new();
    for path in cx.flags().list("filename") {
        if descriptor(path).is_some() {
            texts.push(String::from_utf8_lossy(cx.stdin.bytes).into_owned());
        } else if !is_url(path) {
            texts.extend(expand(cx.host.files, path, goes_down(cx)).unwrap_or_default().into_iter().map(|source| source.text));
        }
    }
    texts
}

/// The descriptor all of whose input must be there before a command begins.
pub fn awaited(inv: &Invocation) -> Option<u32> {
    let of_args = inv.path == "kubectl set env" && inv.args.iter().chain(inv.flags.list("env")).any(|a| a == "-");
    let named = inv.flags.list("filename").iter().find_map(|path| descriptor(path)).or(of_args.then_some(0));
    let others = ["from-file", "from-env-file", "patch-file", "cert", "key", "certificate-authority", "client-certificate", "client-key"]
        .iter()
        .flat_map(|flag| inv.flags.list(flag));
    named.or_else(|| others.map(|source| source.split_once('=').map_or(source.as_str(), |(_, path)| path)).find_map(piped))
}

/// The descriptor that a path stands for.
fn piped(path: &str) -> Option<u32> {
    descriptor(path).filter(|_| path != "-")
}

/// Reads a file, or what the path of a descriptor stands for.
pub fn read(cx: &Context<'_, '_>, path: &str) -> Result<Vec<u8>, FileError> {
    match piped(path) {
        None => cx.host.files.read(path),
        Some(fd) if !cx.host.files.is_open(fd) => Err(FileError::NotFound),
        found if found == awaited(cx.inv) => Ok(cx.stdin.bytes.to_vec()),
        _ => Err(FileError::SecondPipe),
    }
}

/// The descriptor that a name stands for: standard input, or what bash hands over for `<(...)`.
pub fn descriptor(path: &str) -> Option<u32> {
    match path {
        "-" | "/dev/stdin" => Some(0),
        _ => path.strip_prefix("/dev/fd/")?.parse().ok(),
    }
}

fn expand(files: &dyn Files, path: &str, recursive: bool) -> Result<Vec<Source>, CliError> {
    match files.read(path) {
        Ok(bytes) => Ok(vec![Source { name: path.into(), text: String::from_utf8_lossy(&bytes).into_owned() }]),
        Err(FileError::IsADirectory) => {
            let mut found = Vec::new();
            walk(files, path.trim_end_matches('/'), recursive, 0, &mut found);
            if found.is_empty() {
                return fail(format!("error reading [{path}]: recognized file extensions are [.json .yaml .yml]"));
            }
            Ok(found)
        }
        Err(FileError::NotFound | FileError::NotADirectory) => {
            let matches = if path.contains(['*', '?', '[']) { matching(files, path) } else { Vec::new() };
            if matches.is_empty() {
                return fail(format!("the path {path:?} does not exist"));
            }
            matches.iter().try_fold(Vec::new(), |all, path| Ok([all, expand(files, path, recursive)?].concat()))
        }
        Err(FileError::PermissionDenied) => fail(format!("the path {path:?} cannot be accessed: permission denied")),
        Err(error @ (FileError::TooLarge | FileError::SecondPipe)) => fail(format!("error reading [{path}]: {error}")),
    }
}

/// Paths that a pattern may match.
const MATCHES_MAX: usize = 5_000;

/// The paths that a pattern matches which the shell left as it was.
// Models Go's filepath.Glob, to which names that begin with a dot are like others.
fn matching(files: &dyn Files, pattern: &str) -> Vec<String> {
    let mut found = vec![if pattern.starts_with('/') { "/".to_owned() } else { String::new() }];
    for part in pattern.split('/').filter(|part| !part.is_empty()) {
        let within = |base: &String| match base.as_str() {
            "" if part.contains(['*', '?', '[']) => matching_names(files, ".", part),
            base if part.contains(['*', '?', '[']) => matching_names(files, base, part),
            _ => vec![part.to_owned()],
        };
        let slash = |base: &str| if base.is_empty() || base.ends_with('/') { "" } else { "/" };
        let next = found.iter().flat_map(|base| within(base).into_iter().map(move |name| format!("{base}{}{name}", slash(base))));
        found = next.take(MATCHES_MAX).list();
    }
    found.retain(|path| !matches!(files.read(path), Err(FileError::NotFound | FileError::NotADirectory)));
    found
}

/// The names in a directory that a pattern matches.
fn matching_names(files: &dyn Files, directory: &str, pattern: &str) -> Vec<String> {
    let (mut text, mut in_class) = (String::from("^"), false);
    for c in pattern.chars() {
        match c {
            '*' if !in_class => text += ".*",
            '?' if !in_class => text.push('.'),
            '[' | ']' => {
                in_class = c == '[';
                text.push(c);
            }
            c if c.is_ascii_punctuation() && !in_class && c != '\\' => text.extend(['\\', c]),
            c => text.push(c),
        }
    }
    let Ok(regex) = Regex::go(&(text + "$")) else { return Vec::new() };
    files.list(directory).unwrap_or_default().into_iter().filter(|name| regex.is_match(name)).list()
}

fn walk(files: &dyn Files, path: &str, recursive: bool, depth: usize, found: &mut Vec<Source>) {
    for name in files.list(path).unwrap_or_default() {
        // As Go's filepath.Join: the current directory leaves no trace.
        let inner = if path == "." { name.clone() } else { format!("{path}/{name}") };
        match files.read(&inner) {
            Ok(bytes) if [".json", ".yaml", ".yml"].iter().any(|e| name.ends_with(e)) => {
                found.push(Source { name: inner, text: String::from_utf8_lossy(&bytes).into_owned() });
            }
            // As Go's filepath.Walk: what is linked to is not gone into.
            Err(FileError::IsADirectory)
                if recursive && depth < DEPTH_MAX && matches!(files.look_at(&inner), Ok((FileKind::Directory, _))) =>
            {
                walk(files, &inner, recursive, depth + 1, found);
            }
            _ => {}
        }
    }
}

/// The objects of a text, lists taken apart (each with whether it was in a list), and what is wrong with it; `read` is what is known of it
/// already.
// Models resource.StreamVisitor with the FlattenListVisitor behind it.
pub fn objects(
    source: &Source,
    validate: bool,
    read: Option<(Vec<Document>, Option<DecodeError>)>,
) -> Vec<Result<(Value, bool), CliError>> {
    let name = &source.name;
    let (documents, broken) = read.unwrap_or_else(|| decode_stream(&source.text));
    let mut found = Vec::new();
    for document in documents {
        let value = document.value;
        if value.is_null() {
            continue;
        }
        if validate && let Some(wrong) = wrong_shape(&value) {
            found.push(fail(invalid(name, &wrong)));
            return found;
        }
        match check(&value) {
            Err(wrong) => found.push(fail(format!("unable to decode {name:?}: {wrong}"))),
            Ok(()) if matches!(value.get("items"), Value::List(_)) => {
                // The items are read together.
                if let Some(odd) = value.get("items").items().iter().find(|i| !matches!(i, Value::Map(_) | Value::Null)) {
                    let wrong = format!("{UNMARSHAL} {} into Go value of type map[string]interface {{}}", json_kind(odd));
                    found.push(fail(format!("unable to decode {name:?}: {wrong}")));
                    continue;
                }
                for item in value.get("items").items() {
                    let item = with_list_kind(item, &value);
                    found.push(
                        check(&item)
                            .map(|()| (item, true))
                            .map_err(|wrong| CliError::Message(format!("unable to decode {name:?}: {wrong}"))),
                    );
                }
            }
            Ok(()) => found.push(Ok((value, false))),
        }
    }
    if let Some(error) = broken {
        found.push(fail(format!("error parsing {name}: {error}")));
    }
    found
}

/// What is said of a text that does not pass the client-side check, or is not held against anything.
pub fn invalid(name: &str, wrong: &str) -> String {
    format!(
        "error validating {name:?}: error validating data: {wrong}; if you choose to ignore these errors, turn validation off with --validate=false"
    )
}

/// An item of a `PodList` may leave out its kind; of what has items and is called no list, it is of the same kind.
fn with_list_kind(item: &Value, list: &Value) -> Value {
    let mut item = item.clone();
    if item.kind().is_empty()
        && let kind = list.kind().strip_suffix("List").unwrap_or(list.kind())
        && !kind.is_empty()
    {
        item.set(&["kind"], kind);
        item.set(&["apiVersion"], list.api_version());
    }
    item
}

/// What the client-side check finds.
// Models schemaValidation.ValidateBytes.
pub fn wrong_shape(value: &Value) -> Option<String> {
    let mut wrong = Vec::new();
    collect_wrong(value, &mut wrong);
    (!wrong.is_empty()).then(|| CliError::Many(wrong.into_iter().map(CliError::Message).list()).to_string())
}

fn collect_wrong(value: &Value, wrong: &mut Vec<String>) {
    const INVALID: &str = "invalid object to validate";
    let Value::Map(map) = value else { return wrong.push(INVALID.into()) };
    let before = wrong.len();
    for (member, unset, odd) in
        [("apiVersion", "apiVersion not set", "apiVersion isn't string type"), ("kind", "kind not set", "kind isn't string type")]
    {
        match map.get(member) {
            None | Some(Value::Null) => wrong.push(unset.into()),
            Some(Value::Str(text)) if text.is_empty() => wrong.push(unset.into()),
            Some(Value::Str(_)) => {}
            Some(_) => wrong.push(odd.into()),
        }
    }
    if wrong.len() > before {
        return;
    }
    if !names_version(value) {
        wrong.push(format!("unexpected GroupVersion string: {}", value.api_version()));
    } else if value.kind() == "List" && value.api_version() == "v1" {
        match value.get("items") {
            Value::List(items) => items.iter().for_each(|item| collect_wrong(item, wrong)),
            _ => wrong.push(INVALID.into()),
        }
    }
}

/// Whether a version is one of a group, or none.
// Models schema.ParseGroupVersion.
fn names_version(value: &Value) -> bool {
    value.api_version().matches('/').count() <= 1
}

/// Why something is no object, in the words of Go's decoder.
#[derive(Debug, Error)]
enum NoObject {
    /// It has no members.
    #[error("json: cannot unmarshal {0} into Go value of type unstructured.detector")]
    NoMap(&'static str),
    /// It names no kind, or no version of one.
    #[error("Object 'Kind' is missing in '{0}'")]
    NoKind(String),
    /// Its version, its metadata or a member of that is something else.
    #[error("{0}")]
    Member(WrongType),
}

const UNMARSHAL: &str = "json: cannot unmarshal";
const METADATA: &str = "into Go struct field metadataOnlyObject";

/// What every object must be: its kind is named and its metadata has the right types.
fn check(value: &Value) -> Result<(), NoObject> {
    let Value::Map(map) = value else {
        return Err(NoObject::NoMap(json_kind(value)));
    };
    if value.kind().is_empty() || !names_version(value) {
        return Err(NoObject::NoKind(value.to_json()));
    }
    if let Some(odd) = map.get("apiVersion").filter(|v| !matches!(v, Value::Str(_) | Value::Null)) {
        return Err(NoObject::Member(format!("{UNMARSHAL} {} {METADATA}.TypeMeta.apiVersion of type string", json_kind(odd)).into()));
    }
    match map.get("metadata") {
        None | Some(Value::Null) => Ok(()),
        // All kinds have the same metadata.
        Some(metadata @ Value::Map(_)) => {
            wrong_type(kinds::NAMESPACE, &obj!({"metadata": metadata.clone()})).map_or(Ok(()), |wrong| Err(NoObject::Member(wrong)))
        }
        Some(other) => Err(NoObject::Member(format!("{UNMARSHAL} {} {METADATA}.metadata of type v1.ObjectMeta", json_kind(other)).into())),
    }
}
