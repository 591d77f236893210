//! `kube-scheduler` on the workstation: restarts the cluster's scheduler, with the configuration that `--config` names. A real one stays in
//! the foreground; this one says what it did and ends.

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

/// Flags that the static pod of a real one has, and that change nothing here.
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

/// What a run asks for.
#[derive(Debug, PartialEq)]
pub(super) enum Call {
    /// Restart the scheduler with the configuration in this file or, without one, with the default; and the flags without effect.
    Start(Option<String>, Vec<String>),
    /// Write the default configuration to this file.
    Write(String),
    /// Print this text, and exit with this code.
    Say(String, i32),
}

/// Parses the arguments.
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

/// Why the scheduler is not restarted.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// A file cannot be read or written: its path.
    #[error("open {0}: {1}")]
    File(String, FileError),
    /// The file is not YAML.
    #[error(transparent)]
    Yaml(#[from] DecodeError),
    /// The file is not a valid configuration.
    #[error(transparent)]
    Configuration(#[from] ConfigurationError),
    /// The session runs no scheduler.
    #[error("this cluster runs without a scheduler")]
    NoScheduler,
}

/// Restarts the scheduler with the configuration in a file, or with the default; returns what to print.
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

/// The last line of a run that fails.
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
