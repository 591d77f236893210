//! The programs' options, read as getopt reads them, and refused as it and the programs refuse.

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
    /// What getopt says.
    Wrong(String),
    /// It knows the option, but does not do it here.
    Missing(String),
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

/// The long option of this name, or the only one that begins so; or else the names of all that do.
fn long(spec: &str, gnu: bool, name: &str) -> Result<Known, String> {
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
    found.filter(|_| names.matches("'--").count() == 1).ok_or(names)
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
                Err(names) if !names.is_empty() => {
                    return Err(Refusal::Wrong(format!("option '--{name}' is ambiguous; possibilities:{names}")));
                }
                Err(_) if name == "help" => return Err(Refusal::Help),
                Err(_) if name == "version" && gnu => return Err(Refusal::Missing(a.clone())),
                Err(_) => return Err(Refusal::Wrong(format!("unrecognized option '{a}'"))),
            };
            if !known.done {
                return Err(Refusal::Missing(format!("--{name}")));
            }
            let value = match (value, known.takes) {
                (Some(_), ' ') => return Err(Refusal::Wrong(format!("option '--{name}' doesn't allow an argument"))),
                (None, ':') => it.next().cloned().ok_or_else(|| Refusal::Wrong(format!("option '--{name}' requires an argument")))?,
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
                let known = short(spec, gnu, c).ok_or_else(|| Refusal::Wrong(format!("invalid option -- '{c}'")))?;
                if !known.done {
                    return Err(Refusal::Missing(format!("-{c}")));
                }
                let mut value = String::new();
                if matches!(known.takes, ':' | '?') {
                    value = std::mem::replace(&mut letters, "".chars()).as_str().to_owned();
                    if value.is_empty() && known.takes == ':' {
                        value = it.next().cloned().ok_or_else(|| Refusal::Wrong(format!("option requires an argument -- '{c}'")))?;
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
            ("-a:", false, "invalid option -- ':'"),
            ("-b", false, "option requires an argument -- 'b'"),
            ("--lines", false, "option '--lines' requires an argument"),
            ("--number=1", true, "option '--number' doesn't allow an argument"),
            ("-q", false, "missing -q"),
            ("--help", false, "help"),
        ] {
            let args: Vec<String> = args.split(' ').map(str::to_owned).collect();
            let got = match read(spec, &args, gnu) {
                Ok(o) => o.each().map(|(c, v)| format!("{c}={v}")).chain(o.rest.iter().cloned()).collect::<Vec<_>>().join(" "),
                Err(Refusal::Wrong(text)) => text,
                Err(Refusal::Missing(what)) => format!("missing {what}"),
                Err(Refusal::Help) => "help".into(),
            };
            assert_eq!(got, want, "{args:?}");
        }
        let args = ["-5", "-w", "1"].map(str::to_owned);
        for spec in ["+#ws:", "*"] {
            assert_eq!(read(spec, &args, false).map(|o| o.rest), Ok(args.to_vec()), "{spec}");
        }
    }
}
