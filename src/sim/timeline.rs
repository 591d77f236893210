//! Going back in time: a simulation with copies of it along the way. A past moment is reached by running on the copy before it. An input
//! given there begins a branch; the branch that it leaves stays as it was.

#[cfg(test)]
mod tests;

use std::rc::Rc;

use super::session::{Session, TimedInput};
use super::sim::{Progress, Sim};
use super::usage_log::{UsageLog, UsagePoint};
use crate::api::kinds;
use crate::base::{Duration, List as _, SortedMap, Time};
use crate::kubelet::Kubelets;

/// How many copies a branch keeps, at least and at most, and how many objects all its copies may hold together: the size of a copy grows
/// with them, above all with pods and their events. When there is one copy too many, every other one is dropped.
const FRAMES_MIN: usize = 24;
const FRAMES_MAX: usize = 160;
const OBJECTS_KEPT: usize = 200_000;
/// How many bytes of logs all copies hold that are full, each of which is another one in every copy; but a few copies there always are.
const LOG_BYTES_KEPT: usize = 256 << 20;
const FRAMES_FEW: usize = 8;
/// How far apart the first copies are: in time, and in work that would have to be done again (see [`Sim::work`]).
const TIME_APART: Duration = Duration::from_secs(2);
const FIRST_GAP: u64 = 250;
/// How many branches are kept. Beyond that the oldest is dropped.
const BRANCHES_MAX: usize = 12;

/// One course of events.
struct Branch {
    parent: Option<u32>,
    /// When it left its parent. Until it has reached that moment, it is the same as its parent was.
    from: Time,
    live: Sim,
    /// Copies along the way, without the session: see [`Sim::without_session`].
    frames: Vec<Rc<Sim>>,
    /// How many of its inputs do something.
    acts: usize,
    /// How much work lies between two copies.
    gap: u64,
    /// Whether copies after the first were dropped with revisions that the store has compacted.
    is_cut: bool,
    usage: UsageLog,
}

/// A branch, described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BranchInfo {
    /// Its number.
    pub id: u32,
    /// The branch that it left.
    pub parent: Option<u32>,
    /// When it left its parent.
    pub from: Time,
    /// How far it has come.
    pub until: Time,
    /// How many of its inputs did something.
    pub inputs: usize,
}

/// A session with its past and its branches. It shows one moment: the newest of the current branch, or a past one.
pub struct Timeline {
    branches: SortedMap<u32, Branch>,
    current: u32,
    made: u32,
    past: Option<Sim>,
    target: Option<Time>,
    /// The branch that the current one left, at the moment that was last compared.
    beside: Option<(u32, Sim)>,
}

impl Timeline {
    /// A session at time 0.
    pub fn new(session: Session) -> Timeline {
        let mut live = Sim::new(session);
        let acts = acts(&live);
        let first = Branch {
            parent: None,
            from: Time::ZERO,
            frames: vec![Rc::new(live.without_session())],
            live,
            acts,
            gap: FIRST_GAP,
            is_cut: false,
            usage: UsageLog::default(),
        };
        Timeline { branches: SortedMap::from([(0, first)]), current: 0, made: 0, past: None, target: None, beside: None }
    }

    fn branch(&self) -> &Branch {
        self.branches.get(&self.current).expect("the current branch is never given up")
    }

    /// The moment at which an input would be given: the one shown, or the one that is still being reached.
    pub fn moment(&self) -> Time {
        let branch = self.branch();
        match &self.past {
            Some(past) => self.target.unwrap_or(past.now()),
            None => branch.live.now().max(branch.from),
        }
    }

    /// The newest moment of the current branch.
    pub fn live(&self) -> &Sim {
        &self.branch().live
    }

    /// The moment that is shown: a past one, or the newest.
    pub fn shown(&self) -> &Sim {
        self.past.as_ref().unwrap_or(&self.branch().live)
    }

    /// The usage of a pod up to the moment that is shown, oldest first: a point wherever it changed.
    pub fn used(&self, uid: &str) -> &[UsagePoint] {
        self.branch().usage.of(uid, self.shown().now())
    }

    /// Whether a past moment is shown.
    pub fn is_past(&self) -> bool {
        self.past.is_some()
    }

    /// Whether a moment is still being reached: one that was asked for, or that at which a branch begins.
    pub fn is_seeking(&self) -> bool {
        self.target.is_some() || self.moment() > self.shown().now()
    }

    /// The current branch's number.
    pub fn current(&self) -> u32 {
        self.current
    }

    /// The parent of the current branch, at the moment that is shown, or at its newest moment if it has not come that far. None where the
    /// parent is not kept, or has not been brought there by [`Timeline::reach_beside`].
    pub fn beside(&self) -> Option<&Sim> {
        let id = self.branch().parent?;
        let (now, live) = (self.shown().now(), &self.branches.get(&id)?.live);
        let there = self.beside.as_ref().filter(|(of, sim)| *of == id && sim.now() == now).map(|(_, sim)| sim);
        if now >= live.now() { Some(live) } else { there }
    }

    /// Brings the parent of the current branch to the moment that is shown, in at most `budget` steps. Says whether it is there; none where
    /// there is no parent.
    pub fn reach_beside(&mut self, budget: u64) -> Option<bool> {
        let id = self.branch().parent?;
        let (now, parent) = (self.shown().now(), self.branches.get(&id)?);
        if now >= parent.live.now() {
            self.beside = None;
            return Some(true);
        }
        if !self.beside.as_ref().is_some_and(|(of, sim)| *of == id && sim.now() <= now && parent.frame_before(now).now() <= sim.now()) {
            self.beside = Some((id, parent.frame_before(now).with_session(parent.live.session())));
        }
        let (_, sim) = self.beside.as_mut()?;
        Some(sim.run(now, budget).done)
    }

    /// All branches, oldest first.
    pub fn branches(&self) -> Vec<BranchInfo> {
        let info = |(id, b): (&u32, &Branch)| BranchInfo { id: *id, parent: b.parent, from: b.from, until: b.live.now(), inputs: b.acts };
        self.branches.iter().map(info).list()
    }

    /// Shows another branch, at its newest moment.
    pub fn switch(&mut self, id: u32) {
        if self.branches.contains_key(&id) {
            self.current = id;
            self.back_to_now();
        }
    }

    /// Asks for a moment, at most the newest; [`Timeline::run`] reaches it.
    pub fn seek(&mut self, to: Time) {
        let branch = self.branch();
        if to >= branch.live.now() {
            return self.back_to_now();
        }
        let frame = branch.frame_before(to);
        if !self.past.as_ref().is_some_and(|p| p.now() <= to && p.now() >= frame.now()) {
            self.past = Some(frame.with_session(branch.live.session()));
        }
        self.target = Some(to);
    }

    /// Shows the newest moment again.
    pub fn back_to_now(&mut self) {
        self.past = None;
        self.target = None;
    }

    /// Runs what is shown until a moment, in at most `budget` steps: first to the moment asked for with [`Timeline::seek`]. The past is
    /// played as it was, up to the newest moment.
    pub fn run(&mut self, until: Time, budget: u64) -> Progress {
        let branch = self.branches.get_mut(&self.current).expect("the current branch is never given up");
        let Some(past) = &mut self.past else {
            let progress = branch.run(until, budget);
            branch.keep();
            return progress;
        };
        let end = branch.live.now();
        let progress = past.run(self.target.unwrap_or(until).min(end), budget);
        if progress.done {
            self.target = None;
            if past.now() >= end {
                self.past = None;
            }
        }
        progress
    }

    /// Does the next thing that happens in what is shown, or at most `budget` of the uninteresting steps before it; false where nothing is
    /// left to happen.
    pub fn step_once(&mut self, budget: u64) -> bool {
        let Some(act) = self.shown().next_act_at() else { return false };
        let before = Time(act.0.saturating_sub(1));
        let branch = self.branches.get_mut(&self.current).expect("the current branch is never given up");
        let Some(past) = &mut self.past else {
            if act > branch.usage.due() && branch.live.api().store().count(kinds::POD) == 0 {
                branch.usage.skip_to(act);
            }
            if act <= branch.live.now() || branch.run(before, budget).done {
                branch.live.step_once();
            }
            branch.keep();
            return true;
        };
        if act <= past.now() || past.run(before, budget).done {
            past.step_once();
        }
        if past.now() >= branch.live.now() {
            self.back_to_now();
        }
        true
    }

    /// Gives an input to what is shown; in the past this begins a branch. Says whether it did.
    pub fn input(&mut self, input: TimedInput) -> bool {
        let branched = self.fork();
        let branch = self.branches.get_mut(&self.current).expect("the current branch is never given up");
        branch.acts += usize::from(input.is_act());
        branch.live.input_at(branch.live.now().max(branch.from), input);
        branched
    }

    /// Begins a branch at the past moment that is shown or still being reached; false where there is none. The branch runs on to that
    /// moment by itself; inputs given meanwhile count for that moment.
    pub fn fork(&mut self) -> bool {
        let from = self.moment();
        let Some(mut live) = self.past.take() else { return false };
        self.target = None;
        live.forget_after(from);
        let parent = self.branch();
        let mut frames: Vec<Rc<Sim>> = parent.frames.iter().filter(|f| f.now() < live.now()).cloned().list();
        frames.push(Rc::new(live.without_session()));
        let branch = Branch {
            parent: Some(self.current),
            from,
            acts: acts(&live),
            usage: parent.usage.branched(&live),
            live,
            frames,
            gap: parent.gap,
            is_cut: parent.is_cut,
        };
        // Of the branch that was left only a few copies are kept, since there may be many such branches.
        if let Some(left) = self.branches.get_mut(&self.current) {
            let few = left.frames_max().min(FRAMES_MIN);
            while left.frames.len() > few {
                left.thin_out();
            }
        }
        self.made += 1;
        self.current = self.made;
        self.branches.insert(self.made, branch);
        if self.branches.len() > BRANCHES_MAX {
            self.branches.pop_first();
        }
        true
    }

    /// The moment just before the last act on the cluster; none where there was none, or where no copies are left from that time.
    pub fn before_last_act(&self) -> Option<Time> {
        let sim = self.shown();
        let last = sim.session().inputs.iter().rev().find(|i| i.is_act() && i.at() <= sim.now())?;
        let before = Time(last.at().0.saturating_sub(1));
        let branch = self.branch();
        (!branch.is_cut || branch.frame_before(before).now() > Time::ZERO).then_some(before)
    }
}

/// How many copies are kept where there are so many objects, and so many bytes of logs that are full.
fn frames_max(objects: usize, log_bytes: usize) -> usize {
    let most = (OBJECTS_KEPT / objects.max(1)).clamp(FRAMES_MIN, FRAMES_MAX);
    most.min((LOG_BYTES_KEPT / log_bytes.max(1)).max(FRAMES_FEW))
}

/// How many of a session's inputs act on the cluster.
fn acts(sim: &Sim) -> usize {
    sim.session().inputs.iter().filter(|i| i.is_act()).count()
}

impl Branch {
    /// The last copy that is kept from before a moment.
    fn frame_before(&self, moment: Time) -> &Sim {
        self.frames.iter().rfind(|f| f.now() <= moment).unwrap_or(&self.frames[0])
    }

    /// Runs on, at most to the next sample of usage; `done` only if it has come to `until`.
    fn run(&mut self, until: Time, budget: u64) -> Progress {
        let due = self.usage.due();
        let progress = self.live.run(until.min(due), budget);
        if due > until || !progress.done {
            return progress;
        }
        self.usage.look(&self.live);
        Progress { done: due == until, ..progress }
    }

    /// Keeps a copy of now, if the last one is long enough ago.
    fn keep(&mut self) {
        let last = self.frames.last().map_or((Time::ZERO, 0), |f| (f.now(), f.work()));
        // A copy is work in proportion to the objects: it must not cost more than it saves.
        let store = self.live.api().store();
        if self.live.now() < last.0 + TIME_APART || self.live.work() < last.1 + self.gap.max(store.len() as u64) {
            return;
        }
        let oldest = store.compacted();
        self.frames.push(Rc::new(self.live.without_session()));
        // Copies from before the oldest readable revision would keep alive what was compacted. Those moments are reached from the
        // beginning.
        if self.frames.get(1).is_some_and(|f| f.api().revision() < oldest) {
            self.is_cut = true;
            let first = Rc::clone(&self.frames[0]);
            self.frames.retain(|f| Rc::ptr_eq(f, &first) || f.api().revision() >= oldest);
        }
        if self.frames.len() > self.frames_max() {
            self.thin_out();
        }
    }

    /// How many copies are kept.
    fn frames_max(&self) -> usize {
        let log_bytes = self.live.cluster().kubelets.as_ref().map_or(0, Kubelets::turning_log_bytes);
        frames_max(self.live.api().store().len(), log_bytes)
    }

    /// Drops every other copy. New ones will be as far apart as those that are left.
    fn thin_out(&mut self) {
        self.gap *= 2;
        let mut n = 0;
        self.frames.retain(|_| {
            n += 1;
            n % 2 == 1
        });
    }
}
