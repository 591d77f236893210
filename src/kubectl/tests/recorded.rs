//! kubectl held to recordings: commands of a real cluster, and upstream's own table of the generators. They need the conformance folder.

use super::*;

/// Areas whose commands mostly depend on the API server alone, and how many of their steps come out to the letter at least. The rest need
/// controllers and kubelets, which this cluster has not.
const FLOORS: &[(&str, usize)] =
    &[("kubectl-errors", 750), ("validation", 300), ("kubectl", 40), ("output", 190), ("patch", 5), ("defaulting", 65)];

#[test]
fn recorded_commands() {
    let Ok(folder) = std::env::var("KUBARIUM_CONFORMANCE") else {
        println!("KUBARIUM_CONFORMANCE is not set: recorded commands are not checked");
        return;
    };
    let show = std::env::var("KUBARIUM_SHOW").unwrap_or_default();
    for (area, floor) in FLOORS {
        let mut dir: Vec<_> =
            std::fs::read_dir(format!("{folder}/cases/{area}")).expect("the area").map(|e| e.expect("a file").path()).collect();
        dir.order();
        let (mut same, mut all) = (0, 0);
        for path in dir {
            let case = Value::from_json(&std::fs::read_to_string(&path).expect("readable")).expect("JSON");
            let (good, steps) = play(&case, !show.is_empty() && path.to_string_lossy().contains(&show));
            same += good;
            all += steps;
        }
        println!("{area}: {same} of {all}");
        assert!(same >= *floor, "{area}: {same} of {all}, fewer than {floor}");
    }
}

/// The generators against upstream's own table of them: what the flags say, and the object that comes out.
#[test]
fn generators_make_what_upstreams_make() {
    let Ok(folder) = std::env::var("KUBARIUM_CONFORMANCE") else {
        println!("KUBARIUM_CONFORMANCE is not set: generators are not checked");
        return;
    };
    let table =
        Value::from_json(&std::fs::read_to_string(format!("{folder}/tables/kubectl_create.json")).expect("readable")).expect("JSON");
    let mut checked = 0;
    for row in table.get("rows").items() {
        let (file, row) = (row.get("file").str(), row.get("row"));
        let text = |name: &str| row.get(name).str().to_owned();
        let option = |name: &str| row.get("options").get(name).str().to_owned();
        let (line, expected) = match file {
            "create_quota_test.go" => {
                (format!("quota {} --hard={} --scopes={}", option("Name"), option("Hard"), option("Scopes")), row.get("expected"))
            }
            "create_pdb_test.go" => {
                let bounds = [("--min-available", option("MinAvailable")), ("--max-unavailable", option("MaxUnavailable"))];
                let bounds: String = bounds.iter().filter(|(_, v)| !v.is_empty()).map(|(f, v)| format!(" {f}={v}")).collect();
                (format!("pdb {} --selector={}{bounds}", option("Name"), option("Selector")), row.get("expected"))
            }
            "create_cronjob_test.go" => {
                let command: Vec<&str> = row.get("command").items().iter().map(Value::str).collect();
                let tail = if command.is_empty() { String::new() } else { format!(" -- {}", command.join(" ")) };
                let line = format!(
                    "cronjob test-job --image={} --schedule='{}' --restart={}{tail}",
                    text("image"),
                    text("schedule"),
                    text("restart")
                );
                (line, row.get("expected"))
            }
            "create_secret_docker_test.go" if !row.get("dockerServer").str().is_empty() => {
                let hash = if row.get("appendHash").is_true() { " --append-hash" } else { "" };
                let line = format!(
                    "secret docker-registry foo --docker-server={} --docker-username={} --docker-password={} --docker-email={}{hash}",
                    text("dockerServer"),
                    text("dockerUsername"),
                    text("dockerPassword"),
                    text("dockerEmail")
                );
                (line, row.get("expected"))
            }
            "create_role_test.go" if !text("verbs").is_empty() && !text("resources").contains(".extensions") => (
                format!("role my-role --verb={} --resource={} --resource-name=", text("verbs"), text("resources")),
                row.get("expectedRole"),
            ),
            _ => continue,
        };
        if !matches!(expected, Value::Map(_)) || line.contains("replicasets/scale") {
            continue;
        }
        let (flags, command) = line.split_once(" -- ").map_or((line.as_str(), String::new()), |(f, c)| (f, format!(" -- {c}")));
        let ran = Desk::new(&[]).run(&format!("kubectl create {flags} --dry-run=client -o json{command}"), "", "default");
        let mut got = Value::from_json(&ran.stdout).unwrap_or_else(|e| panic!("{line}: {e}: {}", ran.stderr));
        let mut want = expected.clone();
        for object in [&mut got, &mut want] {
            object.remove(&["metadata", "namespace"]);
            if let Value::List(_) = object.get("rules") {
                object.get_mut("rules").list_mut().iter_mut().for_each(|r| drop(r.remove(&["resourceNames"])));
            }
        }
        assert_eq!(got.to_json(), want.to_json(), "kubectl create {line}");
        checked += 1;
    }
    assert!(checked >= 10, "only {checked} rows were checked");
}

fn play(case: &Value, show: bool) -> (usize, usize) {
    let session = case.get("session");
    let files: Vec<(&str, &str)> = session.get("files").entries().map(|(k, v)| (k.as_str(), v.str())).collect();
    let mut desk = Desk::new(&files);
    let by = Caller::new(Time::ZERO, "session");
    let namespace = session.get("namespace").str();
    desk.api.create_namespace(&by, namespace);
    for name in session.get("namespaces").items() {
        desk.api.create_namespace(&by, name.str());
    }
    let (mut same, mut all) = (0, 0);
    let mut steps = case.at(&["expect", "steps"]).items().iter();
    for input in session.get("inputs").items() {
        for (path, content) in input.get("files").entries() {
            desk.files.0.insert(clean(path), content.str().as_bytes().to_vec());
        }
        let line = input.get("cmd").str();
        if line.is_empty() && input.get("api").str().is_empty() {
            continue;
        }
        let Some(want) = steps.next() else { break };
        desk.now = desk.now.max(Time::from_secs_f64(10.0 + input.get("t").as_int().map_or(0.0, |i| i as f64)));
        if !line.starts_with("kubectl ") || line.contains('|') || line.contains('`') || line.contains("$(") {
            continue;
        }
        let ran = desk.run(line, input.get("stdin").str(), namespace);
        all += 1;
        let want =
            Ran { stdout: want.get("stdout").str().into(), stderr: want.get("stderr").str().into(), exit: want.get("exit").int() as i32 };
        let loose = |r: &Ran| (r.stdout.split_whitespace().map(str::to_owned).collect::<Vec<_>>(), r.stderr.trim().to_owned(), r.exit);
        if loose(&ran) == loose(&want) {
            same += 1;
        } else if show {
            println!(
                "$ {line}\n--- want {}\n{}{}--- got {}\n{}{}",
                want.exit,
                cut(&want.stdout),
                cut(&want.stderr),
                ran.exit,
                cut(&ran.stdout),
                cut(&ran.stderr)
            );
        }
    }
    (same, all)
}

fn cut(text: &str) -> String {
    text.chars().take(1500).collect()
}
