//! The parity table: how much of what a real cluster was seen to do comes out the same here, area by area. Plays the
//! recordings through the native program and writes `docs/parity.md`.

use crate::Failure;
use crate::process::{Cmd, root, target_dir};
use std::fmt::Write as _;
use std::path::PathBuf;

/// What recordings show and what is left out, as it stands in the published table.
const NOTES: &str = "\
## How to read it

Recorded sessions of a real Kubernetes v1.36 are played again on virtual time, and every step's output, every object at the
end and every event is compared. Random suffixes, hashes, addresses, ids, times and column widths do not count. Everything
else does, also what no second real cluster would do the same way:

- which of several equally good nodes a pod lands on, and with it the node and zone in its labels, events and endpoints;
- node ports that the server chooses at random, and the order of lists that come out of a map;
- names with a random suffix that a recorded command line repeats: here the pod has another name;
- what the recording cluster had around a case: a namespace that was still going away, classes of priority from a case
  before, the ConfigMap that fed its metrics server, its own address and context names;
- the second in which a busy machine did something.

How much of it that is was measured: a real v1.36.2 control plane with three real kubelets, on a busy machine and with a
container runtime of its own, played 387 of the sessions once more and agreed with the recordings in 78.1 % of the rows; this program
agrees in 83.7 % of the same sessions' rows.

## What is not simulated

- Images: the common ones are imitated; any other is a process that listens on its ports, does well whatever its pod has it do, and ends
  where the pod is to end. `pause` has a shell, unlike the real one, in all versions but 3.1.
- Authentication: whoever sits at the workstation is an administrator; others act by `--as`, by a service account's token or by a user of
  the kubeconfig, and their roles are enforced on what kubectl does for them: in the page and by `kubarium run`, and where a session says
  `rbac`. The recorded cluster allowed everything. Certificates are neither issued nor read, nor is what a signing request holds: a user
  of the kubeconfig with one is who the entry is called. The roles of the cluster's own components are not there: those may do all. The
  recorded cluster ran without the ServiceAccount plugin, and so does this one: a pod names no account of its own accord, and may name one
  that is not there.
- What an admission webhook would say: one that nobody answers for refuses what it must be asked about, as in a real cluster; one whose
  Service has pods lets everything pass. API aggregation is accepted and does nothing. Policies and webhooks are not asked of what is
  connected to (`exec`, `port-forward`), nor of bindings and evictions; mutating policies not of `scale` and `status` either.
- IPv6 and dual stack: a cluster here has IPv4 alone, and says so as a real one with IPv4 alone does.
- Load balancers of a cloud, ingress controllers: kept and printed, nothing acts on them.
- Custom resources: of what is wrong with the syntax of a rule in CEL the first place is said to the letter, what follows from it not always;
  a timestamp's `string()` is in UTC; costs of evaluation differ by a little. Conversion webhooks: versions differ in name alone.
  Tables of `kubectl get` show the preferred version; `-o` the one that is asked for.
- The pace at which the scheduler and the kubelets may ask the API server: the controllers of workloads and the garbage collector keep
  theirs (20 requests a second after 30 at once), the others have none.
- Custom and external metrics: the autoscaler says that they are not served. Metrics of CPU and memory are.
- Of the scheduler's configuration: extenders, plugins that are not Kubernetes' own, and plugins switched at the extension points around
  `filter`, `score`, `postFilter` and `multiPoint`; it is started anew at once, without a leader's election.
- Drivers of devices: a device that a ResourceSlice tells of counts as one whose driver works, and changes nothing in a container. Of
  dynamic resource allocation: capacity that devices share out, devices that must be attached first (none is chosen), evictions for taints
  of devices, extended resources and claims of pod groups, the score of a request's alternatives,
  the cost of selectors, and the server's rules for the status of a claim.
- CSI drivers, Windows, swap, cgroups below the level of a container's CPU and memory.
- Process namespaces shared by a pod's containers (`shareProcessNamespace`, `debug --target`): processes see each other and signals arrive,
  but of `/proc/PID/root` files alone are read, `pause` ignores signals, and the sharing of a node's (`hostPID`) is without effect.
- Databases but Redis run and answer probes; nobody speaks SQL to them.
- Seccomp and AppArmor profiles, projected volumes of certificates and trust bundles: judged by the server's rules, without effect in a pod.
- Of kubectl's log (`-v=6` to `-v=10`): what a command only waits by, what `describe` asks beside the objects, and client-go's feature
  gates are not told; an answer takes no time; bodies are JSON, also where kubectl sends and gets Protobuf; a table's columns have no
  descriptions, and numbers in columns of texts are texts.
- Descriptions of rare kinds and fields in `kubectl explain`; of kustomize Helm charts, `vars`, generators, transformers but those of labels,
  validators and bases in repositories.
";

/// Runs the comparison and writes the table.
pub fn write() -> Result<(), Failure> {
    let folder = std::env::var_os("KUBARIUM_CONFORMANCE").map(PathBuf::from);
    let folder = folder.ok_or("set KUBARIUM_CONFORMANCE to the folder with the recordings")?;
    let compare = folder.join("compare.py");
    if !compare.is_file() {
        return Err(format!("{} is not there", compare.display()));
    }
    Cmd::cargo(["build", "--bin", "kubarium"]).run()?;
    let program = target_dir().join("debug").join("kubarium");
    let run = |more: &[&str]| {
        let cmd = Cmd::new("python3", [compare.as_os_str(), "--bin".as_ref(), program.as_os_str()]).args(more);
        cmd.read().ok_or("the comparison did not run")
    };
    let (cases, manifests) = (run(&[])?, run(&["--manifests", "0"])?);
    let path = root().join("docs/parity.md");
    std::fs::create_dir_all(root().join("docs")).map_err(|e| format!("docs: {e}"))?;
    std::fs::write(&path, page(&cases, &manifests)).map_err(|e| format!("{}: {e}", path.display()))?;
    println!("wrote {}", path.display());
    Ok(())
}

/// A line of the comparison's summary: `service steps   138/167   82.6%`.
fn row(line: &str) -> Option<(&str, u64, u64)> {
    let mut words = line.rsplitn(3, char::is_whitespace);
    words.next().filter(|w| w.ends_with('%'))?;
    let rest = line.rsplit_once(char::is_whitespace)?.0.trim_end();
    let (name, counts) = rest.rsplit_once(char::is_whitespace)?;
    let (same, all) = counts.split_once('/')?;
    Some((name.trim(), same.parse().ok()?, all.parse().ok()?))
}

fn page(cases: &str, manifests: &str) -> String {
    let rows: Vec<_> = cases.lines().filter_map(row).collect();
    let cell = |name: &str| {
        rows.iter()
            .find(|r| r.0 == name)
            .map_or_else(|| "-".to_owned(), |(_, same, all)| format!("{same} of {all} ({})", percent(*same, *all)))
    };
    let mut out = String::from(
        "# Parity with Kubernetes v1.36\n\nWritten by `cargo xtask parity`; do not edit it by hand.\n\n\
         | area | steps | objects | events | whole cases |\n|---|---|---|---|---|\n",
    );
    let mut areas: Vec<&str> = rows.iter().filter_map(|r| r.0.strip_suffix(" whole cases")).collect();
    areas.sort_unstable();
    for area in areas {
        let cells: Vec<String> = ["steps", "objects", "events", "whole cases"].iter().map(|what| cell(&format!("{area} {what}"))).collect();
        // A String takes whatever is written to it.
        let _ = writeln!(out, "| {area} | {} |", cells.join(" | "));
    }
    let sum = rows.iter().filter(|r| !r.0.ends_with("whole cases") && r.0 != "total").fold((0, 0), |s, r| (s.0 + r.1, s.1 + r.2));
    let _ = writeln!(out, "\nIn all {} of {} ({}).", sum.0, sum.1, percent(sum.0, sum.1));
    for (name, same, all) in manifests.lines().filter_map(row) {
        let what = match name {
            "manifest verdict" => "Manifests written by others that the server accepts or refuses as the real one does",
            "manifest exact" => "Those whose message or object is the same to the letter",
            _ => continue,
        };
        let _ = writeln!(out, "\n{what}: {same} of {all} ({}).", percent(same, all));
    }
    let _ = write!(out, "\n{NOTES}");
    out
}

fn percent(same: u64, all: u64) -> String {
    format!("{:.1} %", 100.0 * same as f64 / all.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_becomes_a_table() {
        let cases =
            "service events                   75/91       82.4%\nservice whole cases               2/11       18.2%\ntotal 312/390 80.0%\n";
        let text = page(cases, "manifest verdict                580/590     98.3%\n");
        assert!(text.contains("| service | - | - | 75 of 91 (82.4 %) | 2 of 11 (18.2 %) |\n"), "{text}");
        assert!(text.contains("In all 75 of 91 (82.4 %)."), "{text}");
        assert!(text.contains("580 of 590 (98.3 %)"), "{text}");
    }
}
