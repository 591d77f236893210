//! One look at a StatefulSet in the middle of a rollout: which pods it makes and deletes, and of which revision.

use super::*;
use crate::api::Kind;
use crate::api::well_known::CONTROLLER_REVISION_HASH;
use crate::controllers::controller::controller_ref;
use crate::obj;
use crate::server::{DeleteOptions, Subresource, WriteOptions};

const NOW: Time = Time::from_secs(100);

/// An API server with a StatefulSet of two revisions, their names, and the controller.
fn rolling(policy: &str) -> (ApiServer, [String; 2], StatefulSetController) {
    let (by, kind, options) = (Caller::new(NOW, "test"), kinds::STATEFUL_SET, WriteOptions::default());
    let mut api = ApiServer::new(0);
    api.create_namespace(&by, "default");
    let set = obj!({"metadata": {"name": "w"}, "spec": {"replicas": 0, "selector": {"matchLabels": {"a": "w"}}, "podManagementPolicy": policy,
        "template": {"metadata": {"labels": {"a": "w"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}});
    api.create(&by, kind, "default", set, &options).expect("a valid set");
    let mut controller = StatefulSetController::new(&Flags::default());
    let revisions = ["old", "new"].map(|image| {
        let mut set = api.peek(kind, "default", "w").cloned().expect("it is there");
        set.at_mut(&["spec", "template", "spec", "containers"]).list_mut()[0].set(&["image"], image);
        api.update(&by, kind, set, Subresource::None, &options).expect("a valid set");
        controller.reconcile(&mut api, NOW, &("default".into(), "w".into())).expect("nothing refuses");
        api.peek(kind, "default", "w").expect("it is there").at(&["status", "updateRevision"]).str().to_owned()
    });
    (api, revisions, controller)
}

/// Its pods after one look at pods such as `0oR`: the ordinal, of the old or the new revision, ready (`R`), not ready (`u`) or on its way out
/// (`t`). `+` are made, `-` deleted. Then how many are counted of each revision.
fn look(more: &Value, pods: &str) -> String {
    let (mut api, revisions, mut controller) = rolling(more.get("podManagementPolicy").as_str().unwrap_or("OrderedReady"));
    let (by, kind, options) = (Caller::new(NOW, "test"), kinds::STATEFUL_SET, WriteOptions::default());
    let mut set = api.peek(kind, "default", "w").cloned().expect("it is there");
    more.entries().for_each(|(member, value)| set.set(&["spec", member], value));
    let mut set = api.update(&by, kind, set, Subresource::None, &options).unwrap_or_else(|e| panic!("{e}"));
    set.set(&["status", "currentRevision"], revisions[0].as_str());
    set.set(&["status", "currentReplicas"], pods.matches('o').count());
    let set = api.update(&by, kind, set, Subresource::Status, &options).unwrap_or_else(|e| panic!("{e}"));
    for text in pods.split_whitespace() {
        let name = format!("w-{}", &text[..1]);
        let mut pod = obj!({"metadata": {"name": &*name, "labels": {"a": "w"}, "ownerReferences": [controller_ref(&set, kind)]},
            "spec": {"nodeName": "n", "containers": [{"name": "c", "image": "i"}]}});
        pod.set(&["metadata", "labels", CONTROLLER_REVISION_HASH], revisions[usize::from(text.contains('n'))].as_str());
        let mut pod = api.create(&by, kinds::POD, "default", pod, &options).unwrap_or_else(|e| panic!("{e}"));
        let ready = if text.ends_with('u') { "False" } else { "True" };
        pod.set(&["status"], obj!({"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]}));
        api.update(&by, kinds::POD, pod, Subresource::Status, &options).unwrap_or_else(|e| panic!("{e}"));
        if text.ends_with('t') {
            api.delete(&by, kinds::POD, "default", &name, &DeleteOptions::default()).unwrap_or_else(|e| panic!("{e}"));
        }
    }
    controller.reconcile(&mut api, NOW, &("default".into(), "w".into())).expect("nothing refuses");
    let shown = api.iter(kinds::POD, None).map(|p| {
        let letter = if p.label(CONTROLLER_REVISION_HASH) == Some(&revisions[0]) { 'o' } else { 'n' };
        let mark = if p.is_terminating() { "-" } else { ["+", ""][usize::from(!p.at(&["spec", "nodeName"]).is_empty())] };
        format!("{}{letter}{mark} ", &p.name()[2..])
    });
    let status = api.peek(kind, "default", "w").expect("it is there").get("status");
    let counts = ["currentReplicas", "updatedReplicas"].map(|m| status.get(m).int().to_string()).join(" of old, ");
    format!("{}{counts} of new", shown.collect::<String>())
}

#[test]
fn one_step_of_a_rollout() {
    let sized = |n: i64| obj!({"replicas": n});
    let from =
        |partition: i64| obj!({"replicas": 3, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": partition}}});
    let on_delete = obj!({"replicas": 3, "updateStrategy": {"type": "OnDelete"}});
    let parallel = obj!({"replicas": 3, "podManagementPolicy": "Parallel"});
    let mut from_five = from(1);
    from_five.set(&["ordinals", "start"], 5);
    for (more, pods, wanted) in [
        // The highest first, and the next when that is available.
        (sized(3), "0oR 1oR 2oR", "0o 1o 2o- 2 of old, 0 of new"),
        (sized(3), "0oR 1oR 2nu", "0o 1o 2n 2 of old, 1 of new"),
        (sized(3), "0oR 1oR 2nR", "0o 1o- 2n 1 of old, 1 of new"),
        (sized(3), "0oR 1oR 2ot", "0o 1o 2o- 2 of old, 0 of new"),
        (on_delete.clone(), "0oR 1oR 2oR", "0o 1o 2o 3 of old, 0 of new"),
        // So it does where pods are made and deleted without an order.
        (parallel.clone(), "0oR 1oR 2nu", "0o 1o 2n 2 of old, 1 of new"),
        (parallel.clone(), "0ou 1oR 2nR", "0o 1o- 2n 1 of old, 1 of new"),
        (parallel, "", "0n+ 1n+ 2n+ 0 of old, 0 of new"),
        (from(2), "0oR 1oR 2nR", "0o 1o 2n 2 of old, 1 of new"),
        (from(1), "0oR 1oR 2nR", "0o 1o- 2n 1 of old, 1 of new"),
        // What is missing is made of the revision that its ordinal is due.
        (from(1), "1nR 2nR", "0o+ 1n 2n 0 of old, 2 of new"),
        (from(1), "0oR 2nR", "0o 1n+ 2n 1 of old, 1 of new"),
        (on_delete, "0oR 2oR", "0o 1n+ 2o 2 of old, 0 of new"),
        (obj!({"replicas": 3, "updateStrategy": {"type": "RollingUpdate"}}), "1oR 2nR", "0o+ 1o 2n 1 of old, 1 of new"),
        (from_five, "6nR 7nR", "5o+ 6n 7n 0 of old, 2 of new"),
        // One after the other, each when those before it are ready.
        (sized(3), "0nR", "0n 1n+ 0 of old, 1 of new"),
        (sized(3), "0nu", "0n 0 of old, 1 of new"),
        // What is beyond the size goes from above, and waits for others that are not healthy.
        (sized(1), "0nR 1nR 2nR", "0n 1n 2n- 0 of old, 3 of new"),
        (sized(1), "0nu 1nR 2nR", "0n 1n 2n 0 of old, 3 of new"),
        (sized(1), "0nR 1nu 2nu", "0n 1n 2n 0 of old, 3 of new"),
        (sized(1), "0nR 1nu", "0n 1n- 0 of old, 2 of new"),
    ] {
        assert_eq!(look(&more, pods), wanted, "{more} {pods}");
    }
}

#[test]
fn revisions_beyond_the_limit_go_but_those_in_use() {
    let (by, kind, options) = (Caller::new(NOW, "test"), kinds::STATEFUL_SET, WriteOptions::default());
    for (in_use, kept) in [(false, 2), (true, 3)] {
        let (mut api, revisions, mut controller) = rolling("OrderedReady");
        let revision = Kind::named("ControllerRevision");
        let mut set = api.peek(kind, "default", "w").cloned().expect("it is there");
        set.at_mut(&["spec", "template", "spec", "containers"]).list_mut()[0].set(&["image"], "newest");
        set.set(&["spec", "revisionHistoryLimit"], 0);
        let set = api.update(&by, kind, set, Subresource::None, &options).expect("a valid set");
        if in_use {
            let mut pod = obj!({"metadata": {"name": "w-0", "labels": {"a": "w"}, "ownerReferences": [controller_ref(&set, kind)]},
                "spec": {"nodeName": "n", "containers": [{"name": "c", "image": "i"}]}});
            pod.set(&["metadata", "labels", CONTROLLER_REVISION_HASH], revisions[0].as_str());
            api.create(&by, kinds::POD, "default", pod, &options).unwrap_or_else(|e| panic!("{e}"));
        }
        controller.reconcile(&mut api, NOW, &("default".into(), "w".into())).expect("nothing refuses");
        let names: Vec<&str> = api.iter(revision, None).map(Object::name).collect();
        assert_eq!((names.len(), names.contains(&revisions[0].as_str())), (kept, in_use), "{names:?}");
    }
}

#[test]
fn a_pod_waits_until_nothing_is_left_of_its_former_self() {
    let (by, kind, options) = (Caller::new(NOW, "test"), kinds::STATEFUL_SET, WriteOptions::default());
    let mut api = ApiServer::new(0);
    api.create_namespace(&by, "default");
    let wanted = obj!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
    let set = obj!({"metadata": {"name": "w"}, "spec": {"replicas": 1, "selector": {"matchLabels": {"a": "w"}},
        "persistentVolumeClaimRetentionPolicy": {"whenScaled": "Delete", "whenDeleted": "Retain"},
        "volumeClaimTemplates": [{"metadata": {"name": "d"}, "spec": wanted.clone()}],
        "template": {"metadata": {"labels": {"a": "w"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}});
    api.create(&by, kind, "default", set, &options).unwrap_or_else(|e| panic!("{e}"));
    let former = obj!({"apiVersion": "v1", "kind": "Pod", "name": "w-0", "uid": "former"});
    let claims = kinds::PERSISTENT_VOLUME_CLAIM;
    let claim = obj!({"metadata": {"name": "d-w-0", "ownerReferences": [former]}, "spec": wanted});
    let mut claim = api.create(&by, claims, "default", claim, &options).unwrap_or_else(|e| panic!("{e}"));
    let mut controller = StatefulSetController::new(&Flags::default());
    let mut made = |api: &mut ApiServer| {
        controller.reconcile(api, NOW, &("default".into(), "w".into())).expect("nothing refuses");
        api.iter(kinds::POD, None).count()
    };
    assert_eq!(made(&mut api), 0);
    claim.remove(&["metadata", "ownerReferences"]);
    api.update(&by, claims, claim, Subresource::None, &options).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(made(&mut api), 1);
}

#[test]
fn what_becomes_of_pods_and_claims_is_told() {
    let (by, kind, options) = (Caller::new(NOW, "test"), kinds::STATEFUL_SET, WriteOptions::default());
    let (claims, quotas) = (kinds::PERSISTENT_VOLUME_CLAIM, Kind::named("ResourceQuota"));
    let mut api = ApiServer::new(0);
    api.create_namespace(&by, "default");
    let storage = obj!({"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}});
    let claim = |metadata: Value| obj!({"metadata": metadata, "spec": storage.clone()});
    let set = obj!({"metadata": {"name": "w"}, "spec": {"replicas": 1, "selector": {"matchLabels": {"a": "w"}},
        "volumeClaimTemplates": [claim(obj!({"name": "d"})), claim(obj!({"name": "e"}))],
        "template": {"metadata": {"labels": {"a": "w"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}});
    api.create(&by, kind, "default", set, &options).unwrap_or_else(|e| panic!("{e}"));
    let mut controller = StatefulSetController::new(&Flags::default());
    let mut told = |api: &mut ApiServer, about: &str| {
        // What is refused is in the events.
        let _ = controller.reconcile(api, NOW, &("default".into(), "w".into()));
        let of = |e: &&Value| e.get("message").str().starts_with(about);
        let event = api.iter(kinds::EVENT, None).filter(of).last();
        event.map(|e| format!("{}: {}", e.get("reason").str(), e.get("message").str())).unwrap_or_default()
    };
    let none = obj!({"persistentvolumeclaims": "0"});
    let quota = obj!({"metadata": {"name": "q"}, "spec": {"hard": none.clone()}});
    let mut quota = api.create(&by, quotas, "default", quota, &options).unwrap_or_else(|e| panic!("{e}"));
    quota.set(&["status"], obj!({"hard": none.clone(), "used": none}));
    api.update(&by, quotas, quota, Subresource::Status, &options).unwrap_or_else(|e| panic!("{e}"));
    let refused = |name: &str| {
        let amounts =
            ["requested: persistentvolumeclaims=1", "used: persistentvolumeclaims=0", "limited: persistentvolumeclaims=0"].join(", ");
        format!("failed to create PVC {name}: persistentvolumeclaims \"{name}\" is forbidden: exceeded quota: q, {amounts}")
    };
    let both = [refused("d-w-0"), refused("e-w-0")].join(", ");
    assert_eq!(told(&mut api, "Create Pod"), format!("FailedCreate: Create Pod w-0 in StatefulSet w failed error: [{both}]"));
    api.delete(&by, quotas, "default", "q", &DeleteOptions::now()).unwrap_or_else(|e| panic!("{e}"));
    let kept = claim(obj!({"name": "d-w-0", "finalizers": ["x.io/kept"]}));
    api.create(&by, claims, "default", kept, &options).unwrap_or_else(|e| panic!("{e}"));
    api.delete(&by, claims, "default", "d-w-0", &DeleteOptions::default()).unwrap_or_else(|e| panic!("{e}"));
    let said = told(&mut api, "Create Pod");
    assert_eq!(said, "FailedCreate: Create Pod w-0 in StatefulSet w failed error: pvc d-w-0 is being deleted");
    let mut kept = api.peek(claims, "default", "d-w-0").cloned().expect("it is kept");
    kept.remove(&["metadata", "finalizers"]);
    api.update(&by, claims, kept, Subresource::None, &options).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(told(&mut api, "Create Pod"), "SuccessfulCreate: Create Pod w-0 in StatefulSet w successful");
    let mut pod = api.peek(kinds::POD, "default", "w-0").cloned().expect("it is there");
    pod.set(&["status"], obj!({"phase": "Running", "conditions": [{"type": "Ready", "status": "True"}]}));
    api.update(&by, kinds::POD, pod, Subresource::Status, &options).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(told(&mut api, "Update Pod"), "", "nothing is told of a pod that is as it should be");
    let mut set = api.peek(kind, "default", "w").cloned().expect("it is there");
    set.set(&["spec", "persistentVolumeClaimRetentionPolicy"], obj!({"whenDeleted": "Delete", "whenScaled": "Retain"}));
    api.update(&by, kind, set, Subresource::None, &options).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(told(&mut api, "Update Pod"), "SuccessfulUpdate: Update Pod w-0 in StatefulSet w successful");
}

#[test]
fn pods_without_an_order_are_made_in_batches() {
    let (by, kind, options, quotas) =
        (Caller::new(NOW, "test"), kinds::STATEFUL_SET, WriteOptions::default(), Kind::named("ResourceQuota"));
    // How many are wanted, how many a quota allows, how many there are after one look, and how many it tells were refused. Of ninety there
    // are as many as the client may ask for at once.
    for (wanted, allowed, there, refused) in [(5, 9, 5, 0), (9, 2, 2, 1), (9, 3, 3, 4), (90, 99, 15, 0)] {
        let mut api = ApiServer::new(0);
        api.create_namespace(&by, "default");
        let hard = obj!({"pods": allowed.to_string()});
        let quota = obj!({"metadata": {"name": "q"}, "spec": {"hard": hard.clone()}});
        let mut quota = api.create(&by, quotas, "default", quota, &options).unwrap_or_else(|e| panic!("{e}"));
        quota.set(&["status"], obj!({"hard": hard, "used": {"pods": "0"}}));
        api.update(&by, quotas, quota, Subresource::Status, &options).unwrap_or_else(|e| panic!("{e}"));
        let set = obj!({"metadata": {"name": "w"}, "spec": {"replicas": wanted, "podManagementPolicy": "Parallel",
            "selector": {"matchLabels": {"a": "w"}},
            "template": {"metadata": {"labels": {"a": "w"}}, "spec": {"containers": [{"name": "c", "image": "i"}]}}}});
        api.create(&by, kind, "default", set, &options).unwrap_or_else(|e| panic!("{e}"));
        let outcome = StatefulSetController::new(&Flags::default()).reconcile(&mut api, NOW, &("default".into(), "w".into()));
        let failed = api.iter(kinds::EVENT, None).filter(|e| e.get("reason").str() == "FailedCreate").count();
        let made = api.iter(kinds::POD, None).count();
        assert_eq!((made, failed, outcome.is_err()), (there, refused, refused > 0), "{wanted} of {allowed}");
    }
}
