//! Chooses devices of a node for claims. It may not know of pods, and writes nothing.
//!
//! Not simulated: consumable capacity, which is an error to ask for, and devices that must be attached first, which are never chosen.
// Models k8s.io/dynamic-resource-allocation/structured.

use std::sync::Arc;

use thiserror::Error;

use super::device_pools::{Flaw, Pool, pools, reaches};
use super::devices::{Devices, key_of};
use super::framework::Reasons;
use super::node_info::NodeInfo;
use crate::api::cel::{CompileError, Device, Fail, Program};
use crate::api::resource_claim::alternatives;
use crate::api::{ArcStr, Object, Value, toleration};
use crate::base::List as _;
use crate::obj;

/// How many compiled selectors are kept.
const SELECTORS_MAX: usize = 10;
/// How many devices a claim may have.
const DEVICES_MAX: usize = 32;
/// How many steps a search may take; a real one may take 10 seconds. This also bounds how many claims it goes through and how many devices
/// it chooses.
const STEPS_MAX: usize = 20_000;
const DEPTH_MAX: usize = 128;
/// The CEL cost that all selectors of a search may have together: that of one expression.
const COST_MAX: u64 = 1_000_000;

/// Claims that are to be allocated.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    claims: Vec<Claim>,
}

/// Compiled selectors, the last used first.
// Models dynamic-resource-allocation's cel.Cache.
#[derive(Clone, Debug, Default)]
pub struct SelectorCache(Vec<(ArcStr, Arc<Result<Program, CompileError>>)>);

impl SelectorCache {
    fn program(&mut self, expression: ArcStr) -> Arc<Result<Program, CompileError>> {
        let latest = match self.0.iter().position(|(known, _)| *known == expression) {
            Some(at) => self.0.remove(at),
            None => (expression.clone(), Program::of_device(&expression).into()),
        };
        self.0.truncate(SELECTORS_MAX - 1);
        self.0.insert(0, latest);
        self.0[0].1.clone()
    }

    /// Those of a list.
    fn of(&mut self, owner: &str, list: &Value) -> Vec<Selector> {
        let expressions = list.items().iter().map(|selector| selector.at(&["cel", "expression"]).arc_str()).enumerate();
        expressions.map(|(i, text)| Selector { place: format!("{owner}: selector #{i}"), program: self.program(text) }).list()
    }
}

#[derive(Clone, Debug)]
struct Claim {
    object: Value,
    requests: Vec<Request>,
}

/// A request is met by the first of its alternatives that can be had.
#[derive(Clone, Debug)]
struct Request {
    name: ArcStr,
    alternatives: Vec<Asked>,
}

#[derive(Clone, Debug)]
struct Asked {
    /// Its place among all alternatives of all claims.
    place: usize,
    /// Its name in results: `request` or `request/alternative`.
    name: ArcStr,
    /// The last part of that name.
    own_name: ArcStr,
    class: Value,
    spec: Value,
    selectors: Vec<Selector>,
}

#[derive(Clone, Debug)]
struct Selector {
    /// Its path in the claim or class, for errors.
    place: String,
    program: Arc<Result<Program, CompileError>>,
}

/// Why claims cannot be allocated on a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// No devices would do.
    Reasons(Reasons),
    /// Something is wrong with a claim or a class: no other node would help.
    Error(AllocationError),
}

/// What is wrong with a claim or a class.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum AllocationError {
    /// Every alternative of a request wants too many devices.
    #[error("allocation max size exceeded")]
    TooMany,
    /// A claim wants more devices than one may have.
    #[error("claim {claim}: number of requested devices {wanted} exceeds the claim limit of {DEVICES_MAX}")]
    Limit {
        /// The claim.
        claim: String,
        /// How many devices it wants at least.
        wanted: u64,
    },
    /// A request cannot be met.
    #[error("claim {claim}, request {request}: {why}")]
    Request {
        /// The claim.
        claim: String,
        /// The request, or its alternative.
        request: ArcStr,
        /// Why not.
        why: RequestError,
    },
    /// A selector cannot be compiled.
    #[error("{selector}: CEL compile error: {why}")]
    Unreadable {
        /// Where it stands.
        selector: String,
        /// Why not.
        why: CompileError,
    },
    /// A selector cannot be evaluated for a device.
    #[error("{selector}: CEL runtime error: {why}")]
    Selector {
        /// Where it stands.
        selector: String,
        /// Why not.
        why: Fail,
    },
}

/// Why a request cannot be met.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RequestError {
    /// It asks for consumable capacity.
    #[error("has capacity requests, which are not simulated")]
    Capacity,
    /// It wants all devices, and a pool is incomplete or invalid.
    #[error("asks for all devices, but resource pool {pool} is currently {how}")]
    Pool {
        /// The pool.
        pool: String,
        /// What is wrong with the pool.
        how: &'static str,
    },
    /// It wants all devices, and this one cannot be used together with another.
    #[error("cannot add device {0} because a claim constraint would not be satisfied")]
    Constraint(ArcStr),
}

/// Why a search ends.
enum Stop {
    /// The claim would get more devices than it may have.
    TooMany,
    Refused(Refusal),
}

impl From<AllocationError> for Stop {
    fn from(why: AllocationError) -> Stop {
        Stop::Refused(Refusal::Error(why))
    }
}

fn shown(claim: &Value) -> String {
    format!("{}/{}", claim.namespace(), claim.name())
}

impl Wanted {
    /// Finds devices for these claims, which have none yet.
    pub fn new<'a>(devices: &Devices, known: &mut SelectorCache, claims: impl Iterator<Item = &'a Value>) -> Wanted {
        let mut places = 0..;
        let claims = claims.map(|claim| {
            let of = format!("claim {}", shown(claim));
            let mut asked = |(name, spec): (String, &Value)| {
                let class = devices.class(spec.get("deviceClassName").str()).cloned().unwrap_or_default();
                let of_class = format!("class {}", class.name());
                let mut selectors = known.of(&of_class, class.at(&["spec", "selectors"]));
                selectors.extend(known.of(&of, spec.get("selectors")));
                let own_name = name.rsplit('/').next().unwrap_or_default().into();
                let place = places.next().unwrap_or(0);
                Asked { place, name: name.into(), own_name, class, spec: spec.clone(), selectors }
            };
            let requests = claim
                .at(&["spec", "devices", "requests"])
                .items()
                .iter()
                .map(|request| Request { name: request.get("name").arc_str(), alternatives: alternatives(request).map(&mut asked).list() });
            Claim { object: claim.clone(), requests: requests.list() }
        });
        Wanted { claims: claims.list() }
    }

    /// Allocates each claim on a node; returns the claims with their allocations.
    pub fn allocate(&self, devices: &Devices, node: &NodeInfo) -> Result<Vec<(&Value, Value)>, Refusal> {
        if self.claims.is_empty() {
            return Ok(Vec::new());
        }
        if self.claims.len() > DEPTH_MAX {
            return Err(Refusal::Reasons(Reasons::TIMED_OUT));
        }
        let pools = pools(devices, node);
        let usable = pools.iter().enumerate().filter(|(_, pool)| pool.flaw.is_none());
        let usable = usable.flat_map(|(at, pool)| pool.slices.iter().map(move |slice| (at, *slice)));
        let candidates = usable.flat_map(|(pool, slice)| {
            let spec = slice.get("spec");
            spec.get("devices").items().iter().map(move |device| (pool, spec, device))
        });
        let candidates = candidates.map(|(pool, spec, device)| {
            let key = key_of(spec.get("driver"), spec.at(&["pool", "name"]), device.get("name"));
            let place = if spec.get("perDeviceNodeSelection").is_true() { device } else { spec };
            let seen = Device::new(spec.get("driver").str(), device);
            Candidate { taken: devices.is_taken(&key), seen, key, pool, spec, device, place }
        });
        let mut search = Search {
            wanted: self,
            node,
            pools: &pools,
            candidates: candidates.list(),
            counts: Vec::new(),
            chosen: Vec::new(),
            steps: 0,
            cost: 0,
        };
        search.count().and_then(|()| search.go(0, 0)).map_or_else(
            |stop| match stop {
                Stop::TooMany => Err(Refusal::Error(AllocationError::TooMany)),
                Stop::Refused(refusal) => Err(refusal),
            },
            |found| match found {
                true => Ok(self.claims.iter().enumerate().map(|(c, claim)| (&claim.object, search.result(c))).list()),
                false if pools.iter().any(|pool| pool.flaw == Some(Flaw::Invalid)) => Err(Refusal::Reasons(Reasons::BAD_POOLS)),
                false => Err(Refusal::Reasons(Reasons::NO_DEVICES)),
            },
        )
    }
}

/// A device that may be chosen.
struct Candidate<'a> {
    key: ArcStr,
    /// The place of its pool.
    pool: usize,
    /// The driver of its slice.
    spec: &'a Value,
    device: &'a Value,
    /// The object that says which nodes it is for: the device or its slice.
    place: &'a Value,
    /// The device as selectors see it.
    seen: Device,
    /// Whether somebody else has it.
    taken: bool,
}

/// A chosen device: its claim, request and alternative, and which one it is.
#[derive(Clone, Copy)]
struct Chosen {
    claim: usize,
    request: usize,
    alternative: usize,
    candidate: usize,
}

/// How many devices an alternative is to get; if it wants all, which.
#[derive(Default)]
struct Count {
    len: usize,
    all: Option<Vec<usize>>,
    /// By device: whether it is selected, if that is known.
    known: Vec<Option<bool>>,
}

struct Search<'a> {
    wanted: &'a Wanted,
    node: &'a NodeInfo,
    pools: &'a [Pool<'a>],
    candidates: Vec<Candidate<'a>>,
    /// By alternative.
    counts: Vec<Count>,
    chosen: Vec<Chosen>,
    steps: usize,
    /// The CEL cost of the selectors so far.
    cost: u64,
}

impl Search<'_> {
    /// Finds out how many devices are wanted.
    fn count(&mut self) -> Result<(), Stop> {
        let wanted = self.wanted;
        for claim in &wanted.claims {
            let (of, mut least) = (shown(&claim.object), 0u64);
            for request in &claim.requests {
                let mut fewest = u64::MAX;
                for asked in &request.alternatives {
                    fewest = fewest.min(self.count_of(&of, asked)?);
                }
                least = least.saturating_add(fewest);
            }
            if least > DEVICES_MAX as u64 {
                return Err(AllocationError::Limit { claim: of, wanted: least }.into());
            }
        }
        Ok(())
    }

    fn count_of(&mut self, of: &str, asked: &Asked) -> Result<u64, Stop> {
        let spec = &asked.spec;
        self.counts.push(Count { known: vec![None; self.candidates.len()], ..Count::default() });
        let flawed = self.pools.iter().find(|pool| pool.flaw.is_some()).filter(|_| spec.get("allocationMode").str() == "All");
        let wrong = match flawed {
            _ if !spec.get("capacity").is_null() => Some(RequestError::Capacity),
            Some(Pool { name, flaw, .. }) => {
                let how = if *flaw == Some(Flaw::Invalid) { "invalid" } else { "being updated" };
                Some(RequestError::Pool { pool: name.to_string(), how })
            }
            None => None,
        };
        if let Some(why) = wrong {
            return Err(AllocationError::Request { claim: of.to_owned(), request: asked.own_name.clone(), why }.into());
        }
        if spec.get("allocationMode").str() != "All" {
            let wanted = u64::try_from(spec.get("count").int()).unwrap_or(0);
            // One that wants more than a claim may have gets none, however many more.
            self.counts[asked.place].len = usize::try_from(wanted).unwrap_or(usize::MAX).min(DEVICES_MAX + 1);
            return Ok(wanted);
        }
        let mut all = Vec::new();
        for candidate in 0..self.candidates.len() {
            if self.selects(asked, candidate)? {
                all.push(candidate);
            }
        }
        let len = all.len();
        let count = &mut self.counts[asked.place];
        (count.len, count.all) = (len, Some(all));
        Ok(len as u64)
    }

    /// Whether the class and the request select a device, free or not.
    // Models isSelectable.
    fn selects(&mut self, asked: &Asked, candidate: usize) -> Result<bool, Stop> {
        if let Some(known) = self.counts[asked.place].known[candidate] {
            return Ok(known);
        }
        let selects = self.evaluate(asked, candidate)?;
        self.counts[asked.place].known[candidate] = Some(selects);
        Ok(selects)
    }

    fn evaluate(&mut self, asked: &Asked, candidate: usize) -> Result<bool, Stop> {
        let Candidate { device, place, seen, .. } = &self.candidates[candidate];
        if !device.get("bindingConditions").is_empty() {
            return Ok(false);
        }
        for Selector { place, program } in &asked.selectors {
            let selector = || place.clone();
            let unreadable = |why: &CompileError| AllocationError::Unreadable { selector: selector(), why: why.clone() };
            let program = program.as_ref().as_ref().map_err(unreadable)?;
            let (selects, cost) = program.selects(seen);
            self.cost = self.cost.saturating_add(cost);
            if self.cost > COST_MAX {
                return Err(Stop::Refused(Refusal::Reasons(Reasons::TIMED_OUT)));
            }
            if !selects.map_err(|why| AllocationError::Selector { selector: selector(), why })? {
                return Ok(false);
            }
        }
        Ok(reaches(place, self.node))
    }

    /// Chooses devices for a claim's requests from the given one on; false where none would do.
    // Models allocateOne.
    fn go(&mut self, c: usize, r: usize) -> Result<bool, Stop> {
        let wanted = self.wanted;
        let Some(claim) = wanted.claims.get(c) else { return Ok(true) };
        let Some(request) = claim.requests.get(r) else {
            return match self.go(c + 1, 0) {
                Err(Stop::TooMany) => Ok(false),
                other => other,
            };
        };
        let mut found = Err(Stop::TooMany);
        for a in 0..request.alternatives.len() {
            match self.fill(Chosen { claim: c, request: r, alternative: a, candidate: 0 }, 0) {
                // Another alternative may need fewer devices.
                Err(Stop::TooMany) => {}
                Ok(false) => found = Ok(false),
                other => return other,
            }
        }
        found
    }

    /// Chooses the nth device of an alternative, from a candidate on, and all devices after it.
    fn fill(&mut self, from: Chosen, n: usize) -> Result<bool, Stop> {
        self.steps += 1;
        if self.steps > STEPS_MAX || self.chosen.len() > DEPTH_MAX {
            return Err(Stop::Refused(Refusal::Reasons(Reasons::TIMED_OUT)));
        }
        let Chosen { claim: c, request: r, alternative: a, .. } = from;
        let wanted = self.wanted;
        let claim = &wanted.claims[c];
        let asked = &claim.requests[r].alternatives[a];
        let Count { len, ref all, .. } = self.counts[asked.place];
        let all = all.as_ref().map(|all| all.get(n).copied());
        if all.is_some() && len == 0 {
            return Ok(false);
        }
        if n >= len {
            return self.go(c, r + 1);
        }
        if self.chosen.iter().filter(|chosen| chosen.claim == c).count() + len - n > DEVICES_MAX {
            return Err(Stop::TooMany);
        }
        let range = match all.flatten() {
            Some(one) => one..one + 1,
            None => from.candidate..self.candidates.len(),
        };
        for candidate in range {
            if self.is_in_use(asked, c, candidate) || !(all.is_some() || self.selects(asked, candidate)?) {
                continue;
            }
            let (device, tolerations) = (self.candidates[candidate].device, asked.spec.get("tolerations").items());
            let tainted = toleration::find_untolerated(device.get("taints").items(), tolerations, &["NoSchedule", "NoExecute"]).is_some();
            if tainted || !self.has_counters(candidate) {
                continue;
            }
            if !self.keeps_constraints(from, candidate) {
                if all.is_none() {
                    continue;
                }
                let why = RequestError::Constraint(self.candidates[candidate].key.clone());
                return Err(AllocationError::Request { claim: shown(&claim.object), request: asked.own_name.clone(), why }.into());
            }
            self.chosen.push(Chosen { candidate, ..from });
            let next = if all.is_some() { 0 } else { candidate + 1 };
            let done = self.fill(Chosen { candidate: next, ..from }, n + 1);
            if matches!(done, Ok(true)) {
                return done;
            }
            self.chosen.pop();
            done?;
        }
        Ok(false)
    }

    /// Whether a device is taken; for a request with admin access, whether it is by its own claim.
    fn is_in_use(&self, asked: &Asked, claim: usize, candidate: usize) -> bool {
        let is_admin = asked.spec.get("adminAccess").is_true();
        let mut chosen = self.chosen.iter().filter(|chosen| chosen.candidate == candidate);
        (self.candidates[candidate].taken && !is_admin) || chosen.any(|chosen| chosen.claim == claim || !is_admin)
    }

    /// Whether the counters of a device's pool have enough left for it.
    fn has_counters(&self, candidate: usize) -> bool {
        let (pool, device) = (self.candidates[candidate].pool, self.candidates[candidate].device);
        let chosen = || self.chosen.iter().map(|chosen| &self.candidates[chosen.candidate]).filter(|chosen| chosen.pool == pool);
        device.get("consumesCounters").is_empty() || self.pools[pool].suffices(|| chosen().map(|chosen| chosen.device).chain([device]))
    }

    /// Whether the claim's constraints hold with one more device.
    fn keeps_constraints(&self, of: Chosen, candidate: usize) -> bool {
        let claim = &self.wanted.claims[of.claim];
        claim.object.at(&["spec", "devices", "constraints"]).items().iter().all(|constraint| {
            let requests = constraint.get("requests").items();
            let concerns = |chosen: &Chosen| {
                let request = &claim.requests[chosen.request];
                let names = [&request.name, &request.alternatives[chosen.alternative].name];
                requests.is_empty() || requests.iter().any(|named| names.iter().any(|name| **name == named.str()))
            };
            if !concerns(&of) {
                return true;
            }
            let (name, alike) = match constraint.get("matchAttribute").as_str() {
                Some(name) => (name, true),
                None => (constraint.get("distinctAttribute").str(), false),
            };
            let attribute = self.attribute(candidate, name);
            let others = self.chosen.iter().filter(|chosen| chosen.claim == of.claim && concerns(chosen));
            let mut others = others.map(|chosen| self.attribute(chosen.candidate, name));
            !attribute.is_null() && others.all(|other| (other == attribute) == alike)
        })
    }

    /// A device's attribute, by its full name.
    fn attribute(&self, candidate: usize, name: &str) -> &Value {
        let Candidate { spec, device, .. } = &self.candidates[candidate];
        let attributes = device.get("attributes");
        let own = name.split_once('/').filter(|(domain, _)| *domain == spec.get("driver").str()).map(|(_, name)| attributes.get(name));
        Some(attributes.get(name)).filter(|found| !found.is_null()).or(own).unwrap_or(&NULL)
    }

    /// The allocation of a claim.
    fn result(&self, c: usize) -> Value {
        let claim = &self.wanted.claims[c];
        let chosen: Vec<&Chosen> = self.chosen.iter().filter(|chosen| chosen.claim == c).list();
        let asked = |chosen: &Chosen| &claim.requests[chosen.request].alternatives[chosen.alternative];
        let results = chosen.iter().map(|chosen| {
            let (Candidate { spec, device, .. }, asked) = (&self.candidates[chosen.candidate], asked(chosen));
            let mut result = obj!({
                "request": &asked.name, "driver": spec.get("driver"), "pool": spec.at(&["pool", "name"]), "device": device.get("name")
            });
            if asked.spec.get("adminAccess").is_true() {
                result.set(&["adminAccess"], true);
            }
            if !asked.spec.get("tolerations").is_empty() {
                result.set(&["tolerations"], asked.spec.get("tolerations").clone());
            }
            result
        });
        let mut allocation = obj!({"devices": {"results": results.list()}});
        let config = self.configs(claim, &chosen);
        if !config.is_empty() {
            allocation.set(&["devices", "config"], config);
        }
        let places = chosen.iter().map(|chosen| &self.candidates[chosen.candidate]);
        let selector = self.selector(places.map(|c| (c.place, c.device.get("bindsToNode").is_true())).list());
        if !selector.is_null() {
            allocation.set(&["nodeSelector"], selector);
        }
        allocation
    }

    /// The configuration for drivers: that of the classes, each once, and that of the claim.
    fn configs(&self, claim: &Claim, chosen: &[&Chosen]) -> Vec<Value> {
        let mut configs: Vec<Value> = Vec::new();
        let mut classes: Vec<(&str, std::ops::Range<usize>)> = Vec::new();
        // The alternative that each request got.
        let got = claim.requests.iter().enumerate().filter_map(|(r, request)| {
            let alternative = chosen.iter().find(|chosen| chosen.request == r)?.alternative;
            Some((request, &request.alternatives[alternative]))
        });
        let got: Vec<(&Request, &Asked)> = got.list();
        for (_, asked) in &got {
            if let Some((_, range)) = classes.iter().find(|(class, _)| *class == asked.class.name()) {
                for config in &mut configs[range.clone()] {
                    config.at_mut(&["requests"]).list_mut().push((&asked.name).into());
                }
                continue;
            }
            let begin = configs.len();
            for config in asked.class.at(&["spec", "config"]).items() {
                let mut config = config.clone();
                config.set(&["source"], "FromClass");
                config.set(&["requests"], obj!([&asked.name]));
                configs.push(config);
            }
            classes.push((asked.class.name(), begin..configs.len()));
        }
        for config in claim.object.at(&["spec", "devices", "config"]).items() {
            let requests = config.get("requests").items();
            let names =
                |(request, asked): &(&Request, &Asked)| requests.iter().any(|n| [&request.name, &asked.name].contains(&&n.arc_str()));
            let times = if requests.is_empty() { 1 } else { got.iter().filter(|one| names(one)).count() };
            let mut config = config.clone();
            config.set(&["source"], "FromClaim");
            configs.extend(std::iter::repeat_n(config, times));
        }
        configs
    }

    /// The nodes from which these devices can all be used; null where that is from everywhere.
    fn selector(&self, places: Vec<(&Value, bool)>) -> Value {
        if places.iter().any(|(place, binds)| *binds || !place.get("nodeName").is_null()) {
            let field = obj!({"key": "metadata.name", "operator": "In", "values": [&self.node.name]});
            return obj!({"nodeSelectorTerms": [{"matchFields": [field]}]});
        }
        let mut term = Value::map();
        for (place, _) in places {
            let Some(other) = place.at(&["nodeSelector", "nodeSelectorTerms"]).items().first() else { continue };
            for member in ["matchFields", "matchExpressions"] {
                for requirement in other.get(member).items() {
                    let list = term.at_mut(&[member]).list_mut();
                    if !list.contains(requirement) {
                        list.push(requirement.clone());
                    }
                }
            }
        }
        if term.is_empty() { Value::Null } else { obj!({"nodeSelectorTerms": [term]}) }
    }
}

static NULL: Value = Value::Null;
