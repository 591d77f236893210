//! The project's tasks: `cargo xtask serve`, `build`, `test`, `bench`, `size`, `format`, `schema`, `parity` and `setup`.
//! Knows the tools that build and test Kubarium, and nothing of Kubarium itself.

mod format;
mod page;
mod parity;
mod process;
mod report;
mod schema;
mod size;
mod test;
mod tools;

use std::process::ExitCode;

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  serve [--release] [--port N]   build the page, serve it, and build again when a file changes
  build                          build dist/, which any static host or folder serves, and show what it weighs
  test [--only A,B] [--skip A,B] run every check: format, clippy, native, wasm, journeys, size
  bench [ARGS]                   run the benchmarks natively
  bench page [PART...]           build the page and measure it in a browser, beside what is wanted
  size                           show what the page in dist/ weighs, and fail when that is too much
  format                         lay out the sources anew: Rust, styles and scripts
  schema SWAGGER [STAGING]       write src/api/descriptions.txt from the API's description and, with the
                                 Go types in STAGING, src/api/schema.txt
  parity                         compare with recordings of a real cluster, and write docs/parity.md
  setup                          install what the other commands need, where it is missing

Each command first installs the tools that it needs. Environment:
  CHROMIUM                       the browser to test with, where it is not on PATH under its usual name
  KUBARIUM_CONFORMANCE           the folder with recordings of a real cluster";

/// Why a task ended early. The text is for a person to read.
pub type Failure = String;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = match args.split_first() {
        Some((command, rest)) => (command.as_str(), rest),
        None => ("help", &[][..]),
    };
    // A benchmark has help of its own.
    let asks = command != "bench" && rest.iter().any(|arg| arg == "--help" || arg == "-h");
    let outcome = match if asks { "help" } else { command } {
        "serve" => page::serve(rest),
        "build" => none_left(rest).and_then(|()| page::build_and_weigh()),
        "test" => test::run(rest),
        "bench" if rest.first().is_some_and(|arg| arg == "page") => page::bench(&rest[1..]),
        "bench" => process::Cmd::cargo(["bench"]).args(rest).run(),
        "size" => none_left(rest).and_then(|()| size::check()),
        "format" => none_left(rest).and_then(|()| format::write()),
        "schema" => schema::run(rest),
        "parity" => none_left(rest).and_then(|()| parity::write()),
        "setup" => none_left(rest).and_then(|()| tools::set_up(tools::Need::Test)),
        "help" | "--help" | "-h" => {
            println!("{USAGE}");
            Ok(())
        }
        other => Err(format!("unknown command `{other}`\n\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nerror: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn none_left(rest: &[String]) -> Result<(), Failure> {
    match rest.first() {
        None => Ok(()),
        Some(arg) => Err(format!("unexpected argument `{arg}`\n\n{USAGE}")),
    }
}
