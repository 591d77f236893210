//! What nginx' configuration says, as far as it matters here: where it listens, whence it serves files, and what it passes on to whom.

use super::super::fs::Kind;
use super::super::kernel::Kernel;
use crate::base::Order as _;
use crate::network::HttpRequest;

/// Bytes of a configuration that are read at most.
const BYTES_MAX: usize = 256 << 10;

/// A `location`.
#[derive(Debug, Clone)]
pub struct Location {
    /// What paths begin with that belong to it.
    pub prefix: String,
    /// The host and port that its requests are passed on to; `None` where it serves files.
    pub to: Option<(String, u16)>,
}

/// A configuration.
#[derive(Debug, Default)]
pub struct NginxConf {
    /// The ports that it listens on, in order.
    pub ports: Vec<u16>,
    /// The root that it names last.
    pub root: Option<String>,
    /// Its locations, as they come.
    pub locations: Vec<Location>,
}

/// The file that nginx begins with.
pub const FILE: &str = "/etc/nginx/nginx.conf";

/// The files of the configuration with their texts: the first one and what it includes.
fn files(k: &Kernel) -> Vec<(String, String)> {
    let read = |path: &str| String::from_utf8_lossy(&k.fs.read("/", path, BYTES_MAX).unwrap_or_default()).into_owned();
    let mut all = vec![(FILE.to_owned(), read(FILE))];
    if all[0].1.contains("/conf.d/")
        && let Ok(Kind::Dir(files)) = k.fs.stat("/", "/etc/nginx/conf.d").map(|folder| &folder.kind)
    {
        let paths = files.keys().filter(|name| name.ends_with(".conf")).map(|name| format!("/etc/nginx/conf.d/{name}"));
        all.extend(paths.map(|path| (path.clone(), read(&path))));
    }
    all
}

/// Reads the configuration.
// Models the directives `listen`, `root`, `include`, `location`, `proxy_pass` and `upstream`: of several servers or roots all is one here.
pub fn read(k: &Kernel) -> NginxConf {
    let texts: Vec<String> = files(k).into_iter().map(|file| file.1).collect();
    parse(&texts.concat())
}

/// Where the configuration's blocks and statements do not end as they must, in nginx' words. Whether it knows a directive is not asked.
pub fn problem(k: &Kernel) -> Option<String> {
    files(k).into_iter().find_map(|(path, text)| unfinished(&text).map(|(what, line)| format!("{what} in {path}:{line}")))
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

fn parse(text: &str) -> NginxConf {
    let (mut conf, mut anywhere) = (NginxConf::default(), false);
    // Each group of servers by its name, with its first one; the last may have none yet.
    let mut groups: Vec<(&str, Option<&str>)> = Vec::new();
    for statement in text.lines().flat_map(|line| line.split('#').next()).flat_map(|line| line.split([';', '{', '}'])) {
        let mut words = statement.split_whitespace();
        match (words.next(), words.next()) {
            (Some("listen"), Some(at)) => conf.ports.extend(at.rsplit(':').next().and_then(|port| port.parse::<u16>().ok())),
            (Some("root"), Some(path)) => conf.root = Some(path.to_owned()),
            (Some("upstream"), Some(name)) => groups.push((name, None)),
            // One that does not say where it listens does so at 80.
            (Some("server"), None) => anywhere = true,
            (Some("server"), Some(at)) => {
                if let Some((_, first @ None)) = groups.last_mut() {
                    *first = Some(at);
                }
            }
            (Some("location"), Some(path)) => {
                // Of a regular expression no path is.
                let path = if matches!(path, "=" | "^~") { words.next().unwrap_or(path) } else { path };
                conf.locations.push(Location { prefix: path.to_owned(), to: None });
            }
            (Some("proxy_pass"), Some(url)) => {
                if let (Some(location), Some(to)) = (conf.locations.last_mut(), HttpRequest::from_url(url)) {
                    location.to = Some((to.host, to.port));
                }
            }
            _ => {}
        }
    }
    for (host, port) in conf.locations.iter_mut().filter_map(|l| l.to.as_mut()) {
        let group = groups.iter().find(|(name, _)| name.eq_ignore_ascii_case(host));
        if let Some(to) = group.and_then(|(_, first)| HttpRequest::from_url((*first)?)) {
            (*host, *port) = (to.host, to.port);
        }
    }
    if conf.ports.is_empty() && anywhere {
        conf.ports.push(80);
    }
    conf.ports.order();
    conf.ports.dedup();
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
    fn locations_and_whom_they_ask() {
        let conf = super::parse(
            "upstream Backend {\n  server hello:81; server other;\n}\nserver { listen 80; root /www;\n location / { proxy_pass http://Backend; }\n \
             location = /static/ { expires 1d; } # location /no {\n location ~ \\.php$ { proxy_pass http://php:9000; } listen [::]:80;\n}\n",
        );
        let said: Vec<_> = conf.locations.iter().map(|l| (l.prefix.as_str(), l.to.as_ref().map(|t| (t.0.as_str(), t.1)))).collect();
        assert_eq!(said, [("/", Some(("hello", 81))), ("/static/", None), ("~", Some(("php", 9000)))]);
        assert_eq!((conf.ports, conf.root.as_deref()), (vec![80], Some("/www")));
    }
}
