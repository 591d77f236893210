//! Help: what a command is for, how it is used, which flags it takes.

use super::command::{Command, Run};
use super::context::Context;
use super::flags::FlagKind;
use crate::base::Order as _;

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
    let mut out = String::new();
    if let Run::Group(long) = command.run {
        out += if long.is_empty() { command.about } else { long };
    } else {
        out += command.about;
    }
    out += "\n\n";
    if !command.aliases.is_empty() {
        out += &format!("Aliases:\n{}, {}\n\n", command.name, command.aliases.join(", "));
    }
    if !command.subcommands.is_empty() {
        let mut rest: Vec<&Command> = command.subcommands.iter().copied().filter(|c| !matches!(c.name, "alpha" | "options")).collect();
        rest.order_by_key(|c| c.name);
        let width = rest.iter().map(|c| c.name.len()).max().unwrap_or(0).max(11) + 3;
        let mut list = |message: &str, listed: &[&Command]| {
            let lines: String = listed.iter().map(|c| format!("  {:width$}{}\n", c.name, c.about)).collect();
            out += &format!("{message}\n{lines}\n");
        };
        if command.name == "kubectl" {
            for (message, names) in GROUPS {
                let group: Vec<&Command> = names.split(' ').filter_map(|n| command.find(n)).collect();
                list(message, &group);
                rest.retain(|c| !group.iter().any(|g| g.name == c.name));
            }
            list("Other Commands:", &rest);
        } else {
            list("Available Commands:", &rest);
        }
    }
    let flags: Vec<_> = command.flags.iter().copied().flatten().collect();
    if !flags.is_empty() {
        out += "Options:\n";
        for flag in flags {
            let short = if flag.short.is_empty() { String::new() } else { format!("-{}, ", flag.short) };
            let value = match flag.kind {
                FlagKind::Bool => "=false",
                FlagKind::Text => "=''",
                FlagKind::Int | FlagKind::Int32 => "=0",
                FlagKind::Duration => "=0s",
                FlagKind::List | FlagKind::Array => "=[]",
            };
            out += &format!("    {short}--{}{value}\n", flag.name);
        }
        out += "\n";
    }
    out + &usage(command, path)
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
    let (a, b): (Vec<char>, Vec<char>) = (a.to_lowercase().chars().collect(), b.to_lowercase().chars().collect());
    if a.len() > 64 || b.len() > 64 {
        return usize::MAX;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
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
