//! `cargo xtask format`: one layout for all sources, Rust's by rustfmt, styles and scripts by Prettier.

use crate::Failure;
use crate::process::Cmd;
use crate::tools::{npm_packages, rust_components};

/// The styles and scripts; not what a container image holds (`src/runtime/images`).
const PRETTIER: [&str; 5] = ["static/**/*.{css,js}", "tests/browser/*.mjs", "benches/*.mjs", "vendor/*.{js,mjs}", "xtask/*.mjs"];

/// Lays out every source anew.
pub fn write() -> Result<(), Failure> {
    rust_components()?;
    npm_packages()?;
    Cmd::cargo(["fmt", "--all"]).run()?;
    Cmd::new("prettier", ["--write", "--log-level=warn"]).args(PRETTIER).run()
}

/// Fails where a source is laid out otherwise.
pub fn check() -> Result<(), Failure> {
    Cmd::cargo(["fmt", "--all", "--check"]).run()?;
    Cmd::new("prettier", ["--check", "--log-level=warn"]).args(PRETTIER).run()
}
