//! `kubectl config set-cluster`.

use super::entries::put;
use super::misused;
use crate::kubectl::command::Command;
use crate::kubectl::error::fail;
use crate::kubectl::flags::{Flag, switch, text};

const FLAGS: &[Flag] = &[
    text("server", ""),
    text("tls-server-name", ""),
    switch("insecure-skip-tls-verify", ""),
    text("certificate-authority", ""),
    switch("embed-certs", ""),
    text("proxy-url", ""),
];

/// `kubectl config set-cluster`.
pub(super) static COMMAND: Command = Command {
    usage: "NAME [--server=server] [--certificate-authority=path/to/certificate/authority] [--insecure-skip-tls-verify=true] [--tls-server-name=example.com] [options]",
    flags: &[FLAGS],
    ..Command::new("set-cluster", "Set a cluster entry in kubeconfig", |cx| {
        let args = cx.args();
        let [name] = args else { return misused(cx, &COMMAND, "Unexpected") };
        if cx.flags().is_on("insecure-skip-tls-verify") && !cx.flags().text("certificate-authority").is_empty() {
            return fail("you cannot specify a certificate authority and insecure mode at the same time");
        }
        if cx.flags().is_on("embed-certs") && cx.flags().text("certificate-authority").is_empty() {
            return fail("you must specify a --certificate-authority to embed");
        }
        put(cx, ("Cluster", "clusters", "cluster"), name, FIELDS, None)
    })
};

/// What is set of a cluster as it is given.
pub(super) const FIELDS: &[&str] =
    &["server", "certificate-authority", "certificate-authority-data", "insecure-skip-tls-verify", "tls-server-name", "proxy-url"];
