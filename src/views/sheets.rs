//! What a pod has of ConfigMaps and Secrets: the files in its volumes, which follow late, and its environment, which never does.

use crate::api::{Object, Value};
use crate::base::{List as _, Time};
use crate::sim::Sim;

use super::inside::ContainerInside;
use super::objects::object;

/// What an object's volumes show, against what their sources say now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mounted {
    /// The container.
    pub container: String,
    /// The file.
    pub path: String,
    /// `ConfigMap` or `Secret`.
    pub kind: &'static str,
    /// The source's name.
    pub name: String,
    /// Whether the container sees what the source says now; none while it does not run.
    pub fresh: Option<bool>,
    /// Whether the kubelet brings what is newer; not where a single file is mounted (`subPath`).
    pub follows: bool,
    /// What the container sees there; nothing while it does not run, and of a Secret.
    pub says: String,
}

/// The files that ConfigMaps and Secrets put into a pod's containers.
pub fn mounted(sim: &Sim, pod: &Value) -> Vec<Mounted> {
    let mut found = Vec::new();
    for c in pod.at(&["spec", "containers"]).items() {
        for mount in c.get("volumeMounts").items() {
            let Some(volume) = pod.at(&["spec", "volumes"]).named(mount.get("name").str()) else { continue };
            let (kind, name) = match (volume.at(&["configMap", "name"]).str(), volume.at(&["secret", "secretName"]).str()) {
                ("", "") => continue,
                ("", secret) => ("Secret", secret),
                (map, _) => ("ConfigMap", map),
            };
            let Some(source) = object(sim, kind, pod.namespace(), name) else { continue };
            let inside = ContainerInside { sim, namespace: pod.namespace(), pod: pod.name(), container: c.get("name").str() };
            let part = mount.get("subPath").str();
            for (key, file) in files_of(volume, source) {
                let Some(rest) = file.strip_prefix(part).filter(|rest| part.is_empty() || rest.is_empty() || rest.starts_with('/')) else {
                    continue;
                };
                let folder = mount.get("mountPath").str().trim_end_matches('/');
                let slash = if rest.is_empty() || rest.starts_with('/') { "" } else { "/" };
                let path = format!("{folder}{slash}{rest}");
                let there = inside.file(&path);
                let is_open = kind == "ConfigMap";
                found.push(Mounted {
                    container: c.get("name").str().to_owned(),
                    path,
                    kind,
                    name: name.to_owned(),
                    fresh: there.as_ref().map(|t| !is_open || t == source.at(&["data", key]).str()),
                    follows: part.is_empty(),
                    says: there.filter(|_| is_open).unwrap_or_default(),
                });
            }
        }
    }
    found
}

/// The files that a volume makes of a ConfigMap or Secret, each with its key: those that it lists, or else all, called after their keys.
fn files_of<'a>(volume: &'a Value, source: &'a Value) -> Vec<(&'a str, &'a str)> {
    let mut items = ["configMap", "secret"].into_iter().flat_map(|kind| volume.at(&[kind, "items"]).items()).peekable();
    if items.peek().is_none() {
        return source.get("data").entries().map(|(key, _)| (key.as_str(), key.as_str())).list();
    }
    items.map(|item| (item.get("key").str(), item.get("path").str())).list()
}

/// How a pod's copy stands to its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Copied {
    /// It says the same.
    Fresh,
    /// It is old, and the kubelet will bring the new one.
    Late,
    /// It is old, and stays so until the container starts anew.
    Stale,
}

/// A source of which a pod has a copy.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// `ConfigMap` or `Secret`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// Its UID.
    pub uid: String,
    /// The source's version; another means that it was written.
    pub version: String,
    /// Of the files in volumes, where there are any.
    pub files: Option<Copied>,
    /// Those files.
    pub mounted: Vec<Mounted>,
    /// When the kubelet brings what is late, at the latest.
    pub until: Option<Time>,
    /// Of the environment, where something of it comes from there.
    pub environment: Option<Copied>,
    /// The variables that are old: name, what it is, what the source says.
    pub old: Vec<[String; 3]>,
}

const SOURCES: [(&str, &str, &str); 2] = [("ConfigMap", "configMapRef", "configMapKeyRef"), ("Secret", "secretRef", "secretKeyRef")];

/// The ConfigMaps and Secrets that a pod shows.
pub fn sheets(sim: &Sim, pod: &Value) -> Vec<Sheet> {
    let mut found: Vec<Sheet> = Vec::new();
    let kubelets = sim.cluster().kubelets.as_ref();
    for file in mounted(sim, pod) {
        let Some(sheet) = sheet_of(&mut found, sim, pod, file.kind, &file.name) else { continue };
        let state = match (file.fresh, file.follows) {
            (Some(false), true) => Copied::Late,
            (Some(false), false) => Copied::Stale,
            _ => Copied::Fresh,
        };
        sheet.files = sheet.files.max(Some(state));
        if state == Copied::Late {
            sheet.until = kubelets.and_then(|k| k.next_sync(pod.namespace(), pod.name())).filter(|at| *at > sim.now());
        }
        sheet.mounted.push(file);
    }
    for c in pod.at(&["spec", "containers"]).items() {
        let running = kubelets.and_then(|k| k.environment(pod.namespace(), pod.name(), c.get("name").str()));
        let mut check = |kind: &str, name: &str, key: &str, variable: &str| {
            let text = object(sim, kind, pod.namespace(), name).map(|o| o.at(&["data", key]).str().to_owned()).unwrap_or_default();
            let Some(sheet) = sheet_of(&mut found, sim, pod, kind, name) else { return };
            sheet.environment = sheet.environment.max(Some(Copied::Fresh));
            let has = running.and_then(|env| env.get(variable));
            // A Secret's values are stored as base64, so that they are not compared here.
            if kind == "ConfigMap"
                && let Some(value) = has.filter(|value| **value != text)
            {
                sheet.environment = Some(Copied::Stale);
                sheet.old.push([variable.to_owned(), value.to_string(), text]);
            }
        };
        for e in c.get("env").items() {
            for (kind, _, by_key) in SOURCES {
                let source = e.at(&["valueFrom", by_key]);
                if !source.is_null() {
                    check(kind, source.get("name").str(), source.get("key").str(), e.get("name").str());
                }
            }
        }
        for e in c.get("envFrom").items() {
            for (kind, whole, _) in SOURCES {
                let name = e.at(&[whole, "name"]).str();
                let Some(source) = object(sim, kind, pod.namespace(), name) else { continue };
                for (key, _) in source.get("data").entries() {
                    check(kind, name, key, &format!("{}{key}", e.get("prefix").str()));
                }
            }
        }
    }
    found
}

fn sheet_of<'a>(found: &'a mut Vec<Sheet>, sim: &Sim, pod: &Value, kind: &str, name: &str) -> Option<&'a mut Sheet> {
    let at = found.iter().position(|s| s.kind == kind && s.name == name).or_else(|| {
        let source = object(sim, kind, pod.namespace(), name)?;
        let version = source.at(&["metadata", "resourceVersion"]).str().to_owned();
        let kind = SOURCES.iter().find(|s| s.0 == kind)?.0;
        found.push(Sheet { kind, name: name.to_owned(), uid: source.uid().to_owned(), version, ..Sheet::default() });
        Some(found.len() - 1)
    })?;
    found.get_mut(at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{Duration, Time};
    use crate::sim::{Session, TimedInput};
    use crate::views::testing::played;

    #[test]
    fn files_come_late_and_variables_never() {
        let manifest = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"volumes":[{"name":"v","configMap":{"name":"m"}}],"containers":[{"name":"c","image":"nginx","env":[{"name":"A","valueFrom":{"configMapKeyRef":{"name":"m","key":"a"}}}],"envFrom":[{"configMapRef":{"name":"m"},"prefix":"X_"}],"volumeMounts":[{"name":"v","mountPath":"/etc/m"}]}]}}"#;
        let mut sim = Sim::new(Session::default());
        let give = |sim: &mut Sim, line: String, until_s: u64| {
            sim.input(TimedInput { cmd: Some(line), ..TimedInput::default() });
            while !sim.run(Time::ZERO + Duration::from_secs(until_s), 4096).done {}
        };
        let seen = |sim: &Sim| {
            let sheet = sheets(sim, object(sim, "Pod", "default", "p").expect("made below")).remove(0);
            let left_s = sheet.until.map(|at| at.since(sim.now()).as_secs());
            assert_eq!(left_s.is_some(), sheet.files == Some(Copied::Late), "what is late comes at a moment that is known");
            assert!(left_s.is_none_or(|s| (1..=90).contains(&s)), "{left_s:?}");
            (sheet.files, sheet.environment, sheet.old.len())
        };
        give(&mut sim, format!("kubectl create configmap m --from-literal=a=1; echo '{manifest}' | kubectl apply -f -"), 10);
        assert_eq!(seen(&sim), (Some(Copied::Fresh), Some(Copied::Fresh), 0));
        give(&mut sim, r#"kubectl patch configmap m -p '{"data":{"a":"2"}}'"#.to_owned(), 11);
        assert_eq!(seen(&sim), (Some(Copied::Late), Some(Copied::Stale), 2));
        give(&mut sim, "true".to_owned(), 160);
        assert_eq!(seen(&sim), (Some(Copied::Fresh), Some(Copied::Stale), 2));
        // A file that is mounted alone stays as it was.
        let single = manifest.replace(r#""name":"p""#, r#""name":"q""#).replace(r#""/etc/m""#, r#""/etc/a","subPath":"a""#);
        give(&mut sim, format!("echo '{single}' | kubectl apply -f -"), 170);
        give(&mut sim, r#"kubectl patch configmap m -p '{"data":{"a":"3"}}'"#.to_owned(), 171);
        let of_single = |sim: &Sim| sheets(sim, object(sim, "Pod", "default", "q").expect("made above")).remove(0);
        assert_eq!((of_single(&sim).files, of_single(&sim).until), (Some(Copied::Stale), None));
    }

    #[test]
    fn mounted_files_are_fresh_or_late() {
        let manifest = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"volumes":[{"name":"v","configMap":{"name":"m"}}],"containers":[{"name":"c","image":"nginx","volumeMounts":[{"name":"v","mountPath":"/etc/m"}]}]}}"#;
        let make = format!("kubectl create configmap m --from-literal=a=1; echo '{manifest}' | kubectl apply -f -");
        let mut sim = played(&[&make], 10);
        let seen = |sim: &Sim| mounted(sim, object(sim, "Pod", "default", "p").expect("made above"));
        assert_eq!(
            seen(&sim),
            [Mounted {
                container: "c".to_owned(),
                path: "/etc/m/a".to_owned(),
                kind: "ConfigMap",
                name: "m".to_owned(),
                fresh: Some(true),
                follows: true,
                says: "1".to_owned()
            }]
        );
        sim.input(TimedInput { cmd: Some(r#"kubectl patch configmap m -p '{"data":{"a":"2"}}'"#.to_owned()), ..TimedInput::default() });
        while !sim.run(Time::ZERO + Duration::from_secs(11), 4096).done {}
        assert_eq!(seen(&sim)[0].fresh, Some(false));
        while !sim.run(Time::ZERO + Duration::from_secs(150), 4096).done {}
        assert_eq!(seen(&sim)[0].fresh, Some(true));
    }

    #[test]
    fn files_are_where_the_volume_puts_them() {
        let manifest = r#"{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"volumes":[{"name":"v","configMap":{"name":"m","items":[{"key":"a","path":"conf/one"}]}}],"containers":[{"name":"c","image":"nginx","volumeMounts":[{"name":"v","mountPath":"/etc/m/"},{"name":"v","mountPath":"/opt","subPath":"conf"}]}]}}"#;
        let make = format!("kubectl create configmap m --from-literal=a=1 --from-literal=b=2; echo '{manifest}' | kubectl apply -f -");
        let sim = played(&[&make], 10);
        let seen = mounted(&sim, object(&sim, "Pod", "default", "p").expect("made above"));
        let told: Vec<_> = seen.iter().map(|m| (m.path.as_str(), m.fresh, m.follows)).list();
        assert_eq!(told, [("/etc/m/conf/one", Some(true), true), ("/opt/one", Some(true), false)]);
    }
}
