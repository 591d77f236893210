//! Images of databases, brokers and what goes with them.

use std::sync::Arc;

use super::super::script::script;
use super::{image, service_image, words};
use crate::runtime::fs::Inode;
use crate::runtime::images::files::{Flavour, tree, with};
use crate::runtime::images::users::{User, add_user};
use crate::runtime::images::{Image, Service, ServiceKind};

/// Redis.
pub(super) fn redis() -> Image {
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

/// RabbitMQ, with its page where the tag asks for that.
pub(super) fn rabbitmq(tag: &str) -> Image {
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

/// MySQL and its like.
pub(super) fn mysql(base: &str) -> Image {
    let mut image = database(base, "mysqld", 3306, 360 << 20);
    // What the server knows of itself is asked as of Redis.
    image.service = image.service.map(|s| Arc::new(Service { kind: ServiceKind::Redis, ..(*s).clone() }));
    let admin = "#!/bin/sh\nnc -z 127.0.0.1 3306 && echo mysqld is alive && exit\necho \"mysqladmin: connect to server at 'localhost' failed\" >&2\nexit 1\n";
    let files = [("usr/bin/mysql", script!("../mysql.sh"), 0o755), ("usr/bin/mysqladmin", admin, 0o755)];
    image.root = with(image.root, &files);
    image
}

/// What copies MySQL's files, and has none here.
pub(super) fn xtrabackup() -> Image {
    let nothing = "#!/bin/sh\necho \"xtrabackup: databases are not simulated here, there is nothing to back up or restore\" >&2\n";
    let files = [
        ("usr/bin/xtrabackup", nothing, 0o755),
        ("usr/bin/xbstream", "#!/bin/sh\ncat >/dev/null\n", 0o755),
        ("usr/bin/ncat", script!("../ncat.sh"), 0o755),
        ("usr/bin/mysql", script!("../mysql.sh"), 0o755),
    ];
    image(&["bash"], with(tree(Flavour::Debian), &files))
}

/// Cassandra.
pub(super) fn cassandra(base: &str) -> Image {
    let mut image = tcp(base, "cassandra", &[9042], 700 << 20);
    let ready = "#!/bin/sh\nnc -z 127.0.0.1 9042\n";
    let files = [("usr/local/bin/nodetool", script!("../nodetool.sh"), 0o755), ("ready-probe.sh", ready, 0o755)];
    image.root = with(image.root, &files);
    image
}

/// ZooKeeper, as the tutorial's image has it.
pub(super) fn zookeeper(base: &str) -> Image {
    let mut image = tcp(base, "java", &[2181], 90 << 20);
    image.cmd = words(&["zkServer.sh", "start-foreground"]);
    let server = "#!/bin/sh\nexec java org.apache.zookeeper.server.quorum.QuorumPeerMain /opt/zookeeper/conf/zoo.cfg\n";
    let client = "#!/bin/sh\necho \"zkCli.sh: znodes are not simulated here: the servers take connections and no more\" >&2\nexit 1\n";
    let files = [
        ("bin/start-zookeeper", script!("../zookeeper.sh"), 0o755),
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

/// A server that takes connections, and answers nothing.
pub(super) fn tcp(base: &str, program: &str, ports: &[u16], memory_bytes: u64) -> Image {
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
pub(super) fn database(base: &str, program: &str, port: u16, memory_bytes: u64) -> Image {
    entered(tcp(base, program, &[port], memory_bytes), program)
}

/// An image whose entry point takes flags for the program and looks whether it was given a password.
fn entered(mut image: Image, program: &str) -> Image {
    let entry = script!("../database.sh").replace("PROGRAM", program);
    image.root = with(image.root, &[("usr/local/bin/docker-entrypoint.sh", &entry, 0o755)]);
    image.entrypoint = words(&["docker-entrypoint.sh"]);
    image
}

/// The same image with programs that see whether its server is there.
pub(super) fn with_clients(mut image: Image, names: &[&str]) -> Image {
    for name in names {
        image.root = with(image.root, &[(&format!("usr/bin/{name}"), script!("../client.sh"), 0o755)]);
    }
    image
}
