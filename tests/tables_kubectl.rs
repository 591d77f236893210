//! What kubectl prints and makes, held to the recorded tables. Needs the conformance folder.

#[path = "tables/go.rs"]
mod go;
#[path = "tables/mod.rs"]
mod tables;

use kubarium::api::{Kind, Value};
use kubarium::base::Time;
use kubarium::kubectl::output::columns::printer_of;
use tables::{Outcome, Row, check, same};

/// The moment at which the rows were written down.
fn now() -> Time {
    Time::parse_rfc3339("2026-11-22T08:36:57Z").expect("a moment of the session")
}

/// Upstream's tests, the kind that they print, and the member that is the object.
const PRINTED: [(&str, &str, &str); 61] = [
    ("TestPrintEvent", "Event", "event"),
    ("TestPrintNamespace", "Namespace", "namespace"),
    ("TestPrintSecret", "Secret", "secret"),
    ("TestPrintServiceAccount", "ServiceAccount", "serviceAccount"),
    ("TestPrintNodeStatus", "Node", "node"),
    ("TestPrintNodeRole", "Node", "node"),
    ("TestPrintNodeOSImage", "Node", "node"),
    ("TestPrintNodeKernelVersion", "Node", "node"),
    ("TestPrintNodeArch", "Node", "node"),
    ("TestPrintNodeContainerRuntimeVersion", "Node", "node"),
    ("TestPrintNodeName", "Node", "node"),
    ("TestPrintNodeExternalIP", "Node", "node"),
    ("TestPrintNodeInternalIP", "Node", "node"),
    ("TestPrintIngressClass", "IngressClass", "ingressClass"),
    ("TestPrintServiceLoadBalancer", "Service", "service"),
    ("TestPrintPod", "Pod", "pod"),
    ("TestPrintPodWithRestartableInitContainer", "Pod", "pod"),
    ("TestPrintPodwide", "Pod", "pod"),
    ("TestPrintPodConditions", "Pod", "pod"),
    ("TestPrintPodList", "Pod", "pods"),
    ("TestPrintNonTerminatedPod", "Pod", "pod"),
    ("TestPrintPodTemplate", "PodTemplate", "podTemplate"),
    ("TestPrintDeployment", "Deployment", "deployment"),
    ("TestPrintDaemonSet", "DaemonSet", "daemonSet"),
    ("TestPrintJob", "Job", "job"),
    ("TestPrintHPA", "HorizontalPodAutoscaler", "hpa"),
    ("TestPrintService", "Service", "service"),
    ("TestPrintPodDisruptionBudget", "PodDisruptionBudget", "pdb"),
    ("TestPrintControllerRevision", "ControllerRevision", "history"),
    ("TestPrintConfigMap", "ConfigMap", "configMap"),
    ("TestPrintNetworkPolicy", "NetworkPolicy", "policy"),
    ("TestPrintRoleBinding", "RoleBinding", "binding"),
    ("TestPrintClusterRoleBinding", "ClusterRoleBinding", "binding"),
    ("TestPrintCertificateSigningRequest", "CertificateSigningRequest", "csr"),
    ("TestPrintReplicationController", "ReplicationController", "rc"),
    ("TestPrintReplicaSet", "ReplicaSet", "replicaSet"),
    ("TestPrintStatefulSet", "StatefulSet", "statefulSet"),
    ("TestPrintPersistentVolume", "PersistentVolume", "pv"),
    ("TestPrintPersistentVolumeClaim", "PersistentVolumeClaim", "pvc"),
    ("TestPrintComponentStatus", "ComponentStatus", "componentStatus"),
    ("TestPrintCronJob", "CronJob", "cronjob"),
    ("TestPrintStorageClass", "StorageClass", "sc"),
    ("TestPrintVolumeAttributesClass", "VolumeAttributesClass", "vac"),
    ("TestPrintLease", "Lease", "lease"),
    ("TestPrintPriorityClass", "PriorityClass", "pc"),
    ("TestPrintRuntimeClass", "RuntimeClass", "rc"),
    ("TestPrintEndpoint", "Endpoints", "endpoint"),
    ("TestPrintEndpointSlice", "EndpointSlice", "endpointSlice"),
    ("TestPrintFlowSchema", "FlowSchema", "fs"),
    ("TestPrintDeviceClass", "DeviceClass", "deviceClass"),
    ("TestPrintResourceClaim", "ResourceClaim", "resourceClaim"),
    ("TestPrintResourceClaimTemplate", "ResourceClaimTemplate", "resourceClaimTemplate"),
    ("TestPrintResourceSlice", "ResourceSlice", "resourceSlice"),
    ("TestPrintPriorityLevelConfiguration", "PriorityLevelConfiguration", "pl"),
    ("TestPrintResourceQuota", "ResourceQuota", "resourceQuota"),
    ("TestPrintServiceCIDR", "ServiceCIDR", "ccc"),
    ("TestPrintValidatingAdmissionPolicyBinding", "ValidatingAdmissionPolicyBinding", "validatingAdmissionPolicyBinding"),
    ("TestPrintLeaseCandidate", "LeaseCandidate", "leaseCandidate"),
    ("TestPrintStorageVersion", "StorageVersion", "sv"),
    ("TestPrintClusterTrustBundle", "ClusterTrustBundle", "bundle"),
    ("TestPrintPodCertificateRequest", "PodCertificateRequest", "bundle"),
];

fn cells(row: &Row) -> Outcome {
    let Some((_, kind, member)) = PRINTED.iter().find(|(func, ..)| *func == row.func) else {
        return Outcome::Elsewhere(match row.func.as_str() {
            "TestTableRowDeepCopyShouldNotPanic" => "are of a copy of the server's table",
            "TestPrintScale" | "TestPrintResourcePoolStatusRequest" => "are of a kind that no discovery lists",
            "TestTranslateTimestampSince" | "TestTranslateTimestampUntil" => "have an answer but no question",
            "TestPrintServiceCIDRList" => "have an object that upstream's code makes, not the table",
            "TestFormatResourceName" => "are of a name with its kind, which kubectl puts together",
            _ => return Outcome::Differs("no rule for this test".to_owned()),
        });
    };
    let Some(kind) = Kind::find(kind) else { return Outcome::Elsewhere("are of a kind that is not served") };
    let given = row.row.get(member);
    let objects = if given.get("Items").is_null() { std::slice::from_ref(given) } else { given.get("Items").items() };
    let wanted = if row.row.get("expected").is_null() { row.row.get("expect") } else { row.row.get("expected") };
    let rule = |(object, wanted): (&Value, &Value)| {
        let object = go::object(kind.kind, object);
        let wanted: Vec<String> =
            wanted.get("cells").items().iter().map(|c| c.as_str().map_or_else(|| c.to_string(), str::to_owned)).collect();
        // Cells that only wide tables show come last.
        let mut found = (printer_of(kind).cells)(&object, now());
        found.truncate(wanted.len());
        same(found, wanted)
    };
    objects.iter().zip(wanted.items()).try_for_each(rule).into()
}

#[test]
fn columns_are_filled() {
    check("printers", cells);
}
