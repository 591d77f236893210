//! `KubeSchedulerConfiguration` (`kubescheduler.config.k8s.io/v1`), decoded as strictly as kube-scheduler decodes the file that `--config`
//! names. What is not simulated, such as extenders, is refused by name.

mod arguments;
mod error;
mod plugins;

pub use error::{ConfigurationError, PluginError, Undecodable};
use plugins::choose_plugins;

use super::profile::Profile;
use super::queue::Backoff;
use crate::api::decode::decode_component;
use crate::api::{ArcStr, Cause, Object as _, Value};
use crate::base::Duration;

/// The group and version of the configuration.
const API_VERSION: &str = "kubescheduler.config.k8s.io/v1";
/// The kind of the configuration.
pub const KIND: &str = "KubeSchedulerConfiguration";
/// Extension points whose plugins cannot be configured here: they follow from `multiPoint` and the others.
const FOLLOWING: [&str; 8] = ["preEnqueue", "preFilter", "preScore", "reserve", "permit", "preBind", "postBind", "queueSort"];

/// The default configuration, as `--write-config-to` writes it, as far as it has an effect here.
pub static DEFAULT: &str = include_str!("default_configuration.yaml");

/// A configuration of the scheduler.
#[derive(Clone, Debug)]
pub struct Configuration {
    /// The profiles.
    pub profiles: Vec<Profile>,
    /// How long unschedulable pods back off.
    pub backoff: Backoff,
}

impl Default for Configuration {
    fn default() -> Self {
        Configuration { profiles: vec![Profile::default()], backoff: Backoff::default() }
    }
}

impl Configuration {
    /// Decodes a configuration; also returns what in it has no effect here.
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

/// Whether a value is a configuration of the scheduler, by its kind.
pub fn is_configuration(value: &Value) -> bool {
    (value.kind(), value.api_version()) == (KIND, API_VERSION)
}

/// Decodes a value as the type of this name in the configuration's package.
fn decoded(ty: &str, value: &Value) -> Result<Value, Undecodable> {
    let (value, strict) = decode_component(ty, value).map_err(Undecodable::WrongType)?;
    if strict.is_empty() { Ok(value) } else { Err(Undecodable::Unknown(strict)) }
}

/// Collects errors, and what has no effect.
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
}

#[cfg(test)]
mod tests {
    use super::super::plugins::{PLUGINS, PluginId};
    use super::*;
    use crate::api::yaml::read_value;
    use crate::base::List as _;

    fn parsed(profile: &str) -> Result<Configuration, ConfigurationError> {
        let text = format!("apiVersion: {API_VERSION}\nkind: {KIND}\n{profile}\n");
        let value = read_value(&text).expect("the test's YAML");
        Configuration::parse(&value).map(|(c, _)| c)
    }

    fn filters_and_weights(plugins: &str) -> Result<(Vec<&'static str>, Vec<(&'static str, i64)>), ConfigurationError> {
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
            assert_eq!(parsed(&text).expect_err(&text).to_string(), want, "{text}");
        }
    }
}
