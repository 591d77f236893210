//! The native program, as authors of tutorials call it: what it prints and how it exits.

use std::fs;
use std::path::Path;
use std::process::Command;

/// Runs the program in a folder with these files; its exit code, output and error output.
fn kubarium(name: &str, files: &[(&str, &str)], args: &[&str]) -> (i32, String, String) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder to work in");
    for (path, text) in files {
        fs::write(folder.join(path), text).expect("a file is written");
    }
    let out = Command::new(env!("CARGO_BIN_EXE_kubarium")).args(args).current_dir(&folder).output().expect("the program starts");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (out.status.code().unwrap_or(-1), text(&out.stdout), text(&out.stderr))
}

#[test]
fn a_script_is_run_with_the_files_beside_it() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{name: c, image: busybox, args: [sleep, 1h]}]}\n";
    let script = "kubectl apply -f pod.yaml\nsleep 600\nkubectl get pod p -o jsonpath='{.status.phase}'\nexit 7\n";
    let (code, out, err) = kubarium("run", &[("pod.yaml", pod), ("try.sh", script)], &["run", "try.sh"]);
    assert_eq!((code, out.as_str(), err.as_str()), (7, "pod/p created\nRunning", ""));
    let (code, out, err) = kubarium("endless", &[("try.sh", "sleep 2h\n")], &["run", "try.sh", "--limit", "1h"]);
    assert_eq!((code, out.as_str()), (137, ""));
    assert!(err.contains("try.sh still ran after 1h0m0s of simulated time"), "{err}");
}

#[test]
fn a_script_finds_what_it_is_given_for_a_url() {
    let files =
        [("p.yaml", "apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n"), ("try.sh", "kubectl apply -f https://example.com/p.yaml\n")];
    let (code, out, _) = kubarium("web", &files, &["run", "try.sh", "--web", "https://example.com/p.yaml=p.yaml"]);
    assert_eq!((code, out.as_str()), (0, "namespace/a created\n"));
    let (code, _, err) = kubarium("web", &files, &["run", "try.sh", "--web", "p.yaml"]);
    assert_eq!((code, err.lines().next()), (2, Some("kubarium: --web p.yaml: not of the form URL=FILE")));
    let (code, _, err) = kubarium("web", &files, &["run", "try.sh", "--web", "https://example.com/p.yaml=none.yaml"]);
    assert!(code == 2 && err.contains("none.yaml: No such file"), "{code} {err}");
}

#[test]
fn a_solution_is_checked_against_its_exercise() {
    let exercise = include_str!("../static/examples/exercise.yaml");
    let right = "kubectl create deployment web --image=nginx --replicas=3\nkubectl expose deployment web --port=80 > /dev/null\n";
    let files = [
        ("exercise.yaml", exercise),
        ("right.sh", right),
        ("half.sh", "kubectl create deployment web --image=nginx\n"),
        ("odd.yaml", "checks:\n- wait: --for=condition=Ready nothings/x\n"),
        ("bad.yaml", "checks:\n- waits: none\n"),
    ];
    let check = |exercise: &str, script: &str| kubarium("check", &files, &["check", exercise, script]);
    let (code, out, _) = check("exercise.yaml", "right.sh");
    let ticked = "[x] There is a Deployment called web\n[x] Three of its pods are ready\n[x] A Service called web reaches them\n";
    assert_eq!((code, out), (0, format!("deployment.apps/web created\n{ticked}")));
    let (code, out, _) = check("exercise.yaml", "half.sh");
    let half = "[x] There is a Deployment called web\n[ ] Three of its pods are ready\n[ ] A Service called web reaches them\n";
    assert_eq!((code, out), (1, format!("deployment.apps/web created\n{half}")));
    let (code, out, _) = check("odd.yaml", "half.sh");
    assert_eq!(code, 1);
    assert!(out.ends_with("[ ] --for=condition=Ready nothings/x: error: the server doesn't have a resource type \"nothings\"\n"), "{out}");
    let (code, _, err) = check("bad.yaml", "half.sh");
    assert_eq!((code, err.as_str()), (2, "kubarium: bad.yaml:2:10: unknown field \"checks[0].waits\"\n"));
    let (code, _, err) = check("right.sh", "exercise.yaml");
    assert_eq!((code, err.as_str()), (2, "kubarium: right.sh:1:1: checks: Required value\n"));
}

#[test]
fn what_it_cannot_do_is_said() {
    for (args, says) in [
        (&["run"][..], "run: a file is wanted, and no more"),
        (&["run", "one.sh", "two.sh"], "run: a file is wanted, and no more"),
        (&["run", "one.sh", "--digest"], "run does not take --digest"),
        (&["check", "one", "two", "--json"], "check does not take --json"),
        (&["replay", "one.json", "-n", "web"], "replay does not take --namespace"),
        (&["check", "one"], "check: an exercise and a script are wanted"),
        (&["run", "none.sh"], "none.sh: "),
        (&["walk", "x"], "unknown command \"walk\""),
        (&["run", "x", "--sideways"], "invalid option '--sideways'"),
        (&["run", "x", "--seed", "many"], "--seed: cannot parse argument \"many\""),
    ] {
        let (code, out, err) = kubarium("wrong", &[], args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(err.starts_with(&format!("kubarium: {says}")), "{args:?}: {err}");
    }
}
