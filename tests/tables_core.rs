//! Defaults, quotas and what belongs to namespaces, held to the recorded tables. Needs the conformance folder.

#[path = "tables/go.rs"]
mod go;
mod tables;

use kubarium::api::{Kind, KindRef, Quantity, Value, defaults, kinds, quota};
use kubarium::obj;
use tables::{Outcome, Row, check, same};

fn defaulted(kind: &str, object: &Value) -> Value {
    let mut object = object.clone();
    defaults::apply(Kind::named(kind), &mut object);
    object
}

/// Whether all that is wanted is there; what upstream's types write though it is empty counts as absent.
fn has(found: &Value, wanted: &Value) -> Result<(), String> {
    let missing = match wanted {
        Value::Map(map) => return map.iter().try_for_each(|(key, value)| has(found.get(key), value).map_err(|e| format!("{key}: {e}"))),
        Value::List(list) if list.len() == found.items().len() => {
            return list.iter().zip(found.items()).try_for_each(|(wanted, found)| has(found, wanted));
        }
        Value::List(list) => !list.is_empty(),
        _ => !wanted.is_empty() && found != wanted && (wanted.int() != 0 || wanted.as_int().is_none()),
    };
    if missing { Err(format!("got {found}, wanted {wanted}")) } else { Ok(()) }
}

fn default_rule(row: &Row) -> Outcome {
    let r = &row.row;
    let volume_mode = |kind: &str, object: Value, path: &[&str]| {
        let mode = r.get("volumeMode");
        let mut object = object;
        if !mode.is_null() {
            object.set(path, mode.clone());
        }
        same(defaulted(kind, &object).at(path).str(), r.get("expectedVolumeMode").str())
    };
    let judged = match row.func.as_str() {
        "TestPodResourcesDefaults" if r.get("podLevelResourcesEnabled").as_bool() == Some(false) && !r.get("podResources").is_null() => {
            return Outcome::Elsewhere("are of a server with other feature gates");
        }
        "TestPodResourcesDefaults" => {
            let mut pod = obj!({"spec": {"containers": (r.get("containers").clone())}});
            if !r.get("podResources").is_null() {
                pod.set(&["spec", "resources"], r.get("podResources").clone());
            }
            // Of limits upstream's test looks at those of huge pages alone, and of containers at those that have limits.
            let (found, wanted) = (defaulted("Pod", &pod), r.get("expectedPodSpec"));
            let limits = |spec: &Value| -> Vec<(String, Value)> {
                let huge = spec.at(&["resources", "limits"]).entries().filter(|(name, _)| name.starts_with("hugepages-"));
                huge.map(|(name, amount)| (name.to_string(), amount.clone())).collect()
            };
            let requests = |spec: &Value| spec.at(&["resources", "requests"]).clone();
            let containers = found.at(&["spec", "containers"]).items().iter().zip(wanted.get("containers").items());
            same(requests(found.get("spec")), requests(wanted)).and_then(|()| same(limits(found.get("spec")), limits(wanted))).and_then(
                |()| {
                    let mut limited = containers.filter(|(found, _)| !found.at(&["resources", "limits"]).is_null());
                    limited.try_for_each(|(found, wanted)| same(found.get("resources"), wanted.get("resources")))
                },
            )
        }
        "TestPodHostNetworkDefaults" => {
            let spec = obj!({"hostNetwork": (r.get("hostNet").clone()), "containers": [{"ports": [{"containerPort": 12345}]}]});
            let ports = |v: &Value| v.get("containers").items()[0].get("ports").items()[0].get("hostPort").int() == 12345;
            let pod = defaulted("Pod", &obj!({"spec": (spec.clone())}));
            let template = defaulted("Deployment", &obj!({"spec": {"template": {"spec": spec}}}));
            same(ports(pod.get("spec")), r.get("expectPodDefault").is_true())
                .and_then(|()| same(ports(template.at(&["spec", "template", "spec"])), r.get("expectPodSpecDefault").is_true()))
        }
        "TestSetDefaultReplicationController" => {
            let found = defaulted("ReplicationController", r.get("rc"));
            let labels = r.at(&["rc", "spec", "template", "metadata", "labels"]);
            same(found.at(&["metadata", "labels"]) == labels, r.get("expectLabels").is_true())
                .and_then(|()| same(found.at(&["spec", "selector"]) == labels, r.get("expectSelector").is_true()))
        }
        "TestSetDefaultReplicationControllerReplicas" => {
            same(defaulted("ReplicationController", r.get("rc")).at(&["spec", "replicas"]), r.get("expectReplicas"))
        }
        "TestSetDefaultReplicationControllerInitContainers" => {
            has(defaulted("ReplicationController", r.get("rc")).at(&["spec", "template", "spec", "initContainers"]), r.get("expected"))
        }
        "TestSetDefaultServiceSessionAffinityConfig" => {
            same(defaulted("Service", r).at(&["spec", "sessionAffinityConfig", "clientIP", "timeoutSeconds"]).int(), 10800)
        }
        "TestSetDefaultServiceLoadbalancerIPMode" => {
            let found = defaulted("Service", r.get("svc"));
            let modes = found.at(&["status", "loadBalancer", "ingress"]).items().iter().map(|i| i.get("ipMode").clone());
            same(&Value::from(modes.collect::<Vec<_>>()), r.get("expectedIPMode"))
        }
        "TestSetDefaultPersistentVolume" => volume_mode("PersistentVolume", obj!({"spec": {}}), &["spec", "volumeMode"]),
        "TestSetDefaultPersistentVolumeClaim" => volume_mode("PersistentVolumeClaim", obj!({"spec": {}}), &["spec", "volumeMode"]),
        "TestSetDefaultEphemeral" => {
            let mut claim = obj!({});
            if !r.get("volumeMode").is_null() {
                claim.set(&["volumeMode"], r.get("volumeMode").clone());
            }
            let pod = obj!({"spec": {"volumes": [{"ephemeral": {"volumeClaimTemplate": {"spec": claim}}}], "containers": []}});
            let found = defaulted("Pod", &pod);
            let mode = found.at(&["spec", "volumes"]).items()[0].at(&["ephemeral", "volumeClaimTemplate", "spec", "volumeMode"]).clone();
            same(&mode, r.get("expectedVolumeMode"))
        }
        "TestSetDefaultNodeStatusAllocatable" => {
            let mut node = obj!({"status": {}});
            for key in ["capacity", "allocatable"].into_iter().filter(|k| !r.get(k).is_null()) {
                node.set(&["status", key], r.get(key).clone());
            }
            same(defaulted("Node", &node).at(&["status", "allocatable"]), r.get("expectedAllocatable"))
        }
        "TestSetDefaultServiceInternalTrafficPolicy" => {
            same(defaulted("Service", r.get("svc")).at(&["spec", "internalTrafficPolicy"]), r.get("expectedInternalTrafficPolicy"))
        }
        _ => Err("no rule for this test".to_owned()),
    };
    judged.into()
}

#[test]
fn defaults_are_filled_in() {
    check("core_defaults", default_rule);
}

/// The amounts that are not nothing, as text.
fn amounts<'a>(list: impl Iterator<Item = (&'a str, Quantity)>) -> Vec<(String, String)> {
    list.filter(|(_, q)| !q.is_zero()).map(|(name, q)| (name.to_owned(), q.to_string())).collect()
}

fn usage(kind: KindRef, object: &Value, wanted: &Value) -> Result<(), String> {
    let used = quota::usage_of(kind, object);
    let wanted = amounts(wanted.entries().map(|(name, amount)| (name.as_str(), Quantity::of(amount))));
    same(amounts(used.iter().map(|(name, q)| (name.as_str(), q.clone()))), wanted)
}

/// The scopes that upstream's test asks about where the row names none.
fn all_scopes() -> Vec<Value> {
    let mut scopes: Vec<Value> =
        ["Terminating", "NotTerminating", "BestEffort", "NotBestEffort"].map(|s| obj!({"scopeName": s, "operator": ""})).into();
    scopes.push(obj!({"scopeName": "PriorityClass", "operator": "In", "values": ["class1"]}));
    scopes.push(obj!({"scopeName": "CrossNamespacePodAffinity", "operator": ""}));
    scopes
}

fn quota_rule(row: &Row) -> Outcome {
    let r = &row.row;
    let (pods, claims) = (kinds::POD, kinds::PERSISTENT_VOLUME_CLAIM);
    let pod = || go::object("Pod", r.get("pod"));
    let scopes = |kind: KindRef, object: Value| {
        let asked = if r.get("selectors").is_null() { all_scopes() } else { r.get("selectors").items().to_vec() };
        let found: Vec<Value> = asked.into_iter().filter(|s| quota::in_scope(kind, &object, s)).collect();
        same(found, r.get("wantSelectors").items().to_vec())
    };
    let judged = match row.func.as_str() {
        "TestPersistentVolumeClaimEvaluatorMatchingScopes" => scopes(claims, go::object("PersistentVolumeClaim", r.get("claim"))),
        "TestPodEvaluatorMatchingScopes" => scopes(pods, pod()),
        "TestPersistentVolumeClaimEvaluatorUsage" => usage(claims, &go::object("PersistentVolumeClaim", r.get("pvc")), r.get("usage")),
        "TestServiceEvaluatorUsage" => {
            let mut service = go::object("Service", r.get("service"));
            if service.at(&["spec", "allocateLoadBalancerNodePorts"]).is_null() && row.key.contains("disabled") {
                service.set(&["spec", "allocateLoadBalancerNodePorts"], false);
            }
            usage(kinds::SERVICE, &service, r.get("usage"))
        }
        "TestPodEvaluatorUsage" if row.key.contains("timestamp exceeded") => {
            return Outcome::Elsewhere("are of a pod whose node was lost for longer than its grace");
        }
        "TestPodEvaluatorUsage" | "TestPodEvaluatorUsageResourceResize" => usage(pods, &pod(), r.get("usage")),
        "TestPodConstraintsFunc" => {
            let mut hard = Value::map();
            for name in r.get("required").items() {
                hard.set(&[name.str()], "1");
            }
            same(quota::unspecified(&hard, &pod()).unwrap_or_default().as_str(), r.get("err").str())
        }
        "TestPodEvaluatorUsageStats" => {
            let mut limits = obj!({"spec": {"hard": {"count/pods": "1", "pods": "1", "cpu": "1", "requests.cpu": "1", "limits.cpu": "1"}}});
            for (member, path) in [("quotaScopes", "scopes"), ("quotaScopeSelector", "scopeSelector")] {
                if !r.get(member).is_null() {
                    limits.set(&["spec", path], r.get(member).clone());
                }
            }
            let objects: Vec<Value> = r.get("objs").items().iter().map(|o| go::object("Pod", o)).collect();
            let used = quota::usage_in(objects.iter().map(|o| (pods, o)), &limits);
            let wanted = amounts(r.get("want").entries().map(|(name, amount)| (name.as_str(), Quantity::of(amount))));
            same(amounts(used.iter().map(|(name, q)| (name.as_str(), q.clone()))), wanted)
        }
        name if name.contains("ResourceClaim") => return Outcome::Elsewhere("are of ResourceClaims, which are stored but not acted on"),
        _ => return Outcome::Elsewhere("are of a function inside the server that no request reaches alone"),
    };
    judged.into()
}

#[test]
fn quotas_count() {
    check("resourcequota", quota_rule);
}
