//! The frame loop: in each frame of the page the cluster runs on, or the picture of it is drawn anew, or both.

use std::cell::RefCell;
use std::rc::Rc;

use gloo::render::{AnimationFrame, request_animation_frame};
use gloo::timers::callback::Timeout;
use yew::prelude::*;

use kubarium::base::Time;

use super::host::{FileNews, Host, HostRef, now_ms as now};
use super::state::{Action, Scene, State};

/// The longest stretch of real time one frame makes up for, in milliseconds: after a pause of the page time goes on, it does not leap.
const FRAME_MS_MAX: f64 = 500.0;
/// How often the picture is drawn anew while only time goes by, in milliseconds.
const DRAW_EVERY_MS: f64 = 66.0;
/// Where drawing is dear, it happens so seldom that so many times as long lies between.
const DRAW_SHARE: f64 = 4.0;
/// The same where the cluster comes late as it is.
const DRAW_SHARE_LATE: f64 = 8.0;
/// However dear drawing is, it happens after so many milliseconds.
const DRAW_EVERY_MS_MAX: f64 = 500.0;
/// How long the cluster may have worked in a frame in which the picture is drawn as well, in milliseconds.
const WORK_MS_BESIDE: f64 = 4.0;
/// How often an event is read out, in milliseconds: a voice cannot keep up with a cluster.
const SPEAK_EVERY_MS: f64 = 2500.0;
/// How often the workstation's files are looked at, in milliseconds.
const FILES_EVERY_MS: f64 = 400.0;

/// While this lives, each frame of the page lets the cluster run on.
pub struct FrameLoop {
    next: NextFrame,
}

/// The frame that is asked for; it is not drawn where this is dropped.
type NextFrame = Rc<RefCell<Option<AnimationFrame>>>;

impl FrameLoop {
    /// Begins with the next frame.
    pub fn start(host: HostRef, dispatch: UseReducerDispatcher<State>) -> FrameLoop {
        let next = NextFrame::default();
        schedule(next.clone(), host, dispatch, Rc::new(RefCell::new(FrameClock { stale: true, ..FrameClock::default() })));
        FrameLoop { next }
    }
}

impl Drop for FrameLoop {
    fn drop(&mut self) {
        self.next.borrow_mut().take();
    }
}

/// What happened when, and how long it took. Moments are of the page's own clock, in milliseconds.
#[derive(Default)]
struct FrameClock {
    /// The last frame in which the cluster worked.
    worked_at: Option<f64>,
    drawn_at: Option<f64>,
    /// How long the last look took, and drawing what was seen.
    draw_ms: f64,
    /// How long the cluster worked since then, the last time it did.
    work_ms: f64,
    /// What was read and is to be drawn in the next frame.
    read: Option<Scene>,
    /// Whether what is drawn may be no longer so.
    stale: bool,
    files_at: Option<f64>,
    /// When an event was read out last.
    spoke_at: f64,
    /// Which was the newest event then.
    spoken: String,
    /// When that happened, on the cluster's clock.
    spoken_time: Time,
    /// Which branch was looked at then.
    branch: u32,
}

impl FrameClock {
    /// Whether so long lies between that the picture may be drawn again.
    fn is_due(&self, host: &Host, now_ms: f64) -> bool {
        let wait_ms = if host.has_said {
            // What a terminal shows is not older in the picture than the picture takes to draw.
            self.draw_ms.min(DRAW_EVERY_MS_MAX)
        } else {
            let share = if host.is_late() { DRAW_SHARE_LATE } else { DRAW_SHARE };
            (self.draw_ms * share).clamp(DRAW_EVERY_MS, DRAW_EVERY_MS_MAX)
        };
        self.drawn_at.is_none_or(|at| now_ms - at >= wait_ms)
    }

    /// A frame. Much work, reading what there is to see and drawing it do not share one: they take turns. Says what is to be drawn.
    fn turn(&mut self, host: &mut Host, now_ms: f64) -> Option<Scene> {
        let began = now();
        if let Some(read) = self.read.take() {
            if host.is_shown_by(&read) {
                return Some(read);
            }
            self.stale = true;
        }
        let is_due = self.is_due(host, now_ms);
        if !(self.stale && is_due && self.work_ms > WORK_MS_BESIDE) {
            let elapsed_ms = self.worked_at.map_or(0.0, |at| (now_ms - at).clamp(0.0, FRAME_MS_MAX));
            self.worked_at = Some(now_ms);
            self.stale |= host.frame(elapsed_ms);
            self.work_ms = now() - began;
            if self.work_ms > WORK_MS_BESIDE {
                return None;
            }
        }
        if !(self.stale && is_due) {
            return None;
        }
        (self.stale, self.work_ms, self.drawn_at, host.has_said) = (false, 0.0, Some(now_ms), false);
        let looked = now();
        let read = host.scene();
        self.draw_ms = now() - looked;
        if now() - began > WORK_MS_BESIDE {
            self.read = Some(read);
            return None;
        }
        Some(read)
    }

    /// What became of the workstation's files, where it is time to look.
    fn file_news(&mut self, host: &mut Host, now_ms: f64) -> FileNews {
        if self.files_at.is_some_and(|at| now_ms - at <= FILES_EVERY_MS) {
            return FileNews::default();
        }
        self.files_at = Some(now_ms);
        host.file_news()
    }

    /// What is to be read out of what is seen, where it is time for that.
    fn announcement(&mut self, scene: &Scene, now_ms: f64) -> Option<AttrValue> {
        // What is looked at once more is no news, nor is what another branch or session brings along.
        if scene.past {
            return None;
        }
        if scene.branch != self.branch || scene.view.time < self.spoken_time {
            let newest = scene.events.first().map(|e| (e.key.clone(), e.last));
            (self.spoken, self.spoken_time) = newest.unwrap_or_default();
            self.branch = scene.branch;
            return None;
        }
        let newest = scene.events.first().filter(|e| self.spoken != e.key && now_ms - self.spoke_at > SPEAK_EVERY_MS)?;
        // Of those that came since the last one was read out, a warning says more than what came after it.
        let mut since = scene.events.iter().take_while(|e| e.key != self.spoken && e.last >= self.spoken_time);
        let e = since.find(|e| e.warning).unwrap_or(newest);
        // Nobody can listen to a UID.
        let message = e.message.replace(&format!("({})", e.uid), "");
        let text = format!("{} {}: {}. {message}", e.kind, e.name, e.reason);
        (self.spoke_at, self.spoken, self.spoken_time) = (now_ms, newest.key.clone(), newest.last);
        Some(text.into())
    }
}

fn schedule(next: NextFrame, host: HostRef, dispatch: UseReducerDispatcher<State>, clock: Rc<RefCell<FrameClock>>) {
    let again = next.clone();
    let frame = request_animation_frame(move |now_ms| {
        let (scene, answer, news) = {
            let (mut clock, mut host) = (clock.borrow_mut(), host.borrow_mut());
            (clock.turn(&mut host, now_ms), host.answers().pop(), clock.file_news(&mut host, now_ms))
        };
        if news != FileNews::default() {
            dispatch.dispatch(Action::Files(news));
        }
        if answer.is_some() {
            dispatch.dispatch(Action::Answer(answer));
        }
        if let Some(scene) = scene {
            let announcement = clock.borrow_mut().announcement(&scene, now_ms);
            if let Some(text) = announcement {
                dispatch.dispatch(Action::Announce(text));
            }
            dispatch.dispatch(Action::Scene(scene));
            let began = now();
            let clock = clock.clone();
            // The page is drawn before a timer's turn comes.
            Timeout::new(0, move || clock.borrow_mut().draw_ms += now() - began).forget();
        }
        schedule(next, host, dispatch, clock);
    });
    *again.borrow_mut() = Some(frame);
}
