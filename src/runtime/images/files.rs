//! The files of images: the trees that several images share, and what is put into them.

use std::sync::Arc;

use arcstr::ArcStr;

use super::Image;
use super::script::script;
use crate::base::{List as _, SortedMap};
use crate::runtime::fs::{Device, Inode, Kind};
use crate::runtime::proc_files::CGROUP;

pub(super) fn with(root: Arc<Inode>, files: &[(&str, &str, u32)]) -> Arc<Inode> {
    let mut root = (*root).clone();
    for (path, text, mode) in files {
        root.put(path, Inode::file(*text, *mode));
    }
    Arc::new(root)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flavour {
    Scratch,
    Busybox,
    Alpine,
    Debian,
    Ubuntu,
}

/// busybox's programs, all links to one.
pub(in super::super) const APPLETS: [&str; 107] = [
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
const APPLETS_MORE: [&str; 14] =
    ["shuf", "split", "truncate", "uptime", "vi", "watch", "wc", "wget", "which", "who", "whoami", "xargs", "xxd", "yes"];

/// What a new container's kernel parameters say.
const SYSCTLS: [(&str, &str); 8] = [
    ("fs/file-max", "9223372036854775807"),
    ("kernel/hostname", ""),
    ("kernel/shm_rmid_forced", "0"),
    ("net/core/somaxconn", "4096"),
    ("net/ipv4/ip_forward", "1"),
    ("net/ipv4/ip_local_port_range", "32768\t60999"),
    ("net/ipv4/ip_unprivileged_port_start", "0"),
    ("vm/max_map_count", "65530"),
];

thread_local! {
    /// The trees are the same for all images of a flavour; each is built once and shared. A function of nothing but the flavour.
    static TREES: std::cell::RefCell<SortedMap<u8, Arc<Inode>>> = const { std::cell::RefCell::new(SortedMap::new()) };
}

pub(super) fn tree(flavour: Flavour) -> Arc<Inode> {
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
    for name in CGROUP {
        root.put(&format!("sys/fs/cgroup/{name}"), Inode::file("", 0o444));
    }
    for (name, text) in SYSCTLS {
        root.put(&format!("proc/sys/{name}"), Inode::file(format!("{text}\n"), 0o644));
    }
    if flavour == Flavour::Scratch {
        return root;
    }
    let group = match flavour {
        Flavour::Busybox => "root:x:0:\ndaemon:x:1:\nwheel:x:10:root\naudio:x:29:\nwww-data:x:33:\nusers:x:100:\nnobody:x:65534:\n",
        Flavour::Alpine => "root:x:0:root\ndaemon:x:2:root,bin,daemon\nwheel:x:10:root\nnogroup:x:65533:\n",
        _ => "root:x:0:\ndaemon:x:1:\nwww-data:x:33:\nnogroup:x:65534:\n",
    };
    let shell = if matches!(flavour, Flavour::Debian | Flavour::Ubuntu) { "/bin/bash" } else { "/bin/sh" };
    let passwd = format!(
        "root:x:0:0:root:/root:{shell}\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\nwww-data:x:33:33:www-data:/var/www:/bin/false\nnobody:x:65534:65534:nobody:/home:/bin/false\n"
    );
    root.put("etc/passwd", Inode::file(passwd, 0o644));
    root.put("etc/group", Inode::file(group, 0o644));
    root.put("etc/shadow", Inode::file("root:*:::::::\n", 0o640));
    for dir in ["usr/bin", "usr/sbin", "var/log", "var/run", "var/www", "usr/local/bin", "var/spool", "var/tmp", "lib"] {
        root.put(dir, Inode::dir(if dir == "var/tmp" { 0o1777 } else { 0o755 }));
    }
    // What else `ls /` shows, mostly empty.
    let more: &[&str] = match flavour {
        Flavour::Busybox => &["lib64"],
        Flavour::Alpine => &["media", "mnt", "opt", "run", "sbin", "srv"],
        _ => &["boot", "lib64", "media", "mnt", "opt", "run", "sbin", "srv"],
    };
    for dir in more {
        root.put(dir, Inode::dir(0o755));
    }
    let program = |name: &str| Arc::new(Inode { kind: Kind::Program(ArcStr::from(name)), ..Inode::file("", 0o755) });
    let mut bin: Vec<&str> = APPLETS.iter().chain(&APPLETS_MORE).copied().list();
    match flavour {
        Flavour::Busybox | Flavour::Alpine => bin.push("busybox"),
        _ => bin.extend(["bash", "curl", "dash", "hostname", "pause", "stress", "stress-ng", "apt-get", "apt"]),
    }
    if matches!(flavour, Flavour::Debian | Flavour::Ubuntu) {
        root.put("usr/local/sbin", Inode::dir(0o755));
        root.put("usr/bin/redis-cli", Inode::file(script!("redis-cli.sh"), 0o755));
        root.put("usr/bin/jq", Inode::file(script!("jq.sh"), 0o755));
        root.put("usr/bin/column", Inode::file(script!("column.sh"), 0o755));
        for name in ["dig", "host", "getent"] {
            root.put(&format!("usr/bin/{name}"), Inode::file(script!("dig.sh"), 0o755));
        }
        for name in ["declare-queue", "delete-queue", "publish", "get", "consume"] {
            root.put(&format!("usr/bin/amqp-{name}"), Inode::file(script!("amqp.sh"), 0o755));
        }
    }
    if flavour == Flavour::Alpine {
        bin.extend(["apk", "curl"]);
        root.put("usr/bin/getent", Inode::file(script!("dig.sh"), 0o755));
    }
    // One inode for all links to busybox; the name that it is called by decides.
    let entries = bin.iter().map(|n| (ArcStr::from(*n), program(n))).collect();
    root.put("bin", Inode { kind: Kind::Dir(entries), ..Inode::dir(0o755) });
    if matches!(flavour, Flavour::Busybox | Flavour::Alpine) {
        // All of busybox's own image stands in one folder.
        let path = if flavour == Flavour::Alpine { "sbin/sysctl" } else { "bin/sysctl" };
        root.put(path, Inode::file(script!("sysctl.sh"), 0o755));
    }
    root.put("usr/bin/env", Inode { kind: Kind::Program(arcstr::literal!("env")), ..Inode::file("", 0o755) });
    let release = match flavour {
        Flavour::Alpine => "NAME=\"Alpine Linux\"\nID=alpine\nVERSION_ID=3.22.2\nPRETTY_NAME=\"Alpine Linux v3.22\"\n",
        Flavour::Ubuntu => "PRETTY_NAME=\"Ubuntu 24.04.3 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"24.04\"\nID=ubuntu\nID_LIKE=debian\n",
        Flavour::Debian => "PRETTY_NAME=\"Debian GNU/Linux 13 (trixie)\"\nNAME=\"Debian GNU/Linux\"\nVERSION_ID=\"13\"\nID=debian\n",
        _ => "",
    };
    if !release.is_empty() {
        root.put("etc/os-release", Inode::file(release, 0o644));
    }
    if flavour == Flavour::Alpine {
        root.put("etc/alpine-release", Inode::file("3.22.2\n", 0o644));
    }
    root
}

/// What tutorials call on a workstation, and what is only said to be not simulated.
const ELSEWHERE: [&str; 27] = [
    "cfssl",
    "cfssljson",
    "crictl",
    "docker",
    "emacs",
    "etcdctl",
    "gcloud",
    "git",
    "helm",
    "iptables",
    "iptables-save",
    "ipvsadm",
    "journalctl",
    "kind",
    "kompose",
    "kubeadm",
    "make",
    "man",
    "mongosh",
    "nano",
    "node",
    "perl",
    "podman",
    "python",
    "python3",
    "ssh",
    "systemctl",
];

/// A manifest of ingress-nginx and its controller.
pub const INGRESS_NGINX: &str = include_str!("../../../static/examples/ingress-nginx.yaml");

/// Of those what belongs to a node.
const OF_NODES: [&str; 6] = ["crictl", "iptables", "iptables-save", "ipvsadm", "journalctl", "systemctl"];

fn put_elsewhere(root: &mut Inode, names: &[&str]) {
    for name in names {
        root.put(&format!("usr/local/sbin/{name}"), Inode::file(script!("elsewhere.sh"), 0o755));
    }
}

/// The system of a node: a Debian.
pub fn node() -> Inode {
    let mut root = Arc::unwrap_or_clone(tree(Flavour::Debian));
    put_elsewhere(&mut root, &OF_NODES);
    root
}

/// The image that the workstation runs: a Debian with bash.
pub fn workstation() -> Image {
    let scripts = [
        ("usr/local/bin/minikube", script!("minikube.sh"), 0o755),
        ("usr/share/minikube/ingress.yaml", INGRESS_NGINX, 0o644),
        ("usr/bin/envsubst", script!("envsubst.sh"), 0o755),
    ];
    let mut root = (*with(tree(Flavour::Debian), &scripts)).clone();
    let program = |name: &str| Inode { kind: Kind::Program(ArcStr::from(name)), ..Inode::file("", 0o755) };
    root.put("usr/local/bin/kubectl", program("kubectl"));
    // As a program of a control plane: completion is for those of a workstation.
    root.put("usr/local/sbin/kube-scheduler", program("kube-scheduler"));
    // Completion leaves them out, so that `kub` becomes kubectl.
    for name in ["kubectx", "kubens"] {
        root.put(&format!("usr/local/sbin/{name}"), Inode::file(script!("kubectx.sh"), 0o755));
    }
    root.put("usr/bin/vim", program("vi"));
    put_elsewhere(&mut root, &ELSEWHERE);
    root.put("usr/bin/openssl", Inode::file(script!("openssl.sh"), 0o755));
    root.put("usr/bin/sudo", Inode::file(script!("sudo.sh"), 0o755));
    let root = Arc::new(root);
    Image { name: "workstation".into(), cmd: vec!["bash".into()], root, ..Image::default() }
}
