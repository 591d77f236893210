//! An account of the recorded tables: each of upstream's tests in them is run somewhere here, or stands in `tables/left_out.txt` with the
//! reason why it does not apply. Needs the conformance folder.
//!
//! Where only some rows of a test do not apply, the test that runs the others gives the reason and prints their number.

use std::collections::BTreeMap;
use std::path::Path;

use kubarium::api::Value;

/// All of the project's sources that may hold a test.
fn sources(folder: &Path, all: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, all);
        } else if path.extension().is_some_and(|e| e == "rs") && !path.ends_with("tables_account.rs") {
            all.push(std::fs::read_to_string(path).expect("a source"));
        }
    }
}

#[test]
fn every_test_of_every_table_is_run_or_left_out_for_a_reason() {
    let Ok(folder) = std::env::var("KUBARIUM_CONFORMANCE") else {
        println!("KUBARIUM_CONFORMANCE is not set: the tables were not read");
        return;
    };
    let mut left_out: BTreeMap<(String, String), bool> = BTreeMap::new();
    for line in include_str!("tables/left_out.txt").lines().filter(|l| !l.is_empty()) {
        let (place, why) = line.split_once(": ").unwrap_or_else(|| panic!("no reason: {line}"));
        assert!(why.len() > 10, "no reason: {line}");
        let mut words = place.split(' ');
        let table = words.next().expect("a table");
        left_out.extend(words.map(|test| ((table.to_owned(), test.to_owned()), false)));
    }
    let mut all = Vec::new();
    for place in ["src", "tests"] {
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join(place), &mut all);
    }
    let mut wrong = Vec::new();
    let (mut rows, mut not_run) = (0, 0);
    for entry in std::fs::read_dir(Path::new(&folder).join("tables")).expect("the folder has tables") {
        let path = entry.expect("an entry").path();
        let Some(table) = path.file_name().and_then(|n| n.to_str()).and_then(|n| n.strip_suffix(".json")) else { continue };
        let text = std::fs::read_to_string(&path).expect("a table");
        let of_table: Vec<&String> = all.iter().filter(|s| s.contains(&format!("\"{table}\""))).collect();
        // Tables whose every row is judged, or that are of one function.
        let whole = |s: &&String| {
            ["check", "evaluated", "hold"]
                .iter()
                .any(|f| s.split(&format!("{f}(\"{table}\", ")).skip(1).any(|rest| !rest.starts_with('"') && !rest.starts_with("function")))
        };
        let is_whole = of_table.iter().any(whole) || table == "fn_cron";
        for row in Value::from_json(&text).expect("a table is JSON").get("rows").items() {
            rows += 1;
            let parts: Vec<&str> = row.get("func").str().split('.').collect();
            let test = match parts.as_slice() {
                [_, outer, .., inner] if outer.starts_with('(') => *inner,
                [_, test, ..] => *test,
                _ => "",
            };
            let listed = left_out.get_mut(&(table.to_owned(), test.to_owned())).map(|seen| *seen = true).is_some();
            let run = is_whole || of_table.iter().any(|s| s.contains(&format!("\"{test}\"")));
            not_run += usize::from(listed);
            if run == listed {
                wrong.push(format!("{table} {test}: {}", if run { "run and left out" } else { "neither run nor left out" }));
            }
        }
    }
    wrong.extend(left_out.iter().filter(|(_, seen)| !**seen).map(|((table, test), _)| format!("{table} {test}: no such test")));
    wrong.dedup();
    println!("{rows} rows, {not_run} of them of tests that are left out");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
