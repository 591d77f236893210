//! Logs and commands in containers, as kubectl asks for them, from the kubelets.

use crate::api::Status;
use crate::base::Time;
use crate::kubectl::{ExecOutput, ExecRequest, LogLine, NodeApi};
use crate::kubelet::Kubelets;
use crate::server::{self, ExecId, LogOptions};

/// The kubelets behind the API server.
pub(super) struct NodeBridge<'a> {
    pub(super) kubelets: &'a mut Kubelets,
}

impl NodeApi for NodeBridge<'_> {
    fn logs(&self, namespace: &str, pod: &str, container: &str, previous: bool) -> Result<Vec<LogLine>, Status> {
        let options = LogOptions { previous, ..LogOptions::default() };
        let lines = self.kubelets.log_lines(namespace, pod, container, &options)?;
        Ok(lines.into_iter().map(|(at, text)| LogLine { at, text }).collect())
    }

    fn exec(&mut self, now: Time, request: &ExecRequest) -> Result<u64, Status> {
        let ExecRequest { namespace, pod, container, command, stdin, tty } = request;
        let id = if command.is_empty() {
            server::NodeApi::attach(self.kubelets, now, namespace, pod, container)
        } else {
            server::NodeApi::exec(self.kubelets, now, namespace, pod, container, command, *stdin, *tty)
        }?;
        Ok(id.0)
    }

    fn exec_input(&mut self, now: Time, session: u64, bytes: &[u8], eof: bool) {
        if !bytes.is_empty() {
            server::NodeApi::write(self.kubelets, now, ExecId(session), bytes);
        }
        if eof {
            server::NodeApi::close_stdin(self.kubelets, now, ExecId(session));
        }
    }

    fn exec_interrupt(&mut self, now: Time, session: u64) {
        server::NodeApi::write(self.kubelets, now, ExecId(session), b"\x03");
    }

    fn exec_output(&mut self, _now: Time, session: u64) -> Result<ExecOutput, Status> {
        let poll = server::NodeApi::poll(self.kubelets, ExecId(session));
        Ok(ExecOutput { stdout: poll.stdout, stderr: poll.stderr, exit: poll.exit })
    }
}
