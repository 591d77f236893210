//! Completion of a command line in the terminal: commands, flags, types, names.

use super::command::Command;
use super::commands::ROOT;
use super::config::Kubeconfig;
use super::flags::{Flag, FlagKind, GLOBAL};
use super::resources::kind_of;
use crate::api::{KindRef, Object, kinds};
use crate::base::{List as _, Order as _};
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
const BY_POD: &[&str] = &["logs", "exec", "attach", "port-forward", "debug", "cp", "pod"];
/// Commands whose arguments are nodes.
const BY_NODE: &[&str] = &["cordon", "uncordon", "drain", "node"];
/// Commands whose arguments are contexts of the kubeconfig.
const BY_CONTEXT: &[&str] = &["use-context", "set-context", "delete-context", "rename-context"];
/// Flags that take one of some words.
const CHOICES: &[(&str, &[&str])] = &[
    ("output", &["custom-columns=", "custom-columns-file=", "go-template=", "json", "jsonpath=", "name", "wide", "yaml"]),
    ("dry-run", &["client", "none", "server"]),
    ("cascade", &["background", "foreground", "orphan"]),
    ("restart", &["Always", "Never", "OnFailure"]),
    ("image-pull-policy", &["Always", "IfNotPresent", "Never"]),
    ("profile", &["baseline", "general", "legacy", "netadmin", "restricted", "sysadmin"]),
    ("for", &["condition=", "create", "delete", "jsonpath="]),
    ("protocol", &["SCTP", "TCP", "UDP"]),
];
/// Flags that take the path of a file.
const FILES: &[&str] = &["filename", "kustomize", "from-file", "from-env-file", "patch-file", "kubeconfig", "template"];

/// What is known where a command line is completed.
struct Surroundings<'a> {
    api: &'a ApiServer,
    kubeconfig: &'a Kubeconfig,
    /// Of the command line, or of the current context.
    namespace: String,
}

/// What a word after the arguments of a kubectl command may become, sorted; nothing said where it is the path of a file.
pub fn complete(arguments: &[&str], word: &str, api: &ApiServer, kubeconfig: &str) -> Option<Vec<String>> {
    let kubeconfig = Kubeconfig::of_text(kubeconfig);
    let namespace = kubeconfig.context(None).unwrap_or_default().namespace;
    let mut near = Surroundings { api, kubeconfig: &kubeconfig, namespace };
    let mut command: &Command = &ROOT;
    let mut given: Vec<&str> = Vec::new();
    let mut pending: Option<&Flag> = None;
    for argument in arguments {
        if *argument == "--" {
            return None;
        }
        let value = match pending.take() {
            Some(flag) => Some((flag, *argument)),
            None if argument.starts_with('-') => {
                let (name, value) = argument.split_once('=').map_or((*argument, None), |(name, value)| (name, Some(value)));
                let flag = flag_of(command, name);
                pending = flag.filter(|f| f.bare.is_none() && value.is_none());
                flag.zip(value)
            }
            None => {
                match command.find(argument).filter(|_| given.is_empty()) {
                    Some(next) => command = next,
                    None => given.push(argument),
                }
                None
            }
        };
        if let Some((_, namespace)) = value.filter(|(flag, _)| flag.name == "namespace") {
            near.namespace = namespace.to_owned();
        }
    }
    let joined = word.split_once('=').filter(|(flag, _)| flag.starts_with("--"));
    let mut found = match (pending, joined) {
        (Some(flag), _) => near.values(flag, &given)?,
        (None, Some((name, _))) => match flag_of(command, name) {
            Some(flag) => near.values(flag, &given)?.into_iter().map(|value| format!("{name}={value}")).list(),
            None => Vec::new(),
        },
        (None, None) if word.starts_with('-') => flags(command),
        (None, None) if given.is_empty() && !command.subcommands.is_empty() => command.subcommands.iter().map(|c| c.name.to_owned()).list(),
        (None, None) => near.arguments(command.name, &given, word),
    };
    found.retain(|c| c.starts_with(word));
    found.order();
    found.dedup();
    found.truncate(CANDIDATES_MAX);
    Some(found)
}

/// The flag of a command that stands on a line with its dashes.
fn flag_of(command: &Command, written: &str) -> Option<&'static Flag> {
    let all = command.flags.iter().copied().chain([GLOBAL]).flatten();
    match written.strip_prefix("--") {
        Some(long) => all.into_iter().find(|f| f.name == long),
        None => all.into_iter().find(|f| !f.short.is_empty() && written.strip_prefix('-') == Some(f.short)),
    }
}

fn flags(command: &Command) -> Vec<String> {
    let all = command.flags.iter().copied().chain([GLOBAL]).flatten();
    all.map(|f| if f.kind == FlagKind::Bool || f.bare.is_some() { format!("--{}", f.name) } else { format!("--{}=", f.name) }).list()
}

impl Surroundings<'_> {
    fn names(&self, kind: KindRef, prefix: &str) -> Vec<String> {
        let namespace = kind.namespaced.then_some(self.namespace.as_str());
        self.api.iter(kind, namespace).take(CANDIDATES_MAX).map(|o| format!("{prefix}{}", o.name())).list()
    }

    fn contexts(&self) -> Vec<String> {
        self.kubeconfig.object.get("contexts").items().iter().map(|c| c.get("name").str().to_owned()).list()
    }

    /// What a flag could be given; nothing where that is a file.
    fn values(&self, flag: &Flag, given: &[&str]) -> Option<Vec<String>> {
        Some(match flag.name {
            "namespace" => self.names(kinds::NAMESPACE, ""),
            "context" => self.contexts(),
            "container" => {
                let pods = given.iter().map(|name| name.rsplit('/').next().unwrap_or(name));
                let pod = pods.filter_map(|name| self.api.peek(kinds::POD, &self.namespace, name)).next();
                let spec = pod.map(|p| p.get("spec").clone()).unwrap_or_default();
                let all = ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(|list| spec.get(list).items());
                all.map(|c| c.get("name").str().to_owned()).list()
            }
            name if FILES.contains(&name) => return None,
            name => {
                let choices = CHOICES.iter().find(|(flag, _)| *flag == name).map_or(&[][..], |(_, words)| words);
                choices.iter().map(|word| (*word).to_owned()).list()
            }
        })
    }

    fn arguments(&self, command: &str, given: &[&str], word: &str) -> Vec<String> {
        if let Some((kind, _)) = word.split_once('/') {
            return kind_of(self.api, kind).map_or_else(Vec::new, |k| self.names(k, &format!("{kind}/")));
        }
        if BY_NODE.contains(&command) {
            return self.names(kinds::NODE, "");
        }
        if BY_CONTEXT.contains(&command) {
            return self.contexts();
        }
        if BY_POD.contains(&command) {
            return if given.is_empty() { self.names(kinds::POD, "") } else { Vec::new() };
        }
        if command == "taint" || BY_TYPE.contains(&command) || command == "explain" {
            return match given.first() {
                None => self.api.kinds().into_iter().filter(|k| k.verbs.contains(&"list")).map(|k| k.plural.to_owned()).list(),
                Some(kind) if !kind.contains('/') => kind_of(self.api, kind).map_or_else(Vec::new, |k| {
                    let mut names = self.names(k, "");
                    names.retain(|name| !given.contains(&name.as_str()));
                    names
                }),
                Some(_) => Vec::new(),
            };
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Kind;
    use crate::api::Value;
    use crate::base::Time;
    use crate::kubectl::first_kubeconfig;
    use crate::obj;
    use crate::server::{Caller, WriteOptions};

    #[test]
    fn completes_commands_types_names_and_flags() {
        let mut api = ApiServer::new(1);
        let by = Caller::new(Time::ZERO, "test");
        let mut create = |kind: &str, namespace: &str, object: Value| {
            api.create(&by, Kind::named(kind), namespace, object, &WriteOptions::default()).expect("created");
        };
        create("ConfigMap", "default", obj!({"metadata": {"name": "settings"}}));
        create("ConfigMap", "kube-system", obj!({"metadata": {"name": "other"}}));
        let container = |name: &str| obj!({"name": name, "image": "i"});
        let pod = obj!({
            "metadata": {"name": "web"},
            "spec": {"containers": [container("main"), container("side")], "initContainers": [container("first")]}
        });
        create("Pod", "default", pod);
        for (line, expected) in [
            ("kubectl des", "describe"),
            ("kubectl auth w", "whoami"),
            ("kubectl get configm", "configmaps"),
            ("kubectl get cm ", "settings"),
            ("kubectl get cm settings ", ""),
            ("kubectl get cm/s", "cm/settings"),
            ("kubectl get -n kube-system cm ", "other"),
            ("kubectl get --namespace=kube-system cm ", "other"),
            ("kubectl get pods --show-l", "--show-labels"),
            ("kubectl get pods --outp", "--output-watch-events --output="),
            ("kubectl get pods --output=js", "--output=json --output=jsonpath="),
            ("kubectl get pods -o na", "name"),
            ("kubectl -n kube-s", "kube-system"),
            ("kubectl rollout st", "status"),
            ("kubectl logs web -c ", "first main side"),
            ("kubectl exec web --container=s", "--container=side"),
            ("kubectl delete pod web --cascade=o", "--cascade=orphan"),
            ("kubectl config use-context k", "kubarium"),
            ("kubectl create deployment web --image=", ""),
            ("kubectl nonsense x", ""),
        ] {
            let mut words: Vec<&str> = line.split(' ').skip(1).collect();
            let word = words.pop().unwrap_or_default();
            let found = complete(&words, word, &api, &first_kubeconfig("default")).map(|c| c.join(" "));
            assert_eq!(found.as_deref(), Some(expected), "{line}");
        }
        for line in [&["apply", "-f"][..], &["create", "cm", "x", "--from-file"], &["exec", "web", "--"]] {
            assert_eq!(complete(line, "", &api, ""), None, "{line:?} takes a file");
        }
    }
}
