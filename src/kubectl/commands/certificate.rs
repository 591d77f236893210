//! `kubectl certificate approve` and `deny`.

use crate::api::{find_condition, kinds};
use crate::base::{Case as _, List as _};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::{Context, DryRun};
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{self, Flag, switch};
use crate::kubectl::printing::Reporter;
use crate::kubectl::resources::{Info, Query, find};
use crate::obj;
use crate::server::Subresource;

const OWN: &[Flag] = &[switch("force", "")];

/// `kubectl certificate`.
pub static COMMAND: Command = Command {
    usage: "SUBCOMMAND [options]",
    ..Command::group("certificate", "Modify certificate resources", "Modify certificate resources.", &[&APPROVE, &DENY])
};

static APPROVE: Command = Command {
    usage: "(-f FILENAME | NAME) [options]",
    flags: &[flags::FILENAME, flags::PRINT, OWN],
    ..Command::new("approve", "Approve a certificate signing request", run)
};

static DENY: Command = Command {
    usage: "(-f FILENAME | NAME) [options]",
    flags: &[flags::FILENAME, flags::PRINT, OWN],
    ..Command::new("deny", "Deny a certificate signing request", run)
};

// Models kubectl/pkg/cmd/certificates. Nobody signs what is approved.
fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let approves = cx.inv.path.ends_with("approve");
    let by_file = cx.flags().given("filename") || cx.flags().given("kustomize");
    if cx.args().is_empty() && !by_file {
        return fail("one or more CSRs must be specified as <name> or -f <filename>");
    }
    let mut reporter = Reporter::new(cx)?;
    let args = cx.args().iter().map(|name| format!("certificatesigningrequests/{name}")).list();
    let (kind, other, verb) = if approves { ("Approved", "Denied", "approve") } else { ("Denied", "Approved", "deny") };
    let done = kind.lower();
    let found = find(cx, &Query { latest: true, files: true, ..Query::default() }, &args)?;
    found.in_parts(cx, move |cx, info, _| {
        // A file is read without a namespace.
        if info.kind.namespaced {
            return fail(format!("no namespace set on resource {} {:?}", Info::resource_text(info.kind), info.name));
        }
        if info.kind != kinds::CERTIFICATE_SIGNING_REQUEST {
            let dot = if info.kind.group.is_empty() { "" } else { "." };
            let what = format!("{}{dot}{}", info.kind.kind, info.kind.group);
            return fail(format!("can only handle CertificateSigningRequest.certificates.k8s.io objects, got {what}"));
        }
        let mut request = info.object.clone();
        let has = |wanted: &str| !find_condition(request.get("status"), wanted).is_null();
        if has(other) {
            return fail(format!("certificate signing request {:?} is already {other}", info.name));
        }
        if !has(kind) {
            let now = cx.host.now.rfc3339();
            let title = format!("{}{}", verb[..1].upper(), &verb[1..]);
            request.at_mut(&["status", "conditions"]).list_mut().push(obj!({
                "type": kind, "status": "True", "reason": format!("Kubectl{title}"),
                "message": format!("This CSR was {done} by kubectl certificate {verb}."),
                "lastUpdateTime": now.as_str(), "lastTransitionTime": now.as_str()
            }));
            let options = cx.write_options(DryRun::None)?;
            cx.update(info.kind, request, Subresource::Status, &options)?;
        }
        reporter.report(&done, &info.object, cx.out)
    })
}
