//! `kubectl set selector`.

use super::{COMMON, named, send};
use crate::api::Value;
use crate::api::selector::{LabelSelector, Operator};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, text};
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::MISSING;

const OWN: &[Flag] = &[text("resource-version", "")];

/// `kubectl set selector`.
pub static COMMAND: Command = Command {
    usage: "(-f FILENAME | TYPE NAME) EXPRESSIONS [--resource-version=version] [options]",
    flags: &[flags::FOLDERS, COMMON, flags::RECORD, OWN],
    ..Command::new("selector", "Set the selector on a resource", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let Some((expression, resources)) = cx.args().split_last() else {
        Reporter::new(cx)?;
        return fail("one selector is required");
    };
    if resources.is_empty() && !cx.flags().given("filename") {
        return fail(MISSING);
    }
    let (selector, unsupported) = labels_of(expression)?;
    let mut reporter = Reporter::new(cx)?;
    named(cx, resources)?.in_parts(cx, move |cx, info, _| {
        let mut next = info.object.clone();
        if info.kind.kind != "Service" {
            return fail("setting a selector is only supported for Services");
        }
        if !unsupported.is_empty() {
            return fail(format!("match expression [{unsupported}] not supported on this object"));
        }
        next.set(&["spec", "selector"], selector.clone());
        let version = cx.flags().text("resource-version");
        if !version.is_empty() {
            next.set(&["metadata", "resourceVersion"], version);
        }
        if next.same(&info.object) {
            return reporter.report("selector updated", &next, cx.out);
        }
        send(cx, &mut reporter, &info, next, "selector updated", "")
    })
}

/// The labels that a selector asks for, and what it asks for beside them.
// Models metav1.ParseToLabelSelector.
fn labels_of(text: &str) -> Result<(Value, String), CliError> {
    let parsed =
        LabelSelector::parse(text).map_err(|e| CliError::Message(format!("couldn't parse the selector string \"{text}\": {e}")))?;
    let (mut labels, mut others) = (Value::map(), Vec::new());
    for r in parsed.requirements {
        match r.operator {
            Operator::Equals | Operator::DoubleEquals => labels.set(&[&r.key], r.values.first().cloned().unwrap_or_default()),
            Operator::NotEquals => return fail("\"!=\" is not a valid label selector operator"),
            Operator::GreaterThan => return fail("\"gt\" isn't supported in label selectors"),
            Operator::LessThan => return fail("\"lt\" isn't supported in label selectors"),
            known => others.push(format!("{{{} {known:?} [{}]}}", r.key, r.values.join(" "))),
        }
    }
    Ok((labels, others.join(" ")))
}
