//! Admission policies: which of them a request matches, through which bindings and with which parameters, and the evaluation of their
//! expressions. ValidatingAdmissionPolicy admits a request if these hold.
// Models k8s.io/apiserver/pkg/admission/plugin/policy: matching, parameters, the dispatchers and the validator.

use std::sync::Arc;

use thiserror::Error;

use super::{ApiServer, Caller, Request};
use crate::api::cel::{CompileError, ExpressionError, Facts, Names, OutOfBudget, Program, Wanted};
use crate::api::kinds::ADMISSION;
use crate::api::selector::LabelSelector;
use crate::api::{ArcStr, Cause, KindRef, Object, Status, Value, aggregate, kinds, split_api_version};
use crate::base::List as _;
use crate::obj;
use crate::server::authorization::{Attributes, User};

/// The budgets of one evaluation, in CEL's units: for match conditions, and for validations.
const CONDITIONS_BUDGET: u64 = 2_500_000;
pub(super) const BUDGET: u64 = 10_000_000;
/// The member of policies and bindings that holds their match constraints.
const RULES: &str = "resourceRules";
/// How long a message from an expression may be, in bytes.
const MESSAGE_MAX: usize = 5 * 1024;

type Read = Result<Program, CompileError>;

/// The compiled expressions of a policy.
#[derive(Debug)]
pub struct Policy {
    variables: Vec<(ArcStr, Read)>,
    conditions: Vec<Read>,
    /// The expressions of `validations`, each with that of its message.
    validations: Vec<(Read, Option<Read>)>,
    annotations: Vec<Read>,
    mutations: Vec<Read>,
}

/// Compiled policies, by their kinds and resource versions.
pub type Policies = Vec<(KindRef, ArcStr, Arc<Policy>)>;

impl Policy {
    fn new(spec: &Value) -> Policy {
        let mut names = Names::new(!spec.get("paramKind").is_null(), None);
        let mut variables = Vec::new();
        for variable in spec.get("variables").items() {
            let (name, program) = (variable.get("name").arc_str(), names.compile(variable.get("expression").str(), Wanted::Any));
            names.define(&name, &program);
            variables.push((name, program));
        }
        let all = |list: &str, member: &str, wanted| -> Vec<Read> {
            spec.get(list).items().iter().map(|item| names.compile(item.get(member).str(), wanted)).list()
        };
        let message = |v: &Value| Some(v.get("messageExpression").str()).filter(|m| !m.is_empty()).map(|m| names.compile(m, Wanted::Text));
        let messages = spec.get("validations").items().iter().map(message);
        let mutation = |m: &Value| match m.get("jsonPatch") {
            Value::Null => names.compile(m.at(&["applyConfiguration", "expression"]).str(), Wanted::Object),
            patch => names.compile(patch.get("expression").str(), Wanted::JsonPatch),
        };
        Policy {
            conditions: all("matchConditions", "expression", Wanted::Bool),
            validations: all("validations", "expression", Wanted::Bool).into_iter().zip(messages).list(),
            annotations: all("auditAnnotations", "valueExpression", Wanted::TextOrNull),
            mutations: spec.get("mutations").items().iter().map(mutation).list(),
            variables,
        }
    }
}

/// Why a policy cannot be evaluated.
#[derive(Clone, Debug, PartialEq, Error)]
pub(super) enum PolicyError {
    /// The kind of its parameters does not exist: API version and kind.
    #[error("failed to configure policy: failed to find resource referenced by paramKind: '{0}, Kind={1}'")]
    NoParamKind(String, String),
    /// A binding gives no parameters.
    #[error("failed to configure binding: {0}")]
    Params(#[from] ParamsError),
    /// Errors of match conditions, where all others hold.
    #[error("{}", aggregate(&.0.iter().map(ExpressionError::to_string).list()))]
    Conditions(Vec<ExpressionError>),
    /// An error of an expression.
    #[error(transparent)]
    Expression(#[from] ExpressionError),
    /// The budget of the evaluation is spent.
    #[error(transparent)]
    Budget(#[from] OutOfBudget),
    /// The budget was spent on a message's expression.
    #[error("failed messageExpression: {0}")]
    Messages(OutOfBudget),
}

/// Why a binding gives no parameters.
#[derive(Clone, Debug, PartialEq, Error)]
pub(super) enum ParamsError {
    /// A namespace is given, but parameters of this kind have none.
    #[error("paramRef.namespace must not be provided for a cluster-scoped `paramKind`")]
    ClusterScoped,
    /// Parameters of this kind are in namespaces, but the request is not.
    #[error("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources")]
    Namespaced,
    /// There are none, and the binding says to refuse then.
    #[error("no params found for policy binding with `Deny` parameterNotFoundAction")]
    NotFound,
}

/// The result of one evaluation: refusals with their reasons.
type Refusals = Vec<(String, &'static str)>;

/// The result of all policies so far.
#[derive(Default)]
struct Verdict {
    warnings: Vec<String>,
    /// The first refusal, and its reason.
    denied: Option<(String, &'static str)>,
}

impl Verdict {
    fn deny(&mut self, text: String, reason: &'static str) {
        self.denied.get_or_insert((text, reason));
    }

    fn into_result(self, request: &Request<'_>) -> Result<Vec<String>, Status> {
        let Some((message, reason)) = self.denied else { return Ok(self.warnings) };
        let code = match reason {
            "Forbidden" => 403,
            "RequestEntityTooLarge" => 413,
            _ => 422,
        };
        let causes = vec![Cause::new("", "", message.clone())];
        let mut status = Status::forbidden(request.kind, request.any().name(), &message).with_causes(causes);
        (status.code, status.reason) = (code, reason);
        Err(status)
    }
}

/// An evaluation of a policy, for one of its bindings and one parameter.
pub(super) struct Invocation {
    pub policy: Value,
    program: Arc<Policy>,
    /// The binding; null where the policy itself cannot be evaluated.
    pub binding: Value,
    /// The parameter, or why there can be no evaluation.
    pub param: Result<Value, PolicyError>,
}

/// The evaluations that a request calls for: of each policy that it matches, with each of its bindings and parameters, in the order of
/// names.
// Models generic.policyDispatcher.Dispatch.
pub(super) fn invocations(server: &mut ApiServer, (of_policy, of_binding): (KindRef, KindRef), request: &Request<'_>) -> Vec<Invocation> {
    let mut found = Vec::new();
    if request.kind.group == ADMISSION || server.iter(of_binding, None).next().is_none() {
        return found;
    }
    let mut read: Policies = server.policies.iter().filter(|(kind, ..)| *kind != of_policy).cloned().list();
    for policy in server.iter(of_policy, None) {
        let spec = policy.get("spec");
        let mut bindings = server.iter(of_binding, None).filter(|b| b.at(&["spec", "policyName"]).str() == policy.name()).peekable();
        let version = policy.at(&["metadata", "resourceVersion"]).arc_str();
        let known = server.policies.iter().find(|(kind, v, _)| *kind == of_policy && *v == version).cloned();
        if bindings.peek().is_none() || !request.meets(server, spec.get("matchConstraints"), RULES) {
            read.extend(known);
            continue;
        }
        let program = known.map_or_else(|| Arc::new(Policy::new(spec)), |(_, _, policy)| policy);
        let invocation =
            |binding: &Value, param| Invocation { policy: policy.clone(), program: program.clone(), binding: binding.clone(), param };
        match param_kind(server, spec.get("paramKind")) {
            Err(error) => found.push(invocation(&Value::Null, Err(error))),
            Ok(kind) => {
                for binding in bindings.filter(|b| request.meets(server, b.at(&["spec", "matchResources"]), RULES)) {
                    match params(server, kind, binding.at(&["spec", "paramRef"]), request.namespace()) {
                        Ok(params) => found.extend(params.into_iter().map(|param| invocation(binding, Ok(param)))),
                        Err(error) => found.push(invocation(binding, Err(error.into()))),
                    }
                }
            }
        }
        read.push((of_policy, version, program));
    }
    server.policies = read;
    found
}

impl Invocation {
    /// Whether a request is refused if the policy cannot be evaluated.
    pub fn is_strict(&self) -> bool {
        self.policy.at(&["spec", "failurePolicy"]).str() != "Ignore"
    }

    fn expressions(&self) -> Expressions<'_> {
        Expressions { spec: self.policy.get("spec"), policy: &self.program, strict: self.is_strict() }
    }

    /// Evaluates the policy, and treats a refusal as the binding says: denies, warns or audits.
    fn judge(&self, server: &ApiServer, by: &Caller, request: &Request<'_>, verdict: &mut Verdict) {
        let mut head = format!("ValidatingAdmissionPolicy '{}'", self.policy.name());
        if !self.binding.is_null() {
            head += &format!(" with binding '{}'", self.binding.name());
        }
        let param = match &self.param {
            Ok(param) => param,
            Err(error) if self.is_strict() => return verdict.deny(format!("{head} denied request: {error}"), "Invalid"),
            Err(_) => return,
        };
        let (refusals, broken) = self.expressions().with(server, by, request, param, |evaluation| evaluation.judge());
        for (text, reason) in refusals {
            for action in self.binding.at(&["spec", "validationActions"]).items() {
                match action.str() {
                    "Deny" => verdict.deny(format!("{head} denied request: {text}"), reason),
                    "Warn" => verdict.warnings.push(format!("Validation failed for {head}: {text}")),
                    _ => {}
                }
            }
        }
        for text in broken {
            verdict.deny(format!("{head} denied request: {text}"), "Invalid");
        }
    }

    /// Whether the policy's conditions are met.
    pub fn is_met(&self, server: &ApiServer, by: &Caller, request: &Request<'_>) -> Result<bool, PolicyError> {
        self.with(server, by, request, |evaluation| evaluation.meets_conditions())
    }

    /// The value of one of the policy's mutations: an apply configuration, or the operations of a patch. Its cost is taken from the
    /// `budget`.
    pub fn mutation(
        &self,
        server: &ApiServer,
        by: &Caller,
        request: &Request<'_>,
        i: usize,
        budget: &mut u64,
    ) -> Result<Value, PolicyError> {
        self.with(server, by, request, |evaluation| evaluation.mutation(i, budget))
    }

    fn with<R>(
        &self,
        server: &ApiServer,
        by: &Caller,
        request: &Request<'_>,
        run: impl FnOnce(&mut Evaluation<'_, '_>) -> Result<R, PolicyError>,
    ) -> Result<R, PolicyError> {
        self.expressions().with(server, by, request, self.param.as_ref().map_err(PolicyError::clone)?, run)
    }
}

/// Refuses a request that a policy denies; returns the warnings.
pub fn admit(server: &mut ApiServer, by: &Caller, request: &Request<'_>) -> Result<Vec<String>, Status> {
    let mut verdict = Verdict::default();
    for invocation in invocations(server, (kinds::VALIDATING_ADMISSION_POLICY, kinds::VALIDATING_ADMISSION_POLICY_BINDING), request) {
        invocation.judge(server, by, request, &mut verdict);
    }
    verdict.into_result(request)
}

/// The kind of a policy's parameters; none where it has none.
fn param_kind(server: &ApiServer, of: &Value) -> Result<Option<KindRef>, PolicyError> {
    let kind = server.kind_of(of.get("apiVersion").str(), of.kind());
    if !of.is_null() && kind.is_none() {
        let (group, version) = split_api_version(of.get("apiVersion").str());
        return Err(PolicyError::NoParamKind(format!("{group}/{version}"), of.kind().to_owned()));
    }
    Ok(kind)
}

/// The parameters of a binding, for one evaluation each; a single null where it names none.
// Models generic.CollectParams.
fn params(server: &ApiServer, kind: Option<KindRef>, reference: &Value, namespace: &str) -> Result<Vec<Value>, ParamsError> {
    let Some(kind) = kind.filter(|_| !reference.is_null()) else { return Ok(vec![Value::Null]) };
    let own = reference.get("namespace").str();
    if !kind.namespaced && !own.is_empty() {
        return Err(ParamsError::ClusterScoped);
    }
    let namespace = if own.is_empty() { namespace } else { own };
    if kind.namespaced && namespace.is_empty() {
        return Err(ParamsError::Namespaced);
    }
    let (namespace, name) = (if kind.namespaced { namespace } else { "" }, reference.get("name").str());
    let found: Vec<Value> = if name.is_empty() {
        let selector = LabelSelector::from_object(reference.get("selector")).unwrap_or_default();
        server.iter(kind, kind.namespaced.then_some(namespace)).filter(|v| selector.matches(v.labels())).cloned().list()
    } else {
        server.peek(kind, namespace, name).cloned().into_iter().list()
    };
    if found.is_empty() && reference.get("parameterNotFoundAction").str() == "Deny" {
        return Err(ParamsError::NotFound);
    }
    Ok(found)
}

/// Whether match conditions hold, such as those of a webhook. One that cannot be evaluated counts as holding.
pub(super) fn meets_conditions(server: &ApiServer, by: &Caller, request: &Request<'_>, conditions: &Value) -> bool {
    let mut spec = obj!({});
    spec.set(&["matchConditions"], conditions.clone());
    let expressions = Expressions { spec: &spec, policy: &Policy::new(&spec), strict: true };
    expressions.with(server, by, request, &Value::Null, |evaluation| evaluation.meets_conditions()).unwrap_or(true)
}

/// The expressions of a policy.
struct Expressions<'a> {
    spec: &'a Value,
    policy: &'a Policy,
    /// Whether an error leads to a refusal.
    strict: bool,
}

impl Expressions<'_> {
    /// Prepares their evaluation for a request, with a parameter.
    fn with<R>(
        self,
        server: &ApiServer,
        by: &Caller,
        request: &Request<'_>,
        param: &Value,
        run: impl FnOnce(&mut Evaluation<'_, '_>) -> R,
    ) -> R {
        let node = match request.any().at(&["spec", "nodeName"]).str() {
            "" => request.any().name(),
            node => node,
        };
        let user = by.as_user(node);
        let ask = |asked: &Value| {
            let other = Some(asked.get("user").str()).filter(|name| !name.is_empty()).map(|name| User::impersonated(name, "", &[]));
            let decision = server.authorize(other.as_ref().unwrap_or(&user), &Attributes::of_members(asked));
            (decision.allowed, decision.reason)
        };
        let namespace = match request.namespace() {
            "" => Value::Null,
            _ if request.is_namespace() => Value::Null,
            name => server.peek(kinds::NAMESPACE, "", name).cloned().unwrap_or_default(),
        };
        let own = obj!({
            "group": request.kind.group, "resource": request.kind.plural, "subresource": request.sub.name(),
            "namespace": request.namespace(), "name": request.any().name()
        });
        let said = request.to_value(&user);
        let values = [
            ("object", request.object),
            ("oldObject", request.old),
            ("params", param),
            ("namespaceObject", &namespace),
            ("request", &said),
        ];
        let mut facts = Facts::new(&values, own, &ask);
        for (name, program) in &self.policy.variables {
            facts.define(name, program);
        }
        run(&mut Evaluation { of: self, facts })
    }
}

/// One evaluation of a policy. A step fails only if that ends the whole evaluation, for example because the budget is spent.
struct Evaluation<'a, 'b> {
    of: Expressions<'a>,
    facts: Facts<'b>,
}

impl<'a> Evaluation<'a, '_> {
    /// The refusals of the policy, and the errors of audit annotations.
    // Models validating.validator.Validate.
    fn judge(&mut self) -> (Refusals, Vec<String>) {
        let mut steps = || -> Result<_, PolicyError> {
            match self.meets_conditions()? {
                true => Ok((self.validate()?, self.annotate()?)),
                false => Ok((Vec::new(), Vec::new())),
            }
        };
        match steps() {
            Ok(came) => came,
            Err(error) if self.of.strict => (vec![(error.to_string(), "Invalid")], Vec::new()),
            Err(_) => (Vec::new(), Vec::new()),
        }
    }

    fn mutation(&mut self, i: usize, budget: &mut u64) -> Result<Value, PolicyError> {
        self.facts.allot(*budget);
        let mutation = self.of.spec.get("mutations").items().get(i).unwrap_or(&Value::Null);
        let patch = ["jsonPatch", "applyConfiguration"].map(|member| mutation.at(&[member, "expression"]).str());
        let Some(program) = self.of.policy.mutations.get(i) else { return Ok(Value::Null) };
        let made = self.facts.evaluate(patch.into_iter().find(|text| !text.is_empty()).unwrap_or(""), program);
        *budget = self.facts.left();
        Ok(made??)
    }

    /// A member of an item in one of the policy's lists.
    fn text(&self, list: &str, i: usize, member: &str) -> &'a str {
        self.of.spec.get(list).items().get(i).map_or("", |item| item.get(member).str())
    }

    fn meets_conditions(&mut self) -> Result<bool, PolicyError> {
        self.facts.allot(CONDITIONS_BUDGET);
        let (mut errors, mut meets) = (Vec::new(), true);
        for (i, program) in self.of.policy.conditions.iter().enumerate() {
            match self.facts.evaluate(self.text("matchConditions", i, "expression"), program) {
                Err(error) if self.of.strict => return Err(error.into()),
                Err(_) => meets = false,
                Ok(Err(error)) => errors.push(error),
                Ok(Ok(value)) => meets &= value.is_true(),
            }
        }
        if meets && !errors.is_empty() { Err(PolicyError::Conditions(errors)) } else { Ok(meets) }
    }

    fn validate(&mut self) -> Result<Refusals, PolicyError> {
        self.facts.allot(BUDGET);
        let mut outcomes = Vec::new();
        for (i, (program, _)) in self.of.policy.validations.iter().enumerate() {
            outcomes.push(self.facts.evaluate(self.text("validations", i, "expression"), program)?);
        }
        // Messages are evaluated with what is left of the budget, even those of validations that hold.
        let (mut messages, mut over) = (Vec::new(), None);
        for (i, (_, program)) in self.of.policy.validations.iter().enumerate() {
            let expression = self.text("validations", i, "messageExpression");
            let made = program.as_ref().map(|program| self.facts.evaluate(expression, program));
            match made {
                Some(Err(error)) => over = over.or(Some(PolicyError::Messages(error))),
                Some(Ok(Ok(made))) => messages.push(made.str().trim().to_owned()),
                _ => messages.push(String::new()),
            }
        }
        let mut refusals = Refusals::new();
        for (i, outcome) in outcomes.into_iter().enumerate() {
            let error = match outcome {
                Ok(value) if over.is_none() && value.is_true() => continue,
                Ok(_) => over.clone(),
                Err(error) => Some(error.into()),
            };
            match error {
                Some(error) if self.of.strict => refusals.push((error.to_string(), "Invalid")),
                Some(_) => {}
                None => refusals.push(self.refusal(i, messages.get(i).map_or("", String::as_str))),
            }
        }
        Ok(refusals)
    }

    /// The message of a validation that does not hold, given the value of its message expression, and its reason.
    fn refusal(&self, i: usize, made: &str) -> (String, &'static str) {
        let said = self.text("validations", i, "message").trim();
        let detail = if !made.is_empty() && made.len() <= MESSAGE_MAX && !made.contains('\n') {
            made.to_owned()
        } else if !said.is_empty() {
            said.to_owned()
        } else {
            format!("failed expression: {}", self.text("validations", i, "expression").trim())
        };
        let reason = match self.text("validations", i, "reason") {
            "Forbidden" => "Forbidden",
            "RequestEntityTooLarge" => "RequestEntityTooLarge",
            _ => "Invalid",
        };
        (detail, reason)
    }

    /// The errors of audit annotations, if errors lead to a refusal.
    fn annotate(&mut self) -> Result<Vec<String>, PolicyError> {
        self.facts.allot(BUDGET);
        let mut broken = Vec::new();
        for (i, program) in self.of.policy.annotations.iter().enumerate() {
            match self.facts.evaluate(self.text("auditAnnotations", i, "valueExpression"), program)? {
                Err(error) if self.of.strict => broken.push(error.to_string()),
                _ => {}
            }
        }
        Ok(broken)
    }
}
