//! What servers say: texts with places for what is known only then.

use super::super::kernel::Kernel;
use super::super::text::{strftime, unix_s};
use crate::base::Time;
use crate::network::HttpRequest;

/// Where a request comes from of which nobody noted that: the node, which probes.
const NODE: &str = "10.244.0.1";

/// What is known when a server speaks.
pub struct Facts<'a> {
    pub k: &'a Kernel,
    pub started: Time,
    /// How many requests it was sent, with this one.
    pub served: u64,
    pub port: u16,
    /// The request, and the status and the length of its answer.
    pub about: Option<(&'a HttpRequest, u16, usize)>,
}

/// Fills a text's places, a percent sign and a letter each.
pub fn fill(text: &str, facts: &Facts<'_>) -> String {
    let now = facts.k.now;
    let micros = (now.0 % 1_000_000) as u32;
    let date = |format: &str| strftime(format, unix_s(now), micros);
    let up_s = now.since(facts.started).as_secs_f64();
    let mut out = String::new();
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let request = |of: &dyn Fn(&HttpRequest) -> String| facts.about.map_or_else(String::new, |a| of(a.0));
        let known = match letters.next() {
            Some('h') => facts.k.hostname.to_string(),
            // As nginx, access logs, redis, JavaScript, klog and Go write the time.
            Some('T') => date("%Y/%m/%d %H:%M:%S"),
            Some('d') => date("%d/%b/%Y:%H:%M:%S +0000"),
            Some('r') => format!("{}.{:03}", date("%d %b %Y %H:%M:%S"), micros / 1000),
            Some('i') => format!("{}.{:03}Z", date("%Y-%m-%dT%H:%M:%S"), micros / 1000),
            Some('k') => format!("I{}.{micros:06}       1 log.go:245] ", date("%m%d %H:%M:%S")),
            Some('N') => format!("{}.{} +0000 UTC m=+{up_s:.6}", date("%Y-%m-%d %H:%M:%S"), date("%N")),
            Some('u') => format!("{up_s}"),
            Some('n') => facts.served.to_string(),
            Some('p') => facts.port.to_string(),
            Some('c') => request(&|r| if r.client.is_empty() { NODE.into() } else { r.client.clone() }),
            Some('m') => request(&|r| r.method.clone()),
            Some('U') => request(&|r| r.path.clone()),
            Some('V') => request(&|r| r.path.split('?').next().unwrap_or_default().to_owned()),
            Some('q') => request(&|r| r.path.split_once('?').map_or("", |p| p.1).to_owned()),
            Some('Q') => request(&|r| r.path.split_once("msg=").map_or("", |p| p.1.split('&').next().unwrap_or_default()).to_owned()),
            Some('H') => request(&|r| r.header("Host").unwrap_or(&r.host).to_owned()),
            Some('a') => request(&|r| r.header("User-Agent").unwrap_or("-").to_owned()),
            Some('S') => facts.about.map_or_else(String::new, |a| a.1.to_string()),
            Some('B') => facts.about.map_or_else(String::new, |a| a.2.to_string()),
            Some(other) => other.to_string(),
            None => String::new(),
        };
        out.push_str(&known);
    }
    out
}
