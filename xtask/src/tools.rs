//! The tools that build and test the page: which versions, whether they are there, and how to install them.
//! Nothing is installed that is there in the right version, and nothing is asked.

use crate::Failure;
use crate::process::{Cmd, find, own_tools, root, target_dir};
use crate::report::{heading, seconds};
use std::path::PathBuf;
use std::time::Instant;

const TRUNK: &str = "0.21.14";
const WASM_BINDGEN: &str = "0.2.130";
const NODE_MAJOR_MIN: u32 = 20;

/// What a task needs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Need {
    /// To build the page: the wasm target, Trunk, wasm-bindgen, the npm packages.
    Page,
    /// To test it as well: Chromium with its driver, and a font with Chinese in it.
    Test,
}

/// Installs what is missing.
pub fn set_up(need: Need) -> Result<(), Failure> {
    wasm_target()?;
    npm_packages()?;
    // Before what takes minutes: where no browser can be had, that is said at once.
    if need == Need::Test {
        Browser::find_or_install()?;
    }
    let wasm_bindgen = CargoTool { name: "wasm-bindgen-cli", program: "wasm-bindgen", version: WASM_BINDGEN, minutes: 4 };
    let trunk = CargoTool { name: "trunk", program: "trunk", version: TRUNK, minutes: 8 };
    wasm_bindgen.install(Cmd::cargo(["install", "--no-default-features"]))?;
    // Quick to build rather than quick to run: Trunk itself only waits for other programs.
    let quick = [("LTO", "off"), ("CODEGEN_UNITS", "16"), ("OPT_LEVEL", "1")];
    let install = Cmd::cargo(["install", "--locked", "--no-default-features"]);
    trunk.install(quick.iter().fold(install, |cmd, (name, value)| cmd.env(&format!("CARGO_PROFILE_RELEASE_{name}"), value)))?;
    // Trunk builds without the network, so what cargo needs is fetched first.
    if Cmd::cargo(["fetch", "--quiet", "--locked", "--offline"]).read().is_none() {
        heading("fetch the crates");
        Cmd::cargo(["fetch"]).run()?;
    }
    Ok(())
}

/// The clippy and rustfmt of the toolchain in use.
pub fn rust_components() -> Result<(), Failure> {
    for (component, program) in [("rustfmt", "cargo-fmt"), ("clippy", "cargo-clippy")] {
        let there = Cmd::new(program, ["--version"]).read().is_some();
        if !there {
            heading(&format!("install {component}"));
            Cmd::new("rustup", ["component", "add", component]).run().map_err(|why| {
                format!("{why}\n{component} is missing: install it with rustup (https://rustup.rs) or from where your Rust came from")
            })?;
        }
    }
    Ok(())
}

fn wasm_target() -> Result<(), Failure> {
    let sysroot = Cmd::new("rustc", ["--print", "sysroot"]).read().ok_or("rustc is missing: install Rust from https://rustup.rs")?;
    if PathBuf::from(sysroot).join("lib/rustlib/wasm32-unknown-unknown/lib").is_dir() {
        return Ok(());
    }
    heading("install the Rust target wasm32-unknown-unknown");
    Cmd::new("rustup", ["target", "add", "wasm32-unknown-unknown"]).run().map_err(|why| {
        format!("{why}\nRust has no wasm32-unknown-unknown target here: install Rust with rustup (https://rustup.rs), or your system's package for that target")
    })
}

/// Installs the npm packages where those that are there are not those of the lock file.
pub fn npm_packages() -> Result<(), Failure> {
    const HOW: &str = "install Node.js 20 or later with npm from https://nodejs.org or with your system's packages";
    let version = Cmd::new("node", ["--version"]).read().ok_or_else(|| format!("node is missing: {HOW}"))?;
    let major = version.trim_start_matches('v').split('.').next().and_then(|n| n.parse::<u32>().ok()).unwrap_or(0);
    if major < NODE_MAJOR_MIN {
        return Err(format!("node is {version}, which is too old: {HOW}"));
    }
    // npm ci removes node_modules first, so the copy there says which lock file it was made from.
    let (wanted, made_from) = (root().join("package-lock.json"), root().join("node_modules/.made-from-package-lock.json"));
    let read = |path: &PathBuf| std::fs::read(path).ok();
    if read(&wanted).is_some() && read(&wanted) == read(&made_from) {
        return Ok(());
    }
    heading("install the npm packages (about 150 MB, into node_modules)");
    find("npm").ok_or_else(|| format!("npm is missing: {HOW}"))?;
    Cmd::new("npm", ["ci", "--no-fund", "--no-audit", "--loglevel=error"]).run()?;
    std::fs::copy(&wanted, &made_from).map(drop).map_err(|error| format!("cannot write {}: {error}", made_from.display()))
}

/// A program that `cargo install` builds.
struct CargoTool {
    name: &'static str,
    program: &'static str,
    version: &'static str,
    /// How long building it takes on two cores.
    minutes: u32,
}

impl CargoTool {
    fn found_version(&self) -> Option<String> {
        let printed = Cmd::new(self.program, ["--version"]).read()?;
        Some(printed.split_whitespace().nth(1)?.to_owned())
    }

    fn install(&self, install: Cmd) -> Result<(), Failure> {
        let found = self.found_version();
        if found.as_deref() == Some(self.version) {
            return Ok(());
        }
        heading(&format!("install {} {} (once; about {} minutes on two cores)", self.name, self.version, self.minutes));
        let began = Instant::now();
        let package = format!("{}@{}", self.name, self.version);
        let mut install = install.args([package.as_str()]).env("CARGO_TARGET_DIR", target_dir().join("tools"));
        if let Some(other) = &found {
            // Somebody uses that other version elsewhere: leave it, and keep ours beside the project.
            println!("{} is {other} here; {} goes into .tools", self.program, self.version);
            install = install.args([&format!("--root={}", own_tools().display())]);
        }
        install.run()?;
        // What building it left behind is of no further use.
        let _ = std::fs::remove_dir_all(target_dir().join("tools"));
        println!("installed {} in {}", self.name, seconds(began.elapsed()));
        match self.found_version() {
            Some(version) if version == self.version => Ok(()),
            _ => Err(format!("{} {} was installed but is not found on PATH: add cargo's bin folder to PATH", self.name, self.version)),
        }
    }
}

/// Chromium and its driver.
pub struct Browser {
    /// The browser's program.
    pub chromium: PathBuf,
    /// The driver that the wasm tests speak to.
    pub driver: PathBuf,
}

const DEBIAN_PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-wqy-microhei"];

impl Browser {
    /// The browser that is here, or the one that the system's packages bring.
    pub fn find_or_install() -> Result<Browser, Failure> {
        if let Some(browser) = Browser::find() {
            return Ok(browser);
        }
        let how = "install Chromium and ChromeDriver of the same version (Debian: `sudo apt-get install chromium chromium-driver fonts-wqy-microhei`; \
                   macOS: `brew install --cask chromium chromedriver`), or set CHROMIUM and CHROMEDRIVER to their programs";
        let root = Cmd::new("id", ["-u"]).read().as_deref() == Some("0");
        if find("apt-get").is_none() || !root {
            return Err(format!("Chromium or ChromeDriver is missing, and this task cannot install them: {how}"));
        }
        heading("install Chromium (once)");
        let install = || {
            Cmd::new("apt-get", ["install", "-y", "--no-install-recommends"])
                .args(DEBIAN_PACKAGES)
                .env("DEBIAN_FRONTEND", "noninteractive")
                .run()
        };
        if install().is_err() {
            Cmd::new("apt-get", ["update"]).run()?;
            install().map_err(|why| format!("{why}\n{how}"))?;
        }
        Browser::find().ok_or_else(|| format!("the packages are installed, yet Chromium does not start: {how}"))
    }

    fn find() -> Option<Browser> {
        let starts = |path: &PathBuf| Cmd::new(&path.to_string_lossy(), ["--version"]).read().is_some();
        let pick = |variable: &str, names: &[&str]| {
            let named = std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
            named.into_iter().chain(names.iter().filter_map(|name| find(name))).find(starts)
        };
        let chromium =
            pick("CHROMIUM", &["chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome"]).or_else(|| {
                let apps = ["Chromium.app/Contents/MacOS/Chromium", "Google Chrome.app/Contents/MacOS/Google Chrome"];
                apps.iter().map(|app| PathBuf::from("/Applications").join(app)).find(|path| path.is_file())
            })?;
        Some(Browser { chromium, driver: pick("CHROMEDRIVER", &["chromedriver"])? })
    }
}
