//! The rows of the recorded tables, for tests of rules that are not public. Needs the folder that `KUBARIUM_CONFORMANCE` names.

use super::Value;
pub use super::row_outcome::{Outcome, Verdict};

/// A recorded file; nothing, and a line that says so, where there is no folder of them.
pub fn recorded(path: &str) -> Option<Value> {
    let Ok(folder) = std::env::var("KUBARIUM_CONFORMANCE") else {
        println!("KUBARIUM_CONFORMANCE is not set: {path} was not read");
        return None;
    };
    let text = std::fs::read_to_string(format!("{folder}/{path}")).expect("the folder is whole");
    Some(Value::from_json(&text).expect("the file is JSON"))
}

/// Judges a row, or leaves it out for this reason.
pub fn unless(left_out: bool, why: &'static str, judge: impl FnOnce() -> Verdict) -> Outcome {
    if left_out { Outcome::Elsewhere(why) } else { judge().into() }
}

/// Holds the rows of a table that come from one of its functions to what `judge` says of them, and says how many were run. Fewer than
/// `least` held rows are a failure too, wherever there is a table.
pub fn check<T: Into<Outcome>>(table: &str, function: &str, least: usize, judge: impl Fn(&Value) -> T) {
    let Some(rows) = recorded(&format!("tables/{table}.json")) else { return };
    let (mut held, mut left_out, mut wrong) = (0, Vec::new(), Vec::new());
    for row in rows.get("rows").items() {
        if row.get("func").str().rsplit('.').next() != Some(function) {
            continue;
        }
        match judge(row.get("row")).into() {
            Outcome::Holds => held += 1,
            Outcome::Differs(why) => wrong.push(format!("{why}: {}", row.get("row").to_json())),
            Outcome::Elsewhere(why) => left_out.push(why),
        }
    }
    let not_run = left_out.len();
    left_out.dedup();
    println!("{table} {function}: {} run, {not_run} do not apply {left_out:?}", held + wrong.len());
    assert!(wrong.is_empty(), "{} rows of {table} {function} do not hold:\n{}", wrong.len(), wrong.join("\n"));
    assert!(held >= least, "only {held} rows of {table} {function} were looked at");
}

/// Whether two things are the same.
pub fn same<T: PartialEq + std::fmt::Debug>(got: T, wanted: T) -> Verdict {
    if got == wanted { Ok(()) } else { Err(format!("got {got:?}, wanted {wanted:?}")) }
}
