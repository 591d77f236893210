//! What a command works with: its flags, the session it runs in, and requests to the API with the warnings that come back.

use super::error::CliError;
use super::flags::Flags;
use super::host::{Environment, Host, Output, StdinState};
use super::klog::klog;
use super::manifests::Manifest;
use super::metrics;
use super::patcher::{patch_of, three_way_patch};
use super::request_log::{Request, Sent};
use crate::api::selector::{FieldSelector, LabelSelector};
use crate::api::validation::deprecation;
use crate::api::{KindRef, Object, Value, go_duration, kinds};
use crate::base::{Duration, List as _, SortedSet, Time};
use crate::obj;
use crate::server::{
    Attributes, Caller, DeleteOptions, Deleted, FieldValidation, ListOptions, Patch, Subresource, User, WriteOptions, created,
};

/// A command line, resolved.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// The command with its groups: `kubectl create deployment`.
    pub path: String,
    /// Flags.
    pub flags: Flags,
    /// Arguments, without the command's name.
    pub args: Vec<String>,
    /// How many of `args` came before `--`, where there was one.
    pub dash: Option<usize>,
    /// What was inherited.
    pub env: Environment,
    /// Whether it is to be kubectl 1.3.
    pub legacy: bool,
}

/// What a run remembers from step to step.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// Warnings that were printed: each is printed once.
    warned: SortedSet<String>,
    /// The namespace that requests go to.
    pub namespace: String,
    /// Whether it was given on the command line.
    pub enforce_namespace: bool,
    /// Whether a word of `--dry-run` that should no longer be used was warned of.
    warned_of_dry_run: bool,
    /// Who the requests are from; an administrator where nobody is named.
    pub user: Option<User>,
    /// The server's address.
    pub server: String,
    /// Headers that say who asks, as they are logged.
    pub credentials: Vec<String>,
    /// Long manifests that were read before the command began.
    pub manifests: Vec<Manifest>,
    /// How many requests were logged.
    pub requests: u64,
    /// Whether Ctrl-C was pressed since the last step.
    pub interrupted: bool,
}

impl Session {
    /// How many warnings were printed.
    pub fn warnings(&self) -> usize {
        self.warned.len()
    }
}

/// Where a workload says which command led to it.
pub const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

/// Whether, and where, a command only pretends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DryRun {
    /// It does not.
    #[default]
    None,
    /// Here.
    Client,
    /// The server does all but commit.
    Server,
}

impl DryRun {
    /// What follows `created` and its like.
    pub fn suffix(self) -> &'static str {
        match self {
            DryRun::None => "",
            DryRun::Client => " (dry run)",
            DryRun::Server => " (server dry run)",
        }
    }
}

/// What a command works with during one step.
pub struct Context<'a, 'h> {
    /// The command line.
    pub inv: &'a Invocation,
    /// What is remembered.
    pub session: &'a mut Session,
    /// What runs it.
    pub host: &'a mut Host<'h>,
    /// Standard input.
    pub stdin: StdinState<'a>,
    /// Output.
    pub out: &'a mut Output,
}

impl<'a> Context<'a, '_> {
    /// The flags.
    pub fn flags(&self) -> &'a Flags {
        &self.inv.flags
    }

    /// The arguments.
    pub fn args(&self) -> &'a [String] {
        &self.inv.args
    }

    /// The namespace that requests go to.
    pub fn namespace(&self) -> String {
        self.session.namespace.clone()
    }

    /// An error in how the command was used.
    // Models cmdutil.UsageErrorf.
    pub fn usage(&self, message: impl AsRef<str>) -> CliError {
        CliError::Message(format!("{}\nSee '{} -h' for help and examples", message.as_ref(), self.inv.path))
    }

    /// What `--request-timeout` says, where that is not for ever.
    pub fn request_timeout(&self) -> Option<Duration> {
        let text = self.flags().text("request-timeout");
        let seconds = text.parse().ok().map(Duration::from_secs);
        seconds.or_else(|| go_duration::parse(text).ok()).filter(|d| !d.is_zero())
    }

    /// When `--request-timeout` ends a watch that begins now.
    pub fn watch_deadline(&self) -> Option<Time> {
        Some(self.host.now + self.request_timeout()?)
    }

    /// Notes this command in the object, where `--record` asks for it.
    // Models genericclioptions.ChangeCauseRecorder.
    pub fn record(&self, object: &mut Value) {
        if self.flags().is_on("record") {
            let args: String = self.args().iter().map(|a| format!(" {a}")).collect();
            object.set(&["metadata", "annotations", CHANGE_CAUSE], format!("{}{args}{}", self.inv.path, self.flags().typed));
        }
    }

    /// The arguments before `--`, and those after.
    pub fn args_at_dash(&self) -> (&'a [String], &'a [String]) {
        let at = self.inv.dash.unwrap_or(self.inv.args.len());
        self.inv.args.split_at(at)
    }

    /// `--dry-run`.
    pub fn dry_run(&mut self) -> Result<DryRun, CliError> {
        match self.flags().get("dry-run") {
            None | Some("none") => Ok(DryRun::None),
            Some("client") => Ok(DryRun::Client),
            Some("server") => Ok(DryRun::Server),
            Some("unchanged") => {
                self.warn_of_dry_run("helpers.go:719", "--dry-run is deprecated", "client");
                Ok(DryRun::Client)
            }
            Some(yes @ ("true" | "1" | "t" | "T" | "TRUE" | "True")) => {
                self.warn_of_dry_run("helpers.go:733", &format!("--dry-run={yes} is deprecated (boolean value)"), "client");
                Ok(DryRun::Client)
            }
            Some(no @ ("false" | "0" | "f" | "F" | "FALSE" | "False")) => {
                self.warn_of_dry_run("helpers.go:736", &format!("--dry-run={no} is deprecated (boolean value)"), "none");
                Ok(DryRun::None)
            }
            Some(other) => Err(CliError::Message(format!("Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\"."))),
        }
    }

    fn warn_of_dry_run(&mut self, place: &str, what: &str, instead: &str) {
        if !std::mem::replace(&mut self.session.warned_of_dry_run, true) {
            self.klog("W", place, &format!("{what} and can be replaced with --dry-run={instead}."));
        }
    }

    /// Whether the command prints what it made itself, or read into Go's types.
    pub fn is_typed(&self) -> bool {
        let mut words = self.inv.path.split(' ').skip(1);
        match words.next() {
            Some("api-resources" | "autoscale" | "events" | "run") => true,
            Some("auth" | "config" | "create" | "rollout" | "set") => words.next().is_some(),
            _ => false,
        }
    }

    /// Whether the command has a `--validate`, and so says how its objects are to be validated.
    pub(super) fn validates(&self) -> bool {
        matches!(self.inv.path.split(' ').nth(1), Some("apply" | "create" | "edit" | "replace" | "taint"))
    }

    /// `--validate` as the server knows it; where a command has none, the server warns.
    pub fn field_validation(&self) -> Result<FieldValidation, CliError> {
        match self.flags().get("validate").unwrap_or(if self.validates() { "strict" } else { "warn" }) {
            "strict" | "1" | "t" | "T" | "true" | "TRUE" | "True" => Ok(FieldValidation::Strict),
            "warn" => Ok(FieldValidation::Warn),
            "ignore" | "0" | "f" | "F" | "false" | "FALSE" | "False" => Ok(FieldValidation::Ignore),
            other => Err(CliError::Message(format!(
                "invalid - validate option {other:?}; must be one of: strict (or true), warn, ignore (or false)"
            ))),
        }
    }

    /// How this command writes.
    pub fn write_options(&self, dry_run: DryRun) -> Result<WriteOptions, CliError> {
        Ok(WriteOptions { dry_run: dry_run == DryRun::Server, field_validation: self.field_validation()?, ..WriteOptions::default() })
    }

    /// Prints a warning, once.
    pub fn warn(&mut self, message: &str) {
        if self.session.warned.insert(message.to_owned()) {
            self.out.errln(format!("Warning: {message}"));
        }
    }

    /// What goes to the log of kubectl itself.
    pub fn klog(&mut self, level: &str, place: &str, text: &str) {
        // The number of the process stands for any.
        self.out.errln(klog(self.host.now, level, 1, place, text));
    }

    /// Who asks the server, and when.
    pub fn by(&self) -> Caller {
        Caller::of_user(self.host.now, self.user())
    }

    /// Who writes, and the options with the field manager of this command.
    fn writer(&self, options: &WriteOptions) -> (Caller, WriteOptions) {
        let field_manager = self.field_manager().into();
        (self.by(), WriteOptions { field_manager, ..options.clone() })
    }

    /// As which field manager this command writes.
    pub fn field_manager(&self) -> String {
        let command = self.inv.path.split(' ').nth(1).unwrap_or("");
        let applies = matches!(command, "apply" | "diff");
        let to_server = applies && self.inv.flags.is_on("server-side");
        match (self.inv.flags.get("field-manager"), command) {
            // Where the manager is left empty, the server takes the name of the program; to apply it demands one.
            (Some(""), _) if to_server => String::new(),
            (Some(""), _) => "kubectl".into(),
            (Some(given), _) => given.to_owned(),
            _ if to_server => "kubectl".into(),
            // These two name no manager.
            _ if self.inv.path.ends_with(" set-last-applied") || self.inv.path.ends_with(" undo") => "kubectl".into(),
            _ if applies => "kubectl-client-side-apply".into(),
            (
                None,
                "annotate" | "autoscale" | "create" | "edit" | "expose" | "label" | "patch" | "replace" | "rollout" | "run" | "set"
                | "taint",
            ) => {
                format!("kubectl-{command}")
            }
            _ => "kubectl".into(),
        }
    }

    /// What the server says of a kind that is on its way out.
    fn warn_of_kind(&mut self, kind: KindRef) {
        if let Some(text) = deprecation(kind) {
            self.warn(text);
        }
    }

    /// Who the requests are from.
    pub fn user(&self) -> User {
        self.session.user.clone().unwrap_or_else(User::administrator)
    }

    /// Refuses a request that whoever makes it may not make.
    pub fn require(&self, asked: (&str, KindRef, &str), namespace: &str, name: &str) -> Result<(), CliError> {
        let Some(user) = &self.session.user else { return Ok(()) };
        let (verb, kind, subresource) = asked;
        let attributes = Attributes { subresource, ..Attributes::on(verb, kind, namespace, name) };
        Ok(self.host.api.require(user, kind, &attributes)?)
    }

    /// The same of a request that is logged, also where it is refused.
    fn require_logged(&mut self, verb: &str, request: &Request<'_>, sent: Sent<'_>) -> Result<(), CliError> {
        if request.name.is_empty() && matches!(verb, "get" | "update" | "patch" | "delete") {
            return Err(CliError::Message("resource name may not be empty".into()));
        }
        let allowed = self.require((verb, request.kind, request.subresource), request.namespace, request.name);
        if let Err(CliError::Status(status)) = &allowed {
            self.log_request(request, sent, status.code, Err(status));
        }
        allowed
    }

    fn after<T, E: Into<CliError>>(&mut self, kind: KindRef, result: Result<T, E>) -> Result<T, CliError> {
        let result = result.map_err(Into::into);
        // What the server does not serve it warns of no more.
        if !matches!(&result, Err(CliError::Status(status)) if status.reason == "MethodNotAllowed") {
            self.warn_of_kind(kind);
        }
        for warning in self.host.api.take_warnings() {
            self.warn(&warning);
        }
        result
    }

    /// GET of an object.
    pub fn get(&mut self, kind: KindRef, namespace: &str, name: &str) -> Result<Value, CliError> {
        let request = Request { verb: "GET", kind, namespace, name, subresource: "", query: Vec::new() };
        self.require_logged("get", &request, Sent::Nothing)?;
        self.log_read(&request);
        let result = if metrics::serves(kind) {
            self.metrics_of(kind, namespace, name)
        } else {
            self.host.api.get(kind, namespace, name).map(|o| self.host.api.as_read(self.host.now, o))
        };
        self.after(kind, result)
    }

    /// GET of a list.
    pub fn list(&mut self, kind: KindRef, namespace: Option<&str>, options: &ListOptions) -> Result<Vec<Value>, CliError> {
        let namespace = namespace.filter(|_| kind.namespaced);
        let of = namespace.unwrap_or_default();
        let fields = FieldSelector::parse(&options.field_selector).unwrap_or_default();
        let allowed = self.require(("list", kind, ""), of, fields.one_name());
        self.log_list(kind, of, options, allowed.as_ref().err().and_then(CliError::status));
        allowed?;
        if metrics::serves(kind) {
            let items = self.metrics(kind).unwrap_or_default();
            let labels = LabelSelector::parse(&options.label_selector).unwrap_or_default();
            return Ok(items.into_iter().filter(|v| namespace.is_none_or(|n| v.namespace() == n) && labels.matches(v.labels())).list());
        }
        let mut result = self.host.api.list(kind, namespace, options);
        if matches!(kind.plural, "leases" | "nodes") {
            let (api, now) = (&self.host.api, self.host.now);
            result = result.map(|items| items.into_iter().map(|o| api.as_read(now, o)).list());
        }
        self.after(kind, result)
    }

    /// POST.
    pub fn create(&mut self, kind: KindRef, namespace: &str, mut object: Value, options: &WriteOptions) -> Result<Value, CliError> {
        object.remove(&["metadata", "resourceVersion"]);
        let query = self.write_query(options, None);
        let request = Request { verb: "POST", kind, namespace, name: "", subresource: "", query };
        self.require_logged("create", &request, Sent::Object(&object))?;
        let sent = if self.logs_headers() { object.clone() } else { Value::Null };
        let (by, options) = self.writer(options);
        let result = self.host.api.create(&by, kind, if kind.namespaced { namespace } else { "" }, object, &options);
        self.log_request(&request, Sent::Object(&sent), 201, result.as_ref());
        self.after(kind, result)
    }

    /// PUT.
    pub fn update(&mut self, kind: KindRef, object: Value, sub: Subresource, options: &WriteOptions) -> Result<Value, CliError> {
        self.write(("PUT", "update"), kind, object, sub, options)
    }

    /// PATCH with what makes the object there this one.
    pub fn change(&mut self, kind: KindRef, object: Value, sub: Subresource, options: &WriteOptions) -> Result<Value, CliError> {
        self.write(("PATCH", "patch"), kind, object, sub, options)
    }

    fn write(
        &mut self,
        (method, verb): (&'static str, &str),
        kind: KindRef,
        object: Value,
        sub: Subresource,
        options: &WriteOptions,
    ) -> Result<Value, CliError> {
        let (namespace, name) = (object.namespace_arc(), object.name_arc());
        let query = self.write_query(options, None);
        let request = Request { verb: method, kind, namespace: &namespace, name: &name, subresource: sub.name(), query };
        let (sent, patch);
        let sent = match self.host.api.peek(kind, &namespace, &name) {
            _ if !self.logs_headers() => Sent::Nothing,
            Some(there) if method == "PATCH" => {
                patch = patch_of(kind, three_way_patch(kind, there, &object, there));
                Sent::Patch(&patch)
            }
            _ => {
                sent = object.clone();
                Sent::Object(&sent)
            }
        };
        self.require_logged(verb, &request, sent)?;
        let (by, options) = self.writer(options);
        let result = self.host.api.update(&by, kind, object, sub, &options);
        self.log_request(&request, sent, 200, result.as_ref());
        self.after(kind, result)
    }

    /// PATCH.
    pub fn patch(
        &mut self,
        kind: KindRef,
        namespace: &str,
        name: &str,
        patch: &Patch,
        sub: Subresource,
        options: &WriteOptions,
    ) -> Result<Value, CliError> {
        let query = self.write_query(options, None);
        let request = Request { verb: "PATCH", kind, namespace, name, subresource: sub.name(), query };
        self.require_logged("patch", &request, Sent::Patch(patch))?;
        let (by, options) = self.writer(options);
        let result = self.host.api.patch(&by, kind, namespace, name, patch, sub, &options);
        self.log_request(&request, Sent::Patch(patch), 200, result.as_ref());
        self.after(kind, result)
    }

    /// PATCH with a configuration: server-side apply.
    pub fn apply(
        &mut self,
        kind: KindRef,
        namespace: &str,
        config: &Value,
        force: bool,
        sub: Subresource,
        options: &WriteOptions,
    ) -> Result<Value, CliError> {
        let query = self.write_query(options, Some(force));
        let request = Request { verb: "PATCH", kind, namespace, name: config.name(), subresource: sub.name(), query };
        self.require_logged("patch", &request, Sent::Configuration(config))?;
        let (by, options) = self.writer(options);
        let options = WriteOptions { force, ..options };
        let done = if self.host.api.peek(kind, namespace, config.name()).is_some() { 200 } else { 201 };
        let result = self.host.api.apply(&by, kind, namespace, config, sub, &options);
        self.log_request(&request, Sent::Configuration(config), done, result.as_ref());
        self.after(kind, result)
    }

    /// DELETE.
    pub fn delete(&mut self, kind: KindRef, namespace: &str, name: &str, options: &DeleteOptions) -> Result<Deleted, CliError> {
        let request = Request { verb: "DELETE", kind, namespace, name, subresource: "", query: Vec::new() };
        self.require_logged("delete", &request, Sent::Delete(options))?;
        let by = self.by();
        let result = self.host.api.delete(&by, kind, namespace, name, options);
        let answer = result.as_ref().map(|deleted| deleted.answer(kind));
        self.log_request(&request, Sent::Delete(options), 200, answer.as_ref().map_err(|status| *status));
        self.after(kind, result)
    }

    /// Evicts a pod.
    pub fn evict(&mut self, namespace: &str, pod: &str, options: &DeleteOptions) -> Result<(), CliError> {
        let request = Request { verb: "POST", kind: kinds::POD, namespace, name: pod, subresource: "eviction", query: Vec::new() };
        let eviction = obj!({
            "apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": namespace},
            "deleteOptions": options.to_object()
        });
        self.require_logged("create", &request, Sent::Object(&eviction))?;
        let by = self.by();
        let result = self.host.api.evict(&by, namespace, pod, options);
        let done = created();
        self.log_request(&request, Sent::Object(&eviction), 201, result.as_ref().map(|()| &done));
        self.after(kinds::POD, result)
    }

    /// GET of the `scale` subresource.
    pub fn scale(&mut self, kind: KindRef, namespace: &str, name: &str) -> Result<Value, CliError> {
        let request = Request { verb: "GET", kind, namespace, name, subresource: "scale", query: Vec::new() };
        self.require_logged("get", &request, Sent::Nothing)?;
        let result = self.host.api.scale(kind, namespace, name);
        self.log_request(&request, Sent::Nothing, 200, result.as_ref());
        self.after(kind, result)
    }

    /// PUT of a scale.
    pub fn update_scale(
        &mut self,
        verb: &'static str,
        kind: KindRef,
        namespace: &str,
        scale: &Value,
        options: &WriteOptions,
    ) -> Result<Value, CliError> {
        let request = Request { verb, kind, namespace, name: scale.name(), subresource: "scale", query: Vec::new() };
        let patch = Patch::Merge(obj!({"spec": {"replicas": scale.at(&["spec", "replicas"]).clone()}}));
        let sent = if verb == "PUT" { Sent::Object(scale) } else { Sent::Patch(&patch) };
        self.require_logged(if verb == "PUT" { "update" } else { "patch" }, &request, sent)?;
        let (by, options) = self.writer(options);
        let result = self.host.api.update_scale(&by, kind, namespace, scale, &options);
        self.log_request(&request, sent, 200, result.as_ref());
        self.after(kind, result)
    }
}
