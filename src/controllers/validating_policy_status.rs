//! The status controller of admission policies (`pkg/controller/validatingadmissionpolicystatus`): it checks expressions against the types
//! of the objects that a policy matches.

use super::controller::work;
use super::work_queue::WorkQueue;
use crate::api::cel::{Names, Wanted};
use crate::api::schema::{Schema, Ty, Type, schema};
use crate::api::{ArcStr, KindRef, Status, Value, kinds};
use crate::base::{List as _, Order as _, Time};
use crate::obj;
use crate::server::{ApiServer, Caller, Change, Component, Subresource, WriteOptions};

/// How many types the expressions of a policy are checked against.
const TYPES_MAX: usize = 10;
/// How deep the types of objects are looked into.
const DEPTH_MAX: usize = 16;

/// Writes the statuses of ValidatingAdmissionPolicies.
#[derive(Clone, Debug, Default)]
pub struct PolicyStatusController {
    queue: WorkQueue<ArcStr>,
}

/// A type as OpenAPI describes it.
fn described(schema: &Schema, ty: &Ty, depth: usize) -> Value {
    let list = |of: &Ty| described(schema, of, depth + 1);
    match ty {
        Ty::Int32 | Ty::Int64 => obj!({"type": "integer"}),
        Ty::Bool => obj!({"type": "boolean"}),
        Ty::Double => obj!({"type": "number"}),
        Ty::Time | Ty::MicroTime => obj!({"type": "string", "format": "date-time"}),
        Ty::Bytes => obj!({"type": "string", "format": "byte"}),
        Ty::ListOf(of) => obj!({"type": "array", "items": list(of)}),
        Ty::MapOf(of) => obj!({"type": "object", "additionalProperties": list(of)}),
        Ty::Object(of) if depth < DEPTH_MAX => whole(schema, schema.get(*of), depth),
        Ty::IntOrString | Ty::Quantity | Ty::Any | Ty::SchemaOrArray | Ty::SchemaOrBool | Ty::Object(_) => {
            obj!({"x-kubernetes-int-or-string": true})
        }
        Ty::String | Ty::Duration => obj!({"type": "string"}),
    }
}

fn whole(schema: &Schema, ty: &Type, depth: usize) -> Value {
    let mut properties = obj!({});
    for field in &ty.fields {
        properties.set(&[field.name], described(schema, &field.ty, depth + 1));
    }
    obj!({"type": "object", "title": ty.name, "properties": properties})
}

/// The kinds that a policy names.
// Models TypeChecker.typesToCheck.
fn kinds_of(api: &ApiServer, policy: &Value) -> Vec<KindRef> {
    let mut kinds: Vec<KindRef> = Vec::new();
    for rule in policy.at(&["spec", "matchConstraints", "resourceRules"]).items() {
        let named = |member: &str| rule.get(member).items().iter().all(|v| !v.str().contains('*'));
        if !named("apiGroups") || !named("apiVersions") {
            continue;
        }
        let has = |member: &str, text: &str| rule.get(member).items().iter().any(|v| v.str() == text);
        kinds.extend(
            api.kinds()
                .into_iter()
                .filter(|k| has("apiGroups", k.group) && has("apiVersions", k.version) && has("resources", k.plural))
                .take(TYPES_MAX),
        );
    }
    kinds.order_by_key(|k| (k.group, k.version, k.kind));
    kinds.dedup();
    kinds
}

/// The type errors of a policy's expressions.
fn warnings(api: &ApiServer, policy: &Value) -> Vec<Value> {
    let spec = policy.get("spec");
    let envs: Vec<(KindRef, Names)> = kinds_of(api, policy)
        .into_iter()
        .filter(|kind| kind.custom.is_none())
        .map(|kind| {
            let object = whole(schema(), schema().kind(kind), 0);
            let mut names = Names::new(!spec.get("paramKind").is_null(), Some(&object));
            for variable in spec.get("variables").items() {
                let program = names.compile(variable.get("expression").str(), Wanted::Any);
                names.define(variable.get("name").str(), &program);
            }
            (kind, names)
        })
        .list();
    let mut found = Vec::new();
    for (i, validation) in spec.get("validations").items().iter().enumerate() {
        for member in ["expression", "messageExpression"] {
            let text = validation.get(member).str();
            if text.is_empty() {
                continue;
            }
            let wrong: Vec<String> = envs
                .iter()
                .filter_map(|(kind, names)| {
                    let error = names.compile(text, Wanted::Any).err()?;
                    Some(format!("{}/{}, Kind={}: {error}\n", kind.group, kind.version, kind.kind))
                })
                .list();
            if !wrong.is_empty() {
                found.push(obj!({"fieldRef": format!("spec.validations[{i}].{member}"), "warning": wrong.join("\n")}));
            }
        }
    }
    found
}

impl PolicyStatusController {
    fn reconcile(&mut self, api: &mut ApiServer, now: Time, name: &ArcStr) -> Result<(), Status> {
        let kind = kinds::VALIDATING_ADMISSION_POLICY;
        let Some(policy) = api.peek(kind, "", name).cloned() else { return Ok(()) };
        let generation = policy.at(&["metadata", "generation"]).int();
        if generation <= policy.at(&["status", "observedGeneration"]).int() {
            return Ok(());
        }
        let warnings = warnings(api, &policy);
        let mut next = policy;
        next.set(&["status", "observedGeneration"], generation);
        next.set(&["status", "typeChecking"], if warnings.is_empty() { obj!({}) } else { obj!({"expressionWarnings": warnings}) });
        let by = Caller::new(now, "validatingadmissionpolicy-status-controller");
        api.update(&by, kind, next, Subresource::Status, &WriteOptions::default()).map(|_| ())
    }
}

impl Component for PolicyStatusController {
    fn watches(&self, kind: KindRef) -> bool {
        kind.kind == "ValidatingAdmissionPolicy"
    }

    fn on_change(&mut self, _: &ApiServer, now: Time, change: &Change) {
        self.queue.add_at(change.key.name.clone(), now);
    }

    fn next_wake(&self) -> Option<Time> {
        self.queue.next_at()
    }

    fn wake(&mut self, api: &mut ApiServer, now: Time) {
        work(self, |c| &mut c.queue, Self::reconcile, api, now);
    }
}
