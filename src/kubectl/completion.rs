//! Completion of a command line in the terminal: commands, flags, types, names.

use super::command::Command;
use super::commands::ROOT;
use super::flags::{FlagKind, GLOBAL};
use super::resources::kind_of;
use crate::api::{Kind, Object};
use crate::base::Order as _;
use crate::server::ApiServer;

/// Candidates are cut off after this many.
const CANDIDATES_MAX: usize = 200;

/// Commands whose arguments are types and names.
const BY_TYPE: &[&str] = &[
    "get",
    "describe",
    "delete",
    "edit",
    "label",
    "annotate",
    "patch",
    "scale",
    "expose",
    "autoscale",
    "wait",
    "status",
    "history",
    "undo",
    "pause",
    "resume",
    "restart",
    "image",
    "env",
    "resources",
    "selector",
    "serviceaccount",
    "view-last-applied",
    "edit-last-applied",
];
/// Commands whose first argument is a pod or `TYPE/NAME`.
const BY_POD: &[&str] = &["logs", "exec", "attach", "port-forward", "debug", "cp"];
/// Commands whose arguments are nodes.
const BY_NODE: &[&str] = &["cordon", "uncordon", "drain"];

/// What the last word of a line may become; `line` is what stands before the cursor, with `kubectl` first.
pub fn complete(line: &str, api: &ApiServer, namespace: &str) -> Vec<String> {
    let mut words: Vec<&str> = line.split_whitespace().collect();
    if words.is_empty() || (words.len() == 1 && !line.ends_with(char::is_whitespace)) {
        return Vec::new();
    }
    let last = if line.ends_with(char::is_whitespace) { "" } else { words.pop().unwrap_or("") };
    words.remove(0);
    if words.contains(&"--") {
        return Vec::new();
    }
    let mut command: &Command = &ROOT;
    let mut given: Vec<&str> = Vec::new();
    let mut namespace = namespace;
    let mut pending: Option<&str> = None;
    for word in words {
        if let Some(flag) = pending.take() {
            if matches!(flag, "n" | "namespace") {
                namespace = word;
            }
            continue;
        }
        if word.starts_with('-') {
            let name = word.trim_start_matches('-');
            if let Some(value) = name.strip_prefix("namespace=") {
                namespace = value;
            }
            let known = command.flags.iter().copied().chain([GLOBAL]).flatten().find(|f| f.name == name || f.short == name);
            pending = known.filter(|f| f.bare.is_none()).map(|_| name);
            continue;
        }
        match command.find(word).filter(|_| given.is_empty()) {
            Some(next) => command = next,
            None => given.push(word),
        }
    }
    let mut found = match pending {
        Some("n" | "namespace") => names(api, Kind::named("Namespace"), "", ""),
        Some("o" | "output") => ["json", "yaml", "wide", "name", "jsonpath=", "custom-columns="].map(str::to_owned).to_vec(),
        Some(_) => Vec::new(),
        None if last.starts_with('-') => flags(command),
        None if given.is_empty() && !command.subcommands.is_empty() => {
            let mut list: Vec<String> = command.subcommands.iter().map(|c| c.name.to_owned()).collect();
            if command.name == "create" || command.name == "apply" {
                list.push("-f".into());
            }
            list
        }
        None => arguments(command.name, &given, last, api, namespace),
    };
    found.retain(|c| c.starts_with(last));
    found.order();
    found.dedup();
    found.truncate(CANDIDATES_MAX);
    found
}

fn flags(command: &Command) -> Vec<String> {
    let all = command.flags.iter().copied().chain([GLOBAL]).flatten();
    all.map(|f| if f.kind == FlagKind::Bool || f.bare.is_some() { format!("--{}", f.name) } else { format!("--{}=", f.name) }).collect()
}

fn names(api: &ApiServer, kind: crate::api::KindRef, namespace: &str, prefix: &str) -> Vec<String> {
    let namespace = kind.namespaced.then_some(namespace);
    api.iter(kind, namespace).take(CANDIDATES_MAX).map(|o| format!("{prefix}{}", o.name())).collect()
}

fn arguments(command: &str, given: &[&str], last: &str, api: &ApiServer, namespace: &str) -> Vec<String> {
    if let Some((kind, _)) = last.split_once('/') {
        return kind_of(api, kind).map_or_else(Vec::new, |k| names(api, k, namespace, &format!("{kind}/")));
    }
    if BY_NODE.contains(&command) {
        return names(api, Kind::named("Node"), "", "");
    }
    if BY_POD.contains(&command) {
        return if given.is_empty() { names(api, Kind::named("Pod"), namespace, "") } else { Vec::new() };
    }
    if command == "taint" || BY_TYPE.contains(&command) || command == "explain" {
        return match given.first() {
            None => api.kinds().into_iter().filter(|k| !k.verbs.is_empty()).map(|k| k.plural.to_owned()).collect(),
            Some(kind) if !kind.contains('/') => kind_of(api, kind).map_or_else(Vec::new, |k| names(api, k, namespace, "")),
            Some(_) => Vec::new(),
        };
    }
    Vec::new()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;
    use crate::obj;
    use crate::server::{Caller, WriteOptions};

    #[test]
    fn completes_commands_types_names_and_flags() {
        let mut api = ApiServer::new(1);
        let by = Caller::new(Time::ZERO, "test");
        let object = obj!({"metadata": {"name": "settings"}});
        api.create(&by, Kind::named("ConfigMap"), "default", object, &WriteOptions::default()).expect("created");
        let complete = |line: &str| complete(line, &api, "default");
        assert_eq!(complete("kubectl des"), ["describe"]);
        assert_eq!(complete("kubectl get configm"), ["configmaps"]);
        assert_eq!(complete("kubectl get cm "), ["settings"]);
        assert_eq!(complete("kubectl get cm/s"), ["cm/settings"]);
        assert_eq!(complete("kubectl get pods --show-l"), ["--show-labels"]);
        assert_eq!(complete("kubectl -n kube-s"), ["kube-system"]);
        assert_eq!(complete("kubectl rollout st"), ["status"]);
        assert!(complete("kube").is_empty() && complete("").is_empty());
    }
}
