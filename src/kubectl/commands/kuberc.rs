//! `kubectl kuberc`: the file of preferences.

use crate::api::yaml::decode_documents;
use crate::api::{Value, aggregate};
use crate::base::List as _;
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, array, switch, text};
use crate::kubectl::host::{FileError, Step};
use crate::kubectl::output::to_yaml;
use crate::kubectl::preferences;
use crate::kubectl::printing::object_printer;
use crate::obj;

/// `kubectl kuberc`.
pub static COMMAND: Command = Command {
    usage: "SUBCOMMAND [options]",
    ..Command::group(
        "kuberc",
        "Manage kuberc configuration files",
        "Manage user preferences (kuberc) file.\n\n The kuberc file allows you to customize your kubectl experience.",
        &[&SET, &VIEW],
    )
};

static VIEW: Command =
    Command { usage: "[options]", flags: &[FILE, flags::PRINT], ..Command::new("view", "Display the current kuberc configuration", view) };

const FILE: &[Flag] = &[text("kuberc", "")];
const SET_FLAGS: &[Flag] = &[
    text("section", ""),
    text("command", ""),
    text("name", ""),
    text("policy", ""),
    array("option", ""),
    array("prependarg", ""),
    array("appendarg", ""),
    array("allowlist-entry", ""),
    switch("overwrite", ""),
];
static SET: Command = Command {
    usage: "--section (defaults|aliases) --command COMMAND [options]",
    flags: &[FILE, SET_FLAGS],
    required: &["section"],
    ..Command::new("set", "Set values in the kuberc configuration", set)
};

/// The file, and whether somebody named it.
fn file(cx: &Context<'_, '_>) -> Result<(String, bool), CliError> {
    preferences::file(&cx.inv.env, cx.flags().text("kuberc"))
        .map_err(|e| CliError::Message(e.to_string()))?
        .ok_or_else(|| CliError::Message("KUBERC is disabled via KUBERC=off environment variable".into()))
}

/// What the file holds; none where there is no file.
fn read(cx: &Context<'_, '_>, path: &str) -> Result<Option<Value>, CliError> {
    let bytes = match cx.host.files.read(path) {
        Ok(bytes) => bytes,
        Err(FileError::NotFound) => return Ok(None),
        Err(error) => return fail(format!("error reading kuberc file: open {path}: {error}")),
    };
    let documents =
        decode_documents(&String::from_utf8_lossy(&bytes)).map_err(|e| CliError::Message(format!("error parsing kuberc file: {e}")))?;
    Ok(Some(documents.into_iter().next().map(|d| d.value).unwrap_or_default()))
}

fn view(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (path, is_named) = file(cx)?;
    let Some(mut preferences) = read(cx, &path)? else {
        if is_named {
            return fail(format!("kuberc file not found at {path}"));
        }
        cx.out.outln(format!("kuberc file not found at {path}"));
        cx.out.out("Would you like to generate a default kuberc file with recommended options? (y/N): ");
        return Offering { path }.resume(cx);
    };
    for list in ["aliases", "defaults"] {
        if preferences.get(list).is_null() {
            preferences.set(&[list], Value::from(Vec::<Value>::new()));
        }
    }
    match object_printer(cx)? {
        Some(mut printer) => printer.print(&preferences, cx.out)?,
        None => cx.out.out(to_yaml(&preferences)),
    }
    Ok(Flow::Done)
}

/// An offer to write a file, where there is none.
#[derive(Clone, Debug)]
pub struct Offering {
    path: String,
}

impl Offering {
    /// Goes on when there is an answer.
    pub fn resume(self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let Some(answer) = cx.stdin.first_line() else {
            return Ok(Flow::Wait(Task::Offering(self), Step::WaitStdin(None)));
        };
        if !answer.trim().eq_ignore_ascii_case("y") {
            return Ok(Flow::Done);
        }
        let preferences = obj!({
            "aliases": null, "apiVersion": "kubectl.config.k8s.io/v1beta1",
            "defaults": [
                {"command": "apply", "options": [{"default": "true", "name": "server-side"}]},
                {"command": "delete", "options": [{"default": "true", "name": "interactive"}]}
            ],
            "kind": "Preference"
        });
        save(cx, &self.path, &preferences)
    }
}

fn save(cx: &mut Context<'_, '_>, path: &str, preferences: &Value) -> Result<Flow, CliError> {
    if cx.host.files.write(path, to_yaml(preferences).as_bytes()).is_err() {
        return fail(format!("failed to write kuberc file: open {path}: permission denied"));
    }
    cx.out.outln(format!("Updated {path}"));
    Ok(Flow::Done)
}

// Models SetOptions.Validate.
fn check(cx: &Context<'_, '_>) -> Result<(), CliError> {
    let flags = cx.flags();
    let (section, policy) = (flags.text("section"), flags.text("policy"));
    let (arguments, entries) = (flags.given("prependarg") || flags.given("appendarg"), flags.given("allowlist-entry"));
    let wrong = match section {
        "defaults" | "aliases" | "credentialplugin" => match (section, policy) {
            ("aliases", _) if flags.text("name").is_empty() => "--name is required when --section=aliases",
            ("defaults", _) if !flags.text("name").is_empty() => "--name should not be specified when --section=defaults",
            ("defaults", _) if arguments => "--prependarg and --appendarg are only valid for --section=aliases",
            ("defaults" | "aliases", _) if flags.text("command").is_empty() => {
                "--command is required when --section=aliases or --section=defaults"
            }
            ("defaults" | "aliases", _) => return Ok(()),
            (_, "") => "--policy is required when --section=credentialplugin",
            (_, "AllowAll" | "DenyAll") if entries => {
                "--allowlist-entry may only be used when --section=credentialplugin and --policy=Allowlist"
            }
            (_, "Allowlist") if !entries => "--allowlist-entry is required when --section=credentialplugin and --policy=Allowlist",
            (_, "AllowAll" | "DenyAll" | "Allowlist") => return Ok(()),
            _ => return fail(format!(" --policy must be  \"AllowAll\", \"DenyAll\", or \"Allowlist\", got: {policy}")),
        },
        other => return fail(format!("--section must be \"defaults\", \"aliases\", or \"credentialplugin\", got: {other}")),
    };
    fail(wrong)
}

/// The programs that may be asked for credentials.
// Models getAllowlistEntries.
fn allowed(entries: &[String]) -> Result<Vec<Value>, CliError> {
    let (mut allowed, mut errors) = (Vec::new(), Vec::new());
    for entry in entries.iter().flat_map(|e| e.split(',')) {
        match entry.split_once('=') {
            None => errors.push(format!("improperly formatted allowlist entry: {entry:?}")),
            Some(("name", _)) => errors.push("allowlist entry field \"name\" is deprecated, use \"command\" instead".into()),
            Some(("command", value)) if value.trim().is_empty() => {
                errors.push("empty value in allowlist entry for field \"command\"".into());
            }
            Some(("command", value)) => allowed.push(obj!({"command": value})),
            Some((field, _)) => errors.push(format!("unrecognized allowlist entry field: {field:?}")),
        }
    }
    if errors.is_empty() { Ok(allowed) } else { fail(aggregate(&errors)) }
}

fn set(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (path, _) = file(cx)?;
    check(cx)?;
    let empty = obj!({"aliases": null, "apiVersion": "kubectl.config.k8s.io/v1beta1", "defaults": null, "kind": "Preference"});
    let mut preferences = read(cx, &path)?.filter(|p| !p.is_null()).unwrap_or(empty);
    let flags = cx.flags();
    let mut options = Vec::new();
    for option in flags.list("option") {
        let Some((name, value)) = option.split_once('=') else {
            return fail(format!("invalid option format {option:?}, expected flag=value"));
        };
        options.push(obj!({"default": value, "name": name.trim_start_matches('-')}));
    }
    let (section, command) = (flags.text("section"), flags.text("command"));
    if section == "credentialplugin" {
        if flags.given("allowlist-entry") {
            preferences.set(&["credentialPluginAllowlist"], allowed(flags.list("allowlist-entry"))?);
        }
        preferences.set(&["credentialPluginPolicy"], flags.text("policy"));
    } else {
        let (key, name) = if section == "aliases" { ("name", flags.text("name")) } else { ("command", command) };
        let list = preferences.get_mut(section).list_mut();
        let at = list.iter().position(|entry| entry.get(key).str() == name);
        if at.is_some() && !flags.is_on("overwrite") {
            return fail(match key {
                "name" => format!("alias {name:?} already exists, use --overwrite to replace"),
                _ => format!("defaults for command {name:?} already exist, use --overwrite to replace"),
            });
        }
        let mut entry = at.map_or_else(Value::map, |i| list[i].clone());
        entry.set(&["command"], command);
        if key == "name" {
            entry.set(&["name"], name);
            for (flag, member) in [("prependarg", "prependArgs"), ("appendarg", "appendArgs")] {
                if flags.given(flag) {
                    entry.set(&[member], flags.list(flag).iter().map(|a| Value::from(a.as_str())).list());
                }
            }
        }
        if !options.is_empty() || (key == "command" && entry.get("options").is_null()) {
            entry.set(&["options"], options);
        }
        match at {
            Some(i) => list[i] = entry,
            None => list.push(entry),
        }
    }
    save(cx, &path, &preferences)
}
