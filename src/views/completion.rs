//! What a word of a command line could become: programs, kubectl's commands and flags, kinds, names, files.

use crate::api::{Kind, KindRef, Object};
use crate::base::Order as _;
use crate::sim::Sim;

/// What a word could become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where the word begins, in characters.
    pub from: usize,
    /// What it could be, sorted; at most a few hundred.
    pub candidates: Vec<String>,
}

/// The most candidates that are told.
const CANDIDATES_MAX: usize = 400;

const COMMANDS: &[&str] = &[
    "annotate",
    "api-resources",
    "api-versions",
    "apply",
    "attach",
    "autoscale",
    "cluster-info",
    "config",
    "cordon",
    "cp",
    "create",
    "delete",
    "describe",
    "diff",
    "drain",
    "edit",
    "events",
    "exec",
    "explain",
    "expose",
    "get",
    "label",
    "logs",
    "patch",
    "replace",
    "rollout",
    "run",
    "scale",
    "set",
    "taint",
    "top",
    "uncordon",
    "version",
    "wait",
];
const PROGRAMS: &[&str] = &[
    "awk", "cat", "cd", "cp", "curl", "cut", "date", "echo", "env", "exit", "export", "find", "for", "grep", "head", "kubectl", "ls",
    "mkdir", "mv", "printf", "pwd", "rm", "sed", "seq", "sleep", "sort", "tail", "tee", "touch", "tr", "uniq", "wc", "wget", "while",
    "xargs",
];
const FLAGS: &[&str] = &[
    "--all",
    "--all-namespaces",
    "--container=",
    "--filename=",
    "--follow",
    "--force",
    "--grace-period=",
    "--image=",
    "--namespace=",
    "--output=",
    "--previous",
    "--replicas=",
    "--selector=",
    "--show-labels",
    "--sort-by=",
    "--tail=",
    "--watch",
];
const OUTPUTS: &[&str] = &["custom-columns=", "go-template=", "json", "jsonpath=", "name", "wide", "yaml"];
const CREATABLE: &[&str] =
    &["configmap", "cronjob", "deployment", "ingress", "job", "namespace", "quota", "secret", "service", "serviceaccount"];
const ROLLOUT: &[&str] = &["history", "pause", "restart", "resume", "status", "undo"];

/// Completes the last word of a command line, of which `line` is what stands before the cursor.
pub fn complete(sim: &Sim, line: &str) -> Completion {
    let command = line.rfind(['|', ';', '&', '(', '\n']).map_or(line, |at| &line[at + 1..]);
    let word = command.rfind(char::is_whitespace).map_or(command.trim_start(), |at| &command[at + 1..]);
    let before: Vec<&str> = command[..command.len() - word.len()].split_whitespace().collect();
    // Only what follows the last `/`, `=` or `,` of a word may be replaced, but it is told whole.
    let from = line.chars().count() - word.chars().count();
    let mut candidates = match before.split_first() {
        None => listed(PROGRAMS, word),
        Some((&"kubectl" | &"k", arguments)) => kubectl(sim, arguments, word),
        Some(_) => files(sim, word),
    };
    candidates.order();
    candidates.dedup();
    candidates.truncate(CANDIDATES_MAX);
    Completion { from, candidates }
}

fn listed(words: &[&str], word: &str) -> Vec<String> {
    words.iter().filter(|w| w.starts_with(word)).map(|w| (*w).to_owned()).collect()
}

fn kubectl(sim: &Sim, arguments: &[&str], word: &str) -> Vec<String> {
    if let Some((flag, value)) = word.split_once('=').filter(|(flag, _)| flag.starts_with("--")) {
        return flag_value(sim, arguments, flag, value).into_iter().map(|v| format!("{flag}={v}")).collect();
    }
    if let Some(flag) = arguments.last().filter(|a| takes_value(a)) {
        return flag_value(sim, arguments, flag, word);
    }
    if word.starts_with('-') {
        return listed(FLAGS, word);
    }
    if arguments.contains(&"--") {
        return files(sim, word);
    }
    let mut words = Vec::new();
    let mut skip = false;
    for argument in arguments {
        if !skip && !argument.starts_with('-') {
            words.push(*argument);
        }
        skip = takes_value(argument);
    }
    let namespace = namespace_of(sim, arguments);
    match words.as_slice() {
        [] => listed(COMMANDS, word),
        ["create"] => listed(CREATABLE, word),
        ["rollout"] => listed(ROLLOUT, word),
        ["logs" | "exec" | "attach"] => names(sim, Kind::named("Pod"), namespace, word, ""),
        ["cordon" | "uncordon" | "drain"] => names(sim, Kind::named("Node"), "", word, ""),
        [
            "get" | "describe" | "delete" | "edit" | "label" | "annotate" | "patch" | "scale" | "explain" | "expose" | "wait" | "autoscale",
        ]
        | ["rollout", _] => match word.split_once('/') {
            Some((kind, name)) => kind_of(sim, kind).map(|k| names(sim, k, namespace, name, &format!("{kind}/"))).unwrap_or_default(),
            None => kinds(sim, word),
        },
        ["rollout", _, kind, ..]
        | ["get" | "describe" | "delete" | "edit" | "label" | "annotate" | "patch" | "scale" | "expose" | "wait" | "autoscale", kind, ..] => {
            kind_of(sim, kind).map(|k| names(sim, k, namespace, word, "")).unwrap_or_default()
        }
        _ => Vec::new(),
    }
}

fn takes_value(flag: &str) -> bool {
    matches!(
        flag,
        "-n" | "--namespace"
            | "-f"
            | "--filename"
            | "-o"
            | "--output"
            | "-c"
            | "--container"
            | "-l"
            | "--selector"
            | "--image"
            | "--replicas"
    )
}

fn flag_value(sim: &Sim, arguments: &[&str], flag: &str, value: &str) -> Vec<String> {
    match flag {
        "-n" | "--namespace" => names(sim, Kind::named("Namespace"), "", value, ""),
        "-f" | "--filename" => files(sim, value),
        "-o" | "--output" => listed(OUTPUTS, value),
        "-c" | "--container" => {
            let pod = arguments.iter().find_map(|a| sim.api().peek(Kind::named("Pod"), namespace_of(sim, arguments), a));
            let spec = pod.map(|p| p.get("spec").clone()).unwrap_or_default();
            let all = spec.get("containers").items().iter().chain(spec.get("initContainers").items());
            all.map(|c| c.get("name").str()).filter(|n| n.starts_with(value)).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    }
}

/// The namespace that a command line names, or else the one that kubectl uses.
fn namespace_of<'a>(sim: &'a Sim, arguments: &[&'a str]) -> &'a str {
    let after = arguments.windows(2).find(|w| matches!(w[0], "-n" | "--namespace")).map(|w| w[1]);
    let joined = arguments.iter().find_map(|a| a.strip_prefix("--namespace="));
    after.or(joined).unwrap_or_else(|| sim.session().default_namespace())
}

fn kind_of(sim: &Sim, word: &str) -> Option<KindRef> {
    sim.api().kinds().into_iter().find(|k| k.plural == word || k.singular() == word || k.short_names.contains(&word))
}

fn kinds(sim: &Sim, word: &str) -> Vec<String> {
    sim.api().kinds().into_iter().filter(|k| k.verbs.contains(&"list") && k.plural.starts_with(word)).map(|k| k.plural.to_owned()).collect()
}

fn names(sim: &Sim, kind: KindRef, namespace: &str, word: &str, prefix: &str) -> Vec<String> {
    let of = sim.api().iter(kind, kind.namespaced.then_some(namespace));
    of.map(|o| o.name()).filter(|n| n.starts_with(word)).take(CANDIDATES_MAX).map(|n| format!("{prefix}{n}")).collect()
}

/// Files of the workstation, one directory at a time.
fn files(sim: &Sim, word: &str) -> Vec<String> {
    let folder = word.rfind('/').map_or("", |at| &word[..=at]);
    let all = sim.workstation().files();
    let inside = all.iter().filter_map(|f| f.strip_prefix(folder).map(|rest| (f, rest)));
    inside
        .map(|(_, rest)| match rest.split_once('/') {
            Some((sub, _)) => format!("{folder}{sub}/"),
            None => format!("{folder}{rest}"),
        })
        .filter(|f| f.starts_with(word))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::Session;

    #[test]
    fn words_become_what_they_can() {
        let files = [("web.yaml", ""), ("conf/a.txt", ""), ("conf/b.txt", "")];
        let session = Session { files: files.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect(), ..Session::default() };
        let sim = Sim::new(session);
        let told = |line: &str| {
            let c = complete(&sim, line);
            (c.from, c.candidates.join(" "))
        };
        for (line, from, candidates) in [
            ("kub", 0, "kubectl"),
            ("kubectl desc", 8, "describe"),
            ("kubectl get no", 12, "nodes"),
            ("kubectl get nodes node", 18, "node1 node2 node3"),
            ("kubectl describe node/node2", 17, "node/node2"),
            ("kubectl -n kube-n", 11, "kube-node-lease"),
            ("kubectl apply -f w", 17, "web.yaml"),
            ("cat conf/", 4, "conf/a.txt conf/b.txt"),
            ("echo x | kubectl get po -o js", 27, "json jsonpath="),
            ("kubectl get rc -", 15, ""),
        ] {
            let (at, found) = told(line);
            assert_eq!(at, from, "{line}");
            if !candidates.is_empty() {
                assert_eq!(found, candidates, "{line}");
            }
        }
    }
}
