//! A pod's volumes: what is in them, mounting with its backoff, and refreshing what comes from the API.
//!
//! Models the kubelet's volume manager and the configMap, secret, downwardAPI, projected, emptyDir, hostPath and image plugins.
//! Volumes of any other kind are mounted as empty directories.

mod projection;

use std::cell::RefCell;
use std::sync::Arc;

use super::container::StartFailure;
use super::container_runtime::{Inode, InodeKind, Mount, image_tree};
use super::disks::{DiskPath, Disks, Holder, clean};
use super::env::{ConfigError, EnvSource, expand};
use super::spec::ContainerSpec;
use crate::api::persistent_volume::is_reachable;
use crate::api::{ArcStr, Object, Quantity, Value, kinds};
use crate::base::{Duration, List as _, SortedMap, SortedSet, Time};
use crate::runtime::{NAME_BYTES_MAX, PATH_BYTES_MAX, is_too_long};
use crate::server::{ApiServer, CERTIFICATE, POD_TOKEN_S, account_of};
use projection::{FileProjection, atomic_tree, begun, pod_token, projections};

/// The first delay after a failed mount; it doubles (exponentialbackoff).
const MOUNT_BACKOFF: Duration = Duration::from_millis(500);
const MOUNT_BACKOFF_MAX: Duration = Duration::from_secs(122);
/// What is said of a kind of volume that is off.
const NO_GIT: &str =
    "git-repo volume plugin has been disabled; if necessary, it may be re-enabled by enabling the feature-gate `GitRepoVolumeDriver`";

/// Why a volume cannot be set up.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum MountError {
    #[error("{0}")]
    SetUp(String),
    /// The path of a file in it.
    #[error("invalid path: must be less than or equal to {PATH_BYTES_MAX} characters")]
    LongPath,
    /// A name in such a path.
    #[error("invalid path: filenames must be less than or equal to {NAME_BYTES_MAX} characters")]
    LongName,
    /// Nothing is where a local volume is said to be.
    #[error("path {0:?} does not exist")]
    Path(ArcStr),
    /// The persistent volume is on other nodes, and no scheduler chose this one.
    #[error("no matching NodeSelectorTerms")]
    Elsewhere,
}

impl MountError {
    /// The part of the kubelet that says so.
    pub fn step(&self) -> &'static str {
        match self {
            MountError::SetUp(_) | MountError::LongPath | MountError::LongName => "SetUp failed",
            MountError::Path(_) => "NewMounter initialization failed",
            MountError::Elsewhere => "NodeAffinity check failed",
        }
    }
}

/// Where a volume lives on beyond its pod.
#[derive(Clone, Debug)]
enum Backing {
    /// Behind the claim of this name, until it is mounted.
    Claim(ArcStr),
    Disk(DiskPath),
}

/// One volume of a pod.
#[derive(Clone, Debug)]
pub(super) struct Volume {
    pub name: ArcStr,
    source: Value,
    /// Its files; `None` until it is mounted.
    pub tree: Option<Arc<Inode>>,
    /// Where it lives on beyond the pod, where it does.
    backing: Option<Backing>,
    /// When it is tried again, and the delay after that.
    pub next_try: Time,
    backoff: Duration,
    /// What keeps containers from mounting it.
    pub failure: Option<StartFailure>,
    /// The files that were written last from the API, to see a change.
    content: Vec<FileProjection>,
}

impl Volume {
    /// A volume that is to be mounted at `at`.
    pub fn new(volume: &Value, node: &str, at: Time) -> Volume {
        let host_path = volume.at(&["hostPath", "path"]);
        let claim = volume.at(&["persistentVolumeClaim", "claimName"]);
        let backing = match (host_path, claim) {
            (Value::Str(path), _) => Some(Backing::Disk(DiskPath::new(Holder::Node(node.into()), path))),
            (_, Value::Str(claim)) => Some(Backing::Claim(claim.clone())),
            _ => share_of(volume).map(Backing::Disk),
        };
        Volume {
            name: volume.get("name").arc_str(),
            source: volume.clone(),
            tree: None,
            backing,
            next_try: at,
            backoff: MOUNT_BACKOFF,
            failure: None,
            content: Vec::new(),
        }
    }

    /// Whether its files live on beyond the pod.
    pub fn outlives_pod(&self) -> bool {
        self.backing.is_some()
    }

    /// Where they do, once that is known.
    pub fn disk(&self) -> Option<&DiskPath> {
        match &self.backing {
            Some(Backing::Disk(disk)) => Some(disk),
            Some(Backing::Claim(_)) | None => None,
        }
    }

    /// The image that it shows; null where it shows none.
    pub fn image(&self) -> &Value {
        self.source.get("image")
    }

    /// Why its claim gives it nothing to mount, where it has one.
    // Models the claims' part of createVolumeSpec (pkg/kubelet/volumemanager/populator).
    pub fn unready_claim(&self, api: &ApiServer, pod: &Value) -> Option<String> {
        let name = match self.source.at(&["persistentVolumeClaim", "claimName"]).as_str() {
            Some(name) => name.to_owned(),
            None if self.source.get("ephemeral").is_null() => return None,
            None => format!("{}-{}", pod.name(), self.name),
        };
        let why = match api.peek(kinds::PERSISTENT_VOLUME_CLAIM, pod.namespace(), &name) {
            None => format!("failed to fetch PVC from API server: persistentvolumeclaims {name:?} not found"),
            Some(claim) if claim.is_terminating() => "PVC is being deleted".to_owned(),
            Some(claim) if claim.at(&["status", "phase"]).str() != "Bound" => "PVC is not bound".to_owned(),
            Some(claim) => return self.wrong_mode(api, pod, claim.at(&["spec", "volumeName"]).str()),
        };
        Some(format!("error processing PVC {}/{name}: {why}", pod.namespace()))
    }

    /// What is wrong where a container asks for a file system and its persistent volume is a device, or the other way round.
    fn wrong_mode(&self, api: &ApiServer, pod: &Value, volume: &str) -> Option<String> {
        let mode = api.peek(kinds::PERSISTENT_VOLUME, "", volume)?.at(&["spec", "volumeMode"]).str();
        let unfit = if mode == "Block" { "volumeMounts" } else { "volumeDevices" };
        let containers = ["initContainers", "containers", "ephemeralContainers"].into_iter().flat_map(|l| pod.at(&["spec", l]).items());
        let asks = containers.flat_map(|c| c.get(unfit).items()).any(|m| m.get("name").str() == self.name);
        asks.then(|| format!("volume {} has volumeMode {mode}, but is specified in {unfit}", self.name))
    }

    /// What the kubelet calls it: by its persistent volume, where it has one.
    pub fn known_as(&self, from: &EnvSource<'_>) -> ArcStr {
        let claim = self.source.at(&["persistentVolumeClaim", "claimName"]).as_str();
        claim.and_then(|claim| volume_of_claim(from, claim)).map_or_else(|| self.name.clone(), |volume| volume.name().into())
    }

    /// Where it is on the node, or a part of it that a container mounts: the container's name and the mount's place among its mounts.
    // Models GetPath of the volume plugins, and the subpath package's Subpath.
    pub fn path_on_node(&self, from: &EnvSource<'_>, part: Option<(&str, usize)>) -> String {
        let name = self.known_as(from);
        let pod = format!("/var/lib/kubelet/pods/{}", from.pod.at(&["metadata", "uid"]).str());
        if let Some((container, index)) = part {
            return format!("{pod}/volume-subpaths/{name}/{container}/{index}");
        }
        let claim = self.source.at(&["persistentVolumeClaim", "claimName"]).as_str();
        let source = claim.and_then(|claim| volume_of_claim(from, claim)).map_or(&self.source, |volume| volume.get("spec"));
        if let Some(path) = source.at(&["hostPath", "path"]).as_str() {
            return path.to_owned();
        }
        let plugins = [
            ("configMap", "configmap"),
            ("secret", "secret"),
            ("projected", "projected"),
            ("downwardAPI", "downward-api"),
            ("emptyDir", "empty-dir"),
            ("local", "local-volume"),
            ("nfs", "nfs"),
        ];
        match plugins.iter().find(|(member, _)| !source.get(member).is_null()) {
            Some((_, plugin)) => format!("{pod}/volumes/kubernetes.io~{plugin}/{name}"),
            None => format!("{pod}/volumes/kubernetes.io~csi/{name}/mount"),
        }
    }

    /// Whether its files come from the API and change with it.
    pub fn is_refreshed(&self) -> bool {
        ["configMap", "secret", "downwardAPI", "projected"].iter().any(|m| !self.source.get(m).is_null())
    }

    /// The objects that it shows: kind and name.
    pub fn references(&self) -> Vec<(&'static str, ArcStr)> {
        let mut out = Vec::new();
        let mut add = |source: &Value, secret_member: &str| {
            let (map, secret) = (source.get("configMap"), source.get("secret"));
            if !map.is_null() {
                out.push(("ConfigMap", map.get("name").arc_str()));
            }
            if !secret.is_null() {
                out.push(("Secret", secret.get(secret_member).arc_str()));
            }
        };
        add(&self.source, "secretName");
        for source in self.source.at(&["projected", "sources"]).items() {
            add(source, "name");
        }
        out
    }

    /// Whether it is an emptyDir on the node's disk.
    pub fn is_on_disk(&self) -> bool {
        let own = self.source.get("emptyDir");
        !own.is_null() && own.get("medium").is_empty()
    }

    /// The limit of an emptyDir that has one.
    pub fn size_limit(&self) -> Option<&Value> {
        Some(self.source.at(&["emptyDir", "sizeLimit"])).filter(|v| !v.is_null())
    }

    /// The bytes that it may have in the node's memory, where it is there: 0 for as many as there are.
    fn memory(&self) -> Option<u64> {
        let kept = ["secret", "downwardAPI", "projected"].iter().any(|m| !self.source.get(m).is_null());
        let memory = kept || self.source.at(&["emptyDir", "medium"]).str() == "Memory";
        memory.then(|| self.size_limit().and_then(|limit| Quantity::of(limit).value().try_into().ok()).unwrap_or(0))
    }

    /// Puts off the next try after a failure.
    pub fn failed(&mut self, now: Time) {
        self.next_try = now + self.backoff;
        self.backoff = (self.backoff * 2).min(MOUNT_BACKOFF_MAX);
    }

    /// Mounts it, and gives its files to the pod's group where it has one.
    pub fn mount(&mut self, from: &EnvSource<'_>, disks: &mut Disks, now: Time) -> Result<(), MountError> {
        self.set_up(from, disks, now)?;
        self.give_to_group(from.pod);
        Ok(())
    }

    // Models SetVolumeOwnership; a path of the host stays as it is.
    fn give_to_group(&mut self, pod: &Value) {
        let group = pod.at(&["spec", "securityContext", "fsGroup"]).as_int().and_then(|n| u32::try_from(n).ok());
        let is_refreshed = self.is_refreshed();
        if let (Some(group), Some(tree), true) = (group, &mut self.tree, self.source.get("hostPath").is_null()) {
            give(tree, group, if is_refreshed { 0o440 } else { 0o660 });
        }
    }

    fn set_up(&mut self, from: &EnvSource<'_>, disks: &mut Disks, now: Time) -> Result<(), MountError> {
        if !self.source.get("gitRepo").is_null() {
            return Err(MountError::SetUp(NO_GIT.to_owned()));
        }
        if let Some(backing) = &self.backing {
            let volume = match backing {
                Backing::Claim(claim) => volume_of_claim(from, claim),
                Backing::Disk(_) => None,
            };
            let node = from.api.peek(kinds::NODE, "", from.pod.at(&["spec", "nodeName"]).str());
            if volume.zip(node).is_some_and(|(volume, node)| !is_reachable(volume, node)) {
                return Err(MountError::Elsewhere);
            }
            let disk = match (volume, backing) {
                (Some(volume), _) => disk_of(from, volume),
                (None, Backing::Disk(disk)) => disk.clone(),
                // The volume has only just gone.
                (None, Backing::Claim(claim)) => DiskPath::new(Holder::Volume(format!("{}/{claim}", from.pod.namespace()).into()), "/"),
            };
            let kind = volume.map_or(&self.source, |volume| volume.get("spec")).at(&["hostPath", "type"]).str();
            if let Some(path) = disk.too_long() {
                return Err(MountError::SetUp(format!("mkdir {path}: file name too long")));
            }
            disks.start(&disk);
            let found = disks.get(&disk);
            if let Some(path) = volume.and_then(|v| v.at(&["spec", "local", "path"]).as_str()).filter(|_| found.is_none()) {
                return Err(MountError::Path(path.into()));
            }
            if let Some(message) = wrong_host_path(found.as_deref(), &disk.path, kind) {
                return Err(MountError::SetUp(message));
            }
            let blocked = disks.file_above(&disk).map(|path| format!("mkdir {path}: not a directory"));
            // A file is made in a folder that is there.
            let lost = kind == "FileOrCreate" && disks.get(&disk.parent()).is_none();
            if let Some(message) = blocked.or_else(|| lost.then(|| format!("open {}: no such file or directory", disk.path))) {
                return Err(MountError::SetUp(message));
            }
            if found.is_none() {
                let claim = self.source.get("hostPath").is_null();
                let node = match kind {
                    "FileOrCreate" => Inode::file("", 0o644),
                    // Provisioners make their directories for everybody.
                    _ => Inode::dir(if claim { 0o777 } else { 0o755 }),
                };
                disks.put(&disk, node, &from.pod.uid().into());
            }
            self.tree = disks.get(&disk);
            self.backing = Some(Backing::Disk(disk));
            return Ok(());
        }
        if self.is_refreshed() {
            let content = projections(&self.source, from)?;
            self.tree = Some(Arc::new(atomic_tree(&content, now, self.memory().is_some())));
            self.content = content;
            return Ok(());
        }
        self.tree = Some(match self.image().get("reference").as_str() {
            Some(reference) => image_tree(reference),
            None => Arc::new(Inode::dir(dir_mode(self.memory().is_some()))),
        });
        Ok(())
    }

    /// Writes it anew where what it shows has changed; whether it did.
    pub fn refresh(&mut self, from: &EnvSource<'_>, now: Time) -> Result<bool, MountError> {
        if self.tree.is_none() || !self.is_refreshed() {
            return Ok(false);
        }
        let content = projections(&self.source, from)?;
        if content == self.content {
            return Ok(false);
        }
        self.tree = Some(Arc::new(atomic_tree(&content, now, self.memory().is_some())));
        self.content = content;
        self.give_to_group(from.pod);
        Ok(true)
    }
}

/// Where a container finds the token of its pod's account, and what it finds there; nothing where either does not want it.
// Models the volume that the ServiceAccount admission plugin adds to pods.
pub(super) fn account_mount(from: &EnvSource<'_>, mounts: &[Mount]) -> Option<(Mount, Arc<Inode>)> {
    const PATH: &str = "/var/run/secrets/kubernetes.io/serviceaccount";
    const NAME: &str = "kube-api-access";
    let is_static = from.pod.annotation(super::static_pods::SOURCE).is_some();
    let account = from.api.peek(kinds::SERVICE_ACCOUNT, from.pod.namespace(), account_of(from.pod))?;
    let wanted = [from.pod.get("spec"), account].map(|of| of.get("automountServiceAccountToken").as_bool());
    if is_static || mounts.iter().any(|m| m.path == PATH) || !wanted[0].or(wanted[1]).unwrap_or(true) {
        return None;
    }
    let token = pod_token(from, &[], POD_TOKEN_S)?;
    let files = [("ca.crt", CERTIFICATE), ("namespace", from.pod.namespace()), ("token", &token)];
    let file = |(name, text): (&str, &str)| FileProjection { path: name.to_owned(), data: text.as_bytes().to_vec(), mode: 0o644 };
    let files: Vec<FileProjection> = files.into_iter().map(file).list();
    let mount = Mount { path: PATH.into(), volume: NAME.into(), read_only: true, sub_path: ArcStr::new(), memory: Some(0) };
    Some((mount, Arc::new(atomic_tree(&files, begun(from.pod), true))))
}

/// Gives a tree to a group that may do so much with its files; what is new in its directories belongs to the group too.
fn give(node: &mut Arc<Inode>, group: u32, mode: u32) {
    let node = Arc::make_mut(node);
    node.gid = group;
    node.mode |= mode;
    if let InodeKind::Dir(entries) = &mut node.kind {
        node.mode |= 0o2110;
        entries.values_mut().filter(|entry| !matches!(entry.kind, InodeKind::Link(_))).for_each(|entry| give(entry, group, mode));
    }
}

/// The persistent volume that a claim has.
fn volume_of_claim<'a>(from: &EnvSource<'a>, claim: &str) -> Option<&'a Value> {
    let claim = from.api.peek(kinds::PERSISTENT_VOLUME_CLAIM, from.pod.namespace(), claim)?;
    from.api.peek(kinds::PERSISTENT_VOLUME, "", claim.at(&["spec", "volumeName"]).str())
}

/// Where a persistent volume's files are: with it, or on the node where it is a part of that.
fn disk_of(from: &EnvSource<'_>, volume: &Value) -> DiskPath {
    let source = |member: &str| volume.at(&["spec", member, "path"]).as_str();
    match source("hostPath").or_else(|| source("local")).filter(|_| volume.annotation("pv.kubernetes.io/provisioned-by").is_none()) {
        Some(path) => DiskPath::new(Holder::Node(from.pod.at(&["spec", "nodeName"]).arc_str()), path),
        None => share_of(volume.get("spec")).unwrap_or_else(|| DiskPath::new(Holder::Volume(volume.name_arc()), "/")),
    }
}

/// Where the files of a share are that a server has for all nodes; none where it is no such volume.
fn share_of(volume: &Value) -> Option<DiskPath> {
    let share = volume.get("nfs");
    (!share.is_null()).then(|| DiskPath::new(Holder::Server(share.get("server").arc_str()), share.get("path").str()))
}

/// What is wrong with what is found at a path of the host that must be of some kind.
fn wrong_host_path(found: Option<&Inode>, path: &str, kind: &str) -> Option<String> {
    let found = found.map(|node| &node.kind);
    let (wanted, is_right) = match kind {
        "DirectoryOrCreate" | "FileOrCreate" if found.is_none() => return None,
        "Directory" | "DirectoryOrCreate" => ("directory", matches!(found, Some(InodeKind::Dir(_)))),
        "File" | "FileOrCreate" => ("file", matches!(found, Some(InodeKind::File { .. } | InodeKind::Program(_)))),
        "CharDevice" => ("character device", matches!(found, Some(InodeKind::Device(_)))),
        "Socket" => ("socket file", false),
        "BlockDevice" => ("block device", false),
        _ => return None,
    };
    (!is_right).then(|| format!("hostPath type check failed: {path} is not a {wanted}"))
}

/// The mode of a volume's own directory: that of a file system in memory is `/tmp`'s.
fn dir_mode(in_memory: bool) -> u32 {
    if in_memory { 0o1777 } else { 0o777 }
}

/// Gets what containers mount ready. What comes from the API is never written to, and of a part of it a container keeps what was there
/// when it started; of other volumes a part that is not there yet is made, a directory.
// Models the kubelet's doSafeMakeDir and bind mounts of sub-paths, and the read-only mounts of API volumes.
pub(super) fn prepare(mounts: &mut [Mount], volumes: &mut [Volume], disks: &mut Disks, uid: &ArcStr) -> SortedMap<ArcStr, Arc<Inode>> {
    let mut parts = SortedMap::new();
    for mount in mounts {
        let Some(volume) = volumes.iter_mut().find(|v| v.name == mount.volume) else { continue };
        let refreshed = volume.is_refreshed();
        mount.read_only |= refreshed || !volume.image().is_null();
        mount.memory = volume.memory();
        let Some(tree) = volume.tree.as_mut().filter(|_| !mount.sub_path.is_empty()) else { continue };
        if refreshed {
            let folder = match tree.at("..data").map(|n| &n.kind) {
                Some(InodeKind::Link(folder)) => folder.as_str(),
                _ => "",
            };
            let part = tree.at(&format!("{folder}/{}", mount.sub_path)).cloned().unwrap_or_else(|| Inode::dir(tree.mode));
            let key: ArcStr = format!("{}/{}", mount.volume, mount.sub_path).into();
            parts.insert(key.clone(), Arc::new(part));
            (mount.volume, mount.sub_path) = (key, ArcStr::new());
        } else if tree.at(&mount.sub_path).is_none() {
            // As the volume itself is.
            let mut folder = Inode::dir(tree.mode);
            folder.gid = tree.gid;
            Arc::make_mut(tree).put(&mount.sub_path, folder);
            if let Some(Backing::Disk(disk)) = &volume.backing {
                disks.put(disk, tree.clone(), uid);
            }
        }
    }
    parts.extend(volumes.iter().filter_map(|v| Some((v.name.clone(), v.tree.clone()?))));
    parts
}

/// Where a container mounts the pod's volumes.
// Models makeMounts.
pub(super) fn mounts_of(container: &ContainerSpec, lookup: &dyn Fn(&str) -> Option<ArcStr>) -> Result<Vec<Mount>, ConfigError> {
    let mut mounts = Vec::new();
    for m in container.value.get("volumeMounts").items() {
        let mut sub_path = m.get("subPath").str().to_owned();
        let text = m.get("subPathExpr").str();
        if !text.is_empty() {
            let missing = RefCell::new(SortedSet::new());
            sub_path = expand(text, &|name| {
                let value = lookup(name).filter(|value| !value.is_empty());
                if value.is_none() {
                    missing.borrow_mut().insert(name.to_owned());
                }
                value
            });
            let missing: Vec<String> = missing.into_inner().into_iter().list();
            if !missing.is_empty() {
                return Err(ConfigError(format!("missing value for {}", missing.join(", "))));
            }
        }
        if is_too_long(&sub_path) {
            let (mount, container) = (m.get("name").str(), &container.name);
            return Err(ConfigError(format!("failed to prepare subPath for volumeMount {mount:?} of container {container:?}")));
        }
        if sub_path.starts_with('/') {
            return Err(ConfigError(format!("error SubPath `{sub_path}` must not be an absolute path")));
        }
        if sub_path.split('/').any(|part| part == "..") {
            return Err(ConfigError(format!("unable to provision SubPath `{sub_path}`: must not contain '..'")));
        }
        let path = format!("/{}", clean(m.get("mountPath").str()));
        let (volume, read_only) = (m.get("name").arc_str(), m.get("readOnly").is_true());
        mounts.push(Mount { path: path.into(), volume, read_only, sub_path: clean(&sub_path).into(), memory: None });
    }
    Ok(mounts)
}
