//! Who comes to own what, and who may not have it.

use super::*;
use crate::api::kinds;
use crate::server::User;

fn by(second: u64) -> Caller {
    Caller::of_user(Time::from_secs(second), User::administrator())
}

fn set(text: &str) -> Value {
    Value::from_json(text).expect("JSON")
}

fn fields(object: &Value, manager: &str) -> String {
    let entries = object.at(&["metadata", "managedFields"]).items();
    entries.iter().find(|e| e.get("manager").str() == manager).map_or_else(String::new, |e| e.get("fieldsV1").to_json())
}

#[test]
fn sets_are_joined_taken_apart_and_crossed() {
    let (a, b) = (set(r#"{"f:a":{},"f:b":{".":{},"f:c":{}}}"#), set(r#"{"f:b":{"f:c":{},"f:d":{}}}"#));
    assert_eq!(union(&a, &b).to_json(), r#"{"f:a":{},"f:b":{".":{},"f:c":{},"f:d":{}}}"#);
    assert_eq!(minus(&a, &b).to_json(), r#"{"f:a":{},"f:b":{}}"#);
    assert_eq!(common(&a, &b).to_json(), r#"{"f:b":{"f:c":{}}}"#);
    assert!(minus(&a, &a).is_null());
    let deep = set(&format!("{}{{}}{}", r#"{"f:a":"#.repeat(60), "}".repeat(60)));
    assert!(minus(&deep, &deep).is_null(), "and is done in our time");
    let mut found = Vec::new();
    paths(&set(r#"{"f:x":{"k:{\"name\":\"a\",\"port\":1}":{".":{},"f:y":{}},"v:\"z\"":{}}}"#), "", &mut found);
    assert_eq!(found, [r#".x[name="a",port=1]"#, r#".x[="z"]"#, r#".x[name="a",port=1].y"#]);
}

#[test]
fn who_changes_a_field_owns_it() {
    let kind = kinds::DEPLOYMENT;
    let template = obj!({"spec": {"containers": [{"name": "a", "image": "x", "ports": [{"containerPort": 80}]}]}});
    let mut first = obj!({"metadata": {"name": "d", "labels": {"l": "1"}}, "spec": {"replicas": 1, "template": template}});
    track((kind, kind.version), None, &mut first, "ann", "", by(1).now);
    let container = r#""k:{\"name\":\"a\"}":{".":{},"f:image":{},"f:name":{},"f:ports":{".":{},"k:{\"containerPort\":80,\"protocol\":\"TCP\"}":{".":{},"f:containerPort":{}}}}"#;
    let spec = format!(r#""f:spec":{{"f:replicas":{{}},"f:template":{{"f:spec":{{"f:containers":{{{container}}}}}}}}}"#);
    assert_eq!(fields(&first, "ann"), format!(r#"{{"f:metadata":{{"f:labels":{{".":{{}},"f:l":{{}}}}}},{spec}}}"#));
    let mut second = first.clone();
    second.set(&["spec", "replicas"], 2);
    second.set(&["metadata", "labels", "m"], "2");
    track((kind, kind.version), Some(&first), &mut second, "bob", "", by(2).now);
    assert_eq!(fields(&second, "bob"), r#"{"f:metadata":{"f:labels":{"f:m":{}}},"f:spec":{"f:replicas":{}}}"#);
    assert!(!fields(&second, "ann").contains("f:replicas"));
    let mut third = second.clone();
    track((kind, kind.version), Some(&second), &mut third, "eve", "", by(3).now);
    assert_eq!(third, second, "who changes nothing owns nothing");
}

#[test]
fn nobody_is_followed_until_somebody_applies() {
    let kind = kinds::CONFIG_MAP;
    let first = obj!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}});
    let mut second = first.clone();
    second.set(&["data", "a"], "1");
    track((kind, kind.version), Some(&first), &mut second, "ann", "", by(1).now);
    assert!(second.at(&["metadata", "managedFields"]).is_null());
    let mut config = first.clone();
    config.set(&["data", "a"], "2");
    let refused =
        apply((kind, kind.version), &second, &config, Manager::applying("bob", ""), false, &by(2)).expect_err("it was there before");
    assert_eq!(refused.message, "Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.a");
    let mut reset = apply((kind, kind.version), &second, &config, Manager::applying("bob", ""), true, &by(2)).expect("by force");
    assert_eq!(fields(&reset, "bob"), r#"{"f:data":{"f:a":{}}}"#);
    let old = reset.clone();
    reset.set(&["metadata", "managedFields"], vec![Value::map()]);
    track((kind, kind.version), Some(&old), &mut reset, "ann", "", by(3).now);
    assert!(reset.at(&["metadata", "managedFields"]).is_null(), "one empty entry takes all away");
}

#[test]
fn an_empty_map_that_somebody_fills_is_taken_from_its_owner() {
    let at = (kinds::CONFIG_MAP, "v1");
    let config = |data: Value| obj!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": data});
    let empty = apply(at, &Value::Null, &config(Value::map()), Manager::applying("ann", ""), false, &by(1)).expect("new");
    assert_eq!(fields(&empty, "ann"), r#"{"f:data":{}}"#);
    // In storage an empty map is the same as an absent one.
    let mut live = empty;
    live.remove(&["data"]);
    let filled = apply(at, &live, &config(obj!({"a": "1"})), Manager::applying("bob", ""), true, &by(2)).expect("by force");
    assert_eq!((fields(&filled, "ann").as_str(), fields(&filled, "bob").as_str()), ("", r#"{"f:data":{"f:a":{}}}"#));
}

#[test]
fn of_one_manager_conflicts_about_a_subresource_come_first() {
    let at = (kinds::CONFIG_MAP, "v1");
    let config = |a: &str| obj!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": {"a": a}});
    let mut live = apply(at, &Value::Null, &config("1"), Manager::applying("ann", ""), false, &by(1)).expect("new");
    let own = live.at(&["metadata", "managedFields"]).items()[0].clone();
    let (mut of_status, mut updated) = (own.clone(), own.clone());
    of_status.set(&["subresource"], "status");
    updated.set(&["operation"], "Update");
    live.set(&["metadata", "managedFields"], vec![updated, own, of_status]);
    let refused = apply(at, &live, &config("2"), Manager::applying("bob", ""), false, &by(2)).expect_err("it is theirs");
    let order: Vec<&str> = refused.message.lines().filter(|line| line.contains("conflicts with")).collect();
    assert_eq!(
        order,
        [
            "Apply failed with 3 conflicts: conflicts with \"ann\" with subresource \"status\":",
            "conflicts with \"ann\":",
            "conflicts with \"ann\" using v1:"
        ]
    );
}

#[test]
fn what_a_new_object_has_anyway_belongs_to_nobody() {
    let live = obj!({
        "apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s", "labels": {"l": "1"}},
        "spec": {"template": {"spec": {"containers": [{"name": "c"}]}}}, "status": {"replicas": 0, "availableReplicas": 0}
    });
    let config = obj!({"apiVersion": "apps/v1", "kind": "StatefulSet", "metadata": {"name": "s"}});
    let applied = apply((kinds::STATEFUL_SET, "v1"), &live, &config, Manager::applying("ann", "status"), false, &by(1))
        .expect("nothing of it is theirs");
    assert_eq!(fields(&applied, "before-first-apply"), r#"{"f:metadata":{"f:labels":{".":{},"f:l":{}}}}"#);
}

#[test]
fn components_own_what_they_change_of_what_a_user_wrote() {
    let kind = kinds::DEPLOYMENT;
    let component = |second, name| Caller::new(Time::from_secs(second), name);
    let mut first = obj!({"metadata": {"name": "d"}, "spec": {"replicas": 1}});
    let mut unseen = obj!({"metadata": {"name": "d"}, "spec": {"replicas": 2}});
    track_component(kind, &first, &mut unseen, "", &component(1, "deployment-controller"));
    assert!(fields(&unseen, "kube-controller-manager").is_empty(), "nobody follows what the cluster made");
    track((kind, kind.version), None, &mut first, "ann", "", by(1).now);
    let mut scaled = first.clone();
    scaled.set(&["spec", "replicas"], 2);
    track_component(kind, &first, &mut scaled, "scale", &component(2, "horizontal-pod-autoscaler"));
    assert_eq!(fields(&scaled, "kube-controller-manager"), r#"{"f:spec":{"f:replicas":{}}}"#);
    let of_scale = scaled.at(&["metadata", "managedFields"]).items().iter().find(|e| e.get("subresource").str() == "scale");
    assert!(of_scale.expect("something was scaled").get("time").is_null(), "when is not told");
    let applied = obj!({"metadata": {"name": "d"}, "spec": {"replicas": 1}});
    assert_eq!(
        apply((kind, kind.version), &scaled, &applied, Manager::applying("kubectl", ""), false, &by(3))
            .expect_err("the autoscaler owns it")
            .message,
        "Apply failed with 1 conflict: conflict with \"kube-controller-manager\" with subresource \"scale\" using apps/v1: .spec.replicas"
    );
    let status = |of: &Value, second: u64| {
        let mut next = of.clone();
        next.set(&["status", "replicas"], second as i64);
        track_component(kind, of, &mut next, "status", &component(second, "deployment-controller"));
        next
    };
    let later = status(&status(&scaled, 4), 5);
    let of_status = later.at(&["metadata", "managedFields"]).items().iter().find(|e| e.get("subresource").str() == "status");
    let of_status = of_status.expect("a status was written");
    assert_eq!(of_status.get("fieldsV1").to_json(), r#"{"f:status":{"f:replicas":{}}}"#);
    assert_eq!(of_status.get("time").str(), by(5).now.rfc3339(), "the time of the last change");
}

#[test]
fn applying_conflicts_takes_and_lets_go() {
    let kind = kinds::CONFIG_MAP;
    let config = |data: Value| obj!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "c"}, "data": data});
    let apply = |live: &Value, data: Value, manager: &str, force: bool| {
        apply((kind, kind.version), live, &config(data), Manager::applying(manager, ""), force, &by(1))
    };
    let one = apply(&Value::Null, obj!({"a": "1", "b": "1"}), "ann", false).expect("nothing is there yet");
    // The same value is owned by both; another is a conflict.
    let shared = apply(&one, obj!({"a": "1"}), "bob", false).expect("the same value");
    assert_eq!(fields(&shared, "ann"), r#"{"f:data":{"f:a":{},"f:b":{}}}"#);
    let refused = apply(&shared, obj!({"a": "2", "b": "2"}), "eve", false).expect_err("others own them");
    assert_eq!(refused.code, 409);
    assert_eq!(
        refused.message,
        "Apply failed with 3 conflicts: conflicts with \"ann\":\n- .data.a\n- .data.b\nconflicts with \"bob\":\n- .data.a"
    );
    let forced = apply(&shared, obj!({"a": "2"}), "eve", true).expect("by force");
    assert_eq!((fields(&forced, "ann").as_str(), fields(&forced, "bob").as_str()), (r#"{"f:data":{"f:b":{}}}"#, ""));
    // What its only owner no longer applies goes; what another owns stays.
    let less = apply(&shared, obj!({}), "ann", false).expect("nothing is changed");
    assert_eq!(less.get("data").to_json(), r#"{"a":"1"}"#);
}

#[test]
fn nobody_owns_what_stays_as_it_was_where_a_status_is_written() {
    let annotations = r#""f:annotations":{"f:a":{}}"#;
    for (kind, owned) in [
        (kinds::REPLICA_SET, format!(r#""f:metadata":{{{annotations},"f:labels":{{"f:l":{{}}}}}},"#)),
        (kinds::DEPLOYMENT, format!(r#""f:metadata":{{{annotations}}},"#)),
        (kinds::CUSTOM_RESOURCE_DEFINITION, String::new()),
    ] {
        let live = obj!({"apiVersion": kind.api_version(), "kind": kind.kind, "metadata": {"name": "a"}});
        let mut config = live.clone();
        for member in ["labels", "annotations"] {
            config.set(&["metadata", member, &member[..1]], "1");
        }
        config.set(&["status", "conditions"], vec![obj!({"type": "A", "status": "True"})]);
        let applied =
            apply((kind, kind.version), &live, &config, Manager::applying("ann", "status"), false, &by(1)).expect("nobody else owns it");
        let set = fields(&applied, "ann");
        assert_eq!(set.split(r#""f:status""#).next(), Some(format!("{{{owned}").as_str()), "{}", kind.kind);
    }
}

#[test]
fn nobody_owns_what_a_certificate_is_asked_for_with() {
    for (version, kind, keeps) in [
        ("certificates.k8s.io/v1", "CertificateSigningRequest", false),
        ("certificates.k8s.io/v1", "Other", true),
        ("example.com/v1", "CertificateSigningRequest", true),
    ] {
        let object = obj!({"apiVersion": version, "kind": kind, "spec": {"a": 1}, "status": {}});
        assert_eq!(bare(&object).get("spec").is_null(), !keeps, "{kind} of {version}");
    }
}
