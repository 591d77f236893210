//! Which images there are: what each runs and holds, by the last part of its name.

mod nginx;
mod pages;
mod servers;

use std::sync::Arc;

use arcstr::ArcStr;

use super::files::{Flavour, tree, with};
use super::script::script;
use super::users::{User, add_user};
use super::{Image, Service, ServiceKind};
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
    if let Some(image) = pages::image(base, path, tag) {
        return image;
    }
    match base {
        "busybox" => {
            let root = tree(Flavour::Busybox);
            // Tutorials ask for 1.28 because of its nslookup, which says other things than those after it.
            let minor = tag.strip_prefix("1.").and_then(|t| t.split(['.', '-']).next()?.parse::<u32>().ok());
            let old = minor.is_some_and(|minor| minor <= 28);
            let root = if old { with(root, &[("bin/nslookup", script!("nslookup.sh"), 0o755)]) } else { root };
            image(&["sh"], root)
        }
        "alpine" => image(&["/bin/sh"], tree(Flavour::Alpine)),
        "git" => {
            let root = with(tree(Flavour::Alpine), &[("usr/bin/git", script!("git.sh"), 0o755)]);
            Image { entrypoint: words(&["git"]), ..image(&["--help"], root) }
        }
        "ubuntu" => image(&["/bin/bash"], tree(Flavour::Ubuntu)),
        "debian" | "debian-base" => image(&["bash"], tree(Flavour::Debian)),
        "bash" => bash(),
        "centos" => centos(tag),
        // Those of a much-read book: a text that changes, a batch job, and a daemon that looks at disks.
        "fortune" if path.starts_with("luksa/") => {
            let files = [("bin/fortuneloop.sh", script!("fortune.sh"), 0o755)];
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
        "netshoot" | "toolbox" | "busyboxplus" | "dnsutils" | "jessie-dnsutils" | "jq" => image(&["sh"], tree(Flavour::Debian)),
        "agnhost" => agnhost(),
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
        "nginx" | "nginx-slim" | "nginx-unprivileged" | "nginxhttps" => nginx::nginx(base, tag),
        // The tutorials' frontend passes all on to a Service.
        "hello-frontend" => {
            let mut image = nginx::nginx("nginx", "1.17.3");
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
            servers::redis()
        }
        "rabbitmq" => servers::rabbitmq(tag),
        // The workers of the tutorials: one item from a broker, and items from a list until there are none.
        "job-wq-1" => image(
            &["sh", "-c", "amqp-consume --url=$BROKER_URL -q $QUEUE -c 1 /worker.py"],
            with(tree(Flavour::Debian), &[("worker.py", "#!/bin/sh\necho \"Processing $(cat)\"\nsleep 10\n", 0o755)]),
        ),
        "job-wq-2" => image(&["/worker.py"], with(tree(Flavour::Debian), &[("worker.py", script!("job-wq-2.sh"), 0o755)])),
        "mysql" | "mariadb" => servers::mysql(base),
        "xtrabackup" => servers::xtrabackup(),
        "postgres" => servers::with_clients(servers::database(base, "postgres", 5432, 40 << 20), &["pg_isready", "psql"]),
        "mongo" => servers::with_clients(servers::database(base, "mongod", 27017, 140 << 20), &["mongo", "mongosh"]),
        "memcached" => servers::database(base, "memcached", 11211, 4 << 20),
        "cassandra" => servers::cassandra(base),
        "etcd" => servers::tcp(base, "etcd", &[2379, 2380], 30 << 20),
        "zookeeper" | "kubernetes-zookeeper" => servers::zookeeper(base),
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
        "coredns" => coredns(base, tag),
        // What volumes of images are shown with: files, and nothing that runs.
        "artifact" if path == "crio/artifact" => {
            let files = [("dir/file", "1\n", 0o644), ("file", "2\n", 0o644)];
            image(&[], with(Arc::new(Inode::dir(0o755)), &files))
        }
        "hello-world" if path.starts_with("library/") => {
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
            let mut image = service_image(
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
            );
            if base == "python" {
                let script = |path: &'static str| (path, script!("python.sh"), 0o755);
                let root = Arc::make_mut(&mut image.root);
                root.put("usr/local/bin/python3.13", Inode { kind: Kind::Program(program.into()), ..Inode::file("", 0o755) });
                image.root = with(image.root, &[script("usr/local/bin/python"), script("usr/local/bin/python3")]);
            }
            image
        }
        "kubectl" | "k8s-kubectl" => Image { entrypoint: words(&["kubectl"]), ..image(&["--help"], with_kubectl()) },
        "k8s" if path.starts_with("alpine/") => image(&["bash"], with_kubectl()),
        "helm-kubectl" | "kubectl-shell" => image(&["bash"], with_kubectl()),
        "controller" | "nginx-ingress-controller" if path.starts_with("ingress-nginx/") => nginx::ingress_controller(),
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

/// Where images that nobody described listen all the same, where their pods declare no port.
const LISTENING: [(&str, u16); 42] = [
    ("argoproj/rollouts-demo", 8080),
    ("burrsutter/myboot", 8080),
    ("dockercoins/hasher", 80),
    ("dockercoins/rng", 80),
    ("dockercoins/webui", 80),
    ("gitea/gitea", 3000),
    ("grafana/grafana", 3000),
    ("jpetazzo/busyhttp", 80),
    ("jpetazzo/color", 80),
    ("jpetazzo/httpenv", 8888),
    ("kennethreitz/httpbin", 80),
    ("kuar-demo/kuard-amd64", 8080),
    ("library/adminer", 8080),
    ("library/caddy", 80),
    ("library/drupal", 80),
    ("library/elasticsearch", 9200),
    ("library/ghost", 2368),
    ("library/joomla", 80),
    ("library/mongo-express", 8081),
    ("library/nextcloud", 80),
    ("library/phpmyadmin", 80),
    ("library/registry", 5000),
    ("library/sonarqube", 9000),
    ("library/traefik", 80),
    ("luksa/kiada", 8080),
    ("mendhak/http-https-echo", 8080),
    ("nginxdemos/hello", 80),
    ("nigelpoulton/getting-started-k8s", 8080),
    ("nigelpoulton/k8sbook", 8080),
    ("openshift/hello-openshift", 8080),
    ("paulbouwer/hello-kubernetes", 8080),
    ("phpmyadmin/phpmyadmin", 80),
    ("portainer/portainer-ce", 9000),
    ("prom/alertmanager", 9093),
    ("prom/node-exporter", 9100),
    ("prom/prometheus", 9090),
    ("rancher/hello-world", 80),
    ("rhdevelopers/myboot", 8080),
    ("rhdevelopers/quarkus-demo", 8080),
    ("sonatype/nexus3", 8081),
    ("stefanprodan/podinfo", 9898),
    ("tutum/hello-world", 80),
];

/// An image that nobody described.
fn unknown(path: &str) -> Image {
    service_image(
        Service {
            program: UNKNOWN.into(),
            kind: ServiceKind::Page,
            ports: LISTENING.iter().filter(|l| l.0 == path).map(|l| l.1).list(),
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
    image.root = with(image.root, &[(program, script!("secret.sh"), 0o755)]);
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

const CLF: &str = "%c - - [%d] \"%m %U HTTP/1.1\" %S %B";

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

/// bash, behind an entry point that runs whatever it is given.
fn bash() -> Image {
    let entry = ("usr/local/bin/docker-entrypoint.sh", "#!/bin/sh\nexec \"$@\"\n", 0o755);
    Image { entrypoint: words(&["docker-entrypoint.sh"]), ..image(&["bash"], with(tree(Flavour::Debian), &[entry])) }
}

/// CentOS, which its release file names.
fn centos(tag: &str) -> Image {
    let (version, name) = if tag.starts_with('7') { ("7", "7 (Core)") } else { ("8", "8") };
    let release = format!(
        "NAME=\"CentOS Linux\"\nVERSION=\"{name}\"\nID=\"centos\"\nID_LIKE=\"rhel fedora\"\nVERSION_ID=\"{version}\"\nPRETTY_NAME=\"CentOS Linux {name}\"\n"
    );
    image(&["/bin/bash"], with(tree(Flavour::Debian), &[("etc/os-release", &release, 0o644)]))
}

/// The image of Kubernetes' own tests.
fn agnhost() -> Image {
    let mut image = service_image(Service { program: "agnhost".into(), ..Service::default() }, &["/agnhost"], Flavour::Debian);
    (image.entrypoint, image.cmd) = (words(&["/agnhost"]), words(&["pause"]));
    // By these it shows what groups a pod is given beside those of its image.
    add_user(&mut image, &User("user-defined-in-image", 1000, 1000));
    let group = image.root.at("etc/group").and_then(|file| file.bytes(usize::MAX)).unwrap_or_default();
    let group = String::from_utf8_lossy(&group) + "group-defined-in-image:x:50000:user-defined-in-image\n";
    image.root = with(image.root, &[("etc/group", &group, 0o644)]);
    image
}

/// CoreDNS, which has nothing beside itself.
fn coredns(base: &str, tag: &str) -> Image {
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
