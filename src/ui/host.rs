//! The host of the cluster: lets virtual time run with the page's clock, gives it what the person does, and takes from it what
//! there is to see. Knows nothing of how that is drawn.

use std::cell::RefCell;
use std::rc::Rc;

use yew::AttrValue;

use kubarium::api::{Status, Value, kinds};
use kubarium::base::{Duration, List as _, SortedMap, SortedSet, Time};
use kubarium::sim::{Fault, Load, Session, Sim, TimedInput, Timeline, Usage, UsagePoint, quoted, script};
use kubarium::views::{
    Cause, ClusterViews, ContainerInside, EnvView, EventFeed, EventView, Exercises, FileView, Flows, PodView, ProcessInfo, causes,
    configures_scheduler, environment, events_after, object,
};

use super::answer::{Answer, Outcome};
use super::examples::EXAMPLES;
use super::i18n::Text;
use super::lang::Lang;
use super::line_editor::LineEditor;
use super::link::shown_lang;
use super::look::Moment;
use super::papers::Papers;
use super::session_copy::{Kept, SessionCopy};
use super::state::{Act, Scene, Subject};
use super::storage;
use super::transcript::Transcript;
use super::vendor::JsTerminal;
use files::EditorFiles;
pub use files::FileNews;
pub use sessions::Replaced;
use terminals::{shown_text, tab_of};

mod files;
mod sessions;
mod terminals;

/// The host, shared by the page's parts.
pub type HostRef = Rc<RefCell<Host>>;

/// How long one frame may let the cluster work, in milliseconds: one in which it works that long draws nothing.
const WORK_MS_MAX: f64 = 11.0;
/// How many steps are done between two looks at the clock.
const STEPS_BETWEEN_LOOKS: u64 = 2;
/// So many frames in a row must fall short before the page says that the clock is slow.
const LATE_FRAMES: u32 = 12;
/// How long reaching a past moment may hold up the page at once, in milliseconds; the rest comes in the next frames.
const SEEK_MS_MAX: f64 = 30.0;
/// How many steps nobody would notice are done at most between two looks at the clock, where one is to be done that is noticed.
const STEPS_OF_ONE: u64 = 16;
/// A hunt for an event gives up after so much virtual time in which nothing came.
const HUNT_MAX: Duration = Duration::from_secs(3600);
/// A single step goes to the next change, but not further than this.
const STEP_MAX: Duration = Duration::from_secs(600);
/// A command that takes longer is said to be under way, in seconds of virtual time.
const LONG_SECS: f64 = 2.0;

/// The session that runs, and its clock.
pub struct Host {
    /// Whether the clock runs.
    pub playing: bool,
    /// Virtual seconds in a real one.
    pub speed: f64,
    /// Whether a terminal shows more than when the picture was drawn last.
    pub has_said: bool,
    /// What to say where this session is one from before.
    pub restored: Option<Text>,
    /// The session whose place this one took, where something had been done in it, with its branches.
    pub replaced: Option<Replaced>,
    time: Timeline,
    /// Until this moment the session is run again as fast as it goes.
    catch_up: Time,
    late_frames: u32,
    views: ClusterViews,
    flows: Flows,
    /// Whether the branch that this one left is still to be brought to the moment that is looked at.
    beside_late: bool,
    feed: EventFeed,
    tasks: Exercises,
    copy: SessionCopy,
    files: EditorFiles,
    terminals: SortedMap<usize, Screen>,
    /// What each terminal has shown, in each branch.
    transcripts: SortedMap<(u32, usize), Transcript>,
    /// How many inputs of a session that is run again have been shown as typed.
    echoed: usize,
    /// What the clock runs to, where it is to stop by itself, and until when it does at most.
    hunt: Option<(Hunt, Time)>,
    /// Whether the last one came to nothing, which nobody was told yet.
    in_vain: bool,
    /// Whether the visitor was told that the browser does not keep the session.
    told_unkept: bool,
    /// What was done to the cluster and when, read anew where the number of inputs has changed.
    acts: (usize, Rc<Vec<(Time, Act)>>),
    /// How many of the session's commands have been answered.
    answered: usize,
    /// How many had been when the visitor was last told that the next one takes long.
    told_at_work: Option<usize>,
    /// How many of them are only run again.
    run_again: usize,
    /// Why what is looked at was not as wanted, when that was asked last.
    causes: RefCell<Option<((Subject, Moment), Rc<Vec<Cause>>)>>,
}

/// What the clock runs to: the next event that matches.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hunt {
    /// Its reason; any where empty. `Warning` is any that warns.
    pub reason: String,
    /// What it is about, by UID; anything where empty.
    pub about: SortedSet<String>,
}

impl Hunt {
    /// Whether this is the event that was looked for.
    pub fn is_met_by(&self, e: &EventView) -> bool {
        (self.reason.is_empty() || self.reason == e.reason || self.reason == "Warning" && e.warning)
            && (self.about.is_empty() || self.about.contains(&e.uid))
    }
}

/// A terminal on the page.
struct Screen {
    js: JsTerminal,
    /// Of which branch, and up to where, it shows the transcript.
    shown: (u32, usize),
    /// The line being typed.
    line: LineEditor,
}

impl Host {
    /// A new session; or the one before, without its last input, where the page broke and the visitor wants that.
    pub fn new(lang: Lang) -> Host {
        let before = SessionCopy::restore();
        let restored = before.as_ref().map(|kept| match kept {
            Kept { lost: 1.., .. } => Text::Restored,
            Kept { is_copy: true, .. } => Text::RestoredCopy,
            _ => Text::RestoredLast,
        });
        let (session, at) = before.map_or_else(|| (Host::fresh(lang), Time::ZERO), |kept| (kept.session, kept.at));
        let is_before = restored.is_some();
        let copy = SessionCopy::new(&session);
        let run_again = commands_of(&session);
        let catch_up = end_of(&session).max(at.min(Session::LATEST));
        Host {
            playing: true,
            speed: 1.0,
            has_said: false,
            restored,
            replaced: if is_before { Replaced::kept() } else { None },
            time: Timeline::new(session),
            catch_up,
            late_frames: 0,
            views: ClusterViews::default(),
            flows: Flows::default(),
            beside_late: false,
            feed: EventFeed::default(),
            tasks: Exercises::default(),
            copy,
            files: EditorFiles::default(),
            terminals: SortedMap::new(),
            transcripts: SortedMap::new(),
            echoed: 0,
            hunt: None,
            in_vain: false,
            told_unkept: false,
            acts: <_>::default(),
            answered: 0,
            told_at_work: None,
            run_again,
            causes: RefCell::default(),
        }
    }

    /// What is looked at: a past moment, or now.
    pub fn sim(&self) -> &Sim {
        self.time.shown()
    }

    /// The session that a visitor begins with.
    pub fn fresh(lang: Lang) -> Session {
        Session {
            seed: 1,
            metrics: Some(true),
            storage: true,
            rbac: true,
            files: EXAMPLES[0].files_in(lang).map(|(path, text)| (path.to_owned(), text)).collect(),
            ..Session::default()
        }
    }

    /// The page works, though it may draw no frame for a long time: another tab stands before it.
    pub fn works(&mut self) {
        self.copy.goes_well(f64::INFINITY);
    }

    /// The visitor leaves a page that works.
    pub fn leave(&mut self) {
        self.works();
        storage::leave();
    }

    /// The session of this branch.
    pub fn session(&self) -> &Session {
        self.time.live().session()
    }

    /// The session of this branch as a file has it.
    pub fn session_text(&self) -> String {
        self.session().to_json()
    }

    /// The session of this branch as a script for a real cluster.
    pub fn script(&self) -> String {
        script(self.session())
    }

    /// Lets the clock run on by a frame of the page. Says whether there may be something new to see.
    pub fn frame(&mut self, elapsed_ms: f64) -> bool {
        let stamp = |h: &Host| (h.time.is_past(), h.sim().now(), h.sim().api().revision(), h.playing, h.open_terminals());
        let before = stamp(self);
        let start = now_ms();
        let free = || now_ms() - start < WORK_MS_MAX;
        if let Some((hunt, limit)) = self.hunt.clone() {
            while self.hunt.is_some() && free() {
                self.run_to_event(&hunt, limit);
            }
        } else {
            let until = if self.playing {
                self.sim().now() + Duration::from_secs_f64(elapsed_ms / 1000.0 * self.speed)
            } else {
                // What is due at this very moment (an input just given) happens even while the clock stands.
                self.sim().now()
            };
            let mut done = false;
            while !done && free() {
                done = match self.next_to_run_again() {
                    Some(next) => {
                        let (mut done, mut steps) = (false, 4 * STEPS_BETWEEN_LOOKS);
                        while !done && steps > 0 {
                            done = self.time.run(next, 1).done;
                            // What was typed stands behind the prompt that it was typed at.
                            if self.echoed < self.time.live().arrived() {
                                self.echo();
                            }
                            // Of the last moment, all inputs come in one go: later they could not be told from new ones.
                            let live = self.time.live();
                            if live.now() < self.catch_up || live.session().inputs.get(live.arrived()).is_none_or(|i| i.at() > next) {
                                steps -= 1;
                            }
                        }
                        if done {
                            self.look_at_task();
                        }
                        false
                    }
                    None => self.time.run(until, STEPS_BETWEEN_LOOKS).done,
                };
            }
            self.late_frames = if done { 0 } else { self.late_frames + 1 };
        }
        if self.next_to_run_again().is_none() {
            self.copy.goes_well(elapsed_ms);
        }
        self.show_output();
        before != stamp(self) || self.beside_late
    }

    /// The moment up to which the session is run again at once, input by input.
    fn next_to_run_again(&self) -> Option<Time> {
        let live = self.time.live();
        if self.time.is_past() || live.now() >= self.catch_up {
            return None;
        }
        Some(live.session().inputs.get(live.arrived()).map_or(self.catch_up, |i| i.at().max(live.now())).min(self.catch_up))
    }

    /// Shows what was typed in a session that is run again.
    fn echo(&mut self) {
        self.show_output();
        let (branch, live) = (self.time.current(), self.time.live());
        for input in &live.session().inputs[self.echoed.min(live.arrived())..live.arrived()] {
            if let Some(typed) = &input.terminal {
                let transcript = self.transcripts.entry((branch, typed.tab as usize)).or_default();
                transcript.push(live.now(), &shown_text(typed.data.as_bytes()));
            }
        }
        self.echoed = live.arrived();
    }

    /// Does a few steps; ends the hunt where its event has come, or nothing comes.
    fn run_to_event(&mut self, hunt: &Hunt, limit: Time) {
        let (revision, past) = (self.sim().api().revision(), self.time.is_past());
        let done = self.time.run(limit, 1).done;
        let left_past = past && !self.time.is_past();
        let met = events_after(self.sim().api().store(), revision).iter().any(|e| hunt.is_met_by(e));
        if met || done && !left_past {
            (self.hunt, self.playing, self.in_vain) = (None, false, !met);
        }
    }

    /// Runs to the next event that matches, as fast as it goes.
    pub fn hunt(&mut self, hunt: Hunt) {
        (self.hunt, self.playing) = (Some((hunt, self.sim().now() + HUNT_MAX)), true);
    }

    /// Ends a hunt, where there is one.
    pub fn stop_hunt(&mut self) {
        self.hunt = None;
    }

    /// The next look is at another moment.
    fn leap(&mut self) {
        self.views.leap();
        self.flows.leap();
    }

    /// Looks at a past moment; at the newest one where `to` is not past.
    pub fn seek(&mut self, to: Time) {
        self.hunt = None;
        self.leap();
        self.time.seek(to);
        let start = now_ms();
        while self.time.is_seeking() && now_ms() - start < SEEK_MS_MAX {
            self.time.run(to, STEPS_BETWEEN_LOOKS);
        }
        self.show_output();
    }

    /// The branch that this one left, at the moment that is looked at, once it has been brought there.
    pub fn beside(&self) -> Option<&Sim> {
        self.time.beside()
    }

    /// Looks at another branch.
    pub fn switch(&mut self, branch: u32) {
        self.time.switch(branch);
        self.begin_anew();
    }

    /// Looks at the newest moment again.
    pub fn back_to_now(&mut self) {
        self.time.back_to_now();
        self.leap();
        self.show_output();
    }

    /// Begins a branch at the past moment that is looked at, and lets it run.
    pub fn branch_here(&mut self) {
        self.fork();
        self.playing = true;
    }

    /// Takes the last thing that was done back: a branch begins just before it. Says whether there was something.
    pub fn undo(&mut self) -> bool {
        let Some(before) = self.time.before_last_act() else { return false };
        self.time.seek(before);
        self.fork();
        true
    }

    /// Whether a past moment is looked at.
    pub fn is_past(&self) -> bool {
        self.time.is_past()
    }

    /// Where a past moment is looked at, a branch begins there.
    fn fork(&mut self) {
        let (parent, from) = (self.time.current(), self.time.moment());
        if !self.time.fork() {
            return;
        }
        // Where the moment at which it begins is still to be reached, its terminals show again what they showed until then.
        let (branch, now) = (self.time.current(), self.sim().now());
        self.tasks.fork(parent, branch, from);
        let of_parent: Vec<usize> = self.transcripts.keys().filter(|k| k.0 == parent).map(|k| k.1).list();
        for terminal in of_parent {
            let mut transcript = self.transcripts[&(parent, terminal)].clone();
            transcript.cut(now);
            transcript.taken = self.sim().terminal_output(tab_of(terminal), usize::MAX).1;
            if let Some(screen) = self.terminals.get_mut(&terminal) {
                screen.line.restart(transcript.last_line());
            }
            self.transcripts.insert((branch, terminal), transcript);
        }
        // Of the branches the oldest was perhaps given up for this one.
        let kept = self.time.branches();
        self.transcripts.retain(|(of, _), _| kept.iter().any(|b| b.id == *of));
        self.files.keep_beside(self.time.shown().workstation());
        self.begin_anew();
    }

    /// Another course of events is looked at: what was read of the one before is forgotten.
    fn begin_anew(&mut self) {
        self.hunt = None;
        self.feed = EventFeed::default();
        self.leap();
        self.acts = <_>::default();
        let live = self.time.live();
        self.answered = live.steps().len();
        // A branch goes on to where it begins as fast as it can.
        (self.catch_up, self.echoed, self.run_again) = (self.time.moment(), live.arrived(), 0);
        if self.time.is_seeking() {
            self.run_again = commands_of(live.session());
        }
        self.copy = SessionCopy::new(live.session());
        self.copy.store();
        self.show_output();
    }

    /// Whether the cluster has more to do than there is time for.
    pub fn is_late(&self) -> bool {
        self.late_frames >= LATE_FRAMES
    }

    /// What there is to see now.
    pub fn scene(&mut self) -> Scene {
        let start = now_ms();
        self.beside_late = true;
        while self.beside_late && now_ms() - start < WORK_MS_MAX {
            self.beside_late = self.time.reach_beside(STEPS_BETWEEN_LOOKS) == Some(false);
        }
        let view = self.views.of_sim(self.time.shown());
        if !self.time.is_past() {
            self.look_at_task();
        }
        let traffic = Rc::new(self.flows.of_sim(self.time.shown()));
        let papers = Rc::new(Papers::of(self.time.shown(), &view));
        let newest = self.feed.read(self.time.live().api().store());
        let inputs = &self.time.live().session().inputs;
        if inputs.len() != self.acts.0 {
            self.acts = (inputs.len(), Rc::new(inputs.iter().filter(|i| i.is_act()).map(|i| (i.at(), Act::of(i))).list()));
        }
        Scene {
            events: if self.time.is_past() { self.feed.until(view.time) } else { newest },
            view,
            traffic,
            papers,
            late: self
                .is_late()
                .then(|| if self.time.is_seeking() || self.next_to_run_again().is_some() { Text::Replaying } else { Text::Behind }),
            playing: self.playing,
            past: self.time.is_past(),
            end: self.time.live().now(),
            marks: self.feed.all(),
            acts: self.acts.1.clone(),
            branch: self.time.current(),
            branches: Rc::new(self.time.branches()),
            beside: self.time.beside().is_some(),
            terminals: Rc::new(self.open_terminals()),
            task: self.tasks.view(self.time.current(), self.sim().now()),
            missed: self.missed(),
        }
    }

    /// Whether the cluster's DNS is there to be looked at.
    pub fn has_dns(&self) -> bool {
        self.sim().api().peek(kinds::SERVICE, "kube-system", "kube-dns").is_some()
    }

    /// The URL that a program asked for in vain, as long as nobody has brought its page.
    fn missed(&self) -> Option<AttrValue> {
        let url = self.time.live().workstation().missed_url().filter(|url| !self.time.is_past() && self.files.edited(url).is_none())?;
        Some(url.to_owned().into())
    }

    /// What a pod has used so far, of CPU and of memory, oldest first.
    pub fn used(&self, pod: &PodView) -> Vec<UsagePoint> {
        let sum = pod.containers.iter().fold([0, 0], |[cpu, memory], c| [cpu + c.cpu_m, memory + c.memory_bytes]);
        // What has only just been made uses nothing yet.
        let ends = [(pod.created, [0, 0]), (self.sim().now(), sum)];
        ends[..1].iter().chain(self.time.used(&pod.key)).chain(&ends[1..]).copied().list()
    }

    /// Looks whether the session's exercise has come further.
    fn look_at_task(&mut self) {
        self.tasks.look(self.time.live(), self.time.current(), &self.exercise());
    }

    /// Whether a scene shows what is looked at now, as it is now.
    pub fn is_shown_by(&self, scene: &Scene) -> bool {
        (scene.view.time, scene.past, scene.branch, scene.playing)
            == (self.sim().now(), self.time.is_past(), self.time.current(), self.playing)
    }

    /// Runs on to the next change of an object.
    pub fn step(&mut self) {
        let revision = self.sim().api().revision();
        let limit = self.sim().now() + STEP_MAX;
        let start = now_ms();
        while self.sim().api().revision() == revision && self.sim().now() < limit && now_ms() - start < 4.0 * WORK_MS_MAX {
            if !self.time.step_once(STEPS_OF_ONE) {
                break;
            }
        }
        self.show_output();
    }

    /// The object itself, as the API has it.
    pub fn object(&self, subject: &Subject) -> Option<&Value> {
        object(self.sim(), &subject.kind, &subject.namespace, &subject.name)
    }

    /// Why an object is not as wanted. That is looked for in the whole cluster, so once for each moment, not each time it is drawn.
    pub fn causes(&self, scene: &Scene, subject: &Subject) -> Rc<Vec<Cause>> {
        let asked = (subject.clone(), Moment::of(scene));
        let mut last = self.causes.borrow_mut();
        let known = last.take().filter(|(of, _)| *of == asked);
        let found = || Rc::new(self.object(subject).map(|o| causes(self.sim(), &scene.view, o)).unwrap_or_default());
        last.insert(known.unwrap_or_else(|| (asked, found()))).1.clone()
    }

    /// The last of what a container wrote, in this run or the one before; or the kubelet's refusal.
    pub fn logs(&self, pod: &Subject, container: &str, previous: bool) -> Result<String, Status> {
        self.inside(pod, container).logs(previous)
    }

    /// The files of a directory in a container; none where it is no directory or the container does not run.
    pub fn files(&self, pod: &Subject, container: &str, path: &str) -> Option<Vec<FileView>> {
        self.inside(pod, container).files(path)
    }

    /// A container's processes.
    pub fn processes(&self, pod: &Subject, container: &str) -> Vec<ProcessInfo> {
        self.inside(pod, container).processes()
    }

    /// A file in a container, as text.
    pub fn file(&self, pod: &Subject, container: &str, path: &str) -> Option<String> {
        self.inside(pod, container).file(path)
    }

    fn inside<'a>(&'a self, pod: &'a Subject, container: &'a str) -> ContainerInside<'a> {
        ContainerInside { sim: self.sim(), namespace: &pod.namespace, pod: &pod.name, container }
    }

    /// A container's environment.
    pub fn environment(&self, pod: &Subject, container: &str) -> Vec<EnvView> {
        self.object(pod).map(|p| environment(self.sim(), p, container)).unwrap_or_default()
    }

    /// Applies a file of the workstation: to the cluster, or to its scheduler.
    pub fn apply(&mut self, path: &str, text: &str) {
        self.write_file(path, text);
        let command = if configures_scheduler(text) { "kube-scheduler --config" } else { "kubectl apply -f" };
        self.command(&format!("{command} {}", quoted(path)));
    }

    /// Gives the workstation a command line.
    pub fn command(&mut self, line: &str) {
        self.fork();
        let files = self.files.take_edited();
        self.give(TimedInput { cmd: Some(line.to_owned()), files, ..TimedInput::default() });
    }

    /// Lets requests come to a service from outside.
    pub fn load_service(&mut self, load: Load) {
        self.give(TimedInput { load: Some(load), ..TimedInput::default() });
    }

    /// Sets the load that all running pods share, in millicores.
    pub fn load(&mut self, total_cpu_milli: f64) {
        let usage = Usage { total_cpu: Some(total_cpu_milli), ..Usage::default() };
        self.give(TimedInput { usage: Some(usage), ..TimedInput::default() });
    }

    /// Breaks or mends something.
    pub fn break_or_mend(&mut self, fault: Fault) {
        self.give(TimedInput { fault: Some(fault), ..TimedInput::default() });
    }

    /// What the commands given by [`Host::apply`] came to since this was last asked.
    pub fn answers(&mut self) -> Vec<Answer> {
        let steps = self.time.live().steps();
        let mut answers = Vec::new();
        while let Some(step) = steps.get(self.answered) {
            if step.cmd.is_some() && step.exit.is_none() {
                let takes_long = self.time.live().now().as_secs_f64() > step.t + LONG_SECS;
                if takes_long && self.told_at_work != Some(self.answered) && self.answered >= self.run_again {
                    self.told_at_work = Some(self.answered);
                    answers.push(Answer { text: Text::AtWork.t(shown_lang()).to_owned(), outcome: Outcome::AtWork });
                }
                break;
            }
            self.answered += 1;
            // What is only run again was answered when it was first given.
            if self.answered <= self.run_again {
                continue;
            }
            let text = [&step.stdout, &step.stderr].into_iter().flatten().map(|t| t.trim_end()).filter(|t| !t.is_empty()).list();
            let outcome = if step.exit == Some(0) { Outcome::Well } else { Outcome::Badly };
            answers.push(Answer { text: text.join("\n"), outcome });
        }
        let in_vain = std::mem::take(&mut self.in_vain);
        answers.extend(in_vain.then(|| Answer::badly(Text::NothingCame.t(shown_lang()))));
        // Told once a command that was just given has come to an end: what came of that would take the place of it.
        if self.copy.is_kept() {
            self.told_unkept = false;
        } else if !self.told_unkept && !self.time.live().is_busy() {
            self.told_unkept = true;
            let before = answers.pop().map_or_else(String::new, |a| a.text + "\n");
            answers.push(Answer::badly(before + Text::NotKept.t(shown_lang())));
        }
        answers
    }

    /// Every input goes this way: first into the copy that outlives a crash, then to the cluster.
    fn give(&mut self, mut input: TimedInput) {
        self.fork();
        input.t = self.time.moment().as_secs_f64();
        self.copy.append(&input);
        self.time.input(input);
    }
}

/// How many of a session's inputs have an answer.
fn commands_of(session: &Session) -> usize {
    session.inputs.iter().filter(|i| i.cmd.is_some() || i.api.is_some()).count()
}

/// The moment of a session's last input.
fn end_of(session: &Session) -> Time {
    session.inputs.iter().map(TimedInput::at).max().unwrap_or(Time::ZERO)
}

thread_local! {
    static CLOCK: Option<web_sys::Performance> = web_sys::window().and_then(|w| w.performance());
}

/// The page's own clock, in milliseconds. Only how long work takes is measured by it, never what happens.
pub fn now_ms() -> f64 {
    CLOCK.with(|clock| clock.as_ref().map_or(0.0, web_sys::Performance::now))
}
