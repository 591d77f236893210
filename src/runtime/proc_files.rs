//! The files of /proc and of the container's control group, made when they are opened.

use super::kernel::Kernel;
use super::process::{Body, Pid, Process};

/// The names of the files of the control group that are made so.
pub const CGROUP: [&str; 3] = ["cpu.max", "memory.current", "memory.max"];

/// Bytes of a file below another process' root that are read at most.
const ROOT_BYTES_MAX: usize = 1 << 20;

/// What a control group says of its limits and its use (cgroup v2).
fn cgroup(k: &Kernel, file: &str) -> Option<String> {
    Some(match file {
        // Thousandths of a CPU as microseconds of each tenth of a second.
        "cpu.max" if k.cpu_limited => format!("{} 100000\n", k.cpu_millis * 100),
        "cpu.max" => "max 100000\n".into(),
        "memory.current" => format!("{}\n", k.memory()),
        "memory.max" => k.memory_limit.map_or_else(|| "max\n".into(), |bytes| format!("{bytes}\n")),
        _ => return None,
    })
}

/// The text of a file that is made when it is opened; `None` where there is no such file.
pub fn read(k: &Kernel, p: &Process, path: &str) -> Option<String> {
    if let Some(file) = path.strip_prefix("/sys/fs/cgroup/") {
        return cgroup(k, file);
    }
    let rest = path.strip_prefix("/proc/")?;
    let memory_kib = k.memory_limit.unwrap_or(8 << 30) >> 10;
    let cpus = k.cpu_millis.div_ceil(1000).max(1);
    match rest {
        "meminfo" => {
            let used = k.memory() >> 10;
            Some(format!(
                "MemTotal:       {:8} kB\nMemFree:        {:8} kB\nMemAvailable:   {:8} kB\n",
                8 << 20,
                (8u64 << 20) - used,
                (8u64 << 20) - used
            ))
        }
        "cpuinfo" => Some((0..cpus).map(|n| format!("processor\t: {n}\nmodel name\t: simulated CPU\n\n")).collect()),
        "uptime" => {
            let s = k.now.since(k.started).as_secs_f64();
            Some(format!("{s:.2} {s:.2}\n"))
        }
        "loadavg" => Some(format!("0.00 0.00 0.00 1/{} {}\n", k.procs.len() + 1, p.pid)),
        "version" => Some("Linux version 6.12.0-kubarium\n".into()),
        "mounts" | "self/mounts" => {
            let mut text = "overlay / overlay rw,relatime 0 0\nproc /proc proc rw,nosuid,nodev,noexec,relatime 0 0\n".to_string();
            for m in k.fs.mounts() {
                let (from, kind) = if m.memory.is_some() { ("tmpfs", "tmpfs") } else { ("/dev/sda1", "ext4") };
                text.push_str(&format!("{from} {} {kind} {},relatime 0 0\n", m.path, if m.read_only { "ro" } else { "rw" }));
            }
            Some(text)
        }
        "sys/kernel/hostname" => Some(format!("{}\n", k.hostname)),
        "sys/kernel/random/uuid" => Some("00000000-0000-4000-8000-000000000000\n".into()),
        _ => {
            let (who, file) = rest.split_once('/')?;
            let pid: Pid = if who == "self" { p.pid } else { who.parse().ok()? };
            let q = if pid == p.pid { p } else { &**k.procs.get(&pid)? };
            if let Some(path) = file.strip_prefix("root/") {
                let fs = if let Body::Elsewhere(fs) = &q.body { fs } else { &k.fs };
                return Some(String::from_utf8_lossy(&fs.read("/", path, ROOT_BYTES_MAX).ok()?).into_owned());
            }
            match file {
                "cmdline" => Some(q.argv.iter().map(|a| format!("{a}\0")).collect()),
                "comm" => Some(format!("{}\n", q.name())),
                "environ" => Some(q.env.list().into_iter().map(|(n, v)| format!("{n}={v}\0")).collect()),
                "status" => {
                    // Who is not the superuser keeps none of what the container might do.
                    let own = if q.uid == 0 { k.capabilities } else { 0 };
                    Some(format!(
                        "Name:\t{}\nState:\tS (sleeping)\nPid:\t{}\nPPid:\t{}\nUid:\t{u}\t{u}\t{u}\t{u}\nGid:\t{g}\t{g}\t{g}\t{g}\n\
                         VmRSS:\t{:8} kB\nCapInh:\t{:016x}\nCapPrm:\t{own:016x}\nCapEff:\t{own:016x}\nCapBnd:\t{:016x}\nCapAmb:\t{:016x}\n",
                        q.name(),
                        q.pid,
                        q.ppid,
                        q.memory >> 10,
                        0,
                        k.capabilities,
                        0,
                        u = q.uid,
                        g = q.gid
                    ))
                }
                "oom_score_adj" => Some(format!("{}\n", k.oom_score_adj)),
                // What it uses, in thousandths of the host's memory, counts beside that.
                "oom_score" => {
                    let used = i64::try_from(q.memory * 1000 / (8 << 30)).unwrap_or(1000);
                    Some(format!("{}\n", ((1000 + k.oom_score_adj + used) * 2 / 3).max(0)))
                }
                "cgroup" => Some("0::/\n".into()),
                "mounts" => read(k, q, "/proc/mounts"),
                "limits" => Some(format!("Max address space         {memory_kib} KiB\n")),
                _ => None,
            }
        }
    }
}
