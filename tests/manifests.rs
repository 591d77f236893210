//! Manifests that people wrote, each with a real API server's verdict: what was accepted decodes, defaults and validates to
//! the recorded object; what was refused is refused in the same words. Needs the conformance folder.

use std::fmt::Write as _;

use kubarium::api::validation::deprecation;
use kubarium::api::{self, Cause, Kind, KindRef, Object, Value};

/// Rows that must come out right; raised as more do.
const FLOOR: usize = 589;

struct Row {
    from: String,
    accepted: bool,
    stderr: String,
    manifest: String,
    object: Value,
}

fn rows() -> Option<Vec<Row>> {
    let Ok(folder) = std::env::var("KUBARIUM_CONFORMANCE") else {
        println!("KUBARIUM_CONFORMANCE is not set: the recorded manifests were not read");
        return None;
    };
    let text = std::fs::read_to_string(format!("{folder}/manifests.jsonl")).expect("the folder has manifests.jsonl");
    Some(
        text.lines()
            .map(|line| {
                let row = Value::from_json(line).expect("a row is JSON");
                Row {
                    from: row.get("from").str().to_owned(),
                    accepted: row.get("accepted").is_true(),
                    stderr: row.get("stderr").str().to_owned(),
                    manifest: row.get("manifest").str().to_owned(),
                    object: row.get("object").clone(),
                }
            })
            .collect(),
    )
}

/// What `kubectl apply` makes of an object before it creates it.
fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Map(map) => {
            let members = map.iter().filter(|(_, v)| !v.is_null()).map(|(k, v)| (k.clone(), without_nulls(v)));
            members.collect::<api::Map>().into()
        }
        Value::List(list) => Value::from(list.iter().map(without_nulls).collect::<Vec<_>>()),
        other => other.clone(),
    }
}

/// What the API says to one object: the object as it would be stored, or the server's message, and its causes.
fn judge(value: &Value) -> Result<(KindRef, Value), (String, Vec<Cause>)> {
    let value = &without_nulls(value);
    let api_version = value.api_version();
    let kind = Kind::of(api_version, value.kind()).or_else(|| {
        let (group, version) = api::split_api_version(api_version);
        let kind = Kind::of_group(group, value.kind())?;
        api::schema::schema().kind_at(kind, version).map(|_| kind)
    });
    let Some(kind) = kind else {
        return Err((format!("no matches for kind {:?} in version {api_version:?}", value.kind()), Vec::new()));
    };
    let (mut object, strict) = api::decode::decode(kind, value.clone()).map_err(|s| (s.into_message(), Vec::new()))?;
    if !strict.is_empty() {
        let version = api::split_api_version(api_version).1;
        return Err((api::decode::strict_status(kind, version, &strict).into_message(), Vec::new()));
    }
    if kind.namespaced {
        object.set(&["metadata", "namespace"], "corpus");
    } else {
        object.remove(&["metadata", "namespace"]);
    }
    api::defaults::apply(kind, &mut object);
    prepare(kind, &mut object);
    let causes = api::validation::create(kind, &object);
    if causes.is_empty() { Ok((kind, object)) } else { Err((String::new(), causes)) }
}

/// What the server's registry does between defaulting and validation.
fn prepare(kind: KindRef, object: &mut Value) {
    if kind.kind == "Job" && !object.at(&["spec", "manualSelector"]).is_true() {
        let name = object.name_arc();
        object.set(&["metadata", "uid"], "1");
        for prefix in ["", "batch.kubernetes.io/"] {
            for (key, value) in [("controller-uid", "1".into()), ("job-name", name.clone())] {
                object.set(&["spec", "template", "metadata", "labels", &format!("{prefix}{key}")], value);
            }
        }
        object.set(&["spec", "selector", "matchLabels", "batch.kubernetes.io/controller-uid"], "1");
    }
    if kind.kind == "Pod" {
        api::app_armor_fields(object);
    }
    normalize_cluster_ips(kind, object);
}

/// Both forms of a Service's address say the same.
fn normalize_cluster_ips(kind: KindRef, object: &mut Value) {
    let address = object.at(&["spec", "clusterIP"]).clone();
    if kind.kind == "Service" && !address.is_empty() && object.at(&["spec", "clusterIPs"]).is_empty() {
        object.set(&["spec", "clusterIPs"], vec![address]);
    }
}

/// Removes what the server, its admission and its controllers put in, which is not this layer's.
fn strip(kind: KindRef, object: &mut Value) {
    object.remove(&["status"]);
    for key in [
        "uid",
        "creationTimestamp",
        "resourceVersion",
        "generation",
        "namespace",
        "managedFields",
        "finalizers",
        "selfLink",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
    ] {
        object.remove(&["metadata", key]);
    }
    object.remove(&["metadata", "annotations", "kubectl.kubernetes.io/last-applied-configuration"]);
    for map in ["annotations", "labels"] {
        if object.at(&["metadata", map]).is_empty() {
            object.remove(&["metadata", map]);
        }
    }
    match kind.kind {
        "Pod" => {
            for key in ["nodeName", "priority", "preemptionPolicy", "tolerations", "priorityClassName"] {
                object.remove(&["spec", key]);
            }
            object.remove(&["metadata", "labels"]);
        }
        "Service" => {
            for key in ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy", "healthCheckNodePort"] {
                object.remove(&["spec", key]);
            }
            for i in 0..object.at(&["spec", "ports"]).items().len() {
                object.at_mut(&["spec", "ports"]).list_mut()[i].remove(&["nodePort"]);
            }
        }
        "Job" => {
            object.remove(&["spec", "selector"]);
            object.remove(&["spec", "template", "metadata", "labels"]);
            object.remove(&["metadata", "labels"]);
        }
        "Namespace" => {
            object.remove(&["spec"]);
            object.remove(&["metadata", "labels", "kubernetes.io/metadata.name"]);
        }
        "PersistentVolumeClaim" => {
            object.remove(&["spec", "storageClassName"]);
            object.remove(&["metadata", "annotations"]);
            object.remove(&["spec", "volumeName"]);
        }
        "PersistentVolume" => {
            object.remove(&["spec", "claimRef"]);
            object.remove(&["metadata", "annotations"]);
        }
        "StorageClass" | "Deployment" | "DaemonSet" => {
            object.remove(&["metadata", "annotations"]);
        }
        _ => {}
    }
}

fn difference(path: &str, got: &Value, want: &Value, out: &mut String) {
    match (got, want) {
        (Value::Map(_), Value::Map(_)) => {
            for (key, value) in got.entries() {
                difference(&format!("{path}.{key}"), value, want.get(key), out);
            }
            for (key, value) in want.entries().filter(|(k, _)| got.get(k).is_null()) {
                difference(&format!("{path}.{key}"), &Value::Null, value, out);
            }
        }
        (Value::List(a), Value::List(b)) if a.len() == b.len() => {
            for (i, (x, y)) in a.iter().zip(b.iter()).enumerate() {
                difference(&format!("{path}[{i}]"), x, y, out);
            }
        }
        _ if got == want => {}
        _ => {
            let _ = writeln!(out, "    {path}: got {got} want {want}");
        }
    }
}

/// The server's message as kubectl may print it.
fn is_said(stderr: &str, message: &str, causes: &[Cause]) -> bool {
    if causes.is_empty() {
        return stderr.contains(message);
    }
    // What is wrong twice is said once.
    let mut list: Vec<String> = Vec::new();
    for text in causes.iter().map(|c| format!("{}: {}", c.field, c.message)) {
        if !list.contains(&text) {
            list.push(text);
        }
    }
    let one = format!(" is invalid: {}", list[0]);
    let starred = format!(" is invalid: \n{}", list.iter().map(|l| format!("* {l}")).collect::<Vec<_>>().join("\n"));
    let listed = format!(" is invalid: [{}]", list.join(", "));
    let text = format!("{}\n", stderr.trim_end());
    let [one, starred, listed] = [one, starred, listed].map(|t| t.trim_end().to_owned());
    if list.len() == 1 {
        text.contains(&format!("{one}\n"))
    } else {
        text.contains(&format!("{starred}\n")) || text.contains(&format!("{listed}\n"))
    }
}

/// The objects of a document: those of a list, or itself.
fn items(value: &Value) -> Vec<Value> {
    if value.kind() == "List" { value.get("items").items().to_vec() } else { vec![value.clone()] }
}

fn check(row: &Row) -> Result<(), String> {
    // What kubectl refuses by itself, before it asks the server.
    if row.stderr.contains("resource name may not be empty") || row.stderr.contains("apiVersion not set") {
        return Ok(());
    }
    let (documents, error) = api::yaml::decode_stream(&row.manifest);
    if let Some(error) = error {
        return if row.stderr.contains(&error.to_string()) { Ok(()) } else { Err(format!("    cannot be read: {error}")) };
    }
    let mut out = String::new();
    for document in &documents {
        for item in items(&document.value) {
            match judge(&item) {
                Ok((kind, mut object)) => {
                    for warning in warnings(kind, &object) {
                        if !row.stderr.contains(&format!("Warning: {warning}\n"))
                            && !format!("{}\n", row.stderr).contains(&format!("Warning: {warning}\n"))
                        {
                            let _ = writeln!(out, "    warned: {warning}");
                        }
                    }
                    let want = &row.object;
                    if want.kind() == object.kind() && want.name() == object.name() && !want.is_null() && documents.len() == 1 {
                        let version = api::split_api_version(want.api_version()).1;
                        object = api::convert::to_version(kind, version, object);
                        let mut want = want.clone();
                        strip(kind, &mut object);
                        strip(kind, &mut want);
                        difference("", &object, &want, &mut out);
                    }
                    if !row.accepted && documents.len() == 1 && !row.stderr.contains("is forbidden") {
                        let _ = writeln!(out, "    accepted, but: {}", row.stderr.trim_end());
                    }
                }
                Err((message, causes)) => {
                    if !is_said(&row.stderr, &message, &causes) {
                        let _ = writeln!(out, "    refused: {message}");
                        for cause in &causes {
                            let _ = writeln!(out, "        {}: {}", cause.field, cause.message);
                        }
                        let _ = writeln!(out, "    where kubectl said: {}", row.stderr.trim_end());
                    }
                }
            }
        }
    }
    let of_kinds = documents.iter().flat_map(|d| items(&d.value)).filter_map(|item| deprecation(judge(&item).ok()?.0)).collect::<Vec<_>>();
    for line in row.stderr.lines().filter_map(|l| l.strip_prefix("Warning: ")) {
        // The last is said of the request, not of the object.
        let known = line.contains("last-applied-configuration") || line.starts_with("unknown field") || of_kinds.contains(&line);
        let said = documents
            .iter()
            .flat_map(|d| items(&d.value))
            .any(|item| judge(&item).is_ok_and(|(kind, object)| warnings(kind, &object).iter().any(|w| w == line)));
        if !known && !said {
            let _ = writeln!(out, "    did not warn: {line}");
        }
    }
    if out.is_empty() { Ok(()) } else { Err(out) }
}

fn warnings(kind: KindRef, object: &Value) -> Vec<String> {
    let mut warnings = api::Warnings::default();
    api::validation::warnings(kind, object, None, &mut warnings);
    warnings.take()
}

#[test]
fn recorded_manifests_come_out_as_recorded() {
    let Some(rows) = rows() else { return };
    let mut right = 0;
    for row in &rows {
        match check(row) {
            Ok(()) => right += 1,
            Err(why) => println!("{}\n{why}", row.from),
        }
    }
    println!("{right} of {} manifests come out right", rows.len());
    assert!(right >= FLOOR, "{right} of {} manifests come out right, fewer than the {FLOOR} that did", rows.len());
}

/// Cases that must come out right; raised as more do.
const CASE_FLOOR: usize = 148;

/// [`judge`] for an object that replaces `old`.
fn judge_update(value: &Value, old: &Value) -> Result<(KindRef, Value), (String, Vec<Cause>)> {
    let kind = Kind::of(value.api_version(), value.kind()).expect("what was created is of a known kind");
    let (mut new, _) = api::decode::decode(kind, value.clone()).map_err(|s| (s.into_message(), Vec::new()))?;
    new.set(&["metadata", "namespace"], old.namespace());
    new.set(&["metadata", "resourceVersion"], "1");
    api::defaults::apply(kind, &mut new);
    normalize_cluster_ips(kind, &mut new);
    let causes = api::validation::update(kind, &new, old);
    if causes.is_empty() { Ok((kind, new)) } else { Err((String::new(), causes)) }
}

/// Plays the commands of a recorded case that this layer can judge alone: creating from standard input, replacing what was
/// created.
fn check_case(case: &Value) -> (usize, String) {
    let (mut judged, mut out) = (0, String::new());
    let mut stored: Option<Value> = None;
    for (input, step) in case.at(&["session", "inputs"]).items().iter().zip(case.at(&["expect", "steps"]).items()) {
        let (cmd, stdin) = (input.get("cmd").str(), input.get("stdin").str());
        let replaces = cmd.starts_with("kubectl replace -f -");
        let creates = cmd.starts_with("kubectl create -f -") || cmd.starts_with("kubectl apply -f -") && stored.is_none();
        if stdin.is_empty() || !(replaces || creates) {
            continue;
        }
        let (documents, error) = api::yaml::decode_stream(stdin);
        let stderr = step.get("stderr").str();
        if let Some(error) = error {
            judged += 1;
            if !stderr.contains(&error.to_string()) {
                let _ = writeln!(out, "    {error}\n    where kubectl said: {stderr}");
            }
            continue;
        }
        let [document] = documents.as_slice() else { continue };
        if document.value.kind().is_empty()
            || document.value.api_version().is_empty()
            || stderr.contains("is forbidden")
            || stderr.contains("conflict")
            // What kubectl refuses as it reads comes to no server.
            || stderr.contains("unable to decode")
        {
            continue;
        }
        judged += 1;
        let verdict = match (replaces, &stored) {
            (true, Some(old)) => judge_update(&document.value, old),
            _ => judge(&document.value),
        };
        match verdict {
            Ok((_, object)) if step.get("exit").int() == 0 => stored = Some(object),
            Ok(_) => {
                let _ = writeln!(out, "    accepted, but: {stderr}");
            }
            Err((message, causes)) => {
                if !is_said(stderr, &message, &causes) {
                    let list: Vec<String> = causes.iter().map(|c| format!("{}: {}", c.field, c.message)).collect();
                    let _ = writeln!(out, "    refused: {message} {}\n    where kubectl said: {stderr}", list.join("\n        "));
                }
            }
        }
    }
    (judged, out)
}

#[test]
fn recorded_cases_are_judged_as_recorded() {
    let Ok(folder) = std::env::var("KUBARIUM_CONFORMANCE") else {
        println!("KUBARIUM_CONFORMANCE is not set: the recorded cases were not read");
        return;
    };
    let (mut right, mut all) = (0, 0);
    for area in ["validation", "defaulting", "kubectl-errors"] {
        let mut files: Vec<_> =
            std::fs::read_dir(format!("{folder}/cases/{area}")).expect("the folder has cases").flatten().map(|f| f.path()).collect();
        files.sort();
        for file in files {
            let text = std::fs::read_to_string(&file).expect("a case can be read");
            let (judged, wrong) = check_case(&Value::from_json(&text).expect("a case is JSON"));
            all += usize::from(judged > 0);
            if wrong.is_empty() {
                right += usize::from(judged > 0);
            } else {
                println!("{}\n{wrong}", file.display());
            }
        }
    }
    println!("{right} of {all} cases are judged right");
    assert!(right >= CASE_FLOOR, "{right} of {all} cases are judged right, fewer than the {CASE_FLOOR} that were");
}
