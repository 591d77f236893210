//! A session: a seed, a cluster's description and a list of timed inputs. Nothing else goes into a simulation.

use super::json::{self, Json, JsonError, members, words};
use super::nodes;
use crate::api::{self, Map, Object, Status, Value, kinds, names};
use crate::base::{List as _, SortedMap, Time};
use crate::controllers::{FlagError, Flags};

/// Everything that determines a history.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Session {
    /// The seed of all random streams.
    pub seed: u64,
    /// The namespace that kubectl uses; it exists from the start.
    pub namespace: String,
    /// Other namespaces that exist from the start.
    pub namespaces: Vec<String>,
    /// The nodes; where absent, three of a standard size, or none if no kubelets run.
    pub nodes: Option<Vec<Value>>,
    /// The components that run beside the API server; all of them where absent.
    pub components: Option<Vec<Part>>,
    /// Whether the cluster has a metrics server; where absent, it has one if any input sets the usage of pods.
    pub metrics: Option<bool>,
    /// Whether the cluster has a default storage class, `standard`, whose volumes are provisioned on demand.
    pub storage: bool,
    /// Whether DNS is served by the pods of CoreDNS behind the Service `kube-dns`, as kubeadm sets them up. Otherwise names resolve without
    /// any object that serves them.
    pub dns: bool,
    /// Whether roles decide who may do what (`--authorization-mode=RBAC`); otherwise everybody may do everything.
    pub rbac: bool,
    /// Flags of the controller manager: `--horizontal-pod-autoscaler-sync-period=30s`, `--node-monitor-grace-period=40s`, `--kube-api-qps=100`,
    /// `--kube-api-burst=200`.
    pub controller_manager: Vec<String>,
    /// The version of the workstation's kubectl: `1.3`, or today's where empty. `export KUBARIUM_KUBECTL=` changes it there.
    pub kubectl: String,
    /// The workstation's files: path to text.
    pub files: SortedMap<String, String>,
    /// The inputs, in the order of their times.
    pub inputs: Vec<TimedInput>,
}

/// A part of the control plane that a session may leave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The controller manager.
    Controllers,
    /// The scheduler.
    Scheduler,
    /// The kubelets of all nodes.
    Kubelets,
}

/// An input and its moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimedInput {
    /// Seconds of virtual time.
    pub t: f64,
    /// A line for the workstation's shell.
    pub cmd: Option<String>,
    /// The standard input of `cmd`.
    pub stdin: Option<String>,
    /// Files of the workstation, written before the input is acted on.
    pub files: SortedMap<String, String>,
    /// The usage of each running pod from now on.
    pub usage: Option<Usage>,
    /// Something that breaks or is mended.
    pub fault: Option<Fault>,
    /// Requests from outside the cluster.
    pub load: Option<Load>,
    /// A request to the API: method and path.
    pub api: Option<String>,
    /// The content type of the API request.
    pub content_type: Option<String>,
    /// The body of the API request.
    pub body: Option<Value>,
    /// Bytes typed into a terminal.
    pub terminal: Option<TerminalInput>,
}

/// Bytes typed into one of the page's terminals.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TerminalInput {
    /// Which terminal.
    pub tab: u32,
    /// What was typed; control characters as they are.
    pub data: String,
    /// Whether it is closed instead.
    pub hangup: bool,
}

/// Resource usage of running pods, which replaces what their processes use.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Usage {
    /// Millicores of each pod.
    pub cpu: Option<f64>,
    /// MiB of each pod.
    pub memory: Option<f64>,
    /// Millicores shared by all pods.
    pub total_cpu: Option<f64>,
}

/// Requests per second to a service from outside the cluster, from this moment on. They replace an earlier load.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Load {
    /// The service: `namespace/name`.
    pub service: String,
    /// Pairs of seconds from now and requests per second from then on; the last holds for ever. An empty list ends the load.
    pub points: Vec<(f64, f64)>,
}

/// Something that breaks or mends.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Fault {
    /// The node it happens to.
    pub node: Option<String>,
    /// `stop` or `start` its kubelet.
    pub kubelet: Option<Switch>,
    /// `stop` or `start` its network. A node without one goes on by itself, cut off from the API and other nodes.
    pub network: Option<Switch>,
    /// How many times slower than usual its disk is: unpacking images, creating containers, starting their processes.
    pub disk: Option<u32>,
    /// How many times slower than usual images are pulled, on this node or, if none is named, on all.
    pub registry: Option<u32>,
    /// A container whose main process is killed.
    pub kill: Option<ContainerRef>,
    /// The id of another process of that container to kill instead.
    pub pid: Option<u32>,
    /// A container whose memory fills up.
    pub fill: Option<ContainerRef>,
    /// By how many MiB in all it fills up.
    pub mib: Option<u32>,
    /// In sessions without kubelets: completes the deletion of terminating pods.
    pub finish_terminating_pods: bool,
}

/// A container of a pod; in JSON the text `namespace/pod/container`.
#[derive(Clone, Debug, PartialEq)]
pub struct ContainerRef {
    /// The pod's namespace.
    pub namespace: String,
    /// The pod's name.
    pub pod: String,
    /// The container's name.
    pub container: String,
}

impl ContainerRef {
    /// A container of the pod of this namespace and name.
    pub fn new(namespace: &str, pod: &str, container: &str) -> Self {
        let [namespace, pod, container] = [namespace, pod, container].map(str::to_owned);
        ContainerRef { namespace, pod, container }
    }
}

impl std::fmt::Display for ContainerRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}/{}", self.namespace, self.pod, self.container)
    }
}

impl Json for ContainerRef {
    fn read(from: &Value) -> Result<Self, JsonError> {
        match from.str().split('/').list()[..] {
            [namespace, pod, container] => Ok(ContainerRef::new(namespace, pod, container)),
            _ => Err(JsonError::new("a container is wanted, as `namespace/pod/container`")),
        }
    }

    fn write(&self) -> Value {
        self.to_string().into()
    }
}

impl Fault {
    /// Reads a fault.
    pub fn from_json(text: &str) -> Result<Fault, SessionError> {
        read(text)
    }

    /// The fault in short: `node1: network stop`, `fill default/web/c 64Mi`.
    pub fn short(&self) -> String {
        let mut parts = Vec::new();
        for (name, switch) in [("kubelet", self.kubelet), ("network", self.network)] {
            parts.extend(switch.map(|s| format!("{name} {}", if s == Switch::Stop { "stop" } else { "start" })));
        }
        for (name, times) in [("disk", self.disk), ("registry", self.registry)] {
            parts.extend(times.map(|n| format!("{name} {n}x slower")));
        }
        let pid = self.pid.map_or_else(String::new, |pid| format!(" {pid}"));
        parts.extend(self.kill.as_ref().map(|of| format!("kill {of}{pid}")));
        parts.extend(self.fill.as_ref().map(|of| format!("fill {of} {}Mi", self.mib.unwrap_or(512))));
        let node = self.node.as_ref().map_or_else(String::new, |n| format!("{n}: "));
        format!("{node}{}", parts.join(", "))
    }
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Off.
    Stop,
    /// On again.
    Start,
}

/// What an input asks for.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// A line for the workstation's shell, with its standard input.
    Command(String, Option<String>),
    /// A request to the API.
    Api(ApiInput),
    /// Usage of running pods.
    Usage(Usage),
    /// Something breaks or is mended.
    Fault(Fault),
    /// Requests from outside the cluster.
    Load(Load),
    /// Bytes typed into a terminal, or its end.
    Terminal(TerminalInput),
    /// Nothing but files to write.
    Files,
}

/// A request to the API.
#[derive(Clone, Debug, PartialEq)]
pub struct ApiInput {
    /// Method and path: `GET /api/v1/pods`.
    pub request: String,
    /// The content type of the body.
    pub content_type: String,
    /// JSON body.
    pub body: Value,
}

/// With how many nodes Kubernetes says that it works.
const NODES_MAX: usize = 5000;

/// Why a session cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// It is not the JSON it should be.
    #[error("the session is not readable: {0}")]
    Unreadable(serde_json::Error),
    /// It is JSON, but has none of a session's members.
    #[error("the session is not readable: none of these is there: {0}")]
    NoMember(String),
    /// A part of it is of the wrong type.
    #[error("the session is not readable: {0}")]
    BadPart(#[from] JsonError),
    /// An input asks for nothing.
    #[error("inputs[{0}]: none of cmd, api, usage, fault, load, terminal and files is given")]
    EmptyInput(usize),
    /// An input's time is out of range.
    #[error("inputs[{0}]: t is {1}: must be from 0 to 31622400 seconds, a year")]
    BadTime(usize, f64),
    /// The controller manager would refuse this flag.
    #[error("controller_manager: {0}")]
    BadFlag(FlagError),
    /// An input asks for two things.
    #[error("inputs[{0}]: both {1} and {2} are given; each needs an input of its own")]
    TwoThings(usize, &'static str, &'static str),
    /// A namespace that the API would refuse.
    #[error("namespace {0:?}: {1}")]
    BadNamespace(String, String),
    /// There are more nodes than Kubernetes supports.
    #[error("nodes: {0} are given: must be at most {NODES_MAX}")]
    TooManyNodes(usize),
    /// A node has no name.
    #[error("nodes[{0}]: metadata.name is required")]
    NamelessNode(usize),
    /// A node that the API would refuse.
    #[error("nodes[{0}]: {1}")]
    BadNode(usize, Status),
}

members!(Session: seed, namespace, namespaces, nodes, components, metrics, storage, dns, rbac, controller_manager, kubectl, files, inputs);
members!(TimedInput: t, cmd, stdin, files, usage, fault, load, api, content_type, body, terminal);
members!(TerminalInput: tab, data, hangup);
members!(Usage: cpu, memory, total_cpu);
members!(Load: service, points);
members!(Fault: node, kubelet, network, disk, registry, kill, pid, fill, mib, finish_terminating_pods);
words!(Part: Controllers "controllers", Scheduler "scheduler", Kubelets "kubelets");
words!(Switch: Stop "stop", Start "start");

fn read<T: Json>(text: &str) -> Result<T, SessionError> {
    let value = Value::from_json(text).map_err(SessionError::Unreadable)?;
    // Other JSON, such as the outcome of a session, must not be taken for an empty session.
    let mut names = value.entries().map(|(name, _)| name.as_str()).peekable();
    if names.peek().is_some() && names.all(|name| !T::MEMBERS.contains(&name)) {
        return Err(SessionError::NoMember(T::MEMBERS.join(", ")));
    }
    Ok(T::read(&value)?)
}

impl Session {
    /// The latest moment of an input: a year. Much later moments could never be reached.
    pub const LATEST: Time = Time::from_secs(366 * 24 * 3600);

    /// Reads a session and checks it.
    pub fn from_json(text: &str) -> Result<Session, SessionError> {
        let session: Session = read(text)?;
        session.check()?;
        Ok(session)
    }

    /// Whether it can be played.
    pub fn check(&self) -> Result<(), SessionError> {
        for (i, input) in self.inputs.iter().enumerate() {
            if !(0.0..=Session::LATEST.as_secs_f64()).contains(&input.t) {
                return Err(SessionError::BadTime(i, input.t));
            }
            let mut asked = input.asked();
            match (asked.next(), asked.next()) {
                (None, _) if input.files.is_empty() => return Err(SessionError::EmptyInput(i)),
                (Some(one), Some(other)) => return Err(SessionError::TwoThings(i, one, other)),
                _ => {}
            }
        }
        for name in std::iter::once(self.default_namespace()).chain(self.namespaces.iter().map(String::as_str)) {
            if let Some(wrong) = names::dns1123_label(name).into_iter().next() {
                return Err(SessionError::BadNamespace(name.to_owned(), wrong));
            }
        }
        if let Some(many) = self.nodes.as_ref().map(Vec::len).filter(|n| *n > NODES_MAX) {
            return Err(SessionError::TooManyNodes(many));
        }
        for (i, node) in self.nodes.iter().flatten().enumerate() {
            if node.name().is_empty() {
                return Err(SessionError::NamelessNode(i));
            }
            check_node(node, i).map_err(|status| SessionError::BadNode(i, status))?;
        }
        Flags::parse(&self.controller_manager).map(|_| ()).map_err(SessionError::BadFlag)
    }

    /// The session as JSON, as it is shared and saved.
    pub fn to_json(&self) -> String {
        let mut json = self.write();
        // `inputs` is written even if it is empty: by it a session is recognised.
        json.set(&["inputs"], self.inputs.write());
        json.to_json()
    }

    /// The controller manager's flags: what a session says that has been checked, and what it leaves out as it is by default.
    pub fn controller_flags(&self) -> Flags {
        Flags::parse(&self.controller_manager).unwrap_or_default()
    }

    /// Whether a part runs. Beside a bare API server there is a scheduler still, which finds no nodes.
    pub fn runs(&self, part: Part) -> bool {
        self.components.as_ref().is_none_or(|c| c.contains(&part) || (c.is_empty() && part == Part::Scheduler))
    }

    /// The namespace that kubectl uses.
    pub fn default_namespace(&self) -> &str {
        if self.namespace.is_empty() { "default" } else { &self.namespace }
    }
}

impl TimedInput {
    /// Reads an input.
    pub fn from_json(text: &str) -> Result<TimedInput, SessionError> {
        read(text)
    }

    /// The input as JSON.
    pub fn to_json(&self) -> String {
        self.write().to_json()
    }

    /// When.
    pub fn at(&self) -> Time {
        Time::from_secs_f64(self.t)
    }

    /// What it asks for besides files, by name.
    fn asked(&self) -> impl Iterator<Item = &'static str> {
        [
            (self.cmd.is_some(), "cmd"),
            (self.api.is_some(), "api"),
            (self.usage.is_some(), "usage"),
            (self.fault.is_some(), "fault"),
            (self.load.is_some(), "load"),
            (self.terminal.is_some(), "terminal"),
        ]
        .into_iter()
        .filter_map(|(given, name)| given.then_some(name))
    }

    /// Whether it does something: opening or closing a terminal does not, nor does a key that is only a part of a line.
    pub fn is_act(&self) -> bool {
        match &self.terminal {
            Some(typed) => typed.data.contains('\n'),
            None => self.asked().next().is_some(),
        }
    }

    /// What it asks for; nothing where it is empty.
    pub fn what(&self) -> Option<Input> {
        if let Some(line) = &self.cmd {
            return Some(Input::Command(line.clone(), self.stdin.clone()));
        }
        if let Some(request) = &self.api {
            let content_type = self.content_type.clone().unwrap_or_else(|| "application/json".to_owned());
            return Some(Input::Api(ApiInput { request: request.clone(), content_type, body: self.body.clone().unwrap_or_default() }));
        }
        if let Some(usage) = self.usage {
            return Some(Input::Usage(usage));
        }
        if let Some(fault) = &self.fault {
            return Some(Input::Fault(fault.clone()));
        }
        if let Some(load) = &self.load {
            return Some(Input::Load(load.clone()));
        }
        if let Some(terminal) = &self.terminal {
            return Some(Input::Terminal(terminal.clone()));
        }
        (!self.files.is_empty()).then_some(Input::Files)
    }
}

/// Whether the API takes a node as it joins.
fn check_node(node: &Value, place: usize) -> Result<(), Status> {
    let kind = kinds::NODE;
    let (node, _) = api::decode::decode(kind, node.clone())?;
    let mut node = nodes::joined(node, place, Time::ZERO);
    api::defaults::apply(kind, &mut node);
    let causes = api::validation::create(kind, &node);
    if causes.is_empty() { Ok(()) } else { Err(Status::invalid(kind, node.name(), causes)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_writes_and_refuses() {
        let text = r#"{"seed":1,"namespace":"t","nodes":null,"inputs":[{"t":0.2,"cmd":"kubectl get pods"},{"t":5,"fault":{"node":"n","kubelet":"stop"}}]}"#;
        let session = Session::from_json(text).expect("readable");
        assert_eq!(Session::from_json(&session.to_json()).expect("readable"), session);
        let text = r#"{"components":[],"inputs":[],"kubectl":"1.3","metrics":false,"nodes":[],"seed":"18446744073709551615"}"#;
        assert_eq!(Session::from_json(text).expect("readable").to_json(), text);
        let text = r#"{"cmd":"","fault":{"kill":"a/b/c"},"files":{"a":"b"},"load":{"points":[[0.0,1.5]]},"t":5.0,"terminal":{"hangup":true,"tab":1},"usage":{}}"#;
        assert_eq!(TimedInput::from_json(text).expect("readable").to_json(), text);
        assert!(session.runs(Part::Scheduler));
        for (bad, want) in [
            ("{", "the session is not readable"),
            ("[]", "the session is not readable: an object is wanted"),
            (
                r#"{"steps": [], "objects_after": []}"#,
                "the session is not readable: none of these is there: seed, namespace, namespaces, nodes, components, metrics, storage, \
                 dns, rbac, controller_manager, kubectl, files, inputs",
            ),
            (
                r#"{"inputs":[{"load":{"points":[[1,"a"]]}}]}"#,
                "the session is not readable: .inputs[0].load.points[0][1]: a number is wanted",
            ),
            (r#"{"seed":18446744073709551615}"#, "the session is not readable: .seed: a whole number (from 2^63 on as a text) is wanted"),
            (r#"{"seed":-1}"#, "the session is not readable: .seed: a whole number (from 2^63 on as a text) is wanted"),
            (
                r#"{"components":["etcd"]}"#,
                "the session is not readable: .components[0]: one of `controllers` `scheduler` `kubelets` is wanted",
            ),
            (r#"{"inputs":[{"cmd":"x"},{"t":"1"}]}"#, "the session is not readable: .inputs[1].t: a number is wanted"),
            (r#"{"files":{"a":1}}"#, "the session is not readable: .files[\"a\"]: a text is wanted"),
            (
                r#"{"inputs":[{"fault":{"kill":"default/web"}}]}"#,
                "the session is not readable: .inputs[0].fault.kill: a container is wanted, as `namespace/pod/container`",
            ),
            (r#"{"inputs":[{"t":1}]}"#, "inputs[0]: none of"),
            (r#"{"inputs":[{"t":-1,"cmd":"x"}]}"#, "inputs[0]: t is -1"),
            (r#"{"inputs":[{"t":1e300,"cmd":"x"}]}"#, "inputs[0]: t is 1000000"),
            (r#"{"inputs":[{"t":31622400.5,"cmd":"x"}]}"#, "inputs[0]: t is 31622400.5"),
            (r#"{"namespace":"T"}"#, "namespace \"T\": a lowercase RFC 1123 label"),
            (r#"{"namespaces":["a","b.c"]}"#, "namespace \"b.c\": must not contain dots"),
            (r#"{"nodes":[{}]}"#, "nodes[0]: metadata.name is required"),
            (
                r#"{"nodes":[{"metadata":{"name":"n"}},{"metadata":{"name":"Bad_Name"}}]}"#,
                r#"nodes[1]: Node "Bad_Name" is invalid: metadata.name: "#,
            ),
            (r#"{"nodes":[{"metadata":{"name":"n"},"status":{"capacity":{"cpu":"much"}}}]}"#, "nodes[0]: "),
            (r#"{"nodes":[{"metadata":{"name":"n","labels":5}}]}"#, "nodes[0]: "),
            (r#"{"namespace":"Bad_NS"}"#, r#"namespace "Bad_NS": a lowercase RFC 1123 label must consist of"#),
            (r#"{"namespaces":["a","b/c"]}"#, r#"namespace "b/c": a lowercase RFC 1123 label must consist of"#),
            (r#"{"inputs":[{"t":1,"cmd":"x","api":"GET /version"}]}"#, "inputs[0]: both cmd and api are given; each needs"),
            (r#"{"controller_manager":["--pods=1"]}"#, "controller_manager: unknown flag: --pods"),
            (r#"{"controller_manager":["--kube-api-qps=0"]}"#, r#"controller_manager: invalid argument "0" for "--kube-api-qps" flag"#),
            (r#"{"controller_manager":["--kube-api-burst=-1"]}"#, "controller_manager: invalid argument"),
            (r#"{"controller_manager":["--horizontal-pod-autoscaler-sync-period=0"]}"#, "controller_manager: invalid argument"),
        ] {
            let error = Session::from_json(bad).expect_err(bad).to_string();
            assert!(error.starts_with(want), "{error}");
        }
        let many =
            |n: usize| Session::from_json(&format!(r#"{{"nodes":[{}]}}"#, vec!["{}"; n].join(","))).expect_err("nameless").to_string();
        assert_eq!(many(5000), "nodes[0]: metadata.name is required");
        assert_eq!(many(5001), "nodes: 5001 are given: must be at most 5000");
    }
}
