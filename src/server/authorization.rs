//! Role-based access control: who may do what, by the roles and bindings in the cluster.

use thiserror::Error;

use super::{ApiServer, Caller};
use crate::api::kinds::RBAC;
use crate::api::{Kind, KindRef, Object, Status, Value, aggregate, policy_rule, validation};
use crate::base::{Case as _, List as _, Order as _};
use crate::obj;

/// Members of this group may do everything.
const MASTERS: &str = "system:masters";
const AUTHENTICATED: &str = "system:authenticated";
const SERVICE_ACCOUNT: &str = "system:serviceaccount:";

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The user's name, such as `jane` or `system:serviceaccount:default:builder`.
    pub name: String,
    /// The user's UID; empty where nobody gave one.
    pub uid: String,
    /// The user's groups, which roles may also be bound to.
    pub groups: Vec<String>,
    /// Further attributes, by key.
    pub extra: Vec<(String, Vec<String>)>,
}

impl User {
    /// The administrator, as whom everything on the workstation is done.
    pub fn administrator() -> User {
        User { name: "admin".into(), uid: "admin".into(), groups: vec![MASTERS.into(), AUTHENTICATED.into()], extra: Vec::new() }
    }

    /// The user that somebody impersonates, with the groups that go with the name.
    // Models apiserver/pkg/endpoints/filters/impersonation.
    pub fn impersonated(name: &str, uid: &str, groups: &[String]) -> User {
        let mut groups = groups.to_vec();
        if groups.is_empty()
            && let Some((namespace, _)) = User::account_of_name(name)
        {
            groups = vec!["system:serviceaccounts".into(), format!("system:serviceaccounts:{namespace}")];
        }
        let implied = if name == "system:anonymous" { "system:unauthenticated" } else { AUTHENTICATED };
        if !groups.iter().any(|g| g == implied || g == "system:unauthenticated") {
            groups.push(implied.into());
        }
        User { name: name.into(), uid: uid.into(), groups, extra: Vec::new() }
    }

    /// Somebody who does not say who they are.
    pub fn anonymous() -> User {
        User::impersonated("system:anonymous", "", &[])
    }

    /// The user that a service account is.
    pub(super) fn name_of_account(namespace: &str, name: &str) -> String {
        format!("{SERVICE_ACCOUNT}{namespace}:{name}")
    }

    /// The namespace and name of the service account that this user is; none for other users.
    pub(super) fn account_of_name(name: &str) -> Option<(&str, &str)> {
        name.strip_prefix(SERVICE_ACCOUNT)?.split_once(':')
    }

    /// The user that a component of the cluster is; a kubelet is one for its node.
    pub(super) fn of_component(component: &str, node: &str) -> User {
        let name = match component {
            "kube-scheduler" => "system:kube-scheduler".to_owned(),
            "kube-apiserver" => "system:apiserver".to_owned(),
            "kube-controller-manager" => "system:kube-controller-manager".to_owned(),
            "kubelet" => format!("system:node:{node}"),
            "controllermanager" => User::name_of_account("kube-system", "disruption-controller"),
            other => User::name_of_account("kube-system", other.trim_end_matches(".k8s.io")),
        };
        let groups = match component {
            "kubelet" => vec!["system:nodes".to_owned()],
            _ => Vec::new(),
        };
        User::impersonated(&name, "", &groups)
    }

    fn of_review(spec: &Value) -> User {
        let groups = spec.get("groups").items().iter().map(|g| g.str().to_owned()).list();
        User { name: spec.get("user").str().into(), uid: spec.get("uid").str().into(), groups, extra: Vec::new() }
    }

    /// The user as `userInfo` of reviews.
    pub(super) fn to_value(&self) -> Value {
        let mut info = obj!({"username": self.name.as_str()});
        if !self.uid.is_empty() {
            info.set(&["uid"], self.uid.as_str());
        }
        let list = |texts: &[String]| texts.iter().map(|t| Value::from(t.as_str())).list();
        info.set(&["groups"], list(&self.groups));
        for (key, values) in &self.extra {
            info.set(&["extra", key], list(values));
        }
        info
    }
}

/// What is asked for (`authorizer.Attributes`).
#[derive(Clone, Copy, Debug, Default)]
pub struct Attributes<'a> {
    /// `get`, `list`, `create` ...
    pub verb: &'a str,
    /// API group; empty for the core.
    pub group: &'a str,
    /// Plural; empty where a path is asked for.
    pub resource: &'a str,
    /// The subresource; empty for the object itself.
    pub subresource: &'a str,
    /// The namespace; empty at cluster scope.
    pub namespace: &'a str,
    /// The object's name; empty where no single object is asked for.
    pub name: &'a str,
    /// A path that is no resource, such as `/version`.
    pub path: &'a str,
}

impl<'a> Attributes<'a> {
    /// A verb on objects of a kind.
    pub fn on(verb: &'a str, kind: KindRef, namespace: &'a str, name: &'a str) -> Attributes<'a> {
        let namespace = if kind.namespaced { namespace } else { "" };
        Attributes { verb, group: kind.group, resource: kind.plural, namespace, name, ..Attributes::default() }
    }

    /// The request that a value describes in its members of these names.
    pub(super) fn of_members(asked: &'a Value) -> Attributes<'a> {
        let text = |member: &str| asked.get(member).str();
        Attributes {
            verb: text("verb"),
            group: text("group"),
            resource: text("resource"),
            subresource: text("subresource"),
            namespace: text("namespace"),
            name: text("name"),
            path: text("path"),
        }
    }

    fn of_review(spec: &'a Value) -> Attributes<'a> {
        let resource = spec.get("resourceAttributes");
        Attributes::of_members(if resource.is_null() { spec.get("nonResourceAttributes") } else { resource })
    }

    fn combined(&self) -> String {
        match self.subresource {
            "" => self.resource.to_owned(),
            sub => format!("{}/{sub}", self.resource),
        }
    }

    // Models rbac/v1's RuleAllows.
    fn allowed_by(&self, rule: &Value) -> bool {
        let any = |member: &str, fits: &dyn Fn(&str) -> bool| lists(rule, member, fits);
        if !any("verbs", &|v| v == self.verb) {
            return false;
        }
        if self.resource.is_empty() {
            return any("nonResourceURLs", &|url| {
                url == self.path || url.strip_suffix('*').is_some_and(|start| self.path.starts_with(start))
            });
        }
        let names = rule.get("resourceNames").items();
        any("apiGroups", &|g| g == self.group)
            && any("resources", &|r| {
                r == self.combined() || (!self.subresource.is_empty() && r.strip_prefix("*/") == Some(self.subresource))
            })
            && (names.is_empty() || names.iter().any(|n| n.str() == self.name))
    }
}

/// What was decided.
#[derive(Clone, Debug, Default)]
pub struct Decision {
    /// Whether it may be done.
    pub allowed: bool,
    /// Which binding allows it, or what stood in the way of an answer; often empty.
    pub reason: String,
}

/// The role of a binding does not exist.
#[derive(Debug, Error)]
#[error("{kind}.{RBAC} {name:?} not found")]
struct NoRole {
    kind: String,
    name: String,
}

/// A binding of a user: the rules of its role, or why there are none, and the subject by which it is theirs.
struct Granted<'a> {
    rules: Result<&'a Value, NoRole>,
    by: String,
}

impl ApiServer {
    /// Decides whether a user may do something.
    // Models plugin/pkg/auth/authorizer/rbac, behind the authorizer of privileged groups; or the one that always allows.
    pub fn authorize(&self, user: &User, asked: &Attributes<'_>) -> Decision {
        if !self.enforces_roles() || user.groups.iter().any(|g| g == MASTERS) {
            return Decision { allowed: true, reason: String::new() };
        }
        let mut errors = Vec::new();
        for granted in self.granted(user, asked.namespace) {
            match granted.rules {
                Ok(rules) if rules.items().iter().any(|rule| asked.allowed_by(rule)) => {
                    return Decision { allowed: true, reason: format!("RBAC: allowed by {}", granted.by) };
                }
                Ok(_) => {}
                Err(error) => errors.push(error),
            }
        }
        let reason =
            if errors.is_empty() { String::new() } else { format!("RBAC: {}", aggregate(&errors.iter().map(NoRole::to_string).list())) };
        Decision { allowed: false, reason }
    }

    /// Refuses with 403 what a user may not do.
    // Models apiserver's responsewriters.ForbiddenStatusError.
    pub fn require(&self, user: &User, kind: KindRef, asked: &Attributes<'_>) -> Result<(), Status> {
        let decision = self.authorize(user, asked);
        if decision.allowed {
            return Ok(());
        }
        let place =
            if asked.namespace.is_empty() { "at the cluster scope".into() } else { format!("in the namespace {:?}", asked.namespace) };
        let mut detail =
            format!("User {:?} cannot {} resource {:?} in API group {:?} {place}", user.name, asked.verb, asked.combined(), asked.group);
        if !decision.reason.is_empty() {
            detail += &format!(": {}", decision.reason);
        }
        Err(Status::forbidden(kind, asked.name, &detail))
    }

    /// What a user may do in a namespace: the rules of all roles bound to them.
    // Models rbac/validation's RulesFor, and that of the authorizer that always allows.
    pub fn rules_for(&self, user: &User, namespace: &str) -> Vec<Value> {
        if !self.enforces_roles() {
            return vec![obj!({"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}), obj!({"nonResourceURLs": ["*"], "verbs": ["*"]})];
        }
        self.granted(user, namespace).filter_map(|g| g.rules.ok()).flat_map(|rules| rules.items().to_vec()).list()
    }

    /// The bindings of a user, ClusterRoleBindings first.
    // Models rbac/validation's VisitRulesFor.
    fn granted<'a>(&'a self, user: &'a User, namespace: &'a str) -> impl Iterator<Item = Granted<'a>> {
        let bindings = |kind: &str, namespace| self.iter(Kind::named(kind), namespace);
        let local = (!namespace.is_empty()).then(|| bindings("RoleBinding", Some(namespace))).into_iter().flatten();
        bindings("ClusterRoleBinding", None).chain(local).filter_map(move |binding| {
            let to = binding.get("subjects").items().iter().find_map(|s| subject_is(s, user, binding.namespace()))?;
            let (kind, name) = (binding.at(&["roleRef", "kind"]).str(), binding.at(&["roleRef", "name"]).str());
            let of = Kind::named(if kind == "Role" { "Role" } else { "ClusterRole" });
            let role = self.peek(of, if of.namespaced { namespace } else { "" }, name);
            let binding_name = match binding.namespace() {
                "" => binding.name().to_owned(),
                namespace => format!("{}/{namespace}", binding.name()),
            };
            Some(Granted {
                rules: role.map(|r| r.get("rules")).ok_or_else(|| NoRole { kind: kind.lower(), name: name.to_owned() }),
                by: format!("{} {binding_name:?} of {kind} {name:?} to {to}", binding.kind()),
            })
        })
    }

    /// The status of a review; none where the kind is no review. Reviews are answered and not stored.
    pub fn review(&self, by: &Caller, kind: KindRef, object: &Value) -> Result<Option<Value>, Status> {
        let spec = object.get("spec");
        let is_access = kind.plural.ends_with("accessreviews");
        let causes = if is_access { validation::create(kind, object) } else { Vec::new() };
        if !causes.is_empty() {
            // Upstream takes the kind from where it was lost when the object was read.
            let mut status = Status::invalid(kind, "", causes);
            status.message = status.message.replacen(kind.kind, "", 1);
            status.details.remove(&["kind"]);
            return Err(status);
        }
        let status = |user: &User| {
            let decision = self.authorize(user, &Attributes::of_review(spec));
            let mut status = obj!({"allowed": decision.allowed});
            if !decision.reason.is_empty() {
                status.set(&["reason"], decision.reason);
            }
            status
        };
        Ok(match kind.built_in() {
            "selfsubjectreviews" => Some(obj!({"userInfo": by.as_user("").to_value()})),
            "tokenreviews" if spec.get("token").is_empty() => {
                return Err(Status::bad_request("token is required for TokenReview in authentication"));
            }
            // No token is known.
            "tokenreviews" => Some(obj!({"error": "invalid bearer token", "user": {}})),
            "selfsubjectrulesreviews" if spec.get("namespace").is_empty() => return Err(Status::bad_request("no namespace on request")),
            "selfsubjectaccessreviews" => Some(status(&by.as_user(""))),
            "subjectaccessreviews" | "localsubjectaccessreviews" => Some(status(&User::of_review(spec))),
            "selfsubjectrulesreviews" => {
                let (of_urls, of_resources): (Vec<_>, Vec<_>) = self
                    .rules_for(&by.as_user(""), spec.get("namespace").str())
                    .into_iter()
                    .partition(|rule| !rule.get("nonResourceURLs").is_empty());
                Some(obj!({"incomplete": false, "nonResourceRules": of_urls, "resourceRules": of_resources}))
            }
            _ => None,
        })
    }

    /// Refuses a role or binding that would give more than its writer has.
    // Models pkg/registry/rbac's policy-based storage.
    pub(super) fn refuse_escalation(&self, by: &Caller, kind: KindRef, object: &Value) -> Result<(), Status> {
        let Some(user) = by.user().filter(|_| kind.group == RBAC && self.enforces_roles()) else { return Ok(()) };
        let (namespace, name) = (object.namespace(), object.name());
        let may = |verb: &str, kind: KindRef, name: &str| self.authorize(user, &Attributes::on(verb, kind, namespace, name)).allowed;
        let rules = match kind.kind {
            "Role" | "ClusterRole" if !may("escalate", kind, name) => object.get("rules"),
            "RoleBinding" | "ClusterRoleBinding" => {
                let role = object.get("roleRef");
                let of = Kind::named(if role.kind() == "Role" { "Role" } else { "ClusterRole" });
                if may("bind", of, role.get("name").str()) {
                    return Ok(());
                }
                let namespace = if of.namespaced { namespace } else { "" };
                let role = role.get("name").str();
                self.peek(of, namespace, role).ok_or_else(|| Status::not_found(of, role))?.get("rules")
            }
            _ => return Ok(()),
        };
        let missing = policy_rule::uncovered(&self.rules_for(user, namespace), rules.items());
        if missing.is_empty() {
            return Ok(());
        }
        let mut texts: Vec<String> = policy_rule::compact(&missing).iter().map(policy_rule::described).list();
        texts.order();
        texts.dedup();
        let groups: Vec<String> = user.groups.iter().map(|g| format!("{g:?}")).list();
        let detail = format!(
            "user {:?} (groups=[{}]) is attempting to grant RBAC permissions not currently held:\n{}",
            user.name,
            groups.join(" "),
            texts.join("\n")
        );
        Err(Status::forbidden(kind, name, &detail))
    }
}

/// Whether one of a rule's lists has a star or something that fits.
pub(super) fn lists(rule: &Value, member: &str, fits: &dyn Fn(&str) -> bool) -> bool {
    rule.get(member).items().iter().any(|v| v.str() == "*" || fits(v.str()))
}

/// How a subject of a binding names a user, if it does.
fn subject_is(subject: &Value, user: &User, binding_namespace: &str) -> Option<String> {
    let name = subject.get("name").str();
    match subject.kind() {
        "User" if name == user.name => Some(format!("User {name:?}")),
        "Group" if user.groups.iter().any(|g| g == name) => Some(format!("Group {name:?}")),
        "ServiceAccount" => {
            let namespace = Some(subject.get("namespace").str()).filter(|n| !n.is_empty()).unwrap_or(binding_namespace);
            (User::account_of_name(&user.name) == Some((namespace, name)))
                .then(|| format!("ServiceAccount {:?}", format!("{name}/{namespace}")))
        }
        _ => None,
    }
}
