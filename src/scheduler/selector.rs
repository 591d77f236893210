//! Label selectors, parsed once and compared by value. It may not know what is selected.

use crate::api::{ArcStr, Value};

/// A parsed label selector.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Selector {
    requirements: Vec<Requirement>,
    /// Whether it selects nothing: it was absent, or it cannot be read.
    nothing: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Requirement {
    key: ArcStr,
    operator: Operator,
    values: Vec<ArcStr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
}

impl Selector {
    /// Selects nothing.
    pub fn nothing() -> Self {
        Selector { requirements: Vec::new(), nothing: true }
    }

    /// Reads a `metav1.LabelSelector`: absent selects nothing, empty selects everything.
    pub fn of_label_selector(selector: &Value) -> Self {
        if selector.is_null() {
            return Selector::nothing();
        }
        let mut s = Selector::of_map(selector.get("matchLabels"));
        for e in selector.get("matchExpressions").items() {
            let operator = match e.get("operator").str() {
                "In" => Operator::In,
                "NotIn" => Operator::NotIn,
                "Exists" => Operator::Exists,
                "DoesNotExist" => Operator::DoesNotExist,
                _ => return Selector::nothing(),
            };
            let values = e.get("values").items().iter().map(Value::arc_str).collect();
            s.requirements.push(Requirement { key: e.get("key").arc_str(), operator, values });
        }
        s
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
        let requirement = Requirement { key, operator: Operator::In, values: vec![value] };
        if !self.requirements.contains(&requirement) {
            self.requirements.push(requirement);
        }
    }

    /// Narrows to those that `other` selects too.
    pub fn and(&mut self, other: &Selector) {
        self.nothing |= other.nothing;
        for r in &other.requirements {
            if !self.requirements.contains(r) {
                self.requirements.push(r.clone());
            }
        }
    }

    /// Whether it selects everything.
    pub fn is_everything(&self) -> bool {
        !self.nothing && self.requirements.is_empty()
    }

    /// Whether it selects nothing at all.
    pub fn is_nothing(&self) -> bool {
        self.nothing
    }

    /// Whether it selects what has these labels.
    pub fn matches(&self, labels: &Value) -> bool {
        !self.nothing
            && self.requirements.iter().all(|r| {
                let value = labels.get(&r.key).as_str();
                let is_in = value.is_some_and(|v| r.values.iter().any(|x| x == v));
                match r.operator {
                    Operator::In => is_in,
                    Operator::NotIn => !is_in,
                    Operator::Exists => value.is_some(),
                    Operator::DoesNotExist => value.is_none(),
                }
            })
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
        let s = Selector::of_label_selector(
            &obj!({"matchLabels": {"app": "x"}, "matchExpressions": [{"key": "tier", "operator": "NotIn", "values": ["db"]}]}),
        );
        assert!(s.matches(&labels) && !s.matches(&obj!({"app": "x", "tier": "db"})));
    }
}
