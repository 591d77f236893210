//! `kubectl config`.

use crate::api::Value;
use crate::base::{List as _, Order as _, base64};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::config::{Kubeconfig, complete};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::files;
use crate::kubectl::flags::{self, Flag, Flags, array, list, switch, text};
use crate::kubectl::help;
use crate::kubectl::output::{TabWriter, to_yaml};
use crate::kubectl::printing::object_printer;
use crate::obj;

/// `kubectl config`.
pub static COMMAND: Command = Command {
    usage: "SUBCOMMAND [options]",
    ..Command::group(
        "config",
        "Modify kubeconfig files",
        "Modify kubeconfig files using subcommands like \"kubectl config set current-context my-context\".\n\n The loading order follows these rules:\n\n  1.  If the --kubeconfig flag is set, then only that file is loaded. The flag may only be set once and no merging takes place.\n  2.  If $KUBECONFIG environment variable is set, then it is used as a list of paths (normal path delimiting rules for your system). These paths are merged. When a value is modified, it is modified in the file that defines the stanza. When a value is created, it is created in the first file that exists. If no files in the chain exist, then it creates the last file in the list.\n  3.  Otherwise, ${HOME}/.kube/config is used and no merging takes place.",
        &[
            &CURRENT,
            &DELETE_CLUSTER,
            &DELETE,
            &DELETE_USER,
            &CONTEXTS,
            &CLUSTERS,
            &USERS,
            &RENAME,
            &SET_PROPERTY,
            &SET_CLUSTER,
            &SET,
            &SET_CREDENTIALS,
            &UNSET,
            &USE,
            &VIEW,
        ],
    )
};

static CURRENT: Command = Command::new("current-context", "Display the current-context", current);
static DELETE: Command = Command {
    usage: "NAME [options]",
    ..Command::new("delete-context", "Delete the specified context from the kubeconfig", |cx| delete(cx, "context", "contexts"))
};
static DELETE_CLUSTER: Command = Command {
    usage: "NAME [options]",
    ..Command::new("delete-cluster", "Delete the specified cluster from the kubeconfig", |cx| delete(cx, "cluster", "clusters"))
};
static DELETE_USER: Command = Command {
    usage: "NAME [options]",
    ..Command::new("delete-user", "Delete the specified user from the kubeconfig", |cx| delete(cx, "user", "users"))
};
static RENAME: Command = Command {
    usage: "CONTEXT_NAME NEW_NAME [options]",
    ..Command::new("rename-context", "Rename a context from the kubeconfig file", rename)
};
const PROPERTY_FLAGS: &[Flag] = &[switch("set-raw-bytes", "")];
static SET_PROPERTY: Command = Command {
    usage: "PROPERTY_NAME PROPERTY_VALUE [options]",
    flags: &[PROPERTY_FLAGS],
    ..Command::new("set", "Set an individual value in a kubeconfig file", |cx| property(cx, false))
};
static UNSET: Command = Command {
    usage: "PROPERTY_NAME [options]",
    ..Command::new("unset", "Unset an individual value in a kubeconfig file", |cx| property(cx, true))
};
const CLUSTER_FLAGS: &[Flag] = &[
    text("server", ""),
    text("tls-server-name", ""),
    switch("insecure-skip-tls-verify", ""),
    text("certificate-authority", ""),
    switch("embed-certs", ""),
    text("proxy-url", ""),
];
static SET_CLUSTER: Command = Command {
    usage: "NAME [--server=server] [--certificate-authority=path/to/certificate/authority] [--insecure-skip-tls-verify=true] [--tls-server-name=example.com] [options]",
    flags: &[CLUSTER_FLAGS],
    ..Command::new("set-cluster", "Set a cluster entry in kubeconfig", |cx| {
        let args = cx.args();
        let [name] = args else { return misused(cx, &SET_CLUSTER, "Unexpected") };
        if cx.flags().is_on("insecure-skip-tls-verify") && !cx.flags().text("certificate-authority").is_empty() {
            return fail("you cannot specify a certificate authority and insecure mode at the same time");
        }
        if cx.flags().is_on("embed-certs") && cx.flags().text("certificate-authority").is_empty() {
            return fail("you must specify a --certificate-authority to embed");
        }
        put(cx, ("Cluster", "clusters", "cluster"), name, CLUSTER_FIELDS)
    })
};
const CREDENTIALS_FLAGS: &[Flag] = &[
    text("client-certificate", ""),
    text("client-key", ""),
    text("token", ""),
    text("username", ""),
    text("password", ""),
    switch("embed-certs", ""),
    text("auth-provider", ""),
    list("auth-provider-arg", ""),
    text("exec-command", ""),
    text("exec-api-version", ""),
    text("exec-interactive-mode", ""),
    switch("exec-provide-cluster-info", ""),
    list("exec-arg", ""),
    array("exec-env", ""),
];
static SET_CREDENTIALS: Command = Command {
    usage: "NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] [--token=bearer_token] [--username=basic_user] [--password=basic_password] [--auth-provider=provider_name] [--auth-provider-arg=key=value] [--exec-command=exec_command] [--exec-api-version=exec_api_version] [--exec-arg=arg] [--exec-env=key=value] [options]",
    flags: &[CREDENTIALS_FLAGS],
    ..Command::new("set-credentials", "Set a user entry in kubeconfig", |cx| {
        let (args, flags) = (cx.args(), cx.flags());
        let [name] = args else { return misused(cx, &SET_CREDENTIALS, "unexpected") };
        if let Err(why) = ["auth-provider-arg", "exec-env"].iter().try_for_each(|f| pairs(flags, f).map(|_| ())) {
            help::print(&SET_CREDENTIALS, cx);
            return Err(why);
        }
        if ["username", "password"].iter().any(|f| !flags.text(f).is_empty()) && !flags.text("token").is_empty() {
            return fail("you cannot specify more than one authentication method at the same time: --token, --username/--password");
        }
        let files = ["client-certificate", "client-key"].map(|f| flags.text(f));
        if flags.is_on("embed-certs") && files == ["", ""] {
            return fail("you must specify a --client-certificate or --client-key to embed");
        }
        if !matches!(flags.text("exec-interactive-mode"), "" | "IfAvailable" | "Never" | "Always") {
            return fail("invalid interactive mode type, can be only IfAvailable, Never, Always");
        }
        put(cx, ("User", "users", "user"), name, USER_FIELDS)
    })
};

/// A command with too many or too few arguments: its help, and what is wrong.
fn misused(cx: &mut Context<'_, '_>, command: &Command, unexpected: &str) -> Result<Flow, CliError> {
    help::print(command, cx);
    fail(format!("{unexpected} args: [{}]", cx.args().join(" ")))
}

/// What is set (`key=value`) and what is to go (`key-`) by the flag of this name.
fn pairs<'f>(flags: &'f Flags, flag: &str) -> Result<Vec<(&'f str, Option<&'f str>)>, CliError> {
    let pair = |text: &'f String| {
        let set = text.split_once('=').filter(|(key, _)| !key.is_empty()).map(|(key, value)| (key, Some(value)));
        let gone = || text.strip_suffix('-').filter(|key| !key.is_empty()).map(|key| (key, None));
        set.or_else(gone).ok_or_else(|| CliError::Message(format!("invalid {flag} format: {text}")))
    };
    flags.list(flag).iter().map(pair).collect()
}

/// What the flags make of a user: one way to prove who it is alone, and what another program is asked for.
// Models modifyAuthInfo.
fn modify_user(user: &mut Value, flags: &Flags) -> Result<(), CliError> {
    let given = |names: &[&str]| names.iter().any(|n| !flags.text(n).is_empty());
    let (token, basic) = (given(&["token"]), given(&["username", "password"]));
    for (gone, members) in [(basic && !token, &["token"][..]), (token && !basic, &["username", "password"][..])] {
        members.iter().filter(|_| gone).for_each(|member| drop(user.remove(&[member])));
    }
    if let Some(name) = flags.get("auth-provider")
        && user.at(&["auth-provider", "name"]).str() != name
    {
        user.set(&["auth-provider"], obj!({"config": null, "name": name}));
    }
    if !user.get("auth-provider").is_null() {
        for (key, value) in pairs(flags, "auth-provider-arg")? {
            match value {
                Some(value) => user.set(&["auth-provider", "config", key], value),
                None => drop(user.remove(&["auth-provider", "config", key])),
            }
        }
    }
    if let Some(command) = flags.get("exec-command") {
        if user.get("exec").is_null() {
            user.set(&["exec"], obj!({"args": null, "command": "", "env": null, "provideClusterInfo": false}));
        }
        user.set(&["exec", "command"], command);
        user.at_mut(&["exec"]).map_mut().insert(crate::api::ArcStr::from("args"), Value::Null);
    }
    if user.get("exec").is_null() {
        return Ok(());
    }
    for (flag, member) in [("exec-api-version", "apiVersion"), ("exec-interactive-mode", "interactiveMode")] {
        flags.get(flag).into_iter().for_each(|value| user.set(&["exec", member], value));
    }
    if flags.given("exec-provide-cluster-info") {
        user.set(&["exec", "provideClusterInfo"], flags.is_on("exec-provide-cluster-info"));
    }
    if flags.given("exec-arg") {
        user.set(&["exec", "args"], flags.list("exec-arg").iter().map(|a| Value::from(a.as_str())).list());
    }
    for (key, value) in pairs(flags, "exec-env")? {
        let env = user.at_mut(&["exec", "env"]).list_mut();
        let at = env.iter().position(|e| e.get("name").str() == key);
        match (value, at) {
            (Some(value), Some(i)) => env[i].set(&["value"], value),
            (Some(value), None) => env.push(obj!({"name": key, "value": value})),
            (None, Some(i)) => drop(env.remove(i)),
            (None, None) => {}
        }
    }
    Ok(())
}
const CLUSTER_FIELDS: &[&str] =
    &["server", "certificate-authority", "certificate-authority-data", "insecure-skip-tls-verify", "tls-server-name", "proxy-url"];
const USER_FIELDS: &[&str] =
    &["client-certificate", "client-certificate-data", "client-key", "client-key-data", "token", "username", "password"];
/// What can be set of a user that no flag of `set-credentials` is for.
const TOKEN_FILE: &str = "tokenFile";
const CONTEXT_FIELDS: &[&str] = &["cluster", "user", "namespace"];
const CONTEXT_FLAGS: &[Flag] = &[text("output", "o"), switch("no-headers", "")];
static CONTEXTS: Command = Command {
    usage: "[(-o|--output=)name)] [options]",
    flags: &[CONTEXT_FLAGS],
    ..Command::new("get-contexts", "Describe one or many contexts", contexts)
};
static CLUSTERS: Command = Command::new("get-clusters", "Display clusters defined in the kubeconfig", |cx| names(cx, "clusters"));
static USERS: Command = Command::new("get-users", "Display users defined in the kubeconfig", |cx| names(cx, "users"));
const SET_FLAGS: &[Flag] = &[switch("current", ""), text("cluster", ""), text("user", ""), text("namespace", "n")];
static SET: Command = Command {
    usage: "[NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace] [options]",
    flags: &[SET_FLAGS],
    ..Command::new("set-context", "Set a context entry in kubeconfig", set)
};
static USE: Command = Command {
    aliases: &["use"],
    usage: "CONTEXT_NAME [options]",
    ..Command::new("use-context", "Set the current-context in a kubeconfig file", use_context)
};
const VIEW_FLAGS: &[Flag] = &[switch("minify", ""), switch("raw", ""), switch("flatten", ""), switch("merge", "")];
static VIEW: Command = Command {
    usage: "[flags] [options]",
    flags: &[flags::PRINT, VIEW_FLAGS],
    ..Command::new("view", "Display merged kubeconfig settings or a specified kubeconfig file", view)
};

fn load(cx: &Context<'_, '_>) -> Result<Kubeconfig, CliError> {
    Kubeconfig::load(cx.inv, cx.host.files)
}

fn named<'v>(config: &'v Kubeconfig, list: &str, name: &str) -> Option<&'v Value> {
    config.object.get(list).items().iter().find(|c| c.get("name").str() == name)
}

fn current(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let config = load(cx)?;
    if config.current().is_empty() {
        return fail("current-context is not set");
    }
    cx.out.outln(config.current());
    Ok(Flow::Done)
}

fn names(cx: &mut Context<'_, '_>, list: &str) -> Result<Flow, CliError> {
    let config = load(cx)?;
    cx.out.outln("NAME");
    for item in config.object.get(list).items() {
        cx.out.outln(item.get("name").str());
    }
    Ok(Flow::Done)
}

fn contexts(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let config = load(cx)?;
    let output = cx.flags().text("output");
    if !matches!(output, "" | "name") {
        return fail(format!("--output {output} is not available in kubectl config get-contexts; resetting to default output format"));
    }
    let wanted = cx.args();
    let mut items: Vec<&Value> = config.object.get("contexts").items().iter().list();
    items.order_by_key(|c| c.get("name").str());
    items.retain(|c| wanted.is_empty() || wanted.iter().any(|w| w == c.get("name").str()));
    if output == "name" {
        items.iter().for_each(|c| cx.out.outln(c.get("name").str()));
    } else {
        let mut writer = TabWriter::for_tables();
        if !cx.flags().is_on("no-headers") {
            writer.write("CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE\n");
        }
        for item in items {
            let (name, context) = (item.get("name").str(), item.get("context"));
            let star = if name == config.current() { "*" } else { "" };
            let text = |member: &str| context.get(member).str();
            writer.write(&format!("{star}\t{name}\t{}\t{}\t{}\n", text("cluster"), text("user"), text("namespace")));
        }
        let text = writer.flush();
        cx.out.out(text);
    }
    let missing: Vec<CliError> = wanted
        .iter()
        .filter(|w| named(&config, "contexts", w).is_none())
        .map(|w| CliError::Message(format!("context {w} not found")))
        .list();
    CliError::check(missing)?;
    Ok(Flow::Done)
}

/// Takes an entry out of a list: of contexts, clusters or users.
fn delete(cx: &mut Context<'_, '_>, what: &str, list: &str) -> Result<Flow, CliError> {
    let mut config = load(cx)?;
    let [name] = cx.args() else {
        if what == "user" {
            return Err(cx.usage("user to delete is required"));
        }
        help::print(if what == "cluster" { &DELETE_CLUSTER } else { &DELETE }, cx);
        return Ok(Flow::Done);
    };
    if named(&config, list, name).is_none() {
        return fail(format!("cannot delete {what} {name}, not in {}", config.path));
    }
    if list == "contexts" && config.current() == name {
        cx.out.errln("warning: this removed your active context, use \"kubectl config use-context\" to select a different one");
    }
    config.object.get_mut(list).list_mut().retain(|c| c.get("name").str() != name);
    config.save(cx.host.files)?;
    cx.out.outln(format!("deleted {what} {name} from {}", config.path));
    Ok(Flow::Done)
}

fn rename(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let mut config = load(cx)?;
    let [old, new] = cx.args() else { return misused(cx, &RENAME, "Unexpected") };
    if new.is_empty() {
        return fail("You must specify a new non-empty context name");
    }
    if named(&config, "contexts", old).is_none() {
        return fail(format!("cannot rename the context {old:?}, it's not in {}", config.path));
    }
    if named(&config, "contexts", new).is_some() {
        return fail(format!("cannot rename the context {old:?}, the context {new:?} already exists in {}", config.path));
    }
    for item in config.object.get_mut("contexts").list_mut().iter_mut().filter(|c| c.get("name").str() == old) {
        item.set(&["name"], new.as_str());
    }
    if config.current() == old {
        config.object.set(&["current-context"], new.as_str());
    }
    config.save(cx.host.files)?;
    cx.out.outln(format!("Context {old:?} renamed to {new:?}."));
    Ok(Flow::Done)
}

/// Sets in an entry what the flags give, and makes it where it is not there.
fn put(cx: &mut Context<'_, '_>, (what, list, member): (&str, &str, &str), name: &str, fields: &[&str]) -> Result<Flow, CliError> {
    if name.is_empty() {
        return fail(format!("you must specify a non-empty {member} name"));
    }
    let mut config = load(cx)?;
    if member == "user" {
        let flags = cx.flags();
        modify_user(entry(&mut config, list, member, name, ""), flags)?;
    }
    let embeds = cx.flags().is_on("embed-certs");
    for field in fields {
        let data = format!("{field}-data");
        if let Some(path) = cx.flags().get(field).filter(|_| embeds && fields.contains(&data.as_str())) {
            let bytes =
                files::read(cx, path).map_err(|e| CliError::Message(format!("could not stat {field} file {path}: stat {path}: {e}")))?;
            *entry(&mut config, list, member, name, &data) = base64::encode(&bytes).into();
            forget(&mut config, list, member, name, &[field]);
        } else if let Some(value) = cx.flags().get(field) {
            *entry(&mut config, list, member, name, field) = match *field {
                "insecure-skip-tls-verify" => (value == "true").into(),
                "certificate-authority" | "client-certificate" | "client-key" => stored_path(cx, &config.path, value).into(),
                _ => value.into(),
            };
            if !value.is_empty() && fields.contains(&data.as_str()) {
                forget(&mut config, list, member, name, &[&data]);
            }
        }
    }
    // One setting takes the place of others.
    let given = |flag: &str| cx.flags().get(flag).is_some_and(|v| !v.is_empty());
    if given("certificate-authority") {
        forget(&mut config, list, member, name, &["insecure-skip-tls-verify"]);
    } else if cx.flags().is_on("insecure-skip-tls-verify") {
        forget(&mut config, list, member, name, &["certificate-authority", "certificate-authority-data"]);
    }
    if given("server") && !cx.flags().given("tls-server-name") {
        forget(&mut config, list, member, name, &["tls-server-name"]);
    }
    config.save(cx.host.files)?;
    cx.out.outln(format!("{what} {name:?} set."));
    Ok(Flow::Done)
}

/// Takes members out of an entry of a list.
fn forget(config: &mut Kubeconfig, list: &str, member: &str, name: &str, fields: &[&str]) {
    for item in config.object.get_mut(list).list_mut().iter_mut().filter(|c| c.get("name").str() == name) {
        fields.iter().for_each(|field| drop(item.remove(&[member, field])));
    }
}

/// A path as a kubeconfig keeps it: from the kubeconfig's own folder where it is in there, from the root where not.
// Models clientcmd.RelativizePathWithNoBacksteps.
fn stored_path(cx: &Context<'_, '_>, kubeconfig: &str, path: &str) -> String {
    let here = cx.inv.env.var("PWD").unwrap_or("/root");
    let full = |path: &str| {
        let mut parts: Vec<&str> = Vec::new();
        for part in [if path.starts_with('/') { "" } else { here }, path].into_iter().flat_map(|p| p.split('/')) {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        format!("/{}", parts.join("/"))
    };
    let (path, kubeconfig) = (full(path), full(kubeconfig));
    let folder = kubeconfig.rsplit_once('/').map_or("", |(folder, _)| folder);
    path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).map_or_else(|| path.clone(), str::to_owned)
}

/// The place of a field in an entry of a list; both are made where they are not there.
fn entry<'v>(config: &'v mut Kubeconfig, list: &str, member: &str, name: &str, field: &str) -> &'v mut Value {
    let items = config.object.get_mut(list).list_mut();
    let at = items.iter().position(|c| c.get("name").str() == name).unwrap_or_else(|| {
        let mut item = obj!({"name": name});
        item.set(&[member], Value::map());
        items.push(item);
        items.len() - 1
    });
    if field.is_empty() { items[at].at_mut(&[member]) } else { items[at].at_mut(&[member, field]) }
}

/// `config set` and `config unset`: one value, named by its path. A name in it may have dots.
fn property(cx: &mut Context<'_, '_>, unset: bool) -> Result<Flow, CliError> {
    let (path, value) = match (cx.args(), unset) {
        ([path], true) => (path, ""),
        ([path, value], false) => (path, value.as_str()),
        _ => return misused(cx, if unset { &UNSET } else { &SET_PROPERTY }, "Unexpected"),
    };
    if !unset && value.is_empty() {
        return fail("you cannot use set to unset a property");
    }
    if path.is_empty() {
        return fail("you must specify a property");
    }
    let mut config = load(cx)?;
    let (first, rest) = path.split_once('.').unwrap_or((path, ""));
    let (member, fields) = match first {
        "current-context" if rest.is_empty() => ("", &[][..]),
        "clusters" => ("cluster", CLUSTER_FIELDS),
        "contexts" => ("context", CONTEXT_FIELDS),
        "users" => ("user", USER_FIELDS),
        _ => return fail(format!("unable to parse {path} after [] at api.Config")),
    };
    let is_field = |field: &str| fields.contains(&field) || first == "users" && field == TOKEN_FILE;
    let split = rest.rsplit_once('.').filter(|(_, field)| is_field(field));
    match (member, split) {
        ("", _) => config.object.set(&["current-context"], value),
        (_, Some((name, field))) if !unset || named(&config, first, name).is_some() => {
            let value = match (field, value) {
                _ if unset => Value::Null,
                ("insecure-skip-tls-verify", "1" | "t" | "T" | "TRUE" | "true" | "True") => true.into(),
                ("insecure-skip-tls-verify", "0" | "f" | "F" | "FALSE" | "false" | "False") => false.into(),
                ("insecure-skip-tls-verify", _) => return fail(format!("strconv.ParseBool: parsing {value:?}: invalid syntax")),
                (data, _) if data.ends_with("-data") && cx.flags().is_on("set-raw-bytes") => base64::encode(value.as_bytes()).into(),
                (data, _) if data.ends_with("-data") => match base64::bad_byte(value) {
                    Some(at) => return fail(format!("error decoding input value: illegal base64 data at input byte {at}")),
                    None => value.into(),
                },
                _ => value.into(),
            };
            if value.is_null() {
                entry(&mut config, first, member, name, "").remove(&[field]);
            } else {
                *entry(&mut config, first, member, name, field) = value;
            }
        }
        (_, Some((name, _))) => return fail(format!("current map key `{name}` is invalid")),
        (_, None) if unset => config.object.get_mut(first).list_mut().retain(|c| !rest.is_empty() && c.get("name").str() != rest),
        (_, None) => return fail(format!("unable to parse one or more field values of {path}")),
    }
    config.save(cx.host.files)?;
    cx.out.outln(format!("Property {path:?} {}.", if unset { "unset" } else { "set" }));
    Ok(Flow::Done)
}

fn set(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let mut config = load(cx)?;
    let flags = cx.flags();
    let name = match (cx.args(), flags.is_on("current")) {
        ([], true) if config.current().is_empty() => return fail("no current context is set"),
        ([], true) => config.current().to_owned(),
        ([name], false) if !name.is_empty() => name.clone(),
        ([] | [_], false) => return fail("you must specify a non-empty context name or --current"),
        ([_], true) => return fail("you cannot specify both a context name and --current"),
        _ => return misused(cx, &SET, "Unexpected"),
    };
    let there = named(&config, "contexts", &name).is_some();
    if !there {
        config.object.get_mut("contexts").list_mut().push(obj!({"context": {}, "name": name.as_str()}));
    }
    for item in config.object.get_mut("contexts").list_mut() {
        if item.get("name").str() != name {
            continue;
        }
        for member in ["cluster", "user", "namespace"] {
            if let Some(value) = flags.get(member) {
                item.set(&["context", member], value);
            }
        }
    }
    config.save(cx.host.files)?;
    cx.out.outln(format!("Context {name:?} {}.", if there { "modified" } else { "created" }));
    Ok(Flow::Done)
}

fn use_context(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let mut config = load(cx)?;
    let [name] = cx.args() else { return misused(cx, &USE, "Unexpected") };
    if name.is_empty() {
        return fail("empty context names are not allowed");
    }
    if named(&config, "contexts", name).is_none() {
        return fail(format!("no context exists with the name: {name:?}"));
    }
    config.object.set(&["current-context"], name.as_str());
    config.save(cx.host.files)?;
    cx.out.outln(format!("Switched to context {name:?}."));
    Ok(Flow::Done)
}

/// Puts files into their entries.
// Models clientcmdapi.FlattenConfig.
fn flatten(cx: &Context<'_, '_>, config: &mut Kubeconfig) -> Result<(), CliError> {
    for (list, member, field) in
        [("users", "user", "client-certificate"), ("users", "user", "client-key"), ("clusters", "cluster", "certificate-authority")]
    {
        let data = format!("{field}-data");
        for mut item in config.object.get(list).items().to_vec() {
            let path = item.at(&[member, field]).str();
            if path.is_empty() {
                continue;
            }
            if !item.at(&[member, &data]).is_empty() {
                return fail("cannot have values for both path and contents");
            }
            let path = config.resolve(list, &item, path);
            let bytes = cx.host.files.read(&path).map_err(|e| CliError::Message(format!("open {path}: {e}")))?;
            item.remove(&[member, field]);
            item.set(&[member, &data], base64::encode(&bytes));
            let place = config.object.get_mut(list).list_mut().iter_mut().find(|i| i.get("name") == item.get("name"));
            place.into_iter().for_each(|place| *place = item.clone());
        }
    }
    Ok(())
}

fn view(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    if !cx.args().is_empty() {
        return Err(cx.usage(format!("unexpected arguments: [{}]", cx.args().join(" "))));
    }
    let printer = object_printer(cx)?;
    let flags = cx.flags();
    if !flags.switch_or("merge", true) && flags.text("kubeconfig").is_empty() {
        return fail("if merge==false a precise file must be specified");
    }
    if !flags.switch_or("merge", true)
        && let Err(error) = cx.host.files.read(flags.text("kubeconfig"))
    {
        return fail(format!("open {}: {error}", flags.text("kubeconfig")));
    }
    let mut config = load(cx)?;
    if flags.is_on("minify") {
        let wanted = flags.text("context");
        if !wanted.is_empty() {
            config.object.set(&["current-context"], wanted);
        }
        let current = config.current().to_owned();
        if current.is_empty() {
            return fail("current-context must exist in order to minify");
        }
        let Some(context) = named(&config, "contexts", &current).map(|c| c.get("context").clone()) else {
            return fail(format!("cannot locate context {current}"));
        };
        for (list, member) in [("clusters", "cluster"), ("users", "user")] {
            let name = context.get(member).str();
            if !name.is_empty() && named(&config, list, name).is_none() {
                return fail(format!("cannot locate {member} {name}"));
            }
        }
        let keep = |list: &mut Value, name: &str| list.list_mut().retain(|c| c.get("name").str() == name);
        keep(config.object.get_mut("contexts"), &current);
        keep(config.object.get_mut("clusters"), context.get("cluster").str());
        keep(config.object.get_mut("users"), context.get("user").str());
    }
    if flags.is_on("flatten") {
        flatten(cx, &mut config)?;
    } else if !flags.is_on("raw") {
        for (list, member) in [("clusters", "cluster"), ("users", "user")] {
            for item in config.object.get_mut(list).list_mut() {
                for (field, value) in item.get_mut(member).map_mut().iter_mut() {
                    match field.as_str() {
                        "token" | "password" => *value = "REDACTED".into(),
                        data if data.ends_with("-data") => *value = "DATA+OMITTED".into(),
                        _ => {}
                    }
                }
            }
        }
    }
    complete(&mut config.object);
    match printer {
        Some(mut printer) => printer.print(&config.object, cx.out)?,
        None => cx.out.out(to_yaml(&config.object)),
    }
    Ok(Flow::Done)
}
