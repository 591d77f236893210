//! Completion of a command line in the terminal: commands, flags, types, names.

use super::command::Command;
use super::commands::ROOT;
use super::config::Kubeconfig;
use super::flags::{Flag, FlagKind, GLOBAL};
use super::rest_mapper::kind_of;
use crate::api::{KindRef, Object, kinds};
use crate::base::{List as _, Order as _};
use crate::server::ApiServer;

/// Candidates are cut off after this many.
const CANDIDATES_MAX: usize = 200;

/// Commands whose arguments are types and names.
const BY_TYPE: &str = "get describe delete edit label annotate patch wait debug env resources selector serviceaccount view-last-applied \
                       edit-last-applied";
/// The same of those that are for some types alone, and these types.
const BY_SOME_TYPES: &[(&str, &str)] = &[
    ("history status undo restart", "deployment daemonset statefulset"),
    ("pause resume", "deployment"),
    ("scale autoscale", "deployment replicaset replicationcontroller statefulset"),
    ("expose", "pod service replicationcontroller deployment replicaset"),
    ("image", "daemonsets deployments pods cronjobs replicasets replicationcontrollers statefulsets"),
    ("taint", "node"),
];
/// Commands whose first argument is a pod or one of [`POD_TYPES`] with a name.
const BY_POD: &str = "logs exec attach port-forward";
/// What has pods.
const POD_TYPES: &str = "daemonsets/ deployments/ pods/ jobs/ replicasets/ replicationcontrollers/ services/ statefulsets/";
/// Commands whose arguments are names of objects of one kind.
const BY_NAME: &[(&str, KindRef)] =
    &[("cordon uncordon drain node", kinds::NODE), ("cp pod", kinds::POD), ("token", kinds::SERVICE_ACCOUNT)];
/// Commands whose argument is an entry of the kubeconfig, and where that is.
const BY_ENTRY: &[(&str, &str)] =
    &[("use-context set-context delete-context rename-context", "contexts"), ("delete-cluster", "clusters"), ("delete-user", "users")];
/// Flags that take one of some words.
const CHOICES: &[(&str, &[&str])] = &[
    (
        "output",
        &[
            "json",
            "yaml",
            "kyaml",
            "name",
            "go-template",
            "go-template-file",
            "template",
            "templatefile",
            "jsonpath",
            "jsonpath-as-json",
            "jsonpath-file",
            "custom-columns",
            "custom-columns-file",
            "wide",
        ],
    ),
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

    fn entries(&self, list: &str) -> Vec<String> {
        self.kubeconfig.object.get(list).items().iter().map(|c| c.get("name").str().to_owned()).list()
    }

    fn containers(&self, given: &[&str]) -> Vec<String> {
        let pods = given.iter().map(|name| name.rsplit('/').next().unwrap_or(name));
        let pod = pods.filter_map(|name| self.api.peek(kinds::POD, &self.namespace, name)).next();
        let spec = pod.map(|p| p.get("spec").clone()).unwrap_or_default();
        let all = ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(|list| spec.get(list).items());
        all.map(|c| c.get("name").str().to_owned()).list()
    }

    /// What a flag could be given; nothing where that is a file.
    fn values(&self, flag: &Flag, given: &[&str]) -> Option<Vec<String>> {
        Some(match flag.name {
            "namespace" => self.names(kinds::NAMESPACE, ""),
            "context" => self.entries("contexts"),
            "container" => self.containers(given),
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
        let among = |commands: &str| commands.split(' ').any(|c| c == command);
        let words = |text: &str| text.split(' ').map(str::to_owned).list();
        if let Some((_, kind)) = BY_NAME.iter().find(|(commands, _)| among(commands)) {
            return self.names(kind, "");
        }
        if let Some((_, list)) = BY_ENTRY.iter().find(|(commands, _)| among(commands)) {
            return self.entries(list);
        }
        if among(BY_POD) {
            return match given {
                [] => self.names(kinds::POD, "").into_iter().chain(words(POD_TYPES)).list(),
                [_] if command == "logs" => self.containers(given),
                _ => Vec::new(),
            };
        }
        let types = BY_SOME_TYPES.iter().find(|(commands, _)| among(commands)).map(|(_, types)| words(types));
        if types.is_none() && !among(BY_TYPE) && command != "explain" {
            return Vec::new();
        }
        match given.first() {
            None => types.unwrap_or_else(|| {
                // The metrics server's kinds would only keep `nodes` and `pods` from being the one that is left, as where it is not installed.
                let all = self.api.kinds().into_iter().filter(|k| k.verbs.contains(&"get") && k.group != "metrics.k8s.io");
                // Fields follow a dot there, not a group.
                all.map(|k| if command == "explain" { k.plural.to_owned() } else { k.qualified() }).list()
            }),
            Some(kind) if !kind.contains('/') => kind_of(self.api, kind).map_or_else(Vec::new, |k| {
                let mut names = self.names(k, "");
                names.retain(|name| !given.contains(&name.as_str()));
                names
            }),
            Some(_) => Vec::new(),
        }
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
            ("kubectl get pods --output=js", "--output=json --output=jsonpath --output=jsonpath-as-json --output=jsonpath-file"),
            ("kubectl get pods -o na", "name"),
            ("kubectl get ing", "ingressclasses.networking.k8s.io ingresses.networking.k8s.io"),
            ("kubectl get deploy", "deployments.apps"),
            ("kubectl explain deploy", "deployments"),
            ("kubectl rollout undo ", "daemonset deployment statefulset"),
            ("kubectl rollout pause ", "deployment"),
            ("kubectl scale s", "statefulset"),
            ("kubectl taint ", "node"),
            ("kubectl logs ", "daemonsets/ deployments/ jobs/ pods/ replicasets/ replicationcontrollers/ services/ statefulsets/ web"),
            ("kubectl logs web ", "first main side"),
            ("kubectl exec web ", ""),
            ("kubectl debug w", ""),
            ("kubectl debug pods w", "web"),
            ("kubectl top pod w", "web"),
            ("kubectl -n kube-s", "kube-system"),
            ("kubectl rollout st", "status"),
            ("kubectl logs web -c ", "first main side"),
            ("kubectl exec web --container=s", "--container=side"),
            ("kubectl delete pod web --cascade=o", "--cascade=orphan"),
            ("kubectl config use-context k", "kubarium"),
            ("kubectl config delete-user ", "admin"),
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
