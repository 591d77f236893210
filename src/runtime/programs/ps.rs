//! `ps`, as busybox and as procps have it.

use super::super::process::{Process, Waiting};
use super::users::{group, user};
use super::{Options, Run};
use crate::base::{List as _, Order as _, Time, strftime};

/// A process as it is listed.
struct Row {
    pid: u32,
    ppid: u32,
    uid: u32,
    gid: u32,
    memory: u64,
    cpu_us: u64,
    started: Time,
    program: String,
    command: String,
    /// The branch of the tree that it is drawn on.
    branch: String,
    running: bool,
}

impl Row {
    fn new(p: &Process, running: bool) -> Row {
        let (pid, ppid, uid, gid) = (p.pid, p.ppid, p.uid, p.gid);
        let (program, command, branch) = (p.name().to_owned(), p.argv.join(" "), String::new());
        Row { pid, ppid, uid, gid, memory: p.memory, cpu_us: p.cpu_us, started: p.started, program, command, branch, running }
    }

    /// The program's name, or all of its command, on its branch.
    fn shown(&self, whole: bool) -> String {
        format!("{}{}", self.branch, if whole { &self.command } else { &self.program })
    }

    fn started(&self) -> String {
        strftime("%H:%M", self.started.unix_s(), 0)
    }
}

fn clock(seconds: u64) -> String {
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// What `-o` knows: the name, then head and width in busybox (none where it has no such) and in procps, and whether it stands to the right.
const COLUMNS: [(&str, &str, usize, &str, usize, bool); 22] = [
    ("pid", "PID", 5, "PID", 7, true),
    ("ppid", "PPID", 5, "PPID", 7, true),
    ("pgid", "PGID", 5, "PGID", 7, true),
    ("sid", "SID", 5, "SID", 7, true),
    ("user", "USER", 8, "USER", 8, false),
    ("ruser", "RUSER", 8, "RUSER", 8, false),
    ("group", "GROUP", 8, "GROUP", 8, false),
    ("rgroup", "RGROUP", 8, "RGROUP", 8, false),
    ("comm", "COMMAND", 16, "COMMAND", 15, false),
    ("args", "COMMAND", 256, "COMMAND", 27, false),
    ("vsz", "VSZ", 4, "VSZ", 6, true),
    ("rss", "RSS", 4, "RSS", 5, true),
    ("stat", "STAT", 4, "STAT", 4, false),
    ("time", "TIME", 5, "TIME", 8, true),
    ("etime", "ELAPSED", 7, "ELAPSED", 11, true),
    ("nice", "NI", 5, "NI", 3, true),
    ("tty", "TT", 6, "TT", 8, false),
    ("cmd", "", 0, "CMD", 27, false),
    ("uid", "", 0, "UID", 5, true),
    ("gid", "", 0, "GID", 5, true),
    ("%cpu", "", 0, "%CPU", 4, true),
    ("%mem", "", 0, "%MEM", 4, true),
];

/// The cell of a row in the column of this name.
fn cell(r: &Run<'_>, row: &Row, column: &str, gnu: bool) -> String {
    let seconds = |s: u64| if gnu { clock(s) } else { format!("{:>2}:{:02}", s / 60, s % 60) };
    match column {
        "pid" => row.pid.to_string(),
        "ppid" => row.ppid.to_string(),
        "pgid" | "sid" => row.pid.to_string(),
        "user" | "ruser" => user(r.k, row.uid),
        "group" | "rgroup" => group(r.k, row.gid),
        "uid" => row.uid.to_string(),
        "gid" => row.gid.to_string(),
        "comm" => row.shown(false),
        "args" | "cmd" => row.shown(true),
        "vsz" => (row.memory >> 9).to_string(),
        "rss" => (row.memory >> 10).to_string(),
        "stat" => if row.running { "R" } else { "S" }.to_owned(),
        "time" => seconds(row.cpu_us / 1_000_000),
        "etime" => {
            let s = r.k.now.since(row.started).as_secs();
            if gnu && s < 3600 { format!("{:02}:{:02}", s / 60, s % 60) } else { seconds(s) }
        }
        "nice" => "0".to_owned(),
        "tty" => "?".to_owned(),
        _ => "0.0".to_owned(),
    }
}

/// `-o pid,args=WHAT`: the columns that are asked for.
fn chosen(r: &mut Run<'_>, rows: &[Row], asked: &[&str], gnu: bool, heads: bool) -> i32 {
    let mut columns = Vec::new();
    for one in asked.iter().flat_map(|list| list.split(',')).filter(|one| !one.is_empty()) {
        let (name, head) = one.split_once('=').map_or((one, None), |(name, head)| (name, Some(head)));
        let name = match name {
            "command" if gnu => "args",
            "pcpu" if gnu => "%cpu",
            "pmem" if gnu => "%mem",
            "ni" if gnu => "nice",
            "tt" if gnu => "tty",
            name => name,
        };
        let Some(found) = COLUMNS.iter().find(|c| c.0 == name && (gnu || c.2 > 0)) else {
            let known: Vec<&str> = COLUMNS.iter().filter(|c| c.2 > 0).map(|c| c.0).list();
            r.err(if gnu {
                format!("unknown user-defined format specifier \"{name}\"")
            } else {
                format!("bad -o argument '{name}', supported arguments: {}", known.join(","))
            });
            return 1;
        };
        let (usual, width) = if gnu { (found.3, found.4) } else { (found.1, found.2) };
        let head = head.unwrap_or(usual);
        columns.push((name, head, width.max(head.len()), found.5));
    }
    let line = |cells: Vec<String>, heads: bool| -> String {
        let last = cells.len().saturating_sub(1);
        let mut out = String::new();
        for (i, (text, (.., width, right))) in cells.into_iter().zip(&columns).enumerate() {
            // busybox sets its heads to the left.
            out += &match *right && (gnu || !heads) {
                true => format!("{text:>width$}"),
                false if i == last => text,
                false => format!("{text:<width$}"),
            };
            out.push(if i == last { '\n' } else { ' ' });
        }
        out
    };
    let mut out = String::new();
    if heads && columns.iter().any(|c| !c.1.is_empty()) {
        out += &line(columns.iter().map(|c| c.1.to_owned()).list(), true);
    }
    for row in rows {
        out += &line(columns.iter().map(|c| cell(r, row, c.0, gnu)).list(), false);
    }
    r.out(out);
    0
}

/// What `--sort` knows.
const SORTS: &str = "pid ppid uid gid rss rssize vsz size %mem pmem time cputime %cpu pcpu cp etime etimes start start_time lstart comm ucmd args cmd command user uname";

/// Each process behind its parent, and drawn as its branch.
fn forest(rows: Vec<Row>) -> Vec<Row> {
    let (mut left, mut tree) = (rows, Vec::new());
    // The parents whose children are being listed.
    let mut above: Vec<u32> = Vec::new();
    loop {
        let is_child = |row: &Row, of: Option<&u32>| of.is_some_and(|pid| *pid == row.ppid && row.pid != row.ppid);
        let next = match above.last() {
            Some(_) => left.iter().position(|row| is_child(row, above.last())),
            None => left.iter().position(|row| !left.iter().any(|p| p.pid == row.ppid && p.pid != row.pid)),
        };
        let Some(at) = next.or(above.is_empty().then_some(0)).filter(|at| *at < left.len()) else {
            if above.pop().is_none() {
                return tree;
            }
            continue;
        };
        let mut row = left.remove(at);
        let pid = row.pid;
        if !above.is_empty() {
            let more = |of: &u32| left.iter().any(|row| row.ppid == *of);
            let bars: String = above[..above.len() - 1].iter().map(|of| if more(of) { " |  " } else { "    " }).collect();
            row.branch = format!("{bars} \\_ ");
        }
        tree.push(row);
        above.push(pid);
    }
}

pub fn ps(r: &mut Run<'_>, o: &Options) -> i32 {
    let gnu = r.k.is_gnu();
    let mut rows: Vec<Row> = r.k.procs.values().map(|p| Row::new(p, p.waiting() == Waiting::Running)).list();
    rows.push(Row::new(r.p, true));
    rows.order_by_key(|row| row.pid);
    if let Some(pids) = o.value('p') {
        rows.retain(|row| pids.split([',', ' ']).any(|pid| pid.parse() == Ok(row.pid)));
    }
    if let Some(names) = o.value('C') {
        rows.retain(|row| names.split([',', ' ']).any(|name| name == row.program));
    }
    for asked in o.value('%').into_iter().flat_map(|keys| keys.split(',')).rev() {
        let key = asked.trim_start_matches(['-', '+']);
        if !SORTS.split(' ').any(|known| known == key) {
            let _ = r.k.put(r.p, 2, b"error: unknown sort specifier\n");
            return 1;
        }
        let number = |row: &Row| match key {
            "pid" => row.pid.into(),
            "ppid" => row.ppid.into(),
            "uid" => row.uid.into(),
            "gid" => row.gid.into(),
            "rss" | "rssize" | "vsz" | "size" | "%mem" | "pmem" => row.memory,
            "time" | "cputime" | "%cpu" | "pcpu" | "cp" => row.cpu_us,
            "etime" | "etimes" => u64::MAX - row.started.0,
            "start" | "start_time" | "lstart" => row.started.0,
            _ => 0,
        };
        let text = |row: &Row| match key {
            "comm" | "ucmd" => row.program.clone(),
            "args" | "cmd" | "command" => row.command.clone(),
            "user" | "uname" => user(r.k, row.uid),
            _ => String::new(),
        };
        rows.order_by(|a, b| {
            let o = number(a).cmp(&number(b)).then_with(|| text(a).cmp(&text(b)));
            if asked.starts_with('-') { o.reverse() } else { o }
        });
    }
    if o.has('^') {
        rows = forest(rows);
    }
    let asked: Vec<&str> = o.each().filter(|o| o.0 == 'o').map(|o| o.1).list();
    if !asked.is_empty() {
        return chosen(r, &rows, &asked, gnu, !o.has('!'));
    }
    let wide = o.any("efu") || o.rest.iter().any(|a| a.contains('a'));
    let mut out = String::new();
    let status = i32::from(rows.is_empty());
    out.push_str(match (gnu, o.has('f'), wide) {
        _ if o.has('!') => "",
        (true, true, _) if o.has('l') => "F S UID          PID    PPID  C PRI  NI ADDR SZ WCHAN  STIME TTY          TIME CMD\n",
        (true, true, _) => "UID          PID    PPID  C STIME TTY          TIME CMD\n",
        (true, false, true) => "USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n",
        (true, false, false) => "    PID TTY          TIME CMD\n",
        (false, ..) => "PID   USER     TIME  COMMAND\n",
    });
    for row in rows {
        let (mut user, cpu_s) = (user(r.k, row.uid), row.cpu_us / 1_000_000);
        // What does not fit is cut where procps says it was.
        if gnu && user.chars().count() > 8 {
            user = user.chars().take(7).chain(['+']).collect();
        }
        let command = row.shown(true);
        let Row { pid, ppid, memory, .. } = row;
        out.push_str(&match (gnu, o.has('f'), wide) {
            (true, true, _) if o.has('l') => format!(
                "4 {} {user:<8} {pid:>7} {ppid:>7}  0  80   0 - {:>5} -      {} ?        {} {command}\n",
                if row.running { "R" } else { "S" },
                memory >> 11,
                row.started(),
                clock(cpu_s)
            ),
            (true, true, _) => format!("{user:<8} {pid:>7} {ppid:>7}  0 {} ?        {} {command}\n", row.started(), clock(cpu_s)),
            (true, false, true) => format!(
                "{user:<8} {pid:>7}  0.0  0.0 {:>6} {:>5} ?        {:<4} {}   {}:{:02} {command}\n",
                memory >> 9,
                memory >> 10,
                if row.running { "R" } else { "Ss" },
                row.started(),
                cpu_s / 60,
                cpu_s % 60
            ),
            (true, false, false) => format!("{pid:>7} ?        {} {}\n", clock(cpu_s), row.shown(false)),
            (false, ..) => {
                let command: String = command.chars().take(79).collect();
                format!("{pid:>5} {user:<8} {:>2}:{:02} {command}\n", cpu_s / 60, cpu_s % 60)
            }
        });
    }
    r.out(out);
    status
}
