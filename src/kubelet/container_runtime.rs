//! The kubelet's side of the container runtime: what it asks of images and machines, and nothing else of them.

use std::net::IpAddr;
use std::sync::Arc;

use thiserror::Error;

pub(super) use crate::network::{DNS, GATEWAY, HttpRequest, NetError, NetRequest, NetResponse};
pub(super) use crate::runtime::{
    CAPABILITIES_ALL, CommonEnv, Env, Image, Inode, Kind as InodeKind, Machine, MachineEvent, MachineSpec, Mount, PATH, Pid, ProcessInfo,
    PullFailure, QueueLength, ServeId, Signal, SpawnError, SpawnSpec, StandIn, Stdin, Stream, Variables, Waiting, share_processes,
};

use super::env::Vars;
use super::resources::limits_of;
use super::spec::{ContainerSpec, PodSpec};
use crate::api::{ArcStr, Object, Value};
use crate::base::{List as _, SortedMap, Time, made_up_sha256};

/// The images that a node's containers were started from, by name and by what is known of the containers.
#[derive(Clone, Debug, Default)]
pub(super) struct Catalogue(SortedMap<(ArcStr, StandIn), Result<Arc<Image>, PullFailure>>);

/// What the kernel allows as a name (`fqdnMaxLen`).
const FQDN_MAX: usize = 64;
/// Images that one node remembers at most.
const CATALOGUE_MAX: usize = 256;

impl Catalogue {
    /// What a container's image is made of, or why it cannot be had.
    pub fn find(&mut self, pod: &PodSpec, container: &ContainerSpec) -> Result<Arc<Image>, PullFailure> {
        let known = StandIn {
            ports: container.listens_on(),
            ends: pod.is_to_end(container),
            is_root: !pod.security(container, "runAsNonRoot").is_true(),
        };
        let key = (container.image.clone(), known);
        if let Some(found) = self.0.get(&key) {
            return found.clone();
        }
        let found = crate::runtime::images::lookup(&container.image).map(|image| Arc::new(image.standing_in(&key.1)));
        if self.0.len() >= CATALOGUE_MAX {
            self.0.clear();
        }
        self.0.insert(key, found.clone());
        found
    }
}

/// What a container is made from.
pub(super) struct Launch {
    pub image: Arc<Image>,
    pub command: Vec<ArcStr>,
    pub args: Vec<ArcStr>,
    pub env: Variables,
    pub services: Arc<CommonEnv>,
    pub hostname: ArcStr,
    pub ip: ArcStr,
    pub mounts: Vec<Mount>,
    pub volumes: SortedMap<ArcStr, Arc<Inode>>,
    pub container: Arc<ContainerSpec>,
    pub pod: Value,
    /// The node's cores, for containers without a limit.
    pub cpu_node_milli: u64,
    pub oom_score_adj: i64,
    pub seed: u64,
    pub stream: String,
}

/// A container that is not started yet, and its process.
pub(super) fn create(now: Time, launch: Launch) -> (Machine, SpawnSpec) {
    let (image, value) = (&launch.image, &launch.container.value);
    let argv: Vec<String> = match (launch.command.is_empty(), launch.args.is_empty()) {
        (false, _) => launch.command.iter().chain(&launch.args).map(|t| t.to_string()).list(),
        (true, false) => image.entrypoint.iter().cloned().chain(launch.args.iter().map(|t| t.to_string())).list(),
        (true, true) => image.entrypoint.iter().chain(&image.cmd).cloned().list(),
    };
    let own = value.get("securityContext");
    let pods = launch.pod.at(&["spec", "securityContext"]);
    let id = |member: &str| own.get(member).as_int().or_else(|| pods.get(member).as_int()).and_then(|i| u32::try_from(i).ok());
    let cwd = value.get("workingDir").str();
    let tty = value.get("tty").is_true();
    let process = SpawnSpec {
        argv,
        env: Arc::new(environment(image, &launch.hostname, launch.env, launch.services)),
        cwd: if cwd.is_empty() { image.workdir.clone() } else { cwd.to_owned() },
        uid: id("runAsUser").unwrap_or(image.uid),
        gid: id("runAsGroup").unwrap_or(if id("runAsUser").is_none() { image.gid } else { 0 }),
        stdin: match (value.get("stdin").is_true(), tty) {
            (true, true) => Stdin::Tty,
            (true, false) => Stdin::Pipe,
            (false, _) => Stdin::Null,
        },
    };
    let (cpu, memory) = limits_of(&launch.container, launch.pod.at(&["spec", "resources"]));
    let message_path = value.get("terminationMessagePath").as_str().unwrap_or("/dev/termination-log");
    let (mut mounts, mut volumes) = (Vec::with_capacity(launch.mounts.len() + 3), launch.volumes);
    for (name, path, text, mode) in [
        (MESSAGE_VOLUME, message_path, String::new(), 0o666),
        ("kubelet:hosts", "/etc/hosts", hosts_file(&launch.pod, &launch.ip, &launch.hostname), 0o644),
        ("kubelet:resolv.conf", "/etc/resolv.conf", resolv_conf(&launch.pod).0, 0o644),
    ] {
        let mut file = Inode::file(text, mode);
        file.mtime = now;
        volumes.insert(name.into(), Arc::new(file));
        if path.starts_with('/') && !launch.mounts.iter().any(|m| m.path == path) {
            mounts.push(Mount { path: path.into(), volume: name.into(), read_only: false, sub_path: ArcStr::new(), memory: None });
        }
    }
    mounts.extend(launch.mounts);
    let mut machine = Machine::new(
        now,
        MachineSpec {
            image: image.clone(),
            hostname: launch.hostname.to_string(),
            mounts,
            volumes,
            read_only_root: own.get("readOnlyRootFilesystem").is_true(),
            memory_limit: memory,
            oom_score_adj: launch.oom_score_adj,
            cpu_millis: cpu.unwrap_or(launch.cpu_node_milli),
            cpu_limited: cpu.is_some(),
            addresses: launch.ip.parse::<IpAddr>().into_iter().list(),
            groups: groups_of(&launch.pod),
            strict_groups: pods.get("supplementalGroupsPolicy").str() == "Strict",
            capabilities: capabilities_of(own),
            // What a client outside does for it.
            externals: image.root.at("usr/local/bin/kubectl").iter().map(|_| "kubectl".to_owned()).list(),
            seed: launch.seed,
            stream: launch.stream,
        },
    );
    for sysctl in pods.get("sysctls").items() {
        let path = format!("/proc/sys/{}", sysctl.get("name").str().replace('.', "/"));
        // A name that is no path sets nothing.
        let _ = machine.files().write("/", &path, format!("{}\n", sysctl.get("value").str()).as_bytes());
    }
    // Models the ReadonlyPaths of the CRI, which are empty where `procMount` is `Unmasked`.
    if !own.get("privileged").is_true() && own.get("procMount").str() != "Unmasked" {
        machine.lock_sysctls();
    }
    (machine, process)
}

/// What a container's processes are told: its image's variables, its own and those of services, later ones overriding earlier ones in place.
fn environment(image: &Image, hostname: &ArcStr, own: Variables, services: Arc<CommonEnv>) -> Env {
    // In containerd's order: what it sets itself comes first.
    let mut env = Vars(vec![("PATH".into(), PATH.into()), ("HOSTNAME".into(), hostname.clone())]);
    for (name, value) in &image.env {
        env.put(name.as_str().into(), value.as_str().into());
    }
    for (name, value) in &own {
        env.put(name.clone(), value.clone());
    }
    if env.0.iter().all(|(name, _)| services.get(name).is_none()) {
        return Env::new(env.0, services);
    }
    for (name, value) in services.list().iter().filter(|(name, _)| own.iter().all(|(n, _)| n != name)) {
        env.put(name.clone(), value.clone());
    }
    env.0.into()
}

/// The file that a container leaves its last words in.
const MESSAGE_VOLUME: &str = "kubelet:termination-log";
/// Bytes at its end that are read (`MaxContainerTerminationMessageLength`).
const MESSAGE_BYTES_MAX: usize = 4096;

/// What the container has left in its termination message's file.
pub(super) fn termination_message(machine: &Machine) -> String {
    match machine.volume(MESSAGE_VOLUME).map(|f| &f.kind) {
        Some(InodeKind::File { data, .. }) => String::from_utf8_lossy(&data[data.len().saturating_sub(MESSAGE_BYTES_MAX)..]).into_owned(),
        _ => String::new(),
    }
}

/// The groups that a pod's processes are in beside their own.
fn groups_of(pod: &Value) -> Vec<u32> {
    let security = pod.at(&["spec", "securityContext"]);
    let all = security.get("supplementalGroups").items().iter().chain([security.get("fsGroup")]);
    all.filter_map(Value::as_int).filter_map(|n| u32::try_from(n).ok()).list()
}

/// The capabilities in the order of their bits (linux/capability.h).
const CAPABILITIES: &str = "CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE \
                            NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT \
                            SYS_ADMIN SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL \
                            SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE";

/// What a container's superuser may do.
// Models containerd's defaults and what its CRI plugin makes of the container's securityContext.
fn capabilities_of(security: &Value) -> u64 {
    let asked = |list: &str| -> u64 {
        let names = security.at(&["capabilities", list]).items();
        let bit = |name: &Value| match name.str() {
            name if name.eq_ignore_ascii_case("ALL") => CAPABILITIES_ALL,
            name => CAPABILITIES.split_whitespace().position(|c| c.eq_ignore_ascii_case(name)).map_or(0, |n| 1 << n),
        };
        names.iter().map(bit).fold(0, |all, one| all | one)
    };
    match (security.get("privileged").is_true(), asked("add"), asked("drop")) {
        (true, ..) => CAPABILITIES_ALL,
        (_, CAPABILITIES_ALL, drop) => CAPABILITIES_ALL & !drop,
        (_, add, CAPABILITIES_ALL) => add,
        (_, add, drop) => (0xa804_25fb | add) & !drop,
    }
}

/// The files of an image that is mounted; of one that nobody described, a file that says so.
pub(super) fn image_tree(reference: &str) -> Arc<Inode> {
    match crate::runtime::images::lookup(reference) {
        Ok(image) if crate::runtime::images::placeholder(reference).is_none() => image.root,
        _ => {
            let mut root = Inode::dir(0o755);
            root.put("not-simulated", Inode::file(format!("What {reference} holds is not known here.\n"), 0o644));
            Arc::new(root)
        }
    }
}

/// The domain in which the pod has its host name; nothing where it is in none, or calls itself otherwise.
fn domain(pod: &Value) -> Option<String> {
    let spec = pod.get("spec");
    let subdomain = Some(spec.get("subdomain").str()).filter(|s| !s.is_empty() && spec.get("hostnameOverride").is_null())?;
    Some(format!("{subdomain}.{}.svc.cluster.local", pod.namespace()))
}

/// A pod's name with its domain, which the kernel does not take.
#[derive(Debug, Error)]
#[error(
    "failed to construct FQDN from pod hostname and cluster domain, FQDN {0} is too long ({FQDN_MAX} characters is the max, {len} characters requested)",
    len = .0.len()
)]
pub(super) struct HostnameTooLong(String);

/// What the kernel in the pod's containers is called: the pod, with its domain where it wants that, or the node on the node's network.
// Models GetNodenameForKernel.
pub(super) fn kernel_hostname(pod: &Value, spec: &PodSpec, node: &ArcStr) -> Result<ArcStr, HostnameTooLong> {
    if spec.host_network {
        return Ok(node.clone());
    }
    let Some(domain) = domain(pod).filter(|_| pod.at(&["spec", "setHostnameAsFQDN"]).is_true()) else { return Ok(spec.hostname.clone()) };
    let fqdn = format!("{}.{domain}", spec.hostname);
    if fqdn.len() > FQDN_MAX { Err(HostnameTooLong(fqdn)) } else { Ok(fqdn.into()) }
}

/// The hosts file that the kubelet manages.
fn hosts_file(pod: &Value, ip: &str, hostname: &str) -> String {
    let on_host = if pod.at(&["spec", "hostNetwork"]).is_true() { " (host network)" } else { "" };
    let mut text = format!(
        "# Kubernetes-managed hosts file{on_host}.\n127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\nfe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n",
    );
    match domain(pod).filter(|_| on_host.is_empty()) {
        None => text.push_str(&format!("{ip}\t{hostname}\n")),
        Some(domain) => {
            let short = hostname.strip_suffix(&format!(".{domain}")).unwrap_or(hostname);
            text.push_str(&format!("{ip}\t{short}.{domain}\t{short}\n"));
        }
    }
    let aliases = pod.at(&["spec", "hostAliases"]).items();
    if !aliases.is_empty() {
        text.push_str("\n# Entries added by HostAliases.\n");
        for alias in aliases {
            let names: Vec<&str> = alias.get("hostnames").items().iter().map(Value::str).list();
            text.push_str(&format!("{}\t{}\n", alias.get("ip").str(), names.join("\t")));
        }
    }
    text
}

/// Name servers that a resolver asks, names that it completes others with, and their characters, at the most (`MaxDNSNameservers` ...).
const NAME_SERVERS_MAX: usize = 3;
const SEARCHES_MAX: usize = 32;
const SEARCH_CHARS_MAX: usize = 2048;

/// What a pod's DNS policy and configuration make of its resolver's file, and what is to be said of entries that are left out
/// (`dns.GetPodDNS`).
pub(super) fn resolv_conf(pod: &Value) -> (String, Vec<String>) {
    let spec = pod.get("spec");
    let policy = match spec.get("dnsPolicy").str() {
        "ClusterFirst" | "" if spec.get("hostNetwork").is_true() => "Default",
        "ClusterFirstWithHostNet" | "" => "ClusterFirst",
        other => other,
    };
    let namespace = pod.namespace();
    let (mut servers, mut searches, mut options) = match policy {
        "ClusterFirst" => {
            let searches = vec![format!("{namespace}.svc.cluster.local"), "svc.cluster.local".to_owned(), "cluster.local".to_owned()];
            (vec![DNS.to_owned()], searches, vec![("ndots".to_owned(), "5".to_owned())])
        }
        // As the nodes resolve names themselves.
        "Default" => (vec![GATEWAY.to_owned()], Vec::new(), Vec::new()),
        _ => (Vec::new(), Vec::new(), Vec::new()),
    };
    let config = spec.get("dnsConfig");
    for (list, member) in [(&mut servers, "nameservers"), (&mut searches, "searches")] {
        for entry in config.get(member).items().iter().map(|e| e.str().to_owned()) {
            if !list.contains(&entry) {
                list.push(entry);
            }
        }
    }
    for option in config.get("options").items() {
        let (name, value) = (option.get("name").str().to_owned(), option.get("value").str().to_owned());
        match options.iter_mut().find(|(n, _)| *n == name) {
            Some(known) => known.1 = value,
            None => options.push((name, value)),
        }
    }
    let mut left_out = Vec::new();
    let mut say = |limits: &str, what: &str, line: &str, rest: &[String]| {
        let rest = rest.join(" ");
        left_out.push(format!("{limits} limits were exceeded, some {what} have been omitted, the applied {line} line is: {rest}"));
    };
    if servers.len() > NAME_SERVERS_MAX {
        servers.truncate(NAME_SERVERS_MAX);
        say("Nameserver", "nameservers", "nameserver", &servers);
    }
    let fits = |searches: &[String]| searches.len() <= SEARCHES_MAX && searches.join(" ").len() <= SEARCH_CHARS_MAX;
    if !fits(&searches) {
        while !fits(&searches) {
            searches.pop();
        }
        say("Search Line", "search paths", "search", &searches);
    }
    let mut text = String::new();
    if !searches.is_empty() {
        text += &format!("search {}\n", searches.join(" "));
    }
    servers.iter().for_each(|server| text += &format!("nameserver {server}\n"));
    if !options.is_empty() {
        let shown: Vec<String> = options.iter().map(|(n, v)| if v.is_empty() { n.clone() } else { format!("{n}:{v}") }).list();
        text += &format!("options {}\n", shown.join(" "));
    }
    (text, left_out)
}

/// Runs a command in a container, as its own process' user and in its environment.
pub(super) fn exec(machine: &mut Machine, process: &SpawnSpec, now: Time, command: &[ArcStr], stdin: Stdin) -> Result<Pid, SpawnError> {
    let argv = command.iter().map(|t| t.to_string()).list();
    let SpawnSpec { env, cwd, uid, gid, .. } = process;
    machine.spawn(now, SpawnSpec { argv, env: env.clone(), cwd: cwd.clone(), uid: *uid, gid: *gid, stdin })
}

/// Runs a command that the container's spec asks for; what nobody described has it, and does it well.
pub(super) fn exec_asked(machine: &mut Machine, process: &SpawnSpec, now: Time, command: &[ArcStr]) -> Result<Pid, SpawnError> {
    match exec(machine, process, now, command, Stdin::Null) {
        Err(SpawnError::NotFound { .. }) if machine.stands_in() => exec(machine, process, now, &[arcstr::literal!("true")], Stdin::Null),
        started => {
            started.iter().for_each(|pid| machine.ask(*pid));
            started
        }
    }
}

/// The bytes that a container has written to its own files, beyond its image's.
pub(super) fn written_bytes(machine: &Machine, image: &str) -> u64 {
    let image = crate::runtime::images::lookup(image).map_or(0, |image| image.root.disk_usage());
    machine.file_system().used().saturating_sub(image)
}

/// `containerd://` and 64 digits that stand for this instance.
pub(super) fn container_id(uid: &str, container: &str, attempt: u32) -> ArcStr {
    let instance = [uid.as_bytes(), container.as_bytes(), &attempt.to_le_bytes()].concat();
    format!("containerd://{}", made_up_sha256(&instance)).into()
}

/// What the runtime says of a command that it cannot start in an instance of a container: each try has an id of its own.
pub(super) fn cannot_exec(instance: &str, now: Time, error: &SpawnError) -> String {
    let id = made_up_sha256(&[instance.as_bytes(), &now.0.to_le_bytes()].concat());
    let why = "OCI runtime exec failed: exec failed: unable to start container process";
    format!("failed to exec in container: failed to start exec {id:?}: {why}: {error}")
}

/// The image's content address, as statuses show it.
pub(super) fn image_id(image: &Image) -> ArcStr {
    let name = image.name.split('@').next().unwrap_or_default();
    let slash = name.rfind('/').map_or(0, |n| n + 1);
    let base = match name[slash..].find(':') {
        Some(colon) => &name[..slash + colon],
        None => name,
    };
    format!("{base}@{}", image.digest).into()
}
