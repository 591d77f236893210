//! How a shell begins: its variables, its options, and what it is to run.

use arcstr::ArcStr;

use super::super::kernel::{Kernel, OpenHow};
use super::super::process::{Process, Signal};
use super::{Dialect, Shell, Var, parse};
use crate::base::List as _;

/// The number of a script that is no file.
const SCRIPT_FD: u32 = 255;

impl Shell {
    /// A shell started with the process's arguments; else the status that it ends with, having said why.
    pub fn start(k: &mut Kernel, p: &mut Process, bash: bool) -> Result<Box<Shell>, i32> {
        let argv = p.argv.clone();
        let arg0 = argv.first().cloned().unwrap_or_default();
        let dialect = match (bash, k.is_gnu()) {
            (true, _) => Dialect::Bash,
            (false, true) => Dialect::Dash,
            (false, false) => Dialect::Busybox,
        };
        let mut sh = Box::new(Shell { dialect, arg0, shell_pid: p.pid, line: 1, ..Shell::default() });
        p.memory = 900 << 10;
        sh.take_environment(k, p);
        match sh.read_arguments(k, p, argv.get(1..).unwrap_or_default()) {
            Ok(()) => Ok(sh),
            Err((status, text)) => {
                let place = if sh.is_dash() { "0: " } else { "" };
                let _ = k.put(p, 2, format!("{}: {place}{}\n", sh.arg0, sh.in_own_words(&text)).as_bytes());
                Err(status)
            }
        }
    }

    /// The variables that it begins with. What no variable can be called it hands on nonetheless, but for dash.
    fn take_environment(&mut self, k: &Kernel, p: &Process) {
        let all = !self.is_dash();
        for (name, value) in p.env.list().into_iter().filter(|(name, _)| all || parse::is_name(name)) {
            self.vars.insert(name.clone(), Var { value: value.clone(), exported: true, ..Var::default() });
        }
        let level = self.get("SHLVL").and_then(|v| v.parse::<u32>().ok()).unwrap_or(0);
        if !self.is_dash() {
            self.put("SHLVL", &(level.wrapping_add(1)).to_string(), true);
        }
        self.put("PWD", &self.directory(k, p), true);
        if self.is_bash() {
            self.put("BASH_VERSION", "5.2.37(1)-release", false);
            self.put("BASH", "/bin/bash", false);
        }
        self.put("OPTIND", "1", false);
        self.put("IFS", " \t\n", false);
    }

    /// Takes options and what is to be run from the arguments; else a status and why.
    fn read_arguments(&mut self, k: &mut Kernel, p: &mut Process, args: &[ArcStr]) -> Result<(), (i32, String)> {
        let mut args = args.iter().peekable();
        let (mut command, mut stdin) = (false, false);
        while let Some(arg) = args.next_if(|arg| arg.starts_with(['-', '+']) && arg.len() > 1) {
            let on = arg.starts_with('-');
            if arg == "--" {
                break;
            }
            if arg.starts_with("--") {
                continue;
            }
            for c in arg[1..].chars() {
                match c {
                    'c' => command = true,
                    's' => stdin = true,
                    'o' => {
                        let name = args.next().cloned().unwrap_or_default();
                        self.set_option(&name, on);
                    }
                    c if self.opts.set(c, on) => {}
                    c => return Err((2, if self.is_bash() { format!("-{c}: invalid option") } else { format!("illegal option -{c}") })),
                }
            }
        }
        args.next_if(|arg| *arg == "-");
        if self.ends_on_int(p) {
            p.handled |= Signal::INT.bit();
        }
        if command {
            let Some(script) = args.next() else {
                return Err((2, if self.is_bash() { "-c: option requires an argument" } else { "-c requires an argument" }.to_owned()));
            };
            if let Some(name) = args.next() {
                self.arg0 = name.clone();
                self.named = true;
            }
            self.params = args.cloned().list();
            self.begin(script);
        } else if let Some(path) = args.next_if(|_| !stdin) {
            let text = k.fs.read(&p.cwd, path, parse::SCRIPT_BYTES_MAX + 1);
            let within = if text.is_err() && path.starts_with("/dev/") { k.open(p, path, OpenHow::Read).ok() } else { None };
            self.params = args.cloned().list();
            (self.script, self.named) = (true, true);
            if within.is_some() {
                // A pipe (`bash <(...)`) is read as it is written.
                (self.reads_input, self.input_fd) = (true, SCRIPT_FD);
                let _ = k.set_fd(p, SCRIPT_FD, within);
            } else {
                let text = text.map_err(|e| match self.dialect {
                    Dialect::Bash => (127, format!("{path}: {e}")),
                    Dialect::Busybox => (2, format!("can't open '{path}': {e}")),
                    Dialect::Dash => (2, self.open_error(path, OpenHow::Read, e)),
                })?;
                self.begin(&String::from_utf8_lossy(&text));
            }
            self.arg0 = path.clone();
        } else {
            self.reads_input = true;
            self.opts.stdin = true;
            self.params = args.cloned().list();
            self.opts.interactive |= k.is_tty(p, 0);
            if self.opts.interactive {
                p.handled |= Signal::INT.bit();
                p.ignored |= Signal::TERM.bit() | Signal::QUIT.bit();
            }
        }
        Ok(())
    }
}
