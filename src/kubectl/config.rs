//! The kubeconfig: contexts, clusters, users. Where no file is and none is named there is one context that names the simulated
//! cluster, and in a pod what its account gives it.

use std::net::IpAddr;

use super::context::Invocation;
use super::error::{CliError, fail};
use super::host::{FileError, Files};
use crate::api::decode::json_kind;
use crate::api::yaml::read_value;
use crate::api::{Value, quote};
use crate::base::{List as _, Order as _};
use crate::kubectl::output::to_yaml;
use crate::obj;

/// What clusters are called in a session without a kubeconfig.
const NAME: &str = "kubarium";
/// The user of a session without a kubeconfig, and its token.
const ADMINISTRATOR: (&str, &str) = ("admin", "kubarium-admin");
const SERVER: &str = "https://127.0.0.1:6443";
/// Where requests go of which nothing says where to: nobody is there.
const NOWHERE: &str = "http://localhost:8080";
/// Where the simulated cluster is: the ports of the control plane's machine, and what pods know it by.
const ADDRESSES: [&str; 6] =
    ["127.0.0.1:6443", "localhost:6443", "10.244.0.10:6443", "10.96.0.1:443", "kubernetes.default.svc:443", "kubernetes.default:443"];

/// A kubeconfig, as read from a file or made up.
#[derive(Clone, Debug)]
pub struct Kubeconfig {
    /// The whole `Config` object.
    pub object: Value,
    /// Where it is written to.
    pub path: String,
    /// The files that it was put together from.
    parts: Vec<(String, Value)>,
}

/// The lists of named entries.
const LISTS: [&str; 3] = ["clusters", "contexts", "users"];

/// The kubeconfig that a workstation begins with, as text.
pub fn first_kubeconfig(namespace: &str) -> String {
    to_yaml(&built_in(namespace))
}

/// Whether a file has an entry of this name.
fn holds(config: &Value, list: &str, name: &Value) -> bool {
    config.get(list).items().iter().any(|item| item.get("name") == name)
}

/// What a member of Go's types for a kubeconfig holds.
enum Member {
    Text,
    Switch,
    /// Anything: it is not looked at.
    Any,
    /// A list of this type.
    List(&'static str, Fields),
    /// This type.
    Struct(&'static str, Fields),
}

type Fields = &'static [(&'static str, Member)];

/// The members of `Config`, by name.
// Models clientcmd/api/v1.
const FIELDS: Fields = &[
    ("apiVersion", Member::Text),
    ("clusters", Member::List("NamedCluster", &[("cluster", Member::Struct("Cluster", CLUSTER)), ("name", Member::Text)])),
    ("contexts", Member::List("NamedContext", &[("context", Member::Struct("Context", CONTEXT)), ("name", Member::Text)])),
    ("current-context", Member::Text),
    ("extensions", Member::Any),
    ("kind", Member::Text),
    ("preferences", Member::Any),
    ("users", Member::List("NamedAuthInfo", &[("name", Member::Text), ("user", Member::Struct("AuthInfo", USER))])),
];

const CLUSTER: Fields = &[
    ("certificate-authority", Member::Text),
    ("certificate-authority-data", Member::Any),
    ("disable-compression", Member::Switch),
    ("extensions", Member::Any),
    ("insecure-skip-tls-verify", Member::Switch),
    ("proxy-url", Member::Text),
    ("server", Member::Text),
    ("tls-server-name", Member::Text),
];

const CONTEXT: Fields = &[("cluster", Member::Text), ("extensions", Member::Any), ("namespace", Member::Text), ("user", Member::Text)];

const USER: Fields = &[
    ("as", Member::Text),
    ("as-groups", Member::Any),
    ("as-uid", Member::Text),
    ("as-user-extra", Member::Any),
    ("auth-provider", Member::Any),
    ("client-certificate", Member::Text),
    ("client-certificate-data", Member::Any),
    ("client-key", Member::Text),
    ("client-key-data", Member::Any),
    ("exec", Member::Any),
    ("extensions", Member::Any),
    ("password", Member::Text),
    ("token", Member::Text),
    ("tokenFile", Member::Text),
    ("username", Member::Text),
];

/// Reads an object into one of Go's types: members that this has not are left out, and what does not fit one is refused.
fn typed(object: &mut Value, of: &str, place: &str, fields: Fields) -> Result<(), String> {
    let mut problem = None;
    object.map_mut().retain(|name, value| {
        let Some((_, member)) = fields.iter().find(|(known, _)| *known == name) else { return false };
        let at = if place.is_empty() { name.to_owned() } else { [place, ".", name].concat() };
        let misfit = |value: &Value, within: &str, at: &str, wanted: &str| {
            format!("json: cannot unmarshal {} into Go struct field {within}.{at} of type {wanted}", json_kind(value))
        };
        let read = match (member, &mut *value) {
            (_, Value::Null) | (Member::Any, _) | (Member::Text, Value::Str(_)) | (Member::Switch, Value::Bool(_)) => Ok(()),
            (Member::Text, wrong) => Err(misfit(wrong, of, &at, "string")),
            (Member::Switch, wrong) => Err(misfit(wrong, of, &at, "bool")),
            (Member::Struct(inner, fields), value @ Value::Map(_)) => typed(value, inner, &at, fields),
            (Member::Struct(inner, _), wrong) => Err(misfit(wrong, of, &at, &["v1.", inner].concat())),
            (Member::List(inner, fields), value @ Value::List(_)) => value.list_mut().iter_mut().try_for_each(|item| match item {
                Value::Map(_) => typed(item, inner, &at, fields),
                Value::Null => Ok(()),
                wrong => Err(misfit(wrong, of, &at, &["v1.", inner].concat())),
            }),
            (Member::List(inner, _), wrong) => Err(misfit(wrong, of, &at, &["[]v1.", inner].concat())),
        };
        if let Err(why) = read {
            problem.get_or_insert(why);
        }
        true
    });
    problem.map_or(Ok(()), Err)
}

fn parse(path: &str, bytes: &[u8]) -> Result<Value, CliError> {
    let wrong = |why: &str| CliError::Message(format!("error loading config file {path:?}: {why}"));
    let mut object = read_value(&String::from_utf8_lossy(bytes)).map_err(|e| wrong(&e.reason))?;
    if !matches!(object, Value::Map(_) | Value::Null) {
        let kind = json_kind(&object);
        return Err(wrong(&format!(
            "couldn't get version/kind; json parse error: json: cannot unmarshal {kind} into Go value of type struct {{ APIVersion string \"json:\\\"apiVersion,omitempty\\\"\"; Kind string \"json:\\\"kind,omitempty\\\"\" }}"
        )));
    }
    let said = |member: &str, else_: &'static str| Some(object.get(member).str()).filter(|s| !s.is_empty()).unwrap_or(else_);
    let (version, kind) = (said("apiVersion", "v1"), said("kind", "Config"));
    if (version, kind) != ("v1", "Config") {
        return Err(CliError::Message(format!(
            "error loading config file {path:?}: no kind {kind:?} is registered for version {version:?} in scheme \"k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50\""
        )));
    }
    if !object.is_null() {
        typed(&mut object, "Config", "", FIELDS).map_err(|why| wrong(&why))?;
    }
    if !object.get("users").is_null() {
        for entry in object.get_mut("users").list_mut() {
            let exec = entry.at(&["user", "exec"]);
            if exec.is_null() {
                continue;
            }
            // Models SetDefaults_ExecConfig: newer plugins have to say whether they may ask somebody.
            let asks = exec.get("apiVersion").str() == "client.authentication.k8s.io/v1beta1" && exec.get("interactiveMode").is_empty();
            let members = [
                ("args", Value::Null),
                ("env", Value::Null),
                ("provideClusterInfo", false.into()),
                ("interactiveMode", "IfAvailable".into()),
            ];
            for (member, value) in members.into_iter().take(if asks { 4 } else { 3 }) {
                if entry.at(&["user", "exec", member]).is_null() {
                    entry.set(&["user", "exec", member], value);
                }
            }
        }
    }
    Ok(object)
}

/// One context.
#[derive(Clone, Debug, Default)]
pub struct ConfigContext {
    /// The cluster's name.
    pub cluster: String,
    /// The user's name.
    pub user: String,
    /// The namespace; `default` where the context names none.
    pub namespace: String,
}

impl Kubeconfig {
    /// Reads the file that `--kubeconfig` or the home directory names, or those of `KUBECONFIG` as one.
    // Models clientcmd.ClientConfigLoadingRules: of two entries of a name the first counts.
    pub fn load(inv: &Invocation, files: &dyn Files) -> Result<Kubeconfig, CliError> {
        let var = |name: &str| inv.env.var(name);
        let explicit = inv.flags.get("kubeconfig").filter(|p| !p.is_empty());
        let home = format!("{}/.kube/config", var("HOME").unwrap_or("/root"));
        let listed = var("KUBECONFIG").into_iter().flat_map(|list| list.split(':')).filter(|p| !p.is_empty());
        let mut paths: Vec<String> = explicit.map_or_else(|| listed.map(str::to_owned).list(), |path| vec![path.to_owned()]);
        let is_named = !paths.is_empty();
        if !is_named {
            paths.push(home);
        }
        let path = paths[0].clone();
        let mut parts: Vec<(String, Value)> = Vec::new();
        for path in paths {
            match files.read(&path) {
                Ok(bytes) => parts.push((path.clone(), parse(&path, &bytes)?)),
                // What changes one makes it.
                Err(FileError::NotFound) if explicit.is_some() && !inv.path.starts_with("kubectl config") => {
                    return Err(CliError::Message(format!("stat {path}: no such file or directory")));
                }
                Err(FileError::IsADirectory) => {
                    return Err(CliError::Message(format!("error loading config file {path:?}: read {path}: is a directory")));
                }
                Err(_) if !is_named => parts.push((path, in_cluster(inv, files).unwrap_or_else(|| built_in(&inv.env.namespace)))),
                Err(_) => {}
            }
        }
        let mut object = parts.first().map_or_else(|| obj!({}), |(_, object)| object.clone());
        for (_, part) in parts.iter().skip(1) {
            for list in LISTS {
                let more = part.get(list).items().iter();
                let new: Vec<Value> = more.filter(|item| !holds(&object, list, item.get("name"))).cloned().list();
                if !new.is_empty() {
                    object.get_mut(list).list_mut().extend(new);
                }
            }
            if object.get("current-context").is_empty() && !part.get("current-context").is_empty() {
                object.set(&["current-context"], part.get("current-context").clone());
            }
        }
        order(&mut object);
        if object.get("preferences").is_empty() {
            object.remove(&["preferences"]);
        }
        complete(&mut object);
        Ok(Kubeconfig { object, path, parts })
    }

    /// What a file of this text says; one that is broken says nothing.
    pub fn of_text(text: &str) -> Kubeconfig {
        Kubeconfig { object: parse("", text.as_bytes()).unwrap_or_default(), path: String::new(), parts: Vec::new() }
    }

    /// Writes it; of several files each gets what it had, and the first what is new.
    pub fn save(&self, files: &mut dyn Files) -> Result<(), CliError> {
        let mut write = |path: &str, object: &Value| {
            files.write(path, to_yaml(object).as_bytes()).map_err(|e| CliError::Message(format!("open {path}: {e}")))
        };
        if self.parts.len() < 2 {
            let mut object = self.object.clone();
            complete(&mut object);
            order(&mut object);
            return write(&self.path, &object);
        }
        let home_of = |found: &dyn Fn(&Value) -> bool| self.parts.iter().position(|(_, part)| found(part)).unwrap_or(0);
        for (i, (path, old)) in self.parts.iter().enumerate() {
            let mut part = old.clone();
            for list in LISTS {
                let items = self.object.get(list).items().iter();
                let own: Vec<Value> = items.filter(|item| home_of(&|p| holds(p, list, item.get("name"))) == i).cloned().list();
                if !(own.is_empty() && old.get(list).is_null()) {
                    part.set(&[list], own);
                }
            }
            if home_of(&|p| !p.get("current-context").is_empty()) == i && !self.object.get("current-context").is_null() {
                part.set(&["current-context"], self.object.get("current-context").clone());
            }
            if !part.same(old) {
                order(&mut part);
                write(path, &part)?;
            }
        }
        Ok(())
    }

    /// A file as an entry names it: a relative path is taken from the folder of the kubeconfig that the entry is in.
    pub fn resolve(&self, list: &str, entry: &Value, path: &str) -> String {
        let home = self.parts.iter().find(|(_, part)| holds(part, list, entry.get("name"))).map_or(&self.path, |(path, _)| path);
        match home.rsplit_once('/') {
            Some((folder, _)) if !path.starts_with('/') => format!("{folder}/{path}"),
            _ => path.to_owned(),
        }
    }

    /// The current context's name.
    pub fn current(&self) -> &str {
        self.object.get("current-context").str()
    }

    /// The context called so, or the current one; one that says nothing where none is.
    pub fn context(&self, name: Option<&str>) -> Result<ConfigContext, CliError> {
        let wanted = name.filter(|n| !n.is_empty()).unwrap_or_else(|| self.current());
        let found = self.object.get("contexts").named(wanted);
        match found {
            Some(c) => {
                let c = c.get("context");
                let namespace = Some(c.get("namespace").str()).filter(|n| !n.is_empty()).unwrap_or("default");
                let text = |member: &str| c.get(member).str().to_owned();
                Ok(ConfigContext { cluster: text("cluster"), user: text("user"), namespace: namespace.to_owned() })
            }
            None if !wanted.is_empty() => Err(CliError::Configuration(format!("context was not found for specified context: {wanted}"))),
            None => Ok(ConfigContext { namespace: "default".into(), ..ConfigContext::default() }),
        }
    }

    /// Whether there is such a cluster.
    pub fn has_cluster(&self, name: &str) -> bool {
        self.object.get("clusters").named(name).is_some()
    }

    /// What is known of a user, where there is one of this name.
    pub fn user(&self, name: &str) -> Option<&Value> {
        self.object.get("users").named(name).map(|c| c.get("user"))
    }

    /// The address of a cluster's server.
    // Models clientcmd.ClusterDefaults.
    pub fn server(&self, cluster: &str) -> &str {
        let found = self.object.get("clusters").named(cluster);
        found.map(|c| c.at(&["cluster", "server"]).str()).filter(|s| !s.is_empty()).unwrap_or(NOWHERE)
    }
}

/// Sets the members that a kubeconfig always has: what it lists nothing of is null, a context names a cluster and a user, and a cluster its
/// server.
pub fn complete(config: &mut Value) {
    config.set(&["apiVersion"], "v1");
    config.set(&["kind"], "Config");
    for list in LISTS.iter().filter(|list| config.get(list).items().is_empty()).copied().list() {
        config.set(&[list], Value::Null);
    }
    if config.get("current-context").is_null() {
        config.set(&["current-context"], "");
    }
    for (list, member, fields) in [("contexts", "context", ["cluster", "user"].as_slice()), ("clusters", "cluster", &["server"])] {
        if config.get(list).is_null() {
            continue;
        }
        for entry in config.get_mut(list).list_mut() {
            for field in fields {
                if entry.at(&[member, field]).is_null() {
                    entry.set(&[member, field], "");
                }
            }
            if entry.get(member).get("namespace").same(&"".into()) {
                entry.remove(&[member, "namespace"]);
            }
        }
    }
}

/// Orders what a kubeconfig lists by name, as kubectl reads and writes it.
fn order(config: &mut Value) {
    for list in LISTS.iter().filter(|list| !config.get(list).is_null()).copied().list() {
        config.get_mut(list).list_mut().order_by(|a, b| a.get("name").str().cmp(b.get("name").str()));
    }
}

/// A URL's host as it is written, and with its port.
fn host_of(url: &str) -> (&str, String) {
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let host = rest.split('/').next().unwrap_or(rest);
    let host = host.rsplit('@').next().unwrap_or(host);
    let port = if scheme == "https" { 443 } else { 80 };
    // An IPv6 address stands in brackets.
    let has_port = host.rsplit(']').next().is_some_and(|end| end.contains(':'));
    (host, if has_port { host.to_owned() } else { format!("{host}:{port}") })
}

/// The host of an address with a port; an IPv6 address without its brackets.
fn name_of(address: &str) -> &str {
    address.rsplit_once(':').map_or(address, |(name, _)| name.trim_matches(['[', ']']))
}

/// Whether the simulated cluster is at this address.
pub fn is_here(server: &str) -> bool {
    ADDRESSES.contains(&host_of(server).1.as_str())
}

/// Refuses what names no server.
// Models rest.DefaultServerURL: what is no URL with a host is a host, of which the scheme was left out.
pub fn check_server(server: &str) -> Result<(), CliError> {
    let (host, path) = match server.split_once("://") {
        Some((_, rest)) if sound_host(rest.split('/').next().unwrap_or(rest)).is_ok() && !rest.is_empty() && !rest.starts_with('/') => {
            return Ok(());
        }
        Some(_) => ("", server),
        None => server.split_once('/').unwrap_or((server, "")),
    };
    sound_host(host).map_err(|why| CliError::Exit(1, format!("Unable to connect to the server: {why}")))?;
    if path.is_empty() { Ok(()) } else { fail(format!("host must be a URL or a host:port pair: {}", quote(server))) }
}

/// Why Go reads no host from this.
fn sound_host(host: &str) -> Result<(), String> {
    if host.contains(' ') {
        return Err("invalid character \" \" in host name".to_owned());
    }
    let after = host.rsplit([']', '@']).next().unwrap_or(host);
    match after.split_once(':') {
        Some((_, port)) if !port.bytes().all(|b| b.is_ascii_digit()) => Err(format!("invalid port \":{port}\" after host")),
        _ => Ok(()),
    }
}

/// What is said where nobody answers: nobody listens on that port of this machine, or there is no way to the other.
pub fn no_answer(url: &str) -> CliError {
    let (host, address) = host_of(url);
    if is_local(name_of(&address)) {
        return CliError::Exit(1, format!("The connection to the server {host} was refused - did you specify the right host or port?"));
    }
    CliError::Exit(1, format!("Unable to connect to the server: {}", no_way_to(url)))
}

fn is_local(name: &str) -> bool {
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Why an address beyond the cluster is not reached.
pub fn no_way_to(url: &str) -> String {
    dial_error(url) + " (this workstation has no network beyond its cluster)"
}

/// What comes of connecting to an address where nobody answers.
pub fn dial_error(url: &str) -> String {
    let (_, address) = host_of(url);
    let name = name_of(&address);
    match name.parse::<IpAddr>() {
        _ if is_local(name) => format!("dial tcp {}: connect: connection refused", address.replace("localhost", "127.0.0.1")),
        Ok(_) => format!("dial tcp {address}: i/o timeout"),
        Err(_) => format!("dial tcp: lookup {name}: no such host"),
    }
}

/// Whether a user of a kubeconfig has something other than a token or a password to show.
// Models clientcmd.canIdentifyUser; plugins are not run.
pub fn has_credentials(user: &Value) -> bool {
    user.entries().any(|(member, _)| member.starts_with("client-certificate") || matches!(member.as_str(), "exec" | "auth-provider"))
}

/// Whether a token is the one that a session begins with.
pub fn is_administrator(token: &str) -> bool {
    token == ADMINISTRATOR.1
}

/// What a pod knows of its cluster: where the API server is, who it is there, and its namespace; nothing elsewhere.
// Models clientcmd's inClusterClientConfig, which `config` does not ask.
fn in_cluster(inv: &Invocation, files: &dyn Files) -> Option<Value> {
    let var = |name| inv.env.var(name);
    let (host, port) = (var("KUBERNETES_SERVICE_HOST")?, var("KUBERNETES_SERVICE_PORT")?);
    let read = |name| files.read(&["/var/run/secrets/kubernetes.io/serviceaccount/", name].concat()).ok();
    let Some(token) = read("token").filter(|_| !inv.path.starts_with("kubectl config")) else { return Some(obj!({})) };
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).trim().to_owned();
    let namespace = var("POD_NAMESPACE").map_or_else(|| read("namespace").map(text), |name| Some(name.to_owned()));
    Some(obj!({
        "current-context": NAME,
        "clusters": [{"name": NAME, "cluster": {"server": (format!("https://{host}:{port}"))}}],
        "contexts": [{"name": NAME, "context": {"cluster": NAME, "user": NAME, "namespace": (namespace.unwrap_or_default())}}],
        "users": [{"name": NAME, "user": {"token": (text(token))}}]
    }))
}

fn built_in(namespace: &str) -> Value {
    let mut context = obj!({"cluster": NAME, "user": ADMINISTRATOR.0});
    if !namespace.is_empty() {
        context.set(&["namespace"], namespace);
    }
    obj!({
        "apiVersion": "v1", "kind": "Config", "current-context": NAME,
        "clusters": [{"cluster": {"certificate-authority": "ca.crt", "server": SERVER}, "name": NAME}],
        "contexts": [{"context": context, "name": NAME}],
        "users": [{"name": ADMINISTRATOR.0, "user": {"token": ADMINISTRATOR.1}}]
    })
}
