//! Whom images run as, where that is not root.

use std::sync::Arc;

use super::{Image, Reference};
use crate::runtime::fs::Inode;

/// A user of an image: the name in its `/etc/passwd`, and the numbers of the user and its group.
pub(super) struct User(pub &'static str, pub u32, pub u32);

/// The user that an image runs as, and whether it says so by name rather than by number.
fn user_of(reference: &Reference) -> Option<(User, bool)> {
    let path = reference.path.as_str();
    if path.starts_with("bitnami/") || path.starts_with("bitnamilegacy/") {
        return Some((User("", 1001, 0), false));
    }
    Some(match path {
        "coredns/coredns" => (User("nonroot", 65532, 65532), true),
        "nginxinc/nginx-unprivileged" => (User("nginx", 101, 101), false),
        "grafana/grafana" => (User("grafana", 472, 0), false),
        "pause" => (User("", 65535, 65535), false),
        "curlimages/curl" => (User("curl_user", 100, 101), true),
        "jenkins/jenkins" => (User("jenkins", 1000, 1000), true),
        "library/haproxy" => (User("haproxy", 99, 99), true),
        "library/memcached" => (User("memcache", 11211, 11211), true),
        "prom/alertmanager" | "prom/node-exporter" | "prom/prometheus" => (User("nobody", 65534, 65534), true),
        "stefanprodan/podinfo" => (User("app", 100, 101), true),
        _ => return None,
    })
}

/// Lets an image run as its user.
pub(super) fn set_user(image: &mut Image, reference: &Reference) {
    let Some((user, by_name)) = user_of(reference) else { return };
    (image.uid, image.gid) = (user.1, user.2);
    if by_name {
        image.user = Some(user.0);
    }
    add_user(image, &user);
    give_nginx(image, user.1);
}

/// Lets a user have what nginx needs, in an image with it that is not for root.
fn give_nginx(image: &mut Image, uid: u32) {
    const CONF: &str = "etc/nginx/nginx.conf";
    let Some(text) = image.root.at(CONF).and_then(|file| file.bytes(usize::MAX)) else { return };
    let mut root = (*image.root).clone();
    root.put(CONF, Inode::file(String::from_utf8_lossy(&text).replacen("user  nginx;\n", "", 1), 0o644));
    for folder in ["run", "var/cache/nginx"] {
        root.put(folder, Inode { uid, ..Inode::dir(0o755) });
    }
    image.root = Arc::new(root);
}

/// Names a user in an image's files.
pub(super) fn add_user(image: &mut Image, User(name, uid, gid): &User) {
    let mut root = (*image.root).clone();
    for (path, line) in
        [("etc/passwd", format!("{name}:x:{uid}:{gid}:{name}:/:/sbin/nologin\n")), ("etc/group", format!("{name}:x:{gid}:\n"))]
    {
        let known = root.at(path).and_then(|file| file.bytes(usize::MAX)).unwrap_or_default();
        let known = String::from_utf8_lossy(&known).into_owned();
        if !name.is_empty() && !known.is_empty() && !known.lines().any(|l| l.split(':').next() == Some(*name)) {
            root.put(path, Inode::file(known + &line, 0o644));
        }
    }
    image.root = Arc::new(root);
}
