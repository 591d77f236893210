//! What a command says where nobody answers at its server: what it looks for in vain, and the error that it ends with.

use super::command::Command;
use super::config::{dial_error, no_answer};
use super::context::Context;
use super::error::CliError;
use super::{commands, files};
use crate::api::{go_duration, quote};

/// Logs what a command asks for, and says how it ends.
// Models cli-runtime's Builder with the REST mapper and the discovery client behind it.
pub fn unreached(command: &Command, cx: &mut Context<'_, '_>, server: &str) -> CliError {
    if cx.inv.legacy {
        return no_answer(server);
    }
    let scheme = if server.contains("://") { "" } else { "http://" };
    let timeout = cx.request_timeout().map_or_else(|| "32s".to_owned(), go_duration::format);
    let get = |path: &str| format!("Get \"{scheme}{}{path}?timeout={timeout}\": {}", server.trim_end_matches('/'), dial_error(server));
    let groups = get("/api");
    let logged = ["\"Unhandled Error\" err=", &quote(&["couldn't get current server API group list: ", &groups].concat())].concat();
    let log = |cx: &mut Context<'_, '_>, times: usize| (0..times).for_each(|_| cx.klog("E", "memcache.go:265", &logged));
    let flags = cx.flags();
    if (flags.given("filename") || flags.given("kustomize")) && !flags.given("raw") {
        let validates = matches!(command.name, "apply" | "create" | "replace") && commands::validates(cx);
        let mut errors = Vec::new();
        let mut unbuildable = None;
        let sources = files::sources(cx, &mut errors, &mut unbuildable);
        errors.extend(unbuildable);
        if errors.is_empty() {
            for source in &sources {
                // What cannot be checked is not read on.
                let read = if validates { 1 } else { usize::MAX };
                for object in files::objects(source, validates, None).into_iter().take(read) {
                    errors.push(object.err().unwrap_or_else(|| {
                        log(cx, usize::from(!validates));
                        CliError::Message(if validates {
                            files::invalid(&source.name, &["failed to download openapi: ", &get("/openapi/v2")].concat())
                        } else {
                            ["unable to recognize ", &quote(&source.name), ": ", &groups].concat()
                        })
                    }));
                }
            }
        }
        return CliError::of(errors).unwrap_or_else(|| no_answer(server));
    }
    // These two look a name up by themselves.
    let builds = !matches!(command.name, "explain" | "can-i");
    let named = cx.args().first().filter(|_| builds && ["TYPE", "RESOURCE"].iter().any(|word| command.usage.contains(word)));
    if let Some(types) = named {
        // Once for each type, which may be a category where it is not the name of a pod, and four times for what the first one means.
        log(cx, 4 + if types.contains('/') || command.usage.contains("POD") { 0 } else { types.split(',').count() });
    }
    no_answer(server)
}
