//! Which devices of a node claims get, or why none.

use super::allocator::{Refusal, SelectorCache, Wanted};
use super::devices::Devices;
use super::framework::Reasons;
use super::node_info::NodeInfo;
use super::resources::ScalarNames;
use crate::api::{Object, Value, yaml};
use crate::obj;

fn parsed(text: &str) -> Value {
    yaml::read_value(text).unwrap_or_else(|e| panic!("{text}: {e:?}"))
}

/// A slice of the driver `d`, of a pool of one slice, of the node `n` where it does not say otherwise.
fn slice(name: &str, text: &str) -> Value {
    let mut spec = obj!({"driver": "d", "pool": {"name": "pool", "generation": 1, "resourceSliceCount": 1}});
    parsed(text).entries().for_each(|(member, value)| spec.set(&[member], value.clone()));
    if ["nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection"].iter().all(|way| spec.get(way).is_null()) {
        spec.set(&["nodeName"], "n");
    }
    obj!({"metadata": {"name": name}, "spec": spec})
}

fn claim(name: &str, devices: &str) -> Value {
    obj!({"metadata": {"name": name, "namespace": "ns"}, "spec": {"devices": parsed(devices)}})
}

/// What claims of these devices get of a node with these slices.
fn got(slices: &[&str], claims: &[&str]) -> String {
    let mut devices = Devices::default();
    for (i, text) in slices.iter().enumerate() {
        devices.set_slice(&slice(&format!("s{i}"), text), true);
    }
    let big = obj!({"metadata": {"name": "big"}, "spec": {"selectors": [{"cel": {"expression": "device.capacity['d'].memory.isGreaterThan(quantity('20Gi'))"}}],
        "config": [{"opaque": {"driver": "d", "parameters": {"a": "b"}}}]}});
    for class in [obj!({"metadata": {"name": "any"}}), big] {
        devices.set_class(class.name_arc(), Some(class));
    }
    let mut node = NodeInfo { name: "n".into(), ..NodeInfo::default() };
    node.set_object(&obj!({"metadata": {"name": "n", "labels": {"zone": "a"}}}), &mut ScalarNames::default());
    let taken = obj!({"metadata": {"name": "taken", "namespace": "ns", "uid": "1"}, "status": {"allocation": {"devices": {"results": [
        {"driver": "d", "pool": "pool", "device": "taken"}]}}}});
    devices.set_claim("ns".into(), "taken".into(), Some(taken));
    let claims: Vec<Value> = claims.iter().enumerate().map(|(i, devices)| claim(&format!("c{i}"), devices)).collect();
    let wanted = Wanted::new(&devices, &mut SelectorCache::default(), claims.iter());
    match wanted.allocate(&devices, &node) {
        Err(Refusal::Reasons(reasons)) => reasons.text(&ScalarNames::default()),
        Err(Refusal::Error(why)) => why.to_string(),
        Ok(results) => {
            let results = results.into_iter().map(|(_, allocation)| {
                let results = allocation.at(&["devices", "results"]).items().iter();
                let results: Vec<String> = results.map(|r| format!("{}={}", r.get("request").str(), r.get("device").str())).collect();
                let config = allocation.at(&["devices", "config"]).items().iter();
                let config: String = config.map(|c| format!(" {}{}", c.get("source").str(), c.get("requests").to_json())).collect();
                format!("{}{config}{}", results.join(" "), allocation.get("nodeSelector").to_json())
            });
            results.collect::<Vec<_>>().join("; ").replace("null", "").replace(ON_N, "@n")
        }
    }
}

const ON_N: &str = r#"{"nodeSelectorTerms":[{"matchFields":[{"key":"metadata.name","operator":"In","values":["n"]}]}]}"#;
const NONE: &str = "cannot allocate all claims";
/// Three devices: two alike, and one that is large and elsewhere.
const THREE: &str = "{devices: [{name: a, attributes: {numa: {int: 0}}, capacity: {memory: {value: 10Gi}}}, \
    {name: b, attributes: {numa: {int: 1}}, capacity: {memory: {value: 40Gi}}}, {name: c, attributes: {numa: {int: 1}}, capacity: {memory: {value: 10Gi}}}]}";

#[test]
fn claims_get_the_first_devices_that_will_do() {
    let one = "{requests: [{name: r, exactly: {deviceClassName: any, allocationMode: ExactCount, count: 1}}]}";
    let exactly = |name: &str, class: &str, count: usize| {
        format!("{{name: {name}, exactly: {{deviceClassName: {class}, allocationMode: ExactCount, count: {count}}}}}")
    };
    let of = |requests: &[String], more: &str| format!("{{requests: [{}]{more}}}", requests.join(", "));
    let two = of(&[exactly("r", "any", 2)], "");
    let all = "{requests: [{name: r, exactly: {deviceClassName: any, allocationMode: All}}]}";
    let selected = |expression: &str| {
        format!(
            "{{requests: [{{name: r, exactly: {{deviceClassName: any, count: 1, selectors: [{{cel: {{expression: \"{expression}\"}}}}]}}}}]}}"
        )
    };
    let admin = "{requests: [{name: r, exactly: {deviceClassName: any, count: 1, adminAccess: true}}]}";
    let alternatives = "{requests: [{name: r, firstAvailable: [{name: two, deviceClassName: big, count: 2}, {name: one, deviceClassName: any, count: 1}]}]}";
    let alike = ", constraints: [{matchAttribute: d/numa}]";
    let rows: [(&[&str], &[&str], &str); 37] = [
        (&[], &[one], NONE),
        (&[THREE], &[one], "r=a@n"),
        (&[THREE], &[one, one], "r=a@n; r=b@n"),
        (&[THREE], &[one, one, one, one], NONE),
        (&[THREE], &[&two], "r=a r=b@n"),
        (&[THREE], &[&of(&[exactly("r", "big", 1)], "")], "r=b FromClass[\"r\"]@n"),
        (&[THREE], &[&of(&[exactly("r", "big", 2)], "")], NONE),
        // What one takes first, it gives back where another could not do without.
        (&[THREE], &[&of(&[exactly("r", "any", 2), exactly("q", "big", 1)], "")], "r=a r=c q=b FromClass[\"q\"]@n"),
        (&[THREE], &[all], "r=a r=b r=c@n"),
        (&[THREE], &[one, all], NONE),
        (&["{devices: []}"], &[all], NONE),
        (&["{devices: [{name: taken}, {name: free}]}"], &[one], "r=free@n"),
        (&["{devices: [{name: taken}, {name: free}]}"], &[all], NONE),
        (&[THREE], &[&selected("device.attributes['d'].numa == 1")], "r=b@n"),
        (&[THREE], &[&selected("device.attributes['d'].name == 'x'")], "claim ns/c0: selector #0: CEL runtime error: no such key: name"),
        (
            &["{devices: [{name: a}]}"],
            &[&of(&[exactly("r", "big", 1)], "")],
            "class big: selector #0: CEL runtime error: no such key: memory",
        ),
        // The second alternative, where the first cannot be had.
        (&[THREE], &[alternatives], "r/one=a@n"),
        (&[THREE], &[&of(&[exactly("r", "any", 2)], alike)], "r=b r=c@n"),
        (&[THREE], &[&of(&[exactly("r", "any", 3)], alike)], NONE),
        (&[THREE], &[&of(&[exactly("r", "any", 2)], ", constraints: [{distinctAttribute: d/numa}]")], "r=a r=b@n"),
        (&[THREE], &[&of(&[exactly("r", "any", 1), exactly("q", "big", 1)], alike)], "r=c q=b FromClass[\"q\"]@n"),
        (
            &[THREE],
            &["{requests: [{name: r, exactly: {deviceClassName: any, allocationMode: All}}], constraints: [{matchAttribute: d/numa}]}"],
            "claim ns/c0, request r: cannot add device d/pool/b because a claim constraint would not be satisfied",
        ),
        (
            &[THREE],
            &[&of(
                &[exactly("r", "big", 1)],
                ", config: [{opaque: {driver: d}}, {requests: [r], opaque: {driver: d}}, {requests: [q], opaque: {driver: d}}]",
            )],
            "r=b FromClass[\"r\"] FromClaim FromClaim[\"r\"]@n",
        ),
        (
            &[THREE],
            &["{requests: [{name: r, exactly: {deviceClassName: any, count: 40}}]}"],
            "claim ns/c0: number of requested devices 40 exceeds the claim limit of 32",
        ),
        (
            &[THREE],
            &[&of(&["p", "q", "r"].map(|name| exactly(name, "any", i64::MAX as usize)), "")],
            "claim ns/c0: number of requested devices 18446744073709551615 exceeds the claim limit of 32",
        ),
        (
            &[THREE],
            &["{requests: [{name: r, exactly: {deviceClassName: any, count: 1, capacity: {requests: {memory: 1Gi}}}}]}"],
            "claim ns/c0, request r: has capacity requests, which are not simulated",
        ),
        // Admin access is to devices that others have too, but to each once in a claim.
        (&["{devices: [{name: taken}]}"], &[admin], "r=taken@n"),
        (&["{devices: [{name: a}]}"], &[one, admin], "r=a@n; r=a@n"),
        (&["{devices: [{name: a}]}"], &[admin, one], NONE),
        (&["{devices: [{name: a}]}"], &[&admin.replace("count: 1", "count: 2")], NONE),
        (&["{devices: [{name: a, taints: [{key: k, effect: NoSchedule}]}, {name: b, taints: [{key: k, effect: None}]}]}"], &[one], "r=b@n"),
        (
            &["{devices: [{name: a, taints: [{key: k, effect: NoSchedule}]}]}"],
            &["{requests: [{name: r, exactly: {deviceClassName: any, count: 1, tolerations: [{operator: Exists}]}}]}"],
            "r=a@n",
        ),
        (&["{devices: [{name: b, bindingConditions: [x]}]}"], &[one], NONE),
        // Where they can be used.
        (&["{allNodes: true, devices: [{name: a}]}"], &[one], "r=a"),
        (&["{nodeName: m, devices: [{name: a}]}"], &[one], NONE),
        (
            &["{nodeSelector: {nodeSelectorTerms: [{matchExpressions: [{key: zone, operator: In, values: [a]}]}]}, devices: [{name: a}]}"],
            &[one],
            r#"r=a{"nodeSelectorTerms":[{"matchExpressions":[{"key":"zone","operator":"In","values":["a"]}]}]}"#,
        ),
        (&["{perDeviceNodeSelection: true, devices: [{name: a, nodeName: m}, {name: b, nodeName: 'n'}]}"], &[one], "r=b@n"),
    ];
    for (slices, claims, want) in rows {
        assert_eq!(got(slices, claims), want, "{slices:?} {claims:?}");
    }
}

#[test]
fn devices_share_the_counters_of_their_pool() {
    let pool = "pool: {name: pool, generation: 1, resourceSliceCount: 2}";
    let part = |name: &str| format!("{{name: {name}, consumesCounters: [{{counterSet: card, counters: {{memory: {{value: 20Gi}}}}}}]}}");
    let parts = |names: &[&str]| format!("{{{pool}, devices: [{}]}}", names.iter().map(|name| part(name)).collect::<Vec<_>>().join(", "));
    let counters =
        |set: &str| format!("{{{pool}, sharedCounters: [{{name: {set}, counters: {{memory: {{value: 40Gi}}, cores: {{value: 4}}}}}}]}}");
    let count = |count: usize| format!("{{requests: [{{name: r, exactly: {{deviceClassName: any, count: {count}}}}}]}}");
    for (names, set, n, want) in [
        (&["a", "b", "c"][..], "card", 2, "r=a r=b@n"),
        (&["a", "b", "c"], "card", 3, NONE),
        // Another has one of them.
        (&["a", "b", "taken"], "card", 1, "r=a@n"),
        (&["a", "b", "taken"], "card", 2, NONE),
        (&["a"], "other", 1, "invalid resource pools were encountered"),
    ] {
        assert_eq!(got(&[&parts(names), &counters(set)], &[&count(n)]), want, "{names:?} {set} {n}");
    }
}

#[test]
fn pools_count_with_their_newest_and_all_their_slices() {
    let one = "{requests: [{name: r, exactly: {deviceClassName: any, count: 1}}]}";
    let all = "{requests: [{name: r, exactly: {deviceClassName: any, allocationMode: All}}]}";
    let pool = |generation: usize, count: usize, more: &str| {
        format!("{{pool: {{name: pool, generation: {generation}, resourceSliceCount: {count}}}, {more}}}")
    };
    let [a, b] = ["devices: [{name: a}]", "devices: [{name: b}]"];
    let elsewhere = "nodeName: m, devices: [{name: z}]";
    let updated = "claim ns/c0, request r: asks for all devices, but resource pool d/pool is currently being updated";
    let invalid = "claim ns/c0, request r: asks for all devices, but resource pool d/pool is currently invalid";
    let rows: [(&[String], &str, &str); 10] = [
        (&[pool(1, 2, a), pool(1, 2, b)], all, "r=a r=b@n"),
        (&[pool(1, 2, a)], one, NONE),
        (&[pool(1, 2, a)], all, updated),
        (&[pool(1, 2, a), pool(1, 2, elsewhere)], all, "r=a@n"),
        (&[pool(1, 1, a), pool(2, 1, b)], all, "r=b@n"),
        (&[pool(2, 1, a), pool(1, 1, b)], all, "r=a@n"),
        // What is here is of yesterday.
        (&[pool(1, 2, a), pool(2, 1, elsewhere)], all, NONE),
        (&[pool(1, 2, a), pool(1, 2, a)], one, "invalid resource pools were encountered"),
        (&[pool(1, 2, a), pool(1, 2, a)], all, invalid),
        (&["{pool: {name: z, generation: 1, resourceSliceCount: 1}, devices: [{name: z}]}".to_owned(), pool(1, 1, a)], one, "r=a@n"),
    ];
    for (slices, claim, want) in rows {
        let slices: Vec<&str> = slices.iter().map(String::as_str).collect();
        assert_eq!(got(&slices, &[claim]), want, "{slices:?} {claim}");
    }
}

#[test]
fn a_search_without_end_is_given_up() {
    let names: Vec<String> = (0..60).map(|i| format!("{{name: d{i}, attributes: {{x: {{int: {i}}}}}}}")).collect();
    let slice = format!("{{devices: [{}]}}", names.join(", "));
    let claim = "{requests: [{name: r, exactly: {deviceClassName: any, count: 20}}, {name: q, exactly: {deviceClassName: big, count: 1}}]}";
    let told = got(&[&slice.replace("}}}", "}}, capacity: {memory: {value: 1Gi}}}")], &[claim]);
    assert_eq!(told, Reasons::TIMED_OUT.text(&ScalarNames::default()));
}

#[test]
fn a_search_whose_selectors_cost_too_much_is_given_up() {
    let names: Vec<String> = (0..100).map(|i| format!("{{name: d{i}}}")).collect();
    let dear = "lists.range(10000).all(x, x < 10000) && device.driver == 'none'";
    let of = |expression: &str| {
        let request =
            obj!({"name": "r", "exactly": {"deviceClassName": "any", "count": 1, "selectors": [{"cel": {"expression": expression}}]}});
        got(&[&format!("{{devices: [{}]}}", names.join(", "))], &[&obj!({"requests": [request]}).to_json()])
    };
    assert_eq!(of(dear), Reasons::TIMED_OUT.text(&ScalarNames::default()));
    assert_eq!(of("device.driver == 'none'"), Reasons::NO_DEVICES.text(&ScalarNames::default()));
}

#[test]
fn a_device_is_free_again_once_nobody_has_it_nor_was_promised_it() {
    let (mut devices, claim) = (Devices::default(), claim("c", "{requests: []}"));
    let having = |device: &str| obj!({"devices": {"results": [{"driver": "d", "pool": "p", "device": device}]}});
    let set = |devices: &mut Devices, name: &str, device: Option<&str>| {
        let held = |device: &str| obj!({"metadata": {"name": name, "uid": name}, "status": {"allocation": having(device)}});
        devices.set_claim("ns".into(), name.into(), device.map(held));
    };
    let taken = |devices: &Devices| ["a", "b"].map(|device| devices.is_taken(&format!("d/p/{device}").into()));
    devices.promise(&claim, having("a"));
    assert_eq!(taken(&devices), [true, false]);
    set(&mut devices, "other", Some("a"));
    assert!(devices.take_promise(&"ns".into(), &"c".into()).is_some());
    assert_eq!(taken(&devices), [true, false], "the other has it still");
    set(&mut devices, "other", Some("b"));
    assert_eq!(taken(&devices), [false, true]);
    set(&mut devices, "other", None);
    assert_eq!(taken(&devices), [false, false]);
    // Another claim of the name was promised nothing.
    devices.promise(&claim, having("a"));
    set(&mut devices, "c", Some("b"));
    assert_eq!(taken(&devices), [false, true]);
}
