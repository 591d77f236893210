//! Selectors of devices: expressions over the attributes and capacities that a driver publishes.
// Models k8s.io/dynamic-resource-allocation/cel.

use std::sync::Arc;

use super::eval::Eval;
use super::parse::{Expr, Node};
use super::semver::Semver;
use super::types::{self, BOOL, Type};
use super::value::{Fail, Outcome, Val};
use super::{CompileError, Program, check, read};
use crate::api::{ArcStr, Quantity, Value};

/// The type of `device`.
const DEVICE: &str = "kubernetes.DRADevice";

/// A device as selectors see it, or why it cannot be converted.
#[derive(Debug)]
pub struct Device(Outcome);

/// Whether an expression is a device's attributes or capacities, which are grouped by domain. A missing domain counts as an empty map.
pub(super) fn is_by_domain(e: &Expr) -> bool {
    matches!(&e.node, Node::Select(of, ..) if matches!(&of.ty, Type::Object(object) if object.name == DEVICE))
}

/// Whether this is the scope of selectors.
pub(super) fn is_scope(scope: &[(ArcStr, Type)]) -> bool {
    scope.first().is_some_and(|(name, _)| name == "device")
}

impl Device {
    /// Converts a driver's device, as its slice has it.
    pub fn new(driver: &str, device: &Value) -> Device {
        let by_domain = |member: &str, read: &dyn Fn(&str, &Value) -> Outcome| -> Outcome {
            let mut domains: Vec<(Val, Vec<(Val, Val)>)> = Vec::new();
            for (name, value) in device.get(member).entries() {
                let (domain, id) = name.split_once('/').unwrap_or((driver, name));
                let entry = (Val::str(id), read(name, value)?);
                match domains.iter_mut().find(|(known, _)| matches!(known, Val::Str(known) if known == domain)) {
                    Some((_, entries)) => entries.push(entry),
                    None => domains.push((Val::str(domain), vec![entry])),
                }
            }
            Ok(Val::map(domains.into_iter().map(|(domain, entries)| (domain, Val::map(entries))).collect()))
        };
        let attribute = |name: &str, value: &Value| {
            Ok(match value.entries().find(|(_, value)| !value.is_null()) {
                Some((_, Value::Int(i))) => Val::Int(*i),
                Some((_, Value::Bool(b))) => Val::Bool(*b),
                Some((kind, text)) if kind == "version" => {
                    let wrong = |why| Fail::new(format!("attribute {name}: parse semantic version: {why}"));
                    Val::Semver(Arc::new(Semver::parse(text.str()).map_err(wrong)?))
                }
                Some((_, Value::Str(text))) => Val::Str(text.clone()),
                _ => return Err(Fail::new(format!("attribute {name}: unsupported attribute value"))),
            })
        };
        let capacity = |_: &str, capacity: &Value| Ok(Val::Quantity(Arc::new(Quantity::of(capacity.get("value")))));
        let parts = by_domain("attributes", &attribute).and_then(|attributes| Ok((attributes, by_domain("capacity", &capacity)?)));
        Device(parts.map(|(attributes, capacity)| {
            Val::map(vec![
                (Val::str("driver"), Val::str(driver)),
                (Val::str("allowMultipleAllocations"), Val::Bool(device.get("allowMultipleAllocations").is_true())),
                (Val::str("attributes"), attributes),
                (Val::str("capacity"), capacity),
            ])
        }))
    }
}

impl Program {
    /// Compiles a selector.
    pub fn of_device(text: &str) -> Result<Program, CompileError> {
        let device = types::object(DEVICE, "driver allowMultipleAllocations:b attributes:MsMs* capacity:MsMsQ", &[]);
        let mut program = read(text, vec![("device".into(), device)], false)?;
        if program.tree.ty != BOOL && !program.tree.ty.is_dyn() {
            return Err(CompileError::SelectorIsNoBool(program.tree.ty.text()));
        }
        check::demand_patterns(&mut program.tree).map(|()| program)
    }

    /// Whether it selects a device, or the error of the evaluation; and its cost.
    pub fn selects(&self, device: &Device) -> (Result<bool, Fail>, u64) {
        let device = match &device.0 {
            Ok(device) => device.clone(),
            Err(fail) => return (Err(fail.clone()), 0),
        };
        let mut eval = Eval { scope: vec![("device".into(), device)], variables: &[], ask: None, cost: 0, work: 0 };
        let selects = eval.eval(&self.tree).and_then(|value| match value {
            Val::Bool(selects) => Ok(selects),
            other => {
                let kind = other.type_name();
                let why = format!("unsupported native conversion from {kind} to 'bool'");
                Err(Fail::new(format!("CEL result of type {kind} could not be converted to bool: {why}")))
            }
        });
        (selects, eval.cost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn selectors_see_what_a_slice_tells() {
        let device = obj!({"name": "d", "attributes": {
            "model": {"string": "a100"}, "cores": {"int": 8}, "mig": {"bool": true}, "dra.example.com/firmware": {"version": "1.10.0"}},
            "capacity": {"memory": {"value": "40Gi"}}});
        let device = Device::new("gpu.example.com", &device);
        for (text, want) in [
            ("device.driver == 'gpu.example.com'", "true"),
            ("device.attributes['gpu.example.com'].model == 'a100' && device.attributes['gpu.example.com'].mig", "true"),
            ("device.attributes['gpu.example.com'].mig", "true"),
            ("device.attributes['gpu.example.com'].cores > 8", "false"),
            ("device.attributes['dra.example.com'].firmware.isGreaterThan(semver('1.9.0'))", "true"),
            ("device.capacity['gpu.example.com'].memory.compareTo(quantity('40Gi')) >= 0", "true"),
            ("device.capacity['gpu.example.com'].memory.isGreaterThan(quantity('40Gi'))", "false"),
            ("cel.bind(dra, device.attributes['gpu.example.com'], dra.mig && dra.model.startsWith('a'))", "true"),
            // A domain that is not there is empty, and not there.
            ("has(device.attributes['other.example.com'].model)", "false"),
            ("'other.example.com' in device.attributes", "false"),
            ("!device.allowMultipleAllocations", "true"),
            ("device.attributes['other.example.com'].model == 'a100'", "no such key: model"),
            ("device.attributes['gpu.example.com'].colour == 'red'", "no such key: colour"),
            (
                "device.attributes['gpu.example.com'].model",
                "CEL result of type string could not be converted to bool: unsupported native conversion from string to 'bool'",
            ),
        ] {
            let told = Program::of_device(text).unwrap_or_else(|e| panic!("{text}: {e}")).selects(&device).0;
            assert_eq!(told.map_or_else(|why| why.to_string(), |selects| selects.to_string()), want, "{text}");
        }
    }

    #[test]
    fn a_selector_is_refused_for_what_is_wrong_with_it() {
        for (text, want) in [
            ("device.driver", "must evaluate to bool or the unknown type, not string"),
            ("device.name == 'd'", "compilation failed: ERROR: <input>:1:7: undefined field 'name'\n | device.name == 'd'\n | ......^"),
            ("object.x", "compilation failed: ERROR: <input>:1:1: undeclared reference to 'object' (in container '')\n | object.x\n | ^"),
        ] {
            assert_eq!(Program::of_device(text).map(|_| ()).map_err(|e| e.to_string()), Err(want.to_owned()), "{text}");
        }
    }
}
