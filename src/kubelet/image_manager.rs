//! Sees that images are there, those of containers and those that are mounted as volumes. Models `imageManager.EnsureImageExists`
//! (pkg/kubelet/images) and `getImageVolumes` (pkg/kubelet/kuberuntime).

use super::container::StartFailure;
use super::container_runtime::PullFailure;
use super::images::Pull;
use super::pod_worker::{Cx, PodWorker};
use crate::api::ArcStr;
use crate::base::{List as _, Time};
use crate::runtime::images::lookup;
use crate::server::EventType;

/// What an image is for.
#[derive(Clone, Copy, Debug)]
pub(super) enum ImageFor {
    /// A container, by index.
    Container(usize),
    /// A volume, by index.
    Volume(usize),
}

/// How it stands with an image.
pub(super) enum Ensured {
    /// It is on the node.
    There,
    /// It is being pulled.
    Pulling(Pull),
    /// It cannot be had now.
    Failed(StartFailure),
}

impl Ensured {
    fn failed(reason: &str, message: String) -> Ensured {
        Ensured::Failed(StartFailure { reason: reason.into(), message: message.into() })
    }
}

impl PodWorker {
    /// Looks whether the image is there, and has it pulled where it is to be.
    pub(super) fn ensure_image(&mut self, cx: &mut Cx<'_>, of: ImageFor) -> Ensured {
        let image = self.image_of(of);
        let (policy, found) = match of {
            ImageFor::Container(c) => {
                let spec = &self.containers[c].spec;
                (spec.pull_policy.clone(), cx.node.catalogue.find(&self.spec, spec).map(|image| image.size_bytes))
            }
            ImageFor::Volume(v) => (self.volumes[v].image().get("pullPolicy").arc_str(), lookup(&image).map(|image| image.size_bytes)),
        };
        if let Err(error @ PullFailure::InvalidName { .. }) = &found {
            let message = format!("Failed to apply default image tag {:?}: {error}", image.as_str());
            self.image_event(cx, of, EventType::Warning, "InspectFailed", &message);
            return Ensured::failed("InvalidImageName", message);
        }
        let present = cx.node.images.has(&image);
        if policy == "Never" && !present {
            let message = format!("Container image {:?} is not present with pull policy of Never", image.as_str());
            self.image_event(cx, of, EventType::Warning, "ErrImageNeverPull", &message);
            return Ensured::failed("ErrImageNeverPull", message);
        }
        if present && policy != "Always" {
            let message = format!("Container image {:?} already present on machine and can be accessed by the pod", image.as_str());
            self.image_event(cx, of, EventType::Normal, "Pulled", &message);
            return Ensured::There;
        }
        if let Some(failed) = self.failed_pulls.get(&image).filter(|f| f.backoff.until_since_update(cx.now).is_some()) {
            let message = format!("Back-off pulling image {:?}", image.as_str());
            let full = format!("{message}: ErrImagePull: {}", failed.error);
            self.image_event(cx, of, EventType::Normal, "BackOff", &message);
            return Ensured::failed("ImagePullBackOff", full);
        }
        self.image_event(cx, of, EventType::Normal, "Pulling", &format!("Pulling image {:?}", image.as_str()));
        // What is pulled is also unpacked.
        let slower = cx.node.slower.disk.max(cx.node.slower.registry);
        Ensured::Pulling(cx.node.images.pull(found.map_err(|e| e.to_string().into()), self.random.unit(), slower, cx.now))
    }

    /// Looks what became of a pull.
    pub(super) fn pulled(&mut self, cx: &mut Cx<'_>, of: ImageFor, pull: Pull) -> Ensured {
        if cx.now < pull.ends {
            return Ensured::Pulling(pull);
        }
        let image = self.image_of(of);
        let error = match &pull.outcome {
            Ok(size_bytes) => {
                cx.node.images.pulled(&image, *size_bytes);
                self.image_event(cx, of, EventType::Normal, "Pulled", &pull.success_message(&image));
                return Ensured::There;
            }
            Err(error) => error.clone(),
        };
        self.image_event(cx, of, EventType::Warning, "Failed", &format!("Failed to pull image {:?}: {error}", image.as_str()));
        let failed = self.failed_pulls.entry(image).or_default();
        failed.backoff.next(cx.now, cx.now);
        failed.error.clone_from(&error);
        Ensured::failed("ErrImagePull", error.to_string())
    }

    /// Sees to the images of volumes; when to go on, where one is being pulled. Upstream does so at each sync, here only before
    /// containers are started.
    pub(super) fn ensure_volume_images(&mut self, cx: &mut Cx<'_>, next: &mut usize, pull: &mut Option<Pull>) -> Option<Time> {
        while *next < self.volumes.len() {
            let of = ImageFor::Volume(*next);
            let ensured = match pull.take() {
                Some(pull) => self.pulled(cx, of, pull),
                None if self.volumes[*next].image().is_null() => Ensured::There,
                None => self.ensure_image(cx, of),
            };
            self.volumes[*next].failure = match ensured {
                Ensured::There => None,
                Ensured::Failed(failure) => Some(failure),
                Ensured::Pulling(going) => {
                    let ends = going.ends;
                    *pull = Some(going);
                    return Some(ends);
                }
            };
            *next += 1;
        }
        None
    }

    /// Why a container has to wait for an image that it mounts.
    // Models toKubeContainerImageVolumes: of several the last counts.
    pub(super) fn volume_failure(&self, cx: &mut Cx<'_>, c: usize) -> Option<StartFailure> {
        let mounts = self.containers[c].spec.value.get("volumeMounts").items().iter();
        let volumes = mounts.filter_map(|mount| self.volumes.iter().find(|v| v.name == mount.get("name").str()));
        let failures: Vec<StartFailure> = volumes.filter_map(|volume| volume.failure.clone()).list();
        for failure in &failures {
            self.container_event(cx, c, EventType::Warning, "Failed", &format!("Error: {}", failure.reason));
        }
        failures.into_iter().next_back()
    }

    fn image_of(&self, of: ImageFor) -> ArcStr {
        match of {
            ImageFor::Container(c) => self.containers[c].spec.image.clone(),
            ImageFor::Volume(v) => self.volumes[v].image().get("reference").arc_str(),
        }
    }

    /// An event about a container, or about the pod whose volume it is.
    fn image_event(&self, cx: &mut Cx<'_>, of: ImageFor, kind: EventType, reason: &'static str, message: &str) {
        match of {
            ImageFor::Container(c) => self.container_event(cx, c, kind, reason, message),
            ImageFor::Volume(_) => self.event(cx, kind, reason, message),
        }
    }
}
