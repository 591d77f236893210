//! Cluster IPs and node ports of Services (`registry/core/service`).

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use crate::api::{ArcStr, Cause, KindRef, Object, Value};
use crate::base::RandomStream;

/// The service network: 10.96.0.0/12.
const NETWORK: u32 = u32::from_be_bytes([10, 96, 0, 0]);
const PREFIX: u32 = 12;
const NODE_PORTS: std::ops::RangeInclusive<i64> = 30_000..=32_767;

/// What is taken, and by whom.
#[derive(Clone, Debug, Default)]
pub(super) struct ServiceAllocator {
    ips: BTreeMap<u32, ArcStr>,
    ports: BTreeMap<i64, ArcStr>,
}

impl ServiceAllocator {
    /// Gives a valid service what it has not chosen itself; what it chose wrongly comes back as causes and takes nothing.
    ///
    /// A dry run takes nothing, and is judged by other allocators: a port may lie anywhere.
    pub(super) fn allocate(&mut self, service: &mut Value, old: Option<&Value>, random: &mut RandomStream, dry_run: bool) -> Vec<Cause> {
        if dry_run { self.clone().assign(service, old, random, true) } else { self.assign(service, old, random, false) }
    }

    fn assign(&mut self, service: &mut Value, old: Option<&Value>, random: &mut RandomStream, dry_run: bool) -> Vec<Cause> {
        let uid = service.get("metadata").get("uid").arc_str();
        let kind = service.at(&["spec", "type"]).str().to_owned();
        if kind == "ExternalName" {
            if let Some(old) = old {
                self.give_back(old);
            }
            return Vec::new();
        }
        let chosen = service.at(&["spec", "clusterIP"]).str().to_owned();
        let ip = match chosen.as_str() {
            "None" => None,
            "" => Some(self.free_ip(random)),
            text => match text.parse::<Ipv4Addr>().map(u32::from) {
                Ok(ip) if ip >> (32 - PREFIX) != NETWORK >> (32 - PREFIX) => {
                    let why = if dry_run {
                        format!("the provided IP ({text}) is not in the valid range. The range of valid IPs is 10.96.0.0/12")
                    } else {
                        "the provided network does not match the current range".to_owned()
                    };
                    let detail = format!("failed to allocate IP {text}: {why}");
                    return vec![Cause::invalid("spec.clusterIPs", &crate::obj!([text]), &detail)];
                }
                Ok(ip) if self.ips.get(&ip).is_some_and(|owner| *owner != uid) => {
                    let detail = format!("failed to allocate IP {text}: provided IP is already allocated");
                    return vec![Cause::invalid("spec.clusterIPs", &crate::obj!([text]), &detail)];
                }
                Ok(ip) => Some(ip),
                // Validation has refused what is no address.
                Err(_) => None,
            },
        };
        let wants_ports = matches!(kind.as_str(), "NodePort" | "LoadBalancer");
        let mut taken = Vec::new();
        if wants_ports {
            for (i, port) in service.at(&["spec", "ports"]).items().iter().enumerate() {
                let wanted = port.get("nodePort").int();
                if wanted == 0 {
                    continue;
                }
                let field = format!("spec.ports[{i}].nodePort");
                if !NODE_PORTS.contains(&wanted) && !dry_run {
                    let detail = "provided port is not in the valid range. The range of valid ports is 30000-32767";
                    return vec![Cause::invalid(field, &wanted.into(), detail)];
                }
                if self.ports.get(&wanted).is_some_and(|owner| *owner != uid) {
                    return vec![Cause::invalid(field, &wanted.into(), "provided port is already allocated")];
                }
                taken.push(wanted);
            }
        }
        if let Some(old) = old {
            self.give_back(old);
        }
        if let Some(ip) = ip {
            self.ips.insert(ip, uid.clone());
            let text = Ipv4Addr::from(ip).to_string();
            service.set(&["spec", "clusterIPs"], crate::obj!([text.as_str()]));
            service.set(&["spec", "clusterIP"], text);
        } else if chosen == "None" {
            service.set(&["spec", "clusterIPs"], crate::obj!(["None"]));
        }
        for port in taken {
            self.ports.insert(port, uid.clone());
        }
        let count = service.at(&["spec", "ports"]).items().len();
        for i in 0..count {
            let ports = service.at_mut(&["spec", "ports"]).list_mut();
            if !wants_ports {
                ports[i].remove(&["nodePort"]);
            } else if ports[i].get("nodePort").int() == 0
                && let Some(free) = if dry_run { Some(dummy_port(ports)) } else { self.free_port(random) }
            {
                self.ports.insert(free, uid.clone());
                ports[i].set(&["nodePort"], free);
            }
        }
        Vec::new()
    }

    /// Takes back what a deleted service held.
    pub(super) fn release(&mut self, kind: KindRef, object: &Value) {
        if kind.plural == "services" && kind.group.is_empty() {
            self.give_back(object);
        }
    }

    fn give_back(&mut self, service: &Value) {
        let uid = service.uid();
        if let Ok(ip) = service.at(&["spec", "clusterIP"]).str().parse::<Ipv4Addr>()
            && self.ips.get(&u32::from(ip)).is_some_and(|o| o == uid)
        {
            self.ips.remove(&u32::from(ip));
        }
        for port in service.at(&["spec", "ports"]).items() {
            let port = port.get("nodePort").int();
            if self.ports.get(&port).is_some_and(|o| o == uid) {
                self.ports.remove(&port);
            }
        }
    }

    /// A free address from the upper band, where the real allocator looks first.
    fn free_ip(&self, random: &mut RandomStream) -> u32 {
        let size = 1u64 << (32 - PREFIX);
        loop {
            let ip = NETWORK + (256 + random.below(size - 257)) as u32;
            if !self.ips.contains_key(&ip) {
                return ip;
            }
        }
    }

    fn free_port(&self, random: &mut RandomStream) -> Option<i64> {
        let size = NODE_PORTS.end() - NODE_PORTS.start() + 1;
        let first = random.below(size.unsigned_abs()) as i64;
        (0..size).map(|i| NODE_PORTS.start() + (first + i) % size).find(|p| !self.ports.contains_key(p))
    }
}

/// The port that a dry run shows: the one after the highest that it gave, from a number where no real one is
/// (`portallocator.PortAllocationOperation`).
fn dummy_port(ports: &[Value]) -> i64 {
    ports.iter().map(|p| p.get("nodePort").int()).fold(32_768, i64::max) + 1
}
