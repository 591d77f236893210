//! The roles that every cluster begins with, and who they are bound to.
//!
//! Those of the cluster's own components are not among them: what they do is not asked for here.

use super::{ApiServer, Caller};
use crate::api::kinds::RBAC;
use crate::api::{ArcStr, Value};
use crate::base::List as _;
use crate::obj;

const READ: &str = "get list watch";
const WRITE: &str = "create delete deletecollection patch update";
const READ_WRITE: &str = "create delete deletecollection get list patch update watch";

/// Events are in two groups.
const EVENTS: &str = ",events.k8s.io";

/// A role: its name, the role whose aggregate it is a part of, and its rules. A rule is verbs, groups (`/` for paths) and resources,
/// the groups parted by commas and the rest by spaces.
struct Role {
    name: &'static str,
    part_of: &'static str,
    rules: &'static [(&'static str, &'static str, &'static str)],
}

// Models plugin/pkg/auth/authorizer/rbac/bootstrappolicy.
const ROLES: &[Role] = &[
    Role { name: "admin", part_of: "", rules: &[] },
    Role { name: "cluster-admin", part_of: "", rules: &[("*", "*", "*"), ("*", "/", "*")] },
    Role { name: "edit", part_of: "admin", rules: &[] },
    Role {
        name: "system:aggregate-to-admin",
        part_of: "admin",
        rules: &[("create", "authorization.k8s.io", "localsubjectaccessreviews"), (READ_WRITE, RBAC, "rolebindings roles")],
    },
    Role {
        name: "system:aggregate-to-edit",
        part_of: "edit",
        rules: &[
            (READ, "", "pods/attach pods/exec pods/portforward pods/proxy secrets services/proxy"),
            ("impersonate", "", "serviceaccounts"),
            (WRITE, "", "pods pods/attach pods/exec pods/portforward pods/proxy"),
            ("create", "", "pods/eviction"),
            (
                WRITE,
                "",
                "configmaps persistentvolumeclaims replicationcontrollers replicationcontrollers/scale secrets serviceaccounts \
                 services services/proxy",
            ),
            ("create", "", "serviceaccounts/token"),
            (WRITE, EVENTS, "events"),
            (
                WRITE,
                "apps",
                "daemonsets deployments deployments/rollback deployments/scale replicasets replicasets/scale statefulsets \
                 statefulsets/scale",
            ),
            (WRITE, "autoscaling", "horizontalpodautoscalers"),
            (WRITE, "batch", "cronjobs jobs"),
            (
                WRITE,
                "extensions",
                "daemonsets deployments deployments/rollback deployments/scale ingresses networkpolicies replicasets replicasets/scale \
                 replicationcontrollers/scale",
            ),
            (WRITE, "policy", "poddisruptionbudgets"),
            (WRITE, "networking.k8s.io", "ingresses networkpolicies"),
            (READ_WRITE, "coordination.k8s.io", "leases"),
            (WRITE, "resource.k8s.io", "resourceclaims resourceclaimtemplates"),
        ],
    },
    Role {
        name: "system:aggregate-to-view",
        part_of: "view",
        rules: &[
            (
                READ,
                "",
                "configmaps endpoints persistentvolumeclaims persistentvolumeclaims/status pods replicationcontrollers \
                 replicationcontrollers/scale serviceaccounts services services/status",
            ),
            (
                READ,
                "",
                "bindings limitranges namespaces/status pods/log pods/status replicationcontrollers/status resourcequotas \
                 resourcequotas/status",
            ),
            (READ, "", "namespaces"),
            (READ, EVENTS, "events"),
            (READ, "discovery.k8s.io", "endpointslices"),
            (
                READ,
                "apps",
                "controllerrevisions daemonsets daemonsets/status deployments deployments/scale deployments/status replicasets \
                 replicasets/scale replicasets/status statefulsets statefulsets/scale statefulsets/status",
            ),
            (READ, "autoscaling", "horizontalpodautoscalers horizontalpodautoscalers/status"),
            (READ, "batch", "cronjobs cronjobs/status jobs jobs/status"),
            (
                READ,
                "extensions",
                "daemonsets daemonsets/status deployments deployments/scale deployments/status ingresses ingresses/status \
                 networkpolicies replicasets replicasets/scale replicasets/status replicationcontrollers/scale",
            ),
            (READ, "policy", "poddisruptionbudgets poddisruptionbudgets/status"),
            (READ, "networking.k8s.io", "ingresses ingresses/status networkpolicies"),
            (READ, "resource.k8s.io", "resourceclaims resourceclaims/status resourceclaimtemplates"),
        ],
    },
    Role {
        name: "system:basic-user",
        part_of: "",
        rules: &[
            ("create", "authorization.k8s.io", "selfsubjectaccessreviews selfsubjectrulesreviews"),
            ("create", "authentication.k8s.io", "selfsubjectreviews"),
        ],
    },
    Role {
        name: "system:discovery",
        part_of: "",
        rules: &[("get", "/", "/api /api/* /apis /apis/* /healthz /livez /openapi /openapi/* /readyz /version /version/")],
    },
    Role { name: "system:public-info-viewer", part_of: "", rules: &[("get", "/", "/healthz /livez /readyz /version /version/")] },
    Role { name: "view", part_of: "edit", rules: &[] },
];

/// Roles and the groups they are bound to, by a binding of the same name.
const BINDINGS: &[(&str, &[&str])] = &[
    ("cluster-admin", &["system:masters"]),
    ("system:basic-user", &["system:authenticated"]),
    ("system:discovery", &["system:authenticated"]),
    ("system:public-info-viewer", &["system:authenticated", "system:unauthenticated"]),
];

fn texts(text: &'static str, part: char) -> Value {
    text.split(part).map(|word| Value::from(ArcStr::from(word))).list().into()
}

fn rule(&(verbs, groups, resources): &(&'static str, &'static str, &'static str)) -> Value {
    let (verbs, resources) = (texts(verbs, ' '), texts(resources, ' '));
    match groups {
        "/" => obj!({"nonResourceURLs": resources, "verbs": verbs}),
        _ => obj!({"apiGroups": texts(groups, ','), "resources": resources, "verbs": verbs}),
    }
}

impl ApiServer {
    /// Creates them (the server's `rbac/bootstrap-roles` hook).
    pub(super) fn create_bootstrap_policy(&mut self, by: &Caller) {
        let metadata = |name: &str| {
            obj!({
                "name": name, "labels": {"kubernetes.io/bootstrapping": "rbac-defaults"},
                "annotations": {"rbac.authorization.kubernetes.io/autoupdate": "true"}
            })
        };
        for role in ROLES {
            let mut object = obj!({"metadata": metadata(role.name), "rules": role.rules.iter().map(rule).list()});
            let label = |of: &str| format!("{RBAC}/aggregate-to-{of}");
            if !role.part_of.is_empty() {
                object.set(&["metadata", "labels", &label(role.part_of)], "true");
            }
            if role.rules.is_empty() {
                let mut labels = Value::map();
                labels.set(&[&label(role.name)], "true");
                object.set(&["aggregationRule"], obj!({"clusterRoleSelectors": [{"matchLabels": labels}]}));
            }
            self.must_create(by, "ClusterRole", object);
        }
        for (name, groups) in BINDINGS {
            let subjects = groups.iter().map(|group| obj!({"apiGroup": RBAC, "kind": "Group", "name": *group}));
            let binding = obj!({
                "metadata": metadata(name), "roleRef": {"apiGroup": RBAC, "kind": "ClusterRole", "name": *name},
                "subjects": subjects.list()
            });
            self.must_create(by, "ClusterRoleBinding", binding);
        }
    }
}
