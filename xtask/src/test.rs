//! `cargo xtask test`: every check there is, in steps that can be chosen.

use crate::process::{Cmd, root, target_dir};
use crate::report::{Report, heading};
use crate::tools::{Browser, Need, npm_packages, rust_components, set_up};
use crate::{Failure, format, page, size};

const STEPS: [&str; 6] = ["format", "clippy", "native", "wasm", "journeys", "size"];
const WASM: &str = "--target=wasm32-unknown-unknown";

/// Runs the chosen steps, goes on after a failure, and fails at the end if one failed.
pub fn run(args: &[String]) -> Result<(), Failure> {
    let chosen = choose(args)?;
    let wants = |step: &str| chosen.contains(&step);
    let mut report = Report::new();
    if wants("format") || wants("clippy") {
        rust_components()?;
    }
    let browser = if wants("wasm") || wants("journeys") {
        set_up(Need::Test)?;
        Some(Browser::find_or_install()?)
    } else {
        if wants("clippy") || wants("size") {
            set_up(Need::Page)?;
        } else if wants("format") {
            npm_packages()?;
        }
        None
    };
    if wants("format") {
        report.step("format", "Rust, styles and scripts", |_| format::check());
    }
    if wants("clippy") {
        report.step("clippy", "no warnings, natively and for the page", |_| {
            Cmd::cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()?;
            page::bundle()?;
            Cmd::cargo(["clippy", "--package=kubarium", WASM, "--lib", "--bin=page", "--", "-D", "warnings"]).run()
        });
    }
    if wants("native") {
        report.step("native", "the tests of the library and the programs", |closing| {
            match std::env::var("KUBARIUM_CONFORMANCE") {
                Ok(folder) => println!("KUBARIUM_CONFORMANCE is {folder}"),
                Err(_) => println!("KUBARIUM_CONFORMANCE is not set: the tests against recordings of a real cluster say so and do nothing"),
            }
            Cmd::cargo(["test", "--workspace", "--no-fail-fast"]).run_keeping(closing, is_closing)
        });
    }
    if let Some(browser) = browser.as_ref().filter(|_| wants("wasm")) {
        report.step("wasm", "the tests that run as wasm, in Chromium", |closing| wasm(browser, closing));
    }
    if wants("journeys") || wants("size") {
        let built = report.step("page", "build it as it is published", |_| page::build());
        if let Some(browser) = browser.as_ref().filter(|_| built && wants("journeys")) {
            report.step("journeys", "the page in Chromium", |closing| journeys(browser, closing));
        }
        if built && wants("size") {
            report.step("size", "what the page weighs", |_| size::check());
        }
    }
    report.finish()
}

/// The closing lines of a Rust test run that had tests, and of node's test runner; and what is said of a journey that was tried twice.
fn is_closing(line: &str) -> bool {
    let rust = line.starts_with("test result:") && !(line.contains(" 0 passed") && line.contains(" 0 failed"));
    let node = ["ℹ tests ", "ℹ pass ", "ℹ fail ", "ℹ duration_ms ", "ℹ went wrong "].iter().any(|start| line.starts_with(start));
    rust || node
}

fn choose(args: &[String]) -> Result<Vec<&'static str>, Failure> {
    let mut chosen = STEPS.to_vec();
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let (flag, list) = match arg.split_once('=') {
            Some((flag, list)) => (flag, list.to_owned()),
            None => (arg.as_str(), args.next().cloned().ok_or_else(|| format!("{arg} wants a list of steps: {}", STEPS.join(",")))?),
        };
        let named: Vec<&str> = list.split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
        if let Some(unknown) = named.iter().find(|name| !STEPS.contains(name)) {
            return Err(format!("there is no step `{unknown}`; there are {}", STEPS.join(", ")));
        }
        match flag {
            "--only" => chosen.retain(|step| named.contains(step)),
            "--skip" => chosen.retain(|step| !named.contains(step)),
            _ => return Err(format!("test does not know `{flag}`; it knows --only and --skip with steps of {}", STEPS.join(", "))),
        }
    }
    Ok(chosen)
}

/// Runs each `tests/wasm*.rs` in a headless browser.
fn wasm(browser: &Browser, closing: &mut Vec<String>) -> Result<(), Failure> {
    let names = names_in("tests", |name| name.starts_with("wasm") && name.ends_with(".rs"))?;
    let tests = names.iter().map(|name| format!("--test={}", name.trim_end_matches(".rs")));
    // Cargo builds the package's programs beside its tests, and the page imports the bundle.
    page::bundle()?;
    // webdriver.json names the usual place of Chromium; where this one lies elsewhere, a copy names that.
    let mut settings = root().join("webdriver.json");
    let text = std::fs::read_to_string(&settings).map_err(|error| format!("cannot read {}: {error}", settings.display()))?;
    let place = browser.chromium.display().to_string().replace('\\', "\\\\");
    if !text.contains(&format!("\"{place}\"")) {
        settings = target_dir().join("webdriver.json");
        std::fs::write(&settings, text.replace("/usr/bin/chromium", &place))
            .map_err(|error| format!("cannot write {}: {error}", settings.display()))?;
    }
    // The native history that the wasm one is held to.
    let digest =
        Cmd::cargo(["run", "--quiet", "--package=kubarium", "--bin=kubarium", "--", "replay", "--digest", "tests/sessions/tour.json"])
            .read();
    let digest = digest.ok_or("the native program does not play tests/sessions/tour.json")?;
    Cmd::cargo(["test", "--package=kubarium", WASM, "--no-fail-fast"])
        .args(tests)
        .env("KUBARIUM_NATIVE_DIGEST", digest.trim())
        .env("CHROMEDRIVER", &browser.driver)
        .env("WASM_BINDGEN_TEST_WEBDRIVER_JSON", &settings)
        .run_keeping(closing, is_closing)
}

/// Drives the page in `dist/` through `tests/browser/*.test.mjs`.
fn journeys(browser: &Browser, closing: &mut Vec<String>) -> Result<(), Failure> {
    let names = names_in("tests/browser", |name| name.ends_with(".test.mjs"))?;
    let screenshots = root().join("target/journeys");
    println!("screenshots go to {}", screenshots.display());
    Cmd::new("node", ["--test", "--test-reporter=spec", "--test-concurrency=1"])
        .args(names.iter().map(|name| format!("tests/browser/{name}")))
        .env("CHROMIUM", &browser.chromium)
        .env("KUBARIUM_SCREENSHOTS", &screenshots)
        .run_keeping(closing, is_closing)
}

/// The names of a folder's files that `wanted` picks, sorted; none at all is an error.
fn names_in(folder: &str, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>, Failure> {
    let entries = std::fs::read_dir(root().join(folder)).map_err(|error| format!("cannot read {folder}: {error}"))?;
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).filter(|name| wanted(name)).collect();
    names.sort();
    if names.is_empty() {
        heading("nothing to run");
        return Err(format!("there is nothing to run in {folder}"));
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_chosen() {
        let choose = |args: &[&str]| choose(&args.iter().map(|arg| (*arg).to_owned()).collect::<Vec<_>>());
        assert_eq!(choose(&[]).expect("all"), STEPS);
        assert_eq!(choose(&["--only", "size,clippy"]).expect("two"), ["clippy", "size"]);
        assert_eq!(choose(&["--skip=wasm,journeys,size"]).expect("three"), ["format", "clippy", "native"]);
        assert!(choose(&["--only", "nothing"]).expect_err("unknown").contains("no step `nothing`"));
        assert!(choose(&["--fast", "native"]).expect_err("unknown").contains("--fast"));
    }

    #[test]
    fn closing_lines_are_known() {
        assert!(is_closing("test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s"));
        assert!(is_closing("test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s"));
        assert!(!is_closing("test result: ok. 0 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s"));
        assert!(is_closing("ℹ pass 3"));
        assert!(is_closing("ℹ went wrong the first time, and is tried once more: opens dark"));
        assert!(!is_closing("test something ... ok"));
    }
}
