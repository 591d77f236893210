//! Cluster IPs and node ports of Services (`registry/core/service`).

use std::net::Ipv4Addr;

use super::address_block::AddressBlock;
use super::strategy::needs_health_check;
use crate::api::{ArcStr, Cause, KindRef, Object, Status, Value, kinds, validation};
use crate::base::{RandomStream, SortedMap};

/// The range of node ports (the default of `--service-node-port-range`).
pub const NODE_PORTS: std::ops::RangeInclusive<i64> = 30_000..=32_767;

const TAKEN: &str = "provided port is already allocated";
const BEYOND_RANGE: &str = "provided port is not in the valid range. The range of valid ports is 30000-32767";

/// The addresses and ports that are taken, and by which Service.
#[derive(Clone, Debug, Default)]
pub(super) struct ServiceAllocator {
    ips: SortedMap<u32, ArcStr>,
    ports: SortedMap<i64, ArcStr>,
}

impl ServiceAllocator {
    /// Whether this address is free.
    pub(super) fn is_free(&self, ip: Ipv4Addr) -> bool {
        self.ips.get(&u32::from(ip)).is_none()
    }

    /// Allocates what a service needs and has not chosen itself. An error says what it chose wrongly; then nothing is allocated.
    ///
    /// A dry run allocates nothing, and is judged by other allocators, for which a port may lie anywhere. An address that the service
    /// chooses may be in one of `more` blocks than the first.
    pub(super) fn allocate(
        &mut self,
        service: &mut Value,
        old: Option<&Value>,
        more: &[AddressBlock],
        random: &mut RandomStream,
        dry_run: bool,
    ) -> Result<(), Status> {
        let mut causes = families(service, old);
        if causes.is_empty() && type_of(service) != "ExternalName" {
            // An address stays once it is allocated: validation refuses to change it.
            let is_fresh = old.is_none_or(|old| type_of(old) == "ExternalName");
            let refused = if is_fresh { self.refuse_ip(service, more, dry_run) } else { None };
            causes.extend(refused.or_else(|| self.refuse_ports(service, old.is_some(), dry_run)));
        }
        if !causes.is_empty() {
            return Err(Status::invalid(kinds::SERVICE, service.name(), causes));
        }
        if old.is_some() && has_node_ports(service) {
            demand_distinct_ports(service)?;
        }
        self.demand_health_port(service, dry_run)?;
        if dry_run {
            self.clone().assign(service, old, random, true);
        } else {
            self.assign(service, old, random, false);
        }
        Ok(())
    }

    /// Allocates what a service has chosen, and chooses the rest.
    fn assign(&mut self, service: &mut Value, old: Option<&Value>, random: &mut RandomStream, dry_run: bool) {
        let uid = service.get("metadata").get("uid").arc_str();
        let kind = type_of(service).to_owned();
        if kind == "ExternalName" {
            old.into_iter().for_each(|old| self.give_back(old));
            return;
        }
        let ip = match service.at(&["spec", "clusterIP"]).str() {
            "" => Some(self.free_ip(random)),
            // Validation has refused invalid addresses; a headless Service has none.
            text => text.parse::<Ipv4Addr>().ok().map(u32::from),
        };
        old.into_iter().for_each(|old| self.give_back(old));
        if let Some(ip) = ip {
            self.ips.insert(ip, uid.clone());
            service.set(&["spec", "clusterIP"], Ipv4Addr::from(ip).to_string());
        }
        if service.at(&["spec", "clusterIPs"]).is_empty() {
            service.set(&["spec", "clusterIPs"], crate::obj!([service.at(&["spec", "clusterIP"])]));
        }
        // Ports without a meaning may be another's, but validation will refuse them.
        let asks_health = needs_health_check(service);
        let ports = node_ports(service).filter(|(_, is_health)| if *is_health { asks_health } else { has_node_ports(service) });
        for (port, _) in ports {
            self.ports.insert(port, uid.clone());
        }
        if kind == "NodePort" || kind == "LoadBalancer" && service.at(&["spec", "allocateLoadBalancerNodePorts"]).as_bool() != Some(false) {
            self.fill_ports(service, old.is_none(), random, dry_run);
        }
        if asks_health
            && service.at(&["spec", "healthCheckNodePort"]).int() == 0
            && let Some(free) = if dry_run { Some(dummy_port(service.at(&["spec", "ports"]).items())) } else { self.free_port(random) }
        {
            self.ports.insert(free, uid);
            service.set(&["spec", "healthCheckNodePort"], free);
        }
    }

    /// Why a service may not have the node ports it has chosen.
    fn refuse_ports(&self, service: &Value, is_change: bool, dry_run: bool) -> Option<Cause> {
        if !has_node_ports(service) {
            return None;
        }
        let ports = service.at(&["spec", "ports"]).items();
        ports.iter().enumerate().find_map(|(i, port)| {
            let wanted = port.get("nodePort").int();
            // A node port may serve several protocols of one port of a service, but not two ports.
            let by_itself = !is_change
                && wanted != 0
                && ports[..i].iter().any(|other| other.get("nodePort") == port.get("nodePort") && other.get("port") != port.get("port"));
            // A port beyond the range is refused for that reason even if another Service has it.
            let why = beyond_range(wanted, dry_run).or_else(|| (by_itself || self.is_taken(wanted, service.uid())).then_some(TAKEN))?;
            Some(Cause::invalid(format!("spec.ports[{i}].nodePort"), &wanted.into(), why))
        })
    }

    /// Refuses the health check node port that a service has chosen, if it may not have it.
    fn demand_health_port(&self, service: &Value, dry_run: bool) -> Result<(), Status> {
        if !needs_health_check(service) {
            return Ok(());
        }
        let wanted = service.at(&["spec", "healthCheckNodePort"]).int();
        match self.is_taken(wanted, service.uid()).then_some(TAKEN).or_else(|| beyond_range(wanted, dry_run)) {
            None => Ok(()),
            Some(why) => {
                Err(Status::internal(format!("Internal error occurred: failed to allocate requested HealthCheck NodePort {wanted}: {why}")))
            }
        }
    }

    /// Why a service may not have the address it has chosen.
    fn refuse_ip(&self, service: &Value, more: &[AddressBlock], dry_run: bool) -> Option<Cause> {
        let (text, uid) = (service.at(&["spec", "clusterIP"]).str(), service.uid());
        let ip = text.parse::<Ipv4Addr>().ok()?;
        let blocks = || more.iter().copied().chain([AddressBlock::SERVICES]);
        let why = if !blocks().any(|block| block.gives(ip)) {
            match blocks().find(|block| block.contains(ip)).or(dry_run.then_some(AddressBlock::SERVICES)) {
                Some(block) => format!("the provided IP ({text}) is not in the valid range. The range of valid IPs is {block}"),
                None => "the provided network does not match the current range".to_owned(),
            }
        } else if self.ips.get(&u32::from(ip)).is_some_and(|owner| owner != uid) {
            "provided IP is already allocated".to_owned()
        } else {
            return None;
        };
        Some(Cause::invalid("spec.clusterIPs", &crate::obj!([text]), &format!("failed to allocate IP {text}: {why}")))
    }

    /// Whether another service has a port.
    fn is_taken(&self, port: i64, uid: &str) -> bool {
        self.ports.get(&port).is_some_and(|owner| owner != uid)
    }

    /// Allocates node ports for those ports of a service that have none. In a new service, all protocols of a port share one.
    // Models initNodePorts and updateNodePorts.
    fn fill_ports(&mut self, service: &mut Value, is_new: bool, random: &mut RandomStream, dry_run: bool) {
        let uid = service.get("metadata").get("uid").arc_str();
        let ports = service.at_mut(&["spec", "ports"]).list_mut();
        for i in 0..ports.len() {
            if ports[i].get("nodePort").int() != 0 {
                continue;
            }
            let mut shared = ports.iter().filter(|p| is_new && p.get("port") == ports[i].get("port")).map(|p| p.get("nodePort").int());
            let port = match shared.find(|port| *port != 0) {
                None if dry_run => Some(dummy_port(ports)),
                None => self.free_port(random),
                shared => shared,
            };
            if let Some(port) = port {
                self.ports.insert(port, uid.clone());
                ports[i].set(&["nodePort"], port);
            }
        }
    }

    /// Releases what was allocated to a service that was then refused; what it had before stays.
    pub(super) fn take_back(&mut self, service: &Value, old: Option<&Value>) {
        self.give_back(service);
        if let Some(old) = old {
            self.hold(old);
        }
    }

    /// Releases what a deleted service had.
    pub(super) fn release(&mut self, kind: KindRef, object: &Value) {
        if kind == kinds::SERVICE {
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
        for (port, _) in node_ports(service) {
            if self.ports.get(&port).is_some_and(|o| o == uid) {
                self.ports.remove(&port);
            }
        }
    }

    fn hold(&mut self, service: &Value) {
        let uid = service.get("metadata").get("uid").arc_str();
        if let Ok(ip) = service.at(&["spec", "clusterIP"]).str().parse::<Ipv4Addr>() {
            self.ips.insert(u32::from(ip), uid.clone());
        }
        for (port, _) in node_ports(service) {
            self.ports.insert(port, uid.clone());
        }
    }

    /// A free address from the upper band, where the real allocator looks first. The first block is too large to ever be full.
    fn free_ip(&self, random: &mut RandomStream) -> u32 {
        let block = AddressBlock::SERVICES;
        loop {
            let ip = block.network() + (256 + random.below(block.size() - 257)) as u32;
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

fn type_of(service: &Value) -> &str {
    service.at(&["spec", "type"]).str()
}

/// Whether a service's ports are open on the nodes too.
fn has_node_ports(service: &Value) -> bool {
    matches!(type_of(service), "NodePort" | "LoadBalancer")
}

/// Why no service at all may have this port, if so.
fn beyond_range(port: i64, dry_run: bool) -> Option<&'static str> {
    (port != 0 && !NODE_PORTS.contains(&port) && !dry_run).then_some(BEYOND_RANGE)
}

/// The port that a dry run shows: the next above those it has given, counted from where no real ports are
/// (`portallocator.PortAllocationOperation`).
fn dummy_port(ports: &[Value]) -> i64 {
    ports.iter().map(|p| p.get("nodePort").int()).fold(32_768, i64::max) + 1
}

/// The node ports that a service names, each with whether it is the one for health checks.
fn node_ports(service: &Value) -> impl Iterator<Item = (i64, bool)> {
    let ports = service.at(&["spec", "ports"]).items().iter().map(|p| (p.get("nodePort").int(), false));
    ports.chain([(service.at(&["spec", "healthCheckNodePort"]).int(), true)]).filter(|(port, _)| *port != 0)
}

/// Refuses two ports of a service with the same node port.
fn demand_distinct_ports(service: &Value) -> Result<(), Status> {
    let ports = service.at(&["spec", "ports"]).items();
    let same = |a: &Value, b: &Value| a.get("nodePort") == b.get("nodePort") && a.get("protocol") == b.get("protocol");
    let twice = ports.iter().enumerate().find(|(i, p)| p.get("nodePort").int() != 0 && ports[..*i].iter().any(|other| same(other, p)));
    match twice {
        None => Ok(()),
        Some((_, port)) => {
            let what = format!("duplicate nodePort: {{{} {}}}", port.get("protocol").str(), port.get("nodePort").int());
            Err(Status::internal(what).without_reason())
        }
    }
}

/// The policy of a service that names none: its old one, or else one that depends on whether its endpoints, written by others, may be of
/// both families.
fn family_policy(old: Option<&Value>, all_families: bool) -> &str {
    match old.map_or("", |old| old.at(&["spec", "ipFamilyPolicy"]).str()) {
        "" if all_families => "RequireDualStack",
        "" => "SingleStack",
        before => before,
    }
}

/// Sets the address families of a service on a cluster with IPv4 alone; returns what is wrong with those it asks for
/// (`initIPFamilyFields`).
fn families(service: &mut Value, old: Option<&Value>) -> Vec<Cause> {
    if service.at(&["spec", "type"]).str() == "ExternalName" {
        return Vec::new();
    }
    let spec = service.get("spec");
    let headless = spec.get("clusterIP").str() == "None";
    let all_families = headless && spec.get("selector").is_empty();
    if spec.get("ipFamilyPolicy").is_null() {
        service.set(&["spec", "ipFamilyPolicy"], family_policy(old, all_families));
    }
    let mut causes = validation::service_addresses(service);
    let spec = service.get("spec");
    let policy = spec.get("ipFamilyPolicy").str();
    let ips = spec.get("clusterIPs").items();
    let mut list: Vec<Value> = spec.get("ipFamilies").items().to_vec();
    // With a policy of one family, a second one left over from before is dropped.
    if policy == "SingleStack" && old.is_some_and(|old| spec.get("ipFamilies").same(old.at(&["spec", "ipFamilies"]))) {
        list.truncate(1);
    }
    if !causes.is_empty() {
        return causes;
    }
    let mut wrong = |field: String, value: &Value, why: &str| causes.push(Cause::invalid(field, value, why));
    if policy == "SingleStack" {
        let at = || "spec.ipFamilyPolicy".to_owned();
        for (count, what) in [(ips.len(), "cluster IPs"), (list.len(), "IP families")] {
            if count == 2 {
                let why = format!("must be 'RequireDualStack' or 'PreferDualStack' when multiple {what} are specified");
                wrong(at(), &policy.into(), &why);
            }
        }
    }
    for (i, ip) in ips.iter().enumerate().skip(list.len()).filter(|_| !headless) {
        if ip.str().contains(':') {
            wrong(format!("spec.clusterIPs[{i}]"), spec.get("clusterIPs"), "IPv6 is not configured on this cluster");
        } else {
            list.push("IPv4".into());
        }
    }
    if !causes.is_empty() {
        return causes;
    }
    if all_families {
        if list.is_empty() {
            list.push("IPv4".into());
        }
        if list.len() < 2 && policy != "SingleStack" {
            list.push(if list[0].str() == "IPv4" { "IPv6" } else { "IPv4" }.into());
        }
    } else {
        let mut wrong = |field: String, value: &Value, why: &str| causes.push(Cause::invalid(field, value, why));
        if policy == "RequireDualStack" {
            wrong("spec.ipFamilyPolicy".into(), &policy.into(), "this cluster is not configured for dual-stack services");
        }
        for (i, family) in list.iter().enumerate().filter(|(_, f)| f.str() != "IPv4") {
            wrong(format!("spec.ipFamilies[{i}]"), family, "not configured on this cluster");
        }
        if list.is_empty() {
            list.push("IPv4".into());
        }
    }
    if causes.is_empty() {
        service.set(&["spec", "ipFamilies"], list);
    }
    causes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    fn allocated(spec: Value) -> Result<Value, Status> {
        let mut service = obj!({"metadata": {"name": "s", "uid": "u"}, "spec": spec});
        let mut random = RandomStream::new(1, "services");
        ServiceAllocator::default().allocate(&mut service, None, &[], &mut random, false)?;
        Ok(service.get("spec").clone())
    }

    #[test]
    fn a_cluster_with_ipv4_alone() {
        let headless = allocated(obj!({"type": "ClusterIP", "clusterIP": "None", "clusterIPs": ["None"]})).expect("good");
        assert_eq!((headless.get("ipFamilyPolicy").str(), headless.get("ipFamilies").items().len()), ("RequireDualStack", 2));
        let plain = allocated(obj!({"type": "ClusterIP", "selector": {"a": "b"}})).expect("good");
        assert_eq!((plain.get("ipFamilyPolicy").str(), plain.get("ipFamilies").items().len()), ("SingleStack", 1));
        for (member, value, wanted) in [
            ("ipFamilyPolicy", Value::from("RequireDualStack"), "this cluster is not configured for dual-stack services"),
            ("ipFamilies", obj!(["IPv6"]), "spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster"),
        ] {
            let mut spec = obj!({"type": "ClusterIP"});
            spec.set(&[member], value);
            let error = allocated(spec).expect_err(member);
            assert!(error.message.contains(wanted), "{error}");
        }
    }

    #[test]
    fn local_load_balancers_have_a_port_for_health() {
        let spec = obj!({
            "type": "LoadBalancer", "externalTrafficPolicy": "Local", "allocateLoadBalancerNodePorts": false, "ports": [{"port": 80}]
        });
        let spec = allocated(spec).expect("good");
        assert!(NODE_PORTS.contains(&spec.get("healthCheckNodePort").int()));
        assert!(spec.get("ports").items()[0].get("nodePort").is_null());
    }
}
