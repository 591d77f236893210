//! An exercise: a task in words, and checks that hold or do not yet. It is a file of the workstation, so that it travels with the
//! session; a check is what `kubectl wait` would wait for, asked of a copy of the cluster.

use std::rc::Rc;

use crate::api::Value;
use crate::api::yaml::decode_stream;
use crate::base::{List as _, Time};
use crate::kubectl::{Environment, FileError, Files, Host, Kubectl, Output, StdinState, Step, Stream, split_words};
use crate::server::{ApiServer, NodeApi};
use crate::sim::Sim;

use super::problems::ProblemView;

/// The file that an exercise stands in.
pub const EXERCISE_FILE: &str = "exercise.yaml";

/// The most checks that an exercise has.
const CHECKS_MAX: usize = 20;
/// A check whose kubectl takes more steps than this is given up: none that waits for nothing takes more than a few.
const STEPS_MAX: u32 = 8;

/// A task and its checks.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Exercise {
    /// What it is called: words, or words by language; see [`said`].
    pub title: Value,
    /// What is to be done.
    pub text: Value,
    /// Whether a check is looked at only once those before it have held.
    pub in_order: bool,
    /// What holds once it is done.
    pub checks: Vec<Check>,
}

/// Something that is to hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Check {
    /// It in words.
    pub text: Value,
    /// Arguments of `kubectl wait`: `--for=condition=Ready pod/web`.
    pub wait: String,
}

impl Exercise {
    /// Reads an exercise; where it cannot be read, what is wrong and where.
    pub fn read(text: &str) -> Result<Exercise, ProblemView> {
        let (documents, error) = decode_stream(text);
        if let Some(e) = error {
            return Err(ProblemView { line: e.line.unwrap_or(1), column: e.column.unwrap_or(1), message: e.to_string() });
        }
        let Some(document) = documents.first() else { return Ok(Exercise::default()) };
        let wrong = |path: &str, message: String| {
            let (line, column) = document.positions.find(path).unwrap_or((document.first_line.max(1), 1));
            ProblemView { line, column, message }
        };
        let known = |value: &Value, path: &str, fields: &[&str]| match value.entries().find(|(k, _)| !fields.contains(&k.as_str())) {
            Some((name, _)) => Err(wrong(&format!("{path}{name}"), format!("unknown field {:?}", format!("{path}{name}")))),
            None => Ok(()),
        };
        let holds = |is: bool, path: &str, must: &str| if is { Ok(()) } else { Err(wrong(path, format!("{path}: Invalid value: {must}"))) };
        let value = &document.value;
        known(value, "", &["title", "text", "inOrder", "checks"])?;
        holds(matches!(value.get("checks"), Value::Null | Value::List(_)), "checks", "must be a list")?;
        holds(matches!(value.get("inOrder"), Value::Null | Value::Bool(_)), "inOrder", "must be true or false")?;
        for field in ["title", "text"] {
            holds(is_said(value.get(field)), field, SAID)?;
        }
        let mut checks = Vec::new();
        for (i, check) in value.get("checks").items().iter().enumerate() {
            let path = format!("checks[{i}].");
            known(check, &path, &["text", "wait"])?;
            let wait = check.get("wait").str().trim();
            let wait = wait.strip_prefix("kubectl wait ").unwrap_or(wait).to_owned();
            if wait.is_empty() || i >= CHECKS_MAX {
                let why = if wait.is_empty() { "Required value".to_owned() } else { format!("must have at most {CHECKS_MAX} items") };
                return Err(wrong(&path[..path.len() - 1], format!("checks[{i}].wait: {why}")));
            }
            let text = check.get("text").clone();
            holds(is_said(&text), &format!("{path}text"), SAID)?;
            checks.push(Check { text: if said(&text, "").is_empty() { wait.as_str().into() } else { text }, wait });
        }
        let [title, text] = ["title", "text"].map(|field| value.get(field).clone());
        Ok(Exercise { title, text, in_order: value.get("inOrder").is_true(), checks })
    }
}

/// What an author's words must be.
const SAID: &str = "must be a text, or texts by language";

/// Whether these are an author's words, or none.
fn is_said(words: &Value) -> bool {
    matches!(words, Value::Null | Value::Str(_)) || (words.entries().len() > 0 && words.entries().all(|(_, text)| text.as_str().is_some()))
}

/// An author's words in a language: what stands under its code, or under one of the same language, or else what stands there at all.
pub fn said<'a>(words: &'a Value, lang: &str) -> &'a str {
    let of = |lang: &str| words.entries().find(|(code, _)| code.starts_with(lang)).and_then(|(_, text)| text.as_str());
    let text = words.as_str().or_else(|| [lang, lang.get(..2).unwrap_or(""), ""].into_iter().find_map(of)).unwrap_or("");
    text.trim_end()
}

/// No files: a check reads none.
struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, FileError> {
        Err(FileError::NotFound)
    }
    fn write(&mut self, _: &str, _: &[u8]) -> Result<(), FileError> {
        Err(FileError::PermissionDenied)
    }
    fn list(&self, _: &str) -> Result<Vec<String>, FileError> {
        Err(FileError::NotFound)
    }
    fn is_executable(&self, _: &str) -> bool {
        false
    }
    fn remove(&mut self, _: &str) {}
}

/// How a check stands.
#[derive(Clone, Debug, PartialEq)]
enum Standing {
    Holds,
    NotYet,
    /// It cannot be asked: what kubectl prints to it.
    Refused(String),
}

/// How a check stands now. A kubectl may write, so that `api` is a copy.
fn standing(sim: &Sim, api: &mut ApiServer, check: &Check) -> Standing {
    let mut words = vec!["wait".to_owned()];
    words.extend(split_words(&check.wait));
    words.push("--timeout=0s".to_owned());
    let namespace = sim.session().default_namespace().to_owned();
    let mut kubectl = Kubectl::start(&words, &Environment { namespace, ..Environment::default() });
    let mut out = Output::default();
    for _ in 0..STEPS_MAX {
        let mut host = Host { api, node: None::<&mut dyn NodeApi>, now: sim.now(), files: &mut NoFiles, listening: &[], ended: None };
        match kubectl.step(&mut host, StdinState { bytes: &[], eof: true }, &mut out) {
            Step::Exit(0) => return Standing::Holds,
            Step::Exit(_) if kubectl.is_unmet() => return Standing::NotYet,
            Step::Exit(_) => return Standing::Refused(String::from_utf8_lossy(&out.of(Stream::Stderr)).trim_end().to_owned()),
            _ => {}
        }
    }
    Standing::NotYet
}

/// An exercise as it stands at a moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExerciseView {
    /// What it is called.
    pub title: Value,
    /// What is to be done.
    pub text: Value,
    /// Each check in words, whether it has held, and why it cannot be asked.
    pub checks: Vec<(Value, bool, String)>,
}

impl ExerciseView {
    /// How many of its checks have held.
    pub fn done(&self) -> usize {
        self.checks.iter().filter(|c| c.1).count()
    }

    /// What has been ticked since it stood as `before`, the last of it in words.
    pub fn ticked_since(&self, before: &ExerciseView) -> Option<&Value> {
        let same = self.title == before.title && self.checks.len() == before.checks.len();
        self.checks.iter().zip(&before.checks).rfind(|(now, then)| same && now.1 && !then.1).map(|(now, _)| &now.0)
    }
}

/// The exercise of a session, and since when its checks have held.
#[derive(Debug, Default)]
pub struct Exercises {
    source: String,
    exercise: Option<Exercise>,
    /// The branch and the revision at which it was last looked at.
    looked: Option<(u32, u64)>,
    /// For each branch, when each check first held.
    met: Vec<(u32, Vec<Option<Time>>)>,
    wrong: Vec<String>,
}

impl Exercises {
    /// A branch begins: what held before then has held.
    pub fn fork(&mut self, parent: u32, branch: u32, now: Time) {
        let met = self.met.iter().find(|m| m.0 == parent).map(|m| m.1.iter().map(|at| at.filter(|t| *t <= now)).list());
        self.met.extend(met.map(|met| (branch, met)));
    }

    /// Looks at the newest moment of a branch; `source` is the exercise's file. Until it can be read, the one before stays.
    pub fn look(&mut self, sim: &Sim, branch: u32, source: &str) {
        if self.source != source {
            if let Ok(exercise) = Exercise::read(source) {
                if self.exercise.as_ref().is_none_or(|e| e.checks != exercise.checks) {
                    self.met.clear();
                }
                self.exercise = Some(exercise).filter(|e| *e != Exercise::default());
                self.looked = None;
            }
            source.clone_into(&mut self.source);
        }
        let at = Some((branch, sim.api().revision()));
        let Some(exercise) = self.exercise.as_ref().filter(|_| self.looked != at) else { return };
        self.looked = at;
        let place = self.met.iter().position(|m| m.0 == branch).unwrap_or_else(|| {
            self.met.push((branch, vec![None; exercise.checks.len()]));
            self.met.len() - 1
        });
        let met = &mut self.met[place].1;
        self.wrong = vec![String::new(); met.len()];
        let mut api = None;
        for ((met, wrong), check) in met.iter_mut().zip(&mut self.wrong).zip(&exercise.checks).filter(|((met, _), _)| met.is_none()) {
            match standing(sim, api.get_or_insert_with(|| sim.api().clone()), check) {
                Standing::Holds => *met = Some(sim.now()),
                Standing::NotYet => {}
                Standing::Refused(words) => *wrong = words,
            }
            // The next in order may hold already.
            if exercise.in_order && met.is_none() {
                break;
            }
        }
    }

    /// The exercise as it stood at a moment of a branch.
    pub fn view(&self, branch: u32, now: Time) -> Option<Rc<ExerciseView>> {
        let exercise = self.exercise.as_ref()?;
        let met = self.met.iter().find(|m| m.0 == branch).map_or([].as_slice(), |m| m.1.as_slice());
        let held = |i: usize| met.get(i).copied().flatten().is_some_and(|t| t <= now);
        let wrong = |i: usize| self.wrong.get(i).filter(|_| !held(i)).cloned().unwrap_or_default();
        let checks = exercise.checks.iter().enumerate().map(|(i, c)| (c.text.clone(), held(i), wrong(i))).list();
        Some(Rc::new(ExerciseView { title: exercise.title.clone(), text: exercise.text.clone(), checks }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Duration;
    use crate::sim::{Session, TimedInput};

    fn all(sim: &Sim, checks: &[Check]) -> Vec<Standing> {
        let mut api = sim.api().clone();
        checks.iter().map(|check| standing(sim, &mut api, check)).list()
    }

    #[test]
    fn checks_hold_when_what_they_wait_for_is_so() {
        let run = "kubectl create deployment web --image=nginx --replicas=2";
        let input = TimedInput { cmd: Some(run.to_owned()), ..TimedInput::default() };
        let mut sim = Sim::new(Session { seed: 1, inputs: vec![input], ..Session::default() });
        let checks: Vec<Check> = [
            "--for=condition=Available deployment/web",
            "--for=jsonpath='{.status.readyReplicas}'=2 deployment/web",
            "--for=jsonpath='{.status.readyReplicas}'=3 deployment/web",
            "--for=condition=Ready pod -l app=web",
            "--for=delete pod/none",
            "--for=create service/web",
            "--for=bogus pod/none",
            "--for=create nothings/x",
        ]
        .map(|wait| Check { text: Value::Null, wait: wait.to_owned() })
        .into();
        let wrong = ["error: unrecognized condition: \"bogus\"", "error: the server doesn't have a resource type \"nothings\""];
        let (holds, not_yet) = (Standing::Holds, Standing::NotYet);
        assert_eq!(all(&sim, &checks)[..6], [&not_yet, &not_yet, &not_yet, &not_yet, &holds, &not_yet].map(Clone::clone));
        let revision = sim.api().revision();
        while !sim.run(Time::ZERO + Duration::from_secs(30), 4096).done {}
        let asked = [&holds, &holds, &not_yet, &holds, &holds, &not_yet].map(Clone::clone);
        assert_eq!(all(&sim, &checks), [&asked[..], &wrong.map(|words| Standing::Refused(words.to_owned()))].concat());
        assert!(sim.api().revision() > revision, "it ran");
        let before = sim.digest();
        all(&sim, &checks);
        assert_eq!(sim.digest(), before, "asking changes nothing");
    }

    #[test]
    fn the_example_is_done_by_what_it_asks_for() {
        let exercise = Exercise::read(include_str!("../../static/examples/exercise.yaml")).expect("readable");
        let lines = ["kubectl create deployment web --image=nginx --replicas=3", "kubectl expose deployment web --port=80"];
        let inputs = lines.map(|line| TimedInput { cmd: Some(line.to_owned()), ..TimedInput::default() });
        let mut sim = Sim::new(Session { seed: 1, inputs: inputs.into(), ..Session::default() });
        assert_eq!(all(&sim, &exercise.checks), [Standing::NotYet, Standing::NotYet, Standing::NotYet]);
        while !sim.run(Time::ZERO + Duration::from_secs(40), 4096).done {}
        assert_eq!(all(&sim, &exercise.checks), [Standing::Holds, Standing::Holds, Standing::Holds]);
    }

    #[test]
    fn an_exercise_is_read_and_what_is_wrong_with_it_is_found() {
        let text = "title: Three\ntext: |\n  Let there be three.\nchecks:\n- text: Three are ready\n  wait: kubectl wait --for=create pod/a\n- wait: --for=delete pod/b\n";
        let exercise = Exercise::read(text).expect("readable");
        let check = |text: &str, wait: &str| Check { text: text.into(), wait: wait.to_owned() };
        let checks = vec![check("Three are ready", "--for=create pod/a"), check("--for=delete pod/b", "--for=delete pod/b")];
        assert_eq!(exercise.clone(), Exercise { title: "Three".into(), text: "Let there be three.\n".into(), in_order: false, checks });
        let both = Exercise::read("title: {en: Three, zh-CN: 三个}\n").expect("readable").title;
        assert_eq!(["en", "zh-CN", "fr"].map(|lang| said(&both, lang)), ["Three", "三个", "Three"]);
        let both = Exercise::read("title: {en-GB: Three, zh: 三个}\n").expect("readable").title;
        assert_eq!(["en", "zh-CN", "fr"].map(|lang| said(&both, lang)), ["Three", "三个", "Three"]);
        assert_eq!((said(&exercise.text, "fr"), said(&Value::Null, "en")), ("Let there be three.", ""));
        let text = "checks:\n- {text: '', wait: --for=create pod/a}\n";
        assert_eq!(Exercise::read(text).expect("readable").checks, [check("--for=create pod/a", "--for=create pod/a")]);
        assert_eq!(Exercise::read(""), Ok(Exercise::default()));
        for (text, want) in [
            ("title: a\ntasks: b\n", (2, "unknown field \"tasks\"")),
            ("checks:\n- wait: a\n- text: b\n", (3, "checks[1].wait: Required value")),
            ("title: a\nchecks: {wait: b}\n", (2, "checks: Invalid value: must be a list")),
            ("checks:\n- wait: a\n  for: b\n", (3, "unknown field \"checks[0].for\"")),
            ("title: a\ntext: [b]\n", (2, "text: Invalid value: must be a text, or texts by language")),
            ("title: {en: 5}\n", (1, "title: Invalid value: must be a text, or texts by language")),
            ("checks:\n- wait: a\n  text: 5\n", (3, "checks[0].text: Invalid value: must be a text, or texts by language")),
            ("title: a\ninOrder: 'true'\n", (2, "inOrder: Invalid value: must be true or false")),
        ] {
            let problem = Exercise::read(text).expect_err(text);
            assert_eq!((problem.line, problem.message.as_str()), want);
        }
        assert!(Exercise::read("title: [").is_err());
    }

    #[test]
    fn a_tick_stays_and_is_as_old_as_it_is() {
        let mut sim = Sim::new(Session { seed: 1, ..Session::default() });
        let mut all = Exercises::default();
        let run = |sim: &mut Sim, line: &str, until: u64| {
            sim.input(TimedInput { cmd: Some(line.to_owned()), ..TimedInput::default() });
            while !sim.run(Time::from_secs(until), 4096).done {}
        };
        let source = "checks:\n- wait: --for=create cm/a\n- wait: --for=create cm/b\n";
        all.look(&sim, 0, source);
        run(&mut sim, "kubectl create cm a", 5);
        all.look(&sim, 0, source);
        run(&mut sim, "kubectl delete cm a", 10);
        all.look(&sim, 0, "checks: [");
        let held = |all: &Exercises, branch: u32, at: u64| {
            let view = all.view(branch, Time::from_secs(at)).expect("there is one");
            view.checks.iter().map(|c| c.1).collect::<Vec<_>>()
        };
        assert_eq!([4, 5, 10].map(|at| held(&all, 0, at)), [[false, false], [true, false], [true, false]]);
        // A branch has what held before it began.
        all.fork(0, 1, Time::from_secs(4));
        all.fork(0, 2, Time::from_secs(6));
        assert_eq!([1, 2].map(|branch| held(&all, branch, 9)), [[false, false], [true, false]]);
        let [before, now] = [4, 5].map(|at| all.view(0, Time::from_secs(at)).expect("there is one"));
        assert_eq!((now.ticked_since(&before), now.ticked_since(&now), now.done()), (Some(&"--for=create cm/a".into()), None, 1));
        // In order, what holds too early waits for its turn; several may hold at once.
        let ordered = "inOrder: true\nchecks:\n- wait: --for=create cm/c\n- wait: --for=delete cm/c\n- wait: --for=delete cm/d\n";
        for (line, until, want) in
            [("true", 12, [false; 3]), ("kubectl create cm c", 14, [true, false, false]), ("kubectl delete cm c", 16, [true; 3])]
        {
            run(&mut sim, line, until);
            all.look(&sim, 0, ordered);
            assert_eq!(held(&all, 0, until), want, "{line}");
        }
        // Other checks begin anew, and without any file there is no exercise.
        all.look(&sim, 0, "checks:\n- wait: --for=create cm/a\n");
        assert_eq!(held(&all, 0, 10), [false]);
        all.look(&sim, 0, "");
        assert_eq!(all.view(0, Time::from_secs(10)), None);
    }
}
