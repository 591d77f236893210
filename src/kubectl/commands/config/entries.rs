//! The entries of a kubeconfig's lists, and how `set-cluster` and `set-credentials` change them.

use super::load;
use crate::api::Value;
use crate::base::base64;
use crate::kubectl::command::Flow;
use crate::kubectl::config::Kubeconfig;
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::files;
use crate::kubectl::flags::Flags;
use crate::obj;

/// The entry of this name in a list.
pub(super) fn named<'v>(config: &'v Kubeconfig, list: &str, name: &str) -> Option<&'v Value> {
    config.object.get(list).named(name)
}

/// The place of a field in an entry of a list; both are made where they are not there.
pub(super) fn entry<'v>(config: &'v mut Kubeconfig, list: &str, member: &str, name: &str, field: &str) -> &'v mut Value {
    let items = config.object.get_mut(list).list_mut();
    let at = items.iter().position(|c| c.get("name").str() == name).unwrap_or_else(|| {
        let mut item = obj!({"name": name});
        item.set(&[member], Value::map());
        items.push(item);
        items.len() - 1
    });
    if field.is_empty() { items[at].at_mut(&[member]) } else { items[at].at_mut(&[member, field]) }
}

/// Takes members out of an entry of a list.
fn forget(config: &mut Kubeconfig, list: &str, member: &str, name: &str, fields: &[&str]) {
    for item in config.object.get_mut(list).list_mut().iter_mut().filter(|c| c.get("name").str() == name) {
        fields.iter().for_each(|field| drop(item.remove(&[member, field])));
    }
}

/// Sets in an entry what the flags give, and makes it where it is not there; `also` does with it what is no field.
pub(super) fn put(
    cx: &mut Context<'_, '_>,
    (what, list, member): (&str, &str, &str),
    name: &str,
    fields: &[&str],
    also: Option<fn(&mut Value, &Flags) -> Result<(), CliError>>,
) -> Result<Flow, CliError> {
    if name.is_empty() {
        return fail(format!("you must specify a non-empty {member} name"));
    }
    let mut config = load(cx)?;
    if let Some(also) = also {
        also(entry(&mut config, list, member, name, ""), cx.flags())?;
    }
    let embeds = cx.flags().is_on("embed-certs");
    for field in fields {
        let data = format!("{field}-data");
        if let Some(path) = cx.flags().get(field).filter(|_| embeds && fields.contains(&data.as_str())) {
            let bytes =
                files::read(cx, path).map_err(|e| CliError::Message(format!("could not stat {field} file {path}: stat {path}: {e}")))?;
            *entry(&mut config, list, member, name, &data) = base64::encode(&bytes).into();
            forget(&mut config, list, member, name, &[field]);
        } else if let Some(value) = cx.flags().get(field) {
            *entry(&mut config, list, member, name, field) = match *field {
                "insecure-skip-tls-verify" => (value == "true").into(),
                "certificate-authority" | "client-certificate" | "client-key" => stored_path(cx, &config.path, value).into(),
                _ => value.into(),
            };
            if !value.is_empty() && fields.contains(&data.as_str()) {
                forget(&mut config, list, member, name, &[&data]);
            }
        }
    }
    // One setting takes the place of others.
    let given = |flag: &str| cx.flags().get(flag).is_some_and(|v| !v.is_empty());
    if given("certificate-authority") {
        forget(&mut config, list, member, name, &["insecure-skip-tls-verify"]);
    } else if cx.flags().is_on("insecure-skip-tls-verify") {
        forget(&mut config, list, member, name, &["certificate-authority", "certificate-authority-data"]);
    }
    if given("server") && !cx.flags().given("tls-server-name") {
        forget(&mut config, list, member, name, &["tls-server-name"]);
    }
    config.save(cx.host.files)?;
    cx.out.outln(format!("{what} {name:?} set."));
    Ok(Flow::Done)
}

/// A path as a kubeconfig keeps it: from the kubeconfig's own folder where it is in there, from the root where not.
// Models clientcmd.RelativizePathWithNoBacksteps.
fn stored_path(cx: &Context<'_, '_>, kubeconfig: &str, path: &str) -> String {
    let here = cx.inv.env.var("PWD").unwrap_or("/root");
    let full = |path: &str| {
        let mut parts: Vec<&str> = Vec::new();
        for part in [if path.starts_with('/') { "" } else { here }, path].into_iter().flat_map(|p| p.split('/')) {
            match part {
                "" | "." => {}
                ".." => drop(parts.pop()),
                part => parts.push(part),
            }
        }
        format!("/{}", parts.join("/"))
    };
    let (path, kubeconfig) = (full(path), full(kubeconfig));
    let folder = kubeconfig.rsplit_once('/').map_or("", |(folder, _)| folder);
    path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')).map_or_else(|| path.clone(), str::to_owned)
}
