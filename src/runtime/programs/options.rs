//! The programs' options, read as getopt reads them, and refused as it and the programs refuse.

use super::{Run, table};

/// What a program was given.
#[derive(Debug, Clone, Default)]
pub struct Options {
    given: Vec<(char, String)>,
    /// The operands.
    pub rest: Vec<String>,
}

impl Options {
    /// Whether an option of one of these letters was given.
    pub fn any(&self, letters: &str) -> bool {
        self.given.iter().any(|o| letters.contains(o.0))
    }
    pub fn has(&self, letter: char) -> bool {
        self.value(letter).is_some()
    }
    /// What was given last to the option of this letter.
    pub fn value(&self, letter: char) -> Option<&str> {
        self.each().filter(|o| o.0 == letter).last().map(|o| o.1)
    }
    /// The same as a number, where it is one.
    pub fn number<T: std::str::FromStr>(&self, letter: char) -> Option<T> {
        self.value(letter)?.parse().ok()
    }
    /// All options in their order.
    pub fn each(&self) -> impl Iterator<Item = (char, &str)> {
        self.given.iter().map(|o| (o.0, o.1.as_str()))
    }
    pub fn is_empty(&self) -> bool {
        self.given.is_empty()
    }
}

/// Why a program does not start.
#[derive(Debug, PartialEq)]
pub enum Refusal {
    /// It is asked how it is used.
    Help,
    /// getopt finds this wrong with an option, which is as it was given.
    Option(String, Misuse),
    /// Of its operands there are too few or too many: GNU's says so, where this is not empty, and busybox's only how it is used.
    Operands(String),
    /// Something else is wrong with how it is used.
    Wrong(String),
    /// This is said, and not how it is used.
    Said(String),
    /// It knows the option, but does not do it here.
    Missing(String),
}

impl<T: Into<String>> From<T> for Refusal {
    fn from(text: T) -> Refusal {
        Refusal::Said(text.into())
    }
}

/// What is wrong with an option.
#[derive(Debug, PartialEq)]
pub enum Misuse {
    Unknown,
    /// These long options begin so, each of them quoted and after a blank.
    Ambiguous(String),
    /// It takes a value, and has none.
    NoValue,
    /// It has a value, and takes none.
    Value,
}

impl Misuse {
    /// What getopt says.
    fn words(&self, option: &str) -> String {
        let letter = option.strip_prefix('-').filter(|rest| rest.chars().count() == 1);
        match (self, letter) {
            (Misuse::Unknown, Some(letter)) => format!("invalid option -- '{letter}'"),
            (Misuse::Unknown, None) => format!("unrecognized option '{option}'"),
            (Misuse::Ambiguous(names), _) => format!("option '{option}' is ambiguous; possibilities:{names}"),
            (Misuse::NoValue, Some(letter)) => format!("option requires an argument -- '{letter}'"),
            (Misuse::NoValue, None) => format!("option '{option}' requires an argument"),
            (Misuse::Value, _) => format!("option '{option}' doesn't allow an argument"),
        }
    }
}

impl Run<'_> {
    /// Says why the program does not start, as busybox or GNU's program does; the status that it ends with.
    pub(super) fn refuse(&mut self, why: Refusal) -> i32 {
        let gnu = self.k.is_gnu();
        let usage = self.usage();
        let status = match self.name {
            "cmp" | "sort" | "curl" | "tty" => 2,
            name if name.ends_with("grep") => 2,
            "diff" | "ls" | "printenv" if gnu => 2,
            "env" | "timeout" | "nice" | "nohup" | "stdbuf" | "chroot" if gnu => 125,
            _ => 1,
        };
        let more = format!("Try '{} --help' for more information.\n", self.name);
        let hint = match self.name {
            "curl" => "curl: try 'curl --help' for more information\n".to_owned(),
            "sed" => usage.clone(),
            _ if !gnu => usage.clone(),
            "diff" | "cmp" => format!("{}: {more}", self.name),
            name if name.ends_with("grep") => usage.clone() + &more,
            _ => more,
        };
        let text = match why {
            Refusal::Help => {
                let _ = self.k.put(self.p, if gnu { 1 } else { 2 }, usage.as_bytes());
                return 0;
            }
            Refusal::Missing(option) => {
                self.err(format!("option {option} is not simulated"));
                return status;
            }
            Refusal::Said(text) => {
                self.err(text);
                return status;
            }
            Refusal::Option(option, Misuse::NoValue) if self.name == "curl" => format!("option {option}: requires parameter"),
            Refusal::Option(option, _) if self.name == "curl" => format!("option {option}: is unknown"),
            Refusal::Option(option, misuse) => misuse.words(&option),
            Refusal::Operands(_) if !gnu => String::new(),
            Refusal::Operands(text) | Refusal::Wrong(text) => text,
        };
        let text = if text.is_empty() { text } else { format!("{}: {text}\n", self.name) };
        let _ = self.k.put(self.p, 2, (text + &hint).as_bytes());
        status
    }

    /// How the program is used, as it says itself.
    fn usage(&self) -> String {
        let gnu = self.k.is_gnu();
        let usage = table::find(self.name).map_or("", |row| row.usage);
        // What GNU's say themselves, and the operands that are busybox's as well.
        let usage = match self.name {
            _ if !gnu => usage.to_owned(),
            name if name.ends_with("grep") => "[OPTION]... PATTERNS [FILE]...".into(),
            "sed" => "[OPTION]... {script-only-if-no-other-script} [input-file]...".into(),
            _ => format!("[OPTION]... {}", usage.rsplit_once("] ").map_or(usage, |u| u.1)),
        };
        format!("{}Usage: {} {usage}\n", if gnu { "" } else { "BusyBox v1.37.0 multi-call binary.\n\n" }, self.name)
    }

    /// Refuses to start where there is no operand, or too few.
    pub(super) fn missing(&mut self, operands: &[String]) -> i32 {
        let why = self.lacking(operands);
        self.refuse(Refusal::Operands(why))
    }

    /// What is said where there is no operand, or too few.
    pub(super) fn lacking(&self, operands: &[String]) -> String {
        match operands {
            _ if self.name == "timeout" => String::new(),
            [] if matches!(self.name, "cp" | "ln" | "mv" | "touch" | "truncate") => "missing file operand".to_owned(),
            [] => "missing operand".to_owned(),
            [first, ..] if matches!(self.name, "cp" | "mv") => format!("missing destination file operand after '{first}'"),
            [.., last] => format!("missing operand after '{last}'"),
        }
    }
}

/// An option that a program knows.
struct Known {
    letter: char,
    /// A colon where it takes a value, a question mark where it may, and then in the same argument.
    takes: char,
    done: bool,
}

/// The parts of a description: options of all programs of a name, those that only GNU's have, those that are not done here.
fn parts(spec: &str, gnu: bool) -> impl Iterator<Item = (bool, &str)> {
    spec.split('|').enumerate().filter(move |(i, _)| *i != 1 || gnu).map(|(i, part)| (i < 2, part))
}

fn short(spec: &str, gnu: bool, letter: char) -> Option<Known> {
    if ":?@+".contains(letter) || letter == '#' && spec.starts_with("+#") {
        return None;
    }
    parts(spec, gnu).find_map(|(done, part)| {
        let letters = part.split(' ').find(|word| !word.is_empty() && !word.contains('='))?;
        let takes = letters.chars().skip_while(|c| *c != letter).nth(1);
        letters.contains(letter).then_some(Known { letter, takes: takes.unwrap_or(' '), done })
    })
}

/// The long option of this name, or the only one that begins so; or else whether all or none do.
fn long(spec: &str, gnu: bool, name: &str) -> Result<Known, Misuse> {
    let (mut found, mut names): (Option<Known>, String) = (None, String::new());
    for (done, part) in parts(spec, gnu) {
        for (known, how) in part.split(' ').filter_map(|word| word.split_once('=')).filter(|o| o.0.starts_with(name)) {
            let mut letters = how.chars();
            let how = Known { letter: letters.next().unwrap_or('-'), takes: letters.next().unwrap_or(' '), done };
            if known == name {
                return Ok(how);
            }
            if found.as_ref().is_none_or(|f| f.letter != how.letter) {
                names += &format!(" '--{known}'");
            }
            found.get_or_insert(how);
        }
    }
    match found {
        Some(known) if names.matches("'--").count() == 1 => Ok(known),
        Some(_) => Err(Misuse::Ambiguous(names)),
        None => Err(Misuse::Unknown),
    }
}

/// Reads arguments by a description of the options, which is that of getopt: letters, a colon behind those that take a value, a question
/// mark where they may; then long names with the letters that they stand for (`lines=n:`; a sign stands for one that has no letter). A
/// plus at the start: the first operand ends the options; a hash behind that: `-5` is an operand. An at sign: it is an option. An asterisk: the
/// program reads for itself.
pub fn read(spec: &str, args: &[String], gnu: bool) -> Result<Options, Refusal> {
    let mut o = Options::default();
    if spec == "*" {
        o.rest = args.to_vec();
        return Ok(o);
    }
    let mut it = args.iter();
    while let Some(a) = it.next() {
        let digits = a.strip_prefix('-').filter(|d| d.starts_with(|c: char| c.is_ascii_digit()));
        if a == "--" {
            break;
        } else if let Some(name) = a.strip_prefix("--") {
            let (name, value) = name.split_once('=').map_or((name, None), |(n, v)| (n, Some(v)));
            let known = match long(spec, gnu, name) {
                Ok(known) => known,
                Err(misuse @ Misuse::Ambiguous(_)) => return Err(Refusal::Option(format!("--{name}"), misuse)),
                Err(_) if name == "help" => return Err(Refusal::Help),
                Err(_) if name == "version" && gnu => return Err(Refusal::Missing(a.clone())),
                Err(misuse) => return Err(Refusal::Option(a.clone(), misuse)),
            };
            if !known.done {
                return Err(Refusal::Missing(format!("--{name}")));
            }
            let value = match (value, known.takes) {
                (Some(_), ' ') => return Err(Refusal::Option(format!("--{name}"), Misuse::Value)),
                (None, ':') => it.next().cloned().ok_or_else(|| Refusal::Option(format!("--{name}"), Misuse::NoValue))?,
                (value, _) => value.unwrap_or_default().to_owned(),
            };
            o.given.push((known.letter, value));
        } else if let Some(digits) = digits.filter(|_| parts(spec, gnu).any(|(done, part)| done && part.contains('@'))) {
            o.given.push(('@', digits.to_owned()));
        } else if a.len() < 2 || !a.starts_with('-') || digits.is_some_and(|_| spec.starts_with("+#")) {
            o.rest.push(a.clone());
            if spec.starts_with('+') {
                break;
            }
        } else {
            let mut letters = a[1..].chars();
            while let Some(c) = letters.next() {
                let known = short(spec, gnu, c).ok_or_else(|| Refusal::Option(format!("-{c}"), Misuse::Unknown))?;
                if !known.done {
                    return Err(Refusal::Missing(format!("-{c}")));
                }
                let mut value = String::new();
                if matches!(known.takes, ':' | '?') {
                    value = std::mem::replace(&mut letters, "".chars()).as_str().to_owned();
                    if value.is_empty() && known.takes == ':' {
                        value = it.next().cloned().ok_or_else(|| Refusal::Option(format!("-{c}"), Misuse::NoValue))?;
                    }
                }
                o.given.push((known.letter, value));
            }
        }
    }
    o.rest.extend(it.cloned());
    Ok(o)
}

#[cfg(test)]
mod tests {
    use super::{Refusal, read};

    #[test]
    fn reads_as_getopt_does() {
        let spec = "@ab:c? lines=n: color=!?|z number=a list=l|q quiet=q";
        for (args, gnu, want) in [
            ("-ab1 x -b 2 y", false, "a= b=1 b=2 x y"),
            ("-cx -c x -- -a", false, "c=x c= x -a"),
            ("--lines=3 --lines 4 --color --color=auto -", false, "n=3 n=4 != !=auto -"),
            ("--line 3 -5", false, "n=3 @=5"),
            ("--number -z", true, "a= z="),
            ("--number", false, "unrecognized option '--number'"),
            ("--li=3", true, "option '--li' is ambiguous; possibilities: '--lines' '--list'"),
            ("-az", false, "invalid option -- 'z'"),
            ("-a-", false, "invalid option -- '-'"),
            ("-a:", false, "invalid option -- ':'"),
            ("-b", false, "option requires an argument -- 'b'"),
            ("--lines", false, "option '--lines' requires an argument"),
            ("--number=1", true, "option '--number' doesn't allow an argument"),
            ("-q", false, "missing -q"),
            ("--help", false, "Help"),
        ] {
            let args: Vec<String> = args.split(' ').map(str::to_owned).collect();
            let got = match read(spec, &args, gnu) {
                Ok(o) => o.each().map(|(c, v)| format!("{c}={v}")).chain(o.rest.iter().cloned()).collect::<Vec<_>>().join(" "),
                Err(Refusal::Option(option, misuse)) => misuse.words(&option),
                Err(Refusal::Missing(option)) => format!("missing {option}"),
                Err(other) => format!("{other:?}"),
            };
            assert_eq!(got, want, "{args:?}");
        }
        let args = ["-5", "-w", "1"].map(str::to_owned);
        for spec in ["+#ws:", "*"] {
            assert_eq!(read(spec, &args, false).map(|o| o.rest), Ok(args.to_vec()), "{spec}");
        }
    }
}
