//! The host of the cluster: lets virtual time run with the page's clock, gives it what the person does, and takes from it what
//! there is to see. Knows nothing of how that is drawn.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use js_sys::Uint8Array;
use kubarium::api::{KindRef, Value};
use kubarium::base::{Duration, Time};
use kubarium::sim::{Session, Sim, TerminalInput, TimedInput};
use kubarium::views::{ClusterViews, ContainerInside, EnvView, EventFeed, FileView, PodDetails, complete};

use super::examples::EXAMPLES;
use super::line_editor::{Effect, LineEditor};
use super::session_copy::SessionCopy;
use super::state::{Scene, Subject};
use super::vendor::JsTerminal;

/// The host, shared by the page's parts.
pub type HostRef = Rc<RefCell<Host>>;

/// How long one frame may let the cluster work, in milliseconds: the rest of the frame is for drawing.
const WORK_MS_MAX: f64 = 8.0;
/// How many steps are done between two looks at the clock.
const STEPS_BETWEEN_LOOKS: u64 = 8;
/// So many frames in a row must fall short before the page says that the clock is slow.
const LATE_FRAMES: u32 = 12;
/// A single step goes to the next change, but not further than this.
const STEP_MAX: Duration = Duration::from_secs(600);

/// The most files of the workstation that the editor keeps an eye on, and the longest, in bytes.
const FILES_MAX: usize = 64;
const FILE_BYTES_MAX: usize = 100_000;

/// What came of a command that the page gave itself.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// What it printed, errors last.
    pub text: String,
    /// Whether it went well.
    pub ok: bool,
}

/// The session that runs, and its clock.
pub struct Host {
    /// Whether the clock runs.
    pub playing: bool,
    /// Virtual seconds in a real one.
    pub speed: f64,
    /// Whether this session was run again after the page broke.
    pub is_restored: bool,
    sim: Sim,
    /// Until this moment the session is run again as fast as it goes.
    catch_up: Time,
    late_frames: u32,
    views: ClusterViews,
    feed: EventFeed,
    copy: SessionCopy,
    /// Files edited since the cluster was last told.
    edited: BTreeMap<String, String>,
    terminals: BTreeMap<usize, Screen>,
    /// How many of the session's commands have been answered.
    answered: usize,
    /// How many of them are only run again.
    run_again: usize,
    /// Whether the workstation's files may have changed since they were last looked at.
    files_stale: bool,
    files_seen: BTreeMap<String, String>,
}

/// What became of the workstation's files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FileNews {
    /// Files that are new or say something else, with their text.
    pub written: Vec<(String, String)>,
    /// Files that are gone.
    pub removed: Vec<String>,
}

/// A terminal on the page.
struct Screen {
    js: JsTerminal,
    /// How many bytes of its output it has shown.
    shown: usize,
    /// The line being typed.
    line: LineEditor,
}

impl Screen {
    fn show(&self, text: &str) {
        if !text.is_empty() {
            self.js.write(&Uint8Array::from(text.as_bytes()));
        }
    }
}

impl Host {
    /// A new session; or the one before, without its last input, where the page broke and the visitor wants that.
    pub fn new() -> Host {
        let fresh = || Session {
            seed: 1,
            files: EXAMPLES.iter().take(1).map(|e| (e.path.to_owned(), e.text.to_owned())).collect(),
            ..Session::default()
        };
        let restored = SessionCopy::restore();
        let is_restored = restored.is_some();
        let session = restored.unwrap_or_else(fresh);
        let copy = SessionCopy::new(&session);
        let run_again = session.inputs.iter().filter(|i| i.cmd.is_some() || i.api.is_some()).count();
        let catch_up = session.inputs.iter().map(TimedInput::at).max().unwrap_or(Time::ZERO);
        Host {
            playing: true,
            speed: 1.0,
            is_restored,
            sim: Sim::new(session),
            catch_up,
            late_frames: 0,
            views: ClusterViews::default(),
            feed: EventFeed::default(),
            copy,
            edited: BTreeMap::new(),
            terminals: BTreeMap::new(),
            answered: 0,
            run_again,
            files_stale: true,
            files_seen: BTreeMap::new(),
        }
    }

    /// Lets the clock run on by a frame of the page. Says whether there may be something new to see.
    pub fn frame(&mut self, elapsed_ms: f64) -> bool {
        let before = (self.sim.now(), self.sim.api().revision());
        let until = if self.sim.now() < self.catch_up {
            self.catch_up
        } else if self.playing {
            self.sim.now() + Duration::from_secs_f64(elapsed_ms / 1000.0 * self.speed)
        } else {
            // What is due at this very moment (an input just given) happens even while the clock stands.
            self.sim.now()
        };
        let start = now_ms();
        let mut done = false;
        while !done && now_ms() - start < WORK_MS_MAX {
            done = self.sim.run(until, STEPS_BETWEEN_LOOKS).done;
        }
        self.late_frames = if done { 0 } else { self.late_frames + 1 };
        self.show_output();
        before != (self.sim.now(), self.sim.api().revision())
    }

    /// What there is to see now.
    pub fn scene(&mut self) -> Scene {
        let view = self.views.of_sim(&self.sim);
        Scene { view, events: self.feed.read(self.sim.api().store()), late: self.late_frames >= LATE_FRAMES }
    }

    /// Runs on to the next change of an object.
    pub fn step(&mut self) {
        let revision = self.sim.api().revision();
        let limit = self.sim.now() + STEP_MAX;
        let start = now_ms();
        while self.sim.api().revision() == revision && self.sim.now() < limit && now_ms() - start < 4.0 * WORK_MS_MAX {
            if !self.sim.step_once() {
                break;
            }
        }
        self.show_output();
    }

    /// The object itself, as the API has it.
    pub fn object(&self, subject: &Subject) -> Option<&Value> {
        self.sim.api().peek(kind_named(&subject.kind)?, &subject.namespace, &subject.name)
    }

    /// The last of what a container wrote, in this run or the one before; or why there is nothing.
    pub fn logs(&self, pod: &Subject, container: &str, previous: bool) -> Result<String, String> {
        self.inside(pod, container).logs(previous)
    }

    /// The files of a directory in a container; none where it is no directory or the container does not run.
    pub fn files(&self, pod: &Subject, container: &str, path: &str) -> Option<Vec<FileView>> {
        self.inside(pod, container).files(path)
    }

    /// A file in a container, as text.
    pub fn file(&self, pod: &Subject, container: &str, path: &str) -> Option<String> {
        self.inside(pod, container).file(path)
    }

    fn inside<'a>(&'a self, pod: &'a Subject, container: &'a str) -> ContainerInside<'a> {
        ContainerInside { sim: &self.sim, namespace: &pod.namespace, pod: &pod.name, container }
    }

    /// A container's environment.
    pub fn environment(&self, pod: &Subject, container: &str) -> Vec<EnvView> {
        self.object(pod).and_then(|p| PodDetails::of(p, container)).map(|d| d.env).unwrap_or_default()
    }

    /// A file of the workstation has been edited; the cluster hears of it when something could read it.
    pub fn write_file(&mut self, path: &str, text: &str) {
        self.files_seen.insert(path.to_owned(), text.to_owned());
        self.edited.insert(path.to_owned(), text.to_owned());
    }

    /// Applies a file of the workstation.
    pub fn apply(&mut self, path: &str, text: &str) {
        self.write_file(path, text);
        let files = std::mem::take(&mut self.edited);
        self.give(TimedInput { cmd: Some(format!("kubectl apply -f {}", quoted(path))), files, ..TimedInput::default() });
    }

    /// What programs did to the workstation's files since this was last asked; what was edited on the page is not told.
    pub fn file_news(&mut self) -> FileNews {
        let mut news = FileNews::default();
        if !std::mem::take(&mut self.files_stale) {
            return news;
        }
        let station = self.sim.workstation();
        let paths = station.files();
        for path in paths.iter().take(FILES_MAX) {
            let Some(text) = station.read_file(path).filter(|t| t.len() <= FILE_BYTES_MAX) else { continue };
            if self.edited.contains_key(path) || self.files_seen.get(path) == Some(&text) {
                continue;
            }
            self.files_seen.insert(path.clone(), text.clone());
            news.written.push((path.clone(), text));
        }
        news.removed =
            self.files_seen.keys().filter(|p| paths.binary_search(p).is_err() && !self.edited.contains_key(*p)).cloned().collect();
        for path in &news.removed {
            self.files_seen.remove(path);
        }
        news
    }

    /// What the commands given by [`Host::apply`] came to since this was last asked.
    pub fn answers(&mut self) -> Vec<Answer> {
        let steps = self.sim.steps();
        let mut answers = Vec::new();
        while let Some(step) = steps.get(self.answered) {
            if step.cmd.is_some() && step.exit.is_none() {
                break;
            }
            self.answered += 1;
            // What is only run again was answered when it was first given.
            if self.answered <= self.run_again {
                continue;
            }
            let text =
                [&step.stdout, &step.stderr].into_iter().flatten().map(|t| t.trim_end()).filter(|t| !t.is_empty()).collect::<Vec<_>>();
            answers.push(Answer { text: text.join("\n"), ok: step.exit == Some(0) });
        }
        answers
    }

    /// Something typed into a terminal. A program in a container gets each key; otherwise a line is edited here first.
    pub fn type_in(&mut self, terminal: usize, text: &str) {
        if self.sim.workstation().terminal_is_raw(tab_of(terminal)) {
            self.send_to(terminal, text);
            return;
        }
        let Some(screen) = self.terminals.get_mut(&terminal) else { return };
        let effects = screen.line.typed(text);
        self.carry_out(terminal, effects);
    }

    fn carry_out(&mut self, terminal: usize, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Show(text) => {
                    if let Some(screen) = self.terminals.get(&terminal) {
                        screen.show(&text);
                    }
                }
                Effect::Send(text) => {
                    if text.ends_with('\n') && !self.edited.is_empty() {
                        let files = std::mem::take(&mut self.edited);
                        self.give(TimedInput { files, ..TimedInput::default() });
                    }
                    self.send_to(terminal, &text);
                }
                Effect::Complete(before) => {
                    let found = complete(&self.sim, &before);
                    if let Some(screen) = self.terminals.get_mut(&terminal) {
                        let effects = screen.line.complete(found.from, &found.candidates);
                        self.carry_out(terminal, effects);
                    }
                }
            }
        }
    }

    fn send_to(&mut self, terminal: usize, text: &str) {
        let typed = TerminalInput { tab: tab_of(terminal), data: text.to_owned() };
        self.give(TimedInput { terminal: Some(typed), ..TimedInput::default() });
    }

    /// A terminal has this many columns from now on.
    pub fn resize(&mut self, terminal: usize, columns: u32) {
        if let Some(screen) = self.terminals.get_mut(&terminal) {
            screen.line.resize(columns as usize);
        }
    }

    /// Shows a terminal's output on the page from now on.
    pub fn attach(&mut self, terminal: usize, js: JsTerminal) {
        let mut line = LineEditor::new();
        line.resize(js.cols() as usize);
        self.terminals.insert(terminal, Screen { js, shown: 0, line });
        // Nothing typed opens the terminal with its shell.
        self.send_to(terminal, "");
    }

    /// A terminal is taken off the page.
    pub fn detach(&mut self, terminal: usize) {
        if let Some(screen) = self.terminals.remove(&terminal) {
            screen.js.dispose_terminal();
        }
    }

    /// A terminal's colours or language may have changed.
    pub fn dress_terminal(&self, terminal: usize, label: &str) {
        if let Some(screen) = self.terminals.get(&terminal) {
            screen.js.set_theme();
            screen.js.set_terminal_label(label);
        }
    }

    /// A terminal came to the front.
    pub fn focus_terminal(&self, terminal: usize) {
        if let Some(screen) = self.terminals.get(&terminal) {
            screen.js.focus_terminal();
        }
    }

    /// Every input goes this way: first into the copy that outlives a crash, then to the cluster.
    fn give(&mut self, mut input: TimedInput) {
        input.t = self.sim.now().as_secs_f64();
        self.copy.append(&input);
        self.sim.input(input);
    }

    fn show_output(&mut self) {
        for (terminal, screen) in &mut self.terminals {
            let (new, end) = self.sim.terminal_output(tab_of(*terminal), screen.shown);
            if !new.is_empty() {
                let text = screen.line.output(&shown_text(new));
                screen.shown = end;
                screen.show(&text);
                self.files_stale = true;
            }
        }
    }
}

/// Output as a screen takes it: a newline also goes back to the first column.
fn shown_text(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut shown = String::with_capacity(text.len() + 16);
    let mut last = ' ';
    for c in text.chars() {
        if c == '\n' && last != '\r' {
            shown.push('\r');
        }
        shown.push(c);
        last = c;
    }
    shown
}

/// A terminal's number as the session has it.
fn tab_of(terminal: usize) -> u32 {
    u32::try_from(terminal).unwrap_or(u32::MAX)
}

/// The kind of this name, where there is one.
fn kind_named(kind: &str) -> Option<KindRef> {
    kubarium::api::KINDS.iter().find(|k| k.kind == kind)
}

/// A word for the shell.
fn quoted(word: &str) -> String {
    let plain = !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-/".contains(&b));
    if plain { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// The page's own clock, in milliseconds. Only how long work takes is measured by it, never what happens.
fn now_ms() -> f64 {
    web_sys::window().and_then(|w| w.performance()).map_or(0.0, |p| p.now())
}
