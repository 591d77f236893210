//! Topology hints by CPU (`endpointslice/topologycache`): each zone is given endpoints of a Service in proportion to its share of the
//! nodes' cores. No hints are given if that would overload some endpoint by a fifth.

use thiserror::Error;

use crate::api::quantity::Quantity;
use crate::api::well_known::ZONE;
use crate::api::{ArcStr, Object, Value, kinds};
use crate::base::List as _;
use crate::obj;
use crate::server::ApiServer;

/// How much more than its share of the load an endpoint may get.
const OVERLOAD: f64 = 0.2;
/// Nodes with one of these labels do not count.
const EXCLUDED: [&str; 2] = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

/// A zone's share of the cores, and of the endpoints.
#[derive(Clone, Debug)]
pub(super) struct Zone {
    name: ArcStr,
    ratio: f64,
    desired: f64,
    maximum: i64,
    /// Endpoints with hints for it.
    given: i64,
}

/// Endpoints with the same ports, as many as one slice holds.
pub(super) struct Part {
    /// The slice that held them before.
    pub(super) slice: Option<Value>,
    pub(super) ports: Value,
    pub(super) endpoints: Vec<Value>,
}

impl Part {
    /// The endpoints of the slice, if they differ only in hints.
    fn written(&self) -> Option<Vec<Value>> {
        let written = self.slice.as_ref()?.get("endpoints").items();
        let bare = |endpoint: &Value| {
            let mut endpoint = endpoint.clone();
            endpoint.remove(&["hints"]);
            endpoint
        };
        let same = written.len() == self.endpoints.len() && written.iter().zip(&self.endpoints).all(|(old, new)| bare(old).same(new));
        same.then(|| written.to_vec())
    }
}

/// Whether a Service asks for hints by CPU.
pub(super) fn are_wanted(service: &Value) -> bool {
    let of = |mode: &str| service.annotation(&format!("service.kubernetes.io/topology-{mode}"));
    matches!(of("mode").or_else(|| of("aware-hints")), Some("Auto" | "auto"))
}

/// The zones of ready nodes; none if a node lacks its zone or its cores, or if there are fewer than two zones.
pub(super) fn zones(api: &ApiServer) -> Vec<Zone> {
    let mut zones: Vec<Zone> = Vec::new();
    let mut total = 0.0;
    for node in api.iter(kinds::NODE, None) {
        if EXCLUDED.iter().any(|label| node.label(label).is_some()) || node.condition("Ready") != "True" {
            continue;
        }
        let cores = Quantity::of(node.at(&["status", "allocatable", "cpu"])).milli_value() as f64;
        let name = node.label(ZONE).unwrap_or("");
        if name.is_empty() || cores <= 0.0 {
            return Vec::new();
        }
        total += cores;
        match zones.iter_mut().find(|zone| zone.name == name) {
            Some(zone) => zone.ratio += cores,
            None => zones.push(Zone { name: name.into(), ratio: cores, desired: 0.0, maximum: 0, given: 0 }),
        }
    }
    if zones.len() < 2 {
        return Vec::new();
    }
    zones.iter_mut().for_each(|zone| zone.ratio /= total);
    zones
}

fn least(share: f64) -> i64 {
    (share * (1.0 / (1.0 + OVERLOAD))).ceil() as i64
}

/// Why there are no hints.
#[derive(Debug, Error)]
pub(super) enum NoHints {
    /// A node lacks its zone or its cores, or all nodes are in one zone.
    #[error("Insufficient Node information: allocatable CPU or zone not specified on one or more nodes")]
    Nodes,
    /// There are fewer endpoints than zones.
    #[error("Insufficient number of endpoints ({endpoints} endpoints, {zones} zones)")]
    FewEndpoints { endpoints: i64, zones: usize },
    /// Some endpoints would be overloaded.
    #[error(
        "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ({endpoints} endpoints, {zones} zones)"
    )]
    Overload { endpoints: i64, zones: usize },
    /// An endpoint has no zone.
    #[error("One or more endpoints do not have a zone specified")]
    NoZone,
}

/// Computes how many endpoints each zone should have, or why that is not possible (`getAllocations`).
fn allocate(zones: &mut [Zone], endpoints: i64) -> Result<(), NoHints> {
    if zones.is_empty() {
        return Err(NoHints::Nodes);
    }
    let count = zones.len();
    if count as i64 > endpoints {
        return Err(NoHints::FewEndpoints { endpoints, zones: count });
    }
    let mut left = endpoints;
    for zone in &mut *zones {
        let share = zone.ratio * endpoints as f64;
        zone.maximum = least(share);
        zone.desired = share.max(zone.maximum as f64);
        left -= zone.maximum;
    }
    if left < 0 {
        return Err(NoHints::Overload { endpoints, zones: count });
    }
    zones.iter_mut().for_each(|zone| zone.maximum += left);
    Ok(())
}

fn is_ready(endpoint: &&mut Value) -> bool {
    endpoint.at(&["conditions", "ready"]).is_true()
}

fn zone_of<'a>(zones: &'a mut [Zone], name: &Value) -> Option<&'a mut Zone> {
    zones.iter_mut().find(|zone| zone.name == name.str())
}

/// Counts the hints of a slice by zone; says whether every ready endpoint has a valid one (`getHintsByZone`).
fn count(zones: &mut [Zone], endpoints: &[Value]) -> bool {
    let ready = |e: &&Value| e.at(&["conditions", "ready"]).is_true();
    endpoints.iter().filter(ready).all(|endpoint| {
        let hints = endpoint.at(&["hints", "forZones"]).items();
        !hints.is_empty() && hints.iter().all(|hint| zone_of(zones, hint.get("name")).map(|zone| zone.given += 1).is_some())
    }) && zones.iter().all(|zone| zone.given <= zone.maximum)
}

/// Sets the hints (`AddHints`), or says why there are none.
pub(super) fn add(mut zones: Vec<Zone>, parts: &mut [Part]) -> Result<(), NoHints> {
    let total = parts.iter_mut().flat_map(|part| &mut part.endpoints).filter(is_ready).count();
    allocate(&mut zones, total as i64)?;
    // Valid hints stay as they are.
    let mut open: Vec<&mut Value> = Vec::new();
    for part in parts {
        let mut with = zones.clone();
        match part.written().filter(|written| count(&mut with, written)) {
            Some(written) => (part.endpoints, zones) = (written, with),
            None => open.extend(part.endpoints.iter_mut().filter(is_ready)),
        }
    }
    for endpoint in &mut open {
        let zone = endpoint.get("zone").clone();
        if zone.is_empty() {
            return Err(NoHints::NoZone);
        }
        zone_of(&mut zones, &zone).into_iter().for_each(|zone| zone.given += 1);
        endpoint.set(&["hints"], obj!({"forZones": [{"name": zone}]}));
    }
    for (from, to) in moves(&zones) {
        let given =
            open.iter_mut().find(|e| e.get("zone").str() == from && e.at(&["hints", "forZones"]).items()[0].get("name").str() == from);
        if let Some(endpoint) = given {
            endpoint.set(&["hints"], obj!({"forZones": [{"name": to}]}));
        }
    }
    Ok(())
}

/// The zones between which endpoints are moved, one pair for each (`getGivingAndReceivingZones`).
fn moves(zones: &[Zone]) -> Vec<(ArcStr, ArcStr)> {
    let mut beyond: Vec<f64> = zones.iter().map(|zone| zone.given as f64 - zone.desired).list();
    let mut moves = Vec::new();
    loop {
        let (mut most, mut fewest) = (0, 0);
        for (i, n) in beyond.iter().enumerate() {
            if *n > beyond[most] {
                most = i;
            }
            if *n < beyond[fewest] {
                fewest = i;
            }
        }
        let (gives, lacks) = (beyond[most], -beyond[fewest]);
        if gives.min(lacks) < 0.5 || gives.max(lacks) < 1.0 {
            return moves;
        }
        beyond[most] -= 1.0;
        beyond[fewest] += 1.0;
        moves.push((zones[most].name.clone(), zones[fewest].name.clone()));
    }
}

/// Whether a zone has too few endpoints by the hints of these slices (`serviceOverloaded`).
pub(super) fn is_overloaded<'a>(mut zones: Vec<Zone>, slices: impl Iterator<Item = &'a Value>) -> bool {
    let mut total = 0.0;
    for endpoint in slices.flat_map(|slice| slice.get("endpoints").items()) {
        for hint in endpoint.at(&["hints", "forZones"]).items() {
            total += 1.0;
            zone_of(&mut zones, hint.get("name")).into_iter().for_each(|zone| zone.given += 1);
        }
    }
    zones.is_empty() || zones.iter().any(|zone| zone.given == 0 || zone.given < least(total * zone.ratio))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(name: &str, ratio: f64) -> Zone {
        Zone { name: name.into(), ratio, desired: 0.0, maximum: 0, given: 0 }
    }

    /// One slice of an endpoint for each letter, its zone; one in capitals is ready.
    fn part(letters: &str) -> Part {
        let endpoint = |c: char| obj!({"zone": c.to_ascii_lowercase().to_string(), "conditions": {"ready": c.is_uppercase()}});
        Part { slice: None, ports: Value::Null, endpoints: letters.chars().map(endpoint).collect() }
    }

    fn hints(part: &Part) -> String {
        let of = |e: &Value| e.at(&["hints", "forZones"]).items().first().map_or("-".to_owned(), |z| z.get("name").str().to_owned());
        part.endpoints.iter().map(of).collect()
    }

    #[test]
    fn endpoints_go_to_zones_by_their_cores() {
        let thirds: &[f64] = &[1.0 / 3.0, 1.0 / 3.0, 1.0 / 3.0];
        // The zones' shares of the cores, the endpoints, the zones that they are for or why they are for none.
        let rows: [(&[f64], &str, Result<&str, &str>); 9] = [
            (&[], "AABB", Err("Insufficient Node information: allocatable CPU or zone not specified on one or more nodes")),
            (thirds, "AB", Err("Insufficient number of endpoints (2 endpoints, 3 zones)")),
            (thirds, "ABc", Err("Insufficient number of endpoints (2 endpoints, 3 zones)")),
            (thirds, "ABC", Ok("abc")),
            (
                thirds,
                "ABCA",
                Err(
                    "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (4 endpoints, 3 zones)",
                ),
            ),
            (thirds, "AAAABC", Ok("bcaabc")),
            (
                &[0.5, 0.5],
                "AAAa",
                Err(
                    "Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (3 endpoints, 2 zones)",
                ),
            ),
            (&[0.25, 0.75], "AABB", Ok("babb")),
            (&[0.5, 0.5], "AAAD", Ok("baad")),
        ];
        for (shares, letters, wanted) in rows {
            let zones = shares.iter().zip(["a", "b", "c"]).map(|(ratio, name)| share(name, *ratio)).collect();
            let mut parts = [part(letters)];
            let got = add(zones, &mut parts).map(|()| hints(&parts[0]));
            assert_eq!(got.map_err(|why| why.to_string()), wanted.map(str::to_owned).map_err(str::to_owned), "{letters}");
        }
    }
}
