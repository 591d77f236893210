//! What components do: actions on the page's state, and inputs to the host, from one place.

use gloo::timers::callback::Timeout;
use yew::prelude::*;

use kubarium::base::{List as _, Time};
use kubarium::sim::Session;
use kubarium::views::{EXERCISE_FILE, Exercise, ProblemView, problems};

use super::answer::Answer;
use super::host::{Host, HostRef, Hunt};
use super::i18n::Text;
use super::lang::Lang;
use super::state::{Action, Lower, Panel, SPEED_NORMAL, SPEEDS, Scene, State, Subject};
use super::storage;

/// The longest text that is checked in the editor, in bytes.
const CHECKED_BYTES_MAX: usize = 200_000;

/// What every component may reach: the state's dispatcher and the host. It never changes.
#[derive(Clone)]
pub struct Link {
    /// Sends actions.
    pub dispatch: UseReducerDispatcher<State>,
    /// The session that runs.
    pub host: HostRef,
}

impl PartialEq for Link {
    fn eq(&self, _: &Link) -> bool {
        true
    }
}

impl Link {
    /// Sends an action.
    // Never inlined: it is in so many places that calls weigh less.
    #[inline(never)]
    pub fn send(&self, action: Action) {
        self.dispatch.dispatch(action);
    }

    /// A callback that sends what `make` makes, whatever the event.
    pub fn on<E>(&self, make: impl Fn() -> Action + 'static) -> Callback<E> {
        let dispatch = self.dispatch.clone();
        Callback::from(move |_| dispatch.dispatch(make()))
    }

    /// A callback that selects an object.
    pub fn select<E>(&self, subject: Subject) -> Callback<E> {
        self.on(move || Action::Select(Some(subject.clone())))
    }

    /// Plays or pauses.
    pub fn play(&self, playing: bool) {
        self.host.borrow_mut().playing = playing;
        self.host.borrow_mut().stop_hunt();
        self.send(Action::Playing(playing));
    }

    /// Sets the speed, by its place in [`SPEEDS`].
    pub fn set_speed(&self, speed: usize) {
        let speed = speed.min(SPEEDS.len() - 1);
        self.host.borrow_mut().speed = SPEEDS[speed];
        self.send(Action::Speed(speed));
    }

    /// Applies a file: what is wrong with it is shown, otherwise it goes to the cluster. An exercise is nothing for the cluster.
    /// What was typed last is applied also where it has not been drawn yet, as on a machine that is busy.
    pub fn apply(&self, path: &str, drawn: &str, lang: Lang) {
        let typed = self.host.borrow().text_of(path);
        let text = typed.as_deref().unwrap_or(drawn);
        let problems = problems_of(path, text);
        let mut said = None;
        if problems.is_empty() && path != EXERCISE_FILE {
            let (past, playing) = (self.host.borrow().is_past(), self.host.borrow().playing);
            self.with_host(|host| host.apply(path, text));
            // Otherwise kubectl's answer comes at once.
            let waits = if past { Some(Text::AppliedApart) } else { (!playing).then_some(Text::AppliedLater) };
            said = waits.map(|text| Answer::well(text.t(lang)));
        } else if !problems.is_empty() {
            said = Some(Answer::badly(Text::NotApplied.t(lang)));
        }
        self.send(Action::Answer(said));
        self.send(Action::Problems(problems));
    }

    /// The open file's text has been edited.
    pub fn edited(&self, path: &str, text: String) {
        self.host.borrow_mut().write_file(path, &text);
        self.send(Action::Edit(text.into()));
    }

    /// Changes the language of the page, and of the comments of examples.
    pub fn set_language(&self, from: Lang, to: Lang) {
        storage::set(storage::LANG, to.code());
        self.send(Action::Language(to));
        let news = self.host.borrow_mut().retell(from, to);
        self.send(Action::Files(news));
    }

    /// Changes the theme of the page.
    pub fn set_theme(&self, dark: bool) {
        storage::set(storage::THEME, if dark { "dark" } else { "light" });
        self.send(Action::Dark(dark));
    }

    /// Something was typed into a terminal.
    pub fn type_in(&self, terminal: usize, text: &str) {
        if self.host.borrow().is_past() {
            // A branch begins, which is seen at once.
            self.with_host(|host| host.type_in(terminal, text));
        } else {
            self.host.borrow_mut().type_in(terminal, text);
        }
    }

    /// Puts a text into a terminal, in sight.
    pub fn type_in_sight(&self, terminal: usize, text: &str) {
        self.send(Action::Lower(Lower::Terminal(terminal)));
        self.send(Action::Panel(Panel::Term));
        self.type_in(terminal, text);
    }

    /// Puts a text into a terminal, in sight and with the focus there.
    pub fn type_line(&self, terminal: usize, text: &str) {
        self.type_in_sight(terminal, text);
        // Once it is in sight.
        let host = self.host.clone();
        Timeout::new(0, move || host.borrow().focus_terminal(terminal)).forget();
    }

    /// Opens a terminal, in front and with the focus there.
    pub fn new_terminal(&self) {
        let mut terminal = 0;
        self.with_host(|host| terminal = host.new_terminal());
        self.type_line(terminal, "");
    }

    /// Closes one of the terminals that are open, unless it is the only one. Where it is in front, the one beside it comes there.
    pub fn close_terminal(&self, terminal: usize, open: &[usize], is_shown: bool) {
        let at = open.iter().position(|t| *t == terminal).unwrap_or(0);
        let Some(beside) = open.get(at.checked_sub(1).unwrap_or(1)) else { return };
        self.with_host(|host| host.close_terminal(terminal));
        if is_shown {
            self.send(Action::Lower(Lower::Terminal(*beside)));
        }
    }

    /// Lets the host do something, and shows what there is to see then.
    pub fn with_host(&self, act: impl FnOnce(&mut Host)) {
        let scene = {
            let mut host = self.host.borrow_mut();
            act(&mut host);
            host.scene()
        };
        self.send(Action::Scene(scene));
    }

    /// Runs on to the next change and stops there.
    pub fn step(&self) {
        self.play(false);
        self.with_host(Host::step);
    }

    /// Stops the clock and looks at a moment.
    pub fn seek(&self, to: Time) {
        self.play(false);
        self.with_host(|h| h.seek(to));
    }

    /// Goes to the next event that matches: one that is known, or else by running on to it.
    pub fn next_event(&self, scene: &Scene, hunt: Hunt) {
        match scene.marks.iter().find(|e| scene.past && e.last > scene.view.time && hunt.is_met_by(e)) {
            Some(e) => self.seek(e.last),
            None => {
                if scene.past {
                    self.seek(scene.end);
                }
                self.with_host(|h| h.hunt(hunt));
            }
        }
    }

    /// Opens a session at a moment, and says what it is.
    pub fn open(&self, session: Session, at: f64, said: &str) {
        self.begin(session, at, Answer::well(said));
    }

    /// Says that something could not be opened; the cluster is empty then.
    pub fn refuse(&self, said: &str) {
        self.begin(Host::fresh(shown_lang()), 0.0, Answer::badly(said));
    }

    fn begin(&self, session: Session, at: f64, said: Answer) {
        self.send(Action::Opened);
        self.with_host(|h| h.open(session, Time::from_secs_f64(at)));
        // Neither the pace of the session before nor its standing clock is this one's.
        self.set_speed(SPEED_NORMAL);
        self.play(true);
        self.send(Action::Answer(Some(said)));
        self.send(Action::Replaced(self.host.borrow().replaced.is_some()));
    }

    /// Goes back to the session whose place this one took. Says whether there was one.
    pub fn return_to_replaced(&self, lang: Lang) -> bool {
        if self.host.borrow().replaced.is_none() {
            return false;
        }
        self.send(Action::Opened);
        self.with_host(Host::return_to_replaced);
        self.send(Action::Answer(Some(Answer::well(Text::RestoredLast.t(lang)))));
        self.send(Action::Replaced(false));
        true
    }

    /// Takes the last thing that was done back, in a branch; where that is that this session began, goes back to the one before.
    pub fn undo(&self, lang: Lang) {
        let mut done = false;
        self.with_host(|h| done = h.undo());
        if !done && self.return_to_replaced(lang) {
            return;
        }
        let answer = if done { Answer::well(Text::Undone.t(lang)) } else { Answer::badly(Text::NothingToUndo.t(lang)) };
        self.send(Action::Answer(Some(answer)));
    }

    /// Goes back to the event before that matches; to the beginning where there is none.
    pub fn last_event(&self, scene: &Scene, hunt: &Hunt) {
        let before = scene.marks.iter().rev().find(|e| e.last < scene.view.time && hunt.is_met_by(e));
        self.seek(before.map_or(Time::ZERO, |e| e.last));
    }
}

/// What is wrong with a file. A text so long that to look for it would take a while is left to kubectl, which reads it in parts.
pub fn problems_of(path: &str, text: &str) -> Vec<ProblemView> {
    if text.len() > CHECKED_BYTES_MAX {
        return Vec::new();
    }
    if path == EXERCISE_FILE { Exercise::read(text).err().into_iter().list() } else { problems(text) }
}

/// The language that the page is in now, for what is no component.
pub fn shown_lang() -> Lang {
    let root = web_sys::window().and_then(|w| w.document()).and_then(|d| d.document_element());
    Lang::of_code(&root.and_then(|r| r.get_attribute("lang")).unwrap_or_default())
}

/// The language, from the page around.
#[hook]
pub fn use_lang() -> Lang {
    use_context::<Lang>().unwrap_or_default()
}

/// The link, from the page around.
#[hook]
pub fn use_link() -> Link {
    use_context::<Link>().expect("every component stands inside the page, which provides the link")
}
