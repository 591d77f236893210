//! `--raw` of `get`, `create`, `replace` and `delete`: a request as it is, and the answer's body. Models kubectl/pkg/rawhttp, and what each
//! command refuses before.

use super::get::Watch;
use crate::api::{Status, Value, json_order};
use crate::base::is_url;
use crate::kubectl::checks::check;
use crate::kubectl::command::Flow;
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::printing::read_text;
use crate::kubectl::request_log::{Answer, Exchange, Sent};
use crate::server::{LogRequest, RestRequest, RestResponse};

/// Makes the request.
pub(super) fn raw(cx: &mut Context<'_, '_>, method: &str, path: &str) -> Result<Flow, CliError> {
    check(cx)?;
    let file = only_file(cx, method)?;
    if !path.starts_with('/') {
        return fail(format!("--raw must be a valid URL path: parse {path:?}: invalid URI for request"));
    }
    if cx.host.api.proxy_location(path).is_some() {
        return fail("requests to pods and services are not simulated by --raw: use \"kubectl proxy\" and curl");
    }
    if method == "GET"
        && let Some(flow) = stream(cx, path)?
    {
        return Ok(flow);
    }
    let body = match file {
        Some(file) => body_of(cx, method, path, file)?,
        None => Value::Null,
    };
    if let Err(status) = cx.host.api.require_request(&cx.user(), method, path) {
        return refused(cx, method, path, status);
    }
    if let Some(measured) = cx.metrics_at(path).filter(|_| method == "GET") {
        let measured = match measured {
            Ok(measured) => measured,
            Err(status) => return refused(cx, method, path, status),
        };
        log(cx, method, path, 200, Answer::Stream("application/json"));
        cx.out.outln(json_order::line(&measured));
        return Ok(Flow::Done);
    }
    let by = cx.by();
    let answer = cx.host.api.rest(&by, &RestRequest { method, path, content_type: "", agent: "", body });
    tell(cx, method, path, &answer)
}

/// The file that holds the body, where there is one.
fn only_file<'a>(cx: &Context<'a, '_>, method: &str) -> Result<Option<&'a str>, CliError> {
    let files = cx.flags().list("filename");
    if files.len() > 1 || (files.is_empty() && matches!(method, "POST" | "PUT")) {
        return fail("--raw can only use a single local file or stdin");
    }
    if files.iter().any(|f| is_url(f)) {
        return fail("--raw cannot read from a url");
    }
    Ok(files.first().map(String::as_str))
}

/// Serves what comes bit by bit: a watch or a log. None where the path asks for neither.
fn stream(cx: &mut Context<'_, '_>, path: &str) -> Result<Option<Flow>, CliError> {
    if let Some(watch) = cx.host.api.open_watch(cx.host.now, path, "") {
        cx.host.api.require_request(&cx.user(), "GET", path)?;
        return Watch::raw(watch?).resume(cx).map(Some);
    }
    let (Some(asked), Some(node)) = (LogRequest::parse(path), cx.host.node.as_ref()) else { return Ok(None) };
    cx.host.api.require_request(&cx.user(), "GET", path)?;
    let log = node.logs(cx.host.now, &asked.namespace, &asked.pod, &asked.container, &asked.options)?;
    cx.out.out(log.bytes);
    Ok(Some(Flow::Done))
}

fn body_of(cx: &Context<'_, '_>, method: &str, path: &str, file: &str) -> Result<Value, CliError> {
    let text = if file == "-" {
        String::from_utf8_lossy(cx.stdin.bytes).into_owned()
    } else {
        read_text(cx, file).map_err(|e| CliError::Message(format!("open {file}: {e}")))?
    };
    Ok(cx.host.api.read_body(method, path, "", &text)?)
}

fn log(cx: &mut Context<'_, '_>, method: &str, path: &str, status: u16, answer: Answer<'_>) {
    let sent = if method == "GET" { Sent::Nothing } else { Sent::Read };
    cx.log_exchange(Exchange { verb: method, uri: path, place: "raw.go:84", accept: "application/json, */*", sent, status, answer });
}

fn refused(cx: &mut Context<'_, '_>, method: &str, path: &str, status: Status) -> Result<Flow, CliError> {
    log(cx, method, path, status.code, Answer::Body(&status.to_object()));
    Err(status.into())
}

/// Logs and prints what the server has answered.
fn tell(cx: &mut Context<'_, '_>, method: &str, path: &str, answer: &RestResponse) -> Result<Flow, CliError> {
    let sent_on = match &answer.body {
        body if answer.code >= 400 => Answer::Body(body),
        Value::Str(_) => Answer::Stream("text/plain; charset=utf-8"),
        _ => Answer::Stream("application/json"),
    };
    log(cx, method, path, answer.code, sent_on);
    for warning in &answer.warnings {
        cx.warn(warning);
    }
    if answer.code >= 400 {
        let message = answer.body.get("message").str();
        let reason = answer.body.get("reason").str();
        let reason = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
        return Err(CliError::Exit(1, format!("Error from server{reason}: {message}")));
    }
    match &answer.body {
        Value::Str(text) => cx.out.out(text.as_str()),
        // Written for people, and without an end of line (`WriteRawJSON`).
        body if matches!(path.split('?').next(), Some("/version" | "/version/" | "/")) => cx.out.out(json_order::indented(body, "  ")),
        body => cx.out.outln(json_order::line(body)),
    }
    Ok(Flow::Done)
}
