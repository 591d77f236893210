//! What a command acts on: the objects that its arguments, selectors and files name. Words and order of errors are those of cli-runtime's
//! resource builder.

use super::context::Context;
use super::error::{CliError, fail};
use super::files;
use super::legacy;
use super::manifests::Manifest;
use super::rest_mapper::{kinds_asked, kinds_of, mapping, require_kind, split_types};
use crate::api::decode::served_version;
use crate::api::selector::LabelSelector;
use crate::api::{KindRef, Object, Status, Value, kinds, quote};
use crate::base::List as _;
use crate::server::ListOptions;

/// One object that a command acts on.
#[derive(Clone, Debug)]
pub struct Info {
    /// Its kind.
    pub kind: KindRef,
    /// Its namespace; empty for kinds that have none.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// The file it came from; empty where it came from the server.
    pub source: String,
    /// The version that the file gives it; empty where it came from the server.
    pub version: &'static str,
    /// The object, as in the file or as fetched; null where it was not fetched.
    pub object: Value,
}

impl Info {
    /// Of an object from the server.
    pub fn of(kind: KindRef, object: Value) -> Info {
        Info { kind, namespace: object.namespace().into(), name: object.name().into(), source: String::new(), version: "", object }
    }

    /// The group, version and plural as Go prints them: `apps/v1, Resource=deployments`.
    pub fn resource_text(kind: KindRef) -> String {
        format!("{}/{}, Resource={}", kind.group, kind.version, kind.plural)
    }

    /// The group, version and kind as Go prints them: `apps/v1, Kind=Deployment`.
    pub fn kind_text(kind: KindRef) -> String {
        format!("{}/{}, Kind={}", kind.group, kind.version, kind.kind)
    }
}

/// How to look.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Read `-f`, `-R`.
    pub files: bool,
    /// Files are checked for `kind` and `apiVersion` first, as where there is `--validate`.
    pub validate: bool,
    /// `-l`.
    pub selector: Option<String>,
    /// `--field-selector`.
    pub field_selector: Option<String>,
    /// `--all`.
    pub all: bool,
    /// `-A`.
    pub all_namespaces: bool,
    /// A type alone means all of that type.
    pub allow_empty_selector: bool,
    /// Fetch what is named; objects of files are replaced by what the server has.
    pub latest: bool,
    /// Do not ask the server for what is named.
    pub no_fetch: bool,
    /// The files' objects are taken as they are, without the server.
    pub local: bool,
    /// `--subresource`: what is fetched is a part of each object.
    pub subresource: String,
}

impl Query {
    /// What most commands take: files, `-l`, `--field-selector`, `--all`, `-A`.
    pub fn of(cx: &Context<'_, '_>) -> Query {
        let flags = cx.flags();
        let set = |name: &str| flags.get(name).filter(|v| !v.is_empty()).map(str::to_owned);
        Query {
            files: true,
            selector: set("selector"),
            field_selector: set("field-selector"),
            allow_empty_selector: flags.is_on("all"),
            all_namespaces: flags.is_on("all-namespaces"),
            subresource: flags.text("subresource").to_owned(),
            latest: true,
            ..Query::default()
        }
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Objects and errors, in the order they came up.
    pub items: Vec<Result<Info, CliError>>,
    /// Whether one object was asked for.
    pub single: bool,
    /// The kinds that were looked through, also where nothing was found.
    pub kinds: Vec<KindRef>,
    /// Whether lists were asked for.
    pub listed: bool,
    /// Whether files were read.
    pub from_files: bool,
}

impl From<Vec<Info>> for Found {
    fn from(infos: Vec<Info>) -> Found {
        Found { items: infos.into_iter().map(Ok).list(), ..Found::default() }
    }
}

impl Found {
    /// The objects, where there were no errors.
    pub fn into_infos(self) -> Result<Vec<Info>, CliError> {
        let (infos, errors) = self.split();
        CliError::check(errors)?;
        Ok(infos)
    }

    /// The same with the errors of reading files as those of commands that collect them once more.
    pub fn aggregated(mut self) -> Found {
        if self.from_files {
            self.items = self.items.into_iter().map(|item| item.map_err(|error| CliError::Many(vec![error]))).list();
        }
        self
    }

    /// The same, where there were none.
    pub fn checked(self) -> Result<Found, CliError> {
        if self.items.iter().all(Result::is_ok) { Ok(self) } else { self.into_infos().map(|_| Found::default()) }
    }

    /// The objects, and the errors.
    pub fn split(self) -> (Vec<Info>, Vec<CliError>) {
        let (mut infos, mut visit) = (Vec::new(), Visit::of(self));
        visit.next(usize::MAX, &mut |info, _| {
            infos.push(info);
            Ok(())
        });
        (infos, visit.errors())
    }
}

/// What is done to object after object of those that were found.
///
/// Errors are kept in the order they came up, but those of reading files come last, as an aggregate.
// Models how ContinueOnErrorVisitor and EagerVisitorList hand errors on.
#[derive(Clone, Debug)]
pub struct Visit {
    /// What is left, the next one last.
    left: Vec<Result<Info, CliError>>,
    from_files: bool,
    errors: Vec<CliError>,
    late: Vec<CliError>,
}

impl Visit {
    /// Of all that was found.
    pub fn of(found: Found) -> Visit {
        let mut left = found.items;
        left.reverse();
        Visit { left, from_files: found.from_files, errors: Vec::new(), late: Vec::new() }
    }

    /// Does it for the next `count`; says whether there are more.
    pub fn next(&mut self, count: usize, act: &mut dyn FnMut(Info, &mut Vec<CliError>) -> Result<(), CliError>) -> bool {
        for _ in 0..count {
            match self.left.pop() {
                None => break,
                Some(Ok(info)) => {
                    let done = act(info, &mut self.errors);
                    self.errors.extend(done.err());
                }
                Some(Err(error)) if self.from_files => self.late.push(error),
                Some(Err(error)) => self.errors.push(error),
            }
        }
        !self.left.is_empty()
    }

    /// What went wrong.
    pub fn errors(self) -> Vec<CliError> {
        let mut errors = self.errors;
        errors.extend(CliError::aggregate(self.late).err());
        errors
    }
}

const MIXED: &str = "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'";

/// What is said where nothing was named.
pub const MISSING: &str = "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

/// What the arguments name.
#[derive(Default)]
struct Arguments {
    tuples: Vec<(String, String)>,
    types: String,
    names: Vec<String>,
}

fn read_arguments(args: &[String]) -> Result<Arguments, CliError> {
    let mut args: Vec<String> = args.to_vec();
    if args.len() >= 2 {
        let types = split_types(&args[0]);
        if types.len() > 1 {
            args = types.iter().flat_map(|t| args[1..].iter().map(move |n| format!("{t}/{n}"))).list();
        }
    }
    let with_slash = args.iter().filter(|a| a.contains('/')).count();
    if with_slash == 0 {
        let mut args = args.into_iter();
        return Ok(Arguments { types: args.next().unwrap_or_default(), names: args.list(), tuples: Vec::new() });
    }
    if with_slash != args.len() {
        return fail(MIXED);
    }
    let mut tuples = Vec::new();
    for arg in &args {
        let parts: Vec<&str> = arg.split('/').list();
        match parts.as_slice() {
            [kind, name] if !name.is_empty() && split_types(kind).len() == 1 => tuples.push(((*kind).to_owned(), (*name).to_owned())),
            [_, _] => return fail("arguments in resource/name form must have a single resource and name"),
            _ => return fail("arguments in resource/name form may not have more than one slash"),
        }
    }
    Ok(Arguments { tuples, ..Arguments::default() })
}

/// Looks for what the command line names.
pub fn find(cx: &mut Context<'_, '_>, query: &Query, args: &[String]) -> Result<Found, CliError> {
    let mut errors = Vec::new();
    // A kustomization is built only when it is looked at.
    let unbuilt = query.files && !args.is_empty() && cx.flags().given("kustomize") && !cx.flags().given("filename");
    let mut unbuildable = None;
    let paths: Vec<files::Source> = if query.files && !unbuilt { files::sources(cx, &mut errors, &mut unbuildable) } else { Vec::new() };
    let arguments = read_arguments(args).unwrap_or_else(|e| {
        errors.push(e);
        Arguments::default()
    });
    if query.all && (query.selector.is_some() || query.field_selector.is_some()) {
        errors.push(CliError::Message("setting 'all' parameter but found a non empty selector. ".into()));
    }
    CliError::check(errors)?;
    if let Some(error) = unbuildable {
        return Ok(Found { items: vec![Err(error)], single: true, from_files: true, ..Found::default() });
    }
    let named = !arguments.names.is_empty();
    let empty_selector = query.all || (query.allow_empty_selector && !arguments.types.is_empty() && !named);
    let selected = query.selector.is_some() || query.field_selector.is_some() || empty_selector;
    if unbuilt || !paths.is_empty() {
        if !arguments.types.is_empty() {
            return fail("when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well");
        }
        if !arguments.tuples.is_empty() {
            return fail("resource/name arguments cannot be provided when a path is specified");
        }
        return from_files(cx, query, &paths);
    }
    // An unset variable of a script, say.
    if args.first().is_some_and(String::is_empty) {
        require_kind(cx.host.api, "")?;
    }
    if selected {
        if named {
            return fail("name cannot be provided when a selector is specified");
        }
        if !arguments.tuples.is_empty() {
            return fail("selectors and the all flag cannot be used when passing resource/name arguments");
        }
        if arguments.types.is_empty() {
            return fail("at least one resource must be specified to use a selector");
        }
        let kinds = kinds_asked(cx, &arguments.types)?;
        return by_selector(cx, query, kinds);
    }
    if !arguments.tuples.is_empty() {
        let single = arguments.tuples.len() == 1;
        let mut wanted = Vec::new();
        for (kind, name) in arguments.tuples {
            wanted.push((require_kind(cx.host.api, &kind)?, name));
        }
        return by_name(cx, query, wanted, single);
    }
    if named {
        let kinds = kinds_asked(cx, &arguments.types)?;
        let [kind] = kinds.as_slice() else { return fail("you must specify only one resource") };
        let single = arguments.names.len() == 1;
        return by_name(cx, query, arguments.names.into_iter().map(|n| (*kind, n)).list(), single);
    }
    if !arguments.types.is_empty() {
        kinds_of(cx.host.api, &arguments.types)?;
        return fail("resource(s) were provided, but no name was specified");
    }
    fail(MISSING)
}

/// Whether the command reads objects into Go's types.
fn reads_types(cx: &Context<'_, '_>) -> bool {
    let mut words = cx.inv.path.split(' ').skip(1);
    match words.next() {
        Some("attach" | "debug" | "exec" | "expose" | "logs" | "port-forward" | "rollout" | "set") => true,
        Some("auth") => words.next() == Some("reconcile"),
        Some("create") => words.next() == Some("job"),
        _ => false,
    }
}

/// What is said of a kind that kubectl is not built with, where a command reads objects into Go's types: those of
/// CustomResourceDefinitions, and the definitions themselves.
// Models what becomes of resource.Builder.WithScheme.
fn unregistered(cx: &Context<'_, '_>, kind: KindRef, name: &str) -> Result<(), CliError> {
    if !reads_types(cx)
        || kind.custom.is_none() && !matches!(kind.group, "apiextensions.k8s.io" | "apiregistration.k8s.io" | "metrics.k8s.io")
    {
        return Ok(());
    }
    let version = kind.api_version();
    fail(format!("no kind {name:?} is registered for version {version:?} in scheme \"pkg/scheme/scheme.go:28\""))
}

fn by_selector(cx: &mut Context<'_, '_>, query: &Query, kinds: Vec<KindRef>) -> Result<Found, CliError> {
    let options = ListOptions {
        label_selector: query.selector.clone().unwrap_or_default(),
        field_selector: query.field_selector.clone().unwrap_or_default(),
    };
    let namespace = cx.namespace();
    if !query.subresource.is_empty() {
        return fail("subresource cannot be used when bulk resources are specified");
    }
    let mut found = Found { kinds: kinds.clone(), listed: true, ..Found::default() };
    for kind in kinds {
        let within = (!query.all_namespaces).then_some(namespace.as_str());
        match cx.list(kind, within, &options).and_then(|list| unregistered(cx, kind, &kind.list_kind()).map(|()| list)) {
            Ok(objects) => found.items.extend(objects.into_iter().map(|o| Ok(Info::of(kind, o)))),
            Err(error) => {
                // Of several lists those count that came.
                if found.kinds.len() > 1 {
                    found.kinds.retain(|k| *k != kind);
                }
                found.items.push(Err(about_list(error, kind, &options)));
            }
        }
    }
    Ok(found)
}

/// Says which list it was.
// Models resource.Selector.Visit.
pub fn about_list(error: CliError, kind: KindRef, options: &ListOptions) -> CliError {
    let CliError::Status(mut status) = error else { return error };
    if !matches!(status.reason, "BadRequest" | "NotFound") {
        return CliError::Status(status);
    }
    let resource = Info::resource_text(kind);
    status.message = if options.label_selector.is_empty() && options.field_selector.is_empty() {
        format!("Unable to list {resource:?}: {}", status.message)
    } else {
        format!(
            "Unable to find {resource:?} that match label selector {}, field selector {}: {}",
            quote(&options.label_selector),
            quote(&options.field_selector),
            status.message
        )
    };
    CliError::Status(status)
}

fn by_name(cx: &mut Context<'_, '_>, query: &Query, wanted: Vec<(KindRef, String)>, single: bool) -> Result<Found, CliError> {
    if query.all_namespaces && wanted.iter().any(|(k, _)| k.namespaced) {
        return fail("a resource cannot be retrieved by name across all namespaces");
    }
    let current = cx.namespace();
    let mut found = Found { single, kinds: wanted.iter().map(|(k, _)| *k).list(), ..Found::default() };
    for (kind, name) in wanted {
        let namespace = if kind.namespaced { current.clone() } else { String::new() };
        let mut info = Info { kind, namespace, name, source: String::new(), version: "", object: Value::Null };
        if query.no_fetch {
            found.items.push(Ok(info));
            continue;
        }
        let fetched = match query.subresource.as_str() {
            "" => fetch(cx, &mut info),
            name if !cx.host.api.has_subresource(kind, name) => Err(Status::no_subresource(kind, &info.name).into()),
            name => fetch(cx, &mut info).and_then(|()| part(cx, name, &mut info)),
        };
        found.items.push(fetched.map(|()| info));
    }
    Ok(found)
}

/// GETs the object. Where it is not there, a namespace that is not there either is the better answer.
// Models resource.Info.Get.
pub fn fetch(cx: &mut Context<'_, '_>, info: &mut Info) -> Result<(), CliError> {
    match cx.get(info.kind, &info.namespace, &info.name) {
        Ok(object) => {
            info.object = object;
            unregistered(cx, info.kind, info.kind.kind)
        }
        Err(error) if error.is_not_found() && !matches!(info.namespace.as_str(), "" | "default") => {
            let namespaces = kinds::NAMESPACE;
            match cx.host.api.peek(namespaces, "", &info.namespace) {
                Some(_) => Err(error),
                None => Err(Status::not_found(namespaces, &info.namespace).into()),
            }
        }
        Err(error) => Err(error),
    }
}

/// Puts the subresource in a fetched object's place; other than a scale, it is the object itself.
fn part(cx: &Context<'_, '_>, subresource: &str, info: &mut Info) -> Result<(), CliError> {
    if subresource == "scale" {
        info.object = cx.host.api.scale(info.kind, &info.namespace, &info.name)?;
    }
    Ok(())
}

/// The objects of a text that no file holds.
pub fn from_text(cx: &mut Context<'_, '_>, query: &Query, name: &str, text: &str) -> Result<Found, CliError> {
    from_files(cx, query, &[files::Source { name: name.to_owned(), text: text.to_owned() }])
}

fn from_files(cx: &mut Context<'_, '_>, query: &Query, paths: &[files::Source]) -> Result<Found, CliError> {
    // Of one file one object was asked for, even if it holds several, but not of a pipe.
    let single = paths.len() == 1 && paths[0].name != "STDIN";
    let mut found = Found { single, from_files: true, ..Found::default() };
    let parse = |text: &String| {
        LabelSelector::parse(text).map_err(|e| CliError::Message(format!("the provided selector {text:?} is not valid: {e}")))
    };
    let selector = query.selector.as_ref().map(parse).transpose()?;
    for path in paths {
        let read = Manifest::take(&mut cx.session.manifests, &path.text);
        // What is wrong with the items of a list is one error.
        let mut of_list = Vec::new();
        for item in files::objects(path, query.validate, read) {
            let listed = matches!(item, Ok((_, true)));
            let upgraded = |object| if cx.inv.legacy { legacy::upgrade(object) } else { object };
            let prepared = item.and_then(|(object, listed)| prepare(cx, query, path, upgraded(object), listed));
            let prepared = match prepared {
                // Only `get` does nothing more with what has no name.
                Ok(info) if info.name.is_empty() && cx.inv.path == "kubectl get" => Ok(info),
                Ok(mut info) if query.latest && !query.local => fetch(cx, &mut info).map(|()| info),
                other => other,
            };
            match prepared {
                // The labels are those of what was fetched.
                Ok(info) if selector.as_ref().is_some_and(|s| !s.matches(info.object.labels())) => {}
                Err(error) if listed => of_list.push(error),
                other => {
                    found.kinds.extend(other.as_ref().ok().map(|info| info.kind));
                    found.items.push(other);
                }
            }
        }
        found.items.extend(CliError::aggregate(of_list).err().map(Err));
    }
    Ok(found)
}

/// What becomes of an object that leaves out its version: kubectl takes it for one of the core group, and asks at a path that has none.
fn without_version(cx: &Context<'_, '_>, source: &str, object: &Value) -> CliError {
    if reads_types(cx) {
        return CliError::Message(format!("unable to decode {source:?}: Object 'apiVersion' is missing in '{}'", object.to_json()));
    }
    let nothing = CliError::from(Status::no_such_resource());
    match cx.inv.path.as_str() {
        "kubectl create" | "kubectl apply" => nothing.with_source("creating", source),
        "kubectl delete" => nothing.with_source("deleting", source),
        "kubectl describe" => mapping(cx.host.api, "v1", object.kind()).map_or(nothing, |k| Status::not_found(k, object.name()).into()),
        _ => nothing,
    }
}

/// Finds the kind of an object from a file and puts it into its namespace.
fn prepare(cx: &Context<'_, '_>, query: &Query, path: &files::Source, mut object: Value, listed: bool) -> Result<Info, CliError> {
    let source = path.name.clone();
    let (api_version, kind_name) = (object.api_version().to_owned(), object.kind().to_owned());
    if api_version.is_empty() && !listed && mapping(cx.host.api, "v1", &kind_name).is_some() {
        return Err(without_version(cx, &source, &object));
    }
    let Some(kind) = mapping(cx.host.api, &api_version, &kind_name) else {
        let unknown = format!("no matches for kind {kind_name:?} in version {api_version:?}");
        // The items of a list are looked up elsewhere, and their errors are always several.
        if listed {
            return Err(CliError::NoResource(format!("unable to recognize {unknown}")));
        }
        return fail(format!(
            "resource mapping not found for name: {:?} namespace: {:?} from {source:?}: {unknown}\nensure CRDs are installed first",
            object.name(),
            object.namespace()
        ));
    };
    unregistered(cx, kind, kind.kind).map_err(|e| CliError::Message(format!("unable to decode {source:?}: {e}")))?;
    let mut namespace = String::new();
    if kind.namespaced {
        namespace = cx.namespace();
        let own = object.namespace();
        if own.is_empty() {
            if query.all_namespaces && query.latest && !query.local {
                return fail(format!("no namespace set on resource {} {:?}", Info::resource_text(kind), object.name()));
            }
            if !query.local {
                object.set(&["metadata", "namespace"], namespace.as_str());
            }
        } else if cx.session.enforce_namespace && own != namespace {
            return fail(format!(
                "the namespace from the provided object {own:?} does not match the namespace {namespace:?}. You must pass '--namespace={own}' to perform this operation."
            ));
        } else {
            namespace = own.to_owned();
        }
    }
    let version = served_version(kind, &object);
    Ok(Info { kind, namespace, name: object.name().into(), source, version, object })
}
