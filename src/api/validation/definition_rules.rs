//! Rules in CEL in the schemas of definitions: whether they are complete, can be read and do not cost too much.

use super::super::cel::Scope;
use super::super::custom::field_path;
use super::super::{Cause, Value};
use super::path::{Errors, Path};
use crate::base::Order as _;

/// What one rule, and what all rules of a schema, may cost by estimation.
const COST_MAX: u64 = 10_000_000;
const TOTAL_MAX: u64 = 100_000_000;
/// Bytes of the largest request.
const REQUEST_MAX: u64 = 3 << 20;
const RULES: &str = "x-kubernetes-validations";
const REASONS: [&str; 4] = ["FieldValueDuplicate", "FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"];

/// What is found while a schema is gone through.
#[derive(Default)]
pub(super) struct Found {
    errors: Errors,
    total: u64,
    /// The dearest rules and what they cost.
    dearest: Vec<(String, u64)>,
}

/// Where a schema stands.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// Whether rules are read here: not in a schema that is not structural, nor under `not` and its like.
    pub read: bool,
    /// Whether the schema is a resource's own.
    pub root: bool,
    /// How many values there can be; none where nothing limits them.
    pub count: Option<u64>,
    /// The list within which no item has a place that it keeps.
    pub unkept: Option<Path<'a>>,
}

impl Place<'_> {
    /// How many values a part of this schema can have.
    pub fn inner(&self, schema: &Value) -> Option<u64> {
        let limit = |member: &str| schema.get(member).as_int().map(|n| n.max(0) as u64);
        let each = match schema.get("type").str() {
            "object" if !schema.get("additionalProperties").is_null() => limit("maxProperties")?,
            "array" => limit("maxItems")?,
            _ => 1,
        };
        Some(self.count?.saturating_mul(each))
    }
}

/// What the rules of a schema lack, before they are read.
pub(super) fn complete(errors: &mut Errors, at: Path<'_>, schema: &Value) {
    let list = at.child(RULES);
    for (i, rule) in schema.get(RULES).items().iter().enumerate() {
        let at = list.index(i);
        let text = |member: &str| rule.get(member).str();
        let (message, trimmed) = (text("message"), text("message").trim());
        let lines = |text: &str| text.contains(['\n', '\r']);
        if text("rule").trim().is_empty() {
            errors.required(at.child("rule"), "rule is not specified");
        } else if !message.is_empty() && trimmed.is_empty() {
            errors.invalid(at.child("message"), message, "must be non-empty if specified");
        } else if lines(trimmed) {
            errors.invalid(at.child("message"), message, "must not contain line breaks");
        } else if lines(text("rule").trim()) && trimmed.is_empty() {
            errors.required(at.child("message"), "message must be specified if rule contains line breaks");
        }
        if !text("messageExpression").is_empty() && text("messageExpression").trim().is_empty() {
            errors.required(at.child("messageExpression"), "messageExpression must be non-empty if specified");
        }
        if !rule.get("reason").is_null() && !REASONS.contains(&text("reason")) {
            errors.not_supported(at.child("reason"), text("reason"), &REASONS);
        }
        let path = text("fieldPath");
        if path.is_empty() {
            continue;
        }
        if path.trim().is_empty() {
            errors.invalid(at.child("fieldPath"), path, "must be non-empty if specified");
        }
        if lines(path) {
            errors.invalid(at.child("fieldPath"), path, "must not contain line breaks");
        }
        if field_path(path, schema).is_none() {
            errors.invalid(at.child("fieldPath"), path, "must be a valid path");
        }
    }
}

/// Reads the rules of a schema.
pub(super) fn read(found: &mut Found, at: Path<'_>, schema: &Value, place: Place<'_>) {
    let given = schema.get(RULES).items();
    if given.is_empty() || !place.read {
        return;
    }
    let list = at.child(RULES);
    let Some(scope) = Scope::new(schema, place.root) else {
        let message = "Internal error: internal error: failed to construct type information for x-kubernetes-validations rules: unable to convert structural schema to CEL declarations";
        found.errors.0.push(Cause::new("InternalError", list.to_string(), message.to_owned()));
        return;
    };
    let count = place.count.unwrap_or(REQUEST_MAX / (scope.min_bytes() + 1));
    for (i, rule) in given.iter().enumerate() {
        let at = list.index(i);
        let optional = rule.get("optionalOldSelf");
        let program = scope.compile(rule.get("rule").str(), optional.is_true(), false);
        let place_of_rule = at.child("rule");
        match &program {
            Ok(program) => found.cost(place_of_rule, "estimated rule cost", program.cost_max.saturating_mul(count)),
            Err(error) => found.errors.internal_invalid(place_of_rule, ("apiextensions", "ValidationRule"), rule, &error.to_string()),
        }
        let message = rule.get("messageExpression").str();
        if !message.is_empty() && program.is_ok() {
            let at = at.child("messageExpression");
            match scope.compile(message, optional.is_true(), true) {
                Ok(program) => found.cost(at, "estimated messageExpression cost", program.cost_max),
                Err(error) => found.errors.internal_invalid(at, ("apiextensions", "ValidationRule"), rule, &error.to_string()),
            }
        }
        let uses_old = program.is_ok_and(|p| p.uses_old);
        if uses_old {
            if let Some(within) = place.unkept {
                let detail = format!("oldSelf cannot be used on the uncorrelatable portion of the schema within {within}");
                found.errors.invalid(place_of_rule, rule.get("rule"), &detail);
            }
        } else if !optional.is_null() {
            found.errors.invalid(at.child("optionalOldSelf"), optional, "may not be set if oldSelf is not used in rule");
        }
    }
}

/// What a cost that is too high is said to be.
// Models getCostErrorMessage.
fn exceeds(name: &str, cost: u64, max: u64) -> String {
    let factor = cost as f64 / max as f64;
    let factor = match factor {
        f if f > 100.0 => "more than 100x".to_owned(),
        f if f < 1.5 => format!("{f:.6}x"),
        f => format!("{f:.1}x"),
    };
    format!(
        "{name} exceeds budget by factor of {factor} (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)"
    )
}

impl Found {
    fn cost(&mut self, at: Path<'_>, name: &str, cost: u64) {
        if cost > COST_MAX {
            self.errors.forbidden(at, &exceeds(name, cost, COST_MAX));
        }
        self.total = self.total.saturating_add(cost);
        if cost >= TOTAL_MAX / 100 {
            self.dearest.push((at.to_string(), cost));
            self.dearest.order_by_key(|(_, cost)| std::cmp::Reverse(*cost));
            self.dearest.truncate(4);
        }
    }

    /// All that is wrong, with what is wrong with all rules together.
    pub fn into_errors(mut self, root: Path<'_>) -> Vec<Cause> {
        if self.total > TOTAL_MAX {
            for (at, _) in &self.dearest {
                let detail = "contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema";
                self.errors.0.push(Cause::forbidden(at.clone(), detail));
            }
            let name = "x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema";
            self.errors.forbidden(root, &exceeds(name, self.total, TOTAL_MAX));
        }
        self.errors.0
    }
}
