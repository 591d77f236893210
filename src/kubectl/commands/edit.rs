//! `kubectl edit`, and what opens an editor the same way: `create --edit`, `apply edit-last-applied`.

use crate::api::well_known::LAST_APPLIED;
use crate::api::yaml::decode_documents;
use crate::api::{Object, Value};
use crate::base::List as _;
use crate::kubectl::command::{Command, Flow, Task};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::files::wrong_shape;
use crate::kubectl::flags::{self, Flag, switch, text};
use crate::kubectl::host::{Ended, Step};
use crate::kubectl::last_applied;
use crate::kubectl::output::{go_syntax, to_json, to_yaml, typed_list, without_managed_fields};
use crate::kubectl::patcher::{patch_of, three_way_patch};
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, find, from_text};
use crate::server::{Patch, Subresource};

const OWN: &[Flag] = &[switch("output-patch", ""), switch("windows-line-endings", ""), text("subresource", "")];

/// `kubectl edit`.
pub static COMMAND: Command = Command {
    usage: "(RESOURCE/NAME | -f FILENAME) [options]",
    flags: &[flags::FILENAME, flags::PRINT, flags::VALIDATE, flags::SAVE_CONFIG, flags::RECORD, flags::WRITE, OWN],
    ..Command::new("edit", "Edit a resource on the server", run)
};

/// What stands at the top of the text.
const HEADER: &str = "# Please edit the object below. Lines beginning with a '#' will be ignored,\n\
                      # and an empty file will abort the edit. If an error occurs while saving this file will be\n\
                      # reopened with the relevant failures.\n#\n";
/// The same of `edit-last-applied`.
const HEADER_LAST_APPLIED: &str = "# Please edit the 'last-applied-configuration' annotations below.\n\
                                   # Lines beginning with a '#' will be ignored, and an empty file will abort the edit.\n#\n";

/// What becomes of the edited objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// The server's are patched.
    Patch,
    /// They are created.
    Create,
    /// They are noted as what was applied last.
    LastApplied,
}

/// An edit while the editor is open.
// Models editor.EditOptions.Run.
#[derive(Clone, Debug)]
pub struct Editing {
    mode: Mode,
    /// The objects in the editor.
    infos: Vec<Info>,
    /// Those that come after them, the next one last.
    later: Vec<Info>,
    reporter: Reporter,
    json: bool,
    /// What the editor showed at first.
    original: String,
    /// What was saved last.
    edited: String,
    /// Whether it has to be edited again, and why.
    failed: bool,
    reasons: Vec<String>,
    /// The file in the editor, and the one before it.
    path: String,
    kept: Option<String>,
}

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let args = cx.args();
    let only_type = args.len() == 1 && !args[0].contains('/') && !cx.flags().given("filename");
    let query = Query { allow_empty_selector: only_type, ..Query::of(cx) };
    let infos = find(cx, &query, args)?.into_infos()?;
    if infos.is_empty() {
        return fail("edit cancelled, no objects found");
    }
    start(cx, Mode::Patch, infos)
}

/// Opens the editor with these objects.
pub fn start(cx: &mut Context<'_, '_>, mode: Mode, mut infos: Vec<Info>) -> Result<Flow, CliError> {
    let json = match cx.flags().text("output") {
        "" | "yaml" => false,
        "json" => true,
        other => {
            return fail(format!(
                "unable to match a printer suitable for the output format {other:?}, allowed formats are: json,kyaml,yaml"
            ));
        }
    };
    let later = match mode {
        // What is created is edited object by object.
        Mode::Create => {
            let mut later = infos.split_off(1.min(infos.len()));
            later.reverse();
            later
        }
        _ => Vec::new(),
    };
    let reporter = Reporter::late(cx)?;
    let (original, edited, path) = (String::new(), String::new(), String::new());
    Editing { mode, infos, later, reporter, json, original, edited, failed: false, reasons: Vec::new(), path, kept: None }.open(cx)
}

impl Editing {
    /// Writes the file and starts the editor.
    fn open(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let mut text = String::new();
        if !self.json {
            text += if self.mode == Mode::LastApplied { HEADER_LAST_APPLIED } else { HEADER };
            text.extend(std::mem::take(&mut self.reasons));
        }
        if !self.failed {
            let shown = match self.infos.as_slice() {
                [one] => one.object.clone(),
                all => typed_list("List", all.iter().map(|info| info.object.clone()).list()),
            };
            let shown = without_managed_fields(shown);
            text += &if self.json { to_json(&shown) + "\n" } else { to_yaml(&shown) };
        }
        if cx.flags().is_on("windows-line-endings") {
            text = text.replace('\n', "\r\n");
        }
        if self.failed {
            text += &without_comments(&self.edited);
        } else {
            self.original = text.clone();
        }
        // A name of its own each time; the real one is random.
        let number = (cx.host.now.0 as u32).wrapping_mul(2_654_435_761);
        self.path = format!("/tmp/kubectl-edit-{number}.{}", if self.json { "json" } else { "yaml" });
        if cx.host.files.write(&self.path, text.as_bytes()).is_err() {
            return fail(format!("open {}: permission denied", self.path));
        }
        let command = command(cx, &self.path);
        Ok(Flow::Wait(Task::Edit(Box::new(self)), Step::Run(command)))
    }

    /// Goes on where the editor was left.
    pub fn resume(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let trouble = match cx.host.ended {
            Some(Ended::With(0)) => None,
            Some(Ended::NotFound) => Some("unable to launch the editor"),
            _ => Some("there was a problem with the editor"),
        };
        if let Some(trouble) = trouble {
            return self.stop(cx, CliError::Message(format!("{trouble} {:?}", editor(cx).0.join(" "))));
        }
        let before = match cx.host.files.read(&self.path) {
            Ok(bytes) => std::mem::replace(&mut self.edited, String::from_utf8_lossy(&bytes).into_owned()),
            Err(error) => {
                let message = format!("open {}: {error}", self.path);
                return self.stop(cx, CliError::Message(message));
            }
        };
        let path = self.path.clone();
        let earlier = self.kept.replace(path.clone());
        if self.failed && stripped(&before) == stripped(&self.edited) {
            return self.stop(cx, CliError::Message("Edit cancelled, no valid changes were saved.".into()));
        }
        if let Some(earlier) = earlier {
            cx.host.files.remove(&earlier);
        }
        if let Some(wrong) = wrong(&self.edited) {
            let (of, name) = (self.infos[0].kind.qualified(), &self.infos[0].name);
            cx.out.errln(format!("error: {of} {name:?} is invalid"));
            let reason = format!("Invalid value: \"The edited file failed validation\": {wrong}");
            self.reasons.push(not_valid(&of, name, &[format!("<nil>: {reason}")]));
            self.failed = true;
            return self.open(cx);
        }
        let cancelled = if stripped(&self.original) == stripped(&self.edited) {
            Some("Edit cancelled, no changes made.")
        } else if self.edited.lines().all(|line| line.trim().is_empty() || line.trim().starts_with('#')) {
            Some("Edit cancelled, saved file was empty.")
        } else {
            None
        };
        if let Some(message) = cancelled {
            cx.host.files.remove(&path);
            cx.out.errln(message);
            return self.next(cx);
        }
        // Whose namespace it must be is asked below, when all could be read.
        let enforced = std::mem::take(&mut cx.session.enforce_namespace);
        let found = from_text(cx, &Query::default(), "edited-file", &self.edited).and_then(|found| found.into_infos());
        cx.session.enforce_namespace = enforced;
        let mut updated = match found {
            Ok(updated) => updated,
            Err(error) => {
                self.reasons.push(format!("# The edited file had a syntax error: {}\n#\n", commented(&error.to_string())));
                self.failed = true;
                return self.open(cx);
            }
        };
        self.failed = false;
        match self.write(cx, &mut updated) {
            Ok(Written { invalid: 0, retryable: 0, lost: 0 }) => {
                cx.host.files.remove(&path);
                self.next(cx)
            }
            Ok(Written { retryable: 1.., .. }) => {
                cx.out.errln(format!("You can run `kubectl replace -f {path}` to try this update again."));
                Err(CliError::Exit(1, String::new()))
            }
            Ok(Written { lost: 1.., .. }) => {
                cx.out.errln(format!("The edits you made on deleted resources have been saved to {path:?}"));
                Err(CliError::Exit(1, String::new()))
            }
            Ok(_) => {
                self.failed = true;
                self.open(cx)
            }
            Err(error) => self.stop(cx, error),
        }
    }

    /// Sends what was edited.
    fn write(&mut self, cx: &mut Context<'_, '_>, updated: &mut [Info]) -> Result<Written, CliError> {
        let mut written = Written::default();
        let own = cx.namespace();
        for info in updated.iter_mut() {
            if info.kind.namespaced && info.namespace != own {
                return fail(format!(
                    "the namespace from the provided object {:?} does not match the namespace {own:?}. You must pass '--namespace={}' to perform this operation.",
                    info.namespace, info.namespace
                ));
            }
            if cx.flags().is_on("save-config") {
                last_applied::annotate(&mut info.object);
            }
            cx.record(&mut info.object);
        }
        let options = cx.write_options(DryRun::None)?;
        for info in updated {
            if self.mode == Mode::Create {
                let created = super::create_object(cx, info.kind, &info.namespace, info.object.clone(), &options)?;
                self.reporter.report("created", &created, cx.out)?;
                continue;
            }
            let Some(original) = self.infos.iter().find(|o| o.object.uid() == info.object.uid()) else {
                let printed = go_syntax(&info.object);
                return fail(format!("no original object found for &unstructured.Unstructured{{Object:{printed}}}"));
            };
            let managed = original.object.at(&["metadata", "managedFields"]);
            if !managed.is_null() {
                info.object.set(&["metadata", "managedFields"], managed.clone());
            }
            if info.object.same(&original.object) {
                self.reporter.report("skipped", &info.object, cx.out)?;
                continue;
            }
            let patch = match self.mode {
                Mode::LastApplied => {
                    last_applied::annotate(&mut info.object);
                    let text = info.object.annotation(LAST_APPLIED).unwrap_or("").to_owned();
                    let mut patch = Value::map();
                    patch.set(&["metadata", "annotations", LAST_APPLIED], text);
                    Patch::Merge(patch)
                }
                _ => {
                    let patch = three_way_patch(info.kind, &original.object, &info.object, &original.object);
                    if [&["apiVersion"][..], &["kind"], &["metadata", "name"]].iter().any(|path| !patch.at(path).is_null()) {
                        return fail("At least one of apiVersion, kind and name was changed");
                    }
                    if cx.flags().is_on("output-patch") {
                        cx.out.outln(format!("Patch: {}", crate::kubectl::output::to_compact_json(&patch)));
                    }
                    patch_of(info.kind, patch)
                }
            };
            let part = match self.mode {
                Mode::Patch => super::patch::subresource(cx, info, cx.flags().text("subresource"))?,
                _ => Subresource::None,
            };
            match cx.patch(info.kind, &info.namespace, &info.name, &patch, part, &options) {
                // What was applied last is printed, not the object that it is noted on.
                Ok(_) if self.mode == Mode::LastApplied => {
                    info.object.at_mut(&["metadata", "annotations"]).map_mut().remove(LAST_APPLIED);
                    self.reporter.report("edited", &info.object, cx.out)?;
                }
                Ok(patched) => self.reporter.report("edited", &patched, cx.out)?,
                Err(error) if self.mode == Mode::LastApplied => return Err(error),
                Err(error) => self.refused(cx, info, &error, &mut written),
            }
        }
        Ok(written)
    }

    /// Notes that the server did not take an object.
    // Models editResults.addError.
    fn refused(&mut self, cx: &mut Context<'_, '_>, info: &Info, error: &CliError, written: &mut Written) {
        let (of, name) = (info.kind.qualified(), &info.name);
        let said = match error {
            CliError::Status(status) if status.reason == "Invalid" => {
                written.invalid += 1;
                let causes: Vec<String> = status.causes.iter().map(|c| format!("{}: {}", c.field, c.message)).list();
                self.reasons.push(not_valid(&of, name, &causes));
                "is invalid".to_owned()
            }
            error if error.is_not_found() => {
                written.lost += 1;
                "could not be found on the server".to_owned()
            }
            error => {
                written.retryable += 1;
                format!("could not be patched: {error}")
            }
        };
        cx.out.errln(format!("error: {of} {name:?} {said}"));
    }

    /// Ends with an error; what was edited stays in its file.
    fn stop(self, cx: &mut Context<'_, '_>, error: CliError) -> Result<Flow, CliError> {
        if let Some(path) = self.kept.filter(|path| cx.host.files.read(path).is_ok()) {
            cx.out.errln(format!("A copy of your changes has been stored to {path:?}"));
        }
        Err(error)
    }

    /// Goes on with the next object.
    fn next(mut self, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
        let Some(info) = self.later.pop() else { return Ok(Flow::Done) };
        self.infos = vec![info];
        self.kept = None;
        self.edited.clear();
        self.open(cx)
    }
}

/// How many objects the server did not take.
#[derive(Debug, Default)]
struct Written {
    /// They are invalid: to be edited again.
    invalid: usize,
    /// They could be sent again as they are.
    retryable: usize,
    /// They are there no more.
    lost: usize,
}

/// A reason at the top of the text.
fn not_valid(of: &str, name: &str, causes: &[String]) -> String {
    let mut text = format!("# {of} {name:?} was not valid{}\n", if causes.is_empty() { "" } else { ":" });
    for cause in causes {
        text += &format!("# * {}\n", commented(cause));
    }
    text + "#\n"
}

/// A text of several lines within a comment.
fn commented(text: &str) -> String {
    text.replace('\n', "\n# ").replace("\n# #", "\n#")
}

/// Why the saved text holds no object at all.
fn wrong(text: &str) -> Option<String> {
    match decode_documents(text) {
        Ok(documents) => wrong_shape(documents.first().map_or(&Value::Null, |d| &d.value)),
        Err(error) => Some(error.to_string()),
    }
}

/// What the text says, whatever its comments.
// Models cmdutil.StripComments.
fn stripped(text: &str) -> String {
    match decode_documents(text) {
        Ok(documents) => documents.first().map_or_else(|| "null".to_owned(), |d| d.value.to_json()),
        Err(_) => without_comments(text),
    }
}

/// The text without lines that are comments.
fn without_comments(text: &str) -> String {
    let is_comment = |line: &&str| line.trim_start().starts_with('#') && !line.trim_start().starts_with("#!");
    text.split_inclusive('\n').filter(|line| !is_comment(line)).collect()
}

/// The words of the editor's command, as the environment names it, and whether a shell has to read the last of them.
fn editor(cx: &Context<'_, '_>) -> (Vec<String>, bool) {
    let set = |name: &str| cx.inv.env.var(name).map(str::to_owned);
    let editor = set("KUBE_EDITOR").or_else(|| set("EDITOR")).unwrap_or_else(|| "vi".into());
    if editor.contains(' ') && editor.contains(['"', '\'', '\\']) {
        return (vec![set("SHELL").unwrap_or_else(|| "/bin/bash".into()), "-c".into(), editor], true);
    }
    (editor.split(' ').map(str::to_owned).list(), false)
}

/// The same with the file.
fn command(cx: &Context<'_, '_>, path: &str) -> Vec<String> {
    let (mut words, in_shell) = editor(cx);
    match words.last_mut() {
        Some(script) if in_shell => *script += &format!(" {path:?}"),
        _ => words.push(path.to_owned()),
    }
    words
}
