//! `kubectl config`.

mod entries;
mod property;
mod set_cluster;
mod set_credentials;

use crate::api::Value;
use crate::base::{List as _, Order as _, base64};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::config::{Kubeconfig, complete};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, switch, text};
use crate::kubectl::help;
use crate::kubectl::output::{TabWriter, to_yaml};
use crate::kubectl::printing::object_printer;
use crate::obj;
use entries::named;

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
            &property::SET,
            &set_cluster::COMMAND,
            &SET,
            &set_credentials::COMMAND,
            &property::UNSET,
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

/// A command with too many or too few arguments: its help, and what is wrong.
fn misused(cx: &mut Context<'_, '_>, command: &Command, unexpected: &str) -> Result<Flow, CliError> {
    help::print(command, cx);
    fail(format!("{unexpected} args: [{}]", cx.args().join(" ")))
}

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
