//! What pods have of ConfigMaps and Secrets: how each copy stands to its source, and how a newer one is carried in.

use web_sys::Element;
use yew::prelude::*;

use kubarium::base::{SortedMap, Time};
use kubarium::sim::Sim;
use kubarium::views::{ClusterView, Copied, Sheet, object, sheets};

use super::format::seconds_to;
use super::i18n::{Lang, Text, fill};
use super::icons::Icon;
use super::state::Subject;
use super::vendor::carry;

/// A pod's copy of a source.
#[derive(Clone, Debug, PartialEq)]
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
}

/// What the picture shows of ConfigMaps and Secrets.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Papers {
    /// By pod: the copy that stands worst.
    pub pods: SortedMap<String, Paper>,
    /// The sources that pods have copies of, and how many of these the kubelets have yet to bring.
    pub sources: Vec<(Subject, usize)>,
}

/// The most pods of whose ConfigMaps and Secrets the picture says how they stand.
const PODS_MAX: usize = 18;

impl Papers {
    /// How the copies of all pods stand, where there are not too many.
    pub fn of(sim: &Sim, view: &ClusterView) -> Papers {
        let mut all = Papers::default();
        if view.pods().nth(PODS_MAX).is_some() {
            return all;
        }
        for pod in view.pods() {
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
            let worst = found.iter().filter_map(|s| Some((s.files.max(s.environment)?, &s.version, s))).max_by_key(|w| (w.0, w.1));
            if let Some((state, _, sheet)) = worst {
                all.pods.insert(pod.key.clone(), Paper::of(sheet, state, sim.now()));
            }
        }
        all
    }
}

/// What a copy needs to be drawn.
#[derive(Clone, PartialEq, Properties)]
pub struct CopyProps {
    /// The copy.
    pub paper: Paper,
    /// What stands beside its signs.
    #[prop_or_default]
    pub children: Html,
}

/// A copy as a sheet; a newer one comes from where its source is drawn, by way of the node, whose kubelet carries it.
#[component]
pub fn Copy(props: &CopyProps) -> Html {
    let lang = super::state::use_lang();
    let (place, was_late) = (use_node_ref(), use_mut_ref(|| false));
    use_effect_with((props.paper.state == Copied::Late, props.paper.from.clone()), {
        let place = place.clone();
        move |(is_late, from)| {
            if let (true, false, Some(sign)) = (was_late.replace(*is_late), *is_late, place.cast::<Element>()) {
                carry(&sign, from);
            }
        }
    });
    let (tone, icon, words) = props.paper.look(lang);
    html! {
        <span ref={place} class={classes!("sign", tone)} title={words.clone()}>
            { Icon::File.draw() }{ props.children.clone() }{ icon.draw() }if let Some(s) = &props.paper.left_s { <b aria-hidden="true">{ s }{ "s" }</b> }<span class="sr">{ format!(" {words} ") }</span>
        </span>
    }
}
