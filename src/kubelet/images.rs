//! Image names, and the images of a node: what is there and what a pull takes. Models pkg/kubelet/images.

use super::backoff::Backoff;
use crate::api::{ArcStr, go_duration};
use crate::base::{Duration, SortedSet, Time};
use crate::runtime::images::Reference;

/// What a pull takes once its turn has come.
const PULL: Duration = Duration::from_millis(800);
/// What it takes to learn that there is no such image.
const RESOLVE: Duration = Duration::from_millis(1000);

/// The name with `:latest` where it has neither tag nor digest, as the runtime reports it.
pub(super) fn with_default_tag(image: &str) -> ArcStr {
    let last = image.rsplit('/').next().unwrap_or(image);
    if last.contains([':', '@']) { image.into() } else { format!("{image}:latest").into() }
}

/// What is known of an image that could not be had.
#[derive(Clone, Debug, Default)]
pub(super) struct FailedPull {
    /// When it is tried again.
    pub backoff: Backoff,
    /// Why it failed last.
    pub error: ArcStr,
}

/// A pull that was asked for; its end is known from the start, since pulls of a node run one after another.
#[derive(Clone, Debug)]
pub(super) struct Pull {
    /// When it was asked for.
    pub asked: Time,
    /// When its turn comes.
    pub begins: Time,
    /// When it ends.
    pub ends: Time,
    /// Size in bytes, or why it fails.
    pub outcome: Result<u64, ArcStr>,
}

impl Pull {
    /// The event's text of a pull that succeeded.
    pub fn success_message(&self, image: &str) -> String {
        let alone = self.ends.since(self.begins);
        let waited = self.ends.since(self.asked);
        let size = self.outcome.as_ref().copied().unwrap_or(0);
        // Milliseconds are as fine as it goes.
        let cut = |d: Duration| go_duration::format(Duration::from_millis(d.as_millis() as u64));
        format!("Successfully pulled image {image:?} in {} ({} including waiting). Image size: {size} bytes.", cut(alone), cut(waited))
    }
}

/// The name that the runtime knows an image by, however it is written.
fn known_as(image: &str) -> ArcStr {
    Reference::parse(image).map_or_else(|_| image.into(), |r| r.full().into())
}

/// The images on a node and its one puller (`serializeImagePulls`).
#[derive(Clone, Debug, Default)]
pub(super) struct ImageStore {
    present: SortedSet<ArcStr>,
    busy_until: Time,
    /// Those that the node's status does not list yet, each with its size.
    untold: Vec<(ArcStr, u64)>,
}

impl ImageStore {
    /// Whether the image is on the node.
    pub fn has(&self, image: &str) -> bool {
        self.present.contains(&known_as(image))
    }

    /// Queues a pull. `outcome` is the image's size in bytes, or why there is none.
    /// `jitter` is a share of the few milliseconds by which one pull differs from the next, `slower` how many times longer it takes.
    pub fn pull(&mut self, outcome: Result<u64, ArcStr>, jitter: f64, slower: u32, now: Time) -> Pull {
        let begins = now.max(self.busy_until);
        // So the events of two pulls hardly ever read the same.
        let more = Duration::from_millis((jitter * 6.0) as u64);
        let ends = begins + more + (if outcome.is_ok() { PULL } else { RESOLVE }).mul_f64(f64::from(slower));
        self.busy_until = ends;
        Pull { asked: now, begins, ends, outcome }
    }

    /// Takes in an image that is there from the start.
    pub fn add(&mut self, image: &str) {
        self.present.insert(known_as(image));
    }

    /// Takes in an image whose pull has ended well.
    pub fn pulled(&mut self, image: &str, size_bytes: u64) {
        if self.present.insert(known_as(image)) {
            self.untold.push((with_default_tag(image), size_bytes));
        }
    }

    /// Takes what is new since the last time.
    pub fn take_untold(&mut self) -> Vec<(ArcStr, u64)> {
        std::mem::take(&mut self.untold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn default_tag() {
        assert_eq!(with_default_tag("reg:5000/x"), "reg:5000/x:latest");
        assert_eq!(with_default_tag("x@sha256:1"), "x@sha256:1");
    }

    #[test]
    fn an_image_is_there_by_any_of_its_names() {
        let mut store = ImageStore::default();
        store.add("nginx");
        for name in ["nginx:latest", "docker.io/nginx", "docker.io/library/nginx:latest"] {
            assert!(store.has(name), "{name}");
        }
        for name in ["nginx:1.25", "quay.io/nginx", "me/nginx"] {
            assert!(!store.has(name), "{name}");
        }
    }

    #[test]
    fn pulls_wait_for_each_other() {
        let mut store = ImageStore::default();
        let first = store.pull(Ok(5), 0.0, 1, Time::ZERO);
        let second = store.pull(Ok(5), 0.0, 1, Time::from_millis(100));
        assert_eq!(first.success_message("a"), "Successfully pulled image \"a\" in 800ms (800ms including waiting). Image size: 5 bytes.");
        assert_eq!(second.success_message("b"), "Successfully pulled image \"b\" in 800ms (1.5s including waiting). Image size: 5 bytes.");
    }
}
