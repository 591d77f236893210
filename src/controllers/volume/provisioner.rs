//! Volumes made for claims, by the provisioners of clusters on one's own machine: folders of a node.

use crate::api::persistent_volume::reference_to;
use crate::api::{Object, Status, Value, kinds};
use crate::obj;
use crate::server::{ApiServer, Caller, EventRecorder, EventType, WriteOptions};

/// The provisioners that there are.
const PROVISIONERS: [&str; 3] = ["k8s.io/minikube-hostpath", "rancher.io/local-path", "docker.io/hostpath"];

/// Makes a volume for a claim of a class, where its provisioner is one of those here.
// Models sig-storage-lib-external-provisioner, as the storage provisioner of minikube uses it.
pub(super) fn provision(
    api: &mut ApiServer,
    by: &Caller,
    recorder: &mut EventRecorder,
    claim: &Value,
    class: &Value,
) -> Result<(), Status> {
    let provisioner = class.get("provisioner").str();
    if !PROVISIONERS.contains(&provisioner) || claim.is_terminating() {
        return Ok(());
    }
    if claim.at(&["spec", "volumeMode"]).str() == "Block" {
        let message = format!("{provisioner} does not support block volume provisioning");
        recorder.event(api, by.now, claim, EventType::Warning, "ProvisioningFailed", &message);
        return Ok(());
    }
    let key = format!("{}/{}", claim.namespace(), claim.name());
    let message = format!("External provisioner is provisioning volume for claim {key:?}");
    recorder.event(api, by.now, claim, EventType::Normal, "Provisioning", &message);
    let name = format!("pvc-{}", claim.uid());
    let volume = obj!({
        "metadata": { "name": name.as_str(), "annotations": { "pv.kubernetes.io/provisioned-by": provisioner } },
        "spec": {
            "capacity": { "storage": claim.at(&["spec", "resources", "requests", "storage"]) },
            "accessModes": claim.at(&["spec", "accessModes"]),
            "hostPath": { "path": format!("/tmp/hostpath-provisioner/{key}").as_str(), "type": "" },
            "persistentVolumeReclaimPolicy": class.get("reclaimPolicy").as_str().unwrap_or("Delete"),
            "storageClassName": class.name(),
            "claimRef": reference_to(claim)
        }
    });
    match api.create(by, kinds::PERSISTENT_VOLUME, "", volume, &WriteOptions::default()) {
        Err(status) if status.reason != "AlreadyExists" => return Err(status),
        _ => {}
    }
    let message = format!("Successfully provisioned volume {name}");
    recorder.event(api, by.now, claim, EventType::Normal, "ProvisioningSucceeded", &message);
    Ok(())
}
