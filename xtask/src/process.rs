//! Running other programs: always from the project's root, with the installed tools first on PATH.

use crate::Failure;
use std::ffi::{OsStr, OsString};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The project's root folder.
pub fn root() -> PathBuf {
    // Cargo sets the variable for the program that it runs; a copy that runs by itself goes by where it was built.
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
    Path::new(&manifest).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Where cargo puts what it builds.
pub fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// Tools that were installed for this project alone.
pub fn own_tools() -> PathBuf {
    root().join(".tools")
}

/// PATH for every program that is started from here.
fn search_path() -> OsString {
    let mut folders = vec![own_tools().join("bin"), root().join("node_modules/.bin")];
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    folders.extend(cargo_bin());
    // Only a folder with a separator in its name cannot be joined; those came from PATH and so have none.
    std::env::join_paths(folders).unwrap_or_default()
}

/// Where `cargo install` puts programs, on PATH or not.
fn cargo_bin() -> Option<PathBuf> {
    let home =
        std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cargo")))?;
    Some(home.join("bin"))
}

/// The first program of this name on PATH.
pub fn find(program: &str) -> Option<PathBuf> {
    let names = if cfg!(windows) { vec![format!("{program}.exe"), format!("{program}.cmd")] } else { vec![program.to_owned()] };
    std::env::split_paths(&search_path())
        .flat_map(|dir| names.iter().map(move |name| dir.join(name)).collect::<Vec<_>>())
        .find(|path| path.is_file())
}

/// A program to run, with its arguments.
pub struct Cmd {
    inner: Command,
    shown: String,
}

impl Cmd {
    /// A program found on PATH.
    pub fn new<I, S>(program: &str, args: I) -> Cmd
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut inner = Command::new(find(program).unwrap_or_else(|| PathBuf::from(program)));
        // Trunk reads NO_COLOR as one of its own flags and stumbles over any value but `true` or `false`.
        inner.current_dir(root()).env("PATH", search_path()).env_remove("NO_COLOR");
        Cmd { inner, shown: program.to_owned() }.args(args)
    }

    /// The cargo that started this program.
    pub fn cargo<I, S>(args: I) -> Cmd
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        Cmd::new("cargo", args)
    }

    /// Adds arguments.
    pub fn args<I, S>(mut self, args: I) -> Cmd
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        for arg in args {
            self.shown.push(' ');
            self.shown.push_str(&arg.as_ref().to_string_lossy());
            self.inner.arg(arg);
        }
        self
    }

    /// Sets an environment variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Cmd {
        self.inner.env(name, value);
        self
    }

    /// Shows the command, runs it, and passes its output on.
    pub fn run(mut self) -> Result<(), Failure> {
        println!("$ {}", self.shown);
        let status = self.inner.status().map_err(|error| format!("cannot run `{}`: {error}", self.shown))?;
        if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", self.shown)) }
    }

    /// As `run`; also adds to `kept` those lines of standard output that `keep` names.
    pub fn run_keeping(mut self, kept: &mut Vec<String>, keep: impl Fn(&str) -> bool) -> Result<(), Failure> {
        println!("$ {}", self.shown);
        let mut child = self.inner.stdout(Stdio::piped()).spawn().map_err(|error| format!("cannot run `{}`: {error}", self.shown))?;
        if let Some(stdout) = child.stdout.take() {
            let mut reader = BufReader::new(stdout);
            let mut line = Vec::new();
            while reader.read_until(b'\n', &mut line).is_ok_and(|n| n > 0) {
                let text = String::from_utf8_lossy(&line);
                print!("{text}");
                if keep(text.trim_end()) {
                    kept.push(text.trim_end().to_owned());
                }
                line.clear();
            }
        }
        let status = child.wait().map_err(|error| format!("cannot wait for `{}`: {error}", self.shown))?;
        if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", self.shown)) }
    }

    /// Runs the command unseen and returns what it printed on standard output, where it could be run and succeeded.
    pub fn read(mut self) -> Option<String> {
        let output = self.inner.stderr(Stdio::null()).stdin(Stdio::null()).output().ok()?;
        output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}
