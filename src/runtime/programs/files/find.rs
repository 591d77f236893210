//! find.

use super::super::super::fs::{Errno, Inode, Kind, base_name};
use super::super::super::kernel::Kernel;
use super::super::super::process::Process;
use super::super::super::shell::Pattern;
use super::super::users::{group, user};
use super::super::{Complaint, Refusal, Run};
use super::{clean, remove_tree};
use crate::base::{Case as _, List as _, Time};

/// All files below a path, for `grep -r`.
pub fn all_files(k: &Kernel, p: &Process, path: &str) -> Vec<String> {
    fn walk(node: &Inode, path: &str, out: &mut Vec<String>) {
        if out.len() > 10_000 {
            return;
        }
        match &node.kind {
            Kind::Dir(entries) => {
                for (n, c) in entries {
                    walk(c, &format!("{}/{n}", path.trim_end_matches('/')), out);
                }
            }
            Kind::File { .. } => out.push(path.to_string()),
            _ => {}
        }
    }
    let mut out = Vec::new();
    match k.fs.stat(&p.cwd, path) {
        Ok(node) => walk(node, path, &mut out),
        Err(_) => out.push(path.to_string()),
    }
    out
}

/// What `find` asks of a file, or does with it.
enum Test {
    True,
    All(Vec<Test>),
    Either(Vec<Test>),
    Not(Box<Test>),
    /// A pattern, whether it is for the whole path, and whether letters' case does not matter.
    Name(Pattern, bool, bool),
    Type(String),
    /// A number that is to be compared, by its sign, with the size in so many bytes.
    Size(Count, u64),
    /// The same with the age in so many seconds.
    Age(Count, u64),
    Newer(Time),
    Owner(String),
    Group(String),
    /// Bits of the mode, and a sign: all of them, any of them, or these and no others.
    Mode(u32, Option<char>),
    Empty,
    Print(char),
    Delete,
    Prune,
    Exec(Vec<String>),
    /// One of the commands that are given all files at once.
    Gather(usize),
}

/// `+5`, `-5` or `5`.
struct Count(Option<char>, u64);

impl Count {
    fn holds(&self, n: u64) -> bool {
        match self.0 {
            Some('+') => n > self.1,
            Some(_) => n < self.1,
            None => n == self.1,
        }
    }
}

/// What `find` knows by name and does not do here.
const NOT_SIMULATED: &str = " -printf -fprint -fprintf -fls -ls -regex -iregex -regextype -samefile -inum -links -quit -execdir -okdir -anewer -cnewer -amin -atime -cmin -ctime -lname -ilname -nouser -nogroup -readable -writable -executable -newermt -fstype -uid -gid ";

/// Reads the tests of a command line.
struct Reader<'a> {
    r: &'a Run<'a>,
    words: &'a [String],
    at: usize,
    depths: (usize, usize),
    /// Whether something is done, so that paths are not printed by themselves.
    acts: bool,
    nesting: u32,
    /// The commands that are given all files at once.
    gather: Vec<Vec<String>>,
}

impl Reader<'_> {
    fn word(&self) -> Option<&str> {
        self.words.get(self.at).map(String::as_str)
    }

    fn either(&mut self) -> Result<Test, Refusal> {
        self.nesting += 1;
        if self.nesting > 50 {
            return Err("too many parentheses".into());
        }
        let mut sides = vec![self.all()?];
        while matches!(self.word(), Some("-o" | "-or")) {
            self.at += 1;
            sides.push(self.all()?);
        }
        self.nesting -= 1;
        Ok(Test::Either(sides))
    }

    fn all(&mut self) -> Result<Test, Refusal> {
        let mut tests = Vec::new();
        while !matches!(self.word(), None | Some("-o" | "-or" | ")")) {
            let before = self.at;
            while matches!(self.word(), Some("!" | "-not")) {
                self.at += 1;
            }
            let turned = (self.at - before) % 2 == 1;
            let test = self.one()?;
            tests.push(if turned { Test::Not(Box::new(test)) } else { test });
        }
        Ok(Test::All(tests))
    }

    fn one(&mut self) -> Result<Test, Refusal> {
        let test = self.word().unwrap_or(")").to_owned();
        self.at += 1;
        Ok(match test.as_str() {
            "-a" | "-and" | "-xdev" | "-mount" | "-depth" | "-d" | "-follow" | "-noleaf" | "-true" => Test::True,
            "-false" => Test::Not(Box::new(Test::True)),
            "(" => {
                let inner = self.either()?;
                if self.word() != Some(")") {
                    return Err("unmatched '('".into());
                }
                self.at += 1;
                inner
            }
            "-empty" => Test::Empty,
            "-prune" => Test::Prune,
            "-print" | "-print0" | "-delete" => {
                self.acts = true;
                match test.as_str() {
                    "-print" => Test::Print('\n'),
                    "-print0" => Test::Print('\0'),
                    _ => Test::Delete,
                }
            }
            "-exec" | "-ok" => {
                self.acts = true;
                let rest = &self.words[self.at..];
                let end = rest.iter().position(|a| a == ";" || a == "+").ok_or("unterminated exec")?;
                self.at += end + 1;
                let mut command = rest[..end].to_vec();
                if rest[end] == ";" {
                    return Ok(Test::Exec(command));
                }
                command.retain(|a| a != "{}");
                self.gather.push(command);
                Test::Gather(self.gather.len() - 1)
            }
            test => self.valued(test)?,
        })
    }

    /// A test with a value.
    fn valued(&mut self, test: &str) -> Result<Test, Refusal> {
        const VALUED: &str =
            " -name -iname -path -wholename -ipath -type -maxdepth -mindepth -size -mmin -mtime -newer -user -group -perm ";
        let gnu = self.r.k.is_gnu();
        if !VALUED.contains(&format!(" {test} ")) {
            return Err(match NOT_SIMULATED.contains(&format!(" {test} ")) {
                true => format!("{test} is not simulated").into(),
                false if gnu => format!("unknown predicate `{test}'").into(),
                false => Refusal::Wrong(format!("unrecognized: {test}")),
            });
        }
        let missing = || if gnu { format!("missing argument to `{test}'") } else { format!("{test} requires an argument") };
        let value = self.word().ok_or_else(missing)?.to_owned();
        self.at += 1;
        let wrong = || if gnu { format!("invalid argument `{value}' to `{test}'") } else { format!("invalid number '{value}'") };
        let sign = value.chars().next().filter(|c| "+-".contains(*c));
        let count = |digits: &str| digits.trim_start_matches(['+', '-']).parse().map_err(|_| wrong());
        Ok(match test {
            "-name" => Test::Name(Pattern::new(&value), false, false),
            "-iname" => Test::Name(Pattern::new(&value.lower()), false, true),
            "-path" | "-wholename" => Test::Name(Pattern::new(&value), true, false),
            "-ipath" => Test::Name(Pattern::new(&value.lower()), true, true),
            "-type" => Test::Type(value),
            "-maxdepth" | "-mindepth" => {
                let n = value.parse().map_err(|_| wrong())?;
                if test == "-maxdepth" {
                    self.depths.1 = n
                } else {
                    self.depths.0 = n
                }
                Test::True
            }
            "-size" => {
                let digits = value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
                let unit = match &value[digits.len()..] {
                    "" | "b" => 512,
                    "c" => 1,
                    "w" => 2,
                    "k" => 1 << 10,
                    "M" => 1 << 20,
                    "G" => 1 << 30,
                    _ => return Err(wrong().into()),
                };
                Test::Size(Count(sign, count(digits)?), unit)
            }
            "-mmin" | "-mtime" => Test::Age(Count(sign, count(&value)?), if test == "-mmin" { 60 } else { 86_400 }),
            "-newer" => {
                let node = self.r.k.fs.stat(&self.r.p.cwd, &value);
                Test::Newer(node.map_err(|e| if gnu { format!("'{value}': {e}") } else { format!("can't stat '{value}': {e}") })?.mtime)
            }
            "-user" => Test::Owner(value),
            "-group" => Test::Group(value),
            _ => {
                let sign = value.chars().next().filter(|c| "-/".contains(*c));
                Test::Mode(u32::from_str_radix(value.trim_start_matches(['-', '/']), 8).map_err(|_| wrong())?, sign)
            }
        })
    }
}

/// A search under way.
struct Search<'a> {
    k: &'a Kernel,
    p: &'a Process,
    depths: (usize, usize),
    out: String,
    commands: Vec<Vec<String>>,
    gathered: Vec<Vec<String>>,
    deleted: Vec<String>,
    /// How many files were looked at.
    seen: usize,
    /// Whether what is in the present folder is passed over.
    pruned: bool,
}

impl Search<'_> {
    fn walk(&mut self, test: &Test, path: &str, node: &Inode, depth: usize) {
        self.seen += 1;
        if self.seen > 50_000 || depth > 200 {
            return;
        }
        self.pruned = false;
        if depth >= self.depths.0 {
            self.holds(test, path, node);
        }
        if let Kind::Dir(entries) = &node.kind
            && depth < self.depths.1
            && !self.pruned
        {
            for (n, c) in entries {
                let child = format!("{}/{n}", path.trim_end_matches('/'));
                // What is mounted there is what is seen.
                let seen = self.k.fs.find(&self.p.cwd, &child, false).ok().and_then(|x| x.node.cloned());
                self.walk(test, &child, seen.as_ref().unwrap_or(c), depth + 1);
            }
        }
    }

    fn holds(&mut self, test: &Test, path: &str, node: &Inode) -> bool {
        match test {
            Test::True => {}
            Test::All(tests) => return tests.iter().all(|t| self.holds(t, path, node)),
            Test::Either(tests) => return tests.iter().any(|t| self.holds(t, path, node)),
            Test::Not(test) => return !self.holds(test, path, node),
            Test::Name(pattern, whole, folds) => {
                let text = match base_name(path) {
                    _ if *whole => path,
                    "" => "/",
                    name => name,
                };
                return if *folds { pattern.matches(&text.lower()) } else { pattern.matches(text) };
            }
            Test::Type(letters) => {
                let own = match node.kind {
                    Kind::Dir(_) => 'd',
                    Kind::Link(_) => 'l',
                    Kind::Device(_) => 'c',
                    _ => 'f',
                };
                return letters.contains(own);
            }
            Test::Size(count, unit) => return count.holds(node.size().div_ceil(*unit)),
            Test::Age(count, unit) => return count.holds(self.k.now.since(node.mtime).as_secs() / unit),
            Test::Newer(time) => return node.mtime > *time,
            Test::Owner(name) => return user(self.k, node.uid) == *name || node.uid.to_string() == *name,
            Test::Group(name) => return group(self.k, node.gid) == *name || node.gid.to_string() == *name,
            Test::Mode(bits, Some('-')) => return node.mode & bits == *bits,
            Test::Mode(bits, Some(_)) => return node.mode & bits != 0 || *bits == 0,
            Test::Mode(bits, None) => return node.mode & 0o7777 == *bits,
            Test::Empty => {
                return match &node.kind {
                    Kind::Dir(e) => e.is_empty(),
                    _ => node.size() == 0,
                };
            }
            Test::Print(end) => self.out.extend([path, end.encode_utf8(&mut [0; 4])]),
            Test::Delete => self.deleted.push(path.to_owned()),
            Test::Prune => self.pruned = true,
            Test::Exec(command) => self.commands.push(command.iter().map(|a| a.replace("{}", path)).list()),
            Test::Gather(n) => self.gathered[*n].push(path.to_owned()),
        }
        true
    }
}

/// What a search comes to.
pub struct Found {
    /// The exit status.
    pub status: i32,
    /// The commands of `-exec` that are to run.
    pub commands: Vec<Vec<String>>,
    /// How many of them, at the end, are given all files at once: `find` fails where one of these does.
    pub gathered: usize,
}

/// `find`: prints what matches.
pub fn find(r: &mut Run<'_>) -> Result<Found, i32> {
    let args: Vec<String> = r.args.iter().skip_while(|a| matches!(a.as_str(), "-H" | "-L" | "-P")).cloned().list();
    let split = args.iter().position(|a| a.starts_with('-') || a == "(" || a == "!").unwrap_or(args.len());
    let (roots, words) = args.split_at(split);
    let mut reader = Reader { r, words, at: 0, depths: (0, usize::MAX), acts: false, nesting: 0, gather: Vec::new() };
    let read = reader.either().and_then(|test| if reader.at < words.len() { Err("unmatched ')'".into()) } else { Ok(test) });
    let (depths, acts, gather) = (reader.depths, reader.acts, std::mem::take(&mut reader.gather));
    let mut test = match read {
        Ok(test) => test,
        Err(refusal) => return Err(r.refuse(refusal)),
    };
    if !acts {
        test = Test::All(vec![test, Test::Print('\n')]);
    }
    let mut search = Search {
        k: r.k,
        p: r.p,
        depths,
        out: String::new(),
        commands: Vec::new(),
        gathered: vec![Vec::new(); gather.len()],
        deleted: Vec::new(),
        seen: 0,
        pruned: false,
    };
    let here = [".".to_owned()];
    let mut missing = Vec::new();
    for root in if roots.is_empty() { &here } else { roots } {
        match search.k.fs.find(&search.p.cwd, root, false).map(|x| x.node.cloned()) {
            Ok(Some(node)) => search.walk(&test, root, &node, 0),
            _ => missing.push(root),
        }
    }
    let Search { out, mut commands, gathered, deleted, .. } = search;
    let mut status = i32::from(!missing.is_empty());
    for root in missing {
        r.err(Complaint::about(root, Errno::NoEntry));
    }
    r.out(out);
    for path in deleted.iter().rev() {
        if let Ok(at) = clean(r, path)
            && let Err(e) = remove_tree(r, &at)
        {
            r.err(Complaint::cannot("remove", path, e));
            status = 1;
        }
    }
    let before = commands.len();
    commands.extend(gather.into_iter().zip(gathered).filter(|g| !g.1.is_empty()).map(|(command, paths)| [command, paths].concat()));
    Ok(Found { status, gathered: commands.len() - before, commands })
}
