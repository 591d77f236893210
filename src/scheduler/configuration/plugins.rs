//! The plugins of a profile.

use super::super::framework::PluginSet;
use super::super::plugins::{PLUGINS, PluginId};
use super::super::profile::Profile;
use super::PluginError;
use crate::api::Value;
use crate::base::{List as _, text};

/// Plugins of the default profile that neither filter nor score here.
const OTHER_PLUGINS: [&str; 5] = ["SchedulingGates", QUEUE_SORT, "NodeVolumeLimits", PREEMPTION, BINDER];
const QUEUE_SORT: &str = "PrioritySort";
pub(super) const PREEMPTION: &str = "DefaultPreemption";
const BINDER: &str = "DefaultBinder";

/// An enabled plugin, with its weight; 0 if none is given.
type Enabled<'a> = (&'a str, i64);

/// The plugins that a set enables.
fn enabled(set: &Value) -> Vec<Enabled<'_>> {
    set.get("enabled").items().iter().map(|p| (p.get("name").str(), p.get("weight").int())).list()
}

/// Whether a set disables a plugin, by its name or with all others.
fn disables(set: &Value, name: &str) -> bool {
    set.get("disabled").items().iter().any(|p| matches!(p.get("name").str(), n if n == name || n == "*"))
}

/// Sets the plugins by which a profile filters and scores, and their weights.
// Models mergePlugins and frameworkImpl.expandMultiPointPlugins.
pub(super) fn choose_plugins(profile: &mut Profile, plugins: &Value) -> Result<(), PluginError> {
    let multi_point = plugins.get("multiPoint");
    let usual = PLUGINS.iter().map(|p| (p.name(), p.default_weight())).chain(OTHER_PLUGINS.iter().map(|name| (*name, 0)));
    let mut everywhere: Vec<Enabled> = usual.filter(|(name, _)| !disables(multi_point, name)).list();
    for (name, weight) in enabled(multi_point) {
        if plugin_of(name).is_none() && !OTHER_PLUGINS.contains(&name) {
            return Err(PluginError::Unknown("PreFilterPlugin", name.to_owned()));
        }
        match everywhere.iter_mut().find(|p| p.0 == name) {
            Some(usual) => usual.1 = weight,
            None => everywhere.push((name, weight)),
        }
    }
    // A weight of 0 counts as 1.
    let at_point = |point: &str, interface: &'static str, extends: &dyn Fn(&str) -> bool| {
        let set = plugins.get(point);
        let mut chosen: Vec<Enabled> = Vec::new();
        for (name, weight) in enabled(set) {
            if plugin_of(name).is_none() && !OTHER_PLUGINS.contains(&name) {
                return Err(PluginError::Unknown(interface, name.to_owned()));
            }
            if !extends(name) {
                return Err(PluginError::NotExtending(name.to_owned(), interface));
            }
            if chosen.iter().any(|c| c.0 == name) {
                return Err(PluginError::Twice(name.to_owned(), interface));
            }
            chosen.push((name, weight.max(1)));
        }
        let named = chosen.len();
        for (name, weight) in everywhere.iter().filter(|(name, _)| extends(name) && !disables(set, name)) {
            if !chosen[..named].iter().any(|c| c.0 == *name) {
                chosen.push((name, (*weight).max(1)));
            }
        }
        Ok(chosen)
    };
    let filters = at_point("filter", "FilterPlugin", &|name| plugin_of(name).is_some_and(|id| PLUGINS[usize::from(id)].filters()))?;
    profile.filters = PluginSet::default();
    filters.iter().filter_map(|(name, _)| plugin_of(name)).for_each(|id| profile.filters.insert(id));
    let scores = at_point("score", "ScorePlugin", &|name| plugin_of(name).is_some_and(|id| PLUGINS[usize::from(id)].default_weight() > 0))?;
    profile.weights = vec![0; PLUGINS.len()];
    for (name, weight) in scores {
        if let Some(id) = plugin_of(name) {
            profile.weights[usize::from(id)] = weight;
        }
    }
    profile.preempts = !at_point("postFilter", "PostFilterPlugin", &|name| name == PREEMPTION)?.is_empty();
    if at_point("bind", "BindPlugin", &|name| name == BINDER)?.is_empty() {
        return Err(PluginError::NoBinder(profile.name.clone()));
    }
    if at_point("queueSort", "QueueSortPlugin", &|name| name == QUEUE_SORT)?.is_empty() {
        return Err(PluginError::NoQueueSort);
    }
    Ok(())
}

fn plugin_of(name: &str) -> Option<PluginId> {
    (0..).zip(PLUGINS).find(|(_, p)| text::same(p.name(), name)).map(|(id, _)| id)
}
