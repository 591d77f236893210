//! Which pods step back in the picture.

use kubarium::base::{Case as _, SortedSet};
use kubarium::views::{ClusterView, PodView};
use yew::AttrValue;

use super::state::Subject;

/// The pods that step back: those that are not looked for or, where nothing is, do not belong to what is selected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Dim {
    /// None.
    Nobody,
    /// Those that do not match a filter.
    Unlike(AttrValue),
    /// All but those of these UIDs.
    Others(SortedSet<String>),
    /// All but those whose owners have these UIDs.
    OthersPods(Vec<String>),
}

impl Dim {
    /// Found out once for all pods.
    pub fn of(view: &ClusterView, selected: Option<&Subject>, filter: &AttrValue) -> Dim {
        if !filter.is_empty() {
            return Dim::Unlike(filter.clone());
        }
        let Some(s) = selected else { return Dim::Nobody };
        let found = if s.kind == "Service" {
            let service = view.services.iter().find(|v| v.key == s.uid);
            service.map(|v| Dim::Others(v.selected.iter().cloned().collect()))
        } else {
            view.workloads.iter().find(|w| w.key == s.uid).map(|w| Dim::OthersPods(w.owners.clone()))
        };
        found.unwrap_or(Dim::Nobody)
    }

    /// Whether a pod is one of them.
    pub fn has(&self, pod: &PodView) -> bool {
        match self {
            Dim::Nobody => false,
            Dim::Unlike(filter) => !matches(pod, filter),
            Dim::Others(selected) => !selected.contains(&pod.key),
            Dim::OthersPods(owners) => pod.owner.as_ref().is_none_or(|o| !owners.contains(&o.uid)),
        }
    }
}

/// Whether a pod is what is looked for: by its name, its namespace, its status, a label.
pub fn matches(pod: &PodView, filter: &str) -> bool {
    // Names and namespaces have no capitals; labels and what is looked for may.
    let wanted = &filter.lower();
    let named = pod.name.contains(wanted) || pod.namespace.contains(wanted);
    named || pod.status.lower().contains(wanted) || pod.labels.iter().any(|(k, v)| format!("{k}={v}").lower().contains(wanted))
}
