//! The environments of processes, and what many of them have in common.

use std::sync::Arc;

use arcstr::ArcStr;

use crate::base::{List as _, Order as _};

/// Names and values.
pub type Variables = Vec<(ArcStr, ArcStr)>;

/// Variables that many processes are given alike, no two of one name.
#[derive(Debug, Default)]
pub struct CommonEnv {
    /// As they are given.
    list: Variables,
    /// Their places in that, by name.
    by_name: Vec<usize>,
}

impl CommonEnv {
    /// Of these variables; of several with one name the first.
    pub fn new(mut list: Variables) -> Self {
        let mut by_name = (0..list.len()).list();
        by_name.order_by(|a, b| list[*a].0.cmp(&list[*b].0));
        let repeated = by_name.windows(2).filter(|w| list[w[0]].0 == list[w[1]].0).map(|w| w[1]).list();
        if repeated.is_empty() {
            return CommonEnv { list, by_name };
        }
        let mut places = 0..;
        list.retain(|_| places.next().is_some_and(|place| !repeated.contains(&place)));
        Self::new(list)
    }

    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&ArcStr> {
        let at = self.by_name.partition_point(|place| self.list[*place].0.as_str() < name);
        self.by_name.get(at).map(|place| &self.list[*place]).filter(|(n, _)| n == name).map(|(_, value)| value)
    }

    /// All of them, in the order in which they are given.
    pub fn list(&self) -> &[(ArcStr, ArcStr)] {
        &self.list
    }
}

/// A process's environment. What it has in common with others is there once for all of them.
#[derive(Debug, Clone, Default)]
pub struct Env {
    own: Variables,
    common: Arc<CommonEnv>,
    /// How many of its own come before those.
    before: usize,
}

impl Env {
    /// Variables of its own, and then those that it has in common with others: none of them is among its own.
    pub fn new(own: Variables, common: Arc<CommonEnv>) -> Self {
        Env { before: own.len(), own, common }
    }

    /// Adds a variable to the end.
    pub fn push(&mut self, name: ArcStr, value: ArcStr) {
        self.own.push((name, value));
    }

    /// A variable's value; of several with its name the last one's.
    pub fn get(&self, name: &str) -> Option<&ArcStr> {
        self.own.iter().rev().find(|(n, _)| n == name).map(|(_, value)| value).or_else(|| self.common.get(name))
    }

    /// All variables, in the order in which they were given.
    pub fn list(&self) -> Vec<&(ArcStr, ArcStr)> {
        let (before, after) = self.own.split_at(self.before);
        [before, self.common.list(), after].into_iter().flatten().list()
    }
}

impl From<Variables> for Env {
    fn from(own: Variables) -> Self {
        Env::new(own, Arc::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(text: &str) -> Variables {
        text.split_whitespace().filter_map(|word| word.split_once('=')).map(|(n, v)| (n.into(), v.into())).list()
    }

    #[test]
    fn what_is_common_keeps_its_place() {
        let common = Arc::new(CommonEnv::new(variables("Z=1 B=2 A=3 B=4 Z=5 C=6")));
        let mut env = Env::new(variables("X=x X=y"), common);
        env.push("T".into(), "t".into());
        let shown = env.list().into_iter().map(|(n, v)| format!("{n}={v}")).list().join(" ");
        assert_eq!(shown, "X=x X=y Z=1 B=2 A=3 C=6 T=t");
        for (name, value) in [("X", Some("y")), ("Z", Some("1")), ("A", Some("3")), ("T", Some("t")), ("D", None), ("ZZ", None)] {
            assert_eq!(env.get(name).map(ArcStr::as_str), value, "{name}");
        }
    }
}
