//! The size budget: what a visitor has to download.

use crate::Failure;
use crate::process::{Cmd, root};

/// What the whole page should weigh, in bytes of Brotli at its best.
const PAGE_BYTES_GOAL: u64 = 700_000;
/// What its wasm should weigh.
const WASM_BYTES_GOAL: u64 = 450_000;
/// What they may weigh until the goals are met: what they do weigh and a little more. Raise these only for something that
/// visitors gain, as for the time machine, the book's chapter, server-side apply, roles, exercises, the scheduler's configuration,
/// the lessons, the bodies of requests, what changed objects are refused for, what is said on phones and of what a pod lacks, and what holds
/// off hostile input.
const PAGE_BYTES_MAX: u64 = 1_600_000;
const WASM_BYTES_MAX: u64 = 1_411_000;

/// One file of the page, with its bytes as they are, gzipped, and with Brotli.
struct Part {
    name: String,
    sizes: [u64; 3],
}

/// Prints what each file of `dist/` costs, and fails when the page is over its budget.
pub fn check() -> Result<(), Failure> {
    if !root().join("dist/index.html").is_file() {
        return Err("there is no dist/ yet: run `cargo xtask build`".to_owned());
    }
    // Node has both compressors built in.
    let printed = Cmd::new("node", ["xtask/weigh.mjs", "dist"]).read().ok_or("cannot weigh dist/ with xtask/weigh.mjs")?;
    let parts: Vec<Part> = printed.lines().filter_map(parse).collect();
    let kb = |bytes: u64| format!("{:.1}", bytes as f64 / 1000.0);
    let row = |name: &str, [raw, gzip, brotli]: [u64; 3]| println!("{name:<44} {:>9} {:>9} {:>9}", kb(raw), kb(gzip), kb(brotli));
    println!("{:<44} {:>9} {:>9} {:>9}", "kB", "raw", "gzip", "brotli");
    for part in &parts {
        row(&part.name, part.sizes);
    }
    let sum = |wanted: &dyn Fn(&Part) -> bool| {
        parts.iter().filter(|part| wanted(part)).fold([0; 3], |sum, part| std::array::from_fn(|i| sum[i] + part.sizes[i]))
    };
    let (all, wasm) = (sum(&|_| true), sum(&|part| part.name.ends_with(".wasm")));
    row("in all", all);
    let line = |what: &str, bytes: u64, bytes_max: u64| {
        format!("{what}: {} of {} kB brotli ({} %)", kb(bytes), bytes_max / 1000, bytes * 100 / bytes_max)
    };
    println!("{}\n{}", line("wasm", wasm[2], WASM_BYTES_GOAL), line("page", all[2], PAGE_BYTES_GOAL));
    if wasm[2] > WASM_BYTES_MAX || all[2] > PAGE_BYTES_MAX { Err("the page is over its size budget".to_owned()) } else { Ok(()) }
}

/// A line of `weigh.mjs`: raw, gzip, brotli and the file's name, separated by tabs.
fn parse(line: &str) -> Option<Part> {
    let mut fields = line.splitn(4, '\t');
    let sizes = [fields.next()?.parse().ok()?, fields.next()?.parse().ok()?, fields.next()?.parse().ok()?];
    Some(Part { name: fields.next()?.to_owned(), sizes })
}
