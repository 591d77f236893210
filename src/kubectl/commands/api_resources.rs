//! `kubectl api-resources` and `api-versions`.

use crate::base::{List as _, Order as _, SortedSet};

use crate::api::{KindRef, Value, join_api_version};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, list, switch, text};
use crate::kubectl::output::TabWriter;
use crate::kubectl::printing::ObjectPrinter;
use crate::obj;
use crate::server::resource;

const OWN: &[Flag] = &[
    text("output", "o"),
    text("api-group", ""),
    list("verbs", ""),
    list("categories", ""),
    switch("namespaced", ""),
    switch("no-headers", ""),
    switch("cached", ""),
    text("sort-by", ""),
    switch("show-managed-fields", ""),
];

/// `kubectl api-resources`.
pub static RESOURCES: Command = Command {
    usage: "[flags] [options]",
    flags: &[OWN],
    ..Command::new("api-resources", "Print the supported API resources on the server", resources)
};

/// `kubectl api-versions`.
pub static VERSIONS: Command = Command {
    usage: "[options]",
    ..Command::new("api-versions", "Print the supported API versions on the server, in the form of \"group/version\"", versions)
};

fn unexpected(cx: &Context<'_, '_>) -> Result<(), CliError> {
    if cx.args().is_empty() { Ok(()) } else { Err(cx.usage(format!("unexpected arguments: [{}]", cx.args().join(" ")))) }
}

fn resources(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    unexpected(cx)?;
    let flags = cx.flags();
    let output = flags.text("output");
    if !matches!(output, "" | "wide" | "name" | "json" | "yaml" | "kyaml") {
        return fail(format!(
            "unable to match a printer suitable for the output format {output:?}, allowed formats are: json,kyaml,name,wide,yaml"
        ));
    }
    let sort = flags.text("sort-by");
    if !matches!(sort, "" | "name" | "kind") {
        return fail("--sort-by accepts only name or kind");
    }
    let mut kinds: Vec<KindRef> = cx
        .host
        .api
        .kinds()
        .into_iter()
        .filter(|k| flags.get("api-group").is_none_or(|g| k.group == g))
        .filter(|k| !flags.given("namespaced") || k.namespaced == flags.is_on("namespaced"))
        .filter(|k| flags.list("verbs").iter().all(|v| k.verbs.contains(&v.as_str())))
        .filter(|k| flags.list("categories").iter().all(|c| k.categories.contains(&c.as_str())))
        .list();
    match sort {
        "name" => kinds.order_by_key(|k| k.plural),
        "kind" => kinds.order_by_key(|k| k.kind),
        // The table's own order is by group already.
        _ => kinds.order_by_key(|k| k.group),
    }
    match output {
        "name" => kinds.iter().for_each(|k| cx.out.outln(k.qualified())),
        "json" | "kyaml" | "yaml" => ObjectPrinter::new(cx, false)?.print(&as_list(&kinds), cx.out)?,
        _ => {
            let wide = output == "wide";
            let mut writer = TabWriter::for_tables();
            if !flags.is_on("no-headers") {
                writer.write("NAME\tSHORTNAMES\tAPIVERSION\tNAMESPACED\tKIND");
                writer.write(if wide { "\tVERBS\tCATEGORIES\n" } else { "\n" });
            }
            for k in &kinds {
                let mut line = format!("{}\t{}\t{}\t{}\t{}", k.plural, k.short_names.join(","), k.api_version(), k.namespaced, k.kind);
                if wide {
                    line += &format!("\t{}\t{}", k.verbs.join(","), k.categories.join(","));
                }
                writer.write(&line);
                writer.write("\n");
            }
            let text = writer.flush();
            cx.out.out(text);
        }
    }
    Ok(Flow::Done)
}

fn as_list(kinds: &[KindRef]) -> Value {
    let resources = kinds.iter().map(|k| {
        let mut object = resource(k);
        object.set(&["version"], k.version);
        if !k.group.is_empty() {
            object.set(&["group"], k.group);
        }
        object
    });
    let resources: Vec<Value> = resources.list();
    // Of none Go has no list at all.
    let resources = if resources.is_empty() { Value::Null } else { resources.into() };
    obj!({"kind": "APIResourceList", "apiVersion": "v1", "groupVersion": "", "resources": resources})
}

fn versions(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    unexpected(cx)?;
    let mut all = SortedSet::new();
    all.insert("v1".to_owned());
    for (group, versions) in cx.host.api.groups() {
        for version in versions {
            all.insert(join_api_version(group, version));
        }
    }
    for version in all {
        cx.out.outln(version);
    }
    Ok(Flow::Done)
}
