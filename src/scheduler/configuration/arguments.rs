//! The arguments of a profile's plugins, validated as kube-scheduler validates them.

use super::super::framework::MAX_NODE_SCORE;
use super::super::plugins::{
    INTER_POD_AFFINITY, NODE_AFFINITY, NODE_RESOURCES_BALANCED_ALLOCATION, NODE_RESOURCES_FIT, PLUGINS, POD_TOPOLOGY_SPREAD, PluginId,
    VOLUME_BINDING,
};
use super::super::profile::{AddedAffinity, Profile, ScoringStrategy, StrategyType};
use super::plugins::PREEMPTION;
use super::{ConfigurationError, Reader, decoded};
use crate::api::node_affinity::{PreferredNodeAffinity, RequiredNodeAffinity};
use crate::api::{ArcStr, Cause, Value};
use crate::base::{Duration, List as _};
use crate::obj;

/// The highest score in a shape (`MaxCustomPriorityScore`).
const MAX_CUSTOM_SCORE: i64 = 10;
/// The default weight of a resource, and the greatest.
const RESOURCE_WEIGHTS: [i64; 2] = [1, 100];

/// The name of the system's default constraints for spreading.
const SYSTEM_DEFAULTING: &str = "System";

impl Reader {
    /// Applies the arguments of a plugin to a profile.
    pub(super) fn arguments(&mut self, profile: &mut Profile, name: &str, args: &Value, path: &str) -> Result<(), ConfigurationError> {
        let of_plugin = |id: PluginId| PLUGINS[usize::from(id)].name() == name;
        let known = [
            NODE_RESOURCES_FIT,
            NODE_RESOURCES_BALANCED_ALLOCATION,
            NODE_AFFINITY,
            POD_TOPOLOGY_SPREAD,
            INTER_POD_AFFINITY,
            VOLUME_BINDING,
        ];
        if name != PREEMPTION && !known.into_iter().any(of_plugin) {
            self.without_effect.push(path.to_owned());
            return Ok(());
        }
        let args = if args.is_null() { &Value::map() } else { args };
        let decoded = decoded(&format!("{name}Args"), args);
        let args = &decoded.map_err(|why| ConfigurationError::Arguments(name.to_owned(), path.to_owned(), why))?;
        if of_plugin(NODE_RESOURCES_FIT) {
            let list = |name: &str| args.get(name).items().iter().map(Value::arc_str).list();
            (profile.ignored_resources, profile.ignored_resource_groups) = (list("ignoredResources"), list("ignoredResourceGroups"));
            self.groups(&profile.ignored_resource_groups, &format!("{path}.ignoredResourceGroups"));
            if !args.get("scoringStrategy").is_null() {
                profile.scoring_strategy = self.scoring_strategy(args.get("scoringStrategy"), &format!("{path}.scoringStrategy"));
            }
        } else if of_plugin(NODE_RESOURCES_BALANCED_ALLOCATION) {
            self.balanced_resources(profile, args.get("resources"), &format!("{path}.resources"));
        } else if of_plugin(NODE_AFFINITY) {
            let spec = obj!({"affinity": {"nodeAffinity": args.get("addedAffinity")}});
            profile.added_affinity =
                AddedAffinity { required: RequiredNodeAffinity::of(&spec), preferred: PreferredNodeAffinity::of(&spec) };
        } else if of_plugin(POD_TOPOLOGY_SPREAD) {
            self.default_constraints(profile, args, path);
        } else if of_plugin(INTER_POD_AFFINITY) {
            let weight = args.get("hardPodAffinityWeight").as_int().unwrap_or(profile.hard_pod_affinity_weight);
            self.within(&format!("{path}.hardPodAffinityWeight"), weight, 100);
            profile.hard_pod_affinity_weight = weight;
            profile.ignores_preferred_terms = args.get("ignorePreferredTermsOfExistingPods").is_true();
        } else if of_plugin(VOLUME_BINDING) {
            if let Some(seconds) = args.get("bindTimeoutSeconds").as_int() {
                if seconds < 0 {
                    self.invalid(
                        &format!("{path}.bindTimeoutSeconds"),
                        seconds,
                        "invalid BindTimeoutSeconds, should not be a negative value",
                    );
                }
                profile.bind_timeout = Duration::from_secs(seconds.unsigned_abs());
            }
        } else {
            self.candidates(profile, args, path);
        }
        Ok(())
    }

    fn within(&mut self, path: &str, n: i64, max: i64) {
        if !(0..=max).contains(&n) {
            self.invalid(path, n, &format!("not in valid range [0, {max}]"));
        }
    }

    fn groups(&mut self, groups: &[ArcStr], path: &str) {
        for (i, group) in groups.iter().enumerate().filter(|(_, group)| group.contains('/')) {
            self.invalid(&format!("{path}[{i}]"), group.as_str(), "resource group name can't contain '/'");
        }
    }

    fn scoring_strategy(&mut self, given: &Value, path: &str) -> ScoringStrategy {
        let mut resources = Vec::new();
        for (i, resource) in given.get("resources").items().iter().enumerate() {
            let (name, weight) = (resource.get("name").arc_str(), resource.get("weight").int());
            let [default, max] = RESOURCE_WEIGHTS;
            let weight = if weight == 0 { default } else { weight };
            if !(1..=max).contains(&weight) {
                let why = format!("resource weight of {name} not in valid range (0, {max}]");
                self.invalid(&format!("{path}.resources[{i}].weight"), weight, &why);
            }
            resources.push((name, weight));
        }
        if resources.is_empty() {
            resources = Profile::default().scoring_strategy.resources;
        }
        let shape = given.get("requestedToCapacityRatio");
        let at = format!("{path}.requestedToCapacityRatio");
        let kind = match given.get("type").str() {
            "RequestedToCapacityRatio" if shape.is_null() => {
                self.wrong.push(Cause::required(at, "must be specified when type is RequestedToCapacityRatio"));
                StrategyType::RequestedToCapacityRatio(Vec::new())
            }
            "RequestedToCapacityRatio" => {
                let shape = self.shape(shape.get("shape").items(), &format!("{at}.shape"));
                return ScoringStrategy { kind: StrategyType::RequestedToCapacityRatio(shape), resources };
            }
            "MostAllocated" => StrategyType::MostAllocated,
            "LeastAllocated" | "" => StrategyType::LeastAllocated,
            other => {
                let supported = ["LeastAllocated", "MostAllocated", "RequestedToCapacityRatio"];
                self.wrong.push(Cause::not_supported(format!("{path}.type"), &other.into(), &supported));
                StrategyType::LeastAllocated
            }
        };
        if !shape.is_null() {
            self.wrong.push(Cause::forbidden(
                format!("{path}.requestedToCapacityRatio"),
                "must be nil when type is not RequestedToCapacityRatio",
            ));
        }
        ScoringStrategy { kind, resources }
    }

    /// The points of a shape, with scores out of [`MAX_NODE_SCORE`].
    fn shape(&mut self, points: &[Value], path: &str) -> Vec<(i64, i64)> {
        if points.is_empty() {
            self.wrong.push(Cause::required(path, "at least one point must be specified"));
        }
        let points: Vec<(i64, i64)> = points.iter().map(|p| (p.get("utilization").int(), p.get("score").int())).list();
        if let Some(i) = (1..points.len()).find(|i| points[i - 1].0 >= points[*i].0) {
            self.invalid(&format!("{path}[{i}].utilization"), points[i].0, "values must be sorted in increasing order");
        }
        for (i, (utilization, score)) in points.iter().enumerate() {
            self.within(&format!("{path}[{i}].utilization"), *utilization, 100);
            self.within(&format!("{path}[{i}].score"), *score, MAX_CUSTOM_SCORE);
        }
        points.into_iter().map(|(utilization, score)| (utilization, score.saturating_mul(MAX_NODE_SCORE / MAX_CUSTOM_SCORE))).list()
    }

    fn balanced_resources(&mut self, profile: &mut Profile, resources: &Value, path: &str) {
        let mut names: Vec<ArcStr> = Vec::new();
        for (i, resource) in resources.items().iter().enumerate() {
            let (name, weight) = (resource.get("name").arc_str(), resource.get("weight").int());
            if names.contains(&name) {
                self.wrong.push(Cause::duplicate(format!("{path}[{i}].name"), &name.as_str().into()));
            }
            if !matches!(weight, 0 | 1) {
                self.invalid(&format!("{path}[{i}].weight"), weight, "must be 1");
            }
            names.push(name);
        }
        if !names.is_empty() {
            profile.balanced_resources = names;
        }
    }

    fn default_constraints(&mut self, profile: &mut Profile, args: &Value, path: &str) {
        let constraints = args.get("defaultConstraints").items();
        let defaulting = match args.get("defaultingType").str() {
            "" => SYSTEM_DEFAULTING,
            defaulting => defaulting,
        };
        let at = format!("{path}.defaultingType");
        match defaulting {
            SYSTEM_DEFAULTING if !constraints.is_empty() => self.invalid(&at, defaulting, "when .defaultConstraints are not empty"),
            SYSTEM_DEFAULTING | "List" => {}
            _ => self.wrong.push(Cause::not_supported(at, &defaulting.into(), &[SYSTEM_DEFAULTING, "List"])),
        }
        for (i, constraint) in constraints.iter().enumerate() {
            let at = |field: &str| format!("{path}.defaultConstraints[{i}].{field}");
            let skew = constraint.get("maxSkew").int();
            if skew <= 0 {
                self.invalid(&at("maxSkew"), skew, "not in valid range (0, inf)");
            }
            if constraint.get("topologyKey").str().is_empty() {
                self.wrong.push(Cause::required(at("topologyKey"), "can not be empty"));
            }
            match constraint.get("whenUnsatisfiable").str() {
                "" => self.wrong.push(Cause::required(at("whenUnsatisfiable"), "can not be empty")),
                "DoNotSchedule" | "ScheduleAnyway" => {}
                other => {
                    let supported = ["DoNotSchedule", "ScheduleAnyway"];
                    self.wrong.push(Cause::not_supported(at("whenUnsatisfiable"), &other.into(), &supported));
                }
            }
            if !constraint.get("labelSelector").is_null() {
                let why = "constraint must not define a selector, as they deduced for each pod";
                self.wrong.push(Cause::forbidden(at("labelSelector"), why));
            }
        }
        if defaulting == "List" {
            profile.default_constraints = Some(constraints.to_vec());
        }
    }

    fn candidates(&mut self, profile: &mut Profile, args: &Value, path: &str) {
        let [percentage, least] = ["minCandidateNodesPercentage", "minCandidateNodesAbsolute"].map(|name| (name, args.get(name).as_int()));
        let given = [
            percentage.1.unwrap_or(profile.min_candidate_nodes_percentage as i64),
            least.1.unwrap_or(profile.min_candidate_nodes_absolute as i64),
        ];
        self.within(&format!("{path}.{}", percentage.0), given[0], 100);
        if given[1] < 0 {
            self.invalid(&format!("{path}.{}", least.0), given[1], "not in valid range [0, inf)");
        }
        if given == [0, 0] {
            for (name, other) in [(percentage.0, least.0), (least.0, percentage.0)] {
                self.invalid(&format!("{path}.{name}"), 0, &format!("cannot be zero at the same time as {other}"));
            }
        }
        [profile.min_candidate_nodes_percentage, profile.min_candidate_nodes_absolute] = given.map(|n| usize::try_from(n).unwrap_or(0));
    }
}
