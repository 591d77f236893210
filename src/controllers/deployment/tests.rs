//! The Deployment controller held to the rows of upstream's own tests.
//!
//! Not held to: requeues that its queue does without (`requeueStuckDeployment`), helpers that have no like here, and the two halves of `reconcileOldReplicaSets`, which is one step here and is held to as one.

use super::*;
use crate::api::find_condition;
use crate::api::table_rows::{Outcome, check, same, unless};
use crate::base::{Duration, Order as _};
use crate::obj;

const UNWRITTEN: &str = "a row that could not be written down";

/// An API server with a Deployment and its ReplicaSets, oldest first, and what a reconcile would work on.
struct World {
    api: ApiServer,
    recorder: EventRecorder,
    deployment: Value,
    owned: Vec<Value>,
    now: Time,
}

/// A template that the API takes; `image` tells it from others.
fn template(image: &str) -> Value {
    obj!({"metadata": {"labels": {"foo": "bar"}}, "spec": {"restartPolicy": "Always", "dnsPolicy": "ClusterFirst",
        "terminationGracePeriodSeconds": 30, "containers": [{"name": "c", "image": image, "imagePullPolicy": "Always",
        "terminationMessagePath": "/dev/log", "terminationMessagePolicy": "File"}]}})
}

impl World {
    fn new(given: Value) -> World {
        let now = Time::from_secs(1_000_000);
        let mut api = ApiServer::new(0);
        let by = Caller::new(now, "test");
        api.create_namespace(&by, "default");
        let plain = obj!({
            "metadata": {"name": "foo", "namespace": "default"},
            "spec": {"selector": {"matchLabels": {"foo": "bar"}}, "template": template("new"), "strategy": {"type": "RollingUpdate"}}
        });
        let kind = kinds::DEPLOYMENT;
        let mut deployment = api.create(&by, kind, "default", plain, &WriteOptions::default()).unwrap_or_else(|e| panic!("{e}"));
        // Rows have what the API would not let in.
        let mut spec = given.get("spec").clone();
        for member in ["selector", "template"] {
            spec.set(&[member], deployment.at(&["spec", member]));
        }
        deployment.set(&["spec"], spec);
        deployment.set(&["status"], given.get("status"));
        deployment.set(&["metadata", "generation"], given.at(&["status", "observedGeneration"]).int());
        World { api, recorder: EventRecorder::new(MANAGER, ""), deployment, owned: Vec::new(), now }
    }

    /// Adds a ReplicaSet; of the new generation where it has the Deployment's template.
    fn add(&mut self, set: &Value, image: &str) {
        self.now += Duration::from_secs(1);
        let (by, kind) = (Caller::new(self.now, "test"), kinds::REPLICA_SET);
        let mut next = set.clone();
        for member in ["uid", "resourceVersion", "creationTimestamp", "deletionTimestamp"] {
            next.remove(&["metadata", member]);
        }
        next.set(&["metadata", "namespace"], "default");
        next.set(&["metadata", "labels"], obj!({"foo": "bar"}));
        next.set(&["metadata", "ownerReferences"], vec![controller_ref(&self.deployment, kinds::DEPLOYMENT)]);
        next.set(&["spec", "selector"], obj!({"matchLabels": {"foo": "bar"}}));
        next.set(&["spec", "template"], template(image));
        let mut made = self.api.create(&by, kind, "default", next, &WriteOptions::default()).unwrap_or_else(|e| panic!("{e} {set}"));
        made.set(&["status"], set.get("status"));
        made.set(&["status", "observedGeneration"], 9);
        made = self.api.update(&by, kind, made, Subresource::Status, &WriteOptions::default()).unwrap_or_else(|e| panic!("{e} {set}"));
        self.owned.push(made);
    }

    /// The row's generations, by age.
    fn add_all(&mut self, new: &Value, old: &[Value]) {
        let mut all: Vec<(&Value, &str)> = old.iter().filter(|o| !o.is_null()).map(|o| (o, "old")).collect();
        if !new.is_null() {
            all.push((new, "new"));
        }
        all.order_by_key(|(set, _)| set.at(&["metadata", "creationTimestamp"]).str().to_owned());
        all.into_iter().for_each(|(set, image)| self.add(set, image));
    }

    fn sync(&mut self) -> Sync<'_> {
        Sync {
            api: &mut self.api,
            by: Caller::new(self.now, MANAGER),
            recorder: &mut self.recorder,
            deployment: self.deployment.clone(),
            owned: self.owned.clone(),
            asked_before: None,
            wrote: false,
        }
    }

    /// Names and sizes of the ReplicaSets that there are, by name.
    fn sizes(&self) -> Vec<(String, i64)> {
        self.api.iter(kinds::REPLICA_SET, None).map(|s| (s.name().to_owned(), replicas_of(s))).collect()
    }
}

fn sized(replicas: i64, available: i64, name: &str) -> Value {
    obj!({"metadata": {"name": name}, "spec": {"replicas": replicas}, "status": {"replicas": replicas, "availableReplicas": available}})
}

fn rolling(replicas: &Value, surge: &Value, unavailable: &Value) -> Value {
    let rolling = obj!({"maxSurge": surge, "maxUnavailable": unavailable});
    obj!({"spec": {"replicas": replicas, "strategy": {"type": "RollingUpdate", "rollingUpdate": rolling}}})
}

#[test]
fn sizes_in_the_middle_of_a_rollout() {
    check("deployment_controller", "TestScale", 15, |row| {
        if row.get("deployment").is_null() {
            return Outcome::Elsewhere(UNWRITTEN);
        }
        if !row.get("desiredReplicasAnnotations").is_null() {
            return Outcome::Elsewhere("an annotation that a failed write left behind");
        }
        // What a template that changed beside the number leads to shows in the whole controller only.
        let mut world = World::new(row.get("deployment").clone());
        let before = row.get("oldDeployment");
        let old_wanted = before.at(&["spec", "replicas"]).int();
        let rules = before.at(&["spec", "strategy", "rollingUpdate"]);
        let most = old_wanted + resolve_fenceposts(rules.get("maxSurge"), rules.get("maxUnavailable"), old_wanted).0;
        let annotated = |set: &Value| {
            let mut set = set.clone();
            if !set.is_null() {
                set.set(&["metadata", "annotations", DESIRED], old_wanted.to_string());
                set.set(&["metadata", "annotations", MAX], most.to_string());
            }
            set
        };
        let old: Vec<Value> = row.get("oldRSs").items().iter().map(annotated).collect();
        world.add_all(&annotated(row.get("newRS")), &old);
        world.sync().scale_all().expect("nothing refuses");
        let expected = row.get("expectedOld").items().iter().chain([row.get("expectedNew")]).filter(|s| !s.is_null());
        let mut expected: Vec<(String, i64)> = expected.map(|s| (s.name().to_owned(), replicas_of(s))).collect();
        expected.order();
        same(world.sizes(), expected).into()
    });
}

#[test]
fn steps_of_a_rolling_update() {
    check("deployment_controller", "TestDeploymentController_reconcileNewReplicaSet", 5, |row| {
        let mut world = World::new(rolling(row.get("deploymentReplicas"), row.get("maxSurge"), &0.into()));
        let (old, new) = (row.get("oldReplicas").int(), row.get("newReplicas").int());
        world.add_all(&sized(new, new, "new"), &[sized(old, old, "old")]);
        let set = world.owned[usize::from(world.owned[0].name() != "new")].clone();
        let scaled = world.sync().scale_new(&set, old + new).expect("nothing refuses");
        let size = world.sizes().into_iter().find(|(n, _)| n == "new").map_or(-1, |(_, size)| size);
        let wanted = if row.get("scaleExpected").is_true() { row.get("expectedNewReplicas").int() } else { new };
        same((scaled, size), (row.get("scaleExpected").is_true(), wanted))
    });
    check("deployment_controller", "TestDeploymentController_reconcileOldReplicaSets", 5, |row| {
        let mut world = World::new(rolling(row.get("deploymentReplicas"), &0.into(), row.get("maxUnavailable")));
        let n = |member: &str| row.get(member).int();
        let (old, new) = (sized(n("oldReplicas"), n("readyPodsFromOldRS"), "old"), sized(n("newReplicas"), n("readyPodsFromNewRS"), "new"));
        world.add_all(&new, &[old]);
        let scaled = world.sync().scale_down_old().expect("nothing refuses");
        let size = world.sizes().into_iter().find(|(name, _)| name == "old").map_or(-1, |(_, size)| size);
        let wanted = if row.get("scaleExpected").is_true() { n("expectedOldReplicas") } else { n("oldReplicas") };
        same((scaled, size), (row.get("scaleExpected").is_true(), wanted))
    });
}

#[test]
fn old_generations_are_cleaned_up() {
    let cleaned = |row: &Value| {
        let mut world = World::new(obj!({"spec": {"revisionHistoryLimit": row.get("revisionHistoryLimit"), "replicas": 1}}));
        let mut old = row.get("oldRSs").items().to_vec();
        old.retain(|s| s.at(&["metadata", "deletionTimestamp"]).is_null());
        world.add_all(&Value::Null, &old);
        let before = world.sizes();
        world.sync().clean_up().expect("nothing refuses");
        let after = world.sizes();
        before.into_iter().map(|(name, _)| name).filter(|name| after.iter().all(|(n, _)| n != name)).collect::<Vec<_>>()
    };
    check("deployment_controller", "TestDeploymentController_cleanupDeployment", 6, |row| {
        unless(row.get("oldRSs").is_null(), UNWRITTEN, || same(cleaned(row).len() as i64, row.get("expectedDeletions").int()))
    });
    check("deployment_controller", "TestDeploymentController_cleanupDeploymentOrder", 5, |row| {
        let expected = || row.get("expectedDeletedRSs").entries().map(|(k, _)| k.to_string()).collect::<Vec<_>>();
        unless(row.get("oldRSs").is_null(), UNWRITTEN, || same(cleaned(row), expected()))
    });
}

#[test]
fn old_pods_hold_a_recreation_up() {
    check("deployment_controller", "TestOldPodsRunning", 8, |row| {
        let mut world = World::new(obj!({"spec": {"replicas": 1}}));
        for (i, set) in row.get("oldRSs").items().iter().enumerate() {
            let mut set = set.clone();
            set.set(&["metadata", "name"], format!("old-{i}"));
            world.add(&set, "old");
        }
        let owner = world.owned.first().cloned();
        let pods = row.get("podMap").entries().flat_map(|(_, list)| list.items());
        for (i, pod) in pods.enumerate() {
            let mut made = obj!({"metadata": {"name": format!("p{i}"), "namespace": "default"}, "spec": template("old").get("spec")});
            made.set(
                &["metadata", "ownerReferences"],
                vec![controller_ref(owner.as_ref().expect("a ReplicaSet of the row"), kinds::REPLICA_SET)],
            );
            let (by, kind) = (Caller::new(world.now, "test"), kinds::POD);
            let mut made = world.api.create(&by, kind, "default", made, &WriteOptions::default()).expect("a valid pod");
            made.set(&["status", "phase"], pod.at(&["status", "phase"]));
            world.api.update(&by, kind, made, Subresource::Status, &WriteOptions::default()).expect("a valid status");
        }
        same(world.sync().old_pods_left(), row.get("hasOldPodsRunning").is_true())
    });
}

/// A Sync that looks at one Deployment alone, whose status is a row's.
fn with_deployment<T>(deployment: &Value, f: impl FnOnce(&mut Sync<'_>) -> T) -> T {
    f(&mut World::new(deployment.clone()).sync())
}

#[test]
fn what_a_status_says() {
    let now = Time::from_secs(1_000_000);
    check("deployment_util", "TestDeploymentComplete", 6, |row| {
        let d = row.get("d");
        same(with_deployment(d, |s| s.is_complete(&s.deployment.get("status").clone())), row.get("expected").is_true())
    });
    check("deployment_util", "TestDeploymentProgressing", 7, |row| {
        same(with_deployment(row.get("d"), |s| s.has_progressed(row.get("newStatus"))), row.get("expected").is_true())
    });
    check("deployment_util", "TestDeploymentTimedOut", 5, |row| {
        // The table's clock stood at twenty seconds past.
        let mut d = row.get("d").clone();
        let told = d.at(&["status", "conditions"]).items()[0].get("lastUpdateTime").str().to_owned();
        let second = |at: std::ops::Range<usize>| told.get(at).and_then(|t| t.parse::<u64>().ok()).unwrap_or(0);
        let ago = 80 - (60 * second(14..16) + second(17..19));
        d.at_mut(&["status", "conditions"]).list_mut()[0].set(&["lastUpdateTime"], (now - Duration::from_secs(ago)).rfc3339());
        let reason = d.at(&["status", "conditions"]).items()[0].get("reason").str().to_owned();
        // One without a reason stands for any that is on its way.
        if reason.is_empty() {
            d.at_mut(&["status", "conditions"]).list_mut()[0].set(&["reason"], "ReplicaSetUpdated");
        }
        same(with_deployment(&d, |s| s.has_deadline() && s.has_timed_out(d.get("status"))), row.get("expected").is_true())
    });
    for (function, least) in [("TestMaxUnavailable", 8), ("TestMinAvailable", 8)] {
        check("deployment_util", function, least, |row| {
            let recreate = row.at(&["deployment", "spec", "strategy", "type"]).str() == "Recreate";
            let got = with_deployment(row.get("deployment"), |s| match function {
                "TestMaxUnavailable" => s.max_unavailable(),
                // Nothing has to stay where all goes at once.
                _ if recreate => 0,
                _ => s.wanted() - s.max_unavailable(),
            });
            same(got, row.get("expected").int())
        });
    }
}

#[test]
fn how_the_progressing_condition_moves() {
    check("deployment_controller", "TestSyncRolloutStatus", 10, |row| {
        // The table's past is a past here too.
        let past = (Time::from_secs(1_000_000) - Duration::from_secs(1000)).rfc3339();
        let row = &Value::from_json(&row.to_json().replace("2017-02-15T18:49:00Z", &past)).expect("the row is JSON");
        let mut world = World::new(row.get("d").clone());
        let new = row.get("newRS");
        let mut old: Vec<Value> = row.get("allRSs").items().to_vec();
        old.retain(|s| s.name() != new.name() || new.is_null());
        world.add_all(new, &old);
        let mut sync = world.sync();
        sync.write_rollout_status().expect("nothing refuses");
        let status = sync.deployment.get("status");
        let found = find_condition(status, "Progressing");
        let got = (found.get("status").str().to_owned(), found.get("reason").str().to_owned());
        same(got, (row.get("conditionStatus").str().to_owned(), row.get("conditionReason").str().to_owned()))
    });
}

#[test]
fn shares_of_a_scaling() {
    check("deployment_util", "TestGetReplicaSetFraction", 9, |row| {
        let n = |member: &str| row.get(member).int();
        let max = row.at(&["rsAnnotations", MAX]).str().parse().ok();
        let got = arithmetic::replica_set_fraction(
            n("rsReplicas"),
            n("deploymentReplicas"),
            n("deploymentMaxSurge"),
            max,
            n("deploymentStatusReplicas"),
        );
        same(got, n("expectedFraction"))
    });
}

#[test]
fn names_fit() {
    check("deployment_controller", "TestGenerateReplicaSetName", 3, |row| {
        unless(row.get("hash").str().len() > 10, "a hash that cannot be", || {
            same(history::set_name(row.get("deploymentName").str(), row.get("hash").str()), row.get("want").str().to_owned())
        })
    });
}

#[test]
fn several_generations_share_a_new_size() {
    let spec = |wanted: i64, surge: i64| rolling(&wanted.into(), &surge.into(), &0.into());
    let recreate = obj!({"spec": {"replicas": 10, "strategy": {"type": "Recreate"}}});
    // The Deployment, how many it wanted before and had at the most, the old generation and the new one, each with what is available of it.
    for (deployment, before, old, new, sizes) in [
        (spec(20, 3), [10, 13], [5, 5], [8, 8], [14, 9]),
        // What cannot be shared goes to the newest, and is taken from the oldest.
        (spec(10, 1), [9, 10], [5, 5], [5, 5], [6, 5]),
        (spec(8, 1), [9, 10], [5, 5], [5, 5], [5, 4]),
        // The new one has all of its size once that was asked of it.
        (spec(5, 1), [5, 6], [2, 2], [5, 5], [5, 0]),
        (spec(5, 1), [6, 7], [2, 2], [5, 5], [4, 2]),
        (spec(5, 1), [5, 6], [2, 2], [5, 4], [4, 2]),
        (recreate, [9, 9], [5, 5], [4, 4], [4, 5]),
    ] {
        let mut world = World::new(deployment);
        for (name, [size, available]) in [("old", old), ("new", new)] {
            let mut set = sized(size, available, name);
            for (annotation, number) in [(DESIRED, before[0]), (MAX, before[1])] {
                set.set(&["metadata", "annotations", annotation], i32::to_string(&number));
            }
            world.add(&set, name);
        }
        world.sync().scale_all().expect("nothing refuses");
        assert_eq!(world.sizes().iter().map(|(_, size)| *size).collect::<Vec<_>>(), sizes, "{before:?} {old:?} {new:?}");
    }
    // Three are wanted and one may be missing: how many of the old generation are left beside so many of the new.
    for (old, new, left) in [([3, 3], [1, 1], 1), ([3, 1], [1, 0], 2), ([3, 2], [1, 1], 1), ([2, 1], [2, 0], 2), ([2, 3], [1, 1], 2)] {
        let mut world = World::new(rolling(&3.into(), &0.into(), &1.into()));
        world.add(&sized(old[0], old[1], "old"), "old");
        world.add(&sized(new[0], new[1], "new"), "new");
        let scaled = world.sync().scale_down_old().expect("nothing refuses");
        assert_eq!((scaled, world.sizes()[1].1), (left != old[0], left), "{old:?} {new:?}");
    }
}

#[test]
fn what_is_left_of_old_generations() {
    let mut world =
        World::new(obj!({"spec": {"revisionHistoryLimit": 1, "replicas": 1, "paused": true, "strategy": {"type": "RollingUpdate"}}}));
    for (name, revision) in [("c", "3"), ("a", "1"), ("b", "2")] {
        let mut set = sized(0, 0, name);
        set.set(&["metadata", "annotations", REVISION], revision);
        world.add(&set, name);
    }
    world.add(&sized(1, 1, "n"), "new");
    world.add(&sized(0, 0, "twin"), "new");
    assert_eq!(world.sync().find_new().map(|s| s.name().to_owned()).as_deref(), Some("n"), "the oldest of the template");
    // The oldest goes first, once its controller has seen that it is empty; of a Deployment that is paused too.
    world.owned[1].set(&["status", "observedGeneration"], 0);
    world.owned.retain(|s| s.name() != "twin");
    world.sync().sync().expect("nothing refuses");
    let left: Vec<String> = world.sizes().into_iter().map(|(name, _)| name).collect();
    assert_eq!(left, ["a", "c", "n", "twin"]);
    assert!(!world.sync().old_pods_left());
    world.owned[0].set(&["status", "replicas"], 1);
    assert!(world.sync().old_pods_left(), "pods that are counted hold it up");
}

#[test]
fn progress_has_a_clock() {
    let now = Time::from_secs(1_000_000);
    let deployment = |reason: &str, ago: u64, paused: bool| {
        let at = (now - Duration::from_secs(ago)).rfc3339();
        obj!({"spec": {"replicas": 3, "paused": paused, "progressDeadlineSeconds": 10}, "status": {"updatedReplicas": 2, "replicas": 3, "conditions": [
            {"type": "Progressing", "status": "True", "reason": reason, "lastUpdateTime": at.as_str(), "lastTransitionTime": at.as_str()}]}})
    };
    for (reason, ago, late) in [
        ("ReplicaSetUpdated", 10, false),
        ("ReplicaSetUpdated", 11, true),
        ("DeploymentResumed", 11, true),
        ("NewReplicaSetCreated", 11, true),
        ("DeploymentPaused", 99, false),
        ("NewReplicaSetAvailable", 99, false),
        ("ProgressDeadlineExceeded", 0, true),
    ] {
        let timed_out = with_deployment(&deployment(reason, ago, false), |s| s.has_timed_out(s.deployment.get("status")));
        assert_eq!(timed_out, late, "{reason} {ago} s ago");
    }
    for (reason, paused, told) in [
        ("ReplicaSetUpdated", true, "DeploymentPaused"),
        ("DeploymentPaused", false, "DeploymentResumed"),
        ("ReplicaSetUpdated", false, "ReplicaSetUpdated"),
        ("ProgressDeadlineExceeded", true, "ProgressDeadlineExceeded"),
    ] {
        let after = with_deployment(&deployment(reason, 5, paused), |s| {
            s.check_paused().expect("nothing refuses");
            find_condition(s.deployment.get("status"), "Progressing").get("reason").str().to_owned()
        });
        assert_eq!(after, told, "{reason} {paused}");
    }
    // Any of these numbers that moves on is progress; one that goes back is none.
    for (member, number, progressed) in [
        ("updatedReplicas", 3, true),
        ("updatedReplicas", 1, false),
        ("replicas", 2, true),
        ("replicas", 4, false),
        ("readyReplicas", 1, true),
        ("availableReplicas", 1, true),
        ("availableReplicas", 0, false),
    ] {
        let moved = with_deployment(&deployment("", 0, false), |s| {
            let mut next = s.deployment.get("status").clone();
            next.set(&[member], number);
            s.has_progressed(&next)
        });
        assert_eq!(moved, progressed, "{member} {number}");
    }
}

#[test]
fn what_it_may_have_at_most_is_written_beside_another_number_only() {
    let mut world = World::new(rolling(&3.into(), &1.into(), &0.into()));
    let mut new = sized(1, 0, "new");
    new.set(&["metadata", "annotations", MAX], "9");
    world.add_all(&new, &[sized(3, 3, "old")]);
    for (total, scaled, most) in [(4, false, "9"), (3, true, "4")] {
        let mut sync = world.sync();
        let found = sync.find_new().expect("the new one");
        assert_eq!(sync.scale_new(&found, total).unwrap_or_else(|e| panic!("{e}")), scaled);
        let kept = world.api.peek(kinds::REPLICA_SET, "default", "new").and_then(|set| set.annotation(MAX));
        assert_eq!(kept, Some(most), "of {total}");
    }
}

#[test]
fn what_the_new_one_fails_at_comes_first() {
    let failing = |name: &str, made: &str, reason: &str| {
        let mut set = sized(1, 0, name);
        set.set(&["metadata", "creationTimestamp"], made);
        set.set(&["status", "conditions"], obj!([{"type": "ReplicaFailure", "status": "True", "reason": reason, "message": name}]));
        set
    };
    // After a rollback the new one is the older.
    let mut world = World::new(rolling(&3.into(), &1.into(), &0.into()));
    world.add_all(&failing("new", "1", "FailedCreate"), &[failing("old", "2", "FailedDelete")]);
    world.sync().write_rollout_status().unwrap_or_else(|e| panic!("{e}"));
    let deployment = world.api.peek(kinds::DEPLOYMENT, "default", "foo").cloned().unwrap_or_default();
    assert_eq!(find_condition(deployment.get("status"), "ReplicaFailure").get("reason").str(), "FailedCreate");
}
