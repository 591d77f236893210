//! Which images there are: what each runs and holds, by the last part of its name.

use std::sync::Arc;

use arcstr::ArcStr;

use super::files::{Flavour, tree, with};
use super::users::{User, add_user};
use super::{Image, Reference, Service, ServiceKind};
use crate::base::List as _;
use crate::runtime::fs::{Inode, Kind};
use crate::runtime::process::Signal;

/// The registry here keeps every image at one size, in bytes.
const SIZE_BYTES: u64 = 4_270_000;

/// What the program is called of an image that nobody described.
pub(super) const UNKNOWN: &str = "entrypoint";

fn words(list: &[&str]) -> Vec<String> {
    list.iter().map(|s| s.to_string()).list()
}

fn env(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(n, v)| (n.to_string(), v.to_string())).list()
}

/// An image by its name's last part. What nobody described runs, listens on its declared ports and ends on TERM.
pub(super) fn contents(base: &str, path: &str, tag: &str) -> Image {
    if let Some(row) = PAGES.iter().find(|row| row.0 == base) {
        return page(row, path, tag);
    }
    match base {
        "busybox" => {
            let root = tree(Flavour::Busybox);
            // Tutorials ask for 1.28 because of its nslookup, which says other things than those after it.
            let minor = tag.strip_prefix("1.").and_then(|t| t.split(['.', '-']).next()?.parse::<u32>().ok());
            let old = minor.is_some_and(|minor| minor <= 28);
            let root = if old { with(root, &[("bin/nslookup", include_str!("nslookup.sh"), 0o755)]) } else { root };
            image(&["sh"], root)
        }
        "alpine" => image(&["/bin/sh"], tree(Flavour::Alpine)),
        "ubuntu" => image(&["/bin/bash"], tree(Flavour::Ubuntu)),
        "debian" | "debian-base" => image(&["bash"], tree(Flavour::Debian)),
        "bash" => {
            let entry = ("usr/local/bin/docker-entrypoint.sh", "#!/bin/sh\nexec \"$@\"\n", 0o755);
            Image { entrypoint: words(&["docker-entrypoint.sh"]), ..image(&["bash"], with(tree(Flavour::Debian), &[entry])) }
        }
        "centos" => {
            let (version, name) = if tag.starts_with('7') { ("7", "7 (Core)") } else { ("8", "8") };
            let release = format!(
                "NAME=\"CentOS Linux\"\nVERSION=\"{name}\"\nID=\"centos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"{version}\"\nPRETTY_NAME=\"CentOS Linux {name}\"\n"
            );
            image(&["/bin/bash"], with(tree(Flavour::Debian), &[("etc/os-release", &release, 0o644)]))
        }
        // Those of a much-read book: a text that changes, a batch job, and a daemon that looks at disks.
        "fortune" if path.starts_with("luksa/") => {
            let files = [("bin/fortuneloop.sh", include_str!("fortune.sh"), 0o755)];
            let cmd: &[&str] = if tag == "args" { &["10"] } else { &[] };
            Image { entrypoint: words(&["/bin/fortuneloop.sh"]), ..image(cmd, with(tree(Flavour::Ubuntu), &files)) }
        }
        "batch-job" | "ssd-monitor" => {
            let script = if base == "batch-job" {
                "echo \"$(date) Batch job starting\"; sleep 120; echo \"$(date) Finished succesfully\""
            } else {
                "while true; do echo 'SSD OK'; sleep 5; done"
            };
            Image { entrypoint: words(&["/bin/sh", "-c", script]), ..image(&[], tree(Flavour::Busybox)) }
        }
        "curl" => Image { entrypoint: words(&["curl"]), ..image(&[], tree(Flavour::Debian)) },
        "netshoot" | "toolbox" | "busyboxplus" | "dnsutils" | "jessie-dnsutils" | "git" | "jq" => image(&["sh"], tree(Flavour::Debian)),
        "agnhost" => {
            let mut image = service_image(Service { program: "agnhost".into(), ..Service::default() }, &["/agnhost"], Flavour::Debian);
            (image.entrypoint, image.cmd) = (words(&["/agnhost"]), words(&["pause"]));
            // By these it shows what groups a pod is given beside those of its image.
            add_user(&mut image, &User("user-defined-in-image", 1000, 1000));
            let group = image.root.at("etc/group").and_then(|file| file.bytes(usize::MAX)).unwrap_or_default();
            let group = String::from_utf8_lossy(&group) + "group-defined-in-image:x:50000:user-defined-in-image\n";
            image.root = with(image.root, &[("etc/group", &group, 0o644)]);
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
            // The one that ephemeral containers are explained with has none here either.
            if tag == "3.1" { Flavour::Scratch } else { Flavour::Busybox },
        ),
        "nginx" | "nginx-slim" | "nginx-unprivileged" | "nginxhttps" => nginx(base, tag),
        // The tutorials' frontend passes all on to a Service.
        "hello-frontend" => {
            let mut image = nginx("nginx", "1.17.3");
            let conf = "upstream Backend {\n    server hello;\n}\n\nserver {\n    listen 80;\n\n    location / {\n        proxy_pass http://Backend;\n    }\n}\n";
            image.root = with(image.root, &[("etc/nginx/conf.d/default.conf", conf, 0o644)]);
            image
        }
        "httpd" => httpd(tag),
        "hpa-example" | "php-apache" => service_image(
            Service {
                program: "apache2-foreground".into(),
                kind: ServiceKind::Burn,
                ports: vec![80],
                request_us: 60_000,
                memory_bytes: 12 << 20,
                server_header: "Apache/2.4.10 (Debian) PHP/5.6.14".into(),
                log: CLF,
                ..Service::default()
            },
            &["apache2-foreground"],
            Flavour::Debian,
        ),
        "redis" | "redis-master" | "redis-slave" | "redis-leader" | "redis-follower" | "gb-redis-follower" | "guestbook-redis-slave" => {
            let image = service_image(
                Service {
                    program: "redis-server".into(),
                    kind: ServiceKind::Redis,
                    ports: vec![6379],
                    memory_bytes: 9 << 20,
                    banner: words(&["1:M %r * Server initialized", "1:M %r * Ready to accept connections tcp"]),
                    ..Service::default()
                },
                &["redis-server"],
                Flavour::Debian,
            );
            entered(image, "redis-server")
        }
        "rabbitmq" => {
            let mut ports = vec![5672, 4369, 25672];
            if tag.contains("management") {
                ports.push(15672);
            }
            let image = service_image(
                Service {
                    program: "rabbitmq-server".into(),
                    kind: ServiceKind::Redis,
                    ports,
                    memory_bytes: 110 << 20,
                    start_us: 400_000,
                    banner: words(&["  Starting broker... completed with 4 plugins."]),
                    page: "<title>RabbitMQ Management</title>\n".into(),
                    ..Service::default()
                },
                &["rabbitmq-server"],
                Flavour::Debian,
            );
            with_clients(image, &["rabbitmq-diagnostics", "rabbitmqctl"])
        }
        // The workers of the tutorials: one item from a broker, and items from a list until there are none.
        "job-wq-1" => image(
            &["sh", "-c", "amqp-consume --url=$BROKER_URL -q $QUEUE -c 1 /worker.py"],
            with(tree(Flavour::Debian), &[("worker.py", "#!/bin/sh\necho \"Processing $(cat)\"\nsleep 10\n", 0o755)]),
        ),
        "job-wq-2" => image(&["/worker.py"], with(tree(Flavour::Debian), &[("worker.py", include_str!("job-wq-2.sh"), 0o755)])),
        "mysql" | "mariadb" => {
            let mut image = database(base, "mysqld", 3306, 360 << 20);
            // What the server knows of itself is asked as of Redis.
            image.service = image.service.map(|s| Arc::new(Service { kind: ServiceKind::Redis, ..(*s).clone() }));
            let admin = "#!/bin/sh\nnc -z 127.0.0.1 3306 && echo mysqld is alive && exit\necho \"mysqladmin: connect to server at 'localhost' failed\" >&2\nexit 1\n";
            let files = [("usr/bin/mysql", include_str!("mysql.sh"), 0o755), ("usr/bin/mysqladmin", admin, 0o755)];
            image.root = with(image.root, &files);
            image
        }
        "xtrabackup" => {
            let nothing = "#!/bin/sh\necho \"xtrabackup: databases are not simulated here, there is nothing to back up or restore\" >&2\n";
            let files = [
                ("usr/bin/xtrabackup", nothing, 0o755),
                ("usr/bin/xbstream", "#!/bin/sh\ncat >/dev/null\n", 0o755),
                ("usr/bin/ncat", include_str!("ncat.sh"), 0o755),
                ("usr/bin/mysql", include_str!("mysql.sh"), 0o755),
            ];
            image(&["bash"], with(tree(Flavour::Debian), &files))
        }
        "postgres" => with_clients(database(base, "postgres", 5432, 40 << 20), &["pg_isready", "psql"]),
        "mongo" => with_clients(database(base, "mongod", 27017, 140 << 20), &["mongo", "mongosh"]),
        "memcached" => database(base, "memcached", 11211, 4 << 20),
        "cassandra" => {
            let mut image = tcp(base, "cassandra", &[9042], 700 << 20);
            let ready = "#!/bin/sh\nnc -z 127.0.0.1 9042\n";
            let files = [("usr/local/bin/nodetool", include_str!("nodetool.sh"), 0o755), ("ready-probe.sh", ready, 0o755)];
            image.root = with(image.root, &files);
            image
        }
        "etcd" => tcp(base, "etcd", &[2379, 2380], 30 << 20),
        "zookeeper" | "kubernetes-zookeeper" => {
            let mut image = tcp(base, "java", &[2181], 90 << 20);
            image.cmd = words(&["zkServer.sh", "start-foreground"]);
            let server = "#!/bin/sh\nexec java org.apache.zookeeper.server.quorum.QuorumPeerMain /opt/zookeeper/conf/zoo.cfg\n";
            let client =
                "#!/bin/sh\necho \"zkCli.sh: znodes are not simulated here: the servers take connections and no more\" >&2\nexit 1\n";
            let files = [
                ("bin/start-zookeeper", include_str!("zookeeper.sh"), 0o755),
                ("bin/zookeeper-ready", "#!/bin/sh\nnc -z 127.0.0.1 \"$1\"\n", 0o755),
                ("bin/zkCli.sh", client, 0o755),
                ("bin/zkServer.sh", server, 0o755),
                ("conf/zoo.cfg", "", 0o644),
                ("conf/log4j.properties", "", 0o644),
            ];
            let mut root = (*image.root).clone();
            // The image's own user writes all of it, and may take it away.
            let own = |node: Inode| Inode { uid: 1000, gid: 1000, ..node };
            for dir in ["opt/zookeeper", "opt/zookeeper/bin", "opt/zookeeper/conf"] {
                root.put(dir, own(Inode::dir(0o755)));
            }
            for (path, text, mode) in files {
                root.put(&format!("opt/zookeeper/{path}"), own(Inode::file(text, mode)));
                if path.starts_with("bin/") {
                    root.put(&format!("usr/{path}"), Inode::link(&format!("/opt/zookeeper/{path}")));
                }
            }
            root.put("usr/etc/zookeeper", Inode::link("/opt/zookeeper/conf"));
            image.root = Arc::new(root);
            add_user(&mut image, &User("zookeeper", 1000, 1000));
            image
        }
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
            // The Go program of that name is the image's entry point; of the other image it is only the command.
            let (entrypoint, cmd): (_, &[&str]) =
                if path.starts_with("vish/") { (words(&["stress"]), &[]) } else { (Vec::new(), &["stress"]) };
            Image { entrypoint, ..image(cmd, tree(Flavour::Debian)) }
        }
        "coredns" => {
            let banner = words(&[".:53", &format!("CoreDNS-{}", tag.trim_start_matches('v')), "linux/amd64, go1.26.1, dd1df4f"]);
            let mut image = service_image(
                Service {
                    program: base.into(),
                    kind: ServiceKind::Page,
                    ports: vec![53, 8080, 8181, 9153],
                    routes: &[("/health", "OK"), ("/ready", "OK")],
                    memory_bytes: 12 << 20,
                    banner,
                    ..Service::default()
                },
                &["/coredns"],
                Flavour::Scratch,
            );
            image.entrypoint = std::mem::take(&mut image.cmd);
            image
        }
        // What volumes of images are shown with: files, and nothing that runs.
        "artifact" if path == "crio/artifact" => {
            let files = [("dir/file", "1\n", 0o644), ("file", "2\n", 0o644)];
            image(&[], with(Arc::new(Inode::dir(0o755)), &files))
        }
        "hello-world" => {
            let text = "#!/bin/sh\necho; echo Hello from Docker!; echo This message shows that your installation appears to be working correctly.; echo\n";
            image(&["/hello"], with(tree(Flavour::Busybox), &[("hello", text, 0o755)]))
        }
        "perl" | "python" | "node" | "golang" | "ruby" | "php" | "openjdk" => {
            let program = match base {
                "golang" => "go",
                "openjdk" => "java",
                "python" => "python3",
                _ => base,
            };
            service_image(
                Service {
                    program: program.into(),
                    kind: ServiceKind::Page,
                    page: format!("{path}\n"),
                    memory_bytes: 12 << 20,
                    banner: vec![format!("{program} is not simulated here: this process does nothing")],
                    banner_on_stderr: true,
                    stands_in: true,
                    ..Service::default()
                },
                &[base],
                Flavour::Debian,
            )
        }
        "kubectl" | "k8s-kubectl" => Image { entrypoint: words(&["kubectl"]), ..image(&["--help"], with_kubectl()) },
        "k8s" if path.starts_with("alpine/") => image(&["bash"], with_kubectl()),
        "helm-kubectl" | "kubectl-shell" => image(&["bash"], with_kubectl()),
        // What these do first is to make a Secret, which the rest of what is installed with them needs.
        "kube-webhook-certgen" => with_secret(path, "kube-webhook-certgen"),
        "argocd" => with_secret(path, "usr/local/bin/argocd"),
        "controller" if path.starts_with("metallb/") => with_secret(path, "controller"),
        _ => unknown(path),
    }
}

/// Files with a kubectl among them.
fn with_kubectl() -> Arc<Inode> {
    let mut root = (*tree(Flavour::Debian)).clone();
    root.put("usr/local/bin/kubectl", Inode { kind: Kind::Program(arcstr::literal!("kubectl")), ..Inode::file("", 0o755) });
    Arc::new(root)
}

/// An image that nobody described.
fn unknown(path: &str) -> Image {
    service_image(
        Service {
            program: UNKNOWN.into(),
            kind: ServiceKind::Page,
            page: format!("{path}\n"),
            memory_bytes: 16 << 20,
            port_variable: Some("PORT".into()),
            stands_in: true,
            ..Service::default()
        },
        &["/entrypoint"],
        Flavour::Debian,
    )
}

/// Another, one program of which makes a Secret.
fn with_secret(path: &str, program: &str) -> Image {
    let mut image = unknown(path);
    image.root = with(image.root, &[(program, include_str!("secret.sh"), 0o755)]);
    if !program.contains('/') {
        image.entrypoint = vec![format!("/{program}")];
    }
    image
}

/// An image with a command and files, and nothing else.
fn image(cmd: &[&str], root: Arc<Inode>) -> Image {
    Image { size_bytes: SIZE_BYTES, cmd: words(cmd), root, ..Image::default() }
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
    Image { ports: service.ports.clone(), service: Some(Arc::new(service)), ..image(entry, Arc::new(root)) }
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
            // A Java machine ends by a signal as if that had killed it.
            stop_code: if matches!(program, "cassandra" | "java") { 143 } else { 0 },
            ..Service::default()
        },
        &[program],
        Flavour::Debian,
    )
}

/// A server with the entry point of databases.
fn database(base: &str, program: &str, port: u16, memory_bytes: u64) -> Image {
    entered(tcp(base, program, &[port], memory_bytes), program)
}

/// An image whose entry point takes flags for the program and looks whether it was given a password.
fn entered(mut image: Image, program: &str) -> Image {
    let entry = include_str!("database.sh").replace("PROGRAM", program);
    image.root = with(image.root, &[("usr/local/bin/docker-entrypoint.sh", &entry, 0o755)]);
    image.entrypoint = words(&["docker-entrypoint.sh"]);
    image
}

/// The same image with programs that see whether its server is there.
fn with_clients(mut image: Image, names: &[&str]) -> Image {
    for name in names {
        image.root = with(image.root, &[(&format!("usr/bin/{name}"), include_str!("client.sh"), 0o755)]);
    }
    image
}

/// An image whose program answers every request with one page: the last part of its name, its program and how that is started, its port, and
/// what it says when it starts, to a request in its log, and to whoever asks.
struct Page(&'static str, &'static str, &'static [&'static str], u16, &'static str, &'static str, &'static str);

const GO: &[&str] = &["/app"];
const NODE: &[&str] = &["node", "server.js"];
const APACHE: &[&str] = &["apache2-foreground"];
const CLF: &str = "%c - - [%d] \"%m %U HTTP/1.1\" %S %B";
const COMBINED: &str = "%c - - [%d] \"%m %U HTTP/1.1\" %S %B \"-\" \"%a\"";

const PAGES: [Page; 20] = [
    Page("kubia", "node", &["node", "app.js"], 8080, "Kubia server starting...", "Received request from ::ffff:%c", "You've hit %h\n"),
    Page(
        "kubia-unhealthy",
        "node",
        &["node", "app.js"],
        8080,
        "Kubia server starting...",
        "Received request from ::ffff:%c",
        "You've hit %h\n",
    ),
    Page("nodejs-hello-world", "node", NODE, 3000, "Magic happens on port 3000", "", "Hello World"),
    Page("simpleapp", "node", NODE, 8080, "", "", "Hello world from %h and version 2.0\n"),
    Page(
        "simpleservice",
        "python",
        &["python", "./simpleservice.py"],
        9876,
        "",
        "",
        "{\"host\": \"%H:9876\", \"version\": \"0.5.0\", \"from\": \"%c\"}",
    ),
    Page(
        "webapp-color",
        "python",
        &["python", "./app.py"],
        8080,
        " * Running on http://0.0.0.0:8080/ (Press CTRL+C to quit)",
        "%c - - [%d] \"%m %U HTTP/1.1\" %S -",
        "<!doctype html>\n<title>Hello from Flask</title>\n<body></body>\n<div>\n  <h1>Hello from %h!</h1>\n</div>",
    ),
    Page(
        "kubernetes-bootcamp",
        "node",
        NODE,
        8080,
        "Kubernetes Bootcamp App Started At: %i | Running On:  %h \n",
        "Running On: %h | Total Requests: %n | App Uptime: %u seconds | Log Time: %i",
        "Hello Kubernetes bootcamp! | Running on: %h | v=1\n",
    ),
    Page(
        "hello-app",
        "app",
        GO,
        8080,
        "%T Server listening on port 8080",
        "%T Serving request: %U",
        "Hello, world!\nVersion: 1.0.0\nHostname: %h\n",
    ),
    Page("hello-go-gke", "app", GO, 80, "", "", "{\"message\":\"Hello\"}\n"),
    Page("serve_hostname", "serve_hostname", &["/serve_hostname"], 9376, "", "", "%h\n"),
    Page("serve-hostname", "serve_hostname", &["/serve_hostname"], 9376, "", "", "%h\n"),
    Page("node-hello", "node", NODE, 8080, "", "Received request for URL: %U", "Hello Kubernetes!"),
    Page("hello-node", "node", NODE, 8080, "", "Received request for URL: %U", "Hello World!"),
    Page("http-echo", "http-echo", &["/http-echo"], 5678, "%T [INFO] server is listening on :%p", "", "hello-world\n"),
    Page(
        "whoami",
        "whoami",
        &["/whoami"],
        80,
        "%T Starting up on port 80",
        "",
        "Hostname: %h\nRemoteAddr: %c:43512\n%m %U HTTP/1.1\nHost: %H\nUser-Agent: %a\n",
    ),
    Page("echoserver", "nginx-echo", &["nginx-echo"], 8080, "Generating self-signed cert", COMBINED, ECHO),
    Page("echo-server", "nginx-echo", &["nginx-echo"], 8080, "", COMBINED, ECHO),
    Page("gb-frontend", "apache2-foreground", APACHE, 80, "", COMBINED, GUESTBOOK),
    Page("php-redis", "apache2-foreground", APACHE, 80, "", COMBINED, GUESTBOOK),
    Page(
        "wordpress",
        "apache2-foreground",
        APACHE,
        80,
        "",
        COMBINED,
        "<!DOCTYPE html>\n<html>\n<head><title>WordPress &rsaquo; Installation</title></head>\n<body>Welcome</body>\n</html>\n",
    ),
];

const ECHO: &str = "\n\nHostname: %h\n\nPod Information:\n\t-no pod information available-\n\nServer values:\n\tserver_version=nginx: 1.14.2 - lua: 10015\n\nRequest Information:\n\tclient_address=%c\n\tmethod=%m\n\treal path=%V\n\tquery=%q\n\trequest_version=1.1\n\trequest_scheme=http\n\trequest_uri=http://%H:8080%U\n\nRequest Headers:\n\thost=%H\n\tuser-agent=%a\n\nRequest Body:\n\t-no body in request-\n\n";
/// The echo server of that time.
const ECHO_1_4: &str = "CLIENT VALUES:\nclient_address=%c\ncommand=%m\nreal path=%U\nquery=%q\nrequest_version=1.1\nrequest_uri=http://%H:8080%U\n\nSERVER VALUES:\nserver_version=nginx: 1.10.0 - lua: 10001\n\nHEADERS RECEIVED:\nhost=%H\nuser-agent=%a\nBODY:\n-no body in request-";
const GUESTBOOK: &str = "<html ng-app=\"redis\">\n  <head><title>Guestbook</title></head>\n  <body ng-controller=\"RedisCtrl\"><h2>Guestbook</h2></body>\n</html>\n";

fn page(row: &Page, path: &str, tag: &str) -> Image {
    let Page(base, program, entry, port, banner, log, text) = row;
    let major =
        tag.trim_start_matches('v').split('.').next().filter(|v| v.bytes().all(|b| b.is_ascii_digit()) && v.len() < 3).unwrap_or("1");
    let text = match *base {
        // These two say which version they are.
        "kubernetes-bootcamp" | "hello-app" => text.replace("v=1", &format!("v={major}")).replace("1.0.0", &format!("{major}.0.0")),
        "echoserver" if tag.starts_with("1.4") => ECHO_1_4.into(),
        _ => (*text).into(),
    };
    let bootcamp = *base == "kubernetes-bootcamp";
    let mut image = service_image(
        Service {
            program: (*program).into(),
            kind: ServiceKind::Page,
            ports: vec![*port],
            page: text,
            log,
            banner: if banner.is_empty() { Vec::new() } else { words(&[banner]) },
            memory_bytes: 20 << 20,
            request_us: 500,
            well_requests: if *base == "kubia-unhealthy" { 5 } else { u64::MAX },
            // Node as the first process has no handler: it is killed when its grace is over.
            stop_signals: if bootcamp { Vec::new() } else { Service::default().stop_signals },
            ..Service::default()
        },
        entry,
        Flavour::Debian,
    );
    if *base == "kubia" && path.contains("kubia") || *base == "http-echo" {
        image.entrypoint = std::mem::take(&mut image.cmd);
    }
    if bootcamp {
        image.root = with(image.root, &[("server.js", include_str!("bootcamp.js"), 0o644)]);
        image.env = env(&[("NPM_CONFIG_LOGLEVEL", "info"), ("NODE_VERSION", "6.3.1")]);
    }
    image
}

/// Repositories whose every tag is known, each with its tags.
const TAGS: [(&str, &[&str]); 2] =
    [("gcr.io/google-samples/kubernetes-bootcamp", &["v1"]), ("docker.io/jocatalin/kubernetes-bootcamp", &["v1", "v2", "latest"])];
/// The minor versions from which on nginx' image has an entry point, and from which on it logs what nginx notices.
const NGINX_ENTRY_POINT: u32 = 19;
const NGINX_NOTICES: u32 = 21;
/// No nginx 1 of this minor version was ever published.
const NGINX_MINOR_NEVER: u32 = 90;
/// Repositories of Docker's library whose tags are version numbers, and words that are known.
const LIBRARY: &str = " alpine busybox debian httpd memcached mongo mysql nginx node postgres python redis ubuntu ";
/// The words that a tag of theirs may begin with: what is the newest, a release's name, what it is built on.
const TAG_WORDS: &str = " latest stable mainline unstable edge lts current innovation rc devel rolling testing oldstable oldoldstable experimental \
    alpine slim perl otel musl glibc uclibc oracle oraclelinux debian windowsservercore nanoserver \
    wheezy jessie stretch buster bullseye bookworm trixie forky sid trusty xenial bionic focal jammy noble plucky questing \
    argon boron carbon dubnium erbium fermium gallium hydrogen iron jod krypton ";

/// Whether a registry has an image, as far as its tags are known here. A digest is taken at its word.
pub(super) fn is_published(image: &Reference) -> bool {
    let repository = format!("{}/{}", image.domain, image.path);
    let tag = image.tag.as_deref().unwrap_or("latest");
    image.digest.is_some()
        || match TAGS.iter().find(|row| row.0 == repository) {
            Some((_, tags)) => tags.contains(&tag),
            None => repository.strip_prefix("docker.io/library/").is_none_or(|name| library_has(name, tag)),
        }
}

/// Whether Docker's library has an image by this tag, as far as is known.
fn library_has(name: &str, tag: &str) -> bool {
    let listed = |list: &str, word: &str| list.contains(&format!(" {word} "));
    let first = tag.split('-').next().unwrap_or(tag);
    if !first.starts_with(|c: char| c.is_ascii_digit()) {
        // What a release is built on may have a version of its own: `alpine3.20`.
        return !listed(LIBRARY, name) || listed(TAG_WORDS, first.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'));
    }
    let number = |n: usize| first.split('.').nth(n)?.parse::<u32>().ok();
    name != "nginx" || number(0) == Some(1) && number(1).is_none_or(|minor| minor < NGINX_MINOR_NEVER)
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

fn nginx(base: &str, tag: &str) -> Image {
    let numbered = tag.split('-').next().filter(|v| v.starts_with(|c: char| c.is_ascii_digit()) && base == "nginx");
    let version = numbered.unwrap_or("1.29.3");
    let minor = version.split('.').nth(1).and_then(|minor| minor.parse::<u32>().ok());
    let release = if base == "nginx-slim" { 0 } else { minor.unwrap_or(u32::MAX) };
    let alpine = tag.contains("alpine");
    // Who is not root may listen on high ports alone, as a rule.
    let port: u16 = if base == "nginx-unprivileged" { 8080 } else { 80 };
    let service = Service {
        program: "nginx".into(),
        kind: ServiceKind::Files,
        ports: vec![port],
        memory_bytes: 5 << 20,
        request_us: 200,
        start_us: 30_000,
        document_root: "/usr/share/nginx/html".into(),
        server_header: format!("nginx/{version}"),
        log: "%c - - [%d] \"%m %U HTTP/1.1\" %S %B \"-\" \"%a\" \"-\"",
        banner: if release < NGINX_NOTICES {
            Vec::new()
        } else {
            words(&[
                "%T [notice] 1#1: using the \"epoll\" event method",
                &format!("%T [notice] 1#1: nginx/{version}"),
                if alpine {
                    "%T [notice] 1#1: built by gcc 14.2.0 (Alpine 14.2.0)"
                } else {
                    "%T [notice] 1#1: built by gcc 14.2.0 (Debian 14.2.0-19)"
                },
                "%T [notice] 1#1: OS: Linux 6.12.0",
                "%T [notice] 1#1: getrlimit(RLIMIT_NOFILE): 1048576:1048576",
                "%T [notice] 1#1: start worker processes",
            ])
        },
        banner_on_stderr: true,
        ..Service::default()
    };
    let mut image = service_image(service, &["nginx", "-g", "daemon off;"], if alpine { Flavour::Alpine } else { Flavour::Debian });
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
                "\nuser  nginx;\nworker_processes  auto;\n\nevents {\n    worker_connections  1024;\n}\n\nhttp {\n    include       /etc/nginx/mime.types;\n    include /etc/nginx/conf.d/*.conf;\n}\n",
                0o644,
            ),
            (
                "etc/nginx/conf.d/default.conf",
                &format!(
                    "server {{\n    listen       {port};\n    server_name  localhost;\n\n    location / {{\n        root   /usr/share/nginx/html;\n        index  index.html index.htm;\n    }}\n}}\n"
                ),
                0o644,
            ),
        ],
    );
    let mut root = (*image.root).clone();
    root.put("usr/sbin/nginx", Inode::link("/usr/local/bin/nginx"));
    root.put("var/cache/nginx", Inode::dir(0o755));
    root.put("var/log/nginx/access.log", Inode::link("/dev/stdout"));
    root.put("var/log/nginx/error.log", Inode::link("/dev/stderr"));
    image.root = Arc::new(root);
    image.stop_signal = Signal::QUIT;
    if release >= NGINX_ENTRY_POINT {
        let files = [
            ("docker-entrypoint.sh", include_str!("nginx/entrypoint.sh"), 0o755),
            ("usr/bin/envsubst", include_str!("envsubst.sh"), 0o755),
            ("docker-entrypoint.d/10-listen-on-ipv6-by-default.sh", include_str!("nginx/listen.sh"), 0o755),
            ("docker-entrypoint.d/15-local-resolvers.envsh", "#!/bin/sh\n", 0o755),
            ("docker-entrypoint.d/20-envsubst-on-templates.sh", include_str!("nginx/templates.sh"), 0o755),
            ("docker-entrypoint.d/30-tune-worker-processes.sh", "#!/bin/sh\n", 0o755),
        ];
        image.root = with(image.root, &files);
        image.entrypoint = words(&["/docker-entrypoint.sh"]);
    }
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
        log: CLF,
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
