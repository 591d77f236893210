//! `kubectl create quota`, `poddisruptionbudget` and `priorityclass`.

use super::{Failure, GENERATOR, finish, generator, one_name, resource_list, texts};
use crate::api::Value;
use crate::api::selector::LabelSelector;
use crate::base::List as _;
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, int32, switch, text};
use crate::obj;

const QUOTA_FLAGS: &[Flag] = &[text("hard", ""), text("scopes", "")];
const PDB_FLAGS: &[Flag] = &[text("selector", ""), text("min-available", ""), text("max-unavailable", "")];
const PRIORITY_FLAGS: &[Flag] = &[int32("value", ""), switch("global-default", ""), text("description", ""), text("preemption-policy", "")];

/// `kubectl create quota`.
pub static QUOTA: Command = generator(
    "quota",
    &["resourcequota"],
    "Create a quota with the specified name",
    "NAME [--hard=key1=value1,key2=value2] [--scopes=Scope1,Scope2] [--dry-run=server|client|none] [options]",
    &[GENERATOR, QUOTA_FLAGS],
    quota,
);

/// `kubectl create poddisruptionbudget`.
pub static POD_DISRUPTION_BUDGET: Command = generator(
    "poddisruptionbudget",
    &["pdb"],
    "Create a pod disruption budget with the specified name",
    "NAME --selector=SELECTOR --min-available=N [--dry-run=server|client|none] [options]",
    &[GENERATOR, PDB_FLAGS],
    pod_disruption_budget,
);

/// `kubectl create priorityclass`.
pub static PRIORITY_CLASS: Command = generator(
    "priorityclass",
    &["pc"],
    "Create a priority class with the specified name",
    "NAME --value=VALUE --global-default=BOOL [--dry-run=server|client|none] [options]",
    &[GENERATOR, PRIORITY_FLAGS],
    priority_class,
);

fn quota(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    let mut spec = Value::map();
    let hard = resource_list(cx.flags().text("hard"))?;
    if !hard.is_empty() {
        spec.set(&["hard"], hard);
    }
    let scopes = cx.flags().text("scopes");
    if scopes.split(',').count() > 1 && scopes.split(',').any(str::is_empty) {
        return fail("invalid resource quota scope \"\"");
    }
    if !scopes.is_empty() {
        spec.set(&["scopes"], texts(&scopes.split(',').list()));
    }
    finish(cx, "ResourceQuota", obj!({"metadata": {"name": name}, "spec": spec, "status": {}}), Failure::Prefix("failed to create quota:"))
}

/// A count, or a share in percent.
fn count(text: &str, what: &str) -> Result<Value, CliError> {
    let digits = text.strip_suffix('%').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return fail(format!("invalid format specified for {what}"));
    }
    Ok(text.parse::<i64>().map_or_else(|_| Value::from(text), Value::from))
}

fn pod_disruption_budget(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    let flags = cx.flags();
    let (selector, min, max) = (flags.text("selector"), flags.text("min-available"), flags.text("max-unavailable"));
    if selector.is_empty() {
        return fail("a selector must be specified");
    }
    if min.is_empty() && max.is_empty() {
        return fail("one of min-available or max-unavailable must be specified");
    }
    if !min.is_empty() && !max.is_empty() {
        return fail("min-available and max-unavailable cannot be both specified");
    }
    let mut spec = Value::map();
    if min.is_empty() {
        spec.set(&["maxUnavailable"], count(max, "max-unavailable")?);
    } else {
        spec.set(&["minAvailable"], count(min, "min-available")?);
    }
    spec.set(&["selector"], selector_object(selector)?);
    let status = obj!({"currentHealthy": 0, "desiredHealthy": 0, "disruptionsAllowed": 0, "expectedPods": 0});
    let object = obj!({"metadata": {"name": name}, "spec": spec, "status": status});
    finish(cx, "PodDisruptionBudget", object, Failure::Prefix("failed to create poddisruptionbudgets:"))
}

/// A `LabelSelector` object of a selector's text.
// Models metav1.ParseToLabelSelector.
fn selector_object(text: &str) -> Result<Value, CliError> {
    use crate::api::selector::Operator;
    let selector =
        LabelSelector::parse(text).map_err(|e| CliError::Message(format!("couldn't parse the selector string {text:?}: {e}")))?;
    let mut object = Value::map();
    let mut expressions = Vec::new();
    for requirement in &selector.requirements {
        let operator = match requirement.operator {
            Operator::Equals | Operator::DoubleEquals => {
                object.set(&["matchLabels", &requirement.key], requirement.values[0].clone());
                continue;
            }
            Operator::In => "In",
            Operator::NotEquals | Operator::NotIn => "NotIn",
            Operator::Exists => "Exists",
            Operator::DoesNotExist => "DoesNotExist",
            Operator::GreaterThan | Operator::LessThan => return fail("\"gt\", \"lt\" isn't supported in label selectors"),
        };
        let mut expression = obj!({"key": &requirement.key, "operator": operator});
        if !requirement.values.is_empty() {
            expression.set(&["values"], texts(&requirement.values));
        }
        expressions.push(expression);
    }
    if !expressions.is_empty() {
        object.set(&["matchExpressions"], expressions);
    }
    Ok(object)
}

fn priority_class(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    let flags = cx.flags();
    let policy = flags.get("preemption-policy").filter(|p| !p.is_empty()).unwrap_or("PreemptLowerPriority");
    let mut object = obj!({"metadata": {"name": name}, "value": flags.int("value").unwrap_or(0), "preemptionPolicy": policy});
    if flags.is_on("global-default") {
        object.set(&["globalDefault"], true);
    }
    if !flags.text("description").is_empty() {
        object.set(&["description"], flags.text("description"));
    }
    finish(cx, "PriorityClass", object, Failure::Prefix("failed to create priorityclass:"))
}
