//! The image of nginx: its pages, its configuration and, from a version on, its entry point.

use std::sync::Arc;

use super::{env, service_image, words};
use crate::runtime::fs::{Inode, Kind};
use crate::runtime::images::files::{Flavour, with};
use crate::runtime::images::script::script;
use crate::runtime::images::{Image, Service, ServiceKind};
use crate::runtime::process::Signal;

/// The minor versions from which on nginx' image has an entry point, and from which on it logs what nginx notices.
const ENTRY_POINT: u32 = 19;
const NOTICES: u32 = 21;

/// The number of the user that the controller of ingress-nginx runs as.
const CONTROLLER: u32 = 101;

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

/// nginx, as this tag has it.
pub(super) fn nginx(base: &str, tag: &str) -> Image {
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
        banner: if release < NOTICES {
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
    if release >= ENTRY_POINT {
        let files = [
            ("docker-entrypoint.sh", include_str!("../nginx/entrypoint.sh"), 0o755),
            ("usr/bin/envsubst", script!("../envsubst.sh"), 0o755),
            ("docker-entrypoint.d/10-listen-on-ipv6-by-default.sh", include_str!("../nginx/listen.sh"), 0o755),
            ("docker-entrypoint.d/15-local-resolvers.envsh", "#!/bin/sh\n", 0o755),
            ("docker-entrypoint.d/20-envsubst-on-templates.sh", include_str!("../nginx/templates.sh"), 0o755),
            ("docker-entrypoint.d/30-tune-worker-processes.sh", "#!/bin/sh\n", 0o755),
        ];
        image.root = with(image.root, &files);
        image.entrypoint = words(&["/docker-entrypoint.sh"]);
    }
    image.env = env(&[("NGINX_VERSION", version)]);
    image
}

/// The controller of ingress-nginx: an nginx whose configuration a script writes, as a user of its own.
pub(super) fn ingress_controller() -> Image {
    let mut image = nginx("nginx", "1.27.1");
    let mut root = (*image.root).clone();
    for folder in ["etc/nginx", "run", "var/cache/nginx"] {
        root.put(folder, Inode { uid: CONTROLLER, gid: CONTROLLER, ..Inode::dir(0o755) });
    }
    root.put("usr/local/bin/kubectl", Inode { kind: Kind::Program(arcstr::literal!("kubectl")), ..Inode::file("", 0o755) });
    let files = [
        ("nginx-ingress-controller", script!("../nginx/ingress.sh"), 0o755),
        ("usr/bin/dumb-init", "#!/bin/sh\nshift\nexec \"$@\"\n", 0o755),
    ];
    image.root = with(Arc::new(root), &files);
    // It keeps its version to itself.
    if let Some(service) = &mut image.service {
        Arc::make_mut(service).server_header = "nginx".to_owned();
    }
    image.entrypoint = words(&["/usr/bin/dumb-init", "--"]);
    image.cmd = words(&["/nginx-ingress-controller"]);
    image.stop_signal = Signal::TERM;
    image
}
