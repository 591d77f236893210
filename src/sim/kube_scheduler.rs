//! `kube-scheduler` on the workstation: starts the cluster's scheduler anew, with the configuration that `--config` names. Where a real
//! one stays in the foreground, this one says so and ends.

use super::cluster::Cluster;
use crate::api::yaml::{DecodeError, read_value};
use crate::base::{List as _, Time};
use crate::kubectl::{FileError, klog};
use crate::scheduler::{Configuration, ConfigurationError};

/// The program's name.
pub(super) const KUBE_SCHEDULER: &str = "kube-scheduler";
/// What `kube-scheduler --help` says of its flags.
const USAGE: &str = "kube-scheduler decides on which node each pod runs. Here it starts the cluster's scheduler anew.

Usage:
  kube-scheduler [flags]

Flags:
      --config string            The path to the configuration file (KubeSchedulerConfiguration).
  -h, --help                     help for kube-scheduler
      --version                  Print version information and quit
      --write-config-to string   If set, write the configuration values to this file and exit.
";

/// Flags that a real one has in a cluster's manifest and that change nothing here.
const WITHOUT_EFFECT: [&str; 9] = [
    "--authentication-kubeconfig",
    "--authorization-kubeconfig",
    "--bind-address",
    "--kubeconfig",
    "--leader-elect",
    "--profiling",
    "--secure-port",
    "--v",
    "-v",
];

/// What a call asks for.
#[derive(Debug, PartialEq)]
pub(super) enum Call {
    /// A scheduler with the configuration in this file, or with the one it has of its own accord; and the flags without effect.
    Start(Option<String>, Vec<String>),
    /// That configuration, to be written into this file.
    Write(String),
    /// This text, and the exit code with it.
    Say(String, i32),
}

/// Reads the arguments.
pub(super) fn parse(args: &[String]) -> Call {
    let (mut config, mut write, mut without_effect) = (None, None, Vec::new());
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        let (name, value) = arg.split_once('=').map_or((arg.as_str(), None), |(name, value)| (name, Some(value.to_owned())));
        let slot = match name {
            "-h" | "--help" => return Call::Say(USAGE.to_owned(), 0),
            "--version" => return Call::Say("Kubernetes v1.36.2\n".to_owned(), 0),
            "--config" => &mut config,
            "--write-config-to" => &mut write,
            _ if WITHOUT_EFFECT.contains(&name) => {
                without_effect.push(name.to_owned());
                continue;
            }
            _ if !name.starts_with('-') => {
                return Call::Say(format!("Error: unknown command {name:?} for \"kube-scheduler\"\n"), 1);
            }
            _ => return Call::Say(format!("Error: unknown flag: {name}\n"), 1),
        };
        match value.or_else(|| args.next().cloned()) {
            Some(value) => *slot = Some(value),
            None => return Call::Say(format!("Error: flag needs an argument: {name}\n"), 1),
        }
    }
    write.map_or(Call::Start(config, without_effect), Call::Write)
}

/// Why the scheduler is not started anew.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// A file that cannot be read or written: its path.
    #[error("open {0}: {1}")]
    File(String, FileError),
    /// The file is no YAML.
    #[error(transparent)]
    Yaml(#[from] DecodeError),
    /// It is no configuration for a scheduler.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// There is none to start anew.
    #[error("this cluster runs without a scheduler")]
    NoScheduler,
}

/// Starts the scheduler anew by a configuration file's bytes, or by its own; what is said of that.
pub(super) fn start(cluster: &mut Cluster, now: Time, file: Option<&[u8]>, mut without_effect: Vec<String>) -> Result<String, CallError> {
    let (configuration, fields) = match file {
        None => Default::default(),
        Some(bytes) => Configuration::parse(&read_value(&String::from_utf8_lossy(bytes))?)?,
    };
    let names: Vec<String> = configuration.profiles.iter().map(|p| p.name.to_string()).list();
    if !cluster.restart_scheduler(now, configuration) {
        return Err(CallError::NoScheduler);
    }
    let mut said = format!("The cluster's scheduler runs anew, for pods whose schedulerName is {}.\n", names.join(" or "));
    without_effect.extend(fields);
    for field in without_effect {
        said.push_str(&format!("{field} has no effect here.\n"));
    }
    Ok(said)
}

/// The line that a command which fails ends with.
// Models component-base/cli.Run.
pub(super) fn failed(now: Time, why: &CallError) -> String {
    klog(now, "E", 1, "run.go:72", &format!("\"command failed\" err={:?}\n", why.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags() {
        let parsed = |line: &str| parse(&line.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(parsed(""), Call::Start(None, Vec::new()));
        assert_eq!(parsed("--config a.yaml"), Call::Start(Some("a.yaml".to_owned()), Vec::new()));
        assert_eq!(parsed("--config=a.yaml"), Call::Start(Some("a.yaml".to_owned()), Vec::new()));
        assert_eq!(parsed("--leader-elect=true"), Call::Start(None, vec!["--leader-elect".to_owned()]));
        assert_eq!(parsed("--write-config-to=b"), Call::Write("b".to_owned()));
        for (line, said) in [
            ("--config", "Error: flag needs an argument: --config\n"),
            ("--nope", "Error: unknown flag: --nope\n"),
            ("start", "Error: unknown command \"start\" for \"kube-scheduler\"\n"),
        ] {
            assert_eq!(parsed(line), Call::Say(said.to_owned(), 1));
        }
    }
}
