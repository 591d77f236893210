//! What nginx' configuration says, as far as it matters here: where it listens, whence it serves files, and what it passes on to whom.

use super::super::fs::Kind;
use super::super::kernel::Kernel;
use crate::base::{List as _, Order as _};
use crate::network::HttpRequest;

/// Bytes of a configuration that are read at most.
const BYTES_MAX: usize = 256 << 10;

/// A `location`.
#[derive(Debug, Clone)]
pub struct Location {
    /// What paths begin with that belong to it.
    pub prefix: String,
    /// Whether none does that goes on.
    pub exact: bool,
    /// Whether whom its requests are passed on to is told the host that they were for.
    pub keeps_host: bool,
    /// The host and port that its requests are passed on to; `None` where it serves files.
    pub to: Option<(String, u16)>,
    /// What they are answered with: a status, and a text or where to go instead.
    pub answer: Option<(u16, String)>,
    /// The file and line that name them.
    at: String,
}

/// A `server`.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// The hosts that it is for, where it says so.
    pub names: Vec<String>,
    /// Whether it is for all hosts that others are not for.
    pub is_default: bool,
    /// The ports that it listens on.
    pub ports: Vec<u16>,
    /// The root that it names last.
    pub root: Option<String>,
    /// Its locations, as they come.
    pub locations: Vec<Location>,
}

/// A configuration.
#[derive(Debug, Clone, Default)]
pub struct NginxConf {
    /// Its servers, as they come.
    pub sites: Vec<Site>,
    /// The root of those that name none.
    pub root: Option<String>,
    /// Where it says whom its workers run as: the file and line.
    pub user: Option<String>,
    /// The directives that say where it keeps files, each with its path.
    kept: Vec<(String, String)>,
}

impl Location {
    fn new(prefix: &str, exact: bool) -> Location {
        Location { prefix: prefix.to_owned(), exact, keeps_host: false, to: None, answer: None, at: String::new() }
    }
}

impl Site {
    /// How well its names fit a host; nothing where none does. The name itself fits best, then the longest that begins with a star.
    pub fn fits(&self, host: &str) -> Option<usize> {
        let fit = |name: &String| match name.strip_prefix('*') {
            Some(domain) => (host.ends_with(domain) && host.len() > domain.len()).then_some(domain.len()),
            None => (name == host).then_some(usize::MAX),
        };
        self.names.iter().filter_map(fit).max()
    }
}

impl NginxConf {
    /// The ports that it listens on, in order.
    pub fn ports(&self) -> Vec<u16> {
        let mut ports: Vec<u16> = self.sites.iter().flat_map(|site| site.ports.iter().copied()).list();
        ports.order();
        ports.dedup();
        ports
    }

    /// The path that a directive says, or else this one.
    pub fn path(&self, directive: &str, or: &str) -> String {
        let said = self.kept.iter().rev().find(|(word, _)| word == directive);
        said.map_or_else(|| or.to_owned(), |(_, path)| path.clone())
    }

    /// The hosts that requests are passed on to, each with what nginx says where it finds none.
    pub fn upstreams(&self) -> Vec<(String, String)> {
        let locations = self.sites.iter().flat_map(|site| &site.locations);
        let named = locations.filter_map(|l| Some((&l.to.as_ref()?.0, &l.at)));
        // What a variable holds is looked up when it is used.
        let fixed = named.filter(|(host, _)| !host.contains('$'));
        fixed.map(|(host, at)| (host.clone(), format!("host not found in upstream \"{host}\" in {at}"))).list()
    }
}

/// The file that nginx begins with, unless it is told another one.
pub const FILE: &str = "/etc/nginx/nginx.conf";
/// Directives that stand in others, never at the top of the first file.
const INNER: [&str; 6] = ["server", "upstream", "location", "listen", "root", "proxy_pass"];

/// The files of the configuration with their texts: the first one, where it is there, and what it includes.
fn files(k: &Kernel, file: &str) -> Vec<(String, String)> {
    let read = |path: String| Some((path.clone(), String::from_utf8_lossy(&k.fs.read("/", &path, BYTES_MAX).ok()?).into_owned()));
    let mut all: Vec<(String, String)> = read(file.to_owned()).into_iter().list();
    if all.first().is_some_and(|file| file.1.contains("/conf.d/"))
        && let Ok(Kind::Dir(files)) = k.fs.stat("/", "/etc/nginx/conf.d").map(|folder| &folder.kind)
    {
        let paths = files.keys().filter(|name| name.ends_with(".conf")).map(|name| format!("/etc/nginx/conf.d/{name}"));
        all.extend(paths.filter_map(read));
    }
    all
}

/// The configuration as `nginx -T` shows it.
pub fn dump(k: &Kernel, file: &str) -> String {
    files(k, file).iter().map(|(path, text)| format!("# configuration file {path}:\n{text}\n")).collect()
}

/// Reads the configuration.
// Models the directives `listen`, `server_name`, `root`, `include`, `location`, `return`, `proxy_pass`, `upstream`, `user`, `pid` and
// `client_body_temp_path` and its like: of several roots of a server all is one here.
pub fn read(k: &Kernel, file: &str) -> NginxConf {
    parse(&files(k, file))
}

/// What keeps nginx from reading the configuration, in its words: a first file that is not there or has parts where they must not be, and
/// blocks and statements that do not end. Whether it knows a directive is not asked.
pub fn problem(k: &Kernel, file: &str) -> Option<String> {
    let files = files(k, file);
    let Some((_, first)) = files.first() else { return Some(format!("open() \"{file}\" failed (2: No such file or directory)")) };
    let unfinished = files.iter().find_map(|(path, text)| unfinished(text).map(|(what, line)| format!("{what} in {path}:{line}")));
    unfinished.or_else(|| misplaced(first, file))
}

/// What stands in the first file where it must not, or is missing.
fn misplaced(text: &str, file: &str) -> Option<String> {
    let (mut depth, mut has_events) = (0_usize, false);
    for (line, text) in text.lines().enumerate() {
        for statement in text.split('#').next().unwrap_or_default().split_inclusive([';', '{', '}']) {
            let word = statement.split(|c: char| c.is_whitespace() || ";{}".contains(c)).find(|word| !word.is_empty()).unwrap_or_default();
            if depth == 0 && INNER.contains(&word) {
                return Some(format!("\"{word}\" directive is not allowed here in {file}:{}", line + 1));
            }
            has_events |= depth == 0 && word == "events";
            depth = match statement.bytes().last() {
                Some(b'{') => depth + 1,
                Some(b'}') => depth.saturating_sub(1),
                _ => depth,
            };
        }
    }
    (!has_events).then(|| "no \"events\" section in configuration".to_owned())
}

/// What is unfinished in a text, and in which line, from 1.
fn unfinished(text: &str) -> Option<(&'static str, usize)> {
    let (mut depth, mut within) = (0_usize, false);
    let (mut quote, mut comment, mut line) = (None, false, 1);
    for c in text.chars() {
        match c {
            '\n' => (line, comment) = (line + 1, false),
            _ if comment => {}
            _ if quote.is_some() => quote = quote.filter(|q| *q != c),
            '#' => comment = true,
            '"' | '\'' => (quote, within) = (Some(c), true),
            ';' => within = false,
            '{' => (depth, within) = (depth + 1, false),
            '}' if within || depth == 0 => return Some(("unexpected \"}\"", line)),
            '}' => depth -= 1,
            c => within |= !c.is_whitespace(),
        }
    }
    if within || quote.is_some() {
        return Some(("unexpected end of file, expecting \";\" or \"}\"", line));
    }
    (depth > 0).then_some(("unexpected end of file, expecting \"}\"", line))
}

/// A statement's next word: in quotes, or up to the statement's end.
// Models ngx_conf_read_token.
fn word(text: &str) -> String {
    let text = text.trim_start();
    let Some(quote) = text.chars().next().filter(|c| matches!(c, '"' | '\'')) else {
        return text.split([';', '}']).next().unwrap_or_default().trim_end().to_owned();
    };
    let (mut out, mut chars) = (String::new(), text[1..].chars());
    while let Some(c) = chars.next().filter(|c| *c != quote) {
        match (c, if c == '\\' { chars.next() } else { None }) {
            (_, Some('n')) => out.push('\n'),
            (_, Some('t')) => out.push('\t'),
            (_, Some('r')) => out.push('\r'),
            (_, Some(c @ ('"' | '\'' | '\\'))) => out.push(c),
            (c, other) => out.extend([Some(c), other].into_iter().flatten()),
        }
    }
    out
}

fn parse(files: &[(String, String)]) -> NginxConf {
    let mut conf = NginxConf::default();
    // Each group of servers by its name, with its first one and where that stands; the last may have none yet.
    let mut groups: Vec<(&str, Option<(&str, String)>)> = Vec::new();
    let lines = files.iter().flat_map(|(path, text)| text.lines().enumerate().map(move |(n, line)| (path, n + 1, line)));
    let statements = lines.flat_map(|(path, n, line)| {
        let mut from = 0;
        let statements = line.split('#').take(1).flat_map(|l| l.split_inclusive([';', '{', '}']));
        statements.map(move |s| {
            from += s.len();
            (path, n, s.trim_end_matches([';', '{', '}']), &line[from - s.len()..])
        })
    });
    let mut conditional = false;
    for (path, line, statement, rest) in statements {
        let mut words = statement.split_whitespace();
        let at = || format!("{path}:{line}");
        match (words.next(), words.next(), conf.sites.last_mut()) {
            (Some("server"), None, _) => conf.sites.push(Site::default()),
            (Some("listen"), Some(to), Some(site)) => {
                site.ports.extend(to.rsplit(':').next().and_then(|port| port.parse::<u16>().ok()));
                site.is_default |= words.any(|word| word == "default_server");
            }
            (Some("server_name"), Some(name), Some(site)) => {
                site.names.extend(std::iter::once(name).chain(words).map(str::to_ascii_lowercase));
            }
            (Some("root"), Some(path), Some(site)) => site.root = Some(path.to_owned()),
            (Some("root"), Some(path), None) => conf.root = Some(path.to_owned()),
            (Some(word), Some(path), _) if word == "pid" || word.ends_with("_temp_path") => {
                conf.kept.push((word.to_owned(), path.to_owned()))
            }
            (Some("user"), Some(_), None) => conf.user = Some(at()),
            (Some("upstream"), Some(name), _) => groups.push((name, None)),
            (Some("server"), Some(to), _) => {
                if let Some((_, first @ None)) = groups.last_mut() {
                    *first = Some((to, at()));
                }
            }
            (Some("location"), Some(path), Some(site)) => {
                // Of a regular expression no path is.
                let prefix = if matches!(path, "=" | "^~") { words.next().unwrap_or(path) } else { path };
                site.locations.push(Location::new(prefix, path == "="));
            }
            // What a condition leads to is left out.
            (Some("if"), ..) => conditional = true,
            (Some("return"), Some(_), _) if std::mem::take(&mut conditional) => {}
            (Some("return"), Some(code), Some(site)) => {
                if site.locations.is_empty() {
                    site.locations.push(Location::new("/", false));
                }
                let text = rest.split_once(code).map_or("", |(_, text)| text);
                if let (Some(location), Ok(status)) = (site.locations.last_mut(), code.parse()) {
                    location.answer = location.answer.take().or_else(|| Some((status, word(text))));
                }
            }
            (Some("proxy_set_header"), Some("Host"), Some(site)) => {
                let keeps = words.next().is_some_and(|value| value.starts_with("$host") || value == "$http_host");
                site.locations.last_mut().into_iter().for_each(|location| location.keeps_host = keeps);
            }
            (Some("proxy_pass"), Some(url), Some(site)) => {
                if let (Some(location), Some(to)) = (site.locations.last_mut(), HttpRequest::from_url(url)) {
                    (location.to, location.at) = (Some((to.host, to.port)), at());
                }
            }
            _ => {}
        }
    }
    for site in &mut conf.sites {
        // One that does not say where it listens does so at 80.
        if site.ports.is_empty() {
            site.ports.push(80);
        }
        for location in &mut site.locations {
            let Some((host, port)) = &mut location.to else { continue };
            let group = groups.iter().find(|(name, _)| name.eq_ignore_ascii_case(host));
            if let Some((first, at)) = group.and_then(|group| group.1.as_ref())
                && let Some(to) = HttpRequest::from_url(first)
            {
                (*host, *port, location.at) = (to.host, to.port, at.clone());
            }
        }
    }
    conf
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_unfinished_is_found() {
        for (text, wanted) in [
            ("", None),
            ("server {\n  listen 80; # one }\n  return 200 \"}\";\n}\n", None),
            ("server {\n  listen 80;\n", Some(("unexpected end of file, expecting \"}\"", 3))),
            ("server {\n  listen 80\n}\n", Some(("unexpected \"}\"", 3))),
            ("server { }\n}\n", Some(("unexpected \"}\"", 2))),
            ("root /x", Some(("unexpected end of file, expecting \";\" or \"}\"", 1))),
        ] {
            assert_eq!(super::unfinished(text), wanted, "{text}");
        }
    }

    #[test]
    fn a_location_may_say_what_it_answers() {
        let text = "server { listen 80; location = /healthz { return 204; }\n if ($a) { return 403; }\n location / {\n  return 200 '{\"a\": \"b;\\n\"}'; # c\n }}\nserver { return 301 https://$host$request_uri; }";
        let conf = super::parse(&[("f".to_owned(), text.to_owned())]);
        let found = conf.sites.iter().flat_map(|s| &s.locations).map(|l| format!("{} {:?}", l.prefix, l.answer)).collect::<Vec<_>>();
        let wanted =
            ["/healthz Some((204, \"\"))", r#"/ Some((200, "{\"a\": \"b;\n\"}"))"#, r#"/ Some((301, "https://$host$request_uri"))"#];
        assert_eq!(found, wanted);
    }

    #[test]
    fn a_server_may_be_for_some_hosts() {
        let text = "server { listen 80; server_name a.b *.C; }\nserver { listen 81 default_server; server_name _; location = /x { proxy_set_header Host $host; proxy_pass http://s; } location /y { proxy_set_header Host other; } }\n";
        let conf = super::parse(&[("f".to_owned(), text.to_owned())]);
        let [first, second] = &conf.sites[..] else { panic!("there are two") };
        for (host, wanted) in
            [("a.b", Some(usize::MAX)), ("x.c", Some(2)), ("x.y.c", Some(2)), (".c", None), ("c", None), ("b", None), ("xa.b", None)]
        {
            assert_eq!(first.fits(host), wanted, "{host}");
        }
        assert!(!first.is_default && second.is_default && second.fits("a.b").is_none());
        assert_eq!(second.locations.iter().map(|l| (l.exact, l.keeps_host)).collect::<Vec<_>>(), [(true, true), (false, false)]);
    }

    #[test]
    fn what_is_misplaced_is_found() {
        let not_allowed = |word: &str, line: usize| Some(format!("\"{word}\" directive is not allowed here in {}:{line}", super::FILE));
        for (text, wanted) in [
            ("events {}\nhttp { server { listen 80; } }\n", None),
            ("user nginx; events { } # server\nserver { listen 80; }\n", not_allowed("server", 2)),
            ("", Some("no \"events\" section in configuration".to_owned())),
        ] {
            assert_eq!(super::misplaced(text, super::FILE), wanted, "{text}");
        }
    }

    #[test]
    fn servers_with_their_locations_and_whom_they_ask() {
        let text = "upstream Backend {\n  server hello:81; server other;\n}\nserver { listen 80; root /www;\n location / { proxy_pass http://Backend; }\n \
             location = /static/ { expires 1d; } # location /no {\n location ~ \\.php$ { proxy_pass http://php:9000; } listen [::]:80;\n}\n\
             server { location / { proxy_pass http://$x; } }\nserver { listen 82; }\n";
        let conf = super::parse(&[("c".to_owned(), text.to_owned())]);
        let said = |site: &super::Site| -> Vec<_> {
            site.locations.iter().map(|l| (l.prefix.clone(), l.to.as_ref().map(|t| format!("{}:{}", t.0, t.1)))).collect()
        };
        let to = |prefix: &str, to: Option<&str>| (prefix.to_owned(), to.map(str::to_owned));
        assert_eq!(said(&conf.sites[0]), [to("/", Some("hello:81")), to("/static/", None), to("~", Some("php:9000"))]);
        assert_eq!(conf.sites.iter().map(|s| s.ports.clone()).collect::<Vec<_>>(), [vec![80, 80], vec![80], vec![82]]);
        assert_eq!((conf.ports(), conf.sites[0].root.as_deref(), conf.sites[2].root.as_deref()), (vec![80, 82], Some("/www"), None));
        let said: Vec<String> = conf.upstreams().into_iter().map(|u| u.1).collect();
        assert_eq!(said, ["host not found in upstream \"hello\" in c:2", "host not found in upstream \"php\" in c:7"]);
    }
}
