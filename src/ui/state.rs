//! What the page is showing: one state, changed only by the actions below.

use std::rc::Rc;

use yew::prelude::*;

use kubarium::base::{List as _, Time};
use kubarium::sim::{BranchInfo, Fault, TimedInput};
use kubarium::views::{ClusterView, EventView, ExerciseView, Flow, Marks, ProblemView};

use super::answer::Answer;
use super::host::FileNews;
use super::i18n::Text;
use super::lang::Lang;
use super::papers::Papers;
use super::task;

/// The speeds the clock can run at: virtual seconds in a real one.
pub const SPEEDS: [f64; 10] = [0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 60.0, 300.0, 1000.0];
/// The most terminals that can be open.
pub const TERMINALS_MAX: usize = 6;
/// The most lines that stay of what was read out.
const SPOKEN_MAX: usize = 8;
/// Where [`SPEEDS`] has 1.
pub const SPEED_NORMAL: usize = 3;

/// An object that the page can look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// `Pod`.
    pub kind: String,
    /// Its namespace; empty where it has none.
    pub namespace: String,
    /// Its name.
    pub name: String,
    /// Its UID.
    pub uid: String,
}

impl Subject {
    /// Whether it is all objects of its kind.
    pub fn is_list(&self) -> bool {
        self.name.is_empty()
    }

    /// The object of a row of a list, from what the row is marked with: its namespace, name and UID.
    pub fn of_row(kind: &str, mark: &str) -> Option<Subject> {
        let [namespace, name, uid] = mark.split('/').map(str::to_owned).list().try_into().ok()?;
        Some(Subject { kind: kind.to_owned(), namespace, name, uid })
    }
}

/// A file of the workstation that stands in a tab of the editor.
#[derive(Clone, Debug, PartialEq)]
pub struct OpenFile {
    /// Its path.
    pub path: AttrValue,
    /// Its text.
    pub text: AttrValue,
}

/// A tab of the inspector.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookTab {
    Overview,
    Describe,
    Yaml,
    Events,
    Logs,
    Files,
    Environment,
}

/// What stands in the lower panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lower {
    /// The terminal of this number.
    Terminal(usize),
    /// The event feed.
    Events,
}

impl Lower {
    /// The terminal that was chosen, or the first.
    fn terminal(self) -> usize {
        if let Lower::Terminal(i) = self { i } else { 0 }
    }
}

/// The panel that a narrow page shows; of the editor and the inspector, the one that a page of middle width shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Panel {
    Tank,
    Edit,
    Term,
    Look,
}

impl Panel {
    /// As `data-panel` has it.
    pub fn code(self) -> &'static str {
        match self {
            Panel::Tank => "tank",
            Panel::Edit => "edit",
            Panel::Term => "term",
            Panel::Look => "look",
        }
    }
}

/// Something that was done to the cluster.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// A line of a terminal, or a request.
    Line(String),
    /// Something broke or was mended.
    Fault(Box<Fault>),
    /// Requests to this service, or load on all pods where it is empty.
    Load(String),
}

impl Act {
    /// An input as the timeline has it.
    pub fn of(input: &TimedInput) -> Act {
        let line = input.cmd.clone().or_else(|| input.terminal.as_ref().map(|t| t.data.trim().to_owned())).or_else(|| input.api.clone());
        match (&input.fault, &input.load, line) {
            (Some(fault), ..) => Act::Fault(Box::new(fault.clone())),
            (_, _, Some(line)) => Act::Line(line),
            (_, load, _) => Act::Load(load.as_ref().map(|l| l.service.clone()).unwrap_or_default()),
        }
    }

    /// Whether it is a command that makes objects.
    pub fn makes(&self) -> bool {
        matches!(self, Act::Line(line) if line.split(' ').any(|word| matches!(word, "apply" | "create" | "run")))
    }
}

/// What there is to see of the cluster at this moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scene {
    /// The cluster.
    pub view: Rc<ClusterView>,
    /// The requests under way.
    pub traffic: Rc<Vec<Flow>>,
    /// What pods have of ConfigMaps and Secrets.
    pub papers: Rc<Papers>,
    /// The events, newest first.
    pub events: Rc<Vec<Rc<EventView>>>,
    /// Why the clock does not keep up with the speed asked for, where it does not.
    pub late: Option<Text>,
    /// Whether the clock runs.
    pub playing: bool,
    /// Whether this is a past moment.
    pub past: bool,
    /// The newest moment of this branch.
    pub end: Time,
    /// Every event of this branch, oldest first.
    pub marks: Rc<Marks>,
    /// What was done to the cluster, and when.
    pub acts: Rc<Vec<(Time, Act)>>,
    /// The branch that is looked at.
    pub branch: u32,
    /// All branches.
    pub branches: Rc<Vec<BranchInfo>>,
    /// Whether the branch that this one left has been brought to this moment, to be compared.
    pub beside: bool,
    /// The terminals that are open.
    pub terminals: Rc<Vec<usize>>,
    /// The exercise, where the session has one.
    pub task: Option<Rc<ExerciseView>>,
    /// The URL that a program of the workstation asked for in vain.
    pub missed: Option<AttrValue>,
}

impl Scene {
    /// The branch that is looked at and its revision: while both are the same, so is every object.
    pub fn version(&self) -> (u32, u64) {
        (self.branch, self.view.revision)
    }
}

/// What the page is showing.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub lang: Lang,
    pub dark: bool,
    pub playing: bool,
    /// The place of the speed in [`SPEEDS`].
    pub speed: usize,
    pub scene: Rc<Scene>,
    /// What is looked at.
    pub selected: Option<Subject>,
    /// The list from which it was taken, which stands open again when it is closed.
    pub list: Option<Subject>,
    pub tab: LookTab,
    /// Which of the selected pod's containers is looked into.
    pub container: Option<usize>,
    pub files: Vec<OpenFile>,
    /// The place of the file that is in front.
    pub file: usize,
    /// What is wrong with that.
    pub problems: Rc<Vec<ProblemView>>,
    /// What was chosen last; see [`State::shown`].
    pub lower: Lower,
    pub panel: Panel,
    /// Which of the editor and the inspector was shown last.
    pub side: Panel,
    /// Whether the cluster is shown as a table.
    pub table: bool,
    /// Whether the selected pod is seen as a cross-section.
    pub section: bool,
    /// What pods' names must contain.
    pub filter: AttrValue,
    /// The reason of the events that the timeline goes to; any where empty.
    pub hunt: AttrValue,
    /// Whether it goes to those of what is looked at alone.
    pub only: bool,
    pub help: bool,
    /// Whether the command palette is open.
    pub palette: bool,
    /// The link of the dialog that shares the session, while that is open.
    pub share: Option<AttrValue>,
    /// What came of the last command that the page gave itself.
    pub answer: Option<Answer>,
    /// Whether the way back is offered to the session whose place this one took.
    pub replaced: bool,
    /// What is read out, with a number each: the last lines, so that none is pushed out by the next.
    pub announced: Rc<Vec<(u32, AttrValue)>>,
    /// Whether the terminal's output is searched.
    pub find: bool,
}

/// What can happen to the state.
pub enum Action {
    Scene(Scene),
    Language(Lang),
    Dark(bool),
    Playing(bool),
    Speed(usize),
    Select(Option<Subject>),
    /// Closes what is looked at: the list that it was taken from is there again, or else the cluster.
    Close,
    Tab(LookTab),
    Container(Option<usize>),
    Open {
        path: AttrValue,
        text: AttrValue,
    },
    ShowFile(usize),
    CloseFile(usize),
    Edit(AttrValue),
    Files(FileNews),
    Announce(AttrValue),
    Find(bool),
    Problems(Vec<ProblemView>),
    Lower(Lower),
    Panel(Panel),
    Table(bool),
    Section(bool),
    Filter(AttrValue),
    Hunt(AttrValue),
    Only(bool),
    Help(bool),
    Palette(bool),
    Share(Option<AttrValue>),
    /// Another session has been opened.
    Opened,
    Answer(Option<Answer>),
    /// Whether to offer the way back to the session before.
    Replaced(bool),
}

impl Reducible for State {
    type Action = Action;

    fn reduce(self: Rc<Self>, action: Action) -> Rc<Self> {
        let mut s = (*self).clone();
        match action {
            Action::Scene(scene) => {
                s.playing = scene.playing;
                if let (Some(task), Some(before), false) = (&scene.task, &s.scene.task, scene.past || s.scene.past)
                    && let Some(news) = task::news(task, before, s.lang)
                {
                    s.say(news.into());
                }
                // Who goes on here has chosen.
                s.replaced &= scene.acts.len() <= s.scene.acts.len();
                s.scene = Rc::new(scene);
            }
            Action::Language(lang) => s.lang = lang,
            Action::Dark(dark) => s.dark = dark,
            Action::Playing(playing) => s.playing = playing,
            Action::Speed(speed) => s.speed = speed.min(SPEEDS.len() - 1),
            Action::Select(subject) => {
                if subject.as_ref().map(|o| &o.kind) != s.selected.as_ref().map(|o| &o.kind) {
                    s.tab = LookTab::Overview;
                }
                if subject != s.selected {
                    s.container = None;
                    let from = s.selected.take().filter(|from| from.is_list() && subject.as_ref().is_some_and(|o| o.kind == from.kind));
                    s.list = from.filter(|_| subject.as_ref().is_some_and(|o| !o.is_list()));
                }
                if subject.is_some() {
                    s.side = Panel::Look;
                    if s.panel == Panel::Tank {
                        s.panel = Panel::Look;
                    }
                }
                s.selected = subject;
            }
            Action::Close => (s.selected, s.list) = (s.list.take(), None),
            Action::Tab(tab) => s.tab = tab,
            Action::Container(container) => s.container = container,
            Action::Open { path, text } => {
                s.side = Panel::Edit;
                match s.files.iter().position(|f| f.path == path) {
                    Some(i) => {
                        s.files[i].text = text;
                        s.file = i;
                    }
                    None => {
                        s.files.push(OpenFile { path, text });
                        s.file = s.files.len() - 1;
                    }
                }
                s.problems = Rc::default();
            }
            Action::ShowFile(i) => {
                s.file = i.min(s.files.len().saturating_sub(1));
                (s.problems, s.answer) = (Rc::default(), None);
            }
            Action::CloseFile(i) => {
                if i < s.files.len() {
                    s.files.remove(i);
                    s.file = if s.file > i { s.file - 1 } else { s.file.min(s.files.len().saturating_sub(1)) };
                    (s.problems, s.answer) = (Rc::default(), None);
                }
            }
            Action::Edit(text) => {
                s.answer = None;
                let file = s.file;
                if let Some(f) = s.files.get_mut(file) {
                    f.text = text;
                }
            }
            Action::Files(news) => {
                let opened = s.files.get(s.file).cloned();
                for (path, text) in news.written {
                    match s.files.iter_mut().find(|f| f.path == path.as_str()) {
                        Some(file) => file.text = text.into(),
                        None => s.files.push(OpenFile { path: path.into(), text: text.into() }),
                    }
                }
                s.files.retain(|f| !news.removed.iter().any(|r| f.path == r.as_str()));
                let place = opened.as_ref().and_then(|o| s.files.iter().position(|f| f.path == o.path));
                s.file = place.unwrap_or(0);
                if s.files.get(s.file) != opened.as_ref() {
                    s.problems = Rc::default();
                }
            }
            Action::Announce(text) => s.say(text),
            Action::Find(find) => {
                s.find = find;
                if let (true, Lower::Events) = (find, s.lower) {
                    s.lower = Lower::Terminal(0);
                }
                if find {
                    s.panel = Panel::Term;
                }
            }
            Action::Problems(problems) => s.problems = Rc::new(problems),
            Action::Lower(lower) => {
                s.find &= lower != Lower::Events;
                s.lower = lower;
            }
            Action::Panel(panel) => {
                s.panel = panel;
                if let Panel::Edit | Panel::Look = panel {
                    s.side = panel;
                }
            }
            Action::Table(table) => (s.table, s.section) = (table, false),
            Action::Section(section) => {
                (s.section, s.table) = (section, false);
                if section {
                    s.panel = Panel::Tank;
                }
            }
            Action::Filter(filter) => s.filter = filter,
            Action::Hunt(reason) => s.hunt = reason,
            Action::Only(only) => s.only = only,
            Action::Help(help) => s.help = help,
            Action::Palette(palette) => s.palette = palette,
            Action::Share(share) => s.share = share,
            Action::Opened => {
                (s.files, s.file, s.problems, s.selected, s.list, s.share) = (Vec::new(), 0, Rc::default(), None, None, None);
                (s.tab, s.container, s.section, s.lower) = (LookTab::Overview, None, false, Lower::Terminal(0));
                (s.filter, s.hunt, s.only) = Default::default();
            }
            Action::Replaced(replaced) => s.replaced = replaced,
            Action::Answer(answer) => {
                if let Some(answer) = &answer {
                    s.say(answer.text.clone().into());
                }
                s.answer = answer;
            }
        }
        Rc::new(s)
    }
}

impl State {
    /// The terminal that is in front, or would be: where the one that was chosen is not open at this moment, the one before it.
    pub fn terminal(&self) -> usize {
        let (open, chosen) = (&self.scene.terminals, self.lower.terminal());
        open.iter().rfind(|t| **t <= chosen).or(open.first()).copied().unwrap_or(0)
    }

    /// What stands in the lower panel.
    pub fn shown(&self) -> Lower {
        if self.lower == Lower::Events { Lower::Events } else { Lower::Terminal(self.terminal()) }
    }

    /// Has a line read out.
    fn say(&mut self, text: AttrValue) {
        let lines = Rc::make_mut(&mut self.announced);
        let number = lines.last().map_or(0, |l| l.0 + 1);
        lines.push((number, text));
        let over = lines.len().saturating_sub(SPOKEN_MAX);
        lines.drain(..over);
    }
}
