//! `kubectl config set-credentials`.

use super::entries::put;
use super::misused;
use crate::api::{ArcStr, Value};
use crate::base::List as _;
use crate::kubectl::command::Command;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, Flags, array, list, switch, text};
use crate::kubectl::help;
use crate::obj;

const FLAGS: &[Flag] = &[
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

/// `kubectl config set-credentials`.
pub(super) static COMMAND: Command = Command {
    usage: "NAME [--client-certificate=path/to/certfile] [--client-key=path/to/keyfile] [--token=bearer_token] [--username=basic_user] [--password=basic_password] [--auth-provider=provider_name] [--auth-provider-arg=key=value] [--exec-command=exec_command] [--exec-api-version=exec_api_version] [--exec-arg=arg] [--exec-env=key=value] [options]",
    flags: &[FLAGS],
    ..Command::new("set-credentials", "Set a user entry in kubeconfig", |cx| {
        let (args, flags) = (cx.args(), cx.flags());
        let [name] = args else { return misused(cx, &COMMAND, "unexpected") };
        if let Err(why) = ["auth-provider-arg", "exec-env"].iter().try_for_each(|f| pairs(flags, f).map(|_| ())) {
            help::print(&COMMAND, cx);
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
        put(cx, ("User", "users", "user"), name, FIELDS, Some(modify_user))
    })
};

/// What is set of a user as it is given.
pub(super) const FIELDS: &[&str] =
    &["client-certificate", "client-certificate-data", "client-key", "client-key-data", "token", "username", "password"];

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
        user.set(&["auth-provider"], obj!({"config": {}, "name": name}));
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
        user.at_mut(&["exec"]).map_mut().insert(ArcStr::from("args"), Value::Null);
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
