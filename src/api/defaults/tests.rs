//! What is filled in, and what is left alone.

use super::*;
use crate::api::kinds;
use crate::obj;

#[test]
fn a_pod_gets_what_kubernetes_gives_it() {
    let mut pod = obj!({"metadata": {"name": "p"}, "spec": {"containers": [{
        "name": "c", "image": "nginx", "resources": {"limits": {"cpu": "1"}}, "ports": [{"containerPort": 80}],
        "livenessProbe": {"httpGet": {"port": 80}}
    }], "volumes": [{"name": "v"}]}});
    apply(kinds::POD, &mut pod);
    assert_eq!(
        pod.get("spec"),
        &obj!({
            "containers": [{
                "name": "c", "image": "nginx", "imagePullPolicy": "Always", "resources": {"limits": {"cpu": "1"}, "requests": {"cpu": "1"}},
                "ports": [{"containerPort": 80, "protocol": "TCP"}], "terminationMessagePath": "/dev/termination-log",
                "terminationMessagePolicy": "File",
                "livenessProbe": {"httpGet": {"port": 80, "path": "/", "scheme": "HTTP"}, "timeoutSeconds": 1, "periodSeconds": 10,
                    "successThreshold": 1, "failureThreshold": 3}
            }],
            "dnsPolicy": "ClusterFirst", "restartPolicy": "Always", "securityContext": {}, "terminationGracePeriodSeconds": 30,
            "schedulerName": "default-scheduler", "enableServiceLinks": true, "volumes": [{"name": "v", "emptyDir": {}}]
        })
    );
    let again = pod.clone();
    apply(kinds::POD, &mut pod);
    assert!(is_same(&pod, &again), "what has its defaults is not copied");
}
