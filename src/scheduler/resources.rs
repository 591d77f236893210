//! What pods request and nodes offer, as plain numbers. It may not know of scheduling.

use crate::api::quantity::Quantity;
use crate::api::{ArcStr, Value, is_sidecar};

/// What the scoring plugins take a container to request where it requests no CPU: 100 millicores.
const DEFAULT_MILLI_CPU: i64 = 100;
/// What the scoring plugins take a container to request where it requests no memory: 200 MiB.
const DEFAULT_MEMORY: i64 = 200 * 1024 * 1024;

/// Amounts of resources. Memory and storage are in bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Resources {
    /// Thousandths of a core.
    pub milli_cpu: i64,
    /// Bytes of memory.
    pub memory: i64,
    /// Bytes of local storage.
    pub ephemeral_storage: i64,
    /// Every other resource, by its index in [`ScalarNames`], sorted.
    pub scalars: Vec<(u16, i64)>,
}

/// Names of the resources other than CPU, memory and local storage, in the order they were first met.
#[derive(Clone, Debug, Default)]
pub struct ScalarNames(Vec<ArcStr>);

/// The most such names that are told apart: a pod that asks for more names than this finds no node that has them.
const SCALAR_NAMES_MAX: usize = u16::MAX as usize;

impl ScalarNames {
    /// The index of a resource's name.
    pub fn index(&mut self, name: &ArcStr) -> u16 {
        let at = self.0.iter().position(|n| n == name).unwrap_or_else(|| {
            if self.0.len() < SCALAR_NAMES_MAX {
                self.0.push(name.clone());
            }
            self.0.len() - 1
        });
        u16::try_from(at).unwrap_or(u16::MAX)
    }

    /// The index of a name that was met.
    pub fn find(&self, name: &str) -> Option<u16> {
        self.0.iter().position(|n| n == name).and_then(|at| u16::try_from(at).ok())
    }

    /// The name at an index.
    pub fn name(&self, index: u16) -> &str {
        self.0.get(usize::from(index)).map_or("", ArcStr::as_str)
    }
}

impl Resources {
    /// Reads a `ResourceList`. `pods` is left out.
    pub fn parse(list: &Value, names: &mut ScalarNames) -> Self {
        let mut r = Resources::default();
        for (name, quantity) in list.entries() {
            match name.as_str() {
                "cpu" => r.milli_cpu = milli_value(quantity),
                "memory" => r.memory = whole_value(quantity),
                "ephemeral-storage" => r.ephemeral_storage = whole_value(quantity),
                "pods" => {}
                _ => r.set_scalar(names.index(name), whole_value(quantity)),
            }
        }
        r
    }

    /// How much there is of another resource; 0 where there is none.
    pub fn scalar(&self, index: u16) -> i64 {
        self.scalars.binary_search_by_key(&index, |(i, _)| *i).map_or(0, |at| self.scalars[at].1)
    }

    /// How much there is of the resource of this name: thousandths of CPU, bytes, or whole ones.
    pub fn of(&self, names: &ScalarNames, resource: &str) -> i64 {
        match resource {
            "cpu" => self.milli_cpu,
            "memory" => self.memory,
            "ephemeral-storage" => self.ephemeral_storage,
            _ => names.find(resource).map_or(0, |index| self.scalar(index)),
        }
    }

    fn set_scalar(&mut self, index: u16, amount: i64) {
        match self.scalars.binary_search_by_key(&index, |(i, _)| *i) {
            Ok(at) => self.scalars[at].1 = amount,
            Err(at) => self.scalars.insert(at, (index, amount)),
        }
    }

    /// Adds `other`, `sign` times.
    pub fn add(&mut self, other: &Resources, sign: i64) {
        self.milli_cpu = self.milli_cpu.saturating_add(sign * other.milli_cpu);
        self.memory = self.memory.saturating_add(sign * other.memory);
        self.ephemeral_storage = self.ephemeral_storage.saturating_add(sign * other.ephemeral_storage);
        for (i, amount) in &other.scalars {
            self.set_scalar(*i, self.scalar(*i).saturating_add(sign * amount));
        }
    }

    fn raise_to(&mut self, other: &Resources) {
        self.milli_cpu = self.milli_cpu.max(other.milli_cpu);
        self.memory = self.memory.max(other.memory);
        self.ephemeral_storage = self.ephemeral_storage.max(other.ephemeral_storage);
        for (i, amount) in &other.scalars {
            self.set_scalar(*i, self.scalar(*i).max(*amount));
        }
    }
}

/// What a pod requests of its node: the greater of what its containers request together and what any moment of its
/// initialization does, unless it says so as a whole; and its overhead.
///
/// With `fill_missing`, a container without a request for CPU or memory counts as a small one, so that such pods spread.
// Models resourcehelper.PodRequests (k8s.io/component-helpers/resource).
pub fn pod_requests(spec: &Value, names: &mut ScalarNames, fill_missing: bool) -> Resources {
    let mut of = |container: &Value| {
        let requests = container.at(&["resources", "requests"]);
        let mut r = Resources::parse(requests, names);
        if fill_missing {
            if requests.get("cpu").is_null() {
                r.milli_cpu = DEFAULT_MILLI_CPU;
            }
            if requests.get("memory").is_null() {
                r.memory = DEFAULT_MEMORY;
            }
        }
        r
    };
    let mut total = Resources::default();
    for c in spec.get("containers").items() {
        total.add(&of(c), 1);
    }
    let mut sidecars = Resources::default();
    let mut init = Resources::default();
    for c in spec.get("initContainers").items() {
        let mut r = of(c);
        if is_sidecar(c) {
            total.add(&r, 1);
            sidecars.add(&r, 1);
            init.raise_to(&sidecars);
        } else {
            r.add(&sidecars, 1);
            init.raise_to(&r);
        }
    }
    total.raise_to(&init);
    let whole = spec.at(&["resources", "requests"]);
    if let Some(cpu) = whole.entries().find(|(k, _)| *k == "cpu") {
        total.milli_cpu = milli_value(cpu.1);
    }
    if let Some(memory) = whole.entries().find(|(k, _)| *k == "memory") {
        total.memory = whole_value(memory.1);
    }
    for (name, quantity) in whole.entries().filter(|(k, _)| k.starts_with("hugepages-")) {
        let index = names.index(name);
        total.set_scalar(index, whole_value(quantity));
    }
    total.add(&Resources::parse(spec.get("overhead"), names), 1);
    total
}

/// A quantity in thousandths, rounded up; 0 where it cannot be read.
pub fn milli_value(quantity: &Value) -> i64 {
    if quantity.is_null() { 0 } else { Quantity::of(quantity).milli_value() }
}

/// A quantity in whole units, rounded up; 0 where it cannot be read.
pub fn whole_value(quantity: &Value) -> i64 {
    if quantity.is_null() { 0 } else { Quantity::of(quantity).value() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::obj;

    #[test]
    fn initialization_counts_where_it_needs_more() {
        let requests = |cpu: &str| obj!({"requests": {"cpu": cpu}});
        let spec = obj!({
            "containers": [{"name": "a", "resources": requests("1")}, {"name": "b", "resources": requests("1")}],
            "initContainers": [
                {"name": "sidecar", "restartPolicy": "Always", "resources": requests("500m")},
                {"name": "big", "resources": requests("3")}
            ],
            "overhead": {"cpu": "10m", "example.com/thing": "2"}
        });
        let mut names = ScalarNames::default();
        let r = pod_requests(&spec, &mut names, false);
        assert_eq!((r.milli_cpu, r.memory, r.scalar(names.index(&"example.com/thing".into()))), (3510, 0, 2));
        let filled = pod_requests(&obj!({"containers": [{"name": "a"}]}), &mut names, true);
        assert_eq!((filled.milli_cpu, filled.memory), (100, 200 * 1024 * 1024));
    }
}
