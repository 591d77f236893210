//! Lifecycle hooks: postStart and preStop. Models pkg/kubelet/lifecycle/handlers.go.

use super::container::{KillStep, Printed, ProcessUse};
use super::container_runtime::{self, NetError};
use super::pod_worker::{Cx, PodWorker, ServeUse, What};
use super::probes::cannot_exec;
use super::spec::{ProbeAction, parse_action};
use crate::api::{ArcStr, Value};
use crate::base::{Duration, List as _};
use crate::server::EventType;

/// How long after a container's start its postStart hook's request arrives, or its command cannot begin: a server listens by then.
const REQUEST_AFTER: Duration = Duration::from_millis(100);

impl PodWorker {
    fn hook(&self, c: usize, which: &str) -> Value {
        self.containers[c].spec.value.at(&["lifecycle", which]).clone()
    }

    /// How long the postStart hook sleeps, where that is what it does.
    pub(super) fn post_start_sleep(&self, c: usize) -> Option<Duration> {
        let seconds = self.hook(c, "postStart").at(&["sleep", "seconds"]).as_int()?;
        Some(Duration::from_secs(seconds.max(0).unsigned_abs()))
    }

    /// Begins the postStart hook, unless it sleeps; whether there is one to wait for.
    pub(super) fn begin_post_start(&mut self, cx: &mut Cx<'_>, c: usize) -> bool {
        let hook = self.hook(c, "postStart");
        if hook.is_null() {
            return false;
        }
        if let Some(ProbeAction::Exec(command)) = parse_action(&hook)
            && self.spawn_hook(cx, c, &command, ProcessUse::PostStart).is_ok()
        {
            return true;
        }
        let attempt = self.containers[c].newest().map_or(0, |i| i.attempt);
        self.wake_at(cx, cx.now + REQUEST_AFTER, What::Hook(c as u16, attempt));
        true
    }

    /// The moment of a postStart hook that is no running command has come.
    pub(super) fn post_start_due(&mut self, cx: &mut Cx<'_>, c: usize, attempt: u32) {
        if self.containers.get(c).and_then(|c| c.newest()).is_none_or(|i| i.attempt != attempt) {
            return;
        }
        let hook = self.hook(c, "postStart");
        let failure = match parse_action(&hook) {
            Some(ProbeAction::Exec(command)) => {
                let why = self.spawn_hook(cx, c, &command, ProcessUse::PostStart).err();
                let id = self.containers[c].newest().map_or("", |i| i.id.as_str());
                let why = why.map(|e| cannot_exec(id, cx.now, &e)).unwrap_or_default();
                Some(self.hook_failure(c, "Exec", &format!("[{}]", command.join(" ")), &format!("{why}, message: \"\"")))
            }
            Some(action @ ProbeAction::Http { .. }) => match self.serve_hook(cx, c, &action) {
                Ok(()) => return,
                Err(error) => Some(self.request_failure(cx, c, &action, error)),
            },
            _ => Some("Cannot run handler: invalid handler".to_owned()),
        };
        self.post_start_ended(cx, c, failure);
    }

    /// What the kubelet says of a hook that failed.
    fn hook_failure(&self, c: usize, kind: &str, what: &str, why: &str) -> String {
        let (container, pod) = (self.containers[c].spec.name.as_str(), self.full_name());
        format!("{kind} lifecycle hook ({what}) for Container {container:?} in Pod {pod:?} failed - error: {why}")
    }

    /// What the kubelet says of a postStart hook whose request failed.
    fn request_failure(&self, cx: &Cx<'_>, c: usize, action: &ProbeAction, error: NetError) -> String {
        let (dial, url) = self.destination(cx, c, action);
        let why = self.unnamed_port(c, action).unwrap_or_else(|| {
            let why = match error {
                NetError::Reset => "EOF".to_owned(),
                NetError::TimedOut => format!("dial tcp {dial}: i/o timeout"),
                _ => format!("dial tcp {dial}: connect: connection refused"),
            };
            format!("Get {:?}: {why}", url.unwrap_or_default())
        });
        let path = self.hook(c, "postStart");
        self.hook_failure(c, "HTTP", path.at(&["httpGet", "path"]).str(), &why)
    }

    /// Begins the preStop hook; whether there is one to wait for.
    pub(super) fn begin_pre_stop(&mut self, cx: &mut Cx<'_>, c: usize) -> bool {
        let hook = self.hook(c, "preStop");
        let sleep = hook.at(&["sleep", "seconds"]).as_int();
        let waits = if let Some(seconds) = sleep {
            let until = cx.now + Duration::from_secs(seconds.max(0).unsigned_abs());
            let attempt = self.containers[c].newest().map_or(0, |i| i.attempt);
            self.wake_at(cx, until, What::Grace(c as u16, attempt));
            true
        } else {
            match parse_action(&hook) {
                Some(ProbeAction::Exec(command)) => self.spawn_hook(cx, c, &command, ProcessUse::PreStop).is_ok(),
                Some(action @ ProbeAction::Http { .. }) => self.serve_hook(cx, c, &action).is_ok(),
                _ => false,
            }
        };
        if !waits && !hook.is_null() {
            self.container_event(cx, c, EventType::Warning, "FailedPreStopHook", "PreStopHook failed");
        }
        if waits && let Some(killing) = self.containers[c].newest_mut().and_then(|i| i.killing.as_mut()) {
            killing.step = KillStep::Hook;
        }
        waits
    }

    /// The preStop hook's sleep is over.
    pub(super) fn pre_stop_slept(&mut self, cx: &mut Cx<'_>, c: usize) {
        if !self.hook(c, "preStop").at(&["sleep", "seconds"]).is_null() {
            self.pre_stop_ended(cx, c);
        }
    }

    fn spawn_hook(
        &mut self,
        cx: &mut Cx<'_>,
        c: usize,
        command: &[ArcStr],
        wanted: ProcessUse,
    ) -> Result<(), container_runtime::SpawnError> {
        let Some(instance) = self.containers[c].newest_mut() else { return Ok(()) };
        let Some(machine) = instance.machine.as_deref_mut() else { return Err(container_runtime::SpawnError::Stopped) };
        let pid = container_runtime::exec_asked(machine, &instance.process, cx.now, command)?;
        instance.uses.insert(pid, wanted);
        self.reschedule(cx, c);
        Ok(())
    }

    fn serve_hook(&mut self, cx: &mut Cx<'_>, c: usize, action: &ProbeAction) -> Result<(), NetError> {
        let (serving, id) = self.serve_local(cx, c, action, "kube-lifecycle/1.36")?;
        self.serves.insert((serving, id), ServeUse::Hook(c));
        self.reschedule(cx, serving);
        Ok(())
    }

    /// A hook's request was answered, with whatever status, or broke off.
    pub(super) fn hook_served(&mut self, cx: &mut Cx<'_>, c: usize, answered: bool) {
        let ends = self.containers[c].newest().is_some_and(|i| i.killing.is_some());
        let action = parse_action(&self.hook(c, if ends { "preStop" } else { "postStart" })).filter(|_| answered);
        if let Some(action @ ProbeAction::Http { https: true, .. }) = action {
            // Models runHTTPHandler, which asks again without TLS.
            let dial = self.destination(cx, c, &action).0;
            if !self.speaks_tls(c, &dial) {
                let message = format!("request to HTTPS lifecycle hook {dial} got HTTP response, retry with HTTP succeeded");
                self.event(cx, EventType::Warning, "LifecycleHTTPFallback", &message);
            }
        }
        if ends {
            self.hook_ended(cx, c, ProcessUse::PreStop, i32::from(!answered), &Printed::default());
        } else {
            let failure = parse_action(&self.hook(c, "postStart"))
                .filter(|_| !answered)
                .map(|action| self.request_failure(cx, c, &action, NetError::Reset));
            self.post_start_ended(cx, c, failure);
        }
    }

    /// A hook's process or request has ended.
    pub(super) fn hook_ended(&mut self, cx: &mut Cx<'_>, c: usize, wanted: ProcessUse, code: i32, printed: &Printed) {
        match wanted {
            ProcessUse::PostStart => {
                let failure = (code != 0).then(|| {
                    let command: Vec<String> =
                        self.hook(c, "postStart").at(&["exec", "command"]).items().iter().map(|t| t.str().to_owned()).list();
                    let command = command.join(" ");
                    let (errors, all) = (String::from_utf8_lossy(&printed[1]), printed.concat());
                    let all = String::from_utf8_lossy(&all);
                    let why = format!("command '{command}' exited with {code}: {errors}, message: {all:?}");
                    self.hook_failure(c, "Exec", &format!("[{command}]"), &why)
                });
                self.post_start_ended(cx, c, failure);
            }
            ProcessUse::PreStop => {
                // One that outlasts the grace period ends with its container, and fails then.
                if code != 0 {
                    self.container_event(cx, c, EventType::Warning, "FailedPreStopHook", "PreStopHook failed");
                }
                if self.containers[c].newest().is_some_and(|i| i.killing.as_ref().is_some_and(|k| k.step == KillStep::Hook)) {
                    self.pre_stop_ended(cx, c);
                }
            }
            _ => {}
        }
    }
}
