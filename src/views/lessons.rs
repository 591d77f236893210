//! The lessons that come with the page: exercises, each with the cluster that it begins with.

use std::sync::LazyLock;

use crate::api::Value;
use crate::base::List as _;
use crate::sim::{Session, TimedInput};

use super::exercise::{EXERCISE_FILE, Exercise};

/// The file with what a lesson's cluster begins with.
const CLUSTER_FILE: &str = "cluster.yaml";

/// A lesson.
#[derive(Debug)]
pub struct Lesson {
    /// What it is called, by language; see [`super::said`].
    pub title: Value,
    /// Its exercise, as a file.
    pub exercise: &'static str,
    /// The manifests that are applied when it begins; may be empty.
    pub cluster: &'static str,
}

macro_rules! lesson {
    ($file:literal) => {
        include_str!(concat!("../../static/lessons/", $file))
    };
}

/// All lessons, in their order: an exercise, and after its first `---` the cluster.
const SOURCES: [&str; 13] = [
    lesson!("deploy.yaml"),
    lesson!("find-out.yaml"),
    lesson!("expose.yaml"),
    lesson!("scale.yaml"),
    lesson!("update.yaml"),
    lesson!("configure.yaml"),
    lesson!("probe.yaml"),
    lesson!("place.yaml"),
    lesson!("daemon.yaml"),
    lesson!("taint.yaml"),
    lesson!("job.yaml"),
    lesson!("queue.yaml"),
    lesson!("autoscale.yaml"),
];

static LESSONS: LazyLock<Vec<Lesson>> = LazyLock::new(|| {
    let lesson = |source: &'static str| {
        let (exercise, cluster) = source.split_once("\n---\n").unwrap_or((source, ""));
        // Each can be read: see the test.
        Lesson { title: Exercise::read(exercise).unwrap_or_default().title, exercise, cluster }
    };
    SOURCES.into_iter().map(lesson).list()
});

/// The lessons in their order.
pub fn lessons() -> &'static [Lesson] {
    &LESSONS
}

impl Lesson {
    /// A session in which it begins, made of an empty one.
    pub fn begin(&self, empty: Session) -> Session {
        let mut files = vec![(EXERCISE_FILE, self.exercise)];
        let mut inputs = Vec::new();
        if !self.cluster.is_empty() {
            files.push((CLUSTER_FILE, self.cluster));
            inputs.push(TimedInput { cmd: Some(format!("kubectl apply -f {CLUSTER_FILE}")), ..TimedInput::default() });
        }
        let files = files.into_iter().map(|(path, text)| (path.to_owned(), text.to_owned())).collect();
        Session { files, inputs, ..empty }
    }
}

/// What stands between backticks in an exercise's words, and what does not: in turns, beginning with words.
pub fn code_of(words: &str) -> impl Iterator<Item = (bool, &str)> {
    words.split('`').enumerate().map(|(i, part)| (i % 2 == 1, part))
}

#[cfg(test)]
mod tests {
    use super::super::exercise::{Exercises, said};
    use super::*;
    use crate::base::Duration;
    use crate::sim::{Fault, Sim, Switch};

    /// The commands among an exercise's words.
    fn commands(words: &str) -> Vec<String> {
        code_of(words).filter(|(is_code, part)| *is_code && part.contains(' ')).map(|(_, part)| part.to_owned()).collect()
    }

    /// Begins a lesson. What comes back gives an input, lets time go by, and says what has been ticked then.
    fn begun(lesson: &Lesson) -> impl FnMut(TimedInput, u64) -> Vec<bool> {
        let mut sim = Sim::new(lesson.begin(Session { seed: 1, metrics: Some(true), rbac: true, ..Session::default() }));
        let mut all = Exercises::default();
        move |input: TimedInput, seconds: u64| {
            sim.input(TimedInput { t: sim.now().as_secs_f64(), ..input });
            for _ in 0..seconds {
                let until = sim.now() + Duration::from_secs(1);
                while !sim.run(until, 4096).done {}
                all.look(&sim, 0, lesson.exercise);
            }
            let view = all.view(0, sim.now()).expect("there is one");
            assert!(view.checks.iter().all(|c| c.2.is_empty()), "each can be asked: {:?}", view.checks);
            view.checks.iter().map(|c| c.1).collect()
        }
    }

    fn line(line: &str) -> TimedInput {
        TimedInput { cmd: Some(line.to_owned()), ..TimedInput::default() }
    }

    /// Does a lesson by its own commands, one after the other, and then what it asks for by hand; what of it has been ticked then.
    fn done(lesson: &Lesson, deed: Fault) -> Vec<bool> {
        let exercise = Exercise::read(lesson.exercise).expect(lesson.exercise);
        let mut run = begun(lesson);
        let before = run(line("true"), 30);
        assert!(before.iter().skip(1).all(|held| !held), "there is something to do: {before:?}");
        let words = std::iter::once(&exercise.text).chain(exercise.checks.iter().map(|c| &c.text));
        for command in words.flat_map(|words| commands(said(words, "en"))) {
            run(line(&command), 90);
        }
        run(line("true"), 360);
        run(TimedInput { fault: Some(deed), ..TimedInput::default() }, 90)
    }

    #[test]
    fn each_lesson_is_done_by_what_it_says() {
        for lesson in lessons() {
            let exercise = Exercise::read(lesson.exercise).expect(lesson.exercise);
            let title = said(&exercise.title, "en");
            // Both languages have the same to type.
            let texts = exercise.checks.iter().map(|c| &c.text).chain([&exercise.text, &exercise.title]);
            for text in texts {
                let [en, zh] = ["en", "zh-CN"].map(|lang| said(text, lang));
                assert!(en != zh && !zh.is_empty(), "{title}: {en}");
                assert_eq!(commands(en), commands(zh), "{title}");
            }
            // What one of them asks for by hand.
            let stop = Fault { node: Some("node1".to_owned()), kubelet: Some(Switch::Stop), ..Fault::default() };
            assert_eq!(done(lesson, stop), vec![true; exercise.checks.len()], "{title}");
        }
    }

    #[test]
    fn a_tick_is_for_what_is_asked_however_it_is_done() {
        // A lesson's place, what is done of it, how long each line is given, and what is ticked then.
        let table: &[(usize, &[&str], u64, &[bool])] = &[
            (0, &["kubectl create deployment web --image=nginx", "kubectl scale deployment web --replicas=0"], 60, &[true, true, false]),
            (1, &["kubectl set env deployment/shop GREETING="], 90, &[true, true, false]),
            (1, &["kubectl set env deployment/shop OTHER=1", "kubectl set env deployment/shop GREETING=hello"], 60, &[true; 3]),
            (4, &["kubectl set image deployment/web nginx=nginx:1.25"], 2, &[false; 3]),
            (4, &["kubectl set image deployment/web nginx=nginx:nope"], 60, &[false; 3]),
            (
                5,
                &["kubectl rollout restart deployment/painter", "kubectl patch cm palette -p '{\"data\":{\"colour\":\"coral\"}}'"],
                150,
                &[true, false],
            ),
            (5, &["kubectl patch cm palette -p '{\"data\":{\"colour\":\"coral\"}}'", "kubectl delete pod -l app=painter"], 60, &[true; 2]),
            (6, &["kubectl exec deploy/frail -- sh -c 'rm /tmp/healthy; sleep 4; touch /tmp/healthy'"], 60, &[true, false, false]),
            (7, &["kubectl label node node2 disk=ssd", "kubectl cordon node1"], 60, &[true, false, false]),
            (7, &["kubectl label node node2 disk=ssd", "kubectl cordon node1", "kubectl delete pods -l app=web"], 60, &[true, true, false]),
            (8, &["kubectl label node node2 agent=no"], 30, &[false; 4]),
            (8, &["kubectl label node node2 agent=yes", "kubectl label node node1 agent=yes"], 30, &[true, false, false, false]),
            (8, &["kubectl label nodes --all agent=yes", "kubectl set image ds/agent agent=busybox:nope"], 60, &[true, true, false, false]),
            (
                8,
                &[
                    "kubectl label nodes --all agent=yes",
                    "kubectl set image ds/agent agent=busybox:1.36",
                    "kubectl cordon node3",
                    "kubectl delete pods -l app=agent --field-selector spec.nodeName=node3",
                ],
                60,
                &[true, true, true, false],
            ),
            (9, &["kubectl label node node1 disk=hdd"], 30, &[false; 4]),
            (9, &["kubectl label node node2 disk=ssd", "kubectl taint node node1 only=db:NoSchedule"], 30, &[true, false, false, false]),
            (9, &["kubectl label node node1 disk=ssd", "kubectl taint node node1 only=web:NoExecute"], 60, &[true, true, true, false]),
            (
                9,
                &[
                    "kubectl label node node1 disk=ssd",
                    "kubectl taint node node1 only=db:NoExecute",
                    "kubectl scale deployment web --replicas=2",
                ],
                60,
                &[true, true, true, false],
            ),
            (
                9,
                &[
                    "kubectl label node node1 disk=ssd",
                    "kubectl taint node node1 only=db:NoExecute",
                    "kubectl patch deployment web -p '{\"spec\":{\"template\":{\"spec\":{\"tolerations\":[{\"key\":\"only\",\"operator\":\"Exists\"}]}}}}'",
                ],
                60,
                &[true; 4],
            ),
            (11, &["kubectl patch job work -p '{\"spec\":{\"suspend\":false,\"parallelism\":1}}'"], 30, &[false; 4]),
            (
                11,
                &["kubectl patch job work -p '{\"spec\":{\"suspend\":false}}'", "kubectl exec queue -- redis-cli rpush todo a b c d e"],
                60,
                &[true, false, false, false],
            ),
            (
                11,
                &["kubectl exec queue -- redis-cli rpush todo a b c d e f", "kubectl patch job work -p '{\"spec\":{\"suspend\":false}}'"],
                60,
                &[true, true, true, false],
            ),
            (
                11,
                &["kubectl exec queue -- redis-cli rpush done a b c d e f", "kubectl patch job work -p '{\"spec\":{\"suspend\":false}}'"],
                60,
                &[true, true, false, false],
            ),
            (12, &["kubectl autoscale deployment php-apache --cpu=50% --max=10"], 60, &[false; 4]),
        ];
        for (lesson, lines, seconds, want) in table {
            let mut run = begun(&lessons()[*lesson]);
            run(line("true"), 20);
            let mut ticked = Vec::new();
            for typed in *lines {
                ticked = run(line(typed), *seconds);
            }
            assert_eq!(ticked, *want, "{lines:?}");
        }
    }

    #[test]
    fn code_is_told_from_words() {
        let parts: Vec<_> = code_of("Type `ls -l`, then `ls`.").collect();
        assert_eq!(parts, [(false, "Type "), (true, "ls -l"), (false, ", then "), (true, "ls"), (false, ".")]);
        assert_eq!(code_of("none").count(), 1);
    }
}
