//! What tells of addresses and ports: ip, ifconfig, netstat.

use super::super::{Options, Run, ports};
use crate::base::{List as _, Order as _};
use crate::network::GATEWAY;

/// `ip`: of addresses and routes.
pub fn ip(r: &mut Run<'_>, o: &Options) -> i32 {
    if o.rest.iter().find(|a| !a.starts_with('-')).is_some_and(|a| a.starts_with('r')) {
        r.out(format!("default via {GATEWAY} dev eth0\n"));
        return 0;
    }
    let mut out = "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue qlen 1000\n    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n       valid_lft forever preferred_lft forever\n".to_string();
    for a in &r.k.addresses {
        out.push_str(&format!("2: eth0@if3: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1450 qdisc noqueue\n    link/ether 0a:58:0a:f4:01:02 brd ff:ff:ff:ff:ff:ff\n    inet {a}/24 brd 10.244.255.255 scope global eth0\n       valid_lft forever preferred_lft forever\n"));
    }
    r.out(out);
    0
}

pub fn ifconfig(r: &mut Run<'_>, _: &Options) -> i32 {
    let mut out = String::new();
    for a in &r.k.addresses {
        out.push_str(&format!("eth0      Link encap:Ethernet  HWaddr 0A:58:0A:F4:01:02  \n          inet addr:{a}  Bcast:10.244.255.255  Mask:255.255.255.0\n          UP BROADCAST RUNNING MULTICAST  MTU:1450  Metric:1\n\n"));
    }
    out.push_str("lo        Link encap:Local Loopback  \n          inet addr:127.0.0.1  Mask:255.0.0.0\n          UP LOOPBACK RUNNING  MTU:65536  Metric:1\n\n");
    r.out(out);
    0
}

/// `netstat` and `ss`.
pub fn netstat(r: &mut Run<'_>, _: &Options) -> i32 {
    let mut ports: Vec<(u16, u32)> = r.k.procs.values().flat_map(|p| ports(p).into_iter().map(|n| (n, p.pid)).list()).list();
    ports.order();
    let mut out = "Active Internet connections (only servers)\nProto Recv-Q Send-Q Local Address           Foreign Address         State       PID/Program name    \n".to_string();
    for (port, pid) in ports {
        let name = r.k.procs.get(&pid).map_or("", |p| p.name());
        out.push_str(&format!("tcp        0      0 {:<23} 0.0.0.0:*               LISTEN      {pid}/{name}\n", format!("0.0.0.0:{port}")));
    }
    r.out(out);
    0
}
