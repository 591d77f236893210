//! `kubectl patch`.

use crate::api::decode::json_kind;
use crate::api::go_json::{self, JsonError};
use crate::api::yaml::{DecodeError, decode_documents};
use crate::api::{Status, Value, quote};
use crate::base::Case as _;
use crate::kubectl::checks::check;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, text};
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, find};
use crate::server::{JsonPatchError, Patch, Subresource, json_patch_by_client, merge_patch, strategic_merge_patch};

const OWN: &[Flag] = &[text("patch", "p"), text("patch-file", ""), text("type", ""), text("subresource", "")];

/// `kubectl patch`.
pub static COMMAND: Command = Command {
    usage: "(-f FILENAME | TYPE NAME) [-p PATCH|--patch-file FILE] [options]",
    flags: &[flags::FILENAME, flags::PRINT, flags::DRY_RUN, flags::RECORD, flags::LOCAL, flags::WRITE, OWN],
    ..Command::new("patch", "Update fields of a resource", run)
};

/// What a JSON patch makes of an object without the server.
// Models getPatchedJSON and how its outcome is read.
fn patched_here(object: &Value, patch: &Value) -> Result<Value, CliError> {
    let patched = json_patch_by_client(object, patch).map_err(|error| {
        CliError::Message(match error {
            JsonPatchError::MissingKey(key) => format!("Object to be patched is missing field ({key}: missing value)"),
            other => other.to_string(),
        })
    })?;
    match patched {
        Value::Map(_) => Ok(patched),
        other => fail(format!("json: cannot unmarshal {} into Go value of type unstructured.detector", json_kind(&other))),
    }
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    let (inline, file) = (flags.text("patch"), flags.text("patch-file"));
    if !inline.is_empty() && !file.is_empty() {
        return fail("cannot specify --patch and --patch-file together");
    }
    if inline.is_empty() && file.is_empty() {
        return fail("must specify --patch or --patch-file containing the contents of the patch");
    }
    let local = flags.is_on("local");
    if local && !cx.args().is_empty() {
        return fail("cannot specify --local and server resources");
    }
    check(cx)?;
    let given = flags.get("type").unwrap_or("strategic");
    let ty = given.lower();
    if !matches!(ty.as_str(), "json" | "merge" | "strategic") {
        return fail(format!("--type must be one of [json merge strategic], not {given:?}"));
    }
    let sub = flags.text("subresource");
    let mut reporter = Reporter::late(cx)?.without_suffix();
    let dry_run = cx.dry_run()?;
    let text = if file.is_empty() {
        inline.to_owned()
    } else {
        crate::kubectl::printing::read_text(cx, file)
            .map_err(|e| CliError::Message(format!("unable to read patch file: open {file}: {e}")))?
    };
    // A patch that came from a file is not quoted: kubectl has its option's text at hand alone.
    let content = parse(&text).map_err(|e| CliError::Message(format!("unable to parse {}: {}", quote(inline), e.reason)))?;
    let query = Query { local, latest: false, ..Query::of(cx) };
    let found = find(cx, &query, cx.args())?;
    if found.items.is_empty() {
        return fail("no objects passed to patch");
    }
    let sub = sub.to_owned();
    found.in_parts(cx, move |cx, info, _| {
        let value = match &content {
            Ok(value) => value.clone(),
            // The server finds out that it is no JSON.
            Err(why) => return Err(Status::bad_request(why.to_string()).into()),
        };
        let patch = match ty.as_str() {
            "json" => Patch::Json(value),
            "merge" => Patch::Merge(value),
            _ => Patch::Strategic(value),
        };
        let patched = if dry_run == DryRun::Client || local {
            match &patch {
                Patch::Json(p) => patched_here(&info.object, p),
                Patch::Strategic(_) if info.kind.custom.is_some() => {
                    let kind = Info::kind_text(info.kind);
                    fail(format!("strategic merge patch is not supported for {kind} locally, try --type merge"))
                }
                Patch::Strategic(p) => strategic_merge_patch(info.kind, &info.object, p).map_err(|s| CliError::Message(s.into_message())),
                Patch::Merge(p) => {
                    let mut object = info.object.clone();
                    merge_patch(&mut object, p);
                    Ok(object)
                }
            }
        } else {
            let part = subresource(cx, &info, &sub)?;
            let options = cx.write_options(dry_run)?;
            cx.patch(info.kind, &info.namespace, &info.name, &patch, part, &options).map_err(|error| match error {
                CliError::Status(s) if s.reason == "UnsupportedMediaType" => {
                    let patch_type = if ty == "json" { "json" } else { "strategic-merge" };
                    let kind = Info::kind_text(info.kind);
                    CliError::Message(format!("application/{patch_type}-patch+json is not supported by {kind}: {}", s.message))
                }
                other => other,
            })
        };
        let mut object = patched?;
        // Of a scale, which looks different from its object, the version tells.
        let version = |o: &Value| o.at(&["metadata", "resourceVersion"]).clone();
        let same = match sub.as_str() {
            "scale" => dry_run == DryRun::None && version(&object) == version(&info.object),
            _ => object == info.object,
        };
        let done = if same { "patched (no change)" } else { "patched" };
        if dry_run != DryRun::Client && !local {
            record_after(cx, &info, &mut object, dry_run)?;
        }
        let object = super::get::as_asked(cx, &info, object);
        reporter.begin_anew();
        reporter.report(done, &object, cx.out)
    })
}

/// `--record` where it takes a patch of its own, after what the command did. If it is refused, nothing is said.
pub fn record_after(cx: &mut Context<'_, '_>, info: &Info, object: &mut Value, dry_run: DryRun) -> Result<(), CliError> {
    let mut patch = Value::map();
    cx.record(&mut patch);
    if !patch.is_empty() {
        let options = cx.write_options(dry_run)?;
        let recorded = cx.patch(info.kind, &info.namespace, &info.name, &Patch::Merge(patch), Subresource::None, &options);
        *object = recorded.unwrap_or(std::mem::take(object));
    }
    Ok(())
}

/// `--subresource`, where the object's kind has it.
pub fn subresource(cx: &Context<'_, '_>, info: &Info, name: &str) -> Result<Subresource, CliError> {
    match name {
        "" => Ok(Subresource::None),
        _ if !cx.host.api.has_subresource(info.kind, name) => Err(Status::no_subresource(info.kind, &info.name).into()),
        "scale" => Ok(Subresource::Scale),
        "resize" => Ok(Subresource::Resize),
        "ephemeralcontainers" => Ok(Subresource::EphemeralContainers),
        _ => Ok(Subresource::Status),
    }
}

/// A patch is JSON where it begins as an object does, YAML otherwise. What only looks like JSON goes to the server as it is.
// Models yaml.ToJSON.
fn parse(text: &str) -> Result<Result<Value, JsonError>, DecodeError> {
    if text.trim_start().starts_with('{') {
        return Ok(go_json::read(text));
    }
    let documents = decode_documents(text)?;
    Ok(Ok(documents.into_iter().next().map(|d| d.value).unwrap_or_default()))
}
