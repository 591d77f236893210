//! Images whose program answers every request with one page.

use super::{env, service_image, words};
use crate::runtime::images::files::{Flavour, with};
use crate::runtime::images::{Image, Service, ServiceKind};

/// An image whose program answers every request with one page: the last part of its name, its program and how that is started, its port, and
/// what it says when it starts, to a request in its log, and to whoever asks.
struct Page(&'static str, &'static str, &'static [&'static str], u16, &'static str, &'static str, &'static str);

const GO: &[&str] = &["/app"];
const NODE: &[&str] = &["node", "server.js"];
const APACHE: &[&str] = &["apache2-foreground"];
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

/// The image of this name, if it is one of these.
pub(super) fn image(base: &str, path: &str, tag: &str) -> Option<Image> {
    let Page(base, program, entry, port, banner, log, text) = PAGES.iter().find(|row| row.0 == base)?;
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
        image.root = with(image.root, &[("server.js", include_str!("../bootcamp.js"), 0o644)]);
        image.env = env(&[("NPM_CONFIG_LOGLEVEL", "info"), ("NODE_VERSION", "6.3.1")]);
    }
    Some(image)
}
