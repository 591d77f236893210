//! What is wrong with a manifest, and where in its text: the API server's own rules, asked before anything is applied.

use crate::api::decode::{self, served_version};
use crate::api::yaml::{Document, decode_stream};
use crate::api::{Kind, Object, Value, kinds};
use crate::base::{Order as _, Time};
use crate::scheduler::configuration::{KIND, is_configuration};
use crate::scheduler::{Configuration, ConfigurationError};
use crate::server::{ApiServer, Caller, User, WriteOptions};

/// Something that is wrong at a place of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProblemView {
    /// Line, counted from 1.
    pub line: u32,
    /// Column, counted from 1.
    pub column: u32,
    /// What is wrong, as Kubernetes words it.
    pub message: String,
}

/// The most problems that are told of one text.
const PROBLEMS_MAX: usize = 50;
/// How much is read at most to find their places, in bytes: for each of them the text is read again, and so fewer are told of a long one.
const PLACED_BYTES_MAX: usize = 1 << 20;

/// Reads a text as `kubectl apply` would and says what the API server would refuse, without a cluster: what depends on other
/// objects (a name that is taken, a quota) is not found here.
pub fn problems(text: &str) -> Vec<ProblemView> {
    let (documents, error) = decode_stream(text);
    let mut found = Found { problems: Vec::new(), max: PROBLEMS_MAX.min(1 + PLACED_BYTES_MAX / text.len().max(1)) };
    let mut server = ApiServer::new(0);
    for document in &documents {
        let value = &document.value;
        if value.is_null() {
            continue;
        }
        if value.kind() == "List" && value.api_version() == "v1" {
            for (i, item) in value.get("items").items().iter().enumerate() {
                check(&mut server, document, item, &format!("items[{i}]."), &mut found);
            }
        } else {
            check(&mut server, document, value, "", &mut found);
        }
    }
    let mut found = found.problems;
    if let Some(error) = error {
        found.push(ProblemView { line: error.line.unwrap_or(1), column: error.column.unwrap_or(1), message: error.to_string() });
    }
    found.order_by_key(|p| (p.line, p.column));
    found.truncate(PROBLEMS_MAX);
    found
}

/// What was found so far, and how much is enough.
struct Found {
    problems: Vec<ProblemView>,
    max: usize,
}

fn check(server: &mut ApiServer, document: &Document, value: &Value, prefix: &str, found: &mut Found) {
    if found.problems.len() >= found.max {
        return;
    }
    let mut report = |path: &str, message: String| {
        if found.problems.len() < found.max {
            let place = document.positions.find(&format!("{prefix}{path}")).unwrap_or((document.first_line.max(1), 1));
            found.problems.push(ProblemView { line: place.0, column: place.1, message });
        }
    };
    // As kubectl's decoder says it.
    for (field, missing) in [("kind", value.kind().is_empty()), ("apiVersion", value.api_version().is_empty())] {
        if missing {
            let name = if field == "kind" { "Kind" } else { "apiVersion" };
            return report("", format!("Object '{name}' is missing in '{}'", shortened(&value.to_json())));
        }
    }
    if is_configuration(value) {
        let wrong = Configuration::parse(value).err();
        return wrong.iter().flat_map(ConfigurationError::places).for_each(|(path, message)| report(&path, message));
    }
    let Some(kind) = Kind::of(value.api_version(), value.kind()) else {
        return report("kind", format!("no matches for kind \"{}\" in version \"{}\"", value.kind(), value.api_version()));
    };
    let object = match decode::read(kind, value.clone()) {
        Err(error) => return report(&error.wrong().path, error.status(kind, served_version(kind, value)).into_message()),
        Ok((object, strict)) => {
            for error in strict {
                report(&error.path, error.message);
            }
            object
        }
    };
    let by = Caller::of_user(Time::ZERO, User::administrator());
    let namespace = if object.namespace().is_empty() { "default" } else { object.namespace() }.to_owned();
    if kind.namespaced && server.peek(kinds::NAMESPACE, "", &namespace).is_none() {
        server.create_namespace(&by, &namespace);
    }
    let options = WriteOptions { dry_run: true, ..WriteOptions::default() };
    if let Err(status) = server.create(&by, kind, if kind.namespaced { &namespace } else { "" }, object, &options) {
        if status.causes.is_empty() && status.reason != "AlreadyExists" {
            report("", status.message.clone());
        }
        for cause in &status.causes {
            report(&cause.field, format!("{}: {}", cause.field, cause.message));
        }
    }
}

/// Whether a text begins with how a scheduler is set up, which kube-scheduler takes and no API server.
pub fn configures_scheduler(text: &str) -> bool {
    // Most texts need not be read to be told.
    text.contains(KIND) && decode_stream(text).0.first().is_some_and(|d| is_configuration(&d.value))
}

/// A text that is cut where it is too long for a message.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(120) {
        Some((i, _)) => format!("{}…", &text[..i]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        problems(text).into_iter().map(|p| format!("{}:{} {}", p.line, p.column, p.message)).collect()
    }

    #[test]
    fn a_schedulers_configuration_is_told_from_objects() {
        let text = |kind: &str| {
            format!(
                "apiVersion: kubescheduler.config.k8s.io/v1\nkind: KubeSchedulerConfiguration\nprofiles:\n- pluginConfig:\n  - name: NodeResourcesFit\n    args:\n      scoringStrategy:\n        type: {kind}\n"
            )
        };
        assert_eq!(told(&text("MostAllocated")), Vec::<String>::new());
        let wrong = told(&text("Most"));
        assert!(
            wrong.len() == 1 && wrong[0].starts_with("8:15 profiles[0].pluginConfig[0].args.scoringStrategy.type: Unsupported value"),
            "{wrong:?}"
        );
        assert_eq!(told(&text("Least\n        typ: x")), ["9:14 unknown field \"scoringStrategy.typ\""]);
        assert!(configures_scheduler(&text("x")) && !configures_scheduler("kind: ConfigMap\ndata: {a: KubeSchedulerConfiguration}"));
    }

    #[test]
    fn problems_stand_at_their_place() {
        let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\nspec:\n  containers:\n  - name: c\n    image: nginx\n    imagee: x\n";
        let found = told(pod);
        assert_eq!(found.len(), 1, "{found:?}");
        assert!(found[0].starts_with("9:") && found[0].ends_with("unknown field \"spec.containers[0].imagee\""), "{found:?}");
        let many = problems("apiVersion: v1\nkind: Pod\nmetadata:\nname: P_1\nspec:\ncontainers: []\n");
        assert!(many.len() > 2 && many.is_sorted_by_key(|p| p.line), "{many:?}");
        assert_eq!(told("apiVersion: v1\nkind: Podd\n").len(), 1);
        assert!(told("a: [1, 2\nb: 3\n")[0].contains("yaml"));
        assert!(told("").is_empty());
    }

    #[test]
    fn of_a_long_text_fewer_problems_are_told() {
        for (containers, least, most) in [(10, 20, 40), (30, 50, 50), (3000, 10, 20)] {
            let wrong: String = (0..containers).map(|i| format!("  - {{name: C_{i}, imag: x}}\n")).collect();
            let many = told(&format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: x}}\nspec:\n  containers:\n{wrong}"));
            assert!((least..=most).contains(&many.len()), "{}: {many:?}", many.len());
            assert!(many.contains(&"6:23 unknown field \"spec.containers[0].imag\"".to_owned()), "{many:?}");
        }
    }
}
