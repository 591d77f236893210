//! A session as a shell script: the manifests, the commands and the waits between them, for a real cluster.

use std::fmt::Write as _;

use super::kube_scheduler::KUBE_SCHEDULER;
use super::session::{Input, Session, Switch, TimedInput};
use crate::base::{List as _, is_url};

/// Waits shorter than this are left out, in seconds.
const WAIT_S_MIN: f64 = 1.0;

/// The session as a script. What a script cannot do, such as breaking a node, stands in it as a comment.
pub fn script(session: &Session) -> String {
    let mut out = String::from("#!/usr/bin/env bash\n# A Kubarium session, to be played on a real cluster.\nset -x\n");
    let mut now = 0.0;
    // This was typed into a program that an earlier line has started.
    let mut taken = vec![false; session.inputs.len()];
    // Only files that a command could read, with the text that they had when it ran.
    files(&mut out, session.files.iter());
    let mut begun = false;
    for (i, input) in session.inputs.iter().enumerate() {
        // First, the files that the session began with.
        files(&mut out, input.files.iter().filter(|(path, text)| begun || session.files.get(*path) != Some(*text)));
        if !input.is_act() || taken[i] {
            continue;
        }
        begun = true;
        let wait = input.t - now;
        if wait >= WAIT_S_MIN && now > 0.0 {
            line(&mut out, &format!("sleep {wait:.0}"));
        }
        now = input.t.max(now);
        if let Some(typed) = &input.terminal {
            now = now.max(type_in(&mut out, session, i, &typed.data, &mut taken));
        } else {
            act(&mut out, input);
        }
    }
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

/// A here-document with a text for standard input.
fn here_doc(out: &mut String, text: &str) {
    let end = (0..).map(|n| format!("EOF{}", "_".repeat(n))).find(|end| !text.lines().any(|l| l == end)).unwrap_or_default();
    // Writing into a String cannot fail.
    let _ = writeln!(out, " <<'{end}'\n{}\n{end}", text.trim_end_matches('\n'));
}

fn files<'a>(out: &mut String, files: impl Iterator<Item = (&'a String, &'a String)>) {
    // Pages of the web need not be written.
    for (path, text) in files.filter(|(path, _)| !is_url(path)) {
        out.push('\n');
        if let Some((folder, _)) = path.rsplit_once('/').filter(|f| !f.0.is_empty()) {
            line(out, &format!("mkdir -p {}", quoted(folder)));
        }
        let _ = write!(out, "cat > {}", quoted(path));
        here_doc(out, text);
    }
}

/// The lines that were typed.
fn lines(data: &str) -> impl Iterator<Item = String> {
    data.lines().map(|l| l.chars().filter(|c| !c.is_control()).collect::<String>()).filter(|l| !l.trim().is_empty())
}

/// Writes what was typed by this input, and by the inputs after it that its program has read. If the program was interrupted, returns when.
fn type_in(out: &mut String, session: &Session, at: usize, data: &str, taken: &mut [bool]) -> f64 {
    let tab = |i: &TimedInput| i.terminal.as_ref().map(|t| t.tab);
    let later = || session.inputs.iter().enumerate().skip(at + 1).filter(|(_, i)| tab(i) == tab(&session.inputs[at]));
    let typed = |i: &TimedInput| i.terminal.as_ref().map_or("", |t| t.data.as_str()).to_owned();
    let next = later().map(|(_, i)| (i.t, typed(i))).find(|(_, data)| !data.is_empty());
    let all: Vec<String> = lines(data).list();
    for (n, text) in all.iter().enumerate() {
        let words: Vec<&str> = text.split_whitespace().list();
        let says = |any: &[&str]| words.iter().any(|w| any.contains(w));
        if matches!(words[0], "exit" | "logout") {
            continue;
        }
        if n + 1 < all.len() {
            line(out, text);
        } else if words[0] == "kubectl" && says(&["-it", "-ti", "-i", "--stdin"]) && says(&["exec", "attach", "run", "debug"]) {
            // A script has no terminal: what was typed into the program goes into a here-document.
            let mut read = String::new();
            for (i, input) in later() {
                taken[i] = true;
                let data = typed(input);
                let mut ends = data.contains('\u{4}');
                for l in lines(&data) {
                    ends |= l.trim() == "exit";
                    line(&mut read, &l);
                }
                if ends {
                    break;
                }
            }
            let plain =
                words.iter().filter(|w| !matches!(**w, "-t" | "--tty")).map(|w| if matches!(*w, "-it" | "-ti") { "-i" } else { *w });
            out.push_str(&plain.list().join(" "));
            here_doc(out, &read);
        } else if words[0] == KUBE_SCHEDULER
            || words[0] == "kubectl" && says(&["edit"])
            || matches!(words[0], "vi" | "vim" | "nano" | "less" | "more")
        {
            // These need a screen, and a real cluster's scheduler is configured where it runs.
            line(out, &format!("# here: {text}"));
        } else if let Some((until, _)) = next.as_ref().filter(|n| n.1.starts_with('\u{3}')) {
            let seconds = (until - session.inputs[at].t).max(1.0);
            line(out, &format!("timeout {seconds:.0} bash -c {}", quoted(text)));
            return *until;
        } else if next.is_none() && (says(&["-w", "--watch", "port-forward", "proxy"]) || says(&["logs"]) && says(&["-f", "--follow"])) {
            // It would run as long as somebody watches.
            line(out, &format!("{text} &"));
        } else {
            line(out, text);
        }
    }
    0.0
}

fn act(out: &mut String, input: &TimedInput) {
    match input.what() {
        // A real cluster's scheduler is configured where it runs.
        Some(Input::Command(command, _)) if command.starts_with(KUBE_SCHEDULER) => line(out, &format!("# here: {command}")),
        Some(Input::Command(command, stdin)) => {
            line(out, &stdin.map_or(command.clone(), |text| format!("printf %s {} | {command}", quoted(&text))));
        }
        Some(Input::Fault(fault)) if fault.kubelet.is_none() => line(out, &format!("# here: {}", fault.short().replace('\n', " "))),
        Some(Input::Fault(fault)) => {
            let what = if fault.kubelet == Some(Switch::Stop) { "stopped" } else { "started" };
            line(out, &format!("# here the kubelet of {} was {what}", quoted(&fault.node.unwrap_or_default())));
        }
        Some(Input::Api(api)) => line(out, &format!("# here the API was asked: {}", api.request.replace('\n', " "))),
        Some(Input::Usage(_)) => line(out, "# here the pods' load was set"),
        Some(Input::Load(load)) => line(out, &format!("# here requests came to {}", load.service.replace('\n', " "))),
        Some(Input::Terminal(_) | Input::Files) | None => {}
    }
}

/// A word, quoted for the shell if it needs to be.
pub fn quoted(word: &str) -> String {
    let plain = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_does_what_was_done() {
        let session = Session::from_json(
            r#"{"files":{"a.yaml":"kind: Pod\n"},"inputs":[
                {"t":0,"terminal":{"tab":0,"data":""}},
                {"t":2.5,"cmd":"kubectl apply -f a.yaml","files":{"a.yaml":"kind: Pod\n"}},
                {"t":12.6,"files":{"it's":"EOF\n"},"cmd":"cat","stdin":"x"},
                {"t":12.7,"terminal":{"tab":0,"data":"\u0003kubectl get pods\n"}},
                {"t":20,"fault":{"node":"node1","kubelet":"stop"}},
                {"t":30,"terminal":{"tab":0,"data":"kubectl get pods -w\n"}},
                {"t":35,"terminal":{"tab":1,"data":"kubectl logs -f p\n"}},
                {"t":42,"terminal":{"tab":0,"data":"\u0003"}},
                {"t":42,"terminal":{"tab":0,"data":"kubectl exec -it p -- sh\n"}},
                {"t":44,"terminal":{"tab":0,"data":"ls\n"}},
                {"t":45,"cmd":"kubectl get nodes","files":{"a/b.yaml":""}},
                {"t":50,"terminal":{"tab":0,"data":"exit\n"}},
                {"t":50,"terminal":{"tab":0,"data":"kubectl edit pod p\n"}},
                {"t":50.5,"cmd":"kube-scheduler --config a.yaml"}]}"#,
        )
        .expect("readable");
        let want = "#!/usr/bin/env bash\n# A Kubarium session, to be played on a real cluster.\nset -x\n\ncat > a.yaml <<'EOF'\nkind: Pod\nEOF\n\
            kubectl apply -f a.yaml\n\ncat > 'it'\\''s' <<'EOF_'\nEOF\nEOF_\nsleep 10\nprintf %s x | cat\nkubectl get pods\nsleep 7\n\
            # here the kubelet of node1 was stopped\nsleep 10\ntimeout 12 bash -c 'kubectl get pods -w'\nkubectl logs -f p &\n\
            kubectl exec -i p -- sh <<'EOF'\nls\nexit\nEOF\n\nmkdir -p a\ncat > a/b.yaml <<'EOF'\n\nEOF\nsleep 3\nkubectl get nodes\nsleep 5\n\
            # here: kubectl edit pod p\n# here: kube-scheduler --config a.yaml\n";
        assert_eq!(script(&session), want);
    }
}
