//! Volumes and where they come from.

use super::metadata::{go_value, quantity, shorten};
use super::page::Page;
use crate::api::persistent_volume::class_of;
use crate::api::{Quantity, Value};
use crate::base::List as _;
use crate::kubectl::output::columns::access_modes;

/// How a member of a volume's source is shown.
#[derive(Clone, Copy)]
enum As {
    /// As Go prints the member: nothing for an empty text, `<nil>` for no reference.
    Plain,
    Int,
    Truth,
    List,
    Map,
    Reference,
    /// With this where it is not there.
    Or(&'static str),
    /// A list joined by commas.
    Joined,
}
use As::{Int, Joined, List, Map, Or, Plain, Reference, Truth};

/// A kind of source: its member in the volume, what kubectl says of it, its fields (title, path, how).
type Source = (&'static str, &'static str, &'static [(&'static str, &'static [&'static str], As)]);

const READ_ONLY: (&str, &[&str], As) = ("ReadOnly:", &["readOnly"], Truth);
const FS_TYPE: (&str, &[&str], As) = ("FSType:", &["fsType"], Plain);

/// What a pod's volume may come from, in the order kubectl asks.
#[rustfmt::skip]
const SOURCES: &[Source] = &[
    ("hostPath", "HostPath (bare host directory volume)", &[("Path:", &["path"], Plain), ("HostPathType:", &["type"], Or("<none>"))]),
    ("gcePersistentDisk", "GCEPersistentDisk (a Persistent Disk resource in Google Compute Engine)", &[("PDName:", &["pdName"], Plain), FS_TYPE, ("Partition:", &["partition"], Int), READ_ONLY]),
    ("awsElasticBlockStore", "AWSElasticBlockStore (a Persistent Disk resource in AWS)", &[("VolumeID:", &["volumeID"], Plain), FS_TYPE, ("Partition:", &["partition"], Int), READ_ONLY]),
    ("gitRepo", "GitRepo (a volume that is pulled from git when the pod is created)", &[("Repository:", &["repository"], Plain), ("Revision:", &["revision"], Plain)]),
    ("secret", "Secret (a volume populated by a Secret)", &[("SecretName:", &["secretName"], Plain), ("Optional:", &["optional"], Truth)]),
    ("configMap", "ConfigMap (a volume populated by a ConfigMap)", &[("Name:", &["name"], Plain), ("Optional:", &["optional"], Truth)]),
    ("nfs", "NFS (an NFS mount that lasts the lifetime of a pod)", &[("Server:", &["server"], Plain), ("Path:", &["path"], Plain), READ_ONLY]),
    ("iscsi", "ISCSI (an ISCSI Disk resource that is attached to a kubelet's host machine and then exposed to the pod)", &[
        ("TargetPortal:", &["targetPortal"], Plain), ("IQN:", &["iqn"], Plain), ("Lun:", &["lun"], Int), ("ISCSIInterface", &["iscsiInterface"], Plain), FS_TYPE, READ_ONLY, ("Portals:", &["portals"], List),
        ("DiscoveryCHAPAuth:", &["chapAuthDiscovery"], Truth), ("SessionCHAPAuth:", &["chapAuthSession"], Truth), ("SecretRef:", &["secretRef"], Reference), ("InitiatorName:", &["initiatorName"], Or("<none>"))]),
    ("glusterfs", "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)", &[("EndpointsName:", &["endpoints"], Plain), ("Path:", &["path"], Plain), READ_ONLY]),
    ("persistentVolumeClaim", "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)", &[("ClaimName:", &["claimName"], Plain), READ_ONLY]),
    ("rbd", "RBD (a Rados Block Device mount on the host that shares a pod's lifetime)", &[
        ("CephMonitors:", &["monitors"], List), ("RBDImage:", &["image"], Plain), FS_TYPE, ("RBDPool:", &["pool"], Plain), ("RadosUser:", &["user"], Plain), ("Keyring:", &["keyring"], Plain),
        ("SecretRef:", &["secretRef"], Reference), READ_ONLY]),
    ("quobyte", "Quobyte (a Quobyte mount on the host that shares a pod's lifetime)", &[("Registry:", &["registry"], Plain), ("Volume:", &["volume"], Plain), READ_ONLY]),
    ("azureDisk", "AzureDisk (an Azure Data Disk mount on the host and bind mount to the pod)", &[
        ("DiskName:", &["diskName"], Plain), ("DiskURI:", &["diskURI"], Plain), ("Kind: ", &["kind"], Plain), FS_TYPE, ("CachingMode:", &["cachingMode"], Plain), READ_ONLY]),
    ("vsphereVolume", "vSphereVolume (a Persistent Disk resource in vSphere)", &[("VolumePath:", &["volumePath"], Plain), FS_TYPE, ("StoragePolicyName:", &["storagePolicyName"], Plain)]),
    ("cinder", "Cinder (a Persistent Disk resource in OpenStack)", &[("VolumeID:", &["volumeID"], Plain), FS_TYPE, READ_ONLY, ("SecretRef:", &["secretRef"], Reference)]),
    ("photonPersistentDisk", "PhotonPersistentDisk (a Persistent Disk resource in photon platform)", &[("PdID:", &["pdID"], Plain), FS_TYPE]),
    ("portworxVolume", "PortworxVolume (a Portworx Volume resource)", &[("VolumeID:", &["volumeID"], Plain)]),
    ("scaleIO", "ScaleIO (a persistent volume backed by a block device in ScaleIO)", &[
        ("Gateway:", &["gateway"], Plain), ("System:", &["system"], Plain), ("Protection Domain:", &["protectionDomain"], Plain), ("Storage Pool:", &["storagePool"], Plain),
        ("Storage Mode:", &["storageMode"], Plain), ("VolumeName:", &["volumeName"], Plain), FS_TYPE, READ_ONLY]),
    ("cephfs", "CephFS (a CephFS mount on the host that shares a pod's lifetime)", &[
        ("Monitors:", &["monitors"], List), ("Path:", &["path"], Plain), ("User:", &["user"], Plain), ("SecretFile:", &["secretFile"], Plain), ("SecretRef:", &["secretRef"], Reference), READ_ONLY]),
    ("storageos", "StorageOS (a StorageOS Persistent Disk resource)", &[("VolumeName:", &["volumeName"], Plain), ("VolumeNamespace:", &["volumeNamespace"], Plain), FS_TYPE, READ_ONLY]),
    ("fc", "FC (a Fibre Channel disk)", &[("TargetWWNs:", &["targetWWNs"], Joined), ("LUN:", &["lun"], Or("<none>")), FS_TYPE, READ_ONLY]),
    ("azureFile", "AzureFile (an Azure File Service mount on the host and bind mount to the pod)", &[("SecretName:", &["secretName"], Plain), ("ShareName:", &["shareName"], Plain), READ_ONLY]),
    ("flexVolume", "FlexVolume (a generic volume resource that is provisioned/attached using an exec based plugin)", &[
        ("Driver:", &["driver"], Plain), FS_TYPE, ("SecretRef:", &["secretRef"], Reference), READ_ONLY, ("Options:", &["options"], Map)]),
    ("flocker", "Flocker (a Flocker volume mounted by the Flocker agent)", &[("DatasetName:", &["datasetName"], Plain), ("DatasetUUID:", &["datasetUUID"], Plain)]),
    ("csi", "CSI (a Container Storage Interface (CSI) volume source)", &[("Driver:", &["driver"], Plain), FS_TYPE, READ_ONLY]),
    ("image", "Image (a container image or OCI artifact)", &[("Reference:", &["reference"], Plain), ("PullPolicy:", &["pullPolicy"], Plain)]),
    ("local", "LocalVolume (a persistent volume backed by local storage on a node)", &[("Path:", &["path"], Plain)]),
];

/// Sources of which a PersistentVolume shows other fields than a pod.
#[rustfmt::skip]
const PERSISTENT: &[Source] = &[
    ("glusterfs", "Glusterfs (a Glusterfs mount on the host that shares a pod's lifetime)", &[
        ("EndpointsName:", &["endpoints"], Plain), ("EndpointsNamespace:", &["endpointsNamespace"], Or("<unset>")), ("Path:", &["path"], Plain), READ_ONLY]),
    ("scaleIO", "ScaleIO (a persistent volume backed by a block device in ScaleIO)", &[
        ("Gateway:", &["gateway"], Plain), ("System:", &["system"], Plain), ("Protection Domain:", &["protectionDomain"], Plain), ("Storage Pool:", &["storagePool"], Plain),
        ("Storage Mode:", &["storageMode"], Plain), ("VolumeName:", &["volumeName"], Plain), ("SecretName:", &["secretRef", "name"], Plain), ("SecretNamespace:", &["secretRef", "namespace"], Plain), FS_TYPE, READ_ONLY]),
    ("azureFile", "AzureFile (an Azure File Service mount on the host and bind mount to the pod)", &[
        ("SecretName:", &["secretName"], Plain), ("SecretNamespace:", &["secretNamespace"], Plain), ("ShareName:", &["shareName"], Plain), READ_ONLY]),
    ("csi", "CSI (a Container Storage Interface (CSI) volume source)", &[
        ("Driver:", &["driver"], Plain), FS_TYPE, ("VolumeHandle:", &["volumeHandle"], Plain), READ_ONLY]),
];

impl Page<'_> {
    /// A pod's or template's volumes.
    pub(super) fn volumes(&mut self, volumes: &Value, space: &str) {
        if volumes.items().is_empty() {
            self.line(0, format_args!("{space}Volumes:\t<none>"));
            return;
        }
        self.line(0, format_args!("{space}Volumes:"));
        for volume in volumes.items() {
            self.line(1, format_args!("{}{}:", if space.is_empty() { "" } else { " " }, volume.get("name").str()));
            self.volume_source(volume, false);
        }
    }

    /// Where a volume comes from; a PersistentVolume's spec names its source likewise.
    pub(super) fn volume_source(&mut self, volume: &Value, persistent: bool) {
        let found = |sources: &'static [Source]| sources.iter().find(|s| !volume.get(s.0).is_null());
        if let empty_dir @ Value::Map(_) = volume.get("emptyDir") {
            self.field(2, "Type", "EmptyDir (a temporary directory that shares a pod's lifetime)");
            self.field(2, "Medium", empty_dir.get("medium").str());
            let limit = empty_dir.get("sizeLimit");
            let limited = !limit.is_null() && Quantity::of(limit).sign() > 0;
            self.field(2, "SizeLimit", if limited { quantity(limit) } else { "<unset>".into() });
        } else if let ephemeral @ Value::Map(_) = volume.get("ephemeral") {
            self.field(2, "Type", "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)");
            self.claim_template(ephemeral.get("volumeClaimTemplate"));
        } else if let downward @ Value::Map(_) = volume.get("downwardAPI") {
            self.field(2, "Type", "DownwardAPI (a volume populated by information about the pod)\n    Items:");
            for item in downward.get("items").items() {
                for of in [item.at(&["fieldRef", "fieldPath"]), item.at(&["resourceFieldRef", "resource"])] {
                    if let Some(of) = of.as_str() {
                        self.line(3, format_args!("{of} -> {}", item.get("path").str()));
                    }
                }
            }
        } else if let projected @ Value::Map(_) = volume.get("projected") {
            self.field(2, "Type", "Projected (a volume that contains injected data from multiple sources)");
            self.projections(projected.get("sources"));
        } else if let Some(source) = Some(PERSISTENT).filter(|_| persistent).and_then(found).or_else(|| found(SOURCES)) {
            self.source_fields(source, volume.get(source.0));
        } else {
            self.line(1, "<unknown>");
        }
    }

    fn source_fields(&mut self, (member, title, fields): &Source, source: &Value) {
        self.field(2, "Type", title);
        for (name, path, how) in *fields {
            let v = source.at(path);
            let text = match how {
                Plain => v.str().to_owned(),
                Int => v.int().to_string(),
                Truth => v.is_true().to_string(),
                List if v.is_null() => "[]".into(),
                Map if v.is_null() => "map[]".into(),
                List | Map => go_value(v),
                Or(none) if v.is_null() => (*none).to_owned(),
                Or(_) => v.as_int().map_or_else(|| v.str().to_owned(), |i| i.to_string()),
                Joined => v.items().iter().map(Value::str).list().join(", "),
                Reference if v.is_null() => "nil".into(),
                Reference if v.get("namespace").is_null() => format!("&LocalObjectReference{{Name:{},}}", v.get("name").str()),
                Reference => format!("&SecretReference{{Name:{},Namespace:{},}}", v.get("name").str(), v.get("namespace").str()),
            };
            self.line(2, format_args!("{name}\t{text}"));
        }
        if *member == "csi" {
            let attributes: Vec<String> =
                source.get("volumeAttributes").entries().map(|(k, v)| shorten(&format!("{k}={}", v.str()), 140)).list();
            if attributes.is_empty() {
                self.field(2, "VolumeAttributes", "<none>");
            }
            for (i, line) in attributes.iter().enumerate() {
                // Each piece of a line is indented anew.
                self.put(2, if i == 0 { "VolumeAttributes:\t" } else { "\t" });
                self.line(2, line);
            }
        }
    }

    fn projections(&mut self, sources: &Value) {
        for source in sources.items() {
            let optional = |of: &Value| of.get("optional").is_true();
            if let secret @ Value::Map(_) = source.get("secret") {
                self.field(2, "SecretName", secret.get("name").str());
                self.field(2, "Optional", optional(secret));
            } else if !source.get("downwardAPI").is_null() {
                self.field(2, "DownwardAPI", "true");
            } else if let config_map @ Value::Map(_) = source.get("configMap") {
                self.field(2, "ConfigMapName", config_map.get("name").str());
                self.field(2, "Optional", optional(config_map));
            } else if let token @ Value::Map(_) = source.get("serviceAccountToken") {
                self.field(2, "TokenExpirationSeconds", token.get("expirationSeconds").int());
            }
        }
    }

    /// A claim that a volume brings with it.
    fn claim_template(&mut self, template: &Value) {
        if template.is_null() {
            return;
        }
        let spec = template.get("spec");
        // Each of its texts is moved in, those in the middle of a line too.
        self.nested = 2;
        self.field(0, "StorageClass", class_of(template));
        self.field(0, "Volume", spec.get("volumeName").str());
        self.labels_and_annotations(template);
        let bound = !spec.get("volumeName").str().is_empty();
        self.field(0, "Capacity", if bound { "0" } else { "" });
        self.field(0, "Access Modes", if bound { access_modes(&Value::Null) } else { String::new() });
        if let Some(mode) = spec.get("volumeMode").as_str() {
            self.field(0, "VolumeMode", mode);
        }
        self.data_source(spec.get("dataSource"));
        self.nested = 0;
    }

    /// What a claim is filled from.
    pub(super) fn data_source(&mut self, source: &Value) {
        if source.is_null() {
            return;
        }
        self.line(0, "DataSource:");
        if let Some(group) = source.get("apiGroup").as_str() {
            self.field(1, "APIGroup", group);
        }
        self.field(1, "Kind", source.get("kind").str());
        self.field(1, "Name", source.get("name").str());
    }
}
