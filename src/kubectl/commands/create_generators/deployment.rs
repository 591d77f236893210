//! `kubectl create deployment`.

use super::{Failure, GENERATOR, container, finish, generator, one_name};
use crate::api::Value;
use crate::base::{List as _, RandomStream};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags::{Flag, int32, list};
use crate::obj;

const OWN: &[Flag] = &[list("image", ""), int32("port", ""), int32("replicas", "r")];

/// `kubectl create deployment`.
pub static COMMAND: Command = Command {
    required: &["image"],
    ..generator(
        "deployment",
        &["deploy"],
        "Create a deployment with the specified name",
        "NAME --image=image -- [COMMAND] [args...] [options]",
        &[GENERATOR, OWN],
        run,
    )
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (name, command) = one_name(cx)?;
    let images = cx.flags().list("image");
    if images.len() > 1 && !command.is_empty() {
        return fail("cannot specify multiple --image options and command");
    }
    let mut containers: Vec<Value> = images.iter().map(|image| container(&container_name(cx, image), image, command)).list();
    if let (Some(port), Some(first)) = (cx.flags().int("port").filter(|p| *p >= 0), containers.first_mut()) {
        first.set(&["ports"], obj!([{"containerPort": port}]));
    }
    let replicas = cx.flags().int("replicas").unwrap_or(1);
    let object = obj!({
        "metadata": {"name": name, "labels": {"app": name}},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": {"app": name}},
            "strategy": {},
            "template": {"metadata": {"labels": {"app": name}}, "spec": {"containers": containers}}
        },
        "status": {}
    });
    finish(cx, "Deployment", object, Failure::Prefix("failed to create deployment:"))
}

/// The last part of an image's name, without tag and digest; made a label with a random end where it could not be one.
// Models cmd/create.sanitizeAndUniquify.
fn container_name(cx: &Context<'_, '_>, image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    let name = last.split(':').next().unwrap_or(last).split('@').next().unwrap_or(last);
    if name.contains(['_', '.']) {
        let mut random = RandomStream::new(cx.host.now.0, "kubectl create deployment");
        format!("{}-{}", name.replace(['_', '.'], "-"), random.name_suffix())
    } else {
        name.to_owned()
    }
}
