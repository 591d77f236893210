//! Defaults of the smaller groups.

use super::super::kinds::RBAC;
use super::super::schema::Type;
use super::super::{Map, Value};
use super::{absent, empty, empty_in};
use crate::base::Case as _;
use crate::obj;

/// Applies the rule of a type of these groups; says whether it has one.
pub fn rule(ty: &Type, value: &mut Value) -> bool {
    let name = ty.name;
    let is_pointer = |field: &str| ty.field(field).is_some_and(|f| f.pointer);
    match name {
        "NetworkPolicyPort" => absent(value, "protocol", "TCP"),
        "NetworkPolicy" => {
            if value.at(&["spec", "policyTypes"]).is_empty() {
                let egress = !value.at(&["spec", "egress"]).is_empty();
                value.set(&["spec", "policyTypes"], if egress { obj!(["Ingress", "Egress"]) } else { obj!(["Ingress"]) });
            }
        }
        "IngressClassParametersReference" => absent(value, "scope", "Cluster"),
        "ClusterRoleBinding" | "RoleBinding" => empty_in(value, &["roleRef", "apiGroup"], RBAC),
        "Subject" if ty.field("apiGroup").is_some() => {
            if matches!(value.get("kind").str(), "User" | "Group") {
                empty(value, "apiGroup", RBAC);
            }
        }
        "PriorityClass" => absent(value, "preemptionPolicy", "PreemptLowerPriority"),
        "StorageClass" => {
            absent(value, "reclaimPolicy", "Delete");
            absent(value, "volumeBindingMode", "Immediate");
        }
        "CSIDriverSpec" => {
            absent(value, "attachRequired", true);
            for off in ["podInfoOnMount", "storageCapacity", "requiresRepublish", "seLinuxMount"] {
                absent(value, off, false);
            }
            absent(value, "fsGroupPolicy", "ReadWriteOnceWithFSType");
            empty(value, "volumeLifecycleModes", obj!(["Persistent"]));
        }
        // Of a slice (pointers) and of old Endpoints (a plain string) alike.
        "EndpointPort" => {
            absent(value, "protocol", "TCP");
            if is_pointer("name") {
                absent(value, "name", "");
            }
        }
        "ValidatingWebhook" | "MutatingWebhook" => {
            absent(value, "failurePolicy", "Fail");
            matching(value);
            absent(value, "timeoutSeconds", 10);
            if name == "MutatingWebhook" {
                absent(value, "reinvocationPolicy", "Never");
            }
        }
        "ExactDeviceRequest" | "DeviceSubRequest" => {
            empty(value, "allocationMode", "ExactCount");
            if value.get("allocationMode").str() == "ExactCount" && value.get("count").int() == 0 {
                value.set(&["count"], 1);
            }
        }
        "Rule" | "RuleWithOperations" | "NamedRuleWithOperations" => absent(value, "scope", "*"),
        "CustomResourceDefinitionSpec" => {
            let kind = value.at(&["names", "kind"]).str().to_owned();
            if !kind.is_empty() {
                empty_in(value, &["names", "singular"], kind.lower());
                empty_in(value, &["names", "listKind"], format!("{kind}List"));
            }
            absent(value, "conversion", obj!({"strategy": "None"}));
        }
        "ServiceReference" => absent(value, "port", 443),
        "ValidatingAdmissionPolicySpec" | "MutatingAdmissionPolicySpec" => absent(value, "failurePolicy", "Fail"),
        "MatchResources" => matching(value),
        "FlowSchemaSpec" => empty(value, "matchingPrecedence", 1000),
        "ExemptPriorityLevelConfiguration" => {
            absent(value, "nominalConcurrencyShares", 0);
            absent(value, "lendablePercent", 0);
        }
        "LimitedPriorityLevelConfiguration" => {
            absent(value, "nominalConcurrencyShares", 30);
            absent(value, "lendablePercent", 0);
        }
        "QueuingConfiguration" => {
            empty(value, "handSize", 8);
            empty(value, "queues", 64);
            empty(value, "queueLengthLimit", 50);
        }
        _ => return false,
    }
    true
}

fn matching(value: &mut Value) {
    absent(value, "matchPolicy", "Equivalent");
    absent(value, "namespaceSelector", Map::new());
    absent(value, "objectSelector", Map::new());
}
