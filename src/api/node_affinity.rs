//! Which nodes a pod asks for: `nodeSelector` and node affinity, parsed once and matched against many nodes.
//! Models `k8s.io/component-helpers/scheduling/corev1/nodeaffinity`. It may not know who asks.

use super::{ArcStr, Object, Value, names};
use crate::base::{List as _, Order as _};

/// A pod's required node affinity: its `nodeSelector` and `requiredDuringSchedulingIgnoredDuringExecution`.
#[derive(Clone, Debug, Default)]
pub struct RequiredNodeAffinity {
    /// Labels that the node must have.
    labels: Vec<(ArcStr, ArcStr)>,
    /// Terms of which one must match; `None` where the pod has no required node affinity.
    terms: Option<Vec<NodeSelectorTerm>>,
}

/// A pod's preferred node affinity: terms with their weights.
#[derive(Clone, Debug, Default)]
pub struct PreferredNodeAffinity {
    terms: Vec<(i64, NodeSelectorTerm)>,
}

/// One term of a node selector: all its requirements must hold.
#[derive(Clone, Debug)]
pub struct NodeSelectorTerm {
    expressions: Vec<Requirement>,
    fields: Vec<Requirement>,
    /// Whether a requirement cannot be read: such a term matches nothing.
    invalid: bool,
}

#[derive(Clone, Debug)]
struct Requirement {
    key: ArcStr,
    operator: Operator,
    values: Vec<ArcStr>,
    /// The one value of `Gt` and `Lt`.
    number: i64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Operator {
    In,
    NotIn,
    Exists,
    DoesNotExist,
    Gt,
    Lt,
}

/// The one field that `matchFields` can name.
const NAME_FIELD: &str = "metadata.name";

impl RequiredNodeAffinity {
    /// What the pod with this `spec` requires.
    pub fn of(spec: &Value) -> Self {
        let required = spec.at(&["affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]);
        RequiredNodeAffinity {
            labels: spec.get("nodeSelector").entries().map(|(k, v)| (k.clone(), v.arc_str())).list(),
            terms: (!required.is_null()).then(|| parse_terms(required)),
        }
    }

    /// Whether nothing is required, so that every node matches.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty() && self.terms.is_none()
    }

    /// Whether the node matches.
    pub fn matches(&self, node: &Value) -> bool {
        let labels = node.labels();
        self.labels.iter().all(|(k, v)| labels.get(k).as_str() == Some(v.as_str()))
            && self.terms.as_ref().is_none_or(|terms| terms.iter().any(|t| t.matches(node)))
    }

    /// The names of the only nodes that could match, sorted, where every term names some by `matchFields`.
    pub fn node_names(&self) -> Option<Vec<ArcStr>> {
        let terms = self.terms.as_ref().filter(|t| !t.is_empty())?;
        let mut all = Vec::new();
        for term in terms {
            let mut names: Option<Vec<ArcStr>> = None;
            for field in term.fields.iter().filter(|f| f.key == NAME_FIELD && f.operator == Operator::In) {
                let values = field.values.clone();
                names = Some(match names {
                    None => values,
                    Some(before) => before.into_iter().filter(|n| values.contains(n)).list(),
                });
            }
            all.extend(names?);
        }
        all.order();
        all.dedup();
        Some(all)
    }
}

impl PreferredNodeAffinity {
    /// What the pod with this `spec` prefers.
    pub fn of(spec: &Value) -> Self {
        Self::parse(spec.at(&["affinity", "nodeAffinity", "preferredDuringSchedulingIgnoredDuringExecution"]))
    }

    /// A list of `PreferredSchedulingTerm`.
    pub fn parse(terms: &Value) -> Self {
        let terms = terms.items().iter().map(|t| (t.get("weight").int(), NodeSelectorTerm::parse(t.get("preference"))));
        PreferredNodeAffinity { terms: terms.filter(|(weight, term)| *weight != 0 && !term.is_empty()).list() }
    }

    /// Whether nothing is preferred.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The sum of the weights of the terms that the node matches.
    pub fn score(&self, node: &Value) -> i64 {
        self.terms.iter().filter(|(_, t)| t.matches(node)).map(|(weight, _)| weight).sum()
    }
}

/// The terms of a `NodeSelector`.
pub fn parse_terms(selector: &Value) -> Vec<NodeSelectorTerm> {
    selector.get("nodeSelectorTerms").items().iter().map(NodeSelectorTerm::parse).list()
}

impl NodeSelectorTerm {
    /// Reads one `NodeSelectorTerm`.
    pub fn parse(term: &Value) -> Self {
        let mut invalid = false;
        let mut read = |list: &Value, fields: bool| {
            let parsed: Vec<_> = list.items().iter().map(|r| Requirement::parse(r, fields)).list();
            invalid |= parsed.iter().any(Option::is_none);
            parsed.into_iter().flatten().list()
        };
        let expressions = read(term.get("matchExpressions"), false);
        let fields = read(term.get("matchFields"), true);
        NodeSelectorTerm { expressions, fields, invalid }
    }

    /// Whether the term has no requirement; such a term matches nothing.
    pub fn is_empty(&self) -> bool {
        self.expressions.is_empty() && self.fields.is_empty() && !self.invalid
    }

    /// Whether the node meets every requirement.
    pub fn matches(&self, node: &Value) -> bool {
        let labels = node.labels();
        !self.invalid
            && !self.is_empty()
            && self.expressions.iter().all(|r| r.holds(labels.get(&r.key).as_str()))
            && self.fields.iter().all(|r| r.holds(Some(node.name())))
    }
}

impl Requirement {
    /// Reads one `NodeSelectorRequirement`; `None` where no node could be told by it.
    fn parse(r: &Value, is_field: bool) -> Option<Self> {
        let operator = match r.get("operator").str() {
            "In" => Operator::In,
            "NotIn" => Operator::NotIn,
            "Exists" if !is_field => Operator::Exists,
            "DoesNotExist" if !is_field => Operator::DoesNotExist,
            "Gt" if !is_field => Operator::Gt,
            "Lt" if !is_field => Operator::Lt,
            _ => return None,
        };
        let key = r.get("key").arc_str();
        let values: Vec<ArcStr> = r.get("values").items().iter().map(Value::arc_str).list();
        let mut number = 0;
        let count_fits = match operator {
            Operator::In | Operator::NotIn if is_field => values.len() == 1,
            Operator::In | Operator::NotIn => !values.is_empty(),
            Operator::Exists | Operator::DoesNotExist => values.is_empty(),
            Operator::Gt | Operator::Lt => {
                number = values.first().and_then(|v| v.parse().ok())?;
                values.len() == 1
            }
        };
        let readable = if is_field {
            key == NAME_FIELD
        } else {
            names::qualified_name(&key).is_empty() && values.iter().all(|v| names::label_value(v).is_empty())
        };
        (count_fits && readable).then_some(Requirement { key, operator, values, number })
    }

    fn holds(&self, value: Option<&str>) -> bool {
        let is_in = |v: &str| self.values.iter().any(|x| x == v);
        match self.operator {
            Operator::In => value.is_some_and(is_in),
            Operator::NotIn => !value.is_some_and(is_in),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::Gt => value.and_then(|v| v.parse::<i64>().ok()).is_some_and(|v| v > self.number),
            Operator::Lt => value.and_then(|v| v.parse::<i64>().ok()).is_some_and(|v| v < self.number),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    fn required(expression: Value) -> RequiredNodeAffinity {
        let terms = obj!([{"matchExpressions": [expression]}]);
        RequiredNodeAffinity::of(
            &obj!({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}}),
        )
    }

    #[test]
    fn operators() {
        let node = |v: &str| obj!({"metadata": {"name": "n", "labels": {"k": v}}});
        let bare = obj!({"metadata": {"name": "n"}});
        for (operator, values, on_5, on_bare) in [
            ("In", obj!(["5", "6"]), true, false),
            ("NotIn", obj!(["5"]), false, true),
            ("Exists", obj!([]), true, false),
            ("DoesNotExist", obj!([]), false, true),
            ("Gt", obj!(["4"]), true, false),
            ("Lt", obj!(["4"]), false, false),
            ("In", obj!([]), false, false),
            ("Gt", obj!(["x"]), false, false),
            ("Like", obj!(["5"]), false, false),
        ] {
            let r = required(obj!({"key": "k", "operator": operator, "values": values}));
            assert_eq!((r.matches(&node("5")), r.matches(&bare)), (on_5, on_bare), "{operator}");
        }
    }

    #[test]
    fn names_are_found_where_every_term_has_them() {
        let field = |n: &str| obj!({"matchFields": [{"key": "metadata.name", "operator": "In", "values": [n]}]});
        let of = |terms: Value| {
            RequiredNodeAffinity::of(
                &obj!({"affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}}}),
            )
        };
        assert_eq!(of(obj!([field("b"), field("a")])).node_names(), Some(vec!["a".into(), "b".into()]));
        assert_eq!(of(obj!([field("b"), {"matchExpressions": [{"key": "k", "operator": "Exists"}]}])).node_names(), None);
        assert_eq!(RequiredNodeAffinity::of(&Value::map()).node_names(), None);
    }
}
