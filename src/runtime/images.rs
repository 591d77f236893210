//! Images as data: what is in them, what they run, and whether they can be pulled.

mod catalogue;
mod files;
mod script;
mod tags;
mod users;

use std::sync::Arc;

pub(super) use files::APPLETS;
pub use files::{INGRESS_NGINX, node, workstation};

use super::fs::Inode;
use super::process::Signal;
use crate::base::{List as _, made_up_sha256};

/// An image that was pulled.
#[derive(Debug, Clone, PartialEq)]
pub struct Image {
    /// The full name: `docker.io/library/busybox:latest`.
    pub name: String,
    /// The digest that stands for its content.
    pub digest: String,
    /// Compressed size in bytes.
    pub size_bytes: u64,
    /// The entry point; the container's `command` replaces it.
    pub entrypoint: Vec<String>,
    /// The arguments; the container's `args` replace them.
    pub cmd: Vec<String>,
    /// The environment.
    pub env: Vec<(String, String)>,
    /// The working directory.
    pub workdir: String,
    /// The user.
    pub uid: u32,
    /// The user's group.
    pub gid: u32,
    /// The user's name, where the image gives no number.
    pub user: Option<&'static str>,
    /// The ports that it says it listens on.
    pub ports: Vec<u16>,
    /// The signal that stops it.
    pub stop_signal: Signal,
    /// Its files.
    pub root: Arc<Inode>,
    /// What its own program does.
    pub service: Option<Arc<Service>>,
}

impl Default for Image {
    fn default() -> Self {
        Image {
            name: String::new(),
            digest: String::new(),
            size_bytes: 0,
            entrypoint: Vec::new(),
            cmd: Vec::new(),
            env: Vec::new(),
            workdir: String::new(),
            uid: 0,
            gid: 0,
            user: None,
            ports: Vec::new(),
            stop_signal: Signal::TERM,
            root: Arc::new(Inode::dir(0o755)),
            service: None,
        }
    }
}

/// What a long-running program of an image does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ServiceKind {
    /// Nothing but wait for a signal; TCP connections to its ports are taken.
    #[default]
    Idle,
    /// Serves files over HTTP.
    Files,
    /// Answers HTTP requests with its routes' texts, and with one page where it has none.
    Page,
    /// Answers every HTTP request with "OK!" after much computing.
    Burn,
    /// Takes TCP connections and says nothing.
    Tcp,
    /// A redis server: strings and lists, as far as work queues need them.
    Redis,
}

/// A program that an image's own name stands for, with its knobs.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// The program's name.
    pub program: String,
    /// What it does.
    pub kind: ServiceKind,
    /// Where it listens.
    pub ports: Vec<u16>,
    /// An environment variable that names another port.
    pub port_variable: Option<String>,
    /// What it prints when it starts, as templates.
    pub banner: Vec<String>,
    /// Whether that goes to standard error.
    pub banner_on_stderr: bool,
    /// The signals that it ends on.
    pub stop_signals: Vec<Signal>,
    /// Its exit code then.
    pub stop_code: i32,
    /// Resident memory in bytes.
    pub memory_bytes: u64,
    /// CPU time of one request, in microseconds.
    pub request_us: u64,
    /// CPU time until it listens, in microseconds.
    pub start_us: u64,
    /// The directory that it serves.
    pub document_root: String,
    /// The page that it answers with, a template as its banner and its log.
    pub page: String,
    /// What it answers at these paths; at others that nothing is found.
    pub routes: &'static [(&'static str, &'static str)],
    /// How long after its start `/healthz` goes on to be well, in seconds.
    pub well_s: u64,
    /// How many requests it answers before it is well no more.
    pub well_requests: u64,
    /// Its `Server` header.
    pub server_header: String,
    /// The line that it logs for a request, if any.
    pub log: &'static str,
    /// Whether it runs in the place of whatever its container starts, because nobody described what the image holds.
    pub stands_in: bool,
    /// Whether what it stands in for is to come to an end, and to no bad one.
    pub ends: bool,
}

impl Default for Service {
    fn default() -> Self {
        Service {
            program: String::new(),
            kind: ServiceKind::Idle,
            ports: Vec::new(),
            port_variable: None,
            banner: Vec::new(),
            banner_on_stderr: false,
            stop_signals: vec![Signal::TERM, Signal::INT, Signal::QUIT],
            stop_code: 0,
            memory_bytes: 8 << 20,
            request_us: 200,
            start_us: 20_000,
            document_root: String::new(),
            page: String::new(),
            routes: &[],
            well_s: u64::MAX,
            well_requests: u64::MAX,
            server_header: String::new(),
            log: "",
            stands_in: false,
            ends: false,
        }
    }
}

/// What a container tells of a program that nobody described.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct StandIn {
    /// Where it listens.
    pub ports: Vec<u16>,
    /// Whether it is to come to an end.
    pub ends: bool,
    /// Whether it may be root.
    pub is_root: bool,
}

/// The user of images that nobody described, where that may not be root: distroless images' `nonroot`.
const NON_ROOT: u32 = 65532;

/// Why an image cannot be had. The texts are containerd's and the kubelet's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PullFailure {
    /// The reference is malformed: `InvalidImageName`.
    #[error("couldn't parse image name \"{reference}\": invalid reference format{detail}")]
    InvalidName {
        /// As written.
        reference: String,
        /// What more is known, with a colon before it; may be empty.
        detail: String,
    },
    /// The registry does not have it: `ErrImagePull`.
    #[error(
        "rpc error: code = NotFound desc = failed to pull and unpack image \"{reference}\": failed to resolve reference \"{reference}\": {reference}: not found"
    )]
    NotFound {
        /// As the runtime is asked for it: with a tag.
        reference: String,
    },
}

/// A reference in its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The registry: `docker.io`.
    pub domain: String,
    /// The repository: `library/busybox`.
    pub path: String,
    /// The tag.
    pub tag: Option<String>,
    /// The digest, with its algorithm.
    pub digest: Option<String>,
}

impl Reference {
    /// Reads a reference, with Docker's defaults for the registry.
    pub fn parse(text: &str) -> Result<Reference, PullFailure> {
        let bad = |detail: &str| PullFailure::InvalidName { reference: text.to_string(), detail: detail.to_string() };
        let (name, digest) = match text.split_once('@') {
            Some((name, digest)) => (name, Some(digest)),
            None => (text, None),
        };
        let slash = name.rfind('/').map_or(0, |n| n + 1);
        let (repository, tag) = match name[slash..].split_once(':') {
            Some((base, tag)) => (format!("{}{base}", &name[..slash]), Some(tag)),
            None => (name.to_string(), None),
        };
        let (domain, path) = match repository.split_once('/') {
            Some((d, p)) if d.contains(['.', ':']) || d == "localhost" || d.bytes().any(|b| b.is_ascii_uppercase()) => {
                (d.to_string(), p.to_string())
            }
            _ => ("docker.io".into(), repository),
        };
        // Docker's registry has a name of old, and keeps what has a name of one part in its library.
        let (domain, path) = match domain.as_str() {
            "docker.io" | "index.docker.io" if path.contains('/') => ("docker.io".into(), path),
            "docker.io" | "index.docker.io" => ("docker.io".into(), format!("library/{path}")),
            _ => (domain, path),
        };
        if path.bytes().any(|b| b.is_ascii_uppercase()) {
            return Err(bad(&format!(": repository name ({path}) must be lowercase")));
        }
        let part_ok = |p: &str| {
            let edge = |c: Option<char>| c.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
            edge(p.chars().next())
                && edge(p.chars().next_back())
                && p.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))
        };
        let tag_ok = |t: &str| {
            !t.is_empty()
                && t.len() <= 128
                && !t.starts_with(['.', '-'])
                && t.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-'))
        };
        let digest_ok =
            |d: &str| d.split_once(':').is_some_and(|(a, h)| !a.is_empty() && h.len() >= 32 && h.bytes().all(|b| b.is_ascii_hexdigit()));
        let domain_ok = domain.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'));
        if text.len() > 512 || !domain_ok || !path.split('/').all(part_ok) || !tag.is_none_or(tag_ok) || !digest.is_none_or(digest_ok) {
            return Err(bad(""));
        }
        Ok(Reference { domain, path, tag: tag.map(str::to_string), digest: digest.map(str::to_string) })
    }

    /// The full name, with `latest` where neither tag nor digest is given.
    pub fn full(&self) -> String {
        let mut out = format!("{}/{}", self.domain, self.path);
        match (&self.tag, &self.digest) {
            (None, None) => out.push_str(":latest"),
            (tag, digest) => {
                if let Some(t) = tag {
                    out.push_str(&format!(":{t}"));
                }
                if let Some(d) = digest {
                    out.push_str(&format!("@{d}"));
                }
            }
        }
        out
    }
}

/// Names that no registry has, so that failing pulls can be shown.
const ABSENT: [&str; 8] = ["nosuch", "missing", "doesnotexist", "does-not-exist", "non-exist", "nonexist", "notexist", ":sometag"];

/// Pulls an image: what is in it, or why it cannot be had.
pub fn lookup(reference: &str) -> Result<Image, PullFailure> {
    let parsed = Reference::parse(reference)?;
    if ABSENT.iter().any(|a| reference.contains(a)) || misspelt(reference).is_some() {
        // The kubelet asks for it with a tag (`applyDefaultImageTag`).
        let tag = if parsed.tag.is_none() && parsed.digest.is_none() { ":latest" } else { "" };
        return Err(PullFailure::NotFound { reference: format!("{reference}{tag}") });
    }
    let name = parsed.full();
    if !tags::is_published(&parsed) {
        return Err(PullFailure::NotFound { reference: name });
    }
    let base = parsed.path.rsplit('/').next().unwrap_or("").to_string();
    let tag = parsed.tag.clone().unwrap_or_else(|| "latest".into());
    let mut image = catalogue::contents(&base, &parsed.path, &tag);
    users::set_user(&mut image, &parsed);
    image.digest = parsed.digest.clone().unwrap_or_else(|| digest(&name));
    image.name = name;
    Ok(image)
}

/// Names of images that many know, for whoever writes one wrong.
const WELL_KNOWN: [&str; 24] = [
    "nginx",
    "busybox",
    "alpine",
    "ubuntu",
    "debian",
    "redis",
    "httpd",
    "mysql",
    "mariadb",
    "postgres",
    "mongo",
    "memcached",
    "rabbitmq",
    "tomcat",
    "python",
    "node",
    "golang",
    "openjdk",
    "hello-world",
    "kubia",
    "wordpress",
    "cassandra",
    "agnhost",
    "curl",
];

/// The well-known image that is meant by a name that Docker's own library does not have. Short names may be meant as they are.
pub fn misspelt(reference: &str) -> Option<&'static str> {
    let parsed = Reference::parse(reference).ok().filter(|r| r.domain == "docker.io")?;
    parsed.path.strip_prefix("library/").filter(|name| name.len() >= 5)?;
    placeholder(reference)?
}

/// Whether nobody described this image, so that a stand-in runs in its place; and the well-known name that it is nearly called.
pub fn placeholder(reference: &str) -> Option<Option<&'static str>> {
    let parsed = Reference::parse(reference).ok()?;
    let base = parsed.path.rsplit('/').next()?;
    catalogue::contents(base, &parsed.path, "").service.filter(|s| s.program == catalogue::UNKNOWN)?;
    // A longer name may be written further from what is meant.
    let most = if base.len() > 5 { 2 } else { 1 };
    Some(
        WELL_KNOWN.into_iter().map(|known| (distance(base.as_bytes(), known.as_bytes()), known)).filter(|d| d.0 <= most).min().map(|d| d.1),
    )
}

/// How many letters are added, left out, other ones or swapped with their neighbour; names far apart in length count as far apart.
fn distance(a: &[u8], b: &[u8]) -> usize {
    if a.len().abs_diff(b.len()) > 2 {
        return usize::MAX;
    }
    let mut rows = vec![(0..=b.len()).list()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let other = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut least = other.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                least = least.min(rows[i - 2][j - 2] + 1);
            }
            row.push(least);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

/// A made-up digest that depends on the name alone.
fn digest(name: &str) -> String {
    format!("sha256:{}", made_up_sha256(name.as_bytes()))
}

impl Image {
    /// The same image for a container of which this is known; what somebody described stays as it is.
    pub fn standing_in(mut self, known: &StandIn) -> Image {
        if let Some(service) = self.service.as_mut().filter(|s| s.stands_in) {
            let service = Arc::make_mut(service);
            service.ends = known.ends && known.ports.is_empty();
            if !known.ports.is_empty() {
                service.ports = known.ports.clone();
            }
            if !known.is_root && self.uid == 0 && service.program == catalogue::UNKNOWN {
                (self.uid, self.gid) = (NON_ROOT, NON_ROOT);
            }
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_nearly_right_are_known() {
        for (image, want) in [
            ("ngnix", Some(Some("nginx"))),
            ("nignx:1.25", Some(Some("nginx"))),
            ("docker.io/library/busybx", Some(Some("busybox"))),
            ("postgresql", Some(Some("postgres"))),
            ("acme/shop:v2", Some(None)),
            ("nginx", None),
            ("registry.k8s.io/pause", None),
            ("python:3", None),
            ("Not a name", None),
        ] {
            assert_eq!(placeholder(image), want, "{image}");
        }
        for (image, want) in [
            ("ngnix", Some("nginx")),
            ("docker.io/library/busybx", Some("busybox")),
            ("nods", None),
            ("registry.example.com/ngnix", None),
            ("me/ngnix", None),
            ("shop", None),
        ] {
            assert_eq!(misspelt(image), want, "{image}");
            assert_eq!(lookup(image).is_err(), want.is_some(), "{image}");
        }
        for name in WELL_KNOWN {
            assert_eq!(placeholder(name), None, "{name} is described");
        }
    }

    #[test]
    fn tags_that_the_library_has() {
        for image in [
            "nginx:1",
            "nginx:1.7.9",
            "nginx:1.27-alpine3.20",
            "nginx:stable-perl",
            "nginx:mainline",
            "busybox:musl",
            "busybox:1.28",
            "redis:7-alpine",
            "httpd:alpine3.22",
            "node:iron-slim",
            "ubuntu:noble",
            "debian:sid-slim",
            "mysql:lts",
            "me/nginx:nope",
            "quay.io/nginx:v1",
            "shop:v2",
            "tomcat:nope",
        ] {
            assert!(lookup(image).is_ok(), "{image}");
        }
        for image in [
            "nginx:1.161",
            "nginx:2",
            "nginx:9.9.9",
            "nginx:v1",
            "nginx:nope",
            "nginx:latst",
            "nginx:Stable",
            "busybox:v1.36",
            "redis:alpin",
            "docker.io/library/httpd:wrong",
        ] {
            assert!(matches!(lookup(image), Err(PullFailure::NotFound { .. })), "{image}");
        }
    }

    #[test]
    fn references() {
        for (text, full) in [
            ("busybox", "docker.io/library/busybox:latest"),
            ("nginx:1.25", "docker.io/library/nginx:1.25"),
            ("docker.io/nginx:1.25", "docker.io/library/nginx:1.25"),
            ("index.docker.io/bitnami/redis", "docker.io/bitnami/redis:latest"),
            ("registry.k8s.io/pause:3.10", "registry.k8s.io/pause:3.10"),
            ("localhost:5000/nginx", "localhost:5000/nginx:latest"),
            ("polinux/stress", "docker.io/polinux/stress:latest"),
            (
                "nginx@sha256:c0a1f3c6b9e1f7b9aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "docker.io/library/nginx@sha256:c0a1f3c6b9e1f7b9aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            ),
        ] {
            assert_eq!(lookup(text).map(|i| i.name), Ok(full.to_string()), "{text}");
        }
        let bad = lookup("Bad Image!!").map(|i| i.name).map_err(|e| e.to_string());
        assert_eq!(bad, Err("couldn't parse image name \"Bad Image!!\": invalid reference format: repository name (library/Bad Image!!) must be lowercase".into()));
        assert_eq!(
            lookup("a b").map(|i| i.name).map_err(|e| e.to_string()),
            Err("couldn't parse image name \"a b\": invalid reference format".into())
        );
        for (text, asked) in [("example.com/nosuch:1", "example.com/nosuch:1"), ("example.com/nosuch", "example.com/nosuch:latest")] {
            let absent = lookup(text).map(|i| i.name).map_err(|e| e.to_string());
            let told = format!(
                "rpc error: code = NotFound desc = failed to pull and unpack image \"{asked}\": failed to resolve reference \"{asked}\": {asked}: not found"
            );
            assert_eq!(absent, Err(told));
        }
    }
}
