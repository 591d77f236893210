//! One running kubectl: a machine that is stepped until it exits.

use crate::base::{Case as _, List as _, Order as _};
use std::sync::Arc;

use super::command::{Command, Flow, Run, Task};
use super::commands::plugin::{Next, Plugin};
use super::commands::proxy::Proxying;
use super::commands::{ROOT, exec, rolling_update};
use super::config::{self, Kubeconfig};
use super::context::{Context, Invocation, Session};
use super::error::CliError;
use super::files;
use super::flags::{self, Parsed};
use super::help;
use super::host::{Environment, Host, Output, StdinState, Step};
use super::legacy;
use super::manifests::Reading;
use super::preferences;
use super::unreached::unreached;
use crate::api::Status;
use crate::server::{Attributes, ExecId, User};

/// The exit code of a process that Ctrl-C ended.
const INTERRUPTED: i32 = 130;

/// One invocation of kubectl. A copy of it runs on by itself.
#[derive(Clone, Debug)]
pub struct Kubectl {
    inv: Arc<Invocation>,
    command: &'static Command,
    state: State,
    session: Session,
    /// The words, until preferences have been looked for.
    argv: Option<Vec<String>>,
    /// It failed for want of something that may yet come about.
    unmet: bool,
}

/// What is behind a local port.
#[derive(Clone, Copy, Debug)]
pub enum Behind<'a> {
    /// `port-forward`: a port of a pod.
    Pod {
        /// Its namespace.
        namespace: &'a str,
        /// Its name.
        pod: &'a str,
        /// Its port.
        port: u16,
    },
    /// `proxy`: the API server.
    Api(&'a Proxying),
}

#[derive(Clone, Debug)]
enum State {
    /// Nothing was done yet.
    Start,
    /// The command line makes no sense, for this reason.
    Refused(CliError),
    /// It may be a plugin that is meant.
    Plugin(Plugin),
    /// Help was asked for.
    Help,
    /// It goes on so.
    Running(Task),
    /// It left with this code.
    Exited(i32),
}

impl Kubectl {
    /// Reads a command line; `argv` is without the program's name. Nothing happens before the first step.
    pub fn start(argv: &[String], env: &Environment) -> Kubectl {
        Kubectl { argv: Some(argv.to_vec()), ..Self::read(argv, env) }
    }

    fn read(argv: &[String], env: &Environment) -> Kubectl {
        let mut path = "kubectl".to_owned();
        let mut command: &'static Command = &ROOT;
        let mut words = argv.to_vec();
        let legacy = legacy::is_on(env);
        let asked = flags::command_position(&words, ROOT.flags).filter(|at| words[*at] == "help");
        if let Some(at) = asked {
            words.remove(at);
        }
        while !command.subcommands.is_empty() {
            let Some(at) = flags::command_position(&words, command.flags) else { break };
            let old = || Some(&rolling_update::COMMAND).filter(|c| legacy && std::ptr::eq(command, &ROOT) && words[at] == c.name);
            let Some(next) = command.find(&words[at]).or_else(old) else { break };
            words.remove(at);
            path = format!("{path} {}", next.name);
            command = next;
        }
        let nothing =
            || Invocation { path: path.clone(), flags: flags::Flags::default(), args: Vec::new(), dash: None, env: env.clone(), legacy };
        let refused = |error: CliError| Kubectl {
            inv: Arc::new(nothing()),
            command,
            state: State::Refused(error),
            session: Session::default(),
            argv: None,
            unmet: false,
        };
        if asked.is_some() {
            let topics: Vec<String> = words.iter().filter(|w| !w.starts_with('-')).map(|w| format!("`{w}`")).list();
            let state = if topics.is_empty() || !std::ptr::eq(command, &ROOT) {
                State::Help
            } else {
                let usage = help::whole_usage(&ROOT, "kubectl");
                State::Refused(CliError::Exit(0, format!("Unknown help topic [{}]\n\n\n{usage}", topics.join(" "))))
            };
            return Kubectl { state, ..refused(CliError::Exit(0, String::new())) };
        }
        if std::ptr::eq(command, &ROOT)
            && let Some(at) = flags::command_position(&words, &[])
        {
            let error = unknown_command(&words, at);
            return Kubectl { state: State::Plugin(Plugin::of(&words, error)), ..refused(CliError::Exit(1, String::new())) };
        }
        let mut tables = command.flags.to_vec();
        if legacy {
            tables.push(legacy::FLAGS);
        }
        let parsed = match flags::parse(&words, &tables) {
            Ok(parsed) => parsed,
            Err(why) => {
                let advice = match command.name {
                    "diff" => format!("See '{path} -h' for help and examples"),
                    "options" => format!("Run '{path}' without flags."),
                    _ => format!("See '{path} --help' for usage."),
                };
                return refused(CliError::Message(format!("{why}\n{advice}")));
            }
        };
        let state = if parsed.flags.is_on("help") { State::Help } else { State::Start };
        let Parsed { flags, args, dash } = parsed;
        let inv = Invocation { path, flags, args, dash, env: env.clone(), legacy };
        Kubectl { inv: Arc::new(inv), command, state, session: Session::default(), argv: None, unmet: false }
    }

    /// Whether it reads manifests, which it holds against the API's description.
    pub fn reads_manifests(&self) -> bool {
        self.inv.flags.given("filename") || self.inv.flags.given("kustomize")
    }

    /// Whether it failed only since what it was to wait for, or look at, is not so yet or is not there.
    pub fn is_unmet(&self) -> bool {
        self.unmet
    }

    /// Ctrl-C: most commands end; a session in a container that has a terminal passes it on.
    pub fn interrupt(&mut self) {
        match &self.state {
            _ if self.wants_raw_input() => self.session.interrupted = true,
            State::Exited(_) => {}
            State::Running(Task::Attach(t)) if !t.is_attached() => self.state = State::Exited(1),
            State::Running(Task::PortForward(_)) => self.state = State::Exited(0),
            _ => self.state = State::Exited(INTERRUPTED),
        }
    }

    /// Where connections to a local port go, while it listens there.
    pub fn listens(&self, port: u16) -> Option<Behind<'_>> {
        match &self.state {
            State::Running(Task::PortForward(t)) => Some(Behind::Pod { namespace: &t.namespace, pod: &t.pod, port: t.port(port)? }),
            State::Running(Task::Proxy(t)) if t.port == port => Some(Behind::Api(t)),
            _ => None,
        }
    }

    /// The local ports on which it listens.
    pub fn ports(&self) -> Vec<u16> {
        match &self.state {
            State::Running(Task::PortForward(t)) => t.local_ports().list(),
            State::Running(Task::Proxy(t)) => vec![t.port],
            _ => Vec::new(),
        }
    }

    /// The program in a container that it is connected to.
    fn connected(&self) -> Option<&exec::Session> {
        match &self.state {
            State::Running(Task::Session(session)) => Some(session),
            State::Running(Task::Attach(attaching)) => attaching.session(),
            _ => None,
        }
    }

    /// The session in a container that it has open.
    pub fn session_id(&self) -> Option<ExecId> {
        self.connected().map(exec::Session::id)
    }

    /// Whether what it waits for is a program in a container that has a terminal: keys go there as they are typed.
    pub fn wants_raw_input(&self) -> bool {
        self.connected().is_some_and(exec::Session::has_terminal)
    }

    /// Where it reads its input: standard input, or what a `-f` names instead.
    pub fn descriptor(&self) -> u32 {
        files::awaited(&self.inv).unwrap_or(0)
    }

    /// Does what can be done now.
    pub fn step(&mut self, host: &mut Host<'_>, stdin: StdinState<'_>, out: &mut Output) -> Step {
        if let Some(argv) = self.argv.take().filter(|_| !self.inv.legacy) {
            match preferences::apply(&argv, &self.inv.env, host.files, out) {
                Ok(None) => {}
                Ok(Some(words)) => *self = Self::read(&words, &self.inv.env),
                Err(why) => {
                    out.errln(format!("error occurred while applying preferences {why}"));
                    self.state = State::Exited(1);
                    return Step::Exit(1);
                }
            }
        }
        let inv = Arc::clone(&self.inv);
        let state = std::mem::replace(&mut self.state, State::Exited(1));
        if let State::Exited(code) = state {
            self.state = State::Exited(code);
            return Step::Exit(code);
        }
        if matches!(state, State::Start) && !stdin.eof && files::awaited(&inv).is_some() {
            self.state = State::Start;
            return Step::WaitStdin(None);
        }
        if matches!(state, State::Start) && !inv.legacy {
            inv.flags.deprecations.iter().for_each(|line| out.errln(line));
        }
        let mut cx = Context { inv: &inv, session: &mut self.session, host, stdin, out };
        let result = match state {
            State::Refused(error) => Err(error),
            State::Plugin(plugin) => match plugin.next(cx.host.ended) {
                Next::Run(plugin, command) => {
                    self.state = State::Plugin(plugin);
                    return Step::Run(command);
                }
                Next::Ended(code) => Ok(Flow::Exit(code)),
                Next::None(error) => Err(error),
            },
            State::Help => {
                help::print(self.command, &mut cx);
                Ok(Flow::Done)
            }
            State::Running(task) => task.resume(&mut cx),
            State::Start => begin(self.command, &mut cx),
            State::Exited(code) => Ok(Flow::Exit(code)),
        };
        self.session.interrupted = false;
        let warnings = self.session.warnings();
        let result = match result {
            Ok(Flow::Done | Flow::Exit(0)) if warnings > 0 && inv.flags.is_on("warnings-as-errors") => {
                Err(CliError::Message(format!("{warnings} warning{} received", if warnings == 1 { "" } else { "s" })))
            }
            other => other,
        };
        let end = match result {
            Ok(Flow::Wait(task, Step::GoOn)) => {
                self.state = State::Running(task);
                return Step::GoOn;
            }
            Ok(Flow::Wait(task, when)) => {
                self.state = State::Running(task);
                Err(when)
            }
            Ok(Flow::Done) => Ok(0),
            Ok(Flow::Exit(code)) => Ok(code),
            Err(error) => {
                self.unmet = error.may_come();
                let (text, code) = error.report();
                if !text.is_empty() {
                    out.err(&text);
                    if !text.ends_with('\n') {
                        out.err("\n");
                    }
                }
                // `diff` keeps 1 for "there are differences".
                Ok(if code == 1 && inv.path == "kubectl diff" { 2 } else { code })
            }
        };
        if inv.legacy {
            legacy::rewrite(&inv.path, &inv.args, out);
        }
        match end {
            Err(when) => when,
            Ok(code) => {
                self.state = State::Exited(code);
                Step::Exit(code)
            }
        }
    }
}

/// Runs a command up to where it waits.
fn begin(command: &'static Command, cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let flags = cx.flags();
    const PROFILES: [&str; 8] = ["none", "cpu", "heap", "goroutine", "threadcreate", "block", "mutex", "trace"];
    let profile = flags.get("profile").filter(|p| !PROFILES.contains(p) && command.name != "debug");
    if let Some(profile) = profile {
        return Err(CliError::Message(format!("unknown profile '{profile}'")));
    }
    let mut missing: Vec<&str> = command.required.iter().copied().filter(|r| !flags.changed(r)).list();
    missing.order();
    if !missing.is_empty() {
        return Err(CliError::Message(format!("required flag(s) \"{}\" not set", missing.join("\", \""))));
    }
    let run = match command.run {
        Run::Do(run) => run,
        // These do not mind words that they do not know.
        Run::Group(_) if std::ptr::eq(command, &ROOT) || command.name == "certificate" && !cx.args().is_empty() => {
            help::print(command, cx);
            return Ok(Flow::Done);
        }
        Run::Group(_) if !cx.args().is_empty() && !command.subcommands.is_empty() => {
            let error = cx.usage(format!("unknown command {:?}", cx.args().join(" ")));
            return Err(error);
        }
        Run::Group(_) if command.subcommands.is_empty() => {
            cx.out.errln(format!("No {} commands are available in this version of kubectl", command.name));
            return Ok(Flow::Done);
        }
        Run::Group(_) => {
            // kubectl hands on another stream here and there, and what does nothing by itself succeeds.
            let to_stdout = matches!(command.name, "certificate" | "rollout");
            if to_stdout {
                help::print(command, cx)
            } else {
                help::print_to_stderr(command, cx)
            }
            return Ok(if command.name == "certificate" { Flow::Done } else { Flow::Exit(1) });
        }
    };
    resolve_session(command, cx)?;
    Reading::start(cx, run)
}

/// Whether a command asks no server for anything.
fn is_offline(cx: &Context<'_, '_>) -> bool {
    let flags = cx.flags();
    let pretends = matches!(flags.get("dry-run"), Some("client" | "true" | "unchanged"));
    let mut words = cx.inv.path.split(' ').skip(1);
    match (words.next(), words.next()) {
        // `version` says what it knows first.
        (Some("kustomize" | "completion" | "options" | "plugin" | "kuberc" | "version"), _) => true,
        // Whether there are such resources is asked about.
        (Some("create"), Some("role" | "clusterrole" | "token")) => false,
        (Some("create"), Some(_)) => pretends && !flags.given("from"),
        _ => flags.is_on("local"),
    }
}

/// Whether a command asks for the namespace before it asks for a server.
fn asks_for_namespace(cx: &Context<'_, '_>) -> bool {
    let mut words = cx.inv.path.split(' ').skip(1);
    match (words.next().unwrap_or(""), words.next()) {
        ("get", _) => !cx.flags().given("raw"),
        ("set", of) => of != Some("env"),
        ("apply", of) => of.is_some(),
        ("auth", of) => of == Some("reconcile"),
        ("create", of) => of == Some("token"),
        ("top", of) => of == Some("pod"),
        (verb, _) => NAMESPACE_FIRST.contains(&verb),
    }
}

const NAMESPACE_FIRST: [&str; 16] = [
    "annotate",
    "attach",
    "cp",
    "debug",
    "delete",
    "describe",
    "edit",
    "events",
    "exec",
    "label",
    "logs",
    "patch",
    "port-forward",
    "rollout",
    "scale",
    "taint",
];

/// Finds the context: the namespace, and whether it was given.
fn resolve_session(command: &Command, cx: &mut Context<'_, '_>) -> Result<(), CliError> {
    let flags = cx.flags();
    // `config` writes what these flags say, and some commands have others of these names: neither asks a server by them.
    let asks_by = |name: &str| {
        let own = command.flags.iter().any(|table| table.iter().any(|f| f.name == name));
        flags.get(name).filter(|v| !own && !v.is_empty())
    };
    if let Some(timeout) = flags.get("request-timeout")
        && !timeout.parse::<i64>().is_ok_and(|seconds| seconds >= 0)
        && crate::api::go_duration::parse_nanos(timeout).is_err()
    {
        return Err(CliError::Message(
            "Invalid timeout value. Timeout must be a single integer in seconds, or an integer followed by a corresponding time unit (e.g. 1s | 2m | 3h)"
                .into(),
        ));
    }
    let config = Kubeconfig::load(cx.inv, cx.host.files)?;
    if cx.inv.path.starts_with("kubectl config") {
        cx.log_kubeconfig(&config.path);
        return Ok(());
    }
    let context = config.context(flags.get("context")).map_err(|e| match flags.get("context").unwrap_or(config.current()) {
        // Who does not ask for the namespace first looks the context up.
        name if flags.given("namespace") || !asks_for_namespace(cx) => CliError::Message(format!("context {name:?} does not exist")),
        _ => e,
    })?;
    let cluster = asks_by("cluster").unwrap_or(&context.cluster);
    let server = asks_by("server").unwrap_or(config.server(cluster));
    if asks_by("cluster").is_some() && !config.has_cluster(cluster) && asks_by("server").is_none() {
        return Err(CliError::Message(format!("no server found for cluster {cluster:?}")));
    }
    if let Some(user) = asks_by("user")
        && config.user(user).is_none()
    {
        return Err(CliError::Message(format!("auth info {user:?} does not exist")));
    }
    let is_offline = is_offline(cx);
    if !is_offline && !config::is_here(server) {
        config::check_server(server)?;
        return Err(unreached(command, cx, server));
    }
    cx.session.server = server.to_owned();
    cx.log_kubeconfig(&config.path);
    if !is_offline {
        (cx.session.user, cx.session.credentials) = user(cx, &config, asks_by("user").unwrap_or(&context.user), asks_by("token"))?;
    }
    let given = flags.get("namespace").filter(|n| !n.is_empty());
    cx.session.enforce_namespace = given.is_some();
    cx.session.namespace = given.map_or(context.namespace, str::to_owned);
    Ok(())
}

/// Who the requests are from, where not from the administrator: whose token was given, who a user of the kubeconfig is, or who is
/// acted as.
fn user(cx: &Context<'_, '_>, config: &Kubeconfig, name: &str, token: Option<&str>) -> Result<(Option<User>, Vec<String>), CliError> {
    let api = &*cx.host.api;
    let known = config.user(name);
    let unauthorized = || CliError::Message("You must be logged in to the server (Unauthorized)".into());
    let token = match token.or(known.and_then(|u| u.get("token").as_str())).filter(|t| !t.is_empty()) {
        Some(token) => Some(token.to_owned()),
        None => known
            .and_then(|u| u.get("tokenFile").as_str())
            .filter(|path| !path.is_empty())
            .map(|path| token_of_file(cx, path))
            .transpose()?,
    };
    let token = token.as_deref();
    // No server takes passwords any more.
    let has_password =
        ["username", "password"].iter().any(|f| !cx.flags().text(f).is_empty() || known.is_some_and(|u| !u.get(f).is_empty()));
    match token {
        Some(_) if has_password => {
            let message = format!("more than one authentication method found for {name}; found [token basicAuth], only one is allowed");
            return Err(CliError::Message(message));
        }
        // kubectl asks for a name and a password where nothing says who it is, in vain as well.
        None if has_password || !known.is_some_and(config::has_credentials) => return Err(unauthorized()),
        _ => {}
    }
    // As requests are logged.
    let mut headers = token.map(|_| "Authorization: Bearer <masked>".to_owned()).into_iter().list();
    let own = match token.filter(|t| !config::is_administrator(t)) {
        // Who it is matters only where roles do, but someone it must be.
        Some(token) => api.token_user(cx.host.now, token).map(|user| api.enforces_roles().then_some(user)).ok_or_else(unauthorized)?,
        // Certificates are not read here: the name of the entry stands for the name in one.
        None => known
            .filter(|u| u.entries().any(|(member, _)| member.starts_with("client-certificate")))
            .map(|_| User::impersonated(name, "", &[])),
    };
    let flags = cx.flags();
    let or_known = |given: String, member: &str| {
        if given.is_empty() { known.map_or("", |u| u.get(member).str()).to_owned() } else { given }
    };
    let wanted = &or_known(flags.text("as").into(), "as");
    let uid = or_known(flags.text("as-uid").into(), "as-uid");
    let mut groups = flags.list("as-group").to_vec();
    if groups.is_empty() {
        groups.extend(known.iter().flat_map(|u| u.get("as-groups").items()).map(|g| g.str().to_owned()));
    }
    let mut extra: Vec<(String, Vec<String>)> = Vec::new();
    // The keys come as names of headers, whose case is lost.
    let given = flags.list("as-user-extra").iter().filter_map(|text| text.split_once('='));
    for (key, value) in given.map(|(key, value)| (key.lower(), value.to_owned())) {
        match extra.iter_mut().find(|(k, _)| *k == key) {
            Some((_, values)) => values.push(value),
            None => extra.push((key, vec![value])),
        }
    }
    if extra.is_empty() {
        let entries = known.iter().flat_map(|u| u.get("as-user-extra").entries());
        extra.extend(entries.map(|(key, list)| (key.lower(), list.items().iter().map(|v| v.str().to_owned()).list())));
    }
    if wanted.is_empty() {
        if !(uid.is_empty() && groups.is_empty() && extra.is_empty()) {
            let message = format!("requesting uid, groups or user-extra for {name} without impersonating a user");
            return Err(CliError::Message(message));
        }
        return Ok((own, headers));
    }
    if let Some(own) = &own {
        let asked = Attributes { verb: "impersonate", resource: "users", name: wanted, ..Attributes::default() };
        if !api.authorize(own, &asked).allowed {
            let who = &own.name;
            let refusal = format!(
                "users {wanted:?} is forbidden: User {who:?} cannot impersonate resource \"users\" in API group \"\" at the cluster scope"
            );
            return Err(Status::not_allowed(refusal).into());
        }
    }
    for (key, values) in &extra {
        headers.extend(values.iter().map(|value| ["Impersonate-Extra-", key, ": ", value].concat()));
    }
    headers.extend(groups.iter().map(|group| ["Impersonate-Group: ", group].concat()));
    if !uid.is_empty() {
        headers.push(["Impersonate-Uid: ", &uid].concat());
    }
    headers.push(["Impersonate-User: ", wanted].concat());
    Ok((Some(User { extra, ..User::impersonated(wanted, &uid, &groups) }), headers))
}

/// The token in a file that a kubeconfig names.
fn token_of_file(cx: &Context<'_, '_>, path: &str) -> Result<String, CliError> {
    let bytes = cx.host.files.read(path).map_err(|e| CliError::Message(format!("open {path}: {e}")))?;
    Ok(String::from_utf8_lossy(&bytes).trim().to_owned())
}

/// What is typed for some commands, without being like their names.
const SUGGESTED: &[(&str, &str)] =
    &[("list", "get"), ("ls", "get"), ("rm", "delete"), ("remove", "delete"), ("inspect", "describe"), ("stats", "top")];

/// No such command, and what may have been meant.
fn unknown_command(words: &[String], at: usize) -> CliError {
    if words[0].starts_with('-') {
        return CliError::Exit(1, format!("Error: flags cannot be placed before plugin name: {}", words[0]));
    }
    let name = &words[at];
    let mut message = format!("unknown command {name:?} for \"kubectl\"");
    let near: Vec<&str> = ROOT
        .subcommands
        .iter()
        .map(|c| c.name)
        .filter(|c| {
            let meant = SUGGESTED.iter().any(|(typed, command)| command == c && typed.eq_ignore_ascii_case(name));
            meant || help::distance(name, c) <= 2 || c.starts_with(name.lower().as_str())
        })
        .list();
    if !near.is_empty() {
        message += "\n\nDid you mean this?\n";
        for c in near {
            message += &format!("\t{c}\n");
        }
    }
    CliError::Message(message)
}
