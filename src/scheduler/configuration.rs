//! How the scheduler is set up: `KubeSchedulerConfiguration` (`kubescheduler.config.k8s.io/v1`), read as strictly as kube-scheduler
//! reads the file that `--config` names. What is not simulated, as extenders, is named.

use super::framework::{MAX_NODE_SCORE, PluginSet};
use super::plugins::{
    INTER_POD_AFFINITY, NODE_AFFINITY, NODE_RESOURCES_BALANCED_ALLOCATION, NODE_RESOURCES_FIT, PLUGINS, POD_TOPOLOGY_SPREAD, PluginId,
    VOLUME_BINDING,
};
use super::profile::{AddedAffinity, Profile, ScoringStrategy, StrategyType};
use super::queue::Backoff;
use crate::api::decode::{StrictError, WrongType, decode_component, strict_text};
use crate::api::node_affinity::{PreferredNodeAffinity, RequiredNodeAffinity};
use crate::api::{ArcStr, Cause, Object as _, Value, aggregate, distinct};
use crate::base::{Duration, List as _, text};
use crate::obj;

/// The group and version of the configuration.
const API_VERSION: &str = "kubescheduler.config.k8s.io/v1";
/// And its kind.
pub const KIND: &str = "KubeSchedulerConfiguration";
/// The best score of a point of a shape (`MaxCustomPriorityScore`).
const MAX_CUSTOM_SCORE: i64 = 10;
/// The weight of a resource where none is said, and the greatest.
const RESOURCE_WEIGHTS: [i64; 2] = [1, 100];
/// What the system's default constraints for spreading are called.
const SYSTEM_DEFAULTING: &str = "System";
/// Plugins of the default profile that neither filter nor score here.
const OTHER_PLUGINS: [&str; 5] = ["SchedulingGates", QUEUE_SORT, "NodeVolumeLimits", PREEMPTION, BINDER];
const QUEUE_SORT: &str = "PrioritySort";
const PREEMPTION: &str = "DefaultPreemption";
const BINDER: &str = "DefaultBinder";
/// Extension points at which plugins are always as `multiPoint` and their other points have them.
const FOLLOWING: [&str; 8] = ["preEnqueue", "preFilter", "preScore", "reserve", "permit", "preBind", "postBind", "queueSort"];

/// The configuration that a scheduler has of its own accord, as `--write-config-to` writes it: what of it has an effect here.
pub static DEFAULT: &str = include_str!("default_configuration.yaml");

/// How the scheduler is set up.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The schedulers that pods can name.
    pub profiles: Vec<Profile>,
    /// How long pods back off that no node would do for.
    pub backoff: Backoff,
}

/// What is wrong with a configuration, as kube-scheduler words it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum ConfigurationError {
    /// It is not a `KubeSchedulerConfiguration`: kind and version.
    #[error("no kind {0:?} is registered for version {1:?} in scheme \"pkg/scheduler/apis/config/scheme/scheme.go:30\"")]
    Kind(String, String),
    /// It cannot be decoded.
    #[error(transparent)]
    Undecodable(#[from] Undecodable),
    /// The arguments of a plugin cannot: its name and the path of its arguments.
    #[error("decoding args for plugin {0:?}: {2}")]
    Arguments(String, String, Undecodable),
    /// Values are wrong.
    #[error("{}", aggregate(&distinct(.0)))]
    Invalid(Vec<Cause>),
    /// A profile cannot be made: its name, and what is amiss with its plugins.
    #[error("initializing profiles: creating profile for scheduler name {0}: {1}")]
    Profile(ArcStr, PluginError),
    /// What is not simulated.
    #[error("{0} are not simulated")]
    NotSimulated(&'static str),
}

/// Why something is not of its type.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Undecodable {
    /// A value of a wrong type, as Go's decoder words it.
    #[error("{0}")]
    WrongType(WrongType),
    /// Fields that there are none of.
    #[error("{}", strict_text(.0))]
    Unknown(Vec<StrictError>),
}

impl ConfigurationError {
    /// The paths of what is wrong, each with why.
    pub fn places(&self) -> Vec<(String, String)> {
        let inside = |path: &str, why: &Undecodable| match why {
            Undecodable::WrongType(wrong) => vec![(join(path, &wrong.path), self.to_string())],
            Undecodable::Unknown(fields) => fields.iter().map(|e| (join(path, &e.path), e.message.clone())).list(),
        };
        match self {
            ConfigurationError::Undecodable(why) => inside("", why),
            ConfigurationError::Arguments(_, path, why) => inside(path, why),
            ConfigurationError::Invalid(causes) => causes.iter().map(|c| (c.field.clone(), format!("{}: {}", c.field, c.message))).list(),
            ConfigurationError::Kind(..) => vec![("kind".to_owned(), self.to_string())],
            ConfigurationError::Profile(..) => vec![("profiles".to_owned(), self.to_string())],
            ConfigurationError::NotSimulated(field) => vec![((*field).to_owned(), self.to_string())],
        }
    }
}

/// A path and one below it.
fn join(path: &str, below: &str) -> String {
    [path, below].into_iter().filter(|p| !p.is_empty()).list().join(".")
}

/// What is amiss with a profile's plugins.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum PluginError {
    /// Nobody is called so: the extension point's interface and the name.
    #[error("{0} {1:?} does not exist")]
    Unknown(&'static str, String),
    /// It has nothing to do there: the name and the interface.
    #[error("plugin {0:?} does not extend {1} plugin")]
    NotExtending(String, &'static str),
    /// It is named twice: the name and the interface.
    #[error("plugin {0:?} already registered as {1:?}")]
    Twice(String, &'static str),
    /// Nobody binds pods.
    #[error("at least one bind plugin is needed for profile with scheduler name {0:?}")]
    NoBinder(ArcStr),
    /// Nobody says who comes first.
    #[error("no queue sort plugin is enabled")]
    NoQueueSort,
}

impl Default for Configuration {
    fn default() -> Self {
        Configuration { profiles: vec![Profile::default()], backoff: Backoff::default() }
    }
}

impl Configuration {
    /// Reads a configuration; with it, what of it has no effect here.
    pub fn parse(value: &Value) -> Result<(Configuration, Vec<String>), ConfigurationError> {
        if !is_configuration(value) {
            return Err(ConfigurationError::Kind(value.kind().to_owned(), value.api_version().to_owned()));
        }
        let value = &decoded(KIND, value)?;
        if !value.get("extenders").items().is_empty() {
            return Err(ConfigurationError::NotSimulated("extenders"));
        }
        let mut reader = Reader::default();
        let percentage = reader.percentage("", value);
        let seconds = |name: &str, default: Duration| value.get(name).as_int().unwrap_or(default.as_secs() as i64);
        let default = Backoff::default();
        let (initial, max) = (seconds("podInitialBackoffSeconds", default.initial), seconds("podMaxBackoffSeconds", default.max));
        let mut profiles: Vec<Profile> = Vec::new();
        for (i, given) in value.get("profiles").items().iter().enumerate() {
            let path = format!("profiles[{i}]");
            let profile = reader.profile(&path, given, percentage)?;
            if let Some(first) = profiles.iter().position(|p| p.name == profile.name) {
                reader.wrong.push(Cause::duplicate(format!("{path}.schedulerName"), &format!("profiles[{first}].schedulerName").into()));
            }
            profiles.push(profile);
        }
        if profiles.is_empty() {
            profiles.push(Profile { percentage_of_nodes_to_score: percentage, ..Profile::default() });
        }
        if initial <= 0 {
            reader.invalid("podInitialBackoffSeconds", initial, "must be greater than 0");
        }
        if max < initial {
            reader.invalid("podMaxBackoffSeconds", max, "must be greater than or equal to PodInitialBackoffSeconds");
        }
        if !reader.wrong.is_empty() {
            return Err(ConfigurationError::Invalid(reader.wrong));
        }
        for (profile, given) in profiles.iter_mut().zip(value.get("profiles").items()) {
            choose_plugins(profile, given.get("plugins")).map_err(|e| ConfigurationError::Profile(profile.name.clone(), e))?;
        }
        let [initial, max] = [initial, max].map(|seconds| Duration::from_secs(seconds.unsigned_abs()));
        let backoff = Backoff { initial, max };
        Ok((Configuration { profiles, backoff }, reader.without_effect))
    }
}

/// Whether a value says that it is a configuration of the scheduler.
pub fn is_configuration(value: &Value) -> bool {
    (value.kind(), value.api_version()) == (KIND, API_VERSION)
}

/// Reads a value as what is called so in the configuration's package, or says what is wrong with it.
fn decoded(ty: &str, value: &Value) -> Result<Value, Undecodable> {
    let (value, strict) = decode_component(ty, value).map_err(Undecodable::WrongType)?;
    if strict.is_empty() { Ok(value) } else { Err(Undecodable::Unknown(strict)) }
}

/// Collects what is wrong, and what has no effect.
#[derive(Default)]
struct Reader {
    wrong: Vec<Cause>,
    without_effect: Vec<String>,
}

impl Reader {
    fn invalid(&mut self, path: &str, value: impl Into<Value>, why: &str) {
        self.wrong.push(Cause::invalid(path, &value.into(), why));
    }

    /// `percentageOfNodesToScore` of a configuration or of a profile at this path.
    fn percentage(&mut self, path: &str, of: &Value) -> usize {
        let n = of.get("percentageOfNodesToScore").int();
        if !(0..=100).contains(&n) {
            self.invalid(&format!("{path}percentageOfNodesToScore"), n, "not in valid range [0-100]");
        }
        usize::try_from(n).unwrap_or(0)
    }

    fn profile(&mut self, path: &str, given: &Value, percentage: usize) -> Result<Profile, ConfigurationError> {
        let mut profile = Profile { percentage_of_nodes_to_score: percentage, ..Profile::default() };
        if let Some(name) = given.get("schedulerName").as_str() {
            profile.name = ArcStr::from(name);
        }
        if profile.name.is_empty() {
            self.wrong.push(Cause::required(format!("{path}.schedulerName"), ""));
        }
        if !given.get("percentageOfNodesToScore").is_null() {
            profile.percentage_of_nodes_to_score = self.percentage(&format!("{path}."), given);
        }
        for point in FOLLOWING.iter().filter(|point| !given.at(&["plugins", point]).is_empty()) {
            self.without_effect.push(format!("{path}.plugins.{point}"));
        }
        let mut seen: Vec<&str> = Vec::new();
        for (i, config) in given.get("pluginConfig").items().iter().enumerate() {
            let (name, at) = (config.get("name").str(), format!("{path}.pluginConfig[{i}]"));
            if seen.contains(&name) {
                self.wrong.push(Cause::duplicate(at.clone(), &name.into()));
            }
            seen.push(name);
            self.arguments(&mut profile, name, config.get("args"), &format!("{at}.args"))?;
        }
        Ok(profile)
    }

    /// Takes over the arguments of a plugin.
    fn arguments(&mut self, profile: &mut Profile, name: &str, args: &Value, path: &str) -> Result<(), ConfigurationError> {
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

    /// Points of a line, each with its score of [`MAX_NODE_SCORE`].
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

/// A plugin that is enabled, with the weight that is said, or 0.
type Enabled<'a> = (&'a str, i64);

/// Those that a set enables.
fn enabled(set: &Value) -> Vec<Enabled<'_>> {
    set.get("enabled").items().iter().map(|p| (p.get("name").str(), p.get("weight").int())).list()
}

/// Whether a set disables a plugin, by its name or with all others.
fn disables(set: &Value, name: &str) -> bool {
    set.get("disabled").items().iter().any(|p| matches!(p.get("name").str(), n if n == name || n == "*"))
}

/// Which plugins a profile filters and scores by, and with which weights.
// Models mergePlugins and frameworkImpl.expandMultiPointPlugins.
fn choose_plugins(profile: &mut Profile, plugins: &Value) -> Result<(), PluginError> {
    let multi_point = plugins.get("multiPoint");
    let usual = PLUGINS.iter().map(|p| (p.name(), p.default_weight())).chain(OTHER_PLUGINS.iter().map(|name| (*name, 0)));
    let mut everywhere: Vec<Enabled> = usual.filter(|(name, _)| !disables(multi_point, name)).list();
    for (name, weight) in enabled(multi_point) {
        if plugin_of(name).is_none() && !OTHER_PLUGINS.contains(&name) {
            return Err(PluginError::Unknown("PreFilterPlugin", name.to_owned()));
        }
        match everywhere.iter_mut().find(|p| p.0 == name) {
            Some(usual) => usual.1 = weight,
            None => everywhere.push((name, weight)),
        }
    }
    // A weight of nothing is none that could be meant.
    let at_point = |point: &str, interface: &'static str, extends: &dyn Fn(&str) -> bool| {
        let set = plugins.get(point);
        let mut chosen: Vec<Enabled> = Vec::new();
        for (name, weight) in enabled(set) {
            if plugin_of(name).is_none() && !OTHER_PLUGINS.contains(&name) {
                return Err(PluginError::Unknown(interface, name.to_owned()));
            }
            if !extends(name) {
                return Err(PluginError::NotExtending(name.to_owned(), interface));
            }
            if chosen.iter().any(|c| c.0 == name) {
                return Err(PluginError::Twice(name.to_owned(), interface));
            }
            chosen.push((name, weight.max(1)));
        }
        let named = chosen.len();
        for (name, weight) in everywhere.iter().filter(|(name, _)| extends(name) && !disables(set, name)) {
            if !chosen[..named].iter().any(|c| c.0 == *name) {
                chosen.push((name, (*weight).max(1)));
            }
        }
        Ok(chosen)
    };
    let filters = at_point("filter", "FilterPlugin", &|name| plugin_of(name).is_some_and(|id| PLUGINS[usize::from(id)].filters()))?;
    profile.filters = PluginSet::default();
    filters.iter().filter_map(|(name, _)| plugin_of(name)).for_each(|id| profile.filters.insert(id));
    let scores = at_point("score", "ScorePlugin", &|name| plugin_of(name).is_some_and(|id| PLUGINS[usize::from(id)].default_weight() > 0))?;
    profile.weights = vec![0; PLUGINS.len()];
    for (name, weight) in scores {
        if let Some(id) = plugin_of(name) {
            profile.weights[usize::from(id)] = weight;
        }
    }
    profile.preempts = !at_point("postFilter", "PostFilterPlugin", &|name| name == PREEMPTION)?.is_empty();
    if at_point("bind", "BindPlugin", &|name| name == BINDER)?.is_empty() {
        return Err(PluginError::NoBinder(profile.name.clone()));
    }
    if at_point("queueSort", "QueueSortPlugin", &|name| name == QUEUE_SORT)?.is_empty() {
        return Err(PluginError::NoQueueSort);
    }
    Ok(())
}

fn plugin_of(name: &str) -> Option<PluginId> {
    (0..).zip(PLUGINS).find(|(_, p)| text::same(p.name(), name)).map(|(id, _)| id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::yaml::read_value;

    fn parsed(profile: &str) -> Result<Configuration, String> {
        let text = format!("apiVersion: {API_VERSION}\nkind: {KIND}\n{profile}\n");
        let value = read_value(&text).expect("the test's YAML");
        Configuration::parse(&value).map(|(c, _)| c).map_err(|e| e.to_string())
    }

    fn filters_and_weights(plugins: &str) -> Result<(Vec<&'static str>, Vec<(&'static str, i64)>), String> {
        let profile = parsed(&format!("profiles: [{{plugins: {plugins}}}]"))?.profiles.remove(0);
        let named = |id: PluginId| PLUGINS[usize::from(id)].name();
        let weights = (0..).zip(&profile.weights).filter(|(_, w)| **w > 0).map(|(id, w)| (named(id), *w)).list();
        Ok((profile.filters.iter().map(named).list(), weights))
    }

    #[test]
    fn what_a_scheduler_has_of_its_own_accord_is_read_back() {
        let (read, without_effect) = Configuration::parse(&read_value(DEFAULT).expect("its YAML")).expect("what it writes");
        assert_eq!(format!("{read:?}"), format!("{:?}", Configuration::default()));
        assert_eq!(without_effect, Vec::<String>::new());
        assert_eq!(format!("{:?}", parsed("").expect("nothing said")), format!("{:?}", Configuration::default()));
    }

    #[test]
    fn plugins_are_merged() {
        let usual = filters_and_weights("{}").expect("the usual");
        assert_eq!(usual.0.len(), 12);
        assert_eq!(usual.1[..3], [("TaintToleration", 3), ("NodeAffinity", 2), ("NodeResourcesFit", 1)]);
        let weight_of = |plugins: &str, name: &str| {
            let all = filters_and_weights(plugins).expect(plugins).1;
            all.iter().find(|p| p.0 == name).map_or(0, |p| p.1)
        };
        for (plugins, name, weight) in [
            ("{score: {enabled: [{name: NodeResourcesFit, weight: 5}]}}", "NodeResourcesFit", 5),
            // Who names a plugin without a weight gives it the least.
            ("{score: {enabled: [{name: TaintToleration}]}}", "TaintToleration", 1),
            ("{multiPoint: {enabled: [{name: TaintToleration, weight: 7}]}}", "TaintToleration", 7),
            ("{score: {disabled: [{name: ImageLocality}]}}", "ImageLocality", 0),
            ("{score: {disabled: [{name: '*'}]}}", "NodeAffinity", 0),
            ("{score: {disabled: [{name: '*'}], enabled: [{name: NodeAffinity, weight: 4}]}}", "NodeAffinity", 4),
        ] {
            assert_eq!(weight_of(plugins, name), weight, "{plugins}");
        }
        let filters = filters_and_weights("{filter: {disabled: [{name: NodeUnschedulable}]}}").expect("one fewer").0;
        assert_eq!((filters.len(), filters[0]), (11, "NodeName"));
        assert!(
            !parsed("profiles: [{plugins: {postFilter: {disabled: [{name: DefaultPreemption}]}}}]").expect("read").profiles[0].preempts
        );
    }

    #[test]
    fn what_is_wrong_is_told_as_kube_scheduler_tells_it() {
        let of_profile = "initializing profiles: creating profile for scheduler name default-scheduler: ";
        let fit =
            |strategy: &str| format!("profiles: [{{pluginConfig: [{{name: NodeResourcesFit, args: {{scoringStrategy: {strategy}}}}}]}}]");
        let strategy = "profiles[0].pluginConfig[0].args.scoringStrategy";
        for (text, want) in [
            ("profilez: []".to_owned(), "strict decoding error: unknown field \"profilez\"".to_owned()),
            (
                "profiles: {}".to_owned(),
                "json: cannot unmarshal object into Go struct field KubeSchedulerConfiguration.profiles of type []v1.KubeSchedulerProfile".to_owned(),
            ),
            (
                "profiles: [{schedulerName: a}, {schedulerName: a}]".to_owned(),
                "profiles[1].schedulerName: Duplicate value: \"profiles[0].schedulerName\"".to_owned(),
            ),
            (
                "percentageOfNodesToScore: 101\npodInitialBackoffSeconds: 0".to_owned(),
                "[percentageOfNodesToScore: Invalid value: 101: not in valid range [0-100], podInitialBackoffSeconds: Invalid value: 0: must be greater than 0]".to_owned(),
            ),
            (
                "podMaxBackoffSeconds: 0".to_owned(),
                "podMaxBackoffSeconds: Invalid value: 0: must be greater than or equal to PodInitialBackoffSeconds".to_owned(),
            ),
            (
                fit("{type: Best}"),
                format!("{strategy}.type: Unsupported value: \"Best\": supported values: \"LeastAllocated\", \"MostAllocated\", \"RequestedToCapacityRatio\""),
            ),
            (
                fit("{type: RequestedToCapacityRatio}"),
                format!("{strategy}.requestedToCapacityRatio: Required value: must be specified when type is RequestedToCapacityRatio"),
            ),
            (
                fit("{type: MostAllocated, resources: [{name: cpu, weight: 101}]}"),
                format!("{strategy}.resources[0].weight: Invalid value: 101: resource weight of cpu not in valid range (0, 100]"),
            ),
            (
                fit("{type: RequestedToCapacityRatio, requestedToCapacityRatio: {shape: [{utilization: 50, score: 11}, {utilization: 50, score: 0}]}}"),
                format!(
                    "[{strategy}.requestedToCapacityRatio.shape[1].utilization: Invalid value: 50: values must be sorted in increasing order, \
                     {strategy}.requestedToCapacityRatio.shape[0].score: Invalid value: 11: not in valid range [0, 10]]"
                ),
            ),
            (fit("{typ: x}"), "decoding args for plugin \"NodeResourcesFit\": strict decoding error: unknown field \"scoringStrategy.typ\"".to_owned()),
            (
                "profiles: [{plugins: {score: {enabled: [{name: Best}]}}}]".to_owned(),
                format!("{of_profile}ScorePlugin \"Best\" does not exist"),
            ),
            (
                "profiles: [{plugins: {score: {enabled: [{name: NodeName}]}}}]".to_owned(),
                format!("{of_profile}plugin \"NodeName\" does not extend ScorePlugin plugin"),
            ),
            (
                "profiles: [{plugins: {bind: {disabled: [{name: '*'}]}}}]".to_owned(),
                format!("{of_profile}at least one bind plugin is needed for profile with scheduler name \"default-scheduler\""),
            ),
            ("extenders: [{urlPrefix: http://x}]".to_owned(), "extenders are not simulated".to_owned()),
        ] {
            assert_eq!(parsed(&text).expect_err(&text), want, "{text}");
        }
    }
}
