//! `kubectl set image`.

use super::{COMMON, begin, for_containers, pod_spec_path, send};
use crate::kubectl::command::{Command, Flow};
use crate::kubectl::commands::pairs::split_arguments;
use crate::kubectl::context::Context;
use crate::kubectl::error::{CliError, fail};
use crate::kubectl::flags;

/// `kubectl set image`.
pub static COMMAND: Command = Command {
    usage: "(-f FILENAME | TYPE NAME) CONTAINER_NAME_1=CONTAINER_IMAGE_1 ... CONTAINER_NAME_N=CONTAINER_IMAGE_N [options]",
    flags: &[flags::FILENAME, COMMON, flags::RECORD, flags::SELECTOR],
    ..Command::new("image", "Update the image of a pod template", run)
};

fn run(cx: &mut Context<'_, '_>) -> Result<Flow, CliError> {
    let (resources, pairs) = split_arguments(cx.args(), "image")?;
    let (mut reporter, found) = begin(cx, resources)?;
    let mut images: Vec<(String, String)> = Vec::new();
    for pair in pairs {
        match pair.split_once('=') {
            Some((name, image)) => images.push((name.to_owned(), image.to_owned())),
            None => return fail(format!("invalid image format: {pair}")),
        }
    }
    if images.is_empty() {
        return fail("at least one image update is required");
    }
    if images.len() > 1 && images.iter().any(|(name, _)| name == "*") {
        return fail("all containers are already specified by *, but saw more than one container_name=container_image pairs");
    }
    found.in_parts(cx, move |cx, info, errors| {
        let mut next = info.object.clone();
        let path = pod_spec_path(cx, &info)?;
        for (name, image) in &images {
            let mut found = false;
            for_containers(next.at_mut(path), |container| {
                if name == "*" || container.get("name").str() == name {
                    container.set(&["image"], image.as_str());
                    found = true;
                }
            });
            if !found {
                errors.push(CliError::Message(format!("error: unable to find container named {name:?}")));
            }
        }
        send(cx, &mut reporter, &info, next, "image updated", "failed to patch image update to pod template:")
    })
}
