//! Patterns of paths.

use super::super::super::fs::Kind;
use super::super::pattern::{self, Pattern};
use super::{Expander, FIELDS_MAX};
use crate::base::List as _;

impl Expander<'_> {
    /// The paths that match a pattern, in order.
    pub(super) fn glob(&mut self, pattern: &str) -> Vec<String> {
        let absolute = pattern.starts_with('/');
        let mut found: Vec<String> = vec![if absolute { "/".into() } else { String::new() }];
        let mut steps = pattern::STEPS_MAX;
        let directories = pattern.ends_with('/');
        let parts: Vec<&str> = pattern.split('/').filter(|p| !p.is_empty()).list();
        for (i, part) in parts.iter().enumerate() {
            let last = i + 1 == parts.len();
            let mut next = Vec::new();
            let plain = !pattern::is_pattern(part);
            let compiled = Pattern::new(part);
            for base in &found {
                let prefix = if base.is_empty() || base.ends_with('/') { base.clone() } else { format!("{base}/") };
                if plain {
                    let name: String = part.replace('\\', "");
                    let path = format!("{prefix}{name}");
                    if self.k.fs.find(&self.p.cwd, &path, false).is_ok_and(|f| f.node.is_some()) {
                        next.push(path);
                    }
                    continue;
                }
                let dir = if base.is_empty() { "." } else { base };
                let Ok(node) = self.k.fs.stat(&self.p.cwd, dir) else { continue };
                let Kind::Dir(entries) = &node.kind else { continue };
                // bash leaves these two out.
                if part.starts_with('.') && !self.sh.is_bash() {
                    next.extend([".", ".."].iter().filter(|name| compiled.matches(name)).map(|name| format!("{prefix}{name}")));
                }
                for (name, child) in entries {
                    if name.starts_with('.') && !part.starts_with('.') {
                        continue;
                    }
                    let walkable = last && !directories || matches!(child.kind, Kind::Dir(_) | Kind::Link(_));
                    if walkable && compiled.matches_within(name, &mut steps) {
                        next.push(format!("{prefix}{name}"));
                    }
                }
                if next.len() > FIELDS_MAX {
                    return Vec::new();
                }
            }
            found = next;
        }
        if directories {
            found = found.into_iter().map(|p| p + "/").list();
        }
        found
    }
}
