//! One pod looked at closely: what no list has room for.

use crate::api::{Object, Value};
use crate::base::{List as _, Order as _};
use crate::kubectl::output::{to_yaml, without_managed_fields};
use crate::sim::Sim;

/// A variable of a container's environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnvView {
    /// Its name.
    pub name: String,
    /// Its value: what the process was started with, or else what the spec has.
    pub value: String,
    /// Where it comes from.
    pub from: EnvOrigin,
}

/// Where a variable comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvOrigin {
    /// The spec has the value.
    Spec,
    /// A key of a ConfigMap or a Secret: the kind, the object's name and the key; without a key all of them (`envFrom`).
    Source(&'static str, String, Option<String>),
    /// A field of the pod (`fieldRef`).
    Field(String),
    /// A resource of the container (`resourceFieldRef`).
    Resource(String),
    /// What tells of a Service.
    Service,
    /// The image.
    Image,
    /// Whoever runs the container.
    Runtime,
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
                        from: EnvOrigin::Source(kind, name.to_owned(), None),
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
            let v = spec.get("volumes").named(name);
            let kind = v.and_then(|v| v.entries().find(|(k, _)| k.as_str() != "name")).map_or("", |(k, _)| k.as_str());
            format!("{name} ({kind})")
        };
        let mounts =
            c.get("volumeMounts").items().iter().map(|m| (m.get("mountPath").str().to_owned(), volume(m.get("name").str()))).list();
        Some(PodDetails { container: container.to_owned(), env, mounts })
    }

    /// An object as `kubectl get -o yaml` prints it.
    pub fn yaml(object: &Value) -> String {
        to_yaml(&without_managed_fields(object.clone()))
    }
}

/// A container's environment: what its process was started with, and where each variable comes from.
pub fn environment(sim: &Sim, pod: &Value, container: &str) -> Vec<EnvView> {
    let env = PodDetails::of(pod, container).map(|d| d.env).unwrap_or_default();
    let running = sim.cluster().kubelets.as_ref().and_then(|k| k.environment(pod.namespace(), pod.name(), container));
    let Some(running) = running else { return env };
    let keys = |from: &EnvOrigin| match from {
        EnvOrigin::Source(kind, name, None) => Some(super::objects::object(sim, kind, pod.namespace(), name)?.get("data")),
        _ => None,
    };
    let from = |name: &str| {
        let known = env.iter().rev().find(|e| e.name == name).map(|e| e.from.clone());
        let whole = || {
            let is_of = |e: &&EnvView| {
                let key = e.name.strip_suffix('*').and_then(|prefix| name.strip_prefix(prefix));
                key.is_some_and(|key| keys(&e.from).is_some_and(|d| !d.get(key).is_null()))
            };
            env.iter().find(is_of).map(|e| e.from.clone())
        };
        let made = match name {
            "HOSTNAME" | "PATH" => EnvOrigin::Runtime,
            _ if name.contains("_SERVICE_") || name.contains("_PORT") => EnvOrigin::Service,
            _ => EnvOrigin::Image,
        };
        known.or_else(whole).unwrap_or(made)
    };
    let mut all: Vec<EnvView> = running
        .list()
        .into_iter()
        .map(|(name, value)| EnvView { name: name.to_string(), value: value.to_string(), from: from(name) })
        .list();
    // What the pod's author wrote comes first.
    all.order_by_key(|e| matches!(e.from, EnvOrigin::Service | EnvOrigin::Image | EnvOrigin::Runtime));
    all
}

fn origin(from: &Value) -> EnvOrigin {
    for (field, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
        let reference = from.get(field);
        if !reference.is_null() {
            return EnvOrigin::Source(kind, reference.get("name").str().to_owned(), Some(reference.get("key").str().to_owned()));
        }
    }
    let (field, resource) = (from.at(&["fieldRef", "fieldPath"]).str(), from.at(&["resourceFieldRef", "resource"]).str());
    match (field, resource) {
        ("", "") => EnvOrigin::Spec,
        ("", resource) => EnvOrigin::Resource(resource.to_owned()),
        (field, _) => EnvOrigin::Field(field.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Duration, Time};
    use crate::obj;
    use crate::sim::{Session, TimedInput};

    fn of_m(key: Option<&str>) -> EnvOrigin {
        EnvOrigin::Source("ConfigMap", "m".to_owned(), key.map(str::to_owned))
    }

    #[test]
    fn environment_says_where_from() {
        let pod = obj!({"metadata": {"name": "p"}, "spec": {"volumes": [{"name": "conf", "configMap": {"name": "m"}}], "containers": [{"name": "c",
            "envFrom": [{"configMapRef": {"name": "m"}}],
            "env": [{"name": "A", "value": "1"}, {"name": "B", "valueFrom": {"configMapKeyRef": {"name": "m", "key": "b"}}}, {"name": "C", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}}],
            "volumeMounts": [{"name": "conf", "mountPath": "/etc/conf"}]}]}});
        let details = PodDetails::of(&pod, "c").expect("container c");
        let env: Vec<(&str, &str, &EnvOrigin)> = details.env.iter().map(|e| (e.name.as_str(), e.value.as_str(), &e.from)).collect();
        let field = EnvOrigin::Field("status.podIP".to_owned());
        assert_eq!(env, [("*", "", &of_m(None)), ("A", "1", &EnvOrigin::Spec), ("B", "", &of_m(Some("b"))), ("C", "", &field)]);
        assert_eq!(details.mounts, [("/etc/conf".to_owned(), "conf (configMap)".to_owned())]);
        assert_eq!(PodDetails::of(&pod, "none"), None);
    }

    #[test]
    fn a_running_container_has_its_values() {
        let mut sim = Sim::new(Session::default());
        let manifest = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"nginx","envFrom":[{"configMapRef":{"name":"m"},"prefix":"X_"}],"env":[{"name":"A","value":"1"},{"name":"B","valueFrom":{"configMapKeyRef":{"name":"m","key":"b"}}}]}]}}"#;
        let line = format!("kubectl create configmap m --from-literal=b=2; echo '{manifest}' | kubectl apply -f -");
        sim.input(TimedInput { cmd: Some(line), ..TimedInput::default() });
        while !sim.run(Time::ZERO + Duration::from_secs(10), 4096).done {}
        let told = environment(&sim, crate::views::object(&sim, "Pod", "default", "p").expect("made above"), "c");
        for (name, value, from) in [
            ("A", "1", EnvOrigin::Spec),
            ("B", "2", of_m(Some("b"))),
            ("X_b", "2", of_m(None)),
            ("KUBERNETES_SERVICE_PORT", "443", EnvOrigin::Service),
        ] {
            let found = told.iter().find(|e| e.name == name).map(|e| (e.value.as_str(), &e.from));
            assert_eq!(found, Some((value, &from)), "{name}: {told:?}");
        }
        assert_eq!(told.last().map(|e| &e.from), Some(&EnvOrigin::Service), "what nobody wrote comes last");
    }
}
