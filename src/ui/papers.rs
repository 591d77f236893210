//! What pods have of ConfigMaps and Secrets: how each copy stands to its source, and how a newer one is carried in.

use yew::prelude::*;

use kubarium::base::{SortedMap, Time};
use kubarium::sim::Sim;
use kubarium::views::{ClusterView, Copied, Sheet, object, sheets};

use super::format::seconds_to;
use super::i18n::{Text, fill};
use super::icons::Icon;
use super::lang::Lang;
use super::state::Subject;
use super::vendor::carry;

/// A pod's copy of a source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Paper {
    /// How it stands to its source.
    pub state: Copied,
    /// The source's version.
    pub version: String,
    /// The source's UID.
    pub from: String,
    /// Seconds until the kubelet brings a newer one, at the latest; none where it does not.
    pub left_s: Option<String>,
}

impl Paper {
    /// The copy that a sheet tells of, where it stands like this.
    pub fn of(sheet: &Sheet, state: Copied, now: Time) -> Paper {
        let left_s = sheet.until.filter(|_| state == Copied::Late).map(|until| seconds_to(until, now));
        Paper { state, version: sheet.version.clone(), from: sheet.uid.clone(), left_s }
    }

    /// Its tone, its sign, its words.
    pub fn look(&self, lang: Lang) -> (&'static str, Icon, String) {
        let (tone, icon, text) = match self.state {
            Copied::Fresh => ("ok", Icon::Check, Text::FileFresh),
            Copied::Late => ("warn", Icon::Hourglass, Text::FileLate),
            Copied::Stale => ("gone", Icon::Bang, Text::EnvStale),
        };
        let left = self.left_s.as_ref().map(|s| fill(Text::FileLateIn.t(lang), &[s]));
        (tone, icon, left.unwrap_or_else(|| text.t(lang).to_owned()))
    }

    /// It as a sheet with a name, which may be empty.
    pub fn draw(&self, name: &str, lang: Lang) -> Html {
        let (tone, icon, words) = self.look(lang);
        let left = self.left_s.as_ref().map(|s| format!("{s}s"));
        html! { <span class={classes!("sign", tone)} data-from={self.from.clone()} title={words.clone()}>{ Icon::File.draw() }{ name }{ icon.draw() }<b aria-hidden="true">{ left }</b><span class="sr">{ words }</span></span> }
    }
}

/// What the picture shows of ConfigMaps and Secrets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Papers {
    /// By pod: the copy that is about to be replaced, or else the one that stands worst.
    pub pods: SortedMap<String, Paper>,
    /// The sources that pods have copies of, and how many of these the kubelets have yet to bring.
    pub sources: Vec<(Subject, usize)>,
    /// Whether not every pod was looked at, but one of each owner: there may be more old copies.
    pub partly: bool,
}

/// The most pods that are asked for their ConfigMaps and Secrets.
const PODS_MAX: usize = 48;

impl Papers {
    /// How the copies of all pods stand; where there are too many, which sources they have.
    pub fn of(sim: &Sim, view: &ClusterView) -> Papers {
        let mut all = Papers { partly: view.pods().nth(PODS_MAX).is_some(), ..Papers::default() };
        let mut owners = Vec::new();
        for pod in view.pods() {
            // Of many pods one of each owner is looked at: the others have the same sources.
            if all.partly {
                let owner = pod.owner.as_ref().map(|o| o.uid.as_str());
                if owners.len() == PODS_MAX || owners.contains(&owner) {
                    continue;
                }
                owners.push(owner);
            }
            let found = object(sim, "Pod", &pod.namespace, &pod.name).map(|o| sheets(sim, o)).unwrap_or_default();
            for sheet in &found {
                let late = usize::from(sheet.files == Some(Copied::Late));
                match all.sources.iter_mut().find(|s| s.0.uid == sheet.uid) {
                    Some(source) => source.1 += late,
                    None => {
                        let [kind, name, uid] = [sheet.kind, &sheet.name, &sheet.uid].map(str::to_owned);
                        all.sources.push((Subject { kind, namespace: pod.namespace.clone(), name, uid }, late));
                    }
                }
            }
            // What is about to come is told before what stays old.
            let worst = |s: &Sheet| if s.files == Some(Copied::Late) { s.files } else { s.files.max(s.environment) };
            let shown = found.iter().max_by_key(|s| (s.files == Some(Copied::Late), worst(s), s.version.len(), s.version.clone()));
            if all.partly {
                continue;
            }
            if let Some((sheet, state)) = shown.and_then(|s| Some((s, worst(s)?))) {
                all.pods.insert(pod.key.clone(), Paper::of(sheet, state, sim.now()));
            }
        }
        all
    }

    /// Lets those copies that have come since `before` come from where their sources are drawn.
    pub fn bring(&self, before: &Papers) {
        for (pod, was) in before.pods.iter().filter(|p| p.1.state == Copied::Late) {
            // Where the same source is of another version, somebody has gone to another moment.
            if self.pods.get(pod).is_some_and(|is| is.state != Copied::Late && (is.from != was.from || is.version == was.version)) {
                carry(pod, &was.from);
            }
        }
    }
}
