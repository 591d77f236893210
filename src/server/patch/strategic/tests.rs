//! Strategic patches of objects and patches made of two or three objects, with the rows of upstream's tests.

use super::diff::three_way;
use super::*;
use crate::api::{kinds, table_rows, yaml};

fn json(text: &str) -> Value {
    Value::from_json(text).expect("json")
}

#[test]
fn containers_merge_by_name() {
    let kind = kinds::POD;
    let live = json(r#"{"spec":{"containers":[{"name":"a","image":"x"},{"name":"b","image":"y"}]}}"#);
    let patch = json(r#"{"spec":{"containers":[{"name":"b","image":"z"},{"$patch":"delete","name":"a"}]}}"#);
    let got = strategic_merge_patch(kind, &live, &patch).expect("applies");
    assert_eq!(got.to_json(), r#"{"spec":{"containers":[{"image":"z","name":"b"}]}}"#);
}

#[test]
fn items_are_deleted_before_any_is_merged_and_added_as_they_are() {
    let live = json(r#"{"spec":{"volumes":[{"name":"a","emptyDir":{}},{"name":"b"}]}}"#);
    for (volumes, want) in [
        (r#"[{"name":"a","secret":{}},{"name":"a","$patch":"delete"}]"#, r#"[{"name":"a","secret":{}},{"name":"b"}]"#),
        (r#"[{"name":"a","$patch":"delete"},{"name":"c"},{"name":"a"}]"#, r#"[{"name":"c"},{"name":"a"},{"name":"b"}]"#),
        (
            r#"[{"name":"c","secret":null,"$retainKeys":["name"]}]"#,
            r#"[{"$retainKeys":["name"],"name":"c","secret":null},{"emptyDir":{},"name":"a"},{"name":"b"}]"#,
        ),
    ] {
        let patch = json(&format!(r#"{{"spec":{{"volumes":{volumes}}}}}"#));
        let got = strategic_merge_patch(kinds::POD, &live, &patch).expect("applies");
        assert_eq!(got.at(&["spec", "volumes"]).to_json(), want, "{volumes}");
    }
}

#[test]
fn a_three_way_patch_deletes_only_what_was_applied() {
    let kind = kinds::POD;
    let original = json(r#"{"metadata":{"labels":{"a":"1","b":"2"}},"spec":{"containers":[{"name":"a"},{"name":"old"}]}}"#);
    let modified = json(r#"{"metadata":{"labels":{"a":"3"}},"spec":{"containers":[{"name":"a","image":"i"}]}}"#);
    let live = json(
        r#"{"metadata":{"labels":{"a":"1","b":"2","mine":"x"}},"spec":{"containers":[{"name":"a","image":"h"},{"name":"old"},{"name":"other"}]}}"#,
    );
    let patch = three_way_strategic_patch(kind, &original, &modified, &live);
    let got = strategic_merge_patch(kind, &live, &patch).expect("applies");
    let want = r#"{"metadata":{"labels":{"a":"3","mine":"x"}},"spec":{"containers":[{"image":"i","name":"a"},{"name":"other"}]}}"#;
    assert_eq!(got.to_json(), want);
}

#[test]
fn directives_that_make_no_sense_are_refused() {
    let live = json(r#"{"metadata":{},"spec":{"volumes":[{"name":"v"}],"containers":[{"name":"a"}]}}"#);
    let apply = |patch: &str| strategic_merge_patch(kinds::POD, &live, &json(patch)).map(|v| v.to_json()).map_err(|s| s.into_message());
    for (patch, want) in [
        (r#"{"spec":{"$retainKeys":["volumes"],"containers":[]}}"#, "invalid patch format of retainKeys"),
        (r#"{"spec":{"$retainKeys":1}}"#, "invalid patch format of retainKeys"),
        (r#"{"spec":{"$patch":"merge"}}"#, "unknown patch type: merge in map: map[$patch:merge]"),
        (r#"{"spec":{"containers":[{"name":"a","$patch":"merge"}]}}"#, "merging lists cannot yet be specified in the patch"),
        (r#"{"spec":{"containers":[{"name":"a","$patch":"x"}]}}"#, "unknown patch type: x in map: map[$patch:x name:a]"),
        (r#"{"spec":{"containers":[{"$patch":"delete"}]}}"#, "map: map[$patch:delete] does not contain declared merge key: name"),
        (r#"{"spec":{"containers":["x"]}}"#, "list element types are not identical: [[map[name:a]] [x]]"),
        (r#"{"spec":{"$setElementOrder/containers":true}}"#, "expected a []interface {}, but received a bool"),
        (r#"{"spec":{"$setElementOrder":[]}}"#, "invalid patch format of setElementOrder list"),
        (r#"{"spec":{"$deleteFromPrimitiveList":[]}}"#, "invalid patch format of primitive list"),
        (
            r#"{"spec":{"$setElementOrder/containers":[{"name":"b"}],"containers":[{"name":"a"}]}}"#,
            "The order in patch list:\n[map[name:a]]\n doesn't match $setElementOrder list:\n[map[name:b]]\n",
        ),
    ] {
        assert_eq!(apply(patch), Err(want.to_owned()), "{patch}");
    }
    assert_eq!(
        apply(r#"{"spec":{"$setElementOrder/containers":[{"name":"a"}],"containers":null}}"#),
        Err("expected a []interface {}, but received a %!s(<nil>)".to_owned())
    );
    // What is not there yet is not made of a directive.
    assert_eq!(apply(r#"{"metadata":{"labels":{"$patch":"replace","a":"b"}}}"#), Ok(live.to_json()));
}

/// Lists whose order says nothing, in one order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Map(map) => {
            let mut out = Value::map();
            for (key, inner) in map.iter() {
                let mut inner = sorted(inner);
                let unordered = ["mergingList", "mergingIntList", "retainKeysMergingList", RETAIN_KEYS].contains(&key.as_str())
                    || key.starts_with(DELETE_PRIMITIVES);
                if let (true, Value::List(_)) = (unordered, &inner) {
                    inner.list_mut().order_by_key(|v| (v.get("name").to_json(), v.to_json()));
                }
                out.map_mut().insert(key.clone(), inner);
            }
            out
        }
        Value::List(list) => list.iter().map(sorted).collect::<Vec<_>>().into(),
        other => other.clone(),
    }
}

fn hold(what: &str, got: &Value, wanted: &Value) -> table_rows::Verdict {
    if got.same(wanted) { Ok(()) } else { Err(format!("{what}: got {got}, wanted {wanted}")) }
}

fn patched(object: &Value, patch: &Value) -> Result<Value, String> {
    let mut next = object.clone();
    merge_map(&mut next, patch, schema().named("test", "MergeItem")).map_err(|s| s.into_message())?;
    Ok(next)
}

/// A row: objects in JSON or in YAML; a patch of two, a patch of three, and what they make.
fn row(case: &Value) -> table_rows::Verdict {
    let of = |name: &str| match case.get(name) {
        Value::Str(text) if text.trim().is_empty() => Value::map(),
        Value::Str(text) => yaml::read_value(text).expect("a row is YAML"),
        Value::Null => Value::map(),
        value => value.clone(),
    };
    let ty = schema().named("test", "MergeItem");
    let [original, modified, current, two] = ["Original", "Modified", "Current", "TwoWay"].map(of);
    let both = if case.get("TwoWayResult").is_null() { modified.clone() } else { of("TwoWayResult") };
    if case.get("Current").is_null() {
        return hold("applied", &sorted(&patched(&original, &two)?), &sorted(&both));
    }
    let made = three_way(ty, &original, &modified, &original);
    hold("patch of two", &sorted(&made), &sorted(&two))?;
    let sort = |v: &Value| if case.get("Original").as_str().is_some() { v.clone() } else { sorted(v) };
    hold("applied", &sort(&patched(&original, &made)?), &sort(&both))?;
    if case.get("ExpectedError").is_empty() {
        let made = three_way(ty, &original, &modified, &current);
        hold("patch of three", &sorted(&made), &sorted(&of("ThreeWay")))?;
        hold("applied to the current", &sort(&patched(&current, &made)?), &sort(&of("Result")))?;
    }
    Ok(())
}

#[test]
fn the_table_holds() {
    for (function, member, least) in [
        ("TestCustomStrategicMergePatch", "StrategicMergePatchTestCaseData", 18),
        ("func1", "StrategicMergePatchTestCaseData", 66),
        ("TestStrategicMergePatch", "StrategicMergePatchRawTestCaseData", 2790),
        ("TestReplaceWithRawExtension", "StrategicMergePatchRawTestCaseData", 6),
    ] {
        table_rows::check("strategicpatch", function, least, |r| {
            let patches = r.at(&[member, "Modified"]).str().contains(DIRECTIVE);
            table_rows::unless(patches, "a manifest that is itself a patch", || {
                row(r.get(member)).map_err(|e| format!("{}: {e}", r.get("Description")))
            })
        });
    }
}

#[test]
fn of_several_items_with_one_key_those_that_are_too_many_take_all_of_them_along() {
    let spec = |ports: &str| json(&format!(r#"{{"spec":{{"ports":[{ports}]}}}}"#));
    let (http, tcp) = (r#"{"name":"http","port":80}"#, r#"{"name":"tcp","port":53,"protocol":"TCP"}"#);
    let udp = r#"{"name":"udp","port":53,"protocol":"UDP"}"#;
    let both = spec(&[http, tcp, udp].join(","));
    for (modified, want) in [
        (spec(&[http, udp].join(",")), spec(http)),
        (spec(&[http, tcp].join(",")), spec(http)),
        (spec(http), spec(http)),
        (both.clone(), both.clone()),
    ] {
        let patch = three_way_strategic_patch(kinds::SERVICE, &both, &modified, &both);
        let got = strategic_merge_patch(kinds::SERVICE, &both, &patch).expect("applies");
        assert_eq!(got.to_json(), want.to_json(), "{}", patch.to_json());
    }
}
