//! Help: what a command is for, examples, which flags it takes, how it is used (kubectl/pkg/util/templates).

use super::command::{Command, Run};
use super::commands::explain::wrap;
use super::context::Context;
use super::flags::{Flag, FlagKind};
use crate::base::{Case as _, List as _, Order as _};

/// What flags are for, a line each: `[COMMAND/]NAME[=DEFAULT]: text`. What is said of a command counts for its own flags
/// and those of its subcommands; COMMAND in a default is the command's first word.
const FLAGS: &str = include_str!("help/flags.txt");
/// Examples of commands with comments, each below `= COMMAND` or `= COMMAND: more about it than its table has`.
const COMMANDS: &str = include_str!("help/commands.txt");
/// How wide a flag's text is, in characters.
const WIDTH: usize = 110;

/// Prints a command's help to standard output.
pub fn print(command: &Command, cx: &mut Context<'_, '_>) {
    let text = text(command, &cx.inv.path);
    cx.out.out(text);
}

/// Prints a group's help to standard error, as where the group alone was typed.
pub fn print_to_stderr(command: &Command, cx: &mut Context<'_, '_>) {
    let text = text(command, &cx.inv.path);
    cx.out.err(text);
}

/// How kubectl's own help groups the commands; the others come last.
const GROUPS: [(&str, &str); 8] = [
    ("Basic Commands (Beginner):", "create expose run set"),
    ("Basic Commands (Intermediate):", "explain get edit delete"),
    ("Deploy Commands:", "rollout scale autoscale"),
    ("Cluster Management Commands:", "certificate cluster-info top cordon uncordon drain taint"),
    ("Troubleshooting and Debugging Commands:", "describe logs attach exec port-forward proxy cp auth debug events"),
    ("Advanced Commands:", "diff apply patch replace wait kustomize"),
    ("Settings Commands:", "label annotate completion"),
    // Plugins are not listed: help looks at no files.
    ("Subcommands provided by plugins:", ""),
];

fn text(command: &Command, path: &str) -> String {
    let name = path.strip_prefix("kubectl ").unwrap_or_default();
    let (about, examples) = of_command(name);
    let mut out = match command.run {
        Run::Group(long) if !long.is_empty() => long.to_owned(),
        _ => format!("{}.", command.about.trim_end_matches('.')),
    };
    if !about.is_empty() {
        out += &format!("\n\n {about}");
    }
    out += "\n\n";
    if !command.aliases.is_empty() {
        out += &format!("Aliases:\n{}, {}\n\n", command.name, command.aliases.join(", "));
    }
    if !examples.is_empty() {
        out += "Examples:\n";
        for (i, line) in examples.lines().enumerate() {
            let gap = if i > 0 && line.starts_with('#') { "  \n" } else { "" };
            out += &format!("{gap}  {line}\n");
        }
        out += "\n";
    }
    out + &whole_usage(command, path)
}

/// What a group consists of, a command's flags, and how they are used.
pub fn whole_usage(command: &Command, path: &str) -> String {
    let name = path.strip_prefix("kubectl ").unwrap_or_default();
    let mut out = if command.subcommands.is_empty() { String::new() } else { subcommands(command) };
    let mut flags: Vec<&Flag> = command.flags.iter().copied().flatten().filter(|f| f.deprecated.is_empty()).list();
    flags.order_by_key(|f| f.name);
    if !flags.is_empty() {
        out += "Options:\n";
        for flag in flags {
            out += &option(flag, name);
        }
    }
    out + &usage(command, path)
}

fn subcommands(command: &Command) -> String {
    let mut out = String::new();
    let mut rest: Vec<&Command> = command.subcommands.iter().copied().filter(|c| !matches!(c.name, "alpha" | "options")).list();
    rest.order_by_key(|c| c.name);
    let width = rest.iter().map(|c| c.name.len()).max().unwrap_or(0).max(11) + 3;
    let mut list = |message: &str, listed: &[&Command]| {
        let lines: String = listed.iter().map(|c| format!("  {:width$}{}\n", c.name, c.about)).collect();
        out += &format!("{message}\n{lines}\n");
    };
    if command.name == "kubectl" {
        for (message, names) in GROUPS {
            let group: Vec<&Command> = names.split(' ').filter_map(|n| command.find(n)).list();
            list(message, &group);
            rest.retain(|c| !group.iter().any(|g| g.name == c.name));
        }
        list("Other Commands:", &rest);
    } else {
        list("Available Commands:", &rest);
    }
    out
}

/// One flag as kubectl's `HelpFlagPrinter` writes it.
fn option(flag: &Flag, command: &str) -> String {
    let (default, about) = of_flag(flag.name, command).unwrap_or_default();
    let default = default.replace("COMMAND", first_word(command));
    let short = if flag.short.is_empty() { String::new() } else { format!("-{}, ", flag.short) };
    let value = match flag.kind {
        FlagKind::Text => format!("'{default}'"),
        _ if !default.is_empty() => default,
        FlagKind::Bool => "false".to_owned(),
        FlagKind::Int | FlagKind::Int32 => "0".to_owned(),
        FlagKind::Duration => "0s".to_owned(),
        FlagKind::List | FlagKind::Array => "[]".to_owned(),
        FlagKind::Pairs => String::new(),
    };
    format!("    {short}--{}={value}:\n\t{}\n\n", flag.name, wrap(about, WIDTH, 0).trim_end().replace('\n', "\n\t"))
}

fn first_word(command: &str) -> &str {
    command.split(' ').next().unwrap_or_default()
}

/// A flag's default, empty where it is its kind's own, and what it is for.
fn of_flag(name: &str, command: &str) -> Option<(&'static str, &'static str)> {
    [format!("{command}/{name}"), format!("{}/{name}", first_word(command)), name.to_owned()].iter().find_map(|wanted| {
        FLAGS.lines().find_map(|line| {
            let (key, about) = line.split_once(": ")?;
            let (key, default) = key.split_once('=').unwrap_or((key, ""));
            (key == wanted).then_some((default, about))
        })
    })
}

/// What more there is to say about a command, and its examples; both may be empty.
fn of_command(name: &str) -> (&'static str, &'static str) {
    let blocks = || COMMANDS.split("= ").filter_map(|block| block.trim_end().split_once('\n'));
    blocks()
        .find_map(|(header, examples)| match header.strip_prefix(name)? {
            "" => Some(("", examples)),
            about => Some((about.strip_prefix(": ")?, examples)),
        })
        .unwrap_or_default()
}

/// The end of a command's help: how it is used, and where to read on.
pub fn usage(command: &Command, path: &str) -> String {
    let usage = if command.usage.is_empty() { "[flags] [options]" } else { command.usage };
    let mut out = format!("Usage:\n  {path} {usage}\n\n");
    if !command.subcommands.is_empty() {
        out += &format!("Use \"{path} <command> --help\" for more information about a given command.\n");
    }
    out += "Use \"kubectl options\" for a list of global command-line options (applies to all commands).\n";
    out
}

/// How many letters must change to make one word the other (Levenshtein, case ignored). Long words are not compared.
pub fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.lower().chars().list(), b.lower().chars().list());
    if a.len() > 64 || b.len() > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).list();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = if x == y { corner } else { 1 + corner.min(row[j]).min(row[j + 1]) };
            corner = row[j + 1];
            row[j + 1] = next;
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::super::commands::ROOT;
    use super::super::flags::parse;
    use super::super::words::split_words;
    use super::*;

    fn walk(command: &'static Command, path: &str, seen: &mut Vec<(String, &'static Command)>) {
        for c in command.subcommands {
            let path = format!("{path} {}", c.name).trim_start().to_owned();
            seen.push((path.clone(), c));
            walk(c, &path, seen);
        }
    }

    fn commands() -> Vec<(String, &'static Command)> {
        let mut seen = Vec::new();
        walk(&ROOT, "", &mut seen);
        seen
    }

    #[test]
    fn every_flag_is_explained() {
        let mut missing = Vec::new();
        for (path, command) in commands() {
            for flag in command.flags.iter().copied().flatten().filter(|f| f.deprecated.is_empty()) {
                if of_flag(flag.name, &path).is_none() {
                    missing.push(format!("{path} --{}", flag.name));
                }
            }
        }
        assert_eq!(missing, Vec::<String>::new());
    }

    #[test]
    fn everything_explained_is_there() {
        let commands = commands();
        for line in FLAGS.lines() {
            let key = line.split_once(": ").expect("a flag and its text").0;
            let key = key.split_once('=').map_or(key, |(key, _)| key);
            let (of, name) = key.rsplit_once('/').unwrap_or(("", key));
            let found = commands.iter().any(|(path, command)| {
                (of.is_empty() || path == of || first_word(path) == of) && command.flags.iter().copied().flatten().any(|f| f.name == name)
            });
            assert!(found, "no such flag: {key}");
        }
        for block in COMMANDS.strip_prefix("= ").expect("a first command").split("\n= ") {
            let header = block.lines().next().expect("a name");
            let name = header.split_once(": ").map_or(header, |(name, _)| name);
            assert!(commands.iter().any(|(path, _)| path == name), "no such command: {name}");
        }
    }

    #[test]
    fn examples_are_command_lines() {
        for (path, command) in commands() {
            for line in of_command(&path).1.lines().filter(|l| !l.starts_with('#')) {
                let Some((_, typed)) = line.split_once(&format!("kubectl {path} ")).or_else(|| line.split_once(&format!("kubectl {path}")))
                else {
                    // Of a group, or by another name of the command.
                    assert!(path == "rollout" || line.starts_with("kubectl create pdb "), "{path}: {line}");
                    continue;
                };
                let read = parse(&split_words(typed.trim_end_matches(')')), command.flags);
                assert!(read.is_ok(), "{line}: {read:?}");
            }
        }
    }

    #[test]
    fn every_command_that_does_something_has_an_example() {
        let missing: Vec<String> = commands()
            .into_iter()
            .filter(|(_, c)| matches!(c.run, Run::Do(_)) && c.subcommands.is_empty())
            .filter_map(|(path, _)| of_command(&path).1.is_empty().then_some(path))
            .collect();
        assert_eq!(missing, ["options"]);
    }
}
