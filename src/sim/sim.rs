//! The simulation: a session played on virtual time, in steps as small as its host wants.

use std::collections::VecDeque;
use std::sync::Arc;

use super::cluster::Cluster;
use super::digest;
use super::outcome::{self, Outcome, StepOutcome};
use super::session::{ApiInput, ContainerRef, Fault, Input, Session, Switch, TimedInput};
use super::workstation::Workstation;
use crate::api::Value;
use crate::base::{Duration, List as _, Time};
use crate::server::{ApiServer, Caller, RestRequest, RestResponse, User};

/// How long after its last input a session may go on, when it is played to its end.
const OVERTIME_MAX: Duration = Duration::from_secs(900);
/// How long virtual time runs on after the last input, when a session is played to its end.
const AFTER_LAST: Duration = Duration::from_secs(2);

/// How far a call of [`Sim::run`] came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The moment that was reached.
    pub reached: Time,
    /// Whether that is the moment asked for; otherwise the budget ran out first.
    pub done: bool,
}

/// A session being played. It is a value: a copy runs on independently.
#[derive(Clone, Debug)]
pub struct Sim {
    session: Session,
    now: Time,
    cluster: Cluster,
    workstation: Workstation,
    /// How many of the session's inputs have come.
    arrived: usize,
    /// Inputs that wait for the command before them to end.
    waiting: VecDeque<usize>,
    /// The input whose command is running.
    running: Option<usize>,
    steps: Vec<Arc<StepOutcome>>,
    /// How many steps it has done.
    done: u64,
}

impl Sim {
    /// A session at time 0, with all its inputs still to come.
    pub fn new(session: Session) -> Self {
        let cluster = Cluster::new(&session);
        let workstation = Workstation::new(&session);
        Sim {
            session,
            now: Time::ZERO,
            cluster,
            workstation,
            arrived: 0,
            waiting: VecDeque::new(),
            running: None,
            steps: Vec::new(),
            done: 0,
        }
    }

    /// Virtual time.
    pub fn now(&self) -> Time {
        self.now
    }

    /// The session: what it began with and every input, those still to come included.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The cluster's API, to look at.
    pub fn api(&self) -> &ApiServer {
        &self.cluster.api
    }

    /// The cluster, to look at.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// The workstation, to look at.
    pub fn workstation(&self) -> &Workstation {
        &self.workstation
    }

    /// What a terminal has shown from an offset on, and the offset after that. The oldest output is forgotten in time.
    pub fn terminal_output(&self, tab: u32, from: usize) -> (Vec<u8>, usize) {
        self.workstation.terminal_output(tab, from)
    }

    /// The outcomes of the commands and API requests so far.
    pub fn steps(&self) -> &[Arc<StepOutcome>] {
        &self.steps
    }

    /// A digest of the history so far: equal histories, and only they, have equal ones.
    pub fn digest(&self) -> u64 {
        digest::digest(self.cluster.api.store())
    }

    #[cfg(test)]
    pub(super) fn compact(&mut self, revision: u64) {
        self.cluster.api.compact(revision);
    }

    /// Records an input for the present moment; it is acted on as soon as the simulation runs.
    pub fn input(&mut self, input: TimedInput) {
        self.input_at(self.now, input);
    }

    /// Records an input for a moment that is not past.
    pub(super) fn input_at(&mut self, moment: Time, mut input: TimedInput) {
        input.t = moment.as_secs_f64();
        // Inputs that were recorded for later moments come after this one, and those of the moment itself before it.
        let before = self.inputs_until(moment);
        self.session.inputs.insert(before, input);
    }

    /// How many inputs come until a moment, those that have come included.
    fn inputs_until(&self, moment: Time) -> usize {
        self.arrived + self.session.inputs[self.arrived..].iter().take_while(|i| i.at() <= moment).count()
    }

    /// How much work it was to get here from the beginning: steps and commits.
    pub(super) fn work(&self) -> u64 {
        self.done + self.cluster.api.revision()
    }

    /// A copy to come back to by [`Sim::with_session`]. It leaves out the session, since otherwise each copy would hold everything that was
    /// applied and typed before it.
    pub(super) fn without_session(&mut self) -> Sim {
        let session = std::mem::take(&mut self.session);
        let copy = self.clone();
        self.session = session;
        copy
    }

    /// A copy that plays on this session, which must begin with the inputs that have come.
    pub(super) fn with_session(&self, session: &Session) -> Sim {
        Sim { session: session.clone(), ..self.clone() }
    }

    /// Forgets the inputs that come after a moment.
    pub(super) fn forget_after(&mut self, moment: Time) {
        self.session.inputs.truncate(self.inputs_until(moment));
    }

    /// How many of the session's inputs have come.
    pub fn arrived(&self) -> usize {
        self.arrived
    }

    /// Runs until a moment, doing at most `budget` steps.
    pub fn run(&mut self, until: Time, budget: u64) -> Progress {
        for _ in 0..budget {
            let Some(next) = self.next_at().filter(|t| *t <= until) else {
                self.now = self.now.max(until);
                return Progress { reached: self.now, done: true };
            };
            self.now = self.now.max(next);
            self.step();
        }
        Progress { reached: self.now, done: false }
    }

    /// Does the next thing that happens, and moves on to its moment; false where nothing is left to happen.
    pub fn step_once(&mut self) -> bool {
        let Some(act) = self.next_act_at() else { return false };
        while let Some(next) = self.next_at().filter(|t| *t < act) {
            self.now = self.now.max(next);
            self.step();
        }
        self.now = self.now.max(act);
        self.step();
        true
    }

    /// Whether there are inputs still to come or commands that run or wait.
    pub fn is_busy(&self) -> bool {
        self.running.is_some() || !self.waiting.is_empty() || self.arrived < self.session.inputs.len()
    }

    /// Does the next thing that happens until `deadline`, at which a command that still runs is killed; false where nothing is left.
    pub fn step_before(&mut self, deadline: Time) -> bool {
        match self.next_at().filter(|t| *t <= deadline) {
            Some(next) => {
                self.now = self.now.max(next);
                self.step();
            }
            None if self.running.is_none() => return false,
            None => {
                self.now = self.now.max(deadline);
                self.workstation.kill_command(&mut self.cluster, self.now);
                self.finish_command();
            }
        }
        true
    }

    /// Plays the session to its end and two seconds on.
    ///
    /// A command that has not ended a quarter of an hour after the last input is killed.
    pub fn play(&mut self) {
        let last = self.session.inputs.iter().map(TimedInput::at).max().unwrap_or(Time::ZERO);
        self.play_before(last + OVERTIME_MAX);
    }

    /// Plays the session to its end and two seconds on. The command that runs at `deadline` is killed.
    pub fn play_before(&mut self, deadline: Time) {
        while self.is_busy() && self.step_before(deadline) {}
        let end = self.now + AFTER_LAST;
        while !self.run(end, u64::MAX).done {}
    }

    /// What came of the session so far.
    pub fn outcome(&self) -> Outcome {
        outcome::collect(
            &self.cluster,
            self.session.default_namespace(),
            self.session.nodes.is_some(),
            self.steps.iter().map(|step| (**step).clone()).list(),
        )
    }

    fn next_at(&self) -> Option<Time> {
        self.next_of(self.cluster.next_at())
    }

    /// When the next thing happens that [`Sim::step_once`] would stop at.
    pub(super) fn next_act_at(&self) -> Option<Time> {
        self.next_of(self.cluster.next_act_at())
    }

    /// When the next thing happens, given when it does in the cluster.
    fn next_of(&self, cluster: Option<Time>) -> Option<Time> {
        let input = self.session.inputs.get(self.arrived).map(TimedInput::at);
        let ready = (self.running.is_none() && !self.waiting.is_empty()).then_some(self.now);
        [input, ready, cluster, self.workstation.next_at(&self.cluster)].into_iter().flatten().min()
    }

    /// Does one thing that is due now. The cluster goes first, so that a command sees all that happened before it.
    fn step(&mut self) {
        self.done += 1;
        if !self.workstation.is_midway() && self.cluster.step(self.now) {
            return;
        }
        if self.workstation.next_at(&self.cluster).is_some_and(|t| t <= self.now) {
            self.workstation.step(&mut self.cluster, self.now);
            if self.workstation.is_midway() {
                return;
            }
            self.cluster.route(self.now);
            self.finish_command();
            return;
        }
        if self.running.is_none()
            && let Some(i) = self.waiting.pop_front()
        {
            self.act(i);
            self.cluster.route(self.now);
            return;
        }
        if self.session.inputs.get(self.arrived).is_some_and(|i| i.at() <= self.now) {
            let i = self.arrived;
            self.arrived += 1;
            match self.session.inputs[i].what() {
                // What is typed into a terminal does not wait for the commands of other inputs.
                Some(Input::Terminal(typed)) => {
                    self.write_files(i);
                    if typed.hangup {
                        self.workstation.hang_up(self.now, typed.tab);
                    } else {
                        self.workstation.terminal_input(self.now, typed.tab, typed.data.as_bytes());
                    }
                }
                Some(_) => self.waiting.push_back(i),
                None => {}
            }
        }
    }

    /// Writes the files that come with an input.
    fn write_files(&mut self, i: usize) {
        for (path, text) in &self.session.inputs[i].files {
            self.workstation.write_file(path, text);
        }
    }

    fn act(&mut self, i: usize) {
        self.write_files(i);
        let input = self.session.inputs[i].clone();
        let t = self.now.as_secs_f64();
        match input.what() {
            Some(Input::Command(line, stdin)) => {
                self.workstation.start_command(self.now, &line, stdin.as_deref());
                self.running = Some(i);
                self.steps.push(Arc::new(StepOutcome { t, cmd: Some(line), ..StepOutcome::default() }));
                self.finish_command();
            }
            Some(Input::Api(ApiInput { request, content_type, body })) => {
                let (method, path) = request.split_once(' ').unwrap_or(("GET", &request));
                let by = Caller::of_user(self.now, User::administrator());
                // A string is the body as text, still to be read.
                let api = &mut self.cluster.api;
                let body = match &body {
                    Value::Str(text) => api.read_body(method, path, &content_type, text),
                    _ => Ok(body),
                };
                let mut answer = match body {
                    Ok(body) => api.rest(&by, &RestRequest { method, path, content_type: &content_type, agent: "", body }),
                    Err(status) => RestResponse::of_status(&status),
                };
                if answer.code == 404 && !self.cluster.api.has_route(path) {
                    answer.body = "404 page not found\n".into();
                }
                self.steps.push(Arc::new(StepOutcome {
                    t,
                    api: Some(request.clone()),
                    http_status: Some(answer.code),
                    response: Some(answer.body),
                    ..StepOutcome::default()
                }));
            }
            Some(Input::Usage(usage)) => {
                // What more than 32 bits hold no node has.
                let whole = |n: Option<f64>| n.map(|n| u64::from(n.round() as u32));
                if self.session.metrics.is_none() {
                    self.cluster.api.metrics_mut().serve(true);
                }
                if let Some(kubelets) = &mut self.cluster.kubelets {
                    kubelets.set_usage(whole(usage.cpu), whole(usage.memory), whole(usage.total_cpu));
                }
            }
            Some(Input::Fault(fault)) => self.break_or_mend(&fault),
            Some(Input::Load(load)) => {
                let (namespace, name) = load.service.split_once('/').unwrap_or(("default", &load.service));
                if let Some(kubelets) = &mut self.cluster.kubelets {
                    kubelets.load(self.now, namespace, name, &load.points);
                }
            }
            Some(Input::Terminal(_) | Input::Files) | None => {}
        }
    }

    fn break_or_mend(&mut self, fault: &Fault) {
        let Cluster { api, kubelets: Some(kubelets), .. } = &mut self.cluster else {
            if fault.finish_terminating_pods {
                self.cluster.finish_terminating_pods(self.now);
            }
            return;
        };
        if let Some(ContainerRef { namespace, pod, container }) = &fault.kill {
            kubelets.kill(self.now, namespace, pod, container, fault.pid);
        }
        if let Some(ContainerRef { namespace, pod, container }) = &fault.fill {
            kubelets.fill(self.now, namespace, pod, container, u64::from(fault.mib.unwrap_or(512)) << 20);
        }
        kubelets.slow(fault.node.as_deref(), fault.disk, fault.registry);
        let Some(node) = &fault.node else { return };
        if let Some(network) = fault.network {
            kubelets.cut(self.now, node, network == Switch::Stop);
            if network == Switch::Stop {
                api.stop_heartbeats(self.now, node);
            }
        }
        match fault.kubelet {
            Some(Switch::Stop) => {
                kubelets.stop(self.now, node);
                api.stop_heartbeats(self.now, node);
            }
            Some(Switch::Start) => {
                kubelets.start(self.now, node);
                api.resume_heartbeats(self.now, node);
            }
            None => {}
        }
    }

    /// Takes over the outcome of the running command, if it has ended.
    fn finish_command(&mut self) {
        if self.running.is_none() {
            return;
        }
        if let Some(done) = self.workstation.take_command() {
            self.running = None;
            if let Some(step) = self.steps.last_mut().map(Arc::make_mut) {
                step.stdout = Some(done.stdout);
                step.stderr = Some(done.stderr);
                step.exit = Some(done.exit);
            }
        }
    }
}
