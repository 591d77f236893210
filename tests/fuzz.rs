//! Damaged input for the parsers and the terminal: whatever is typed, nothing panics, hangs or overflows.
//!
//! Valid texts (examples, commands, and recordings where `KUBARIUM_CONFORMANCE` names them) are cut, spliced, repeated and littered.
//! `KUBARIUM_FUZZ_ROUNDS=N` tries more of them, `KUBARIUM_FUZZ_SEED=N` others. Each round first writes what it tries to the file that
//! `KUBARIUM_FUZZ_LAST` names, so that this holds the input that never ended.

use std::path::Path;

use kubarium::api::cron::Schedule;
use kubarium::api::selector::{FieldSelector, LabelSelector};
use kubarium::api::{Quantity, Value, cel, go_duration, image, yaml};
use kubarium::base::{Duration, RandomStream, Time};
use kubarium::kubectl::output::{CustomColumns, GoTemplate, JsonPath, to_json, to_yaml};
use kubarium::scheduler::{Configuration, configuration};
use kubarium::sim::{Session, Sim, TimedInput};

const ROUNDS: u64 = 60;
/// How many texts the parsers get for each command line in the terminal.
const TEXTS_PER_COMMAND: u64 = 12;
/// How long a command may run, in simulated time.
const PATIENCE: Duration = Duration::from_secs(4);
/// How many slices of [`SLICE_STEPS`] a command may take: far more than a bounded program needs.
const SLICES_MAX: usize = 3_000;
const SLICE_STEPS: u64 = 1_000;
/// A damaged text is cut at this length, as a visitor's patience would.
const LENGTH_MAX: usize = 4_000;

const COMMANDS: &str = include_str!("fuzz/commands.txt");
/// CEL rules with their data.
const RULES: &str = include_str!("../src/api/cel/rules.txt");
const MANIFEST: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  labels: {app: web}\nspec:\n  replicas: 2\n  selector:\n    \
    matchLabels: {app: web}\n  template:\n    metadata:\n      labels: {app: web}\n    spec:\n      containers:\n      - name: web\n        \
    image: nginx:1.25\n        resources: {requests: {cpu: 100m, memory: 64Mi}}\n        env:\n        - {name: A, value: \"1\"}\n";
/// What is inserted.
const LITTER: [&str; 46] = [
    "\u{a0}",
    "\u{3000}",
    "'",
    "\"",
    "`",
    "$(",
    "${",
    "}",
    "{{",
    "}}",
    "$((",
    "))",
    "[",
    "]",
    "\\",
    "\n",
    "\t",
    "\0",
    "|",
    "||",
    "&",
    "&&",
    ";",
    ";;",
    "<",
    "<<",
    ">",
    "*",
    "?",
    "!",
    "#",
    ": ",
    "- ",
    "&a ",
    "*a",
    "%",
    "=",
    ",",
    "..",
    "9223372036854775808",
    "-1",
    "1e999",
    "é世\u{202e}",
    "--",
    "@",
    "~",
];

/// Valid texts to begin with.
struct Corpus {
    commands: Vec<String>,
    manifests: Vec<String>,
}

impl Corpus {
    fn new() -> Self {
        let mut commands: Vec<String> = COMMANDS.lines().map(str::to_owned).collect();
        let mut manifests = vec![MANIFEST.to_owned(), configuration::DEFAULT.to_owned()];
        let mut files = Vec::new();
        files_below(Path::new("static/examples"), &mut files);
        files_below(Path::new("tests/book"), &mut files);
        if let Ok(folder) = std::env::var("KUBARIUM_CONFORMANCE") {
            files_below(&Path::new(&folder).join("cases"), &mut files);
        }
        for file in files {
            let text = std::fs::read_to_string(&file).expect("listed, so there");
            match file.extension().and_then(|e| e.to_str()) {
                Some("yaml") => manifests.push(text),
                Some("sh") => commands.extend(text.lines().filter(|l| l.len() > 3).map(str::to_owned)),
                Some("json") => {
                    let session: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
                    for input in session["inputs"].as_array().into_iter().flatten() {
                        commands.extend(input["cmd"].as_str().map(str::to_owned));
                        manifests.extend(input["stdin"].as_str().map(str::to_owned));
                    }
                }
                _ => {}
            }
        }
        Corpus { commands, manifests }
    }
}

fn files_below(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.flatten().map(|e| e.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() { files_below(&path, found) } else { found.push(path) }
    }
}

fn pick<'a>(rng: &mut RandomStream, texts: &'a [String]) -> &'a str {
    &texts[rng.below(texts.len() as u64) as usize]
}

/// A position between two characters.
fn place(rng: &mut RandomStream, text: &str) -> usize {
    let at = rng.below(text.len() as u64 + 1) as usize;
    (at..=text.len()).find(|i| text.is_char_boundary(*i)).expect("the end is one")
}

/// A text with one to four damages.
fn damaged(rng: &mut RandomStream, texts: &[String]) -> String {
    let mut text = pick(rng, texts).to_owned();
    for _ in 0..=rng.below(4) {
        let (a, b) = (place(rng, &text), place(rng, &text));
        let (from, to) = (a.min(b), a.max(b));
        match rng.below(8) {
            0 => text.truncate(from),
            1 => text.replace_range(from..to, ""),
            2 | 3 => text.insert_str(from, LITTER[rng.below(LITTER.len() as u64) as usize]),
            4 => {
                let other = pick(rng, texts);
                let (c, d) = (place(rng, other), place(rng, other));
                text.insert_str(from, &other[c.min(d)..c.max(d)]);
            }
            5 => {
                // A piece, or something that nests, over and over.
                let litter = LITTER[rng.below(LITTER.len() as u64) as usize];
                let piece = if rng.below(2) == 0 { text[from..to].to_owned() } else { litter.to_owned() };
                text.insert_str(to, &piece.repeat(1 + rng.below(60) as usize));
            }
            6 => {
                // Two words change places.
                let mut words: Vec<&str> = text.split(' ').collect();
                let n = words.len() as u64;
                words.swap(rng.below(n) as usize, rng.below(n) as usize);
                text = words.join(" ");
            }
            _ => {
                let other = pick(rng, texts).split(' ').next_back().unwrap_or("").to_owned();
                text.push(' ');
                text.push_str(&other);
            }
        }
        text.truncate((0..=LENGTH_MAX.min(text.len())).rev().find(|i| text.is_char_boundary(*i)).expect("0 is one"));
    }
    text
}

/// Tries each parser by itself. What one accepts, it must print so that it reads the same again.
fn parse(text: &str, data: &Value) {
    for document in yaml::decode_stream(text).0 {
        let printed = to_yaml(&document.value);
        let again = yaml::read_value(&printed).unwrap_or_else(|e| panic!("{e}: printed as YAML: {printed}"));
        assert_eq!(again, document.value, "as YAML: {printed}");
        let _ = Configuration::parse(&document.value).map_err(|e| e.places());
        let printed = to_json(&document.value);
        // YAML does not allow longer keys.
        if printed.lines().any(|l| l.len() > 1_000) {
            continue;
        }
        assert_eq!(yaml::read_value(&printed).ok().as_ref(), Some(&document.value), "as JSON: {printed}");
    }
    // Words of the text, for what reads only a word.
    for word in text.split([' ', '\n', '\'']).filter(|w| !w.is_empty()).take(24) {
        if let Ok(quantity) = Quantity::parse(word) {
            let again = Quantity::parse(&quantity.to_string()).unwrap_or_else(|e| panic!("{word} is printed as {quantity}: {e}"));
            // Of longer numbers only the first digits are kept.
            assert!(word.len() > 30 || again.to_string() == quantity.to_string(), "{word} is printed as {quantity}, then as {again}");
            let _ = (quantity.value(), quantity.milli_value(), quantity.add(&again).to_string());
        }
        if let Ok(selector) = LabelSelector::parse(word) {
            let _ = selector.matches(data.get("metadata").get("labels"));
        }
        if let Ok(selector) = FieldSelector::parse(word) {
            let _ = selector.matches(data);
        }
        if let Ok(duration) = go_duration::parse(word) {
            let printed = go_duration::format(duration);
            assert_eq!(go_duration::parse(&printed), Ok(duration), "{word} is printed as {printed}");
        }
        let _ = (image::is_reference(word), image::tag_of(word));
        if let Ok(path) = JsonPath::parse(word) {
            let _ = path.print(data, true);
        }
        if let Ok(columns) = CustomColumns::parse(word) {
            let _ = columns.print(std::slice::from_ref(data), false);
        }
    }
    if let Ok(path) = JsonPath::parse(text) {
        let _ = (path.print(data, false), path.print_as_json(data, true));
    }
    if let Ok(template) = GoTemplate::parse(text) {
        let _ = template.print(data, true);
    }
    if let Ok(schedule) = Schedule::parse(text) {
        let _ = schedule.next(1_800_000_000);
    }
    let _ = Session::from_json(text);
}

/// Reads a rule and, if it is one, evaluates it.
fn rule(text: &str, scope: &cel::Scope, data: &cel::Data) {
    for message in [false, true] {
        if let Ok(program) = scope.compile(text, false, message) {
            let _ = (program.holds(data, false), program.message(data, false));
        }
    }
}

/// A cluster with something in it.
fn cluster() -> Sim {
    let mut sim = Sim::new(Session { seed: 1, ..Session::default() });
    let cmd = format!(
        "cat > web.yaml <<'E'\n{MANIFEST}E\nkubectl apply -f web.yaml; kubectl run web --image=nginx -l app=web,tier=db; \
         kubectl create configmap settings --from-literal=a=1; kubectl expose deploy web --port=80"
    );
    sim.input(TimedInput { cmd: Some(cmd), ..TimedInput::default() });
    while !sim.run(Time::from_secs(30), u64::MAX).done {}
    sim
}

fn enter(ready: &Sim, cmd: String, stdin: Option<String>) {
    let mut sim = ready.clone();
    let until = sim.now() + PATIENCE;
    sim.input(TimedInput { cmd: Some(cmd), stdin, ..TimedInput::default() });
    let ended = (0..SLICES_MAX).any(|_| sim.run(until, SLICE_STEPS).done);
    assert!(ended, "still busy after {SLICES_MAX} slices of {SLICE_STEPS} steps, at {}", sim.now());
}

#[test]
fn damaged_input_is_refused_in_good_order() {
    let number = |name: &str| std::env::var(name).ok().and_then(|v| v.parse::<u64>().ok());
    let last = std::env::var("KUBARIUM_FUZZ_LAST").ok();
    let corpus = Corpus::new();
    let ready = cluster();
    let texts: Vec<String> = corpus.commands.iter().chain(&corpus.manifests).cloned().collect();
    let data = yaml::read_value(MANIFEST).expect("a good manifest");
    let rules: Vec<String> = RULES
        .lines()
        .filter_map(|l| l.strip_prefix("holds ").or(l.strip_prefix("fails ")))
        .map(|l| l.split("  =>  ").next().unwrap_or(l).to_owned())
        .collect();
    // Data for most of the rules: a few strings, numbers and lists.
    let schema = yaml::read_value(
        "{type: object, properties: {val1: {type: string}, val2: {x-kubernetes-int-or-string: true}, ints: {type: array, items: {type: integer}}, \
         m: {type: object, additionalProperties: {type: string}}, listMap: {type: array, x-kubernetes-list-type: map, x-kubernetes-list-map-keys: [k], \
         items: {type: object, properties: {k: {type: string}, v: {type: string}}}}}}",
    )
    .expect("a schema");
    let held = yaml::read_value("{val1: Rook takes 👑, val2: 7, ints: [1, 2, 2, 3], m: {k: v}, listMap: [{k: a1, v: b1}, {k: a2}]}")
        .expect("a value");
    let (scope, about) = (cel::Scope::new(&schema, true).expect("a typed schema"), cel::Data::new(&schema, true, &held, Some(&held)));
    let seed = number("KUBARIUM_FUZZ_SEED").unwrap_or(1);
    let mut failures = Vec::new();
    let mut attempt = |what: &str, text: &str, act: &dyn Fn()| {
        if let Some(file) = &last {
            std::fs::write(file, format!("{what}\n{text}")).expect("the file for what was tried last can be written");
        }
        if std::panic::catch_unwind(std::panic::AssertUnwindSafe(act)).is_err() {
            failures.push(format!("{what}: {text:?}"));
        }
    };
    let mut rng = RandomStream::new(seed, "fuzz");
    for _ in 0..number("KUBARIUM_FUZZ_ROUNDS").unwrap_or(ROUNDS) {
        for _ in 0..TEXTS_PER_COMMAND {
            let text = damaged(&mut rng, &texts);
            attempt("parsers", &text, &|| parse(&text, &data));
        }
        for _ in 0..TEXTS_PER_COMMAND {
            let text = damaged(&mut rng, &rules);
            attempt("rules", &text, &|| rule(&text, &scope, &about));
        }
        let command = damaged(&mut rng, &corpus.commands);
        attempt("terminal", &command, &|| enter(&ready, command.clone(), None));
        let manifest = damaged(&mut rng, &corpus.manifests);
        attempt("manifest", &manifest, &|| enter(&ready, "kubectl apply -f -".to_owned(), Some(manifest.clone())));
    }
    assert!(failures.is_empty(), "{} failed, why is said above:\n{}", failures.len(), failures.join("\n"));
}
