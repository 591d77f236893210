//! The kubeconfig: contexts, clusters, users. Where no file is, there is one context that names the simulated cluster.

use super::context::Invocation;
use super::error::CliError;
use super::host::{FileError, Files};
use crate::api::Value;
use crate::api::yaml::decode_documents;
use crate::kubectl::output::to_yaml;
use crate::obj;

/// What clusters are called in a session without a kubeconfig.
const NAME: &str = "kubarium";
const SERVER: &str = "https://127.0.0.1:6443";

/// A kubeconfig, as read from a file or made up.
#[derive(Clone, Debug)]
pub struct Kubeconfig {
    /// The whole `Config` object.
    pub object: Value,
    /// Where it is written to.
    pub path: String,
}

/// One context.
#[derive(Clone, Debug, Default)]
pub struct ConfigContext {
    /// The cluster's name.
    pub cluster: String,
    /// The namespace; `default` where the context names none.
    pub namespace: String,
}

impl Kubeconfig {
    /// Reads the file that `--kubeconfig`, `KUBECONFIG` or the home directory names.
    pub fn load(inv: &Invocation, files: &dyn Files) -> Result<Kubeconfig, CliError> {
        let var = |name: &str| inv.env.env.iter().find(|(k, _)| k == name).map(|(_, v)| v.as_str()).filter(|v| !v.is_empty());
        let explicit = inv.flags.get("kubeconfig").filter(|p| !p.is_empty());
        let path = explicit.map(str::to_owned).or_else(|| var("KUBECONFIG").map(str::to_owned));
        let path = path.unwrap_or_else(|| format!("{}/.kube/config", var("HOME").unwrap_or("/root")));
        let object = match files.read(&path) {
            Ok(bytes) => {
                let documents = decode_documents(&String::from_utf8_lossy(&bytes))
                    .map_err(|e| CliError::Message(format!("error loading config file {path:?}: {e}")))?;
                let object = documents.into_iter().next().map(|d| d.value).unwrap_or_default();
                let version = object.get("apiVersion").str();
                if !matches!(version, "" | "v1") {
                    return Err(CliError::Message(format!(
                        "error loading config file {path:?}: no kind {:?} is registered for version {version:?} in scheme \"k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50\"",
                        object.get("kind").str()
                    )));
                }
                object
            }
            Err(FileError::NotFound) if explicit.is_some() => {
                return Err(CliError::Message(format!("stat {path}: no such file or directory")));
            }
            Err(_) => built_in(&inv.env.namespace),
        };
        Ok(Kubeconfig { object, path })
    }

    /// Writes it.
    pub fn save(&self, files: &mut dyn Files) -> Result<(), CliError> {
        files.write(&self.path, to_yaml(&self.object).as_bytes()).map_err(|e| CliError::Message(format!("open {}: {e}", self.path)))
    }

    /// The current context's name.
    pub fn current(&self) -> &str {
        self.object.get("current-context").str()
    }

    /// The context called so, or the current one.
    pub fn context(&self, name: Option<&str>) -> Result<ConfigContext, CliError> {
        let wanted = name.filter(|n| !n.is_empty()).unwrap_or_else(|| self.current());
        let found = self.object.get("contexts").items().iter().find(|c| c.get("name").str() == wanted);
        match found {
            Some(c) => {
                let c = c.get("context");
                let namespace = Some(c.get("namespace").str()).filter(|n| !n.is_empty()).unwrap_or("default");
                Ok(ConfigContext { cluster: c.get("cluster").str().to_owned(), namespace: namespace.to_owned() })
            }
            None if name.is_some_and(|n| !n.is_empty()) => {
                Err(CliError::Configuration(format!("context was not found for specified context: {wanted}")))
            }
            None => Ok(ConfigContext { cluster: String::new(), namespace: "default".into() }),
        }
    }

    /// Whether there is such a cluster.
    pub fn has_cluster(&self, name: &str) -> bool {
        self.object.get("clusters").items().iter().any(|c| c.get("name").str() == name)
    }

    /// Whether there is such a user.
    pub fn has_user(&self, name: &str) -> bool {
        self.object.get("users").items().iter().any(|c| c.get("name").str() == name)
    }

    /// The server's address.
    pub fn server(&self) -> &str {
        self.object.get("clusters").items().first().map_or(SERVER, |c| c.at(&["cluster", "server"]).str())
    }
}

fn built_in(namespace: &str) -> Value {
    let mut context = obj!({"cluster": NAME, "user": "admin"});
    if !namespace.is_empty() {
        context.set(&["namespace"], namespace);
    }
    obj!({
        "apiVersion": "v1", "kind": "Config", "current-context": NAME,
        "clusters": [{"cluster": {"certificate-authority": "ca.crt", "server": SERVER}, "name": NAME}],
        "contexts": [{"context": context, "name": NAME}],
        "users": [{"name": "admin", "user": {"token": "REDACTED"}}]
    })
}
