//! Ports of the node that pods take, and which of them exclude each other (`schedutil.GetHostPorts`, `HostPortInfo`).

use super::{ArcStr, Value, sidecars};
use crate::base::List as _;

/// A port of the node: address, protocol, number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostPort {
    /// The node's address it is bound to; `0.0.0.0` for all.
    pub ip: ArcStr,
    /// `TCP`, `UDP` or `SCTP`.
    pub protocol: ArcStr,
    /// The port.
    pub port: i64,
}

/// Those of a pod's spec: of its containers, and of its sidecars.
pub fn of(spec: &Value) -> Vec<HostPort> {
    let containers = spec.get("containers").items().iter();
    sidecars(spec).chain(containers).flat_map(|c| c.get("ports").items()).filter_map(HostPort::parse).list()
}

impl HostPort {
    fn parse(port: &Value) -> Option<Self> {
        let number = port.get("hostPort").int();
        let or = |v: &Value, default: &str| if v.str().is_empty() { default.into() } else { v.arc_str() };
        (number > 0).then(|| HostPort { ip: or(port.get("hostIP"), "0.0.0.0"), protocol: or(port.get("protocol"), "TCP"), port: number })
    }

    /// Whether both cannot be had on one node.
    pub fn conflicts(&self, other: &HostPort) -> bool {
        let any = |p: &HostPort| p.ip == "0.0.0.0";
        self.port == other.port && self.protocol == other.protocol && (any(self) || any(other) || self.ip == other.ip)
    }
}
