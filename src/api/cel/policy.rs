//! Expressions of admission policies: the names that they may use, the values of these in a request, and the handling of results.
// Models k8s.io/apiserver/pkg/admission/plugin/cel.

use std::sync::Arc;

use thiserror::Error;

use super::check::{JSON_PATCH, PATCHED, demand_patterns};
use super::eval::Eval;
use super::types::{self, BOOL, STRING, Type};
use super::value::{Fail, Outcome, Val};
use super::{CompileError, Program, read};
use crate::api::{ArcStr, Value, quote};
use crate::base::List as _;

const AUTHORIZER: &str = "kubernetes.authorization.Authorizer";
const PATH: &str = "kubernetes.authorization.PathCheck";
const GROUP: &str = "kubernetes.authorization.GroupCheck";
const RESOURCE: &str = "kubernetes.authorization.ResourceCheck";
const DECISION: &str = "kubernetes.authorization.Decision";
/// The cost of asking the authorizer.
const CHECK_COST: u64 = 350_000;

/// The type that an expression must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// A bool.
    Bool,
    /// A message, without access to the authorizer.
    Text,
    /// A string or null.
    TextOrNull,
    /// Anything.
    Any,
    /// An apply configuration.
    Object,
    /// The operations of a JSON patch.
    JsonPatch,
}

/// The names that expressions may use, and their types.
#[derive(Clone, Debug)]
pub struct Names {
    scope: Vec<(ArcStr, Type)>,
    variables: Vec<(String, types::Decl)>,
}

impl Names {
    /// The names for a policy, with `params` if it has parameters. `object` is the schema of the admitted object, if it is known.
    pub fn new(params: bool, object: Option<&Value>) -> Names {
        let of = |kind: &str, last: &str| types::object(&format!("kubernetes.GroupVersion{kind}"), &format!("group version {last}"), &[]);
        let (kind, resource) = (of("Kind", "kind"), of("Resource", "resource"));
        let user = types::object("kubernetes.UserInfo", "username uid groups:Ls extra:MsLs", &[]);
        let request = types::object(
            "kubernetes.AdmissionRequest",
            "subResource requestSubResource name namespace operation dryRun:b options:*",
            &[("kind", &kind), ("resource", &resource), ("requestKind", &kind), ("requestResource", &resource), ("userInfo", &user)],
        );
        let metadata = "name generateName namespace labels:Mss annotations:Mss UID creationTimestamp:T deletionGracePeriodSeconds:i \
                        deletionTimestamp:T generation:i resourceVersion finalizers:Ls";
        let metadata = types::object("kubernetes.NamespaceMetadata", metadata, &[]);
        let spec = types::object("kubernetes.NamespaceSpec", "finalizers:Ls", &[]);
        let condition = types::object("kubernetes.NamespaceCondition", "status type lastTransitionTime:T message reason", &[]);
        let status = types::object("kubernetes.NamespaceStatus", "phase", &[("conditions", &Type::list(condition))]);
        let namespace =
            types::object("kubernetes.Namespace", "apiVersion kind", &[("metadata", &metadata), ("spec", &spec), ("status", &status)]);
        let object =
            object.and_then(|schema| types::declare(schema, false, schema.get("title").str(), 0)).map_or(Type::Dyn, |decl| decl.ty);
        let mut scope: Vec<(ArcStr, Type)> = vec![
            ("object".into(), object.clone()),
            ("oldObject".into(), object),
            ("namespaceObject".into(), namespace),
            ("request".into(), request),
            ("authorizer".into(), Type::Named(AUTHORIZER)),
            ("authorizer.requestResource".into(), Type::Named(RESOURCE)),
        ];
        if params {
            scope.push(("params".into(), Type::Dyn));
        }
        Names { scope, variables: Vec::new() }
    }

    /// Compiles an expression.
    pub fn compile(&self, text: &str, wanted: Wanted) -> Result<Program, CompileError> {
        let mut scope = self.scope.clone();
        if wanted == Wanted::Text {
            scope.retain(|(name, _)| !name.starts_with("authorizer"));
        }
        if !self.variables.is_empty() {
            let object = types::ObjectType { name: "kubernetes.variables".to_owned(), fields: self.variables.clone() };
            scope.push(("variables".into(), Type::Object(Arc::new(object))));
        }
        let mut program = read(text, scope, matches!(wanted, Wanted::Object | Wanted::JsonPatch))?;
        let (null, is) = (Type::Named("null_type"), &program.tree.ty);
        let wanted = match wanted {
            Wanted::Bool if *is != BOOL => "bool",
            Wanted::Text if *is != STRING => "string",
            Wanted::TextOrNull if *is != STRING && *is != null => "one of [string null_type]",
            Wanted::Object if is.text() != PATCHED => PATCHED,
            Wanted::JsonPatch if *is != Type::list(types::object(JSON_PATCH, "", &[])) => "list(JSONPatch)",
            _ => "",
        };
        if !wanted.is_empty() {
            return Err(CompileError::Unwanted { wanted, got: is.text() });
        }
        demand_patterns(&mut program.tree).map(|()| program)
    }

    /// Adds a variable, for the expressions that come after it.
    pub fn define(&mut self, name: &str, program: &Result<Program, CompileError>) {
        let ty = program.as_ref().map_or(Type::Dyn, |p| match &p.tree.ty {
            Type::Object(_) | Type::Error => Type::Dyn,
            ty => ty.clone(),
        });
        self.variables.push((name.to_owned(), types::Decl { ty, min_bytes: 0, max: 0, inner: None }));
    }
}

/// The budget of a policy's expressions is spent, so that the whole policy fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("validation failed due to running out of cost budget, no further validation rules will be run")]
pub struct OutOfBudget;

/// Why an expression has no value.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum ExpressionError {
    /// It does not compile.
    #[error("compilation error: {0}")]
    Compile(CompileError),
    /// Its patch has objects at the wrong places: the error.
    #[error("type mismatch: {0}")]
    Misplaced(String),
    /// Its evaluation failed.
    #[error("expression '{text}' resulted in error: {}", .fail.0)]
    Failed {
        /// The expression.
        text: String,
        /// Why.
        fail: Fail,
    },
}

/// The values of the names in one request.
pub struct Facts<'a> {
    scope: Vec<(ArcStr, Val)>,
    variables: Vec<(ArcStr, Outcome)>,
    /// The authorizer: from the attributes of a request to whether it is allowed, and why.
    ask: &'a dyn Fn(&Value) -> (bool, String),
    /// The budget that is left.
    left: u64,
}

impl std::fmt::Debug for Facts<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Facts")
    }
}

impl<'a> Facts<'a> {
    /// An evaluation with these values; `resource` has the attributes of the request itself.
    pub fn new(values: &[(&str, &Value)], resource: Value, ask: &'a dyn Fn(&Value) -> (bool, String)) -> Facts<'a> {
        let mut scope: Vec<(ArcStr, Val)> = values.iter().map(|(name, value)| ((*name).into(), plain(value))).list();
        scope.push(("authorizer".into(), Val::Access(Arc::new((AUTHORIZER, Value::Null)))));
        scope.push(("authorizer.requestResource".into(), Val::Access(Arc::new((RESOURCE, resource)))));
        Facts { scope, variables: Vec::new(), ask, left: 0 }
    }

    /// Sets the budget of the expressions from here on.
    pub fn allot(&mut self, budget: u64) {
        self.left = budget;
    }

    /// What may still be spent.
    pub fn left(&self) -> u64 {
        self.left
    }

    /// Evaluates a variable, for the expressions after it. Its error becomes that of the expressions that use it.
    pub fn define(&mut self, name: &str, program: &Result<Program, CompileError>) {
        let value = match program {
            Ok(program) => {
                self.eval(program).0.map_err(|f| Fail::new(format!("composited variable {} fails to evaluate: {}", quote(name), f.0)))
            }
            Err(error) => Err(Fail::new(format!("composited variable {} fails to compile: {error}", quote(name)))),
        };
        self.variables.push((name.into(), value));
    }

    fn eval(&mut self, program: &Program) -> (Outcome, u64) {
        let mut eval = Eval { scope: std::mem::take(&mut self.scope), variables: &self.variables, ask: Some(self.ask), cost: 0, work: 0 };
        let outcome = eval.eval(&program.tree);
        let (scope, cost) = (eval.scope, eval.cost);
        self.scope = scope;
        (outcome, cost)
    }

    /// Evaluates an expression. The outer error is one of the whole policy.
    pub fn evaluate(&mut self, text: &str, program: &Result<Program, CompileError>) -> Result<Result<Value, ExpressionError>, OutOfBudget> {
        let program = match program {
            Ok(program) => program,
            Err(error) => return Ok(Err(ExpressionError::Compile(error.clone()))),
        };
        if self.left == 0 {
            return Err(OutOfBudget);
        }
        let (outcome, cost) = self.eval(program);
        match self.left.checked_sub(cost) {
            Some(left) => self.left = left,
            None => {
                self.left = 0;
                return Err(OutOfBudget);
            }
        }
        Ok(match outcome {
            Ok(_) if !program.misplaced.is_empty() => Err(ExpressionError::Misplaced(program.misplaced.clone())),
            Ok(value) => Ok(value.to_value().unwrap_or_default()),
            Err(fail) => Err(ExpressionError::Failed { text: text.to_owned(), fail }),
        })
    }
}

impl Eval<'_> {
    /// Builds a question to the authorizer, or holds the decision.
    // Models k8s.io/apiserver/pkg/cel/library.Authz.
    pub fn access(&mut self, name: &str, (ty, asked): (&'static str, &Value), args: &[Val]) -> Outcome {
        let texts: Vec<&str> = args.iter().filter_map(|v| if let Val::Str(s) = v { Some(s.as_str()) } else { None }).list();
        let with = |ty, key: &str, value: &str| {
            let mut next = if asked.is_null() { crate::obj!({}) } else { asked.clone() };
            next.set(&[key], value);
            Ok(Val::Access(Arc::new((ty, next))))
        };
        match (ty, name, texts.as_slice()) {
            (AUTHORIZER, "path", [""]) => Err(Fail::new("path must not be empty")),
            (GROUP, "resource", [""]) => Err(Fail::new("resource must not be empty")),
            (AUTHORIZER, "path", [path]) => with(PATH, name, path),
            (AUTHORIZER, "group", [group]) => with(GROUP, name, group),
            (AUTHORIZER, "serviceAccount", [namespace, account]) => {
                with(AUTHORIZER, "user", &format!("system:serviceaccount:{namespace}:{account}"))
            }
            (GROUP, "resource", [value]) | (RESOURCE, "subresource" | "namespace" | "name", [value]) => with(RESOURCE, name, value),
            (RESOURCE, "fieldSelector" | "labelSelector", _) => Ok(Val::Access(Arc::new((ty, asked.clone())))),
            (PATH | RESOURCE, "check", [verb]) => {
                self.pay(CHECK_COST)?;
                let mut asked = asked.clone();
                asked.set(&["verb"], *verb);
                let (allowed, reason) = self.ask.map_or((false, String::new()), |ask| ask(&asked));
                Ok(Val::Access(Arc::new((DECISION, crate::obj!({"allowed": allowed, "reason": reason})))))
            }
            (DECISION, "allowed", _) => Ok(Val::Bool(asked.get(name).is_true())),
            (DECISION, "errored", _) => Ok(Val::Bool(false)),
            (DECISION, "reason" | "error", _) => Ok(Val::str(asked.get(name).str())),
            _ => Err(Fail::OVERLOAD),
        }
    }
}

/// A value without a schema.
fn plain(value: &Value) -> Val {
    match value {
        Value::Null => Val::Null,
        Value::Bool(b) => Val::Bool(*b),
        Value::Int(i) => Val::Int(*i),
        Value::Float(f) => Val::Double(*f),
        Value::Str(s) => Val::Str(s.clone()),
        Value::List(items) => Val::list(items.iter().map(plain).list()),
        Value::Map(map) => Val::Map(Arc::new(map.iter().map(|(k, v)| (Val::Str(k.clone()), plain(v))).list())),
    }
}
