//! The parity table: how much of what a real cluster did comes out the same here, area by area. Plays the recordings through the native
//! program and writes the head of `docs/parity.md`.

use crate::Failure;
use crate::process::{Cmd, root, target_dir};
use std::fmt::Write as _;
use std::path::PathBuf;

/// The heading of the notes, which are written by hand.
const NOTES: &str = "## How to read it";

/// Runs the comparison and writes the table; the notes below it stay.
pub fn write() -> Result<(), Failure> {
    let folder = std::env::var_os("KUBARIUM_CONFORMANCE").map(PathBuf::from);
    let folder = folder.ok_or("set KUBARIUM_CONFORMANCE to the folder with the recordings")?;
    let compare = folder.join("compare.py");
    if !compare.is_file() {
        return Err(format!("{} is not there", compare.display()));
    }
    Cmd::cargo(["build", "--bin", "kubarium"]).run()?;
    let program = target_dir().join("debug").join("kubarium");
    let run = |more: &[&str]| {
        let cmd = Cmd::new("python3", [compare.as_os_str(), "--bin".as_ref(), program.as_os_str()]).args(more);
        cmd.read().ok_or("the comparison did not run")
    };
    let (cases, manifests) = (run(&[])?, run(&["--manifests", "0"])?);
    let path = root().join("docs/parity.md");
    let failed = |e: std::io::Error| format!("{}: {e}", path.display());
    let old = std::fs::read_to_string(&path).map_err(failed)?;
    let notes = old.find(NOTES).map_or("", |at| &old[at..]);
    std::fs::write(&path, page(&cases, &manifests, notes)).map_err(failed)?;
    println!("wrote {}", path.display());
    Ok(())
}

/// A line of the comparison's summary: `service steps   138/167   82.6%`.
fn row(line: &str) -> Option<(&str, u64, u64)> {
    let mut words = line.rsplitn(3, char::is_whitespace);
    words.next().filter(|w| w.ends_with('%'))?;
    let rest = line.rsplit_once(char::is_whitespace)?.0.trim_end();
    let (name, counts) = rest.rsplit_once(char::is_whitespace)?;
    let (same, all) = counts.split_once('/')?;
    Some((name.trim(), same.parse().ok()?, all.parse().ok()?))
}

fn page(cases: &str, manifests: &str, notes: &str) -> String {
    let rows: Vec<_> = cases.lines().filter_map(row).collect();
    let cell = |name: &str| {
        rows.iter()
            .find(|r| r.0 == name)
            .map_or_else(|| "-".to_owned(), |(_, same, all)| format!("{same} of {all} ({})", percent(*same, *all)))
    };
    let mut out = String::from(
        "# Parity with Kubernetes v1.36\n\nThe table is written by `cargo xtask parity`, the notes below it by hand.\n\n\
         | area | steps | objects | events | whole cases |\n|---|---|---|---|---|\n",
    );
    let mut areas: Vec<&str> = rows.iter().filter_map(|r| r.0.strip_suffix(" whole cases")).collect();
    areas.sort_unstable();
    for area in areas {
        let cells: Vec<String> = ["steps", "objects", "events", "whole cases"].iter().map(|what| cell(&format!("{area} {what}"))).collect();
        // A String takes whatever is written to it.
        let _ = writeln!(out, "| {area} | {} |", cells.join(" | "));
    }
    let sum = rows.iter().filter(|r| !r.0.ends_with("whole cases") && r.0 != "total").fold((0, 0), |s, r| (s.0 + r.1, s.1 + r.2));
    let _ = writeln!(out, "\nIn all {} of {} ({}).", sum.0, sum.1, percent(sum.0, sum.1));
    for (name, same, all) in manifests.lines().filter_map(row) {
        let what = match name {
            "manifest verdict" => "Manifests written by others that the server accepts or refuses as the real one does",
            "manifest exact" => "Those whose message or object is the same to the letter",
            _ => continue,
        };
        let _ = writeln!(out, "\n{what}: {same} of {all} ({}).", percent(same, all));
    }
    out + "\n" + notes
}

fn percent(same: u64, all: u64) -> String {
    format!("{:.1} %", 100.0 * same as f64 / all.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_becomes_a_table() {
        let cases =
            "service events                   75/91       82.4%\nservice whole cases               2/11       18.2%\ntotal 312/390 80.0%\n";
        let text = page(cases, "manifest verdict                580/590     98.3%\n", "## How to read it\n");
        assert!(text.contains("| service | - | - | 75 of 91 (82.4 %) | 2 of 11 (18.2 %) |\n"), "{text}");
        assert!(text.contains("In all 75 of 91 (82.4 %)."), "{text}");
        assert!(text.ends_with("580 of 590 (98.3 %).\n\n## How to read it\n"), "{text}");
    }
}
