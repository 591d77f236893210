//! What a word of a command line could become: programs, kubectl's commands and flags, kinds, names, files.

use crate::base::{List as _, Order as _};
use crate::kubectl;
use crate::sim::Sim;

/// What a word could become.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Completion {
    /// Where the word begins, in characters.
    pub from: usize,
    /// What it could be, sorted; at most a few hundred.
    pub candidates: Vec<String>,
}

/// The most candidates that are told.
const CANDIDATES_MAX: usize = 400;
/// The longest kubeconfig that is looked into, in bytes.
const KUBECONFIG_BYTES_MAX: usize = 1 << 20;

/// Completes the last word of a command line in a terminal, of which `line` is what stands before the cursor.
pub fn complete(sim: &Sim, terminal: u32, line: &str) -> Completion {
    let command = line.rsplit(['|', ';', '&', '(', '\n']).next().unwrap_or_default();
    let word = command.rsplit(char::is_whitespace).next().unwrap_or_default();
    let before: Vec<&str> = command[..command.len() - word.len()].split_whitespace().list();
    // Only what follows the last `/`, `=` or `,` of a word may be replaced, but it is told whole.
    let from = line.chars().count() - word.chars().count();
    let mut candidates = match before.split_first() {
        None if word.contains('/') => files(sim, terminal, word),
        None => programs(sim, word),
        Some((&"kubectl" | &"k", arguments)) => {
            let kubeconfig = sim.workstation().read_file(".kube/config", KUBECONFIG_BYTES_MAX).unwrap_or_default();
            let (flag, value) = word.split_at(word.find('=').map_or(0, |at| at + 1));
            kubectl::complete(arguments, word, sim.api(), &kubeconfig)
                .unwrap_or_else(|| files(sim, terminal, value).into_iter().map(|file| format!("{flag}{file}")).list())
        }
        Some(_) => files(sim, terminal, word),
    };
    candidates.order();
    candidates.dedup();
    candidates.truncate(CANDIDATES_MAX);
    Completion { from, candidates }
}

/// What a command may begin with: what is in the workstation's path, and what the shell does itself.
fn programs(sim: &Sim, word: &str) -> Vec<String> {
    if word.is_empty() {
        return Vec::new();
    }
    let mut all = sim.workstation().programs();
    all.extend(crate::runtime::shell_words().map(str::to_owned));
    all.retain(|name| name.starts_with(word));
    all
}

/// Files as the shell of a terminal finds them, one directory at a time, and the session's pages. Hidden ones are asked for by their dot.
fn files(sim: &Sim, terminal: u32, word: &str) -> Vec<String> {
    let (folder, begun) = word.split_at(word.rfind('/').map_or(0, |at| at + 1));
    let station = sim.workstation();
    let fits = |name: &String| name.starts_with(begun) && (!name.starts_with('.') || begun.starts_with('.'));
    let names = station.names_in(terminal, folder).into_iter().filter(|(name, _)| fits(name));
    let pages = station.urls().filter(|url| !word.is_empty() && url.starts_with(word)).cloned();
    names.map(|(name, is_folder)| format!("{folder}{name}{}", if is_folder { "/" } else { "" })).chain(pages).list()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Time;
    use crate::sim::{Session, TerminalInput, TimedInput};

    #[test]
    fn words_become_what_they_can() {
        let files = [("web.yaml", ""), ("conf/a.txt", ""), ("conf/b.txt", "")];
        let session = Session { files: files.iter().map(|(p, t)| ((*p).to_owned(), (*t).to_owned())).collect(), ..Session::default() };
        let sim = Sim::new(session);
        let told = |line: &str| {
            let c = complete(&sim, 0, line);
            (c.from, c.candidates.join(" "))
        };
        for (line, from, candidates) in [
            ("kub", 0, "kubectl"),
            ("he", 0, "head help hexdump"),
            ("kubectl apply --filename=w", 14, "--filename=web.yaml"),
            ("k get no", 6, "nodes"),
            ("kubectl desc", 8, "describe"),
            ("kubectl get no", 12, "nodes"),
            ("kubectl get nodes node", 18, "node1 node2 node3"),
            ("kubectl describe node/node2", 17, "node/node2"),
            ("kubectl -n kube-n", 11, "kube-node-lease"),
            ("kubectl apply -f w", 17, "web.yaml"),
            ("cat conf/", 4, "conf/a.txt conf/b.txt"),
            ("echo x | kubectl get po -o js", 27, "json jsonpath jsonpath-as-json jsonpath-file"),
            ("kubectl get rc -", 15, ""),
            ("kubectl\u{a0}get\u{3000}no", 12, "nodes"),
            ("\u{3000}", 1, ""),
        ] {
            let (at, found) = told(line);
            assert_eq!(at, from, "{line}");
            if !candidates.is_empty() {
                assert_eq!(found, candidates, "{line}");
            }
        }
    }

    #[test]
    fn files_are_those_of_the_directory_that_the_terminal_is_in() {
        let typed = "mkdir -p d/sub; echo x > d/y.yaml; echo x > d/.hidden; echo x > z.yaml; cd d\n";
        let input = |tab: u32, data: &str| TimedInput {
            terminal: Some(TerminalInput { tab, data: data.to_owned(), ..TerminalInput::default() }),
            ..TimedInput::default()
        };
        let mut sim = Sim::new(Session { inputs: vec![input(0, typed), input(1, "")], ..Session::default() });
        while !sim.run(Time::from_secs(1), u64::MAX).done {}
        for (terminal, line, candidates) in [
            (0, "cat ", "sub/ y.yaml"),
            (0, "cat d/", ""),
            (0, "cat ../", "../d/ ../z.yaml"),
            (0, "cat ~/z", "~/z.yaml"),
            (0, "cat /root/d/y", "/root/d/y.yaml"),
            (0, "cat .h", ".hidden"),
            (0, "./", "./sub/ ./y.yaml"),
            (0, "kubectl apply -f y", "y.yaml"),
            (1, "cat ", "d/ z.yaml"),
            (7, "cat ", "d/ z.yaml"),
        ] {
            assert_eq!(complete(&sim, terminal, line).candidates.join(" "), candidates, "{terminal}: {line}");
        }
    }
}
