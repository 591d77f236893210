//! Simple commands: their assignments, functions, builtins and programs.

use super::*;
use crate::base::List as _;

/// What is assigned to a whole number (`declare -i`) as what it comes to.
fn reckoned(e: &mut Expander<'_>, mut assigned: Assigned) -> Result<Assigned, Stop> {
    let Assigned { name, value, append } = &mut assigned;
    if !e.sh.is_integer(name) {
        return Ok(assigned);
    }
    match value {
        AssignedValue::Text(key, text) => {
            let old = match key {
                _ if !std::mem::take(append) => None,
                Some(key) => e.sh.element(name, key.clone()),
                None => e.sh.get(name).map(|old| old.to_string()),
            };
            let old = old.filter(|old| !old.is_empty());
            *text = e.arith(&old.map_or_else(|| text.clone(), |old| format!("{old}+({text})")))?.to_string();
        }
        AssignedValue::Items(items) => {
            for (_, text) in items {
                *text = e.arith(text)?.to_string();
            }
        }
    }
    Ok(assigned)
}

impl Shell {
    fn assigned(&mut self, k: &mut Kernel, p: &mut Process, assigns: &[Assign]) -> Result<Vec<Assigned>, Stop> {
        let mut e = Expander::new(self, k, p);
        let mut out: Vec<Assigned> = Vec::new();
        // Each sees those before it. They are taken back for now, because a command substitution in a later one expands all again.
        let mut before: Vec<(ArcStr, Option<Var>)> = Vec::new();
        let mut stopped = None;
        for a in assigns {
            if let Some(last @ Assigned { value: AssignedValue::Text(None, _), .. }) = out.last() {
                before.push((last.name.clone(), e.sh.vars.get(&last.name).cloned()));
                // What cannot be assigned is complained about when all are.
                let _ = e.sh.assign(last.clone());
            }
            match expanded(&mut e, a).and_then(|assigned| reckoned(&mut e, assigned)) {
                Ok(assigned) => out.push(assigned),
                Err(stop) => {
                    stopped = Some(stop);
                    break;
                }
            }
        }
        for (name, var) in before.into_iter().rev() {
            match var {
                Some(var) => drop(self.vars.insert(name, var)),
                None => drop(self.vars.remove(&name)),
            }
        }
        stopped.map_or(Ok(out), Err)
    }

    fn assign(&mut self, assigned: Assigned) -> Result<(), AssignError> {
        let Assigned { name, value, append } = assigned;
        match value {
            AssignedValue::Text(None, v) if append => {
                let v = format!("{}{v}", self.get(&name).map_or("", |o| o.as_str()));
                self.set(&name, &v)
            }
            AssignedValue::Text(None, v) => self.set(&name, &v),
            AssignedValue::Text(Some(key), v) => self.set_element(&name, key, &v, append),
            AssignedValue::Items(items) => self.set_items(&name, items, append),
        }
    }

    /// Expands something with what was recorded of substitutions from a place on.
    fn with_record_from<T>(&mut self, at: usize, expand: impl FnOnce(&mut Shell) -> T) -> T {
        let tail = self.record.split_off(at.min(self.record.len()));
        let head = std::mem::replace(&mut self.record, tail);
        let expanded = expand(self);
        let tail = std::mem::replace(&mut self.record, head);
        self.record.extend(tail);
        expanded
    }

    pub(super) fn simple(&mut self, k: &mut Kernel, p: &mut Process, cmd: &Arc<Simple>) -> Flow {
        // A trap's commands are where what sprang it is.
        if cmd.line > 0 && !self.frames.last().is_some_and(|f| matches!(f.kind, FrameKind::Trap { .. })) {
            self.line = cmd.line;
        }
        let aliased = self.aliased(cmd);
        let cmd = aliased.as_ref().unwrap_or(cmd);
        if self.record.is_empty() {
            self.subst_status = None;
        }
        let mut argv = match Expander::new(self, k, p).fields(&cmd.words) {
            Ok(argv) => argv,
            Err(stop) => return self.stopped(k, p, stop),
        };
        let at = self.record_at;
        let ready = if cmd.redirects.is_empty() {
            Vec::new()
        } else {
            match self.with_record_from(at, |sh| sh.ready_redirects(k, p, &cmd.redirects)) {
                Ok(r) => r,
                Err(stop) => return self.stopped(k, p, stop),
            }
        };
        let at = if cmd.redirects.is_empty() { at } else { at + self.record_at };
        let assigned = if cmd.assigns.is_empty() {
            Vec::new()
        } else {
            match self.with_record_from(at, |sh| sh.assigned(k, p, &cmd.assigns)) {
                Ok(a) => a,
                Err(stop) => return self.stopped(k, p, stop),
            }
        };
        if self.opts.xtrace {
            self.trace(k, p, &assigned, &argv);
        }
        if self.opts.noexec {
            self.advance(0);
            return Flow::Next;
        }
        if argv.is_empty() {
            for assigned in assigned {
                if let Err(error) = self.assign(assigned) {
                    return self.stopped(k, p, error.into());
                }
            }
            let mut status = self.subst_status.take().unwrap_or(0);
            match self.redirect(k, p, &ready) {
                Some(saved) => self.undo(k, p, saved),
                None => status = 1,
            }
            self.status = status;
            self.advance(0);
            if !cmd.tested {
                self.check_errexit();
            }
            return Flow::Next;
        }
        // `command name` finds no functions.
        let mut plain = false;
        while argv.first().is_some_and(|a| a == "command") && argv.len() > 1 && !argv[1].starts_with('-') {
            argv.remove(0);
            plain = true;
        }
        let function = if plain { None } else { self.functions.get(argv[0].as_str()).cloned() };
        if let Some(code) = function {
            return self.call(k, p, cmd, code, Expanded { argv, ready, assigned });
        }
        if let Some(builtin) = builtins::find(&argv[0], self.dialect) {
            return self.builtin(k, p, cmd, builtin, Expanded { argv, ready, assigned });
        }
        self.external(k, p, cmd, Expanded { argv, ready, assigned })
    }

    /// A script's command with what its first word is an alias for. In lines that are typed, aliases are replaced as text.
    fn aliased(&self, cmd: &Arc<Simple>) -> Option<Arc<Simple>> {
        if self.opts.interactive || (self.is_bash() && !self.opts.aliases) || self.aliases.is_empty() {
            return None;
        }
        let (mut words, mut seen) = (cmd.words.clone(), Vec::new());
        // Where the word is that may be an alias, and the one that may be next: a blank at an alias's end asks for it.
        let (mut at, mut next) = (0, None);
        loop {
            if let Some(name) = words.get(at).and_then(Word::literal).map(str::to_owned)
                && !seen.contains(&name)
                && let Some(text) = self.aliases.get(name.as_str())
                && let [Op::Simple(means)] = &compile(text, self.dialect).ops[..]
            {
                words.splice(at..at + 1, means.words.iter().cloned());
                let behind = at + means.words.len();
                next =
                    if text.ends_with([' ', '\t']) { Some(behind) } else { next.map(|n: usize| (n + means.words.len()).saturating_sub(1)) };
                seen.push(name);
            } else if let Some(n) = next.take() {
                at = n;
            } else {
                break;
            }
        }
        let Simple { assigns, redirects, tested, line, .. } = &**cmd;
        let (assigns, redirects) = (assigns.clone(), redirects.clone());
        (!seen.is_empty()).then(|| Arc::new(Simple { words, assigns, redirects, tested: *tested, line: *line }))
    }

    /// What a traced line begins with: bash says how deep it is.
    pub(in super::super) fn trace_mark(&self) -> String {
        "+".repeat(if self.is_bash() { 1 + self.depth } else { 1 })
    }

    fn trace(&mut self, k: &mut Kernel, p: &mut Process, assigned: &[Assigned], argv: &[String]) {
        let mut text = self.trace_mark();
        let busybox = !self.is_bash() && !self.is_dash();
        // busybox has characters of its own that it quotes for.
        let odd = |b: u8| b < b'+' || (b';'..=b'?').contains(&b) || matches!(b, b'`' | b'[' | b'\\') || b > b'z';
        let traced = |word: &str| match word.bytes().any(odd) {
            _ if self.is_dash() => word.to_owned(),
            true if busybox => format!("'{}'", word.replace('\'', "'\"'\"'")),
            false if busybox => word.to_owned(),
            _ => quote(word),
        };
        for Assigned { name, value, .. } in assigned {
            text.push_str(&match value {
                AssignedValue::Text(None, v) => format!(" {name}={}", traced(v)),
                AssignedValue::Text(Some(key), v) => format!(" {name}[{key}]={}", traced(v)),
                AssignedValue::Items(items) => {
                    let items = items.iter().map(|(key, v)| key.as_ref().map_or_else(|| v.clone(), |key| format!("[{key}]={v}")));
                    format!(" {name}=({})", items.list().join(" "))
                }
            });
        }
        for a in argv {
            text.push(' ');
            text.push_str(&traced(a));
        }
        text.push('\n');
        let _ = k.put(p, 2, text.as_bytes());
    }

    /// Sets variables for one command and remembers what they were.
    fn assign_for(&mut self, assigned: Vec<Assigned>, saved: &mut Saved, export: bool) -> Result<(), AssignError> {
        for assigned in assigned {
            let name = assigned.name.clone();
            saved.vars.push((name.clone(), self.vars.get(&name).cloned()));
            self.assign(assigned)?;
            if export && let Some(v) = self.vars.get_mut(&name) {
                v.exported = true;
                self.env = None;
            }
        }
        Ok(())
    }

    fn call(&mut self, k: &mut Kernel, p: &mut Process, cmd: &Simple, code: Arc<Code>, expanded: Expanded) -> Flow {
        let Expanded { argv, ready, assigned } = expanded;
        if self.frames.len() >= FRAMES_MAX {
            self.complain(k, p, "maximum function nesting level exceeded");
            self.status = 2;
            self.exiting = Some(2);
            return Flow::Next;
        }
        let Some(mut saved) = self.redirect(k, p, &ready) else {
            self.status = 1;
            self.advance(0);
            return Flow::Next;
        };
        if let Err(error) = self.assign_for(assigned, &mut saved, true) {
            self.complain(k, p, &error.to_string());
        }
        self.advance(0);
        self.control.push(Control::Redirect(saved));
        let mut words = argv.into_iter().map(ArcStr::from);
        let (name, params) = (words.next().unwrap_or_default(), words.list());
        if let Err(error) = self.charge(params.iter().map(|t| t.len()).sum()) {
            self.undo_redirect_of_call(k, p);
            return self.stopped(k, p, error.into());
        }
        let params = std::mem::replace(&mut self.params, params);
        self.push_frame(code, FrameKind::Function { name, params, locals: Vec::new() }, cmd.tested);
        Flow::Next
    }

    /// Redirects for a builtin or a program; where that cannot be, the command has failed.
    fn redirected(&mut self, k: &mut Kernel, p: &mut Process, cmd: &Simple, ready: &[Ready]) -> Option<Saved> {
        let saved = self.redirect(k, p, ready);
        if saved.is_none() {
            self.status = if self.is_dash() { 2 } else { 1 };
            self.advance(0);
            if !cmd.tested {
                self.check_errexit();
            }
        }
        saved
    }

    fn builtin(&mut self, k: &mut Kernel, p: &mut Process, cmd: &Simple, builtin: &Builtin, expanded: Expanded) -> Flow {
        let Expanded { argv, ready, assigned } = expanded;
        let Some(mut saved) = self.redirected(k, p, cmd, &ready) else {
            // bash goes on after `exec > /nowhere`.
            return if builtin.is_special() && !self.is_bash() { self.leave(k, p, if self.is_dash() { 2 } else { 1 }) } else { Flow::Next };
        };
        let mut lost = Saved::default();
        let into = if builtin.is_special() { &mut lost } else { &mut saved };
        if let Err(error) = self.assign_for(assigned, into, false) {
            self.complain(k, p, &error.to_string());
        }
        let call = &mut Call { sh: self, k, p, name: &argv[0], args: &argv[1..], tested: cmd.tested };
        match (builtin.run)(call) {
            Outcome::Done(status) => {
                self.undo(k, p, saved);
                self.status = status;
                self.note_statuses(std::iter::once(status), false);
                self.advance(0);
                if !cmd.tested {
                    self.check_errexit();
                }
            }
            Outcome::Jumped => self.undo(k, p, saved),
            Outcome::Exit(code) => {
                self.undo(k, p, saved);
                self.exiting = Some(code);
            }
            Outcome::Frame(code, kind) => {
                self.advance(0);
                self.control.push(Control::Redirect(saved));
                self.push_frame(code, kind, cmd.tested);
            }
            Outcome::Wait { pids, any } => {
                // They hold until it has waited: it may say how a job ended.
                self.control.push(Control::Redirect(saved));
                self.advance(0);
                self.wait = Wait::Builtin { pids, any };
            }
            Outcome::Read(mut reading) => {
                reading.saved = saved;
                self.advance(0);
                self.wait = Wait::Read(reading);
            }
            Outcome::Foreground(pid) => {
                self.undo(k, p, saved);
                self.advance(0);
                self.wait = Wait::Jobs { pids: vec![(pid, None)], tested: cmd.tested };
            }
            Outcome::Keep => {
                // `exec` without a command: the redirections stay.
                for (_, old) in saved.fds {
                    if let Some(d) = old {
                        k.desc_unref(d);
                    }
                }
                self.status = 0;
                self.advance(0);
            }
            Outcome::Exec(argv) => {
                for (_, old) in saved.fds {
                    if let Some(d) = old {
                        k.desc_unref(d);
                    }
                }
                return self.exec_in_place(k, p, argv, true);
            }
        }
        Flow::Next
    }

    fn external(&mut self, k: &mut Kernel, p: &mut Process, cmd: &Simple, expanded: Expanded) -> Flow {
        let Expanded { argv, ready, assigned } = expanded;
        // The last command of a child, or of `sh -c`, replaces the shell.
        let last = self.frames.len() == 1
            && self.control.is_empty()
            && !self.reads_input
            && !self.opts.interactive
            && self.traps.values().all(|t| t.is_empty())
            && self.jobs.iter().all(|j| j.status.is_some())
            && self
                .frames
                .first()
                .is_some_and(|f| matches!(f.kind, FrameKind::Main) && f.code.ops.get(f.pc + 1).is_none_or(|o| *o == Op::Exit));
        if last {
            let Some(saved) = self.redirect(k, p, &ready) else {
                self.exiting = Some(1);
                return Flow::Next;
            };
            saved.fds.into_iter().filter_map(|(_, old)| old).for_each(|old| k.desc_unref(old));
            let mut saved = Saved::default();
            if let Err(error) = self.assign_for(assigned, &mut saved, true) {
                self.complain(k, p, &error.to_string());
            }
            return self.exec_in_place(k, p, argv, false);
        }
        let mut vars = Saved::default();
        if let Err(error) = self.assign_for(assigned, &mut vars, true) {
            self.complain(k, p, &error.to_string());
        }
        let env = self.environment();
        let path = self.get("PATH").cloned();
        self.undo(k, p, vars);
        let Some(saved) = self.redirected(k, p, cmd, &ready) else { return Flow::Next };
        let found = look_up(k, p, path.as_deref(), &argv);
        let outcome = match found {
            Ok(l) => match k.fork(p, Body::Gone) {
                Some(pid) => {
                    self.adopt(k, pid, None, None, false);
                    if let Some(mut c) = k.procs.remove(&pid) {
                        k.exec(&mut c, l.program, l.argv, env);
                        k.procs.insert(pid, c);
                    }
                    Some(pid)
                }
                None => {
                    self.undo(k, p, saved);
                    return self.cannot_fork(k, p);
                }
            },
            Err(e) => {
                self.status = self.not_run(k, p, &argv[0], e);
                None
            }
        };
        self.undo(k, p, saved);
        self.advance(0);
        match outcome {
            Some(pid) => self.wait = Wait::Jobs { pids: vec![(pid, None)], tested: cmd.tested },
            None => {
                if !cmd.tested {
                    self.check_errexit();
                }
            }
        }
        Flow::Next
    }

    /// Says why a command could not be run; 127 or 126.
    fn not_run(&mut self, k: &mut Kernel, p: &mut Process, name: &str, e: Errno) -> i32 {
        let text = match (e, self.is_bash()) {
            (Errno::NoEntry, false) if name.is_empty() => ": Permission denied".to_owned(),
            (Errno::NoEntry, false) => format!("{name}: not found"),
            (Errno::NoEntry, true) if !name.contains('/') => format!("{name}: command not found"),
            (Errno::IsDirectory, true) => format!("{name}: Is a directory"),
            (Errno::IsDirectory, false) => format!("{name}: Permission denied"),
            (e, _) => format!("{name}: {e}"),
        };
        self.complain(k, p, &text);
        if matches!(e, Errno::NoEntry | Errno::NotDirectory) { 127 } else { 126 }
    }

    fn exec_in_place(&mut self, k: &mut Kernel, p: &mut Process, argv: Vec<String>, builtin: bool) -> Flow {
        let path = self.get("PATH").cloned();
        match look_up(k, p, path.as_deref(), &argv) {
            Ok(Lookup { program, argv }) => {
                p.argv = argv;
                p.env = self.environment();
                p.handled = 0;
                p.memory = 600 << 10;
                if self.opts.interactive {
                    p.ignored &= !(Signal::TERM.bit() | Signal::QUIT.bit());
                }
                Flow::Wait(Step::Become(Box::new(Body::Start(program)), 400))
            }
            Err(e) => {
                let status = if builtin {
                    self.builtin_error(
                        k,
                        p,
                        "exec",
                        &format!("{}: {}", argv[0], if e == Errno::NoEntry { "not found".to_string() } else { e.to_string() }),
                    );
                    if e == Errno::NoEntry { 127 } else { 126 }
                } else {
                    self.not_run(k, p, &argv[0], e)
                };
                self.exiting = Some(status);
                Flow::Next
            }
        }
    }
}
