//! What kubectl refuses before it asks anybody: flags that do not go together. Words and order are those of each command's `Validate`.

use super::context::Context;
use super::error::{CliError, fail};

/// Commands (with `|` between them), a condition, and the refusal where it holds. A condition is words that must all hold: a flag that says
/// something, `!flag` for one that does not, `flag=value`; `args` and `!args` for whether there are arguments.
const CHECKS: &[(&str, &str, &str)] = &[
    ("label|set env", "list output", "--list and --output may not be specified together"),
    ("get", "raw args", "arguments may not be passed when --raw is specified"),
    ("get", "raw watch", "--raw may not be specified with other flags that filter the server request or alter the output"),
    ("get", "raw watch-only", "--raw may not be specified with other flags that filter the server request or alter the output"),
    ("get", "raw selector", "--raw may not be specified with other flags that filter the server request or alter the output"),
    ("get", "raw output", "--raw and --output are mutually exclusive"),
    ("create", "raw edit", "--raw and --edit are mutually exclusive"),
    ("create|replace|delete", "raw recursive", "--raw and --recursive are mutually exclusive"),
    ("create", "raw selector", "--raw and --selector (-l) are mutually exclusive"),
    ("create|replace|delete", "raw output", "--raw and --output are mutually exclusive"),
    ("delete", "raw interactive", "--interactive can not be used with --raw"),
    ("apply|diff", "force-conflicts !server-side", "--force-conflicts only works with --server-side"),
    ("apply", "dry-run=client server-side", "--dry-run=client doesn't work with --server-side (did you mean --dry-run=server instead?)"),
    ("apply", "server-side force", "--force cannot be used with --server-side"),
    ("apply", "dry-run=server force", "--dry-run=server cannot be used with --force"),
    ("set env|set image|set resources|set serviceaccount|set subject", "local dry-run=server", LOCAL_ON_SERVER),
    (
        "label|annotate|apply|set env|set image|set resources|set subject",
        "all selector",
        "cannot set --all and --selector at the same time",
    ),
    ("label|annotate", "all field-selector", "cannot set --all and --field-selector at the same time"),
    ("label|annotate|patch", "local dry-run=server", LOCAL_ON_SERVER),
    ("apply", "prune force", "--force cannot be used with --prune"),
    (
        "apply",
        "prune !all !selector",
        "all resources selected for prune without explicitly passing --all. To prune all resources, pass the --all flag. If you did not mean to prune all resources, specify a label selector",
    ),
    ("apply", "prune server-side", "--prune is in alpha and doesn't currently work on objects created by server-side apply"),
    ("apply", "subresource !server-side", "--subresource can only be specified for --server-side"),
    ("auth reconcile", "dry-run=server", "--dry-run=server for command reconcile is not supported yet"),
    ("replace", "force dry-run=client", "--dry-run can not be used when --force is set"),
    ("replace", "force dry-run=server", "--dry-run can not be used when --force is set"),
    ("auth can-i", "list args", "list option must be specified with no arguments"),
    ("auth can-i", "list quiet", LIST_ALONE),
    ("auth can-i", "list all-namespaces", LIST_ALONE),
    ("auth can-i", "list subresource", LIST_ALONE),
    ("taint", "all selector", "setting 'all' parameter with a non empty selector is prohibited"),
    ("set env", "keys !from", "when specifying --keys, a configmap or secret must be provided with --from"),
    ("debug", "attach=true !image !container", "you must specify --container or create a new container using --image in order to attach."),
    ("debug", "copy-to !image !set-image !command", "you must specify --image, --set-image or command arguments."),
    ("debug", "copy-to command !container !image", "you must specify an existing container or a new image when specifying args."),
    ("debug", "!copy-to replace", "--replace may only be used with --copy-to."),
    ("debug", "!copy-to same-node", "--same-node may only be used with --copy-to."),
    ("debug", "!copy-to set-image", "--set-image may only be used with --copy-to."),
    ("debug", "!copy-to !image", "you must specify --image when not using --copy-to."),
    ("debug", "!args !filename", "NAME or filename is required for debug"),
    ("debug", "target copy-to", "--target is incompatible with --copy-to. Use --share-processes instead."),
    ("debug", "tty !stdin", "-i/--stdin is required for containers with -t/--tty=true"),
    ("create clusterrole", "aggregation-rule verb", AGGREGATED),
    ("create clusterrole", "aggregation-rule resource", AGGREGATED),
    ("create clusterrole", "aggregation-rule non-resource-url", AGGREGATED),
    ("create clusterrole", "aggregation-rule resource-name", AGGREGATED),
];

const LOCAL_ON_SERVER: &str = "cannot specify --local and --dry-run=server - did you mean --dry-run=client?";
const LIST_ALONE: &str = "list option can't be specified with neither quiet, all-namespaces nor subresource options";
const AGGREGATED: &str = "aggregation rule must be specified without nonResourceURLs, verbs, resources or resourceNames";

/// The first refusal that holds for the command line.
pub fn check(cx: &Context<'_, '_>) -> Result<(), CliError> {
    let command = cx.inv.path.strip_prefix("kubectl ").unwrap_or("");
    let flags = cx.flags();
    let (before, after) = cx.args_at_dash();
    let says = |name: &str| match name {
        "args" => !before.is_empty(),
        "command" => !after.is_empty(),
        name => flags.get(name).is_some_and(|v| !matches!(v, "" | "false")),
    };
    let holds = |word: &str| match (word.strip_prefix('!'), word.split_once('=')) {
        (Some(name), _) => !says(name),
        (None, Some((name, value))) => flags.get(name) == Some(value),
        (None, None) => says(word),
    };
    let found = CHECKS.iter().find(|(commands, condition, _)| commands.split('|').any(|c| c == command) && condition.split(' ').all(holds));
    found.map_or(Ok(()), |(_, _, refusal)| fail(*refusal))
}

/// How long a pod may take to run, where the flag says something that makes sense.
pub fn check_pod_timeout(cx: &Context<'_, '_>) -> Result<(), CliError> {
    match cx.flags().duration_micros("pod-running-timeout") {
        Some(us) if us <= 0 => fail("--pod-running-timeout must be higher than zero"),
        _ => Ok(()),
    }
}

/// What `label` and `annotate` say of which objects they were given; `file` is how the file is called in the words.
pub fn check_objects(cx: &Context<'_, '_>, resources: &[String], file: &str) -> Result<(), CliError> {
    let flags = cx.flags();
    let files = flags.given("filename") || flags.given("kustomize");
    match (flags.is_on("local"), resources.is_empty(), files) {
        (true, false, _) => fail(format!("can only use local files by -f {file}.yaml or --filename={file}.json when --local=true is set")),
        (true, true, false) => fail(format!("one or more files must be specified as -f {file}.yaml or --filename={file}.json")),
        (false, true, false) => fail("one or more resources must be specified as <resource> <name> or <resource>/<name>"),
        _ => Ok(()),
    }
}
