//! What was decided and why, in tables: the scheduler's verdict, a container's ends, what a service selects, an autoscaler's
//! arithmetic, what holds a deletion, what changed. Every table is the same thing drawn the same way.

use yew::prelude::*;

use kubarium::api::{ArcStr, Kind, Object, Value, kinds};
use kubarium::base::{Case as _, List as _, Order as _, SortedMap, Time, base64::decoded_len};
use kubarium::sim::Sim;
use kubarium::views::{self, Membership, PodView};

use super::format::short_clock;
use super::i18n::{Text, fill};
use super::icons::{Icon, health_icon, health_tone};
use super::lang::Lang;
use super::link::{use_lang, use_link};
use super::look::Moment;
use super::pod_cell::spoken;
use super::state::Subject;

/// A table with a title and a sentence.
#[derive(Default)]
struct Sheet {
    title: Option<Text>,
    note: String,
    heads: Vec<String>,
    rows: Vec<Row>,
    open: bool,
}

/// A row: its tone, which is a state's colour and icon, and its cells; the last is as wide as the rest of the table.
type Row = (&'static str, Vec<String>);

/// How many objects that differ are named.
const DIFFERENCES_MAX: usize = 30;
/// How many letters of a ConfigMap's value are shown: its YAML has all.
const DATA_CHARS_MAX: usize = 2000;
/// How many pods of a namespace a service's table names.
const PODS_MAX: usize = 40;

/// All there is to say of an object, table by table.
pub fn evidence(sim: &Sim, subject: &Subject, lang: Lang) -> Html {
    let Some(object) = views::object(sim, &subject.kind, &subject.namespace, &subject.name) else { return html! {} };
    let sheets = [
        data(object, lang),
        holds(object, lang),
        if subject.kind == "HorizontalPodAutoscaler" { scaling(sim, object, lang) } else { Sheet::default() },
        if subject.kind == "Pod" { placement(sim, object, lang) } else { Sheet::default() },
        if subject.kind == "Pod" { ends(sim, object, lang) } else { Sheet::default() },
        queues(sim, object, lang),
        services(sim, object, lang),
        requests(sim, object, lang),
        if subject.kind == "Pod" { mounted(sim, object, lang) } else { Sheet::default() },
        edits(sim, object, lang),
    ];
    html! { <>{ for sheets.into_iter().map(draw) }</> }
}

/// What it takes to set a branch beside the one that it left.
#[derive(Clone, PartialEq, Properties)]
pub struct BesideProps {
    /// When that is, and how far the other one has come then: all objects are compared anew only when one of the two changes.
    pub moment: Moment,
    /// The other one's revision.
    pub revision: u64,
    /// What both are called.
    pub names: [String; 2],
}

/// This branch beside the one that it left: what differs now.
#[component]
pub fn Beside(props: &BesideProps) -> Html {
    let (lang, link) = (use_lang(), use_link());
    let host = link.host.borrow();
    host.beside().map_or_else(Html::default, |parent| beside_parent(host.sim(), parent, &props.names, lang))
}

fn beside_parent(sim: &Sim, parent: &Sim, names: &[String; 2], lang: Lang) -> Html {
    let rows = views::compare(sim, parent, DIFFERENCES_MAX).into_iter();
    let rows: Vec<Row> = rows.map(|[kind, name, here, there]| ("", vec![format!("{} {name}", kind.lower()), here, there])).list();
    if rows.is_empty() {
        return html! { <p class="tag ok">{ Icon::Check.draw() }{ fill(Text::NothingDiffers.t(lang), &[&names[1]]) }</p> };
    }
    let at = |s: &Sim, name: &str| format!("{name} · {}", short_clock(s.now()));
    let [here, there] = [at(sim, &names[0]), at(parent, &names[1])];
    let heads = vec![Text::Name.t(lang).to_owned(), here.clone(), there.clone()];
    let table = draw(Sheet { title: Some(Text::Beside), heads, rows, open: true, ..Sheet::default() });
    html! { <div>{ table }{ pairs(sim, parent, [here, there], lang) }</div> }
}

/// The pods that are not the same in two courses, name by name, each with its sign.
fn pairs(sim: &Sim, parent: &Sim, titles: [String; 2], lang: Lang) -> Html {
    let mut pods: SortedMap<[String; 2], [Option<PodView>; 2]> = SortedMap::new();
    for (side, sim) in [sim, parent].into_iter().enumerate() {
        for pod in sim.api().iter(kinds::POD, None) {
            let pod = PodView::of(pod, None);
            let name = [pod.namespace.clone(), pod.name.clone()];
            pods.entry(name).or_default()[side] = Some(pod);
        }
    }
    let all = pods.len();
    let looks = |pod: &Option<PodView>| pod.as_ref().map(|p| (p.status.clone(), p.health, p.node.clone()));
    let differ: Vec<_> = pods.into_values().filter(|[here, there]| looks(here) != looks(there)).list();
    let same = all - differ.len();
    let cell = |pod: &Option<PodView>| match pod {
        Some(p) => {
            html! { <span class={classes!("tag", health_tone(p.health))} title={spoken(p, lang)}>{ health_icon(p.health).draw() }<span>{ &p.name }</span></span> }
        }
        None => html! { <span class="tag">{ "–" }</span> },
    };
    html! {
        <div class="sides">
            for title in titles { <b>{ title }</b> }
            for pod in differ.iter().take(DIFFERENCES_MAX).flatten() { { cell(pod) } }
            if differ.len() > DIFFERENCES_MAX { <small>{ fill(Text::AndMore.t(lang), &[&(differ.len() - DIFFERENCES_MAX).to_string()]) }</small> }
            if same > 0 { <small>{ fill(Text::PodsSame.t(lang), &[&same.to_string()]) }</small> }
        </div>
    }
}

/// What a ConfigMap holds; of a Secret and of what is no text how much, as `kubectl describe` has it.
fn data(object: &Value, lang: Lang) -> Sheet {
    let secret = match object.kind() {
        "ConfigMap" => false,
        "Secret" => true,
        _ => return Sheet::default(),
    };
    let bytes = |text: &str| fill(Text::Bytes.t(lang), &[&decoded_len(text).to_string()]);
    let words = |text: &str| match text.char_indices().nth(DATA_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    };
    let told = |binary: bool| {
        move |(key, value): (&ArcStr, &Value)| {
            let text = value.str();
            ("", vec![key.to_string(), if binary { bytes(text) } else { words(text) }])
        }
    };
    let rows = object.get("data").entries().map(told(secret)).chain(object.get("binaryData").entries().map(told(true)));
    let heads = vec![Text::Name.t(lang).to_owned(), Text::Value.t(lang).to_owned()];
    Sheet { title: Some(Text::Data), heads, rows: rows.list(), open: true, ..Sheet::default() }
}

fn draw(sheet: Sheet) -> Html {
    let Some(title) = sheet.title.filter(|_| !sheet.rows.is_empty()) else { return html! {} };
    let width = sheet.heads.len();
    html! {
        <SheetView {title} open={sheet.open} n={sheet.rows.len()}>
            if !sheet.note.is_empty() { <p class="note">{ sheet.note }</p> }
            <div class="scroll" tabindex="0"><table>
                if !sheet.heads.iter().all(String::is_empty) { <thead><tr>for h in sheet.heads { <th scope="col">{ h }</th> }</tr></thead> }
                <tbody>
                    for (tone, cells) in sheet.rows {
                        <tr>{ for row(tone, cells, width) }</tr>
                    }
                </tbody>
            </table></div>
        </SheetView>
    }
}

fn row(tone: &'static str, cells: Vec<String>, width: usize) -> Vec<Html> {
    let (last, icon) = (
        cells.len() - 1,
        match tone {
            "ok" => Some(Icon::Check),
            "warn" => Some(Icon::Hourglass),
            "bad" => Some(Icon::Cross),
            _ => None,
        },
    );
    let cell = |(i, text): (usize, String)| {
        let span = if i == last { width - last } else { 1 };
        html! { <td colspan={span.to_string()} class={classes!((i == last).then_some("wrap"))}>{ match icon.filter(|_| i == 0) {
            Some(icon) => html! { <span class={classes!("lead", tone)}>{ icon.draw() }<span>{ text }</span></span> },
            None => text.into(),
        } }</td> }
    };
    cells.into_iter().enumerate().map(cell).list()
}

#[derive(Clone, PartialEq, Properties)]
struct SheetProps {
    title: Text,
    open: bool,
    n: usize,
    children: Html,
}

/// A sheet that can be folded; whether it is, is the visitor's from then on.
#[component]
fn SheetView(props: &SheetProps) -> Html {
    let lang = use_lang();
    let open = use_state(|| None);
    let is_open = (*open).unwrap_or(props.open);
    let onclick = {
        let open = open.clone();
        Callback::from(move |_: MouseEvent| open.set(Some(!is_open)))
    };
    html! {
        <div class="sheet">
            <h3><button {onclick} aria-expanded={is_open.to_string()}>{ if is_open { Icon::Open } else { Icon::Folded }.draw() }{ props.title.t(lang) }<small>{ props.n }</small></button></h3>
            if is_open { { props.children.clone() } }
        </div>
    }
}

fn heads(texts: &[Text], lang: Lang) -> Vec<String> {
    texts.iter().map(|t| t.t(lang).to_owned()).list()
}

fn clock(t: Option<Time>) -> String {
    t.map(short_clock).unwrap_or_default()
}

/// Of at most so many nodes each is a column.
const COLUMNS_MAX: usize = 4;

/// A plugin that scores, with what its scores are multiplied by.
fn weighted((plugin, weight): &(&str, i64)) -> String {
    if *weight == 1 { (*plugin).to_owned() } else { format!("{plugin} ×{weight}") }
}

/// The scheduler's table: nodes by plugins; where a few nodes were scored and none refused, plugins by nodes, as that is seen whole.
fn placement(sim: &Sim, pod: &Value, lang: Lang) -> Sheet {
    let Some(d) = views::placement(sim, pod.uid()) else { return Sheet::default() };
    let mut plugins: Vec<(&str, i64)> = Vec::new();
    for score in (0..d.rows.len()).flat_map(|row| d.scores(row)).filter(|s| s.normalized != 0) {
        if !plugins.contains(&(score.plugin, score.weight)) {
            plugins.push((score.plugin, score.weight));
        }
    }
    let given = |row: usize, plugin: &str| d.scores(row).find(|s| s.plugin == plugin).map_or(0, |s| s.normalized * s.weight);
    // Why it got none is said above the table.
    let result = match d.rows.iter().filter(|r| r.refused.is_none()).map(|r| r.total).max() {
        _ if d.node.is_empty() => String::new(),
        best => match d.rows.iter().filter(|r| r.refused.is_none() && Some(r.total) == best).count() {
            0 | 1 => fill(Text::PlacedOn.t(lang), &[&d.node]),
            n => fill(Text::PlacedAmong.t(lang), &[&n.to_string(), &d.node]),
        },
    };
    let counts = [d.attempt.to_string(), short_clock(d.at), d.evaluated.to_string(), d.nodes.to_string()];
    let sheet = Sheet {
        title: Some(Text::Placement),
        note: format!("{} {result}", fill(Text::PlacementNote.t(lang), &counts.each_ref().map(String::as_str))),
        open: d.node.is_empty(),
        ..Sheet::default()
    };
    if !plugins.is_empty() && d.rows.len() <= COLUMNS_MAX && d.rows.iter().all(|r| r.refused.is_none()) {
        let numbers = |of: &dyn Fn(usize) -> i64| (0..d.rows.len()).map(|row| of(row).to_string()).list();
        let line = |name: String, numbers: Vec<String>| ("", std::iter::once(name).chain(numbers).list());
        let mut rows: Vec<Row> = plugins.iter().map(|p| line(weighted(p), numbers(&|row| given(row, p.0)))).list();
        rows.push(line(Text::Sum.t(lang).to_owned(), numbers(&|row| d.rows[row].total)));
        let named = d.rows.iter().map(|r| if r.node == d.node { format!("✓\u{a0}{}", r.node) } else { r.node.to_string() });
        return Sheet { heads: std::iter::once(Text::Plugin.t(lang).to_owned()).chain(named).list(), rows, ..sheet };
    }
    let rows = d.rows.iter().enumerate().map(|(row, r)| {
        let mut cells = vec![r.node.to_string()];
        match &r.refused {
            Some(refusal) => {
                let told = refusal.reasons.iter().map(|r| match &r.shortage {
                    Some(s) => {
                        let amounts = [&s.requested, &s.free, &s.capacity].map(ToString::to_string);
                        format!("{} ({})", r.text, fill(Text::Shortage.t(lang), &amounts.each_ref().map(String::as_str)))
                    }
                    None => r.text.clone(),
                });
                cells.push(format!("{}: {}", refusal.plugin, told.list().join("; ")));
            }
            None => {
                cells.push(r.total.to_string());
                cells.extend(plugins.iter().map(|(p, _)| given(row, p).to_string()));
            }
        }
        (
            if r.refused.is_some() {
                "bad"
            } else if r.node == d.node {
                "ok"
            } else {
                ""
            },
            cells,
        )
    });
    let heads = heads(&[Text::Node, Text::Total], lang).into_iter().chain(plugins.iter().map(weighted)).list();
    Sheet { heads, rows: rows.list(), ..sheet }
}

fn ends(sim: &Sim, pod: &Value, lang: Lang) -> Sheet {
    let ends = views::ends(sim.api(), pod);
    let row = |e: &views::End| {
        let ran = e.ran.0.zip(e.ran.1).map(|(from, to)| kubarium::api::duration::human_duration(to.since(from))).unwrap_or_default();
        (if e.code == 0 { "ok" } else { "bad" }, vec![clock(e.ran.1), e.container.clone(), e.code.to_string(), ran, e.reason.clone()])
    };
    Sheet {
        title: Some(Text::Ends),
        heads: heads(&[Text::When, Text::Container, Text::ExitCode, Text::Ran, Text::Reason], lang),
        open: ends.len() > 1,
        rows: ends.iter().map(row).list(),
        ..Sheet::default()
    }
}

/// Of a pod: the services around it. Of a service: the pods around it.
fn services(sim: &Sim, object: &Value, lang: Lang) -> Sheet {
    let (other, title) = match object.kind() {
        "Pod" => ("Service", Text::InServices),
        "Service" => ("Pod", Text::AroundIt),
        _ => return Sheet::default(),
    };
    let rows = sim.api().iter(Kind::named(other), Some(object.namespace())).filter_map(|other| {
        let (service, pod) = if object.kind() == "Service" { (object, other) } else { (other, object) };
        let (tone, words) = match views::membership(service, pod)? {
            Membership::Reached => ("ok", Text::Reached.t(lang).to_owned()),
            Membership::NotReady => ("warn", Text::NotInUnready.t(lang).to_owned()),
            Membership::Terminating => ("warn", Text::NotInEnding.t(lang).to_owned()),
            Membership::NoAddress => ("warn", Text::NotInNoAddress.t(lang).to_owned()),
            Membership::Label(key, want, Some(has)) => ("bad", fill(Text::NotInLabel.t(lang), &[&key, &want, &has])),
            Membership::Label(key, want, None) => ("bad", fill(Text::NotInNoLabel.t(lang), &[&key, &want])),
        };
        Some((tone, vec![other.name().to_owned(), words]))
    });
    // Selected but not reached comes first, then what is reached, then all the others.
    let mut rows: Vec<Row> = rows.list();
    rows.order_by_key(|r| ["warn", "ok"].iter().position(|t| *t == r.0).unwrap_or(2));
    let more = rows.len().saturating_sub(PODS_MAX);
    rows.truncate(PODS_MAX);
    Sheet {
        title: Some(title),
        note: if more > 0 { fill(Text::AndMore.t(lang), &[&more.to_string()]) } else { String::new() },
        heads: heads(&[Text::Name, Text::Why], lang),
        rows,
        open: object.kind() == "Service",
    }
}

/// The requests to a service, or from and to a pod, so far.
fn requests(sim: &Sim, object: &Value, lang: Lang) -> Sheet {
    if !matches!(object.kind(), "Pod" | "Service") {
        return Sheet::default();
    }
    let all = views::flows_of(sim, object.uid());
    let shown = &all[..all.len().min(PODS_MAX)];
    let is_there = |uid: &str| shown.iter().any(|f| f.from == uid || f.to == uid);
    let ends = ["Pod", "Service"].into_iter().filter(|_| !all.is_empty()).flat_map(|kind| sim.api().iter(Kind::named(kind), None));
    let names: SortedMap<&str, &str> = ends.filter(|o| is_there(o.uid())).map(|o| (o.uid(), o.name())).collect();
    let name = |uid: &str, or: &str| (*names.get(uid).unwrap_or(&if uid.is_empty() { or } else { "…" })).to_owned();
    let row = |f: &views::Flow| {
        let tone = if f.total.2 > 0 { "bad" } else { "ok" };
        let stops = [name(&f.from, Text::Outside.t(lang)), name(&f.to, "✕")];
        (tone, vec![stops.join(" → "), f.total.0.to_string(), f.waiting.to_string(), f.total.2.to_string()])
    };
    Sheet {
        title: Some(Text::Requests),
        heads: heads(&[Text::Way, Text::Sent, Text::StandWaiting, Text::FailedCount], lang),
        rows: shown.iter().map(row).list(),
        open: object.kind() == "Service",
        ..Sheet::default()
    }
}

/// How full the queues are that an object works with.
fn queues(sim: &Sim, object: &Value, lang: Lang) -> Sheet {
    let row = |q: views::QueueView| {
        let tone = if q.waiting + q.held == 0 { "ok" } else { "" };
        (tone, vec![q.name, q.pod, q.waiting.to_string(), q.held.to_string()])
    };
    let rows = views::queues(sim, object).into_iter().map(row).list();
    let heads = heads(&[Text::Name, Text::From, Text::QueueWaiting, Text::QueueHeld], lang);
    Sheet { title: Some(Text::Queues), heads, open: true, rows, ..Sheet::default() }
}

fn mounted(sim: &Sim, pod: &Value, lang: Lang) -> Sheet {
    let row = |m: views::Mounted| {
        let (tone, text) = match m.fresh {
            Some(true) => ("ok", Text::FileFresh),
            Some(false) if m.follows => ("warn", Text::FileLate),
            Some(false) => ("gone", Text::EnvStale),
            None => ("", Text::FileNone),
        };
        (tone, vec![m.path, format!("{} {}", m.kind, m.name), text.t(lang).to_owned()])
    };
    let rows: Vec<Row> = views::mounted(sim, pod).into_iter().map(row).list();
    Sheet { title: Some(Text::Mounted), heads: heads(&[Text::Files, Text::From, Text::Status], lang), open: true, rows, ..Sheet::default() }
}

/// The autoscaler's arithmetic, step by step.
fn scaling(sim: &Sim, hpa: &Value, lang: Lang) -> Sheet {
    let Some(c) = views::scaling(sim, hpa.namespace(), hpa.name()) else { return Sheet::default() };
    let step = |text: Text, n: i64, why: String| ("", vec![text.t(lang).to_owned(), n.to_string(), why]);
    let mut rows = vec![step(Text::HpaNow, c.current, short_clock(c.at))];
    for m in &c.metrics {
        rows.push(match &m.outcome {
            Err(error) => ("bad", vec![m.name.clone(), String::new(), error.to_string()]),
            Ok(p) => {
                let mut why = format!("{} × {:.2} → {}", p.groups.ready, p.ratio, p.replicas);
                if let Some(percent) = p.utilization {
                    why = format!("{percent} % · {why}");
                }
                for (text, set) in [(Text::HpaUnready, &p.groups.unready), (Text::HpaMissing, &p.groups.missing)] {
                    if !set.is_empty() {
                        why += &format!("; {}", fill(text.t(lang), &[&set.len().to_string()]));
                    }
                }
                if let Some(ratio) = p.cautious_ratio {
                    why += &format!("; {}", fill(Text::HpaWithThem.t(lang), &[&format!("{ratio:.2}")]));
                }
                ("", vec![m.name.clone(), p.replicas.to_string(), why])
            }
        });
    }
    rows.push(step(Text::HpaWanted, c.desired, Text::HpaHighest.t(lang).to_owned()));
    if let Some(n) = &c.normalized {
        let words = |reason: &str| match reason {
            "ScaleDownStabilized" => Text::HpaHighestLately,
            "ScaleUpStabilized" => Text::HpaLowestLately,
            "ReadyForNewScale" => Text::HpaNoWait,
            "TooManyReplicas" => Text::HpaNoMore,
            "TooFewReplicas" => Text::HpaNoFewer,
            "DesiredWithinRange" => Text::HpaWithin,
            _ => Text::HpaNoFaster,
        };
        let said = |reason: &str| format!("{} · {reason}", words(reason).t(lang));
        let until = n.held_until.map(|t| format!(" · {}", fill(Text::HeldUntil.t(lang), &[&short_clock(t)]))).unwrap_or_default();
        rows.push(step(Text::HpaStabilized, n.stabilized, said(n.able.0) + &until));
        let tone = if n.replicas == n.stabilized { "ok" } else { "warn" };
        rows.push((tone, vec![Text::HpaSet.t(lang).to_owned(), n.replicas.to_string(), said(n.limited.0)]));
    }
    Sheet { title: Some(Text::Arithmetic), heads: heads(&[Text::Step2, Text::Pods, Text::Why], lang), rows, open: true, ..Sheet::default() }
}

fn holds(object: &Value, lang: Lang) -> Sheet {
    let words = |f: &str| match f {
        "kubernetes.io/pvc-protection" => Text::HeldByClaim,
        "kubernetes.io/pv-protection" => Text::HeldByVolume,
        "foregroundDeletion" => Text::HeldForeground,
        "orphan" => Text::HeldOrphan,
        "kubernetes" => Text::HeldNamespace,
        "batch.kubernetes.io/job-tracking" => Text::HeldJob,
        _ => Text::HeldOther,
    };
    let rows = views::holds(object).into_iter().map(|f| ("warn", vec![f.clone(), words(&f).t(lang).to_owned()]));
    Sheet { title: Some(Text::Held), heads: vec![String::new(); 2], rows: rows.list(), open: true, ..Sheet::default() }
}

fn edits(sim: &Sim, object: &Value, lang: Lang) -> Sheet {
    let row = |e: views::Edit| {
        ("", vec![short_clock(e.at), e.who.clone(), if e.fields.is_empty() { e.change.as_str().lower() } else { e.fields.join(", ") }])
    };
    let rows = views::edits(sim.api(), object).into_iter().map(row).list();
    Sheet { title: Some(Text::Changes), heads: heads(&[Text::When, Text::Who, Text::Changed], lang), rows, ..Sheet::default() }
}
