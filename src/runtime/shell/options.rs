//! What `set` and `shopt` turn on in a shell.

use super::Shell;

/// What `set` turns on.
#[derive(Debug, Clone, Default)]
pub struct Options {
    pub errexit: bool,
    pub nounset: bool,
    pub xtrace: bool,
    pub noglob: bool,
    pub noexec: bool,
    pub allexport: bool,
    pub verbose: bool,
    pub noclobber: bool,
    /// bash's `nullglob`.
    pub nullglob: bool,
    pub pipefail: bool,
    /// Aliases count in scripts too, which is so in busybox and asked for in bash.
    pub aliases: bool,
    pub interactive: bool,
    pub stdin: bool,
}

impl Options {
    pub fn letters(&self) -> String {
        let mut out = String::new();
        for (on, c) in [
            (self.allexport, 'a'),
            (self.errexit, 'e'),
            (self.noglob, 'f'),
            (self.interactive, 'i'),
            (self.noexec, 'n'),
            (self.nounset, 'u'),
            (self.verbose, 'v'),
            (self.xtrace, 'x'),
            (self.noclobber, 'C'),
            (self.stdin, 's'),
        ] {
            if on {
                out.push(c);
            }
        }
        out
    }

    /// Sets one by its letter; false where there is no such.
    pub fn set(&mut self, letter: char, on: bool) -> bool {
        match letter {
            'e' => self.errexit = on,
            'u' => self.nounset = on,
            'x' => self.xtrace = on,
            'f' => self.noglob = on,
            'n' => self.noexec = on,
            'a' => self.allexport = on,
            'v' => self.verbose = on,
            'C' => self.noclobber = on,
            'i' => self.interactive = on,
            's' => self.stdin = on,
            'm' | 'b' | 'h' | 'k' | 'p' | 'B' | 'H' | 'l' => {}
            _ => return false,
        }
        true
    }

    pub const NAMES: [(&'static str, char); 9] = [
        ("errexit", 'e'),
        ("noglob", 'f'),
        ("xtrace", 'x'),
        ("nounset", 'u'),
        ("noexec", 'n'),
        ("allexport", 'a'),
        ("verbose", 'v'),
        ("noclobber", 'C'),
        ("monitor", 'm'),
    ];
}

impl Shell {
    /// `$-`: bash adds what it has on by default, and how it was called.
    pub(super) fn option_letters(&self) -> String {
        let own = self.opts.letters();
        if !self.is_bash() {
            return own;
        }
        let (stdin, interactive) = (self.opts.stdin || self.opts.interactive, self.opts.interactive);
        let set = |c: char| match c {
            'h' | 'B' => true,
            'm' | 'H' => interactive,
            'c' => !self.script && !stdin && !self.reads_input,
            's' => stdin || self.reads_input,
            _ => own.contains(c),
        };
        "aefhimnuvxBCHcs".chars().filter(|c| set(*c)).collect()
    }

    /// Sets an option by its name; false where there is no such.
    pub(super) fn set_option(&mut self, name: &str, on: bool) -> bool {
        if name == "pipefail" && !self.is_dash() {
            self.opts.pipefail = on;
            return true;
        }
        match Options::NAMES.iter().find(|(n, _)| *n == name) {
            Some((_, letter)) => self.opts.set(*letter, on),
            None => matches!(name, "vi" | "emacs" | "ignoreeof" | "nolog" | "posix"),
        }
    }
}
