//! A session as a shell script: the manifests, the commands and the waits between them, for a real cluster.

use std::fmt::Write as _;

use super::session::{Input, Session, Switch, TimedInput};
use super::timeline::is_act;

/// Waits shorter than this are left out, in seconds.
const WAIT_MIN_S: f64 = 1.0;

/// The session as a script. What a script cannot do, such as breaking a node, stands in it as a comment.
pub fn script(session: &Session) -> String {
    let mut out = String::from("#!/bin/sh\n# A Kubarium session, to be played on a real cluster.\nset -x\n");
    let mut now = 0.0;
    // Of the files only what a command could read: as they were when it ran.
    files(&mut out, session.files.iter());
    for input in &session.inputs {
        files(&mut out, input.files.iter());
        if !is_act(input) {
            continue;
        }
        let wait = input.t - now;
        if wait >= WAIT_MIN_S && now > 0.0 {
            line(&mut out, &format!("sleep {wait:.0}"));
        }
        now = input.t;
        act(&mut out, input);
    }
    out
}

fn line(out: &mut String, text: &str) {
    out.push_str(text);
    out.push('\n');
}

fn files<'a>(out: &mut String, files: impl Iterator<Item = (&'a String, &'a String)>) {
    for (path, text) in files {
        let end = (0..).map(|n| format!("EOF{}", "_".repeat(n))).find(|end| !text.lines().any(|l| l == end)).unwrap_or_default();
        // Writing into a String cannot fail.
        let _ = writeln!(out, "\ncat > {} <<'{end}'\n{}\n{end}", quoted(path), text.trim_end_matches('\n'));
    }
}

fn act(out: &mut String, input: &TimedInput) {
    match input.what() {
        Some(Input::Command(command, stdin)) => {
            line(out, &stdin.map_or(command.clone(), |text| format!("printf %s {} | {command}", quoted(&text))));
        }
        Some(Input::Terminal(typed)) => {
            let text: String = typed.data.chars().filter(|c| !c.is_control() || *c == '\n').collect();
            text.lines().filter(|l| !l.trim().is_empty()).for_each(|l| line(out, l));
        }
        Some(Input::Fault(fault)) if fault.kubelet.is_none() => line(out, &format!("# here: {}", fault.short().replace('\n', " "))),
        Some(Input::Fault(fault)) => {
            let what = if fault.kubelet == Some(Switch::Stop) { "stopped" } else { "started" };
            line(out, &format!("# here the kubelet of {} was {what}", quoted(&fault.node.unwrap_or_default())));
        }
        Some(Input::Api(api)) => line(out, &format!("# here the API was asked: {}", api.request.replace('\n', " "))),
        Some(Input::Usage(_)) => line(out, "# here the pods' load was set"),
        Some(Input::Load(load)) => line(out, &format!("# here requests came to {}", load.service.replace('\n', " "))),
        Some(Input::Files) | None => {}
    }
}

/// A word for the shell.
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
                {"t":2.5,"cmd":"kubectl apply -f a.yaml"},
                {"t":12.6,"files":{"it's":"EOF\n"},"cmd":"cat","stdin":"x"},
                {"t":12.7,"terminal":{"tab":0,"data":"\u0003kubectl get pods\n"}},
                {"t":20,"fault":{"node":"node1","kubelet":"stop"}}]}"#,
        )
        .expect("readable");
        let want = "#!/bin/sh\n# A Kubarium session, to be played on a real cluster.\nset -x\n\ncat > a.yaml <<'EOF'\nkind: Pod\nEOF\n\
            kubectl apply -f a.yaml\n\ncat > 'it'\\''s' <<'EOF_'\nEOF\nEOF_\nsleep 10\nprintf %s x | cat\nkubectl get pods\nsleep 7\n\
            # here the kubelet of node1 was stopped\n";
        assert_eq!(script(&session), want);
    }
}
