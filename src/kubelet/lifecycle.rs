//! Lifecycle hooks: postStart and preStop. Models pkg/kubelet/lifecycle/handlers.go.

use super::container::{KillStep, ProcessUse};
use super::container_runtime;
use super::pod_worker::{Cx, PodWorker, ServeUse, What};
use super::spec::{ProbeAction, parse_action};
use crate::api::{ArcStr, Object, Value};
use crate::base::Duration;

impl PodWorker {
    fn hook(&self, c: usize, which: &str) -> Value {
        self.containers[c].spec.value.at(&["lifecycle", which]).clone()
    }

    /// How long the postStart hook sleeps, where that is what it does.
    pub(super) fn post_start_sleep(&self, c: usize) -> Option<Duration> {
        let seconds = self.hook(c, "postStart").at(&["sleep", "seconds"]).as_int()?;
        Some(Duration::from_secs(seconds.max(0).unsigned_abs()))
    }

    /// Begins the postStart hook; whether there is one to wait for.
    pub(super) fn begin_post_start(&mut self, cx: &mut Cx<'_>, c: usize) -> bool {
        let hook = self.hook(c, "postStart");
        match parse_action(&hook) {
            Some(ProbeAction::Exec(command)) => self.spawn_hook(cx, c, &command, ProcessUse::PostStart).is_ok(),
            Some(action @ ProbeAction::Http { .. }) => {
                // A hook's request is not waited for: what answers it is the same container.
                let _ = self.serve_hook(cx, c, &action);
                false
            }
            _ => false,
        }
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
                Some(action @ ProbeAction::Http { .. }) => self.serve_hook(cx, c, &action),
                _ => false,
            }
        };
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
        let pid = container_runtime::exec(machine, &instance.process, cx.now, command, container_runtime::Stdin::Null)?;
        instance.uses.insert(pid, wanted);
        self.reschedule(cx, c);
        Ok(())
    }

    fn serve_hook(&mut self, cx: &mut Cx<'_>, c: usize, action: &ProbeAction) -> bool {
        match self.serve_local(cx, c, action) {
            Ok((serving, id)) => {
                self.serves.insert((serving, id), ServeUse::Hook(c));
                self.reschedule(cx, serving);
                true
            }
            Err(_) => false,
        }
    }

    /// A hook's process or request has ended.
    pub(super) fn hook_ended(&mut self, cx: &mut Cx<'_>, c: usize, wanted: ProcessUse, code: i32, output: &[u8]) {
        match wanted {
            ProcessUse::PostStart => {
                let failure = (code != 0).then(|| {
                    let command: Vec<String> =
                        self.hook(c, "postStart").at(&["exec", "command"]).items().iter().map(|t| t.str().to_owned()).collect();
                    format!(
                        "Exec lifecycle hook ([{}]) for Container {:?} in Pod {:?} failed - error: command '{}' exited with {code}: , message: {:?}",
                        command.join(" "),
                        self.containers[c].spec.name.as_str(),
                        format!("{}_{}({})", self.pod.name(), self.pod.namespace(), self.uid),
                        command.join(" "),
                        String::from_utf8_lossy(output)
                    )
                });
                self.post_start_ended(cx, c, failure);
            }
            ProcessUse::PreStop => {
                if self.containers[c].newest().is_some_and(|i| i.killing.as_ref().is_some_and(|k| k.step == KillStep::Hook)) {
                    if code != 0 {
                        self.container_event(cx, c, crate::server::EventType::Warning, "FailedPreStopHook", "PreStopHook failed");
                    }
                    self.pre_stop_ended(cx, c);
                }
            }
            _ => {}
        }
    }
}
