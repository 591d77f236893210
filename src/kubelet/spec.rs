//! What the kubelet reads of a pod, parsed once per version of the pod's spec.

use std::sync::Arc;

use super::env::expand;
use super::probes::{ProbeKind, Probes};
use crate::api::quantity::Quantity;
use crate::api::{ArcStr, Value};
use crate::base::{Duration, List as _};

/// When ended containers are started again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RestartPolicy {
    Always,
    OnFailure,
    Never,
}

impl RestartPolicy {
    fn parse(value: &Value) -> Option<Self> {
        match value.str() {
            "Always" => Some(RestartPolicy::Always),
            "OnFailure" => Some(RestartPolicy::OnFailure),
            "Never" => Some(RestartPolicy::Never),
            _ => None,
        }
    }
}

/// The action of a rule for which all containers of the pod begin anew.
pub(super) const RESTART_ALL: &str = "RestartAllContainers";

/// Which of the pod's lists a container stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ContainerKind {
    Init,
    Regular,
    Ephemeral,
}

/// One container of a pod's spec.
#[derive(Clone, Debug)]
pub(super) struct ContainerSpec {
    pub name: ArcStr,
    pub kind: ContainerKind,
    pub image: ArcStr,
    pub pull_policy: ArcStr,
    /// The container's own restart policy; the pod's where absent.
    pub restart: Option<RestartPolicy>,
    /// The whole container, for what is read when it starts.
    pub value: Value,
    /// `spec.containers{name}`, as events point at it.
    pub field_path: ArcStr,
    pub probes: Probes<Arc<ProbeSpec>>,
}

impl ContainerSpec {
    fn parse(value: &Value, kind: ContainerKind) -> ContainerSpec {
        let name = value.get("name").arc_str();
        let list = match kind {
            ContainerKind::Init => "initContainers",
            ContainerKind::Regular => "containers",
            ContainerKind::Ephemeral => "ephemeralContainers",
        };
        let probe = |kind: ProbeKind| {
            let member = match kind {
                ProbeKind::Liveness => "livenessProbe",
                ProbeKind::Readiness => "readinessProbe",
                ProbeKind::Startup => "startupProbe",
            };
            ProbeSpec::parse(value.get(member), value.get("env")).map(Arc::new)
        };
        ContainerSpec {
            field_path: format!("spec.{list}{{{name}}}").into(),
            name,
            kind,
            image: value.get("image").arc_str(),
            pull_policy: value.get("imagePullPolicy").arc_str(),
            restart: RestartPolicy::parse(value.get("restartPolicy")),
            probes: Probes::of(probe),
            value: value.clone(),
        }
    }

    /// An init container that runs beside the others for the pod's whole life.
    pub fn is_sidecar(&self) -> bool {
        self.kind == ContainerKind::Init && self.restart == Some(RestartPolicy::Always)
    }

    /// The ports that the container declares, and those that the kubelet asks it at.
    pub fn listens_on(&self) -> Vec<u16> {
        let declared = self.value.get("ports").items().iter().filter_map(|p| u16::try_from(p.get("containerPort").int()).ok());
        let asked = self.probes.iter().filter_map(|probe| match &probe.action {
            ProbeAction::Http { port, .. } | ProbeAction::Tcp { port, .. } => self.port(port),
            ProbeAction::Grpc { port } => Some(*port),
            ProbeAction::Exec(_) => None,
        });
        let mut ports = declared.list();
        for port in asked {
            if !ports.contains(&port) {
                ports.push(port);
            }
        }
        ports
    }

    /// The value of a limit or request in the container's resources.
    pub fn resource(&self, list: &str, name: &str) -> Option<Quantity> {
        let value = self.value.get("resources").get(list).get(name);
        (!value.is_null()).then(|| Quantity::of(value))
    }

    /// What the first rule of `restartPolicyRules` that an exit code meets says to do.
    pub fn rule_action(&self, exit_code: i32) -> Option<&str> {
        let met = self.value.get("restartPolicyRules").items().iter().find(|rule| {
            let codes = rule.get("exitCodes");
            let listed = codes.get("values").items().iter().any(|v| v.int() == i64::from(exit_code));
            match codes.get("operator").str() {
                "In" => listed,
                "NotIn" => !listed,
                _ => false,
            }
        });
        met.map(|rule| rule.get("action").str())
    }

    /// A port by number or by name.
    pub fn port(&self, port: &Value) -> Option<u16> {
        let number = match port {
            Value::Int(n) => Some(*n),
            Value::Str(name) => self.value.get("ports").named(name).map(|p| p.get("containerPort").int()).or_else(|| name.parse().ok()),
            _ => None,
        }?;
        u16::try_from(number).ok().filter(|n| *n > 0)
    }
}

/// What a probe does.
#[derive(Clone, Debug)]
pub(super) enum ProbeAction {
    Exec(Vec<ArcStr>),
    Http { host: ArcStr, port: Value, path: ArcStr, https: bool, headers: Vec<(String, String)> },
    Tcp { host: ArcStr, port: Value },
    Grpc { port: u16 },
}

/// A probe with its parameters.
#[derive(Clone, Debug)]
pub(super) struct ProbeSpec {
    pub action: ProbeAction,
    pub initial_delay_s: u64,
    pub period: Duration,
    pub timeout: Duration,
    pub success_threshold: u32,
    pub failure_threshold: u32,
    pub grace_period_s: Option<i64>,
}

fn strings(list: &Value) -> Vec<ArcStr> {
    list.items().iter().map(Value::arc_str).list()
}

/// The action of a probe or a lifecycle hook; `None` where it has none that is known.
pub(super) fn parse_action(value: &Value) -> Option<ProbeAction> {
    let (exec, http, tcp, grpc) = (value.get("exec"), value.get("httpGet"), value.get("tcpSocket"), value.get("grpc"));
    if !exec.is_null() {
        return Some(ProbeAction::Exec(strings(exec.get("command"))));
    }
    if !http.is_null() {
        let path = http.get("path").arc_str();
        let headers =
            http.get("httpHeaders").items().iter().map(|h| (h.get("name").str().to_owned(), h.get("value").str().to_owned())).list();
        return Some(ProbeAction::Http {
            host: http.get("host").arc_str(),
            port: http.get("port").clone(),
            path: if path.is_empty() { "/".into() } else { path },
            https: http.get("scheme").str() == "HTTPS",
            headers,
        });
    }
    if !tcp.is_null() {
        return Some(ProbeAction::Tcp { host: tcp.get("host").arc_str(), port: tcp.get("port").clone() });
    }
    if !grpc.is_null() {
        return Some(ProbeAction::Grpc { port: u16::try_from(grpc.get("port").int()).ok()? });
    }
    None
}

impl ProbeSpec {
    /// `env`: the variables of the container.
    fn parse(value: &Value, env: &Value) -> Option<ProbeSpec> {
        let count = |member: &str, default: i64| value.get(member).as_int().unwrap_or(default).max(0) as u64;
        let mut action = parse_action(value)?;
        if let ProbeAction::Exec(command) = &mut action {
            // Models ExpandContainerCommandOnlyStatic: what comes from elsewhere is empty.
            let lookup = |name: &str| env.items().iter().rfind(|v| v.get("name").str() == name).map(|v| v.get("value").arc_str());
            command.iter_mut().for_each(|word| *word = expand(word, &lookup).into());
        }
        Some(ProbeSpec {
            action,
            initial_delay_s: count("initialDelaySeconds", 0),
            period: Duration::from_secs(count("periodSeconds", 10).max(1)),
            timeout: Duration::from_secs(count("timeoutSeconds", 1).max(1)),
            success_threshold: count("successThreshold", 1).max(1) as u32,
            failure_threshold: count("failureThreshold", 3).max(1) as u32,
            grace_period_s: value.get("terminationGracePeriodSeconds").as_int(),
        })
    }
}

/// What the kubelet reads of a pod's spec.
#[derive(Clone, Debug)]
pub(super) struct PodSpec {
    pub host_network: bool,
    pub restart: RestartPolicy,
    pub grace_period_s: i64,
    pub active_deadline_s: Option<i64>,
    pub service_links: bool,
    pub hostname: ArcStr,
    pub volumes: Value,
    /// Init containers, then regular ones, then ephemeral ones, each in the spec's order.
    pub containers: Vec<Arc<ContainerSpec>>,
    /// Whether all containers have one process namespace, and whether some have.
    pub one_namespace: bool,
    pub shares_processes: bool,
    pub readiness_gates: Value,
    /// The whole spec, for what is seldom read.
    pub value: Value,
}

impl PodSpec {
    /// Reads a pod.
    pub fn parse(pod: &Value) -> PodSpec {
        let spec = pod.get("spec");
        let lists = [
            ("initContainers", ContainerKind::Init),
            ("containers", ContainerKind::Regular),
            ("ephemeralContainers", ContainerKind::Ephemeral),
        ];
        let one_namespace = spec.get("shareProcessNamespace").is_true();
        let targets = spec.get("ephemeralContainers").items().iter().any(|c| !c.get("targetContainerName").is_empty());
        let containers = lists
            .iter()
            .flat_map(|(member, kind)| spec.get(member).items().iter().map(|c| Arc::new(ContainerSpec::parse(c, *kind))))
            .list();
        let told = spec.get("hostnameOverride").arc_str();
        let hostname = if told.is_empty() { spec.get("hostname").arc_str() } else { told };
        PodSpec {
            host_network: spec.get("hostNetwork").is_true(),
            restart: RestartPolicy::parse(spec.get("restartPolicy")).unwrap_or(RestartPolicy::Always),
            grace_period_s: spec.get("terminationGracePeriodSeconds").as_int().unwrap_or(30),
            active_deadline_s: spec.get("activeDeadlineSeconds").as_int(),
            service_links: spec.get("enableServiceLinks").as_bool().unwrap_or(true),
            hostname: if hostname.is_empty() { cut_hostname(pod.get("metadata").get("name").str()) } else { hostname },
            volumes: spec.get("volumes").clone(),
            containers,
            one_namespace,
            shares_processes: one_namespace || targets,
            readiness_gates: spec.get("readinessGates").clone(),
            value: spec.clone(),
        }
    }

    /// Whether a container asks for a volume, as files or as a device. Others are not set up.
    // Models GetPodVolumeNames (pkg/volume/util).
    pub fn uses_volume(&self, name: &str) -> bool {
        self.containers.iter().any(|c| ["volumeMounts", "volumeDevices"].iter().any(|list| c.value.get(list).named(name).is_some()))
    }

    /// A member of the container's security context; of the pod's where it is absent.
    pub fn security<'a>(&'a self, container: &'a ContainerSpec, member: &str) -> &'a Value {
        let own = container.value.get("securityContext").get(member);
        if own.is_null() { self.value.get("securityContext").get(member) } else { own }
    }

    /// Whether what the container does comes to an end.
    pub fn is_to_end(&self, container: &ContainerSpec) -> bool {
        match container.kind {
            ContainerKind::Init => !container.is_sidecar(),
            ContainerKind::Regular => self.restart != RestartPolicy::Always,
            ContainerKind::Ephemeral => false,
        }
    }

    /// Whether an ended container is started again (`kubecontainer.ShouldContainerBeRestarted`'s rules by policy).
    pub fn restarts(&self, container: &ContainerSpec, exit_code: i32) -> bool {
        if container.kind == ContainerKind::Ephemeral {
            return false;
        }
        if matches!(container.rule_action(exit_code), Some("Restart" | RESTART_ALL)) {
            return true;
        }
        match container.restart.unwrap_or(self.restart) {
            RestartPolicy::Always => container.kind != ContainerKind::Init || container.is_sidecar() || exit_code != 0,
            RestartPolicy::OnFailure => exit_code != 0,
            RestartPolicy::Never => false,
        }
    }
}

/// A host name has at most 63 characters and does not end in `-` or `.`.
fn cut_hostname(name: &str) -> ArcStr {
    let cut: String = name.chars().take(63).collect();
    cut.trim_end_matches(['-', '.']).into()
}
