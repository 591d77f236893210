//! What a queue server keeps, and the commands that it takes: those of Redis for strings and lists. The broker of the work queues is the
//! same server behind other clients.

use std::collections::VecDeque;

use super::server::ArgumentError;
use crate::base::{List as _, Order as _, SortedMap};

/// Settings that a server keeps at most.
const SETTINGS_MAX: usize = 64;
/// Bytes that a server keeps at most.
const BYTES_MAX: usize = 8 << 20;

/// How much is in a list of a queue server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueLength {
    /// The list's key, or the queue's name.
    pub name: String,
    /// Messages that wait to be taken.
    pub waiting: usize,
    /// Messages that were taken and not acknowledged.
    pub held: usize,
}

#[derive(Debug, Clone)]
enum Item {
    Text(String),
    List(VecDeque<String>),
}

/// The keys of a server.
#[derive(Debug, Clone, Default)]
pub struct Queues {
    items: SortedMap<String, Item>,
    /// Messages that were delivered and not acknowledged: by whom each is held, from which list, and what it is.
    held: Vec<[String; 3]>,
    bytes: usize,
    /// The settings that differ from their defaults.
    settings: Vec<(String, String)>,
}

/// Settings and their defaults, of those that people look at.
const SETTINGS: [(&str, &str); 12] = [
    ("appendonly", "no"),
    ("bind", "* -::*"),
    ("databases", "16"),
    ("dir", "/data"),
    ("loglevel", "notice"),
    ("maxclients", "10000"),
    ("maxmemory", "0"),
    ("maxmemory-policy", "noeviction"),
    ("port", "6379"),
    ("requirepass", ""),
    ("save", "3600 1 300 100 60 10000"),
    ("timeout", "0"),
];

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    Status(&'static str),
    Error(String),
    Int(i64),
    Nil,
    Bulk(String),
    Many(Vec<String>),
}

/// Who asked, and so how the answer is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// The protocol itself.
    Wire,
    /// As `redis-cli` prints in a terminal.
    Terminal,
    /// As `redis-cli` prints into a pipe.
    Raw,
}

/// A request in its words. The clients here begin with a control character and a letter for the style; words are set apart by another.
pub fn read(data: &[u8]) -> (Style, Vec<String>) {
    let text = String::from_utf8_lossy(data);
    let (style, rest) = match text.strip_prefix('\u{1}') {
        Some(rest) if rest.starts_with('t') => (Style::Terminal, &rest[1..]),
        Some(rest) => (Style::Raw, rest.get(1..).unwrap_or("")),
        None => (Style::Wire, text.as_ref()),
    };
    if let Some(words) = rest.strip_prefix('\u{1f}') {
        return (style, words.split('\u{1f}').map(str::to_owned).list());
    }
    // The protocol's arrays: every second line is a word.
    if rest.starts_with('*') {
        return (style, rest.split("\r\n").skip(2).step_by(2).map(str::to_owned).list());
    }
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    for c in rest.trim_end().chars() {
        match quote {
            Some(q) if c == q => quote = None,
            None if matches!(c, '"' | '\'') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            None if c.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    (style, words)
}

impl Reply {
    pub fn write(&self, style: Style) -> Vec<u8> {
        let quoted = |s: &str| if style == Style::Terminal { format!("{s:?}") } else { s.to_owned() };
        let wire = style == Style::Wire;
        let text = match self {
            Reply::Status(s) if wire => format!("+{s}\r\n"),
            Reply::Status(s) => format!("{s}\n"),
            Reply::Error(e) if wire => format!("-{e}\r\n"),
            Reply::Error(e) if style == Style::Terminal => format!("(error) {e}\n"),
            Reply::Error(e) => format!("{e}\n"),
            Reply::Int(n) if wire => format!(":{n}\r\n"),
            Reply::Int(n) if style == Style::Terminal => format!("(integer) {n}\n"),
            Reply::Int(n) => format!("{n}\n"),
            Reply::Nil if wire => "$-1\r\n".into(),
            Reply::Nil if style == Style::Terminal => "(nil)\n".into(),
            Reply::Nil => "\n".into(),
            Reply::Bulk(s) if wire => format!("${}\r\n{s}\r\n", s.len()),
            Reply::Bulk(s) => format!("{}\n", quoted(s)),
            Reply::Many(list) if wire => {
                let parts = list.iter().map(|s| format!("${}\r\n{s}\r\n", s.len()));
                format!("*{}\r\n{}", list.len(), parts.collect::<String>())
            }
            Reply::Many(list) if list.is_empty() => if style == Style::Terminal { "(empty array)\n" } else { "\n" }.into(),
            Reply::Many(list) if style == Style::Terminal => {
                let width = list.len().to_string().len();
                list.iter().enumerate().map(|(i, s)| format!("{:>width$}) {}\n", i + 1, quoted(s))).collect()
            }
            Reply::Many(list) => list.iter().map(|s| format!("{s}\n")).collect(),
        };
        text.into_bytes()
    }
}

/// Takes from an end of a list, or puts there: `l` is the head.
fn pop(list: &mut VecDeque<String>, head: bool) -> Option<String> {
    if head { list.pop_front() } else { list.pop_back() }
}

fn push(list: &mut VecDeque<String>, head: bool, value: String) {
    if head { list.push_front(value) } else { list.push_back(value) }
}

impl Queues {
    fn list(&mut self, key: &str) -> Result<&mut VecDeque<String>, Reply> {
        match self.items.entry(key.to_owned()).or_insert_with(|| Item::List(VecDeque::new())) {
            Item::List(list) => Ok(list),
            Item::Text(_) => Err(wrong_type()),
        }
    }

    /// The lists and the broker's queues, also empty ones.
    pub fn lengths(&self) -> Vec<QueueLength> {
        let declared = self.items.keys().filter_map(|k| k.strip_prefix("declared "));
        let lists = self.items.iter().filter(|(_, item)| matches!(item, Item::List(_))).map(|(k, _)| k.as_str());
        let mut names: Vec<&str> = declared.chain(lists).chain(self.held.iter().map(|[_, key, _]| key.as_str())).list();
        names.order();
        names.dedup();
        let length = |name: &str| QueueLength {
            name: name.to_owned(),
            waiting: if let Some(Item::List(list)) = self.items.get(name) { list.len() } else { 0 },
            held: self.held.iter().filter(|[_, key, _]| key == name).count(),
        };
        names.into_iter().map(length).list()
    }

    /// Takes the settings from a server's arguments: a file that `read` gives, and `--name value`.
    pub fn configure(&mut self, argv: &[arcstr::ArcStr], read: &dyn Fn(&str) -> Option<Vec<u8>>) -> Result<(), ArgumentError> {
        let mut lines: Vec<String> = Vec::new();
        if let Some(path) = argv.get(1).filter(|a| !a.starts_with('-')) {
            let text = read(path).ok_or_else(|| ArgumentError::NoFile(path.to_string()))?;
            lines.extend(String::from_utf8_lossy(&text).lines().map(str::to_owned));
        }
        for word in argv.iter().skip(1) {
            match (word.strip_prefix("--"), lines.last_mut()) {
                (Some(name), _) => lines.push(name.to_owned()),
                (None, Some(line)) if word != &argv[1] => *line += &format!(" {word}"),
                _ => {}
            }
        }
        for line in lines {
            if let Some((name, value)) = line.trim().split_once(' ').filter(|_| !line.trim().starts_with('#')) {
                self.set(name, value.trim().trim_matches('"'))?;
            }
        }
        Ok(())
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), ArgumentError> {
        let name = name.to_ascii_lowercase();
        let value = if name == "maxmemory" { bytes(value).ok_or(ArgumentError::Memory)?.to_string() } else { value.to_owned() };
        self.settings.retain(|(n, _)| *n != name);
        if self.settings.len() < SETTINGS_MAX {
            self.settings.push((name, value));
        }
        Ok(())
    }

    /// `config get` and `config set`.
    fn config(&mut self, args: &[&str]) -> Result<Reply, Reply> {
        match (args[0].to_ascii_lowercase().as_str(), args) {
            ("get", [_, names @ ..]) => {
                let defaults = SETTINGS.iter().filter(|d| !self.settings.iter().any(|s| s.0 == d.0));
                let mut all: Vec<(&str, &str)> = self.settings.iter().map(|s| (s.0.as_str(), s.1.as_str())).chain(defaults.copied()).list();
                all.order();
                let asked = |name: &str| names.iter().any(|n| matches_glob(&n.to_ascii_lowercase(), name));
                Ok(Reply::Many(all.iter().filter(|s| asked(s.0)).flat_map(|s| [s.0.to_owned(), s.1.to_owned()]).list()))
            }
            ("set", [_, name, value]) => {
                let set = self.set(name, value);
                set.map(|()| Reply::Status("OK"))
                    .map_err(|why| Reply::Error(format!("ERR CONFIG SET failed (possibly related to argument '{name}') - {why}")))
            }
            (other, _) => Err(Reply::Error(format!("ERR unknown subcommand '{other}'. Try CONFIG HELP."))),
        }
    }

    /// Puts back what a holder did not acknowledge, to be taken next.
    pub fn give_back(&mut self, holder: &str) {
        while let Some(i) = self.held.iter().position(|[h, ..]| h == holder) {
            let [_, key, value] = self.held.remove(i);
            if let Ok(list) = self.list(&key) {
                push(list, false, value);
            }
        }
    }

    /// Does a command; `None` where it has to wait for something to come into a list.
    pub fn run(&mut self, words: &[String]) -> Option<Reply> {
        let args: Vec<&str> = words.iter().skip(1).map(String::as_str).list();
        let name = words.first().map(|w| w.to_ascii_lowercase()).unwrap_or_default();
        let done = self.act(&name, &args);
        // A list without items is no key.
        self.items.retain(|_, item| !matches!(item, Item::List(l) if l.is_empty()));
        match done {
            Ok(reply) => reply,
            Err(reply) => Some(reply),
        }
    }

    fn act(&mut self, name: &str, args: &[&str]) -> Answer {
        let Some((_, least, act)) = COMMANDS.iter().find(|c| c.0 == name) else {
            return Err(Reply::Error(format!("ERR unknown command '{name}', with args beginning with: {}", shown(args))));
        };
        if args.len() < *least {
            return Err(Reply::Error(format!("ERR wrong number of arguments for '{name}' command")));
        }
        if matches!(name, "set" | "setex" | "lpush" | "rpush") {
            let size: usize = args.iter().map(|a| a.len() + 64).sum();
            if self.bytes + size > BYTES_MAX {
                return Err(Reply::Error("OOM command not allowed when used memory > 'maxmemory'.".into()));
            }
            self.bytes += size;
        }
        act(self, name, args)
    }

    fn put(&mut self, _: &str, args: &[&str]) -> Answer {
        // Of three the second says for how long.
        let value = args[args.len().min(3) - 1];
        self.items.insert(args[0].to_owned(), Item::Text(value.to_owned()));
        ok(Reply::Status("OK"))
    }

    fn get(&mut self, _: &str, args: &[&str]) -> Answer {
        match self.items.get(args[0]) {
            Some(Item::Text(t)) => ok(Reply::Bulk(t.clone())),
            Some(Item::List(_)) => Err(wrong_type()),
            None => ok(Reply::Nil),
        }
    }

    fn count(&mut self, name: &str, args: &[&str]) -> Answer {
        let by = if name == "incrby" { number(args, 1)? } else { 1 - 2 * i64::from(name == "decr") };
        let old = match self.items.get(args[0]) {
            Some(Item::Text(t)) => t.parse().map_err(|_| not_integer())?,
            Some(Item::List(_)) => return Err(wrong_type()),
            None => 0i64,
        };
        let new = old.saturating_add(by);
        self.items.insert(args[0].to_owned(), Item::Text(new.to_string()));
        ok(Reply::Int(new))
    }

    fn kind(&mut self, _: &str, args: &[&str]) -> Answer {
        ok(Reply::Status(match self.items.get(args[0]) {
            Some(Item::Text(_)) => "string",
            Some(Item::List(_)) => "list",
            None => "none",
        }))
    }

    fn keys(&mut self, _: &str, args: &[&str]) -> Answer {
        let start = args[0].split(['*', '?']).next().unwrap_or("");
        let whole = start.len() == args[0].len();
        let matching = |k: &&String| if whole { k.as_str() == start } else { k.starts_with(start) };
        ok(Reply::Many(self.items.keys().filter(matching).cloned().list()))
    }

    fn push_all(&mut self, name: &str, args: &[&str]) -> Answer {
        let list = self.list(args[0])?;
        args[1..].iter().for_each(|v| push(list, name == "lpush", (*v).to_owned()));
        ok(Reply::Int(list.len() as i64))
    }

    fn pop_some(&mut self, name: &str, args: &[&str]) -> Answer {
        let head = name == "lpop";
        let list = self.list(args[0])?;
        ok(match args.get(1) {
            None => pop(list, head).map_or(Reply::Nil, Reply::Bulk),
            Some(_) => Reply::Many((0..number(args, 1)?.clamp(0, list.len() as i64)).filter_map(|_| pop(list, head)).list()),
        })
    }

    fn part(&mut self, name: &str, args: &[&str]) -> Answer {
        let list = self.list(args[0])?;
        let len = list.len() as i64;
        let at = |n: i64| if n < 0 { n + len } else { n };
        let from = at(number(args, 1)?).max(if name == "lrange" { 0 } else { -1 });
        if name == "lindex" {
            let found = usize::try_from(from).ok().and_then(|i| list.get(i));
            return ok(found.map_or(Reply::Nil, |v| Reply::Bulk(v.clone())));
        }
        let count = (at(number(args, 2)?) - from + 1).max(0) as usize;
        ok(Reply::Many(list.iter().skip(from as usize).take(count).cloned().list()))
    }

    fn remove(&mut self, _: &str, args: &[&str]) -> Answer {
        let count = number(args, 1)?;
        let list = self.list(args[0])?;
        let most = if count == 0 { usize::MAX } else { count.unsigned_abs() as usize };
        let mut removed = 0;
        while removed < most {
            let is = |v: &String| v == args[2];
            let Some(i) = (if count < 0 { list.iter().rposition(is) } else { list.iter().position(is) }) else { break };
            list.remove(i);
            removed += 1;
        }
        ok(Reply::Int(removed as i64))
    }

    fn wait(&mut self, name: &str, args: &[&str]) -> Answer {
        for key in &args[..args.len() - 1] {
            if let Some(value) = pop(self.list(key)?, name == "blpop") {
                return ok(Reply::Many(vec![(*key).to_owned(), value]));
            }
        }
        Ok(None)
    }

    fn take(&mut self, _: &str, args: &[&str]) -> Answer {
        let Some(value) = self.list(args[1])?.pop_back() else { return Ok(None) };
        self.held.push([args[0].to_owned(), args[1].to_owned(), value.clone()]);
        ok(Reply::Bulk(value))
    }

    /// Takes from one list and puts into another.
    fn hand_on(&mut self, name: &str, args: &[&str]) -> Answer {
        match self.list(args[0])?.pop_back() {
            Some(value) => {
                push(self.list(args[1])?, true, value.clone());
                ok(Reply::Bulk(value))
            }
            None => Ok((name != "brpoplpush").then_some(Reply::Nil)),
        }
    }
}

/// What a command comes to; nothing where it waits.
type Answer = Result<Option<Reply>, Reply>;

/// A command: its name, how many arguments it takes at least, and what it does.
type Command = (&'static str, usize, fn(&mut Queues, &str, &[&str]) -> Answer);

const COMMANDS: [Command; 36] = [
    ("ping", 0, |_, _, args| ok(args.first().map_or(Reply::Status("PONG"), |a| Reply::Bulk((*a).to_owned())))),
    ("echo", 1, |_, _, args| ok(Reply::Bulk(args[0].to_owned()))),
    ("select", 1, done),
    ("auth", 1, done),
    ("save", 0, done),
    ("info", 0, |_, _, _| ok(Reply::Bulk("# Server\r\nredis_version:8.2.2\r\nredis_mode:standalone".into()))),
    ("command", 0, |_, _, _| ok(Reply::Many(Vec::new()))),
    ("config", 1, |q, _, args| q.config(args).map(Some)),
    ("dbsize", 0, |q, _, _| ok(Reply::Int(q.items.len() as i64))),
    ("flushall", 0, flush),
    ("flushdb", 0, flush),
    ("set", 2, |q, name, args| q.put(name, &args[..2])),
    ("setex", 3, Queues::put),
    ("get", 1, Queues::get),
    ("incr", 1, Queues::count),
    ("decr", 1, Queues::count),
    ("incrby", 2, Queues::count),
    ("del", 1, |q, _, args| ok(Reply::Int(args.iter().filter(|k| q.items.remove(**k).is_some()).count() as i64))),
    ("exists", 1, |q, _, args| ok(Reply::Int(args.iter().filter(|k| q.items.contains_key(**k)).count() as i64))),
    ("expire", 2, |q, _, args| ok(Reply::Int(i64::from(q.items.contains_key(args[0]))))),
    ("type", 1, Queues::kind),
    ("keys", 1, Queues::keys),
    ("lpush", 2, Queues::push_all),
    ("rpush", 2, Queues::push_all),
    ("lpop", 1, Queues::pop_some),
    ("rpop", 1, Queues::pop_some),
    ("llen", 1, |q, _, args| Ok(Some(Reply::Int(q.list(args[0])?.len() as i64)))),
    ("lindex", 2, Queues::part),
    ("lrange", 3, Queues::part),
    ("lrem", 3, Queues::remove),
    ("blpop", 2, Queues::wait),
    ("brpop", 2, Queues::wait),
    ("rpoplpush", 2, Queues::hand_on),
    ("brpoplpush", 3, Queues::hand_on),
    // The broker's: whoever delivers a message takes one, and acknowledges it.
    ("take", 2, Queues::take),
    ("release", 1, |q, _, args| {
        q.held.retain(|[holder, ..]| holder != args[0]);
        ok(Reply::Status("OK"))
    }),
];

fn ok(reply: Reply) -> Answer {
    Ok(Some(reply))
}

fn done(_: &mut Queues, _: &str, _: &[&str]) -> Answer {
    ok(Reply::Status("OK"))
}

fn flush(q: &mut Queues, _: &str, _: &[&str]) -> Answer {
    *q = Queues { settings: std::mem::take(&mut q.settings), ..Queues::default() };
    ok(Reply::Status("OK"))
}

fn number(args: &[&str], at: usize) -> Result<i64, Reply> {
    args[at].parse().map_err(|_| not_integer())
}

fn not_integer() -> Reply {
    Reply::Error("ERR value is not an integer or out of range".into())
}

/// A size as redis writes it: `2mb`, `100k`, `5`.
fn bytes(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: u64 = match &text[digits.len()..] {
        "" | "b" => 1,
        "k" => 1000,
        "kb" => 1 << 10,
        "m" => 1_000_000,
        "mb" => 1 << 20,
        "g" => 1_000_000_000,
        "gb" => 1 << 30,
        _ => return None,
    };
    digits.parse::<u64>().ok()?.checked_mul(unit)
}

/// Whether a name matches a pattern with at most one star.
fn matches_glob(pattern: &str, name: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => name.len() >= start.len() + end.len() && name.starts_with(start) && name.ends_with(end),
        None => pattern == name,
    }
}

fn wrong_type() -> Reply {
    Reply::Error("WRONGTYPE Operation against a key holding the wrong kind of value".into())
}

fn shown(args: &[&str]) -> String {
    args.iter().map(|a| format!("'{a}' ")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings() {
        let argv: Vec<arcstr::ArcStr> = ["redis-server", "/conf", "--save", "60", "1"].map(Into::into).to_vec();
        let mut q = Queues::default();
        let text = "# of a volume\nmaxmemory 2mb\nmaxmemory-policy allkeys-lru    \n";
        assert_eq!(q.configure(&argv, &|path| (path == "/conf").then(|| text.into())), Ok(()));
        let kept: Vec<(&str, &str)> = q.settings.iter().map(|s| (s.0.as_str(), s.1.as_str())).collect();
        assert_eq!(kept, [("maxmemory", "2097152"), ("maxmemory-policy", "allkeys-lru"), ("save", "60 1")]);
        let missing = q.configure(&argv, &|_| None);
        let said = missing.map_err(|e| e.to_string());
        assert_eq!(said, Err("Fatal error, can't open config file '/conf': No such file or directory\n".into()));
    }

    #[test]
    fn commands() {
        let mut q = Queues::default();
        let rows: &[(&str, &str)] = &[
            ("ping", "PONG\n"),
            ("rpush job2 apple 'two words'", "(integer) 2\n"),
            ("lpush job2 first", "(integer) 3\n"),
            ("lrange job2 0 -1", "1) \"first\"\n2) \"apple\"\n3) \"two words\"\n"),
            ("lrange job2 -2 10", "1) \"apple\"\n2) \"two words\"\n"),
            ("lindex job2 -1", "\"two words\"\n"),
            ("rpoplpush job2 doing", "\"two words\"\n"),
            ("lrem doing 0 \"two words\"", "(integer) 1\n"),
            ("exists doing job2", "(integer) 1\n"),
            ("incr n", "(integer) 1\n"),
            ("lpush n x", "(error) WRONGTYPE Operation against a key holding the wrong kind of value\n"),
            ("get job2", "(error) WRONGTYPE Operation against a key holding the wrong kind of value\n"),
            ("lpop job2 5", "1) \"first\"\n2) \"apple\"\n"),
            ("lpop job2", "(nil)\n"),
            ("lrange job2 0 -1", "(empty array)\n"),
            ("brpop job2 0", "waits"),
            ("config get maxmemory*", "1) \"maxmemory\"\n2) \"0\"\n3) \"maxmemory-policy\"\n4) \"noeviction\"\n"),
            ("config set maxmemory 100k", "OK\n"),
            ("CONFIG GET maxmemory", "1) \"maxmemory\"\n2) \"100000\"\n"),
            (
                "config set maxmemory much",
                "(error) ERR CONFIG SET failed (possibly related to argument 'maxmemory') - argument must be a memory value\n",
            ),
            ("set", "(error) ERR wrong number of arguments for 'set' command\n"),
            ("hget a b", "(error) ERR unknown command 'hget', with args beginning with: 'a' 'b' \n"),
        ];
        for (command, expected) in rows {
            let (style, words) = read(format!("\u{1}t{command}\n").as_bytes());
            let reply = q.run(&words).map_or("waits".to_owned(), |r| String::from_utf8_lossy(&r.write(style)).into_owned());
            assert_eq!(&reply, expected, "{command}");
        }
        assert_eq!(read(b"*2\r\n$4\r\nllen\r\n$1\r\nk\r\n"), (Style::Wire, vec!["llen".to_owned(), "k".to_owned()]));
        assert_eq!(read(b"\x01r\x1frpush\x1fk\x1fa b\nc"), (Style::Raw, ["rpush", "k", "a b\nc"].map(str::to_owned).to_vec()));
    }
}
