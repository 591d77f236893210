//! Label selectors as scheduling needs them: put together, compared by value. It may not know what is selected.

use crate::api::selector::{LabelSelector, Operator, Requirement};
use crate::api::{ArcStr, Value};

/// A label selector.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selector(LabelSelector);

impl Selector {
    /// Selects nothing.
    pub fn nothing() -> Self {
        Selector(LabelSelector { requirements: Vec::new(), nothing: true })
    }

    /// Reads a `metav1.LabelSelector`: absent or unreadable selects nothing, empty selects everything.
    pub fn of_label_selector(selector: &Value) -> Self {
        LabelSelector::from_object(selector).map_or_else(|_| Selector::nothing(), Selector)
    }

    /// Reads a plain map of labels, as a Service's selector is: empty selects everything.
    pub fn of_map(labels: &Value) -> Self {
        let mut s = Selector::default();
        for (key, value) in labels.entries() {
            s.require(key.clone(), value.arc_str());
        }
        s
    }

    /// Narrows to those with this label.
    pub fn require(&mut self, key: ArcStr, value: ArcStr) {
        self.add(Requirement { key, operator: Operator::In, values: vec![value] });
    }

    /// Narrows to those that `other` selects too.
    pub fn and(&mut self, other: &Selector) {
        self.0.nothing |= other.0.nothing;
        other.0.requirements.iter().for_each(|r| self.add(r.clone()));
    }

    /// Whether it selects everything.
    pub fn is_everything(&self) -> bool {
        self.0.is_everything()
    }

    /// Whether it selects nothing at all.
    pub fn is_nothing(&self) -> bool {
        self.0.nothing
    }

    /// Whether it selects what has these labels.
    pub fn matches(&self, labels: &Value) -> bool {
        self.0.matches(labels)
    }

    fn add(&mut self, requirement: Requirement) {
        if !self.0.requirements.contains(&requirement) {
            self.0.requirements.push(requirement);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn absent_selects_nothing_and_empty_everything() {
        let labels = obj!({"app": "x"});
        assert!(!Selector::of_label_selector(&Value::Null).matches(&labels));
        assert!(Selector::of_label_selector(&Value::map()).matches(&Value::Null));
        let mut s = Selector::of_map(&labels);
        s.and(&Selector::of_label_selector(&obj!({"matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["db"]}]})));
        assert!(s.matches(&labels) && !s.matches(&obj!({"app": "x", "tier": "db"})));
    }
}
