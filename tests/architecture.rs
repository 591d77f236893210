//! Holds the code to its shape: which layer may import which, and a few rules that no lint knows.
//! The checker is a function from sources to complaints, tested on bad samples below.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Each layer with those it may import. A layer that is not here does not exist.
const LAYERS: &[(&str, &[&str])] = &[
    ("base", &[]),
    ("api", &["base"]),
    ("store", &["base", "api"]),
    ("server", &["base", "api", "store"]),
    ("controllers", &["base", "api", "store", "server"]),
    ("scheduler", &["base", "api", "store", "server"]),
    ("network", &["base"]),
    ("runtime", &["base", "network"]),
    ("kubelet", &["base", "api", "store", "server", "runtime", "network"]),
    ("kubectl", &["base", "api", "store", "server"]),
    ("sim", &["base", "api", "store", "server", "controllers", "scheduler", "network", "runtime", "kubelet", "kubectl"]),
    ("views", &["base", "api", "store", "server", "controllers", "scheduler", "network", "runtime", "kubelet", "kubectl", "sim"]),
];

/// What the programs outside the library may know of it: the page and the native program.
const PROGRAMS: &[(&str, &[&str])] = &[
    ("src/ui", &["base", "api", "sim", "views"]),
    ("src/main", &["base", "api", "sim", "views"]),
    ("src/bin", &["base", "api", "sim", "views"]),
];

/// Lines of a source file.
const LINES_MAX: usize = 800;

/// Collections that the engine and the page do without, with what they use instead.
const COLLECTIONS: [(&str, &str); 4] = [
    ("HashMap", "its order is random; use SortedMap, or the Fx one where nothing iterates"),
    ("HashSet", "its order is random; use SortedSet, or the Fx one where nothing iterates"),
    ("BTreeMap", "each costs the page some kilobytes; use SortedMap"),
    ("BTreeSet", "each costs the page some kilobytes; use SortedSet"),
];

/// Texts that may stand nowhere in code, with why.
const BANNED: &[(&str, &str)] = &[
    ("todo!", "say in an issue what is missing"),
    ("unimplemented!", "say in an issue what is missing"),
    ("#[ignore", "assert what it does today, as a known failure"),
    ("allow(dead_code)", "remove what nothing uses"),
];

#[test]
fn the_code_keeps_its_shape() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = BTreeMap::new();
    for folder in ["src", "tests", "benches"] {
        read_sources(root, &root.join(folder), &mut sources);
    }
    assert!(sources.contains_key("src/lib.rs"), "no sources found in {}", root.display());
    let complaints = check(&sources);
    assert!(complaints.is_empty(), "{} complaints:\n{}", complaints.len(), complaints.join("\n"));
}

fn read_sources(root: &Path, folder: &Path, sources: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_sources(root, &path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            sources.insert(name, fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display())));
        }
    }
}

/// Every complaint about these sources, which are keyed by their path from the project's root.
fn check(sources: &BTreeMap<String, String>) -> Vec<String> {
    let code: BTreeMap<&str, String> = sources.iter().map(|(path, text)| (path.as_str(), without_comments_and_strings(text))).collect();
    let macros = exported_macros(&code);
    let mut complaints = Vec::new();
    for (path, text) in sources {
        let mut complain = |line: usize, what: String| complaints.push(format!("{path}:{line}: {what}"));
        let code = &code[path.as_str()];
        if path.starts_with("src/") {
            if path.ends_with("/mod.rs") {
                complain(1, "name it for what is in it, as its folder, and put it beside that".to_owned());
            }
            if !text.starts_with("//!") {
                complain(1, "a file begins with `//!`: what it is for and what it may not know".to_owned());
            }
            let lines = text.lines().count();
            if lines > LINES_MAX {
                complain(lines, format!("{lines} lines: split it (at most {LINES_MAX})"));
            }
            for (word, instead) in COLLECTIONS {
                for at in words(code, word).filter(|_| path != "src/base/sorted.rs") {
                    complain(line_of(code, at), format!("{word}: {instead}"));
                }
            }
            for (at, message) in bad_imports(path, code, &macros) {
                complain(line_of(code, at), message);
            }
        }
        for (banned, instead) in BANNED {
            for (at, _) in code.match_indices(banned) {
                let inside_word = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
                if !inside_word {
                    complain(line_of(code, at), format!("`{banned}`: {instead}"));
                }
            }
        }
    }
    complaints
}

/// The imports in this file that its layer may not have, with their place.
fn bad_imports(path: &str, code: &str, macros: &BTreeMap<String, String>) -> Vec<(usize, String)> {
    let module = path.trim_end_matches(".rs");
    let inside = module.trim_start_matches("src/");
    let program =
        PROGRAMS.iter().find(|(program, _)| module.strip_prefix(program).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    let first = inside.split('/').next().unwrap_or_default();
    let (from, allowed, references) = if let Some((folder, allowed)) = program {
        // A program is a crate of its own: `crate` is the program, `kubarium` the library.
        (*folder, *allowed, references(code, "kubarium"))
    } else if first == "lib" {
        return Vec::new();
    } else if let Some((layer, allowed)) = LAYERS.iter().find(|(layer, _)| *layer == first) {
        let mut found = references(code, "crate");
        // `super` often enough reaches the crate's root as well.
        let depth = inside.split('/').count();
        found.extend(
            references(code, vec!["super"; depth].join("::").as_str())
                .into_iter()
                .filter(|(_, name)| LAYERS.iter().any(|(l, _)| l == name)),
        );
        (*layer, *allowed, found)
    } else {
        return vec![(0, format!("`{first}` is no layer: add it to the layers' table in tests/architecture.rs, and to the documents"))];
    };
    let mut bad = Vec::new();
    for (at, name) in references {
        let to = macros.get(&name).unwrap_or(&name).as_str();
        if to != from && !allowed.contains(&to) {
            let known = LAYERS.iter().any(|(layer, _)| *layer == to);
            bad.push((
                at,
                if known {
                    format!("{from} may not import {to}")
                } else {
                    format!("{from} imports `{to}` from the crate's root, which is no layer")
                },
            ));
        }
    }
    bad
}

/// Every name that follows `root::` in the code, also in braces: `root::{a::b, c}` names `a` and `c`.
fn references(code: &str, root: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for at in words(code, root) {
        if code[..at].ends_with("::") {
            continue;
        }
        let Some(rest) = code[at + root.len()..].trim_start().strip_prefix("::") else { continue };
        let rest = rest.trim_start();
        let Some(group) = rest.strip_prefix('{') else {
            found.extend(identifier(rest).map(|name| (at, name)));
            continue;
        };
        let (mut depth, mut item_begins) = (0usize, true);
        for (i, c) in group.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                ',' if depth == 0 => item_begins = true,
                c if c.is_whitespace() => {}
                _ if item_begins => {
                    item_begins = false;
                    found.extend(identifier(&group[i..]).map(|name| (at, name)));
                }
                _ => {}
            }
        }
    }
    // `use super::*` and `pub(crate)` name nothing here; `self` names the root itself.
    found.retain(|(_, name)| name != "self");
    found
}

/// The macros that the library exports at its root, each with the layer that it is written in.
fn exported_macros(code: &BTreeMap<&str, String>) -> BTreeMap<String, String> {
    let mut macros = BTreeMap::new();
    for (path, code) in code {
        let layer = path.trim_start_matches("src/").split('/').next().unwrap_or_default().trim_end_matches(".rs");
        for (at, _) in code.match_indices("macro_rules!") {
            macros.extend(identifier(code[at + "macro_rules!".len()..].trim_start()).map(|name| (name, layer.to_owned())));
        }
    }
    macros
}

fn identifier(text: &str) -> Option<String> {
    let name: String = text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
    (!name.is_empty()).then_some(name)
}

/// Where `word` stands by itself.
fn words<'a>(code: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    code.match_indices(word).map(|(at, _)| at).filter(move |at| !code[..*at].ends_with(part) && !code[at + word.len()..].starts_with(part))
}

fn line_of(code: &str, at: usize) -> usize {
    code[..at].matches('\n').count() + 1
}

/// The code with every comment, string and character literal blanked out; lines stay where they are.
fn without_comments_and_strings(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let blank = |out: &mut String, part: &[char]| out.extend(part.iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
    let mut i = 0;
    while i < chars.len() {
        let end = match chars[i] {
            '/' if chars.get(i + 1) == Some(&'/') => (i..chars.len()).find(|&j| chars[j] == '\n').unwrap_or(chars.len()),
            '/' if chars.get(i + 1) == Some(&'*') => block_comment_end(&chars, i),
            '"' => string_end(&chars, i + 1),
            'r' | 'b' | 'c' if i == 0 || !(chars[i - 1].is_alphanumeric() || chars[i - 1] == '_') => raw_string_end(&chars, i).unwrap_or(i),
            // A lifetime has no closing quote within reach; a character has.
            '\'' if chars.get(i + 1) == Some(&'\\') => (i + 3..chars.len()).find(|&j| chars[j] == '\'').map_or(chars.len(), |j| j + 1),
            '\'' if chars.get(i + 2) == Some(&'\'') => i + 3,
            _ => i,
        };
        if end > i {
            blank(&mut out, &chars[i..end]);
            i = end;
        } else {
            out.push(chars[i]);
            i += 1;
        }
    }
    out
}

fn block_comment_end(chars: &[char], from: usize) -> usize {
    let (mut depth, mut i) = (0usize, from);
    while i < chars.len() {
        match (chars[i], chars.get(i + 1)) {
            ('/', Some('*')) => (depth, i) = (depth + 1, i + 2),
            ('*', Some('/')) => (depth, i) = (depth - 1, i + 2),
            _ => i += 1,
        }
        if depth == 0 {
            return i;
        }
    }
    chars.len()
}

fn string_end(chars: &[char], from: usize) -> usize {
    let mut i = from;
    while i < chars.len() {
        match chars[i] {
            '\\' => i += 2,
            '"' => return i + 1,
            _ => i += 1,
        }
    }
    chars.len()
}

/// The end of a raw string that begins at `from` (`r"…"`, `br#"…"#`), where one does.
fn raw_string_end(chars: &[char], from: usize) -> Option<usize> {
    let mut i = from + usize::from(chars[from] != 'r');
    if chars.get(i) != Some(&'r') {
        return None;
    }
    i += 1;
    let hashes = chars[i..].iter().take_while(|c| **c == '#').count();
    i += hashes;
    if chars.get(i) != Some(&'"') {
        return None;
    }
    let close: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    (i + 1..chars.len()).find(|&j| chars[j..].starts_with(&close)).map(|j| j + close.len()).or(Some(chars.len()))
}

/// The complaints about one sample file.
fn complaints(path: &str, text: &str) -> Vec<String> {
    check(&BTreeMap::from([(path.to_owned(), text.to_owned())]))
}

#[test]
fn layers_import_only_what_lies_below() {
    for (path, text, complaint) in [
        ("src/base/x.rs", "//! X.\nuse crate::api::Value;\n", "src/base/x.rs:2: base may not import api"),
        ("src/api/x.rs", "//! X.\nfn f() { crate::store::g() }\n", "src/api/x.rs:2: api may not import store"),
        (
            "src/store.rs",
            "//! X.\nuse crate::{api::{Value, server}, base::Time, server::Caller};\n",
            "src/store.rs:2: store may not import server",
        ),
        (
            "src/runtime/shell/x.rs",
            "//! X.\nuse super::super::super::kubelet::Pod;\n",
            "src/runtime/shell/x.rs:2: runtime may not import kubelet",
        ),
        ("src/controllers/x.rs", "//! X.\n\nuse crate::kubelet::Worker;\n", "src/controllers/x.rs:3: controllers may not import kubelet"),
        (
            "src/views/x.rs",
            "//! X.\nuse crate::ui::App;\n",
            "src/views/x.rs:2: views imports `ui` from the crate's root, which is no layer",
        ),
        ("src/ui/x.rs", "//! X.\nuse crate::ui::App;\nuse kubarium::store::Store;\n", "src/ui/x.rs:3: src/ui may not import store"),
        ("src/ui.rs", "//! X.\nuse kubarium::store::Store;\n", "src/ui.rs:2: src/ui may not import store"),
        ("src/bin/kubarium.rs", "//! X.\nuse kubarium::kubelet::Worker;\n", "src/bin/kubarium.rs:2: src/bin may not import kubelet"),
        (
            "src/helpers/x.rs",
            "//! X.\n",
            "src/helpers/x.rs:1: `helpers` is no layer: add it to the layers' table in tests/architecture.rs, and to the documents",
        ),
    ] {
        assert_eq!(complaints(path, text), [complaint]);
    }
    for (path, text) in [
        ("src/api/x.rs", "//! X.\nuse super::super::base::Time;\nuse crate::{api::Value, base};\npub(crate) fn f() {}\n"),
        ("src/sim/x.rs", "//! X.\n// crate::views is above\nconst A: &str = \"crate::views::X\";\n"),
        ("src/main.rs", "//! X.\nuse crate::ui::App;\nuse kubarium::{sim::Session, views};\n"),
    ] {
        assert_eq!(complaints(path, text), [""; 0], "{path}");
    }
}

#[test]
fn an_exported_macro_belongs_to_its_layer() {
    let sources = |user: &str| {
        BTreeMap::from([
            ("src/api/value.rs".to_owned(), "//! X.\nmacro_rules! obj { () => { $crate::api::Value } }\n".to_owned()),
            (user.to_owned(), "//! X.\nfn f() { crate::obj!() }\n".to_owned()),
        ])
    };
    assert_eq!(check(&sources("src/store/x.rs")), [""; 0]);
    assert_eq!(check(&sources("src/network/x.rs")), ["src/network/x.rs:2: network may not import api"]);
}

#[test]
fn house_rules_are_enforced() {
    let long = format!("//! X.\n{}", "\n".repeat(LINES_MAX));
    for (text, complaint) in [
        ("use std::fmt;\n", "1: a file begins with `//!`: what it is for and what it may not know"),
        (
            "//! X.\nuse std::collections::HashMap;\n",
            "2: HashMap: its order is random; use SortedMap, or the Fx one where nothing iterates",
        ),
        ("//! X.\nfn f() { todo!() }\n", "2: `todo!`: say in an issue what is missing"),
        ("//! X.\n#[test]\n#[ignore = \"slow\"]\nfn f() {}\n", "3: `#[ignore`: assert what it does today, as a known failure"),
        ("//! X.\n#[allow(dead_code)]\nfn f() {}\n", "2: `allow(dead_code)`: remove what nothing uses"),
        (&long, "801: 801 lines: split it (at most 800)"),
    ] {
        assert_eq!(complaints("src/base/x.rs", text), [format!("src/base/x.rs:{complaint}")]);
    }
    let unnamed = "src/base/x/mod.rs:1: name it for what is in it, as its folder, and put it beside that";
    assert_eq!(complaints("src/base/x/mod.rs", "//! X.\n"), [unnamed]);
    let fine = "//! No HashMap here, no todo!\nuse rustc_hash::FxHashMap;\nconst A: [&str; 2] = [\"todo!\", r#\"\" HashMap \"#]; /* /* HashSet */ todo! */\nconst B: char = '\"'; // unimplemented!\nfn f<'a>(x: &'a str) -> &'a str { x }\n";
    assert_eq!(complaints("src/base/x.rs", fine), [""; 0]);
}

#[test]
fn the_layers_have_no_circle() {
    let mut below = BTreeSet::new();
    for (layer, allowed) in LAYERS {
        assert!(allowed.iter().all(|name| below.contains(name)), "{layer} imports a layer that is listed after it");
        below.insert(layer);
    }
}
