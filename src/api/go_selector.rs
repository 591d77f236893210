//! Label selectors as Go prints their type, which some messages and columns show.

use super::Value;
use crate::base::List as _;

/// `&LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}`
pub fn go_selector(selector: &Value) -> String {
    let labels: Vec<String> = selector.get("matchLabels").entries().map(|(k, v)| format!("{k}: {},", v.str())).list();
    let expressions: Vec<String> = selector
        .get("matchExpressions")
        .items()
        .iter()
        .map(|e| {
            let values: Vec<&str> = e.get("values").items().iter().map(Value::str).list();
            format!(
                "LabelSelectorRequirement{{Key:{},Operator:{},Values:[{}],}},",
                e.get("key").str(),
                e.get("operator").str(),
                values.join(" ")
            )
        })
        .list();
    format!(
        "&LabelSelector{{MatchLabels:map[string]string{{{}}},MatchExpressions:[]LabelSelectorRequirement{{{}}},}}",
        labels.join(""),
        expressions.join("")
    )
}
