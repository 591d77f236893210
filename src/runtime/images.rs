//! Images as data: what is in them, what they run, and whether they can be pulled.

use std::collections::BTreeMap;
use std::sync::Arc;

use arcstr::ArcStr;

use super::fs::{Device, Inode, Kind};
use super::process::Signal;
use crate::base::Duration;

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
    /// Answers every HTTP request with one page.
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
    /// What it prints when it starts; `%T` is the time.
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
    /// The page that it answers with; `%h` is the host's name.
    pub page: String,
    /// Its `Server` header.
    pub server_header: String,
    /// Whether it logs requests.
    pub access_log: bool,
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
            server_header: String::new(),
            access_log: false,
        }
    }
}

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
        /// As written.
        reference: String,
    },
}

/// How long a pull takes where nothing else is known.
pub const PULL_TIME: Duration = Duration::from_millis(800);

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
            Some(_) => ("docker.io".into(), repository),
            None => ("docker.io".into(), format!("library/{repository}")),
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
const ABSENT: [&str; 3] = ["nosuch", "missing", "doesnotexist"];
/// The registry here keeps every image at one size, in bytes.
const SIZE_BYTES: u64 = 4_270_000;

/// Pulls an image: what is in it, or why it cannot be had.
pub fn lookup(reference: &str) -> Result<Image, PullFailure> {
    let parsed = Reference::parse(reference)?;
    if ABSENT.iter().any(|a| reference.contains(a)) {
        return Err(PullFailure::NotFound { reference: reference.to_string() });
    }
    let name = parsed.full();
    let base = parsed.path.rsplit('/').next().unwrap_or("").to_string();
    let tag = parsed.tag.clone().unwrap_or_else(|| "latest".into());
    let mut image = contents(&base, &parsed.path, &tag);
    image.digest = parsed.digest.clone().unwrap_or_else(|| digest(&name));
    image.name = name;
    Ok(image)
}

/// A made-up digest that depends on the name alone.
fn digest(name: &str) -> String {
    let mut out = String::from("sha256:");
    let mut h = 0xcbf2_9ce4_8422_2325u64;
    for round in 0..4u8 {
        for b in name.bytes().chain([round]) {
            h = (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3);
        }
        out.push_str(&format!("{h:016x}"));
    }
    out
}

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| s.to_string()).collect()
}

fn env(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect()
}

/// An image by its name's last part. What nobody described runs, listens on its declared ports and ends on TERM.
fn contents(base: &str, path: &str, tag: &str) -> Image {
    match base {
        "busybox" => Image { size_bytes: SIZE_BYTES, cmd: words(&["sh"]), root: tree(Flavour::Busybox), ..Image::default() },
        "alpine" => Image { size_bytes: SIZE_BYTES, cmd: words(&["/bin/sh"]), root: tree(Flavour::Alpine), ..Image::default() },
        "ubuntu" => Image { size_bytes: SIZE_BYTES, cmd: words(&["/bin/bash"]), root: tree(Flavour::Ubuntu), ..Image::default() },
        "debian" => Image { size_bytes: SIZE_BYTES, cmd: words(&["bash"]), root: tree(Flavour::Debian), ..Image::default() },
        "bash" => Image {
            size_bytes: SIZE_BYTES,
            entrypoint: words(&["docker-entrypoint.sh"]),
            cmd: words(&["bash"]),
            root: with(tree(Flavour::Debian), &[("usr/local/bin/docker-entrypoint.sh", "#!/bin/sh\nexec \"$@\"\n", 0o755)]),
            ..Image::default()
        },
        "curl" | "netshoot" | "toolbox" | "busyboxplus" | "dnsutils" | "agnhost" | "kubectl" | "git" | "jq" => {
            let mut image = Image { size_bytes: SIZE_BYTES, cmd: words(&["sh"]), root: tree(Flavour::Debian), ..Image::default() };
            if base == "curl" {
                image.entrypoint = words(&["curl"]);
                image.cmd = Vec::new();
            }
            image
        }
        // The real one has no shell. Exercises run and probe commands in it all the same.
        "pause" | "pause-amd64" => service_image(
            Service {
                program: "pause".into(),
                memory_bytes: 400 << 10,
                start_us: 100,
                stop_signals: vec![Signal::TERM, Signal::INT],
                ..Service::default()
            },
            &["/pause"],
            Flavour::Busybox,
        ),
        "nginx" | "nginx-unprivileged" => nginx(tag),
        "httpd" => httpd(tag),
        "hpa-example" | "php-apache" => service_image(
            Service {
                program: "apache2-foreground".into(),
                kind: ServiceKind::Burn,
                ports: vec![80],
                request_us: 60_000,
                memory_bytes: 12 << 20,
                server_header: "Apache/2.4.10 (Debian) PHP/5.6.14".into(),
                access_log: true,
                ..Service::default()
            },
            &["apache2-foreground"],
            Flavour::Debian,
        ),
        "kubia" | "kubernetes-bootcamp" | "hello-app" | "echoserver" | "http-echo" | "whoami" | "hello-node" | "echo-server" => {
            page(base, path)
        }
        "redis" | "redis-master" | "redis-slave" | "redis-leader" | "redis-follower" | "guestbook-redis-slave" => service_image(
            Service {
                program: "redis-server".into(),
                kind: ServiceKind::Redis,
                ports: vec![6379],
                memory_bytes: 9 << 20,
                banner: words(&["1:M %T * Server initialized", "1:M %T * Ready to accept connections tcp"]),
                ..Service::default()
            },
            &["redis-server"],
            Flavour::Debian,
        ),
        "rabbitmq" => service_image(
            Service {
                program: "rabbitmq-server".into(),
                kind: ServiceKind::Redis,
                ports: vec![5672, 4369, 25672],
                memory_bytes: 110 << 20,
                start_us: 400_000,
                banner: words(&["  Starting broker... completed with 4 plugins."]),
                ..Service::default()
            },
            &["rabbitmq-server"],
            Flavour::Debian,
        ),
        // The workers of the tutorials: one item from a broker, and items from a list until there are none.
        "job-wq-1" => Image {
            size_bytes: SIZE_BYTES,
            cmd: words(&["sh", "-c", "amqp-consume --url=$BROKER_URL -q $QUEUE -c 1 /worker.py"]),
            root: with(tree(Flavour::Debian), &[("worker.py", "#!/bin/sh\necho \"Processing $(cat)\"\nsleep 10\n", 0o755)]),
            ..Image::default()
        },
        "job-wq-2" => Image {
            size_bytes: SIZE_BYTES,
            cmd: words(&["/worker.py"]),
            root: with(tree(Flavour::Debian), &[("worker.py", include_str!("images/job-wq-2.sh"), 0o755)]),
            ..Image::default()
        },
        "mysql" | "mariadb" => tcp(base, "mysqld", &[3306], 360 << 20),
        "postgres" => tcp(base, "postgres", &[5432], 40 << 20),
        "mongo" => tcp(base, "mongod", &[27017], 140 << 20),
        "memcached" => tcp(base, "memcached", &[11211], 4 << 20),
        "cassandra" => tcp(base, "cassandra", &[9042], 1200 << 20),
        "etcd" => tcp(base, "etcd", &[2379, 2380], 30 << 20),
        "zookeeper" | "kubernetes-zookeeper" => tcp(base, "zkServer.sh", &[2181], 90 << 20),
        "tomcat" | "tomcat-app" | "jenkins" => service_image(
            Service {
                program: "catalina.sh".into(),
                kind: ServiceKind::Files,
                ports: vec![8080],
                memory_bytes: 180 << 20,
                start_us: 1_500_000,
                request_us: 1_500,
                document_root: "/usr/local/tomcat/webapps/ROOT".into(),
                stop_code: 143,
                banner: words(&["Server initialization in [612] milliseconds", "Server startup in [1024] milliseconds"]),
                banner_on_stderr: true,
                ..Service::default()
            },
            &["catalina.sh", "run"],
            Flavour::Debian,
        ),
        "stress" | "stress-ng" => {
            let stress = words(&["stress"]);
            // The Go program of that name is the image's entry point; of the other image it is only the command.
            let (entrypoint, cmd) = if path.starts_with("vish/") { (stress, Vec::new()) } else { (Vec::new(), stress) };
            Image { size_bytes: SIZE_BYTES, entrypoint, cmd, root: tree(Flavour::Debian), ..Image::default() }
        }
        "perl" | "python" | "node" | "golang" | "ruby" | "php" | "openjdk" => {
            let mut image =
                service_image(Service { program: base.into(), memory_bytes: 12 << 20, ..Service::default() }, &[base], Flavour::Debian);
            image.ports = Vec::new();
            image
        }
        _ => {
            let mut image = service_image(
                Service {
                    program: "entrypoint".into(),
                    kind: ServiceKind::Page,
                    page: format!("{path}\n"),
                    memory_bytes: 16 << 20,
                    port_variable: Some("PORT".into()),
                    ..Service::default()
                },
                &["/entrypoint"],
                Flavour::Debian,
            );
            image.ports = Vec::new();
            image
        }
    }
}

impl Image {
    /// Whether nobody described the image, so that its program listens on whatever ports its container declares.
    pub fn listens_on_declared_ports(&self) -> bool {
        self.service.as_ref().is_some_and(|s| s.ports.is_empty() && s.program == "entrypoint")
    }

    /// The same image with its program listening on these ports.
    pub fn with_ports(&self, ports: &[u16]) -> Image {
        let mut image = self.clone();
        if let Some(service) = &mut image.service {
            Arc::make_mut(service).ports = ports.to_vec();
        }
        image
    }
}

fn service_image(service: Service, entry: &[&str], flavour: Flavour) -> Image {
    let base = tree(flavour);
    let mut root = (*base).clone();
    let program = Inode { kind: Kind::Program(ArcStr::from(service.program.as_str())), ..Inode::file("", 0o755) };
    let path = if entry[0].starts_with('/') { entry[0].trim_start_matches('/').to_string() } else { format!("usr/local/bin/{}", entry[0]) };
    root.put(&path, program.clone());
    if !entry[0].ends_with(service.program.as_str()) {
        root.put(&format!("usr/local/bin/{}", service.program), program);
    }
    Image {
        size_bytes: SIZE_BYTES,
        cmd: words(entry),
        ports: service.ports.clone(),
        root: Arc::new(root),
        service: Some(Arc::new(service)),
        ..Image::default()
    }
}

fn tcp(base: &str, program: &str, ports: &[u16], memory_bytes: u64) -> Image {
    let banner = vec![format!("{base}: ready for connections")];
    service_image(
        Service {
            program: program.into(),
            kind: ServiceKind::Tcp,
            ports: ports.to_vec(),
            memory_bytes,
            banner,
            start_us: 400_000,
            ..Service::default()
        },
        &[program],
        Flavour::Debian,
    )
}

fn page(base: &str, path: &str) -> Image {
    let (page, port) = match base {
        "kubia" => ("You've hit %h\n", 8080),
        "kubernetes-bootcamp" => ("Hello Kubernetes bootcamp! | Running on: %h | v=1\n", 8080),
        "hello-app" => ("Hello, world!\nVersion: 1.0.0\nHostname: %h\n", 8080),
        "http-echo" => ("hello-world\n", 5678),
        "whoami" => ("Hostname: %h\n", 80),
        _ => ("Hostname: %h\n", 8080),
    };
    let mut image = service_image(
        Service {
            program: "node".into(),
            kind: ServiceKind::Page,
            ports: vec![port],
            page: page.into(),
            memory_bytes: 20 << 20,
            request_us: 500,
            ..Service::default()
        },
        &["node", "app.js"],
        Flavour::Debian,
    );
    if base == "kubia" && path.contains("kubia") {
        image.entrypoint = words(&["node", "app.js"]);
        image.cmd = Vec::new();
    }
    image
}

const WELCOME: &str = "<!DOCTYPE html>
<html>
<head>
<title>Welcome to nginx!</title>
<style>
html { color-scheme: light dark; }
body { width: 35em; margin: 0 auto;
font-family: Tahoma, Verdana, Arial, sans-serif; }
</style>
</head>
<body>
<h1>Welcome to nginx!</h1>
<p>If you see this page, the nginx web server is successfully installed and
working. Further configuration is required.</p>

<p>For online documentation and support please refer to
<a href=\"http://nginx.org/\">nginx.org</a>.<br/>
Commercial support is available at
<a href=\"http://nginx.com/\">nginx.com</a>.</p>

<p><em>Thank you for using nginx.</em></p>
</body>
</html>
";

fn nginx(tag: &str) -> Image {
    let version = tag.split('-').next().filter(|v| v.starts_with(|c: char| c.is_ascii_digit())).unwrap_or("1.29.3");
    let service = Service {
        program: "nginx".into(),
        kind: ServiceKind::Files,
        ports: vec![80],
        memory_bytes: 5 << 20,
        request_us: 200,
        start_us: 30_000,
        document_root: "/usr/share/nginx/html".into(),
        server_header: format!("nginx/{version}"),
        access_log: true,
        banner: words(&[
            "/docker-entrypoint.sh: Configuration complete; ready for start up",
            "%T [notice] 1#1: using the \"epoll\" event method",
            "%T [notice] 1#1: start worker processes",
        ]),
        banner_on_stderr: true,
        ..Service::default()
    };
    let mut image =
        service_image(service, &["nginx", "-g", "daemon off;"], if tag.contains("alpine") { Flavour::Alpine } else { Flavour::Debian });
    image.root = with(
        image.root,
        &[
            ("usr/share/nginx/html/index.html", WELCOME, 0o644),
            (
                "usr/share/nginx/html/50x.html",
                "<!DOCTYPE html>\n<html>\n<head>\n<title>Error</title>\n</head>\n<body>\n<h1>An error occurred.</h1>\n</body>\n</html>\n",
                0o644,
            ),
            (
                "etc/nginx/nginx.conf",
                "user  nginx;\nworker_processes  auto;\n\nevents {\n    worker_connections  1024;\n}\n\nhttp {\n    include       /etc/nginx/mime.types;\n    include /etc/nginx/conf.d/*.conf;\n}\n",
                0o644,
            ),
            (
                "etc/nginx/conf.d/default.conf",
                "server {\n    listen       80;\n    server_name  localhost;\n\n    location / {\n        root   /usr/share/nginx/html;\n        index  index.html index.htm;\n    }\n}\n",
                0o644,
            ),
            ("docker-entrypoint.sh", "#!/bin/sh\nexec \"$@\"\n", 0o755),
        ],
    );
    image.stop_signal = Signal::QUIT;
    image.entrypoint = words(&["/docker-entrypoint.sh"]);
    image.env = env(&[("NGINX_VERSION", version)]);
    image
}

fn httpd(tag: &str) -> Image {
    let version = tag.split('-').next().filter(|v| v.starts_with(|c: char| c.is_ascii_digit())).unwrap_or("2.4.65");
    let service = Service {
        program: "httpd-foreground".into(),
        kind: ServiceKind::Files,
        ports: vec![80],
        memory_bytes: 7 << 20,
        document_root: "/usr/local/apache2/htdocs".into(),
        server_header: format!("Apache/{version} (Unix)"),
        stop_signals: vec![Signal::TERM, Signal::INT, Signal::WINCH],
        access_log: true,
        banner: words(&["[%T] [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4 (Unix) configured -- resuming normal operations"]),
        banner_on_stderr: true,
        ..Service::default()
    };
    let mut image = service_image(service, &["httpd-foreground"], Flavour::Debian);
    image.root = with(image.root, &[("usr/local/apache2/htdocs/index.html", "<html><body><h1>It works!</h1></body></html>\n", 0o644)]);
    image.stop_signal = Signal::WINCH;
    image.workdir = "/usr/local/apache2".into();
    image
}

fn with(root: Arc<Inode>, files: &[(&str, &str, u32)]) -> Arc<Inode> {
    let mut root = (*root).clone();
    for (path, text, mode) in files {
        root.put(path, Inode::file(*text, *mode));
    }
    Arc::new(root)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flavour {
    Scratch,
    Busybox,
    Alpine,
    Debian,
    Ubuntu,
}

/// busybox's programs, all links to one.
pub(super) const APPLETS: [&str; 107] = [
    "[",
    "ash",
    "awk",
    "base64",
    "basename",
    "cat",
    "chgrp",
    "chmod",
    "chown",
    "chroot",
    "cksum",
    "clear",
    "cmp",
    "comm",
    "cp",
    "cut",
    "date",
    "dd",
    "df",
    "diff",
    "dirname",
    "dmesg",
    "du",
    "echo",
    "egrep",
    "env",
    "expr",
    "factor",
    "false",
    "fgrep",
    "find",
    "fold",
    "free",
    "grep",
    "groups",
    "gunzip",
    "gzip",
    "head",
    "hexdump",
    "hostname",
    "httpd",
    "id",
    "ifconfig",
    "ip",
    "kill",
    "killall",
    "less",
    "ln",
    "ls",
    "md5sum",
    "mkdir",
    "mkfifo",
    "mktemp",
    "more",
    "mount",
    "mv",
    "nc",
    "netstat",
    "nice",
    "nl",
    "nohup",
    "nproc",
    "nslookup",
    "od",
    "paste",
    "pgrep",
    "pidof",
    "ping",
    "pkill",
    "printenv",
    "printf",
    "ps",
    "pwd",
    "readlink",
    "realpath",
    "rev",
    "rm",
    "rmdir",
    "sed",
    "seq",
    "setsid",
    "sh",
    "sha1sum",
    "sha256sum",
    "sleep",
    "sort",
    "stat",
    "strings",
    "sync",
    "tac",
    "tail",
    "tar",
    "tee",
    "telnet",
    "test",
    "time",
    "timeout",
    "top",
    "touch",
    "tr",
    "true",
    "tty",
    "umount",
    "uname",
    "uniq",
    "unlink",
    "usleep",
];
const APPLETS_MORE: [&str; 11] = ["uptime", "vi", "watch", "wc", "wget", "which", "who", "whoami", "xargs", "xxd", "yes"];

thread_local! {
    /// The trees are the same for all images of a flavour; each is built once and shared. A function of nothing but the flavour.
    static TREES: std::cell::RefCell<BTreeMap<u8, Arc<Inode>>> = const { std::cell::RefCell::new(BTreeMap::new()) };
}

fn tree(flavour: Flavour) -> Arc<Inode> {
    TREES.with(|t| t.borrow_mut().entry(flavour as u8).or_insert_with(|| Arc::new(build(flavour))).clone())
}

fn build(flavour: Flavour) -> Inode {
    let mut root = Inode::dir(0o755);
    for dir in ["dev", "etc", "proc", "sys", "tmp", "var", "root", "home"] {
        let mode = match dir {
            "tmp" => 0o1777,
            "root" => 0o700,
            _ => 0o755,
        };
        root.put(dir, Inode::dir(mode));
    }
    for (name, device) in [
        ("null", Device::Null),
        ("zero", Device::Zero),
        ("full", Device::Full),
        ("random", Device::Random),
        ("urandom", Device::Random),
        ("tty", Device::Tty),
        ("stdin", Device::Fd(0)),
        ("stdout", Device::Fd(1)),
        ("stderr", Device::Fd(2)),
    ] {
        root.put(&format!("dev/{name}"), Inode { kind: Kind::Device(device), ..Inode::file("", 0o666) });
    }
    root.put("dev/shm", Inode::dir(0o1777));
    for name in ["meminfo", "cpuinfo", "uptime", "loadavg", "version", "mounts"] {
        root.put(&format!("proc/{name}"), Inode::file("", 0o444));
    }
    if flavour == Flavour::Scratch {
        return root;
    }
    let group = if flavour == Flavour::Alpine {
        "root:x:0:root\ndaemon:x:2:root,bin,daemon\nwheel:x:10:root\nnogroup:x:65533:\n"
    } else {
        "root:x:0:\ndaemon:x:1:\nwww-data:x:33:\nnogroup:x:65534:\n"
    };
    let shell = if matches!(flavour, Flavour::Debian | Flavour::Ubuntu) { "/bin/bash" } else { "/bin/sh" };
    let passwd = format!(
        "root:x:0:0:root:/root:{shell}\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\nwww-data:x:33:33:www-data:/var/www:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n"
    );
    root.put("etc/passwd", Inode::file(passwd, 0o644));
    // busybox's image names users, but no groups.
    if flavour != Flavour::Busybox {
        root.put("etc/group", Inode::file(group, 0o644));
    }
    root.put("etc/shadow", Inode::file("root:*:::::::\n", 0o640));
    for dir in ["usr/bin", "usr/sbin", "var/log", "var/run", "var/www", "usr/local/bin", "var/spool", "var/tmp"] {
        root.put(dir, Inode::dir(if dir == "var/tmp" { 0o1777 } else { 0o755 }));
    }
    let program = |name: &str| Arc::new(Inode { kind: Kind::Program(ArcStr::from(name)), ..Inode::file("", 0o755) });
    let mut bin: Vec<&str> = APPLETS.iter().chain(&APPLETS_MORE).copied().collect();
    match flavour {
        Flavour::Busybox | Flavour::Alpine => bin.push("busybox"),
        _ => bin.extend(["bash", "curl", "dash", "hostname", "pause", "stress", "stress-ng", "dig", "host", "apt-get", "apt", "jq"]),
    }
    if matches!(flavour, Flavour::Debian | Flavour::Ubuntu) {
        root.put("usr/bin/redis-cli", Inode::file(include_str!("images/redis-cli.sh"), 0o755));
        for name in ["declare-queue", "delete-queue", "publish", "get", "consume"] {
            root.put(&format!("usr/bin/amqp-{name}"), Inode::file(include_str!("images/amqp.sh"), 0o755));
        }
    }
    if flavour == Flavour::Alpine {
        bin.extend(["apk", "curl"]);
    }
    // One inode for all links to busybox; the name that it is called by decides.
    let entries = bin.iter().map(|n| (ArcStr::from(*n), program(n))).collect();
    root.put("bin", Inode { kind: Kind::Dir(entries), ..Inode::dir(0o755) });
    root.put("usr/bin/env", Inode { kind: Kind::Program(arcstr::literal!("env")), ..Inode::file("", 0o755) });
    root.put("sbin", Inode::dir(0o755));
    root.put("lib", Inode::dir(0o755));
    let release = match flavour {
        Flavour::Alpine => "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.22.2\nPRETTY_NAME=\"Alpine Linux v3.22\"\n",
        Flavour::Ubuntu => "PRETTY_NAME=\"Ubuntu 24.04.3 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"24.04\"\nID=ubuntu\nID_LIKE=debian\n",
        Flavour::Debian => "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"13\"\nID=debian\n",
        _ => "",
    };
    if !release.is_empty() {
        root.put("etc/os-release", Inode::file(release, 0o644));
    }
    root
}

/// The image that the workstation runs: a Debian with bash.
pub fn workstation() -> Image {
    let root = with(tree(Flavour::Debian), &[("usr/local/bin/minikube", include_str!("images/minikube.sh"), 0o755)]);
    Image { name: "workstation".into(), cmd: words(&["bash"]), root, ..Image::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references() {
        for (text, full) in [
            ("busybox", "docker.io/library/busybox:latest"),
            ("nginx:1.25", "docker.io/library/nginx:1.25"),
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
        let absent = lookup("example.com/nosuch:1").map(|i| i.name).map_err(|e| e.to_string());
        assert_eq!(
            absent,
            Err("rpc error: code = NotFound desc = failed to pull and unpack image \"example.com/nosuch:1\": failed to resolve reference \"example.com/nosuch:1\": example.com/nosuch:1: not found".into())
        );
    }
}
