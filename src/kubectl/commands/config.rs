//! `kubectl config`.

use crate::api::Value;
use crate::base::Order as _;
use crate::kubectl::command::{Command, Flow, Run};
use crate::kubectl::config::Kubeconfig;
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, switch, text};
use crate::kubectl::output::{TabWriter, to_yaml};
use crate::kubectl::printing::object_printer;
use crate::obj;

/// `kubectl config`.
pub static COMMAND: Command = Command {
    usage: "SUBCOMMAND [options]",
    ..Command::group(
        "config",
        "Modify kubeconfig files",
        "Modify kubeconfig files using subcommands like \"kubectl config set current-context my-context\".",
        &[&CURRENT, &DELETE, &CONTEXTS, &CLUSTERS, &USERS, &SET, &USE, &VIEW],
    )
};

static CURRENT: Command = Command::new("current-context", "Display the current-context", current);
static DELETE: Command =
    Command { usage: "NAME [options]", ..Command::new("delete-context", "Delete the specified context from the kubeconfig", delete) };
const CONTEXT_FLAGS: &[Flag] = &[text("output", "o"), switch("no-headers", "")];
static CONTEXTS: Command = Command {
    usage: "[(-o|--output=)name)] [options]",
    flags: &[CONTEXT_FLAGS],
    run: Run::Do(contexts),
    ..Command::new("get-contexts", "Describe one or many contexts", contexts)
};
static CLUSTERS: Command = Command::new("get-clusters", "Display clusters defined in the kubeconfig", |cx| names(cx, "clusters"));
static USERS: Command = Command::new("get-users", "Display users defined in the kubeconfig", |cx| names(cx, "users"));
const SET_FLAGS: &[Flag] = &[switch("current", "")];
static SET: Command = Command {
    usage: "[NAME | --current] [--cluster=cluster_nickname] [--user=user_nickname] [--namespace=namespace] [options]",
    flags: &[SET_FLAGS],
    run: Run::Do(set),
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
    run: Run::Do(view),
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
        return fail(format!("output must be one of '' or 'name': {output}"));
    }
    let wanted = cx.args();
    let mut items: Vec<&Value> = config.object.get("contexts").items().iter().collect();
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
        .collect();
    CliError::check(missing)?;
    Ok(Flow::Done)
}

fn delete(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let mut config = load(cx)?;
    let [name] = cx.args() else { return Err(cx.usage("you must specify a context")) };
    if named(&config, "contexts", name).is_none() {
        return fail(format!("cannot delete context {name}, not in {}", config.path));
    }
    if config.current() == name {
        cx.out.errln("warning: this removed your active context, use \"kubectl config use-context\" to select a different one");
    }
    config.object.get_mut("contexts").list_mut().retain(|c| c.get("name").str() != name);
    config.save(cx.host.files)?;
    cx.out.outln(format!("deleted context {name} from {}", config.path));
    Ok(Flow::Done)
}

fn set(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let mut config = load(cx)?;
    let flags = cx.flags();
    let name = match (cx.args(), flags.is_on("current")) {
        ([], true) if config.current().is_empty() => return fail("no current context is set"),
        ([], true) => config.current().to_owned(),
        ([name], false) => name.clone(),
        ([_], true) => return fail("you cannot specify both a context name and --current"),
        _ => return Err(cx.usage("Unexpected args")),
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
    let [name] = cx.args() else { return Err(cx.usage(format!("Unexpected args: [{}]", cx.args().join(" ")))) };
    if named(&config, "contexts", name).is_none() {
        return fail(format!("no context exists with the name: {name:?}"));
    }
    config.object.set(&["current-context"], name.as_str());
    config.save(cx.host.files)?;
    cx.out.outln(format!("Switched to context {name:?}."));
    Ok(Flow::Done)
}

fn view(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let printer = object_printer(cx)?;
    let mut config = load(cx)?;
    if cx.flags().is_on("minify") {
        let current = config.current().to_owned();
        let keep = |list: &mut Value, name: &str| list.list_mut().retain(|c| c.get("name").str() == name);
        keep(config.object.get_mut("contexts"), &current);
        let context = config.object.get("contexts").items().first().map(|c| c.get("context").clone()).unwrap_or_default();
        keep(config.object.get_mut("clusters"), context.get("cluster").str());
        keep(config.object.get_mut("users"), context.get("user").str());
    }
    match printer {
        Some(mut printer) => printer.print(&config.object, cx.out)?,
        None => cx.out.out(to_yaml(&config.object)),
    }
    Ok(Flow::Done)
}
