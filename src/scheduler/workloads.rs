//! Which pods are spread together if they have no constraints of their own: those of the same Services and controller. Models
//! `helper.DefaultSelector`. It may not know of nodes.

use rustc_hash::FxHashMap;

use super::pod_info::PodClass;
use super::selector::Selector;
use crate::api::{ArcStr, Value};
use crate::base::{Memo, SortedMap};

/// Selectors of Services and controllers.
#[derive(Clone, Debug, Default)]
pub struct Workloads {
    services: SortedMap<(ArcStr, ArcStr), Selector>,
    controllers: SortedMap<(ArcStr, ArcStr, ArcStr), Selector>,
    /// By class: the results of [`Workloads::default_selector`] since the last change.
    found: Memo<FxHashMap<u32, Selector>>,
}

/// How many classes an answer is remembered for.
const FOUND_MAX: usize = 4096;

impl Workloads {
    /// Updates a Service's `spec.selector`, or removes it (null). A Service without a selector selects nothing.
    pub fn set_service(&mut self, namespace: ArcStr, name: ArcStr, selector: &Value) {
        let key = (namespace, name);
        let new = (!selector.is_empty()).then(|| Selector::of_map(selector));
        if self.services.get(&key) != new.as_ref() {
            self.found.clear();
            match new {
                Some(s) => self.services.insert(key, s),
                None => self.services.remove(&key),
            };
        }
    }

    /// Updates the `spec.selector` of a ReplicationController, ReplicaSet or StatefulSet, or removes it (null).
    pub fn set_controller(&mut self, kind: ArcStr, namespace: ArcStr, name: ArcStr, selector: &Value) {
        let key = (kind, namespace, name);
        let new = (!selector.is_null())
            .then(|| if key.0 == "ReplicationController" { Selector::of_map(selector) } else { Selector::of_label_selector(selector) });
        if self.controllers.get(&key) != new.as_ref() {
            self.found.clear();
            match new {
                Some(s) => self.controllers.insert(key, s),
                None => self.controllers.remove(&key),
            };
        }
    }

    /// Selects the pods that are spread together with those of this class; everything if nothing selects them.
    pub fn default_selector(&mut self, class: &PodClass) -> Selector {
        if let Some(s) = self.found.get(&class.id) {
            return s.clone();
        }
        let mut selector = Selector::default();
        let from = (class.namespace.clone(), ArcStr::new());
        let of_namespace = self.services.iter_from(&from).take_while(|((ns, _), _)| *ns == class.namespace);
        for (_, service) in of_namespace.filter(|(_, s)| s.matches(&class.labels)) {
            selector.and(service);
        }
        let key = (class.controller.get("kind").arc_str(), class.namespace.clone(), class.controller.get("name").arc_str());
        if let Some(controller) = self.controllers.get(&key) {
            selector.and(controller);
        }
        if self.found.len() >= FOUND_MAX {
            self.found.clear();
        }
        self.found.insert(class.id, selector.clone());
        selector
    }
}
