//! Which rows of upstream's validation tests become which objects.

/// How a row becomes an object.
#[derive(Clone, Copy)]
pub enum How {
    /// A new object: the row's member, or the row itself.
    New(&'static str, &'static str),
    /// A changed object: new and old.
    Change(&'static str, &'static str, &'static str),
    /// A changed part of an object: `status`, `finalize`, `resize` or `ephemeral`, of this kind, new and old.
    Status(&'static str, &'static str, &'static str, &'static str),
    /// Parts of an object that is right without them: what is added to it, and which members of the row go where.
    Part(&'static str, &'static str, &'static [(&'static str, &'static str)]),
}
use How::{Change, New, Part, Status};

const CLAIM: &str = r#"{"metadata": {"name": "c", "namespace": "ns"}}"#;
const VOLUME: &str = r#"{"metadata": {"name": "v"}, "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"]}}"#;
const MOUNTS: &str = r#"{"spec": {"volumes": [{"name": "abc", "emptyDir": {}}, {"name": "abc-123", "emptyDir": {}}, {"name": "123", "emptyDir": {}},
    {"name": "foo", "emptyDir": {}}, {"name": "bar", "emptyDir": {}}, {"name": "image-volume", "image": {"reference": "r", "pullPolicy": "Always"}},
    {"name": "xyz", "persistentVolumeClaim": {"claimName": "x"}}, {"name": "uvw", "persistentVolumeClaim": {"claimName": "u"}}],
    "containers": [{"volumeDevices": [{"name": "xyz", "devicePath": "/foofoo"}, {"name": "uvw", "devicePath": "/mnt/exists"}]}]}}"#;
const DEVICES: &str = r#"{"spec": {"volumes": [{"name": "abc", "persistentVolumeClaim": {"claimName": "a"}}, {"name": "def", "emptyDir": {}},
    {"name": "abc-123", "emptyDir": {}}, {"name": "xyz", "persistentVolumeClaim": {"claimName": "x"}}, {"name": "ghi", "emptyDir": {}}],
    "containers": [{"volumeMounts": [{"name": "xyz", "mountPath": "/foofoo"}, {"name": "ghi", "mountPath": "/this/path/exists"}]}]}}"#;
const ENV: &[(&str, &str)] = &[("spec.containers.0.env", "envs")];

/// The tests of `core_validation` and how their rows are run. The number is the line of the loop over wrong objects.
pub const CORE: &[(&str, i64, How)] = &[
    ("TestValidatePersistentVolumes", 0, New("PersistentVolume", "volume")),
    ("TestValidatePersistentVolumeSpec", 0, Part("PersistentVolume", r#"{"metadata": {"name": "v"}}"#, &[("spec", "pvSpec")])),
    ("TestValidatePersistentVolumeSourceUpdate", 0, Change("PersistentVolume", "newVolume", "oldVolume")),
    ("TestValidateLocalVolumes", 0, New("PersistentVolume", "volume")),
    ("TestValidateVolumeNodeAffinityUpdate", 0, Change("PersistentVolume", "newPV", "oldPV")),
    ("TestValidatePeristentVolumeAttributesClassUpdate", 0, Change("PersistentVolume", "newPV", "oldPV")),
    ("TestAlphaVolumeSnapshotDataSource", 1775, Part("PersistentVolumeClaim", CLAIM, &[("spec", "")])),
    ("TestAlphaPVVolumeModeUpdate", 0, Change("PersistentVolume", "newPV", "oldPV")),
    ("TestValidatePersistentVolumeClaimUpdate", 0, Change("PersistentVolumeClaim", "newClaim", "oldClaim")),
    (
        "TestValidateKeyToPath",
        0,
        Part("Pod", r#"{"spec": {"volumes": [{"name": "v", "configMap": {"name": "c"}}]}}"#, &[("spec.volumes.0.configMap.items.0", "kp")]),
    ),
    ("TestValidateNFSVolumeSource", 0, Part("Pod", r#"{"spec": {"volumes": [{"name": "v"}]}}"#, &[("spec.volumes.0.nfs", "nfs")])),
    ("TestValidateGlusterfs", 0, Part("Pod", r#"{"spec": {"volumes": [{"name": "v"}]}}"#, &[("spec.volumes.0.glusterfs", "gfs")])),
    ("TestValidateGlusterfsPersistentVolumeSource", 0, Part("PersistentVolume", VOLUME, &[("spec.glusterfs", "gfs")])),
    ("TestValidateCSIVolumeSource", 0, Part("Pod", r#"{"spec": {"volumes": [{"name": "v"}]}}"#, &[("spec.volumes.0.csi", "csi")])),
    ("TestValidateCSIPersistentVolumeSource", 0, Part("PersistentVolume", VOLUME, &[("spec.csi", "csi")])),
    (
        "TestValidateVolumes",
        0,
        Part(
            "PodTemplate",
            r#"{"metadata": {"name": "p", "namespace": "ns"}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": {
        "containers": [{"name": "c", "image": "i", "imagePullPolicy": "Always", "terminationMessagePolicy": "File"}],
        "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "terminationGracePeriodSeconds": 30}}}"#,
            &[("template.spec.volumes.0", "vol")],
        ),
    ),
    ("TestValidateVolumesOfPod", 0, Part("Pod", "{}", &[("spec.volumes.0", "vol")])),
    ("TestValidatePodResourceNames", 0, Part("Pod", "{}", &[("spec.resources.limits.*", "input")])),
    (
        "TestValidateResourceNames",
        0,
        Part(
            "LimitRange",
            r#"{"metadata": {"name": "r", "namespace": "ns"}, "spec": {"limits": [{"type": "example.com/any"}]}}"#,
            &[("spec.limits.0.max.*", "input")],
        ),
    ),
    ("TestHugePagesIsolation", 0, New("Pod", "pod")),
    ("TestPVCVolumeMode", 5749, New("PersistentVolumeClaim", "")),
    ("TestPVVolumeMode", 5783, New("PersistentVolume", "")),
    ("TestValidatePorts", 6002, Part("Pod", "{}", &[("spec.containers.0.ports", "P")])),
    ("TestLocalStorageEnvWithFeatureGate", 0, Part("Pod", "{}", &[("spec.containers.0.env.0", "")])),
    ("TestHugePagesEnv", 0, Part("Pod", "{}", &[("spec.containers.0.env.0", "")])),
    ("TestRelaxedValidateEnv", 6421, Part("Pod", "{}", ENV)),
    ("TestValidateEnv", 6833, Part("Pod", "{}", ENV)),
    ("TestValidateEnvFrom", 7049, Part("Pod", "{}", &[("spec.containers.0.envFrom", "envs")])),
    ("TestRelaxedValidateEnvFrom", 7357, Part("Pod", "{}", &[("spec.containers.0.envFrom", "envs")])),
    (
        "TestValidateEnvVarValueFromFileKeyRef",
        0,
        Part("Pod", r#"{"spec": {"volumes": [{"name": "volume-name", "emptyDir": {}}]}}"#, &[("spec.containers.0.env.0", "envVar")]),
    ),
    ("TestValidateVolumeMounts", 7454, Part("Pod", MOUNTS, &[("spec.containers.0.volumeMounts", "")])),
    ("TestValidateSubpathMutuallyExclusive", 0, Part("Pod", MOUNTS, &[("spec.containers.0.volumeMounts", "mounts")])),
    ("TestValidateDisabledSubpathExpr", 0, Part("Pod", MOUNTS, &[("spec.containers.0.volumeMounts", "mounts")])),
    (
        "TestValidateMountPropagation",
        0,
        Part(
            "Pod",
            r#"{"spec": {"volumes": [{"name": "foo", "emptyDir": {}}]}}"#,
            &[("spec.containers.0", "container"), ("spec.containers.0.volumeMounts.0", "mount")],
        ),
    ),
    ("TestAlphaValidateVolumeDevices", 7760, Part("Pod", DEVICES, &[("spec.containers.0.volumeDevices", "")])),
    ("TestValidateProbe", 7792, Part("Pod", "{}", &[("spec.containers.0.readinessProbe", "")])),
    ("Test_validateProbe", 0, Part("Pod", "{}", &[("spec.containers.0.readinessProbe", "args.probe")])),
    ("TestValidateHandler", 7941, Part("Pod", "{}", &[("spec.containers.0.lifecycle.preStop", "")])),
    ("TestValidatePullPolicy", 0, Part("Pod", "{}", &[("spec.containers.0", "Container")])),
    (
        "TestValidateResizePolicy",
        0,
        Part("Pod", "{}", &[("spec.containers.0.resizePolicy", "PolicyList"), ("spec.restartPolicy", "PodRestartPolicy")]),
    ),
    (
        "TestValidateEphemeralContainers",
        0,
        Part(
            "Pod",
            r#"{"bare": true, "spec": {"containers": [{"name": "ctr", "image": "i", "imagePullPolicy": "Always", "terminationMessagePolicy": "File"}], "initContainers": [{"name": "ictr", "image": "i", "imagePullPolicy": "Always", "terminationMessagePolicy": "File"}], "volumes": [{"name": "blk", "persistentVolumeClaim": {"claimName": "pvc"}}, {"name": "vol", "emptyDir": {}}]}}"#,
            &[("spec.ephemeralContainers", "ephemeralContainers")],
        ),
    ),
    ("TestValidateWindowsPodSecurityContext", 0, Part("Pod", r#"{"spec": {"os": {"name": "windows"}}}"#, &[("spec", "podSec")])),
    ("TestValidateLinuxPodSecurityContext", 0, Part("Pod", r#"{"spec": {"os": {"name": "linux"}}}"#, &[("spec", "podSpec")])),
    (
        "TestValidateContainers",
        0,
        Part("Pod", r#"{"bare": true, "spec": {"volumes": [{"name": "test", "emptyDir": {}}]}}"#, &[("spec.containers", "containers")]),
    ),
    (
        "TestValidateInitContainers",
        0,
        Part(
            "Pod",
            r#"{"bare": true, "spec": {"containers": [{"name": "app", "image": "i", "imagePullPolicy": "Always", "terminationMessagePolicy": "File"}]}}"#,
            &[("spec.initContainers", "initContainers")],
        ),
    ),
    ("TestValidateRestartPolicy", 10056, Part("Pod", "{}", &[("spec.restartPolicy", "")])),
    ("TestValidateDNSPolicy", 10074, Part("Pod", r#"{"spec": {"dnsConfig": {"nameservers": ["1.1.1.1"]}}}"#, &[("spec.dnsPolicy", "")])),
    ("TestValidatePodDNSConfig", 0, Part("Pod", "{}", &[("spec.dnsPolicy", "dnsPolicy"), ("spec.dnsConfig", "dnsConfig")])),
    ("TestValidatePodReadinessGates", 10382, Part("Pod", "{}", &[("spec.readinessGates", "readinessGates")])),
    ("TestValidatePodSpec", 10767, New("Pod", "pod")),
    ("TestValidatePod", 0, New("Pod", "spec")),
    ("TestValidatePodStatusUpdate", 0, Status("status", "Pod", "new", "old")),
    ("TestValidatePodEphemeralContainersUpdate", 0, Status("ephemeral", "Pod", "new", "old")),
    ("TestValidatePodResize", 0, Status("resize", "Pod", "new", "old")),
    ("TestPodIPsValidation", 0, Status("status", "Pod", "pod", "pod")),
    ("TestHostIPsValidation", 0, Status("status", "Pod", "pod", "pod")),
    ("TestValidatePodConditions", 10445, Status("status", "Pod", "=status.conditions", "podConditions")),
    (
        "TestValidateNodeDeclaredFeatures",
        0,
        Part("Node", r#"{"metadata": {"name": "n"}}"#, &[("status.declaredFeatures", "declaredFeatures")]),
    ),
    ("TestValidateContainerStateTransition", 0, Status("status", "Pod", "=status.containerStatuses", "newStatuses")),
    ("TestValidateInitContainerStateTransition", 0, Status("status", "Pod", "=status.initContainerStatuses", "newStatuses")),
    ("TestValidateContainerStatusAllocatedResourcesStatus", 0, Status("status", "Pod", "=status.containerStatuses", "containerStatuses")),
    ("TestValidateReplicationControllerStatus", 0, Status("status", "ReplicationController", "=", "")),
    ("TestValidateReplicationControllerStatusUpdate", 18629, Status("status", "ReplicationController", "update", "old")),
    ("TestValidatePersistentVolumeClaimStatusUpdate", 0, Status("status", "PersistentVolumeClaim", "newClaim", "oldClaim")),
    ("TestValidateNamespaceStatusUpdate", 0, Status("status", "Namespace", "namespace", "oldNamespace")),
    ("TestValidateNamespaceFinalizeUpdate", 0, Status("finalize", "Namespace", "namespace", "oldNamespace")),
    (
        "TestValidateContainerRestartPolicy",
        0,
        Part(
            "Pod",
            "{}",
            &[
                ("spec.containers.0.restartPolicy", "RestartPolicy"),
                ("spec.containers.0.restartPolicyRules", "RestartPolicyRules"),
                ("spec.initContainers.0.restartPolicy", "restartPolicy"),
                ("spec.initContainers.0.restartPolicyRules", "restartPolicyRules"),
            ],
        ),
    ),
    (
        "TestValidateSeccompAnnotationsAndFieldsMatch",
        0,
        Part(
            "Pod",
            "{}",
            &[
                ("metadata.annotations.seccomp~security~alpha~kubernetes~io/pod", "annotationValue"),
                ("spec.securityContext.seccompProfile", "seccompField"),
            ],
        ),
    ),
    ("TestValidatePodCreateWithSchedulingGates", 0, New("Pod", "pod")),
    ("TestValidatePodUpdate", 0, Change("Pod", "new", "old")),
    ("TestValidateReplicationControllerUpdate", 0, Change("ReplicationController", "update", "old")),
    ("TestValidateReplicationController", 0, New("ReplicationController", "input")),
    ("TestValidateNode", 19323, New("Node", "")),
    ("TestValidateNodeUpdate", 0, Change("Node", "node", "oldNode")),
    ("TestValidatePodResources", 0, Part("Pod", "{}", &[("spec.os.name", "osName"), ("spec.resources", "podResources")])),
    ("TestValidatePodResourceConsistency", 0, Part("Pod", "{}", &[("spec.resources", "podResources"), ("spec.containers", "containers")])),
    (
        "TestValidateLimitRangeForLocalStorage",
        0,
        Part("LimitRange", r#"{"metadata": {"name": "r", "namespace": "ns"}}"#, &[("spec", "spec")]),
    ),
    ("TestValidateLimitRange", 21821, New("LimitRange", "R")),
    ("TestValidateResourceQuota", 0, New("ResourceQuota", "rq")),
    ("TestValidateNamespace", 22503, New("Namespace", "R")),
    ("TestValidateNamespaceUpdate", 0, Change("Namespace", "namespace", "oldNamespace")),
    ("TestValidateSecret", 0, New("Secret", "secret")),
    ("TestValidateSecretUpdate", 0, Change("Secret", "newSecret", "oldSecret")),
    ("TestValidateDockerConfigSecret", 0, New("Secret", "secret")),
    ("TestValidateBasicAuthSecret", 0, New("Secret", "secret")),
    ("TestValidateSSHAuthSecret", 0, New("Secret", "secret")),
    ("TestValidateEndpointsCreate", 0, New("Endpoints", "endpoints")),
    (
        "TestValidateWindowsSecurityContext",
        0,
        Part("Pod", r#"{"spec": {"os": {"name": "windows"}}}"#, &[("spec.containers", "sc.Containers")]),
    ),
    ("TestValidateSchedulingGates", 0, Part("Pod", "{}", &[("spec.schedulingGates", "schedulingGates")])),
    ("TestValidateTLSSecret", 23788, New("Secret", "secrets")),
    ("TestValidateLinuxSecurityContext", 0, Part("Pod", r#"{"spec": {"os": {"name": "linux"}}}"#, &[("spec.containers", "sc.Containers")])),
    ("TestValidateSecurityContext", 0, Part("Pod", "{}", &[("spec.containers.0.securityContext", "sc"), ("spec.hostUsers", "hostUsers")])),
    ("TestValidateConfigMap", 0, New("ConfigMap", "cfg")),
    ("TestValidateConfigMapUpdate", 0, Change("ConfigMap", "newCfg", "oldCfg")),
    (
        "TestValidateFlexVolumeSource",
        0,
        Part("Pod", r#"{"spec": {"volumes": [{"name": "v"}]}}"#, &[("spec.volumes.0.flexVolume", "source")]),
    ),
    (
        "TestValidateOrSetClientIPAffinityConfig",
        24633,
        Part(
            "Service",
            r#"{"metadata": {"name": "s", "namespace": "ns"}, "spec": {"type": "ClusterIP", "sessionAffinity": "ClientIP", "clusterIP": "None", "clusterIPs": ["None"], "internalTrafficPolicy": "Cluster", "ports": [{"port": 1, "targetPort": 1, "protocol": "TCP"}]}}"#,
            &[("spec.sessionAffinityConfig", "")],
        ),
    ),
    (
        "TestValidateWindowsSecurityContextOptions",
        0,
        Part("Pod", r#"{"spec": {"hostNetwork": true}}"#, &[("spec.securityContext.windowsOptions", "windowsOptions")]),
    ),
    ("TestAlphaVolumePVCDataSource", 0, Part("PersistentVolumeClaim", CLAIM, &[("spec", "claimSpec")])),
    ("TestCrossNamespaceSource", 0, Part("PersistentVolumeClaim", CLAIM, &[("spec", "claimSpec")])),
    ("TestVolumeAttributesClass", 0, Part("PersistentVolumeClaim", CLAIM, &[("spec", "claimSpec")])),
    ("TestValidateTopologySpreadConstraints", 0, Part("Pod", "{}", &[("spec.topologySpreadConstraints", "constraints")])),
    ("TestValidateOverhead", 25656, Part("Pod", "{}", &[("spec.overhead", "overhead")])),
    ("TestValidateNodeCIDRs", 0, New("Node", "node")),
    (
        "TestValidatePodTemplateSpecSeccomp",
        0,
        Part("PodTemplate", r#"{"metadata": {"name": "p", "namespace": "ns"}}"#, &[("template", "spec")]),
    ),
    ("TestValidateResourceRequirements", 26606, Part("Pod", "{}", &[("spec.containers.0.resources", "requirements")])),
    ("TestValidatePodResourceRequirements", 26606, Part("Pod", "{}", &[("spec.resources", "requirements")])),
    ("TestValidateHostUsers", 0, Part("Pod", "{}", &[("spec", "spec")])),
    ("TestValidatePodHostName", 0, Part("Pod", "{}", &[("spec", "spec")])),
    ("TestValidateWindowsHostProcessPod", 0, Part("Pod", "{}", &[("spec", "podSpec")])),
    ("TestValidateOS", 0, Part("Pod", "{}", &[("spec", "podSpec")])),
    (
        "TestValidatePVSecretReference",
        0,
        Part(
            "PersistentVolume",
            r#"{"metadata": {"name": "v"}, "spec": {"capacity": {"storage": "1Gi"}, "accessModes": ["ReadWriteOnce"], "csi": {"driver": "d", "volumeHandle": "h"}}}"#,
            &[("spec.csi.nodePublishSecretRef", "args.secretRef")],
        ),
    ),
    ("TestValidateDynamicResourceAllocation", 27727, New("Pod", "")),
    (
        "TestValidateSleepAction",
        0,
        Part(
            "Pod",
            "{}",
            &[("spec.containers.0.lifecycle.preStop.sleep", "action"), ("spec.terminationGracePeriodSeconds", "gracePeriod")],
        ),
    ),
    ("TestValidatePodDNSConfigWithRelaxedSearchDomain", 0, Part("Pod", "{}", &[("spec.dnsConfig", "dnsConfig")])),
    ("TestValidateSELinuxChangePolicy", 0, New("Pod", "pod")),
    ("TestValidateNodeSwapStatus", 0, New("Node", "node")),
    ("TestValidateStopSignal", 0, Part("Pod", "{}", &[("spec.containers.0.lifecycle.stopSignal", "stopsignal"), ("spec.os", "os")])),
    ("TestValidateFileKeyRefVolume", 0, Part("Pod", "{}", &[("spec", "podSpec")])),
    ("TestNumericTolerationsWithFeatureGate", 0, Part("Pod", "{}", &[("spec.tolerations.0", "toleration")])),
    ("TestValidatePodSchedulingGroup", 31272, New("Pod", "")),
    (
        "TestValidateAppArmorProfileFormat",
        0,
        Part(
            "Pod",
            r#"{"spec": {"containers": [{"name": "c"}]}}"#,
            &[("metadata.annotations.container~apparmor~security~beta~kubernetes~io/c", "profile")],
        ),
    ),
    (
        "TestAlphaLocalStorageCapacityIsolation",
        0,
        Part("Pod", r#"{"spec": {"volumes": [{"name": "v"}]}}"#, &[("spec.volumes.0.emptyDir", "EmptyDir")]),
    ),
];

const STATEFUL_SET: &str = r#"{"metadata": {"name": "s", "namespace": "ns"}}"#;
const DAEMON_SET: &str = r#"{"metadata": {"name": "s", "namespace": "ns"}, "spec": {"selector": {"matchLabels": {"a": "b"}}, "updateStrategy": {"type": "RollingUpdate"},
    "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i", "imagePullPolicy": "Always", "terminationMessagePolicy": "File"}],
        "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "terminationGracePeriodSeconds": 30}}}}"#;

/// The tests of `apps_validation`.
pub const APPS: &[(&str, i64, How)] = &[
    ("TestValidateStatefulSetMinReadySeconds", 0, Part("StatefulSet", STATEFUL_SET, &[("spec", "ss")])),
    ("TestValidateStatefulSetStatus", 0, Status("status", "StatefulSet", "=", "")),
    ("TestValidateControllerRevision", 0, New("ControllerRevision", "history")),
    ("TestValidateControllerRevisionUpdate", 0, Change("ControllerRevision", "newHistory", "oldHistory")),
    ("TestValidateDaemonSetStatusUpdate", 1878, Status("status", "DaemonSet", "update", "old")),
    ("TestValidateDaemonSetUpdate", 0, Change("DaemonSet", "update", "old")),
    ("TestValidateDaemonSet", 2540, New("DaemonSet", "")),
    ("TestValidateDeployment", 2713, New("Deployment", "")),
    ("TestValidateDeploymentStatus", 0, Status("status", "Deployment", "=", "")),
    ("TestValidateDeploymentStatusUpdate", 0, Status("status", "Deployment", "=status", "to")),
    ("TestValidateDeploymentUpdate", 0, Change("Deployment", "update", "old")),
    ("TestValidateReplicaSetStatus", 0, Status("status", "ReplicaSet", "=", "")),
    ("TestValidateReplicaSetStatusUpdate", 3365, Status("status", "ReplicaSet", "update", "old")),
    ("TestValidateReplicaSetUpdate", 0, Change("ReplicaSet", "update", "old")),
    ("TestValidateReplicaSet", 3739, New("ReplicaSet", "")),
    ("TestDaemonSetUpdateMaxSurge", 0, Part("DaemonSet", DAEMON_SET, &[("spec.updateStrategy.rollingUpdate", "ds")])),
];

const INDEXED_JOB: &str = r#"{"metadata": {"name": "j", "namespace": "ns"}, "spec": {"completionMode": "Indexed", "manualSelector": true, "selector": {"matchLabels": {"a": "b"}},
    "template": {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "c", "image": "i", "imagePullPolicy": "Always", "terminationMessagePolicy": "File"}],
        "dnsPolicy": "ClusterFirst", "restartPolicy": "Never", "terminationGracePeriodSeconds": 30}}}}"#;
const CRON_JOB: &str = r#"{"metadata": {"name": "j", "namespace": "ns"}, "spec": {"concurrencyPolicy": "Allow", "schedule": "0 0 * * *", "jobTemplate": {"spec": {
    "template": {"spec": {"containers": [{"name": "c", "image": "i", "imagePullPolicy": "Always", "terminationMessagePolicy": "File"}],
        "dnsPolicy": "ClusterFirst", "restartPolicy": "Never", "terminationGracePeriodSeconds": 30}}}}}}"#;

/// The tests of `batch_validation`.
pub const BATCH: &[(&str, i64, How)] = &[
    ("TestValidateJob", 1452, New("Job", "job")),
    ("TestValidateJobUpdateStatus", 0, Status("status", "Job", "update", "old")),
    ("TestValidateCronJob", 3289, New("CronJob", "")),
    (
        "TestValidateIndexesString",
        0,
        Part("Job", INDEXED_JOB, &[("spec.completions", "completions"), ("spec.successPolicy.rules.0.succeededIndexes", "indexesString")]),
    ),
    ("TestValidateFailedIndexesNotOverlapCompleted", 0, Status("status", "Job", "=status.failedIndexes", "failedIndexesStr")),
    ("TestValidateScheduleFormatPanicRecovery", 4466, Part("CronJob", CRON_JOB, &[("spec.schedule", "schedule")])),
    (
        "TestValidateScheduleFormatNormalCases",
        0,
        Part("CronJob", CRON_JOB, &[("spec.schedule", "schedule"), ("spec.timeZone", "timeZone")]),
    ),
];

const AUTOSCALER: &str = r#"{"metadata": {"name": "h", "namespace": "ns"}, "spec": {"maxReplicas": 5, "minReplicas": 1,
    "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "d"}}}"#;
const HPA: &str = "HorizontalPodAutoscaler";

/// The tests of `autoscaling_validation`.
pub const AUTOSCALING: &[(&str, i64, How)] = &[
    ("TestValidateBehavior", 376, Part(HPA, AUTOSCALER, &[("spec.behavior", "")])),
    ("TestValidateHorizontalPodAutoscaler", 0, New(HPA, "horizontalPodAutoscaler")),
    ("TestValidateHorizontalPodAutoscalerScaleToZeroDisabled", 1709, New(HPA, "")),
    ("TestValidateHorizontalPodAutoscalerConfigurableToleranceEnabled", 1849, Part(HPA, AUTOSCALER, &[("spec.behavior.scaleUp", "")])),
    ("TestValidateHorizontalPodAutoscalerConfigurableToleranceDisabled", 1912, Part(HPA, AUTOSCALER, &[("spec.behavior.scaleUp", "")])),
];
