//! The recorded tables, for the tests that hold rules to them: their rows, and a count of those that were run. They are in the folder that
//! `KUBARIUM_CONFORMANCE` names; without it these tests say so and pass.

#![allow(dead_code, reason = "each test uses a part of it")]

#[path = "../../src/api/row_outcome.rs"]
mod row_outcome;

use std::collections::BTreeMap;

use kubarium::api::Value;
pub use row_outcome::Outcome;

/// One row of a table.
pub struct Row {
    /// The upstream test that it comes from.
    pub func: String,
    /// The same with its package and the function inside it.
    pub whole: String,
    /// The row's name there.
    pub key: String,
    /// The line of the test that used it: which of its loops.
    pub line: i64,
    /// Whether it comes from a function inside the test, as a part of another row.
    pub part: bool,
    /// What the row holds.
    pub row: Value,
}

impl Row {
    /// The innermost function that the row comes from, such as one that several tests share.
    pub fn inner(&self) -> &str {
        self.whole.rsplit('.').next().unwrap_or_default()
    }

    /// The name that the row gives itself, or its key.
    pub fn title(&self) -> &str {
        let names = ["name", "Name", "title", "test", "desc", "testName", "description"];
        names.iter().map(|n| self.row.get(n).str()).find(|n| !n.is_empty()).unwrap_or(&self.key)
    }
}

/// The rows of a table; none where there are no tables.
pub fn rows(table: &str) -> Vec<Row> {
    let Ok(folder) = std::env::var("KUBARIUM_CONFORMANCE") else {
        println!("KUBARIUM_CONFORMANCE is not set: {table} was not read");
        return Vec::new();
    };
    let text = std::fs::read_to_string(format!("{folder}/tables/{table}.json")).expect("the folder has the table");
    let all = Value::from_json(&text).expect("a table is JSON");
    let row = |r: &Value| Row {
        func: r.get("func").str().split('.').nth(1).unwrap_or_default().to_owned(),
        whole: r.get("func").str().to_owned(),
        key: r.get("key").str().to_owned(),
        line: r.get("line").int(),
        part: r.get("func").str().ends_with(".func1"),
        row: if r.get("func").is_null() { r.clone() } else { r.get("row").clone() },
    };
    all.get("rows").items().iter().map(row).collect()
}

/// Runs a whole table, says how many rows held and why the others do not apply, and fails where a row differs.
pub fn check(table: &str, rule: impl Fn(&Row) -> Outcome) {
    let all = rows(table);
    let (mut held, mut elsewhere, mut wrong) = (0, BTreeMap::<&str, usize>::new(), Vec::new());
    for row in &all {
        match rule(row) {
            Outcome::Holds => held += 1,
            Outcome::Elsewhere(why) => *elsewhere.entry(why).or_default() += 1,
            Outcome::Differs(how) => wrong.push(format!("{} {} {:?}: {how}", row.func, row.line, row.title())),
        }
    }
    println!("{table}: {} rows, {} run, {} do not apply", all.len(), held + wrong.len(), elsewhere.values().sum::<usize>());
    for (why, count) in elsewhere {
        println!("  {count:4} {why}");
    }
    assert!(wrong.is_empty(), "{} rows of {table} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Whether two values are the same.
pub fn same<T: PartialEq + std::fmt::Debug>(got: T, wanted: T) -> Result<(), String> {
    if got == wanted { Ok(()) } else { Err(format!("got {got:?}, wanted {wanted:?}")) }
}
