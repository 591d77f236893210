//! `kubectl plugin`, and the programs on the path that are commands too: `kubectl-foo` is run by `kubectl foo`.

use crate::base::{List as _, SortedMap};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, switch};
use crate::kubectl::host::Ended;

/// `kubectl plugin`.
pub static COMMAND: Command = Command::group(
    "plugin",
    "Provides utilities for interacting with plugins",
    "Provides utilities for interacting with plugins.\n\n Plugins provide extended functionality that is not part of the major command-line distribution. Please refer to the documentation and examples for more information about how write your own plugins.\n\n The easiest way to discover and install plugins is via the kubernetes sub-project krew: [krew.sigs.k8s.io]. To install krew, visit https://krew.sigs.k8s.io/docs/user-guide/setup/install",
    &[&LIST],
);
const OWN: &[Flag] = &[switch("name-only", "")];
static LIST: Command = Command { flags: &[OWN], ..Command::new("list", "List all visible plugin executables on a user's PATH", list) };

/// What a plugin's file is called, before its own name.
const PREFIX: &str = "kubectl-";

// Models plugin.PluginListOptions and its CommandOverrideVerifier.
fn list(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let path = cx.inv.env.var("PATH").unwrap_or_default();
    let mut seen: SortedMap<String, String> = SortedMap::new();
    let (mut plugins, mut directories) = (Vec::new(), Vec::new());
    for directory in path.split(':').filter(|d| !d.trim().is_empty()) {
        if directories.contains(&directory) {
            continue;
        }
        directories.push(directory);
        match cx.host.files.list(directory) {
            Ok(names) => plugins.extend(names.into_iter().filter(|n| n.starts_with(PREFIX)).map(|n| (directory, n))),
            Err(error) => {
                cx.out.errln(format!("Unable to read directory {directory:?} from your PATH: open {directory}: {error}. Skipping..."));
            }
        }
    }
    if plugins.is_empty() {
        return fail("unable to find any kubectl plugins in your PATH\n");
    }
    cx.out.out("The following compatible plugins are available:\n\n");
    let mut warnings = 0;
    for (directory, name) in plugins {
        let path = format!("{}/{name}", directory.trim_end_matches('/'));
        cx.out.outln(if cx.flags().is_on("name-only") { &name } else { &path });
        let mut warn = |text: String| {
            cx.out.errln(format!("  - warning: {text}"));
            warnings += 1;
        };
        if !cx.host.files.is_executable(&path) {
            warn(format!("{path} identified as a kubectl plugin, but it is not executable"));
        }
        match seen.get(&name) {
            Some(first) => warn(format!("{path} is overshadowed by a similarly named plugin: {first}")),
            None => {
                seen.insert(name.clone(), path);
            }
        }
        let mut command: &Command = &super::ROOT;
        let mut words = String::from("kubectl");
        for word in name[PREFIX.len()..].split('-') {
            let Some(next) = command.find(word) else { break };
            (command, words) = (next, format!("{words} {word}"));
        }
        if words != "kubectl" {
            warn(format!("{name} overwrites existing command: {words:?}"));
        }
    }
    match warnings {
        0 => Ok(Flow::Done),
        1 => fail("one plugin warning was found\n"),
        n => fail(format!("{n} plugin warnings were found\n")),
    }
}

/// A command that kubectl does not have, while it is looked for on the path.
// Models cmd.HandlePluginCommand: of `a b`, first `kubectl-a-b`, then `kubectl-a`.
#[derive(Clone, Debug)]
pub struct Plugin {
    words: Vec<String>,
    /// How many of the words are its name.
    named: usize,
    /// What is said where there is none.
    error: CliError,
}

/// What comes next of a plugin.
pub enum Next {
    /// This is run, if it is there.
    Run(Plugin, Vec<String>),
    /// It has ended with this code.
    Ended(i32),
    /// There is none.
    None(CliError),
}

impl Plugin {
    /// What these words mean, or the error.
    pub fn of(words: &[String], error: CliError) -> Plugin {
        let named = words.iter().take_while(|w| !w.starts_with('-')).count();
        Plugin { words: words.to_vec(), named, error }
    }

    /// Goes on after the last one ended so, or was not there.
    pub fn next(mut self, ended: Option<Ended>) -> Next {
        match ended {
            Some(Ended::With(code)) => return Next::Ended(code),
            Some(Ended::NotFound) => self.named = self.named.saturating_sub(1),
            None => {}
        }
        if self.named == 0 {
            return Next::None(self.error);
        }
        let (name, rest) = self.words.split_at(self.named);
        // A dash within a word would look like the next word.
        let name: Vec<String> = name.iter().map(|w| w.replace('-', "_")).list();
        let command = std::iter::once(PREFIX.to_owned() + &name.join("-")).chain(rest.iter().cloned()).list();
        Next::Run(self, command)
    }
}
