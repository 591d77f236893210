//! ValidatingAdmissionPolicy: requests that a policy matches, by a binding of it, are admitted if its expressions hold.
// Models k8s.io/apiserver/pkg/admission/plugin/policy: matching, parameters, the dispatcher and the validator.

use std::sync::Arc;

use super::{ApiServer, Caller, Subresource};
use crate::api::cel::{Facts, Names, Program, Wanted};
use crate::api::kinds::ADMISSION;
use crate::api::selector::LabelSelector;
use crate::api::{ArcStr, Cause, KindRef, Object, Status, Value, aggregate, kinds, schema, split_api_version};
use crate::base::List as _;
use crate::obj;
use crate::server::authorization::{Attributes, User, lists};

/// What the conditions of one evaluation may cost, and its validations.
const CONDITIONS_BUDGET: u64 = 2_500_000;
const BUDGET: u64 = 10_000_000;
/// Where policies and bindings have the rules of what they are about.
const RULES: &str = "resourceRules";
/// Bytes of a message that an expression makes.
const MESSAGE_MAX: usize = 5 * 1024;

type Read = Result<Program, String>;

/// A policy's expressions, read.
#[derive(Debug)]
pub struct Policy {
    variables: Vec<(ArcStr, Read)>,
    conditions: Vec<Read>,
    /// Those of `validations`, and of their messages.
    validations: Vec<(Read, Option<Read>)>,
    annotations: Vec<Read>,
}

/// Policies that were read, by the versions of the objects.
pub type Policies = Vec<(ArcStr, Arc<Policy>)>;

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
        Policy {
            conditions: all("matchConditions", "expression", Wanted::Bool),
            validations: all("validations", "expression", Wanted::Bool).into_iter().zip(messages).list(),
            annotations: all("auditAnnotations", "valueExpression", Wanted::TextOrNull),
            variables,
        }
    }
}

/// What is asked for.
pub struct Request<'a> {
    /// Of what kind the object is that is written.
    pub kind: KindRef,
    /// `CREATE`, `UPDATE`, `DELETE`.
    pub operation: &'static str,
    /// The part of the object.
    pub sub: Subresource,
    /// The object that is to be; null where it is deleted.
    pub object: &'a Value,
    /// The object as it is; null where it is created.
    pub old: &'a Value,
    /// Whether nothing will be written.
    pub dry_run: bool,
}

impl Request<'_> {
    fn any(&self) -> &Value {
        if self.object.is_null() { self.old } else { self.object }
    }

    /// The namespace; of a namespace, itself.
    fn namespace(&self) -> &str {
        if self.is_namespace() { self.any().name() } else { self.any().namespace() }
    }

    fn is_namespace(&self) -> bool {
        self.kind == kinds::NAMESPACE
    }

    /// Whether a rule of a policy is about this.
    fn is_of(&self, rule: &Value, equivalent: bool) -> bool {
        let any = |member: &str, fits: &dyn Fn(&str) -> bool| lists(rule, member, fits);
        let cluster_wide = self.is_namespace() || self.namespace().is_empty();
        let names = rule.get("resourceNames").items();
        (match rule.get("scope").str() {
            "Cluster" => cluster_wide,
            "Namespaced" => !cluster_wide,
            _ => true,
        }) && any("operations", &|o| o == self.operation)
            && any("apiGroups", &|g| g == self.kind.group)
            && any("apiVersions", &|v| v == self.kind.version || (equivalent && schema::schema().versions(self.kind).contains(&v)))
            && rule.get("resources").items().iter().any(|r| {
                let (resource, sub) = r.str().split_once('/').unwrap_or((r.str(), ""));
                (resource == "*" || resource == self.kind.plural) && (sub == "*" || sub == self.sub.name())
            })
            && (names.is_empty() || names.iter().any(|n| n.str() == self.any().name()))
    }

    /// Whether the constraints of a policy, a binding or a webhook are met, which have their rules under this name.
    pub(super) fn meets(&self, server: &ApiServer, constraints: &Value, rules: &str) -> bool {
        if constraints.is_null() {
            return true;
        }
        let selector = |member: &str| LabelSelector::from_object(constraints.get(member)).unwrap_or_default();
        let (of_namespace, of_object) = (selector("namespaceSelector"), selector("objectSelector"));
        let labels = match self.namespace() {
            _ if self.is_namespace() => self.any().labels(),
            "" => &Value::Null,
            name => server.peek(kinds::NAMESPACE, "", name).map_or(&Value::Null, |n| n.labels()),
        };
        let namespaced = !self.namespace().is_empty();
        if namespaced && !of_namespace.is_everything() && !of_namespace.matches(labels) {
            return false;
        }
        let has = |o: &Value| !o.is_null() && of_object.matches(o.labels());
        if !of_object.is_everything() && !has(self.object) && !has(self.old) {
            return false;
        }
        let equivalent = constraints.get("matchPolicy").str() != "Exact";
        let of = |member: &str| constraints.get(member).items().iter().any(|rule| self.is_of(rule, equivalent));
        !of("excludeResourceRules") && (constraints.get(rules).is_empty() || of(rules))
    }

    /// As expressions see it.
    fn to_value(&self, user: &User) -> Value {
        let kind = match self.sub {
            Subresource::Scale => obj!({"group": "autoscaling", "version": "v1", "kind": "Scale"}),
            _ => obj!({"group": self.kind.group, "version": self.kind.version, "kind": self.kind.kind}),
        };
        let resource = obj!({"group": self.kind.group, "version": self.kind.version, "resource": self.kind.plural});
        let mut options = self.operation.to_lowercase();
        options[..1].make_ascii_uppercase();
        let mut request = obj!({
            "uid": "", "kind": kind.clone(), "resource": resource.clone(), "requestKind": kind, "requestResource": resource,
            "operation": self.operation, "userInfo": user.to_value(), "object": null, "oldObject": null, "dryRun": self.dry_run,
            "options": {"apiVersion": "meta.k8s.io/v1", "kind": format!("{options}Options")}
        });
        let sub = self.sub.name();
        let texts = [("subResource", sub), ("requestSubResource", sub), ("name", self.any().name()), ("namespace", self.namespace())];
        for (key, text) in texts.into_iter().filter(|(_, text)| !text.is_empty()) {
            request.set(&[key], text);
        }
        request
    }
}

/// What came of one evaluation: refusals with their reasons.
type Refusals = Vec<(String, &'static str)>;

/// What has come of the policies so far.
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

/// Refuses what a policy refuses, and returns what it warns of.
pub fn admit(server: &mut ApiServer, by: &Caller, request: &Request<'_>) -> Result<Vec<String>, Status> {
    let of_binding = kinds::VALIDATING_ADMISSION_POLICY_BINDING;
    if request.kind.group == ADMISSION || server.iter(of_binding, None).next().is_none() {
        return Ok(Vec::new());
    }
    let mut read: Policies = Vec::new();
    let mut verdict = Verdict::default();
    for policy in server.iter(kinds::VALIDATING_ADMISSION_POLICY, None) {
        let spec = policy.get("spec");
        let mut bindings = server.iter(of_binding, None).filter(|b| b.at(&["spec", "policyName"]).str() == policy.name()).peekable();
        let version = policy.at(&["metadata", "resourceVersion"]).arc_str();
        let known = server.policies.iter().find(|(v, _)| *v == version).cloned();
        if bindings.peek().is_none() || !request.meets(server, spec.get("matchConstraints"), RULES) {
            read.extend(known);
            continue;
        }
        let program = known.map_or_else(|| Arc::new(Policy::new(spec)), |(_, policy)| policy);
        let strict = spec.get("failurePolicy").str() != "Ignore";
        Dispatch { server, by, request, policy, program: &program, strict }.run(bindings, &mut verdict);
        read.push((version, program));
    }
    server.policies = read;
    verdict.into_result(request)
}

/// A policy that a request matches.
struct Dispatch<'a> {
    server: &'a ApiServer,
    by: &'a Caller,
    request: &'a Request<'a>,
    policy: &'a Value,
    program: &'a Policy,
    /// Whether what cannot be asked is refused.
    strict: bool,
}

impl<'a> Dispatch<'a> {
    // Models validating.dispatcher.Dispatch.
    fn run(&self, bindings: impl Iterator<Item = &'a Value>, verdict: &mut Verdict) {
        let param_kind = self.policy.at(&["spec", "paramKind"]);
        let kind = self.server.kind_of(param_kind.get("apiVersion").str(), param_kind.kind());
        let head = format!("ValidatingAdmissionPolicy '{}'", self.policy.name());
        if !param_kind.is_null() && kind.is_none() {
            let (group, version) = split_api_version(param_kind.get("apiVersion").str());
            let of = format!("{group}/{version}, Kind={}", param_kind.kind());
            self.misconfigured(verdict, &head, &format!("policy: failed to find resource referenced by paramKind: '{of}'"));
            return;
        }
        for binding in bindings {
            let to = binding.get("spec");
            if !self.request.meets(self.server, to.get("matchResources"), RULES) {
                continue;
            }
            let head = format!("{head} with binding '{}'", binding.name());
            match params(self.server, kind, to.get("paramRef"), self.request.namespace()) {
                Ok(params) => params.iter().for_each(|param| self.judge(param, to.get("validationActions"), &head, verdict)),
                Err(error) => self.misconfigured(verdict, &head, &format!("binding: {error}")),
            }
        }
    }

    fn misconfigured(&self, verdict: &mut Verdict, head: &str, error: &str) {
        if self.strict {
            verdict.deny(format!("{head} denied request: failed to configure {error}"), "Invalid");
        }
    }

    /// Evaluates the policy with one parameter, and does with what it refuses as its binding says.
    fn judge(&self, param: &Value, actions: &Value, head: &str, verdict: &mut Verdict) {
        let spec = self.policy.get("spec");
        let (refusals, broken) = evaluate(self.server, self.by, self.request, (spec, self.program), param, self.strict);
        for (text, reason) in refusals {
            for action in actions.items() {
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
}

/// The parameters that a binding gives, one evaluation each; null where there are none.
// Models generic.CollectParams.
fn params(server: &ApiServer, kind: Option<KindRef>, reference: &Value, namespace: &str) -> Result<Vec<Value>, String> {
    let Some(kind) = kind.filter(|_| !reference.is_null()) else { return Ok(vec![Value::Null]) };
    let own = reference.get("namespace").str();
    if !kind.namespaced && !own.is_empty() {
        return Err("paramRef.namespace must not be provided for a cluster-scoped `paramKind`".to_owned());
    }
    let namespace = if own.is_empty() { namespace } else { own };
    if kind.namespaced && namespace.is_empty() {
        return Err("cannot use namespaced paramRef in policy binding that matches cluster-scoped resources".to_owned());
    }
    let (namespace, name) = (if kind.namespaced { namespace } else { "" }, reference.get("name").str());
    let found: Vec<Value> = if name.is_empty() {
        let selector = LabelSelector::from_object(reference.get("selector")).unwrap_or_default();
        server.iter(kind, kind.namespaced.then_some(namespace)).filter(|v| selector.matches(v.labels())).cloned().list()
    } else {
        server.peek(kind, namespace, name).cloned().into_iter().list()
    };
    if found.is_empty() && reference.get("parameterNotFoundAction").str() == "Deny" {
        return Err("no params found for policy binding with `Deny` parameterNotFoundAction".to_owned());
    }
    Ok(found)
}

/// Whether conditions hold, as those of a webhook; one that cannot be evaluated is taken to.
pub(super) fn meets_conditions(server: &ApiServer, by: &Caller, request: &Request<'_>, conditions: &Value) -> bool {
    let mut spec = obj!({"validations": [{"expression": "false"}]});
    spec.set(&["matchConditions"], conditions.clone());
    // A policy that refuses whatever meets its conditions.
    !evaluate(server, by, request, (&spec, &Policy::new(&spec)), &Value::Null, true).0.is_empty()
}

/// Evaluates a policy: what it refuses, and audit annotations that could not be made. `strict` where an error refuses.
fn evaluate(
    server: &ApiServer,
    by: &Caller,
    request: &Request<'_>,
    (spec, policy): (&Value, &Policy),
    param: &Value,
    strict: bool,
) -> (Refusals, Vec<String>) {
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
    let values =
        [("object", request.object), ("oldObject", request.old), ("params", param), ("namespaceObject", &namespace), ("request", &said)];
    let mut facts = Facts::new(&values, own, &ask);
    for (name, program) in &policy.variables {
        facts.define(name, program);
    }
    let mut evaluation = Evaluation { spec, policy, facts, strict };
    match evaluation.run() {
        Ok(came) => came,
        Err(error) if strict => (vec![(error, "Invalid")], Vec::new()),
        Err(_) => (Vec::new(), Vec::new()),
    }
}

/// One evaluation of a policy. Its steps fail where that is the end of all of it, as where the budget is spent.
struct Evaluation<'a, 'b> {
    spec: &'a Value,
    policy: &'a Policy,
    facts: Facts<'b>,
    strict: bool,
}

impl<'a> Evaluation<'a, '_> {
    // Models validating.validator.Validate.
    fn run(&mut self) -> Result<(Refusals, Vec<String>), String> {
        if !self.meets_conditions()? {
            return Ok((Vec::new(), Vec::new()));
        }
        Ok((self.validate()?, self.annotate()?))
    }

    /// What an item of a list of the policy has in a member.
    fn text(&self, list: &str, i: usize, member: &str) -> &'a str {
        self.spec.get(list).items().get(i).map_or("", |item| item.get(member).str())
    }

    fn meets_conditions(&mut self) -> Result<bool, String> {
        self.facts.allot(CONDITIONS_BUDGET);
        let (mut errors, mut meets) = (Vec::new(), true);
        for (i, program) in self.policy.conditions.iter().enumerate() {
            match self.facts.evaluate(self.text("matchConditions", i, "expression"), program) {
                Err(error) if self.strict => return Err(error),
                Err(_) => meets = false,
                Ok(Err(error)) => errors.push(error),
                Ok(Ok(value)) => meets &= value.is_true(),
            }
        }
        if meets && !errors.is_empty() { Err(aggregate(&errors)) } else { Ok(meets) }
    }

    fn validate(&mut self) -> Result<Refusals, String> {
        self.facts.allot(BUDGET);
        let mut outcomes = Vec::new();
        for (i, (program, _)) in self.policy.validations.iter().enumerate() {
            outcomes.push(self.facts.evaluate(self.text("validations", i, "expression"), program)?);
        }
        // Messages are made of what is left, those of rules that hold as well.
        let (mut messages, mut over) = (Vec::new(), None);
        for (i, (_, program)) in self.policy.validations.iter().enumerate() {
            let expression = self.text("validations", i, "messageExpression");
            let made = program.as_ref().map(|program| self.facts.evaluate(expression, program));
            match made {
                Some(Err(error)) => over = over.or(Some(format!("failed messageExpression: {error}"))),
                Some(Ok(Ok(made))) => messages.push(made.str().trim().to_owned()),
                _ => messages.push(String::new()),
            }
        }
        let mut refusals = Refusals::new();
        for (i, outcome) in outcomes.into_iter().enumerate() {
            let error = match outcome {
                Ok(value) if over.is_none() && value.is_true() => continue,
                Ok(_) => over.clone(),
                Err(error) => Some(error),
            };
            match error {
                Some(error) if self.strict => refusals.push((error, "Invalid")),
                Some(_) => {}
                None => refusals.push(self.refusal(i, messages.get(i).map_or("", String::as_str))),
            }
        }
        Ok(refusals)
    }

    /// What a validation says that does not hold, where its expression made this message, and its reason.
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

    /// The audit annotations that could not be made, where that refuses.
    fn annotate(&mut self) -> Result<Vec<String>, String> {
        self.facts.allot(BUDGET);
        let mut broken = Vec::new();
        for (i, program) in self.policy.annotations.iter().enumerate() {
            match self.facts.evaluate(self.text("auditAnnotations", i, "valueExpression"), program)? {
                Err(error) if self.strict => broken.push(error),
                _ => {}
            }
        }
        Ok(broken)
    }
}
