//! One pod looked at closely: what no list has room for.

use crate::api::Value;
use crate::kubectl::output::{to_yaml, without_managed_fields};

/// A variable of a container's environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvView {
    /// Its name.
    pub name: String,
    /// Its value, where the spec has it.
    pub value: String,
    /// Where it comes from: `ConfigMap conf key a`, `field status.podIP`; empty where the spec has the value.
    pub from: String,
}

/// One container of a pod, looked at closely.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PodDetails {
    /// The container.
    pub container: String,
    /// Its environment, as its spec describes it.
    pub env: Vec<EnvView>,
    /// What is mounted in it: path and volume.
    pub mounts: Vec<(String, String)>,
}

impl PodDetails {
    /// Reads one container of a Pod object; none where the pod has no such container.
    pub fn of(pod: &Value, container: &str) -> Option<PodDetails> {
        let spec = pod.get("spec");
        let all = spec.get("initContainers").items().iter().chain(spec.get("containers").items());
        let c = all.clone().find(|c| c.get("name").str() == container)?;
        let mut env = Vec::new();
        for source in c.get("envFrom").items() {
            for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
                let name = source.at(&[field, "name"]).str();
                if !name.is_empty() {
                    env.push(EnvView {
                        name: format!("{}*", source.get("prefix").str()),
                        value: String::new(),
                        from: format!("{kind} {name}"),
                    });
                }
            }
        }
        env.extend(c.get("env").items().iter().map(|e| EnvView {
            name: e.get("name").str().to_owned(),
            value: e.get("value").str().to_owned(),
            from: origin(e.get("valueFrom")),
        }));
        let volume = |name: &str| {
            let v = spec.get("volumes").items().iter().find(|v| v.get("name").str() == name);
            let kind = v.and_then(|v| v.entries().find(|(k, _)| k.as_str() != "name")).map_or("", |(k, _)| k.as_str());
            format!("{name} ({kind})")
        };
        let mounts =
            c.get("volumeMounts").items().iter().map(|m| (m.get("mountPath").str().to_owned(), volume(m.get("name").str()))).collect();
        Some(PodDetails { container: container.to_owned(), env, mounts })
    }

    /// An object as `kubectl get -o yaml` prints it.
    pub fn yaml(object: &Value) -> String {
        to_yaml(&without_managed_fields(object.clone()))
    }
}

fn origin(from: &Value) -> String {
    let config_map = from.get("configMapKeyRef");
    let reference = if config_map.is_null() { from.get("secretKeyRef") } else { config_map };
    let (key, name) = (reference.get("key").str(), reference.get("name").str());
    if !from.get("configMapKeyRef").is_null() {
        format!("ConfigMap {name}: {key}")
    } else if !from.get("secretKeyRef").is_null() {
        format!("Secret {name}: {key}")
    } else if !from.get("fieldRef").is_null() {
        format!("field {}", from.at(&["fieldRef", "fieldPath"]).str())
    } else if !from.get("resourceFieldRef").is_null() {
        format!("resource {}", from.at(&["resourceFieldRef", "resource"]).str())
    } else {
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn environment_says_where_from() {
        let pod = obj!({"metadata": {"name": "p"}, "spec": {"volumes": [{"name": "conf", "configMap": {"name": "m"}}], "containers": [{"name": "c",
            "envFrom": [{"configMapRef": {"name": "m"}}],
            "env": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "b"}}}, {"name": "C", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
            "volumeMounts": [{"name": "conf", "mountPath": "/etc/conf"}]}]}});
        let details = PodDetails::of(&pod, "c").expect("container c");
        let env: Vec<(&str, &str, &str)> = details.env.iter().map(|e| (e.name.as_str(), e.value.as_str(), e.from.as_str())).collect();
        assert_eq!(env, [("*", "", "ConfigMap m"), ("A", "1", ""), ("B", "", "ConfigMap m: b"), ("C", "", "field status.podIP")]);
        assert_eq!(details.mounts, [("/etc/conf".to_owned(), "conf (configMap)".to_owned())]);
        assert_eq!(PodDetails::of(&pod, "none"), None);
    }
}
