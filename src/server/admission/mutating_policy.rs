//! MutatingAdmissionPolicy: the expressions of the policies that a request matches change its object.
// Models k8s.io/apiserver/pkg/admission/plugin/policy/mutating and its patchers.

use thiserror::Error;

use super::policy::{BUDGET, Invocation, PolicyError, invocations};
use super::{ApiServer, Caller, Request};
use crate::api::{self, ArcStr, Cause, KindRef, Object, Status, Value, kinds};
use crate::base::List as _;
use crate::server::managed_fields::{atomics, merged};
use crate::server::patch::{JsonPatchError, json_patch_by_client};
use crate::server::{Subresource, typed};

/// Policies that ask for reinvocation if others change the object: by name, binding, and the parameter's namespace and name.
pub(super) type Reinvoked = Vec<[ArcStr; 4]>;

/// Why a mutation fails.
enum Failed {
    /// An error; the policy's `failurePolicy` decides what follows.
    Policy(MutationError),
    /// The request is refused.
    Request(Status),
}

impl From<MutationError> for Failed {
    fn from(error: MutationError) -> Self {
        Failed::Policy(error)
    }
}

/// What is wrong with a mutation.
#[derive(Debug, Error)]
enum MutationError {
    /// Its expression cannot be evaluated.
    #[error(transparent)]
    Expression(#[from] PolicyError),
    /// The apply configuration does not fit the schema.
    #[error("error applying patch: failed to convert patch object to typed object: {0}")]
    Untyped(#[from] typed::TypedError),
    /// The apply configuration has a field that the custom kind does not have.
    #[error("error applying patch: failed to convert patch object to typed object: .{0}: field not declared in schema")]
    Undeclared(String),
    /// The apply configuration sets atomic values, at these paths.
    #[error("error applying patch: invalid ApplyConfiguration: may not mutate atomic arrays, maps or structs: {}", .0.join(", "))]
    Atomic(Vec<String>),
    /// The operations do not apply.
    #[error("JSONPath: {0}")]
    Operations(JsonPatchError),
    /// The result is not an object of its kind.
    #[error(transparent)]
    NoObject(Status),
}

/// Changes the object by all policies that the request matches or, if `again` is given, by those alone. Returns those that ask for
/// reinvocation; none where no policy applied.
pub(super) fn admit(
    server: &mut ApiServer,
    by: &Caller,
    request: &Request<'_>,
    object: &mut Value,
    again: Option<&Reinvoked>,
) -> Result<Option<Reinvoked>, Status> {
    // Upstream each mutation has a budget of its own. Here all mutations of a request share one, so that their number does not matter.
    let (mut reinvoked, mut refusals, mut budget) = (None, Vec::new(), BUDGET);
    if object.is_null() || request.sub == Subresource::Scale {
        return Ok(None);
    }
    let of = (kinds::MUTATING_ADMISSION_POLICY, kinds::MUTATING_ADMISSION_POLICY_BINDING);
    for invocation in invocations(server, of, &Request { object, ..*request }) {
        let param = invocation.param.as_ref().unwrap_or(&Value::Null);
        let key = [invocation.policy.name_arc(), invocation.binding.name_arc(), param.namespace_arc(), param.name_arc()];
        if again.is_some_and(|again| !again.contains(&key)) {
            continue;
        }
        let errors = match invocation.is_met(server, by, &Request { object, ..*request }) {
            Ok(false) => continue,
            Err(error) => vec![error.to_string()],
            Ok(true) => {
                let asked = reinvoked.get_or_insert_with(Reinvoked::new);
                if invocation.policy.at(&["spec", "reinvocationPolicy"]).str() == "IfNeeded" {
                    asked.push(key);
                }
                mutate((server, by, request), &invocation, object, &mut budget)?
            }
        };
        if invocation.is_strict() {
            refusals.extend(errors.into_iter().map(|error| said(&invocation, &error)));
        }
    }
    if refusals.is_empty() { Ok(reinvoked) } else { Err(refused(request.kind, object.name(), refusals)) }
}

/// Runs a policy's mutations one after the other; returns the errors of those that failed.
fn mutate(
    (server, by, request): (&ApiServer, &Caller, &Request<'_>),
    invocation: &Invocation,
    object: &mut Value,
    budget: &mut u64,
) -> Result<Vec<String>, Status> {
    let mut errors = Vec::new();
    for (i, mutation) in invocation.policy.at(&["spec", "mutations"]).items().iter().enumerate() {
        let made = invocation.mutation(server, by, &Request { object, ..*request }, i, budget).map_err(|e| Failed::Policy(e.into()));
        let patched = made.and_then(|made| match mutation.get("patchType").str() {
            "JSONPatch" => with_operations(request.kind, object, &made),
            _ => with_configuration(request.kind, object, made),
        });
        match patched {
            Ok(mut patched) => {
                api::defaults::apply(request.kind, &mut patched);
                *object = patched;
            }
            Err(Failed::Policy(error)) => errors.push(error.to_string()),
            Err(Failed::Request(status)) => return Err(status),
        }
    }
    Ok(errors)
}

/// The object with the fields of an apply configuration merged into it.
// Models patch.ApplyStructuredMergeDiff.
fn with_configuration(kind: KindRef, object: &Value, mut config: Value) -> Result<Value, Failed> {
    for member in ["apiVersion", "kind"] {
        config.set(&[member], object.get(member).clone());
    }
    if kind.custom.is_none() {
        typed::check(kind, kind.version, &config).map_err(MutationError::Untyped)?;
    } else if let Some(error) = api::decode::decode(kind, config.clone()).map_err(Failed::Request)?.1.first() {
        return Err(MutationError::Undeclared(error.path.clone()).into());
    }
    let atomics = atomics(kind, &config);
    if !atomics.is_empty() {
        return Err(MutationError::Atomic(atomics).into());
    }
    let read = api::decode::decode(kind, merged(kind, object, &config));
    read.map(|(patched, _)| patched).map_err(|status| MutationError::NoObject(status).into())
}

/// The object with the operations of a JSON patch applied; unchanged where a `test` among them fails.
// Models patch.jsonPatcher.
fn with_operations(kind: KindRef, object: &Value, operations: &Value) -> Result<Value, Failed> {
    let patched = match json_patch_by_client(object, operations) {
        Ok(patched) => patched,
        Err(JsonPatchError::TestFailed(_)) => return Ok(object.clone()),
        Err(error) => return Err(MutationError::Operations(error).into()),
    };
    let internal = |error: &str| Failed::Request(Status::internal(format!("Internal error occurred: {error}")));
    let (patched, strict) = api::decode::decode(kind, patched).map_err(|status| internal(&status.message))?;
    if strict.is_empty() { Ok(patched) } else { Err(internal(&api::decode::strict_text(&strict))) }
}

/// The message of a refusal for an error of a policy.
// Models generic.PolicyError.
fn said(invocation: &Invocation, error: &str) -> String {
    let policy = invocation.policy.name();
    match invocation.binding.name() {
        "" => format!("policy {policy:?} denied request: {error}"),
        binding => format!("policy '{policy}' with binding '{binding}' denied request: {error}"),
    }
}

fn refused(kind: KindRef, name: &str, refusals: Vec<String>) -> Status {
    let message = refusals.first().cloned().unwrap_or_default();
    let causes = refusals.into_iter().map(|text| Cause::new("", "", text)).list();
    let mut status = Status::forbidden(kind, name, &message).with_causes(causes);
    status.message = message;
    status.reason = "Invalid";
    status
}
