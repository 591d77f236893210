//! `kubectl create secret`.

use super::config_map::{SOURCES, Words, hash, read_sources};
use super::{Failure, GENERATOR, finish, generator, one_name};
use crate::api::Value;
use crate::base::{List as _, base64};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::files;
use crate::kubectl::flags::{Flag, list, switch, text};
use crate::kubectl::output::to_compact_json;
use crate::obj;

const HELP: &str = "Create a secret with specified type.\n\n A docker-registry type secret is for accessing a container registry.\n\n A generic type secret indicate an Opaque secret type.\n\n A tls type secret holds TLS certificate and its associated key.";

/// `kubectl create secret`.
pub static GROUP: Command = Command {
    usage: "(docker-registry | generic | tls) [options]",
    ..Command::group("secret", "Create a secret using a specified subcommand", HELP, &[&DOCKER_REGISTRY, &GENERIC, &TLS])
};

const GENERIC_FLAGS: &[Flag] = &[text("type", ""), switch("append-hash", "")];
const DOCKER_FLAGS: &[Flag] = &[
    text("docker-server", ""),
    text("docker-username", ""),
    text("docker-password", ""),
    text("docker-email", ""),
    list("from-file", ""),
    switch("append-hash", ""),
];
const TLS_FLAGS: &[Flag] = &[text("cert", ""), text("key", ""), switch("append-hash", "")];

static GENERIC: Command = generator(
    "generic",
    &[],
    "Create a secret from a local file, directory, or literal value",
    "NAME [--type=string] [--from-file=[key=]source] [--from-literal=key1=value1] [--dry-run=server|client|none] [options]",
    &[GENERATOR, SOURCES, GENERIC_FLAGS],
    generic,
);
static DOCKER_REGISTRY: Command = generator(
    "docker-registry",
    &[],
    "Create a secret for use with a Docker registry",
    "NAME --docker-username=user --docker-password=password --docker-email=email [--docker-server=string] [--from-file=[key=]source] [--dry-run=server|client|none] [options]",
    &[GENERATOR, DOCKER_FLAGS],
    docker_registry,
);
static TLS: Command = generator(
    "tls",
    &[],
    "Create a TLS secret",
    "NAME --cert=path/to/cert/file --key=path/to/key/file [--dry-run=server|client|none] [options]",
    &[GENERATOR, TLS_FLAGS],
    tls,
);

const WORDS: Words = Words {
    invalid: |key, why| format!("{key:?} is not valid key name for a Secret {why}"),
    twice: |key, _, _| format!("cannot add key {key}, another key by that name already exists"),
    folder: "env secret file cannot be a directory",
};

fn create(cx: &mut Context<'_, '_>, name: &str, ty: &str, data: Vec<(String, Vec<u8>)>) -> Result<Flow, CliError> {
    let mut object = obj!({"metadata": {"name": name}});
    for (key, content) in data {
        object.set(&["data", &key], base64::encode(&content));
    }
    if !ty.is_empty() {
        object.set(&["type"], ty);
    }
    if cx.flags().is_on("append-hash") {
        let data = match object.get("data") {
            Value::Null => Value::map(),
            data => data.clone(),
        };
        let encoded = obj!({"data": data, "kind": "Secret", "name": name, "type": ty});
        object.set(&["metadata", "name"], format!("{name}-{}", hash(&encoded)));
    }
    finish(cx, "Secret", object, Failure::Prefix("failed to create secret"))
}

fn generic(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    let found = read_sources(cx, name, &WORDS)?;
    let ty = cx.flags().text("type").to_owned();
    create(cx, name, &ty, found.into_iter().list())
}

fn docker_registry(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    let flags = cx.flags();
    let ty = "kubernetes.io/dockerconfigjson";
    if let [source] = flags.list("from-file") {
        let path = source.split_once('=').map_or(source.as_str(), |(_, path)| path);
        let content = files::read(cx, path).map_err(|e| CliError::Message(format!("error reading {path}: {e}")))?;
        return create(cx, name, ty, vec![(".dockerconfigjson".into(), content)]);
    }
    let (user, password) = (flags.text("docker-username"), flags.text("docker-password"));
    let server = flags.get("docker-server").unwrap_or("https://index.docker.io/v1/");
    if user.is_empty() || password.is_empty() || server.is_empty() {
        return fail("either --from-file or the combination of --docker-username, --docker-password and --docker-server is required");
    }
    let quoted = |text: &str| to_compact_json(&Value::from(text));
    let email = flags.text("docker-email");
    let email = if email.is_empty() { String::new() } else { format!(",\"email\":{}", quoted(email)) };
    let auth = base64::encode(format!("{user}:{password}").as_bytes());
    let config = format!(
        "{{\"auths\":{{{}:{{\"username\":{},\"password\":{}{email},\"auth\":{}}}}}}}",
        quoted(server),
        quoted(user),
        quoted(password),
        quoted(&auth)
    );
    create(cx, name, ty, vec![(".dockerconfigjson".into(), config.into_bytes())])
}

fn tls(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, _) = one_name(cx)?;
    let flags = cx.flags();
    let (cert, key) = (flags.text("cert"), flags.text("key"));
    if cert.is_empty() || key.is_empty() {
        return fail("key and cert must be specified");
    }
    let read = |path: &str| files::read(cx, path).map_err(|e| CliError::Message(format!("Cannot read file {path}, open {path}: {e}")));
    let (cert, key) = (read(cert)?, read(key)?);
    for (content, what) in [(&cert, "certificate"), (&key, "key")] {
        if !String::from_utf8_lossy(content).contains("-----BEGIN ") {
            return fail(format!("tls: failed to find any PEM data in {what} input"));
        }
    }
    create(cx, name, "kubernetes.io/tls", vec![("tls.crt".into(), cert), ("tls.key".into(), key)])
}
