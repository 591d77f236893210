//! What servers say: texts with places for what is known only then.

use super::super::kernel::Kernel;
use crate::base::text::digits;
use crate::base::{Time, write_time};
use crate::network::{GATEWAY, HttpRequest};

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
    let date = |out: &mut String, format: &str| write_time(out, format, now.unix_s(), micros);
    let up_s = || now.since(facts.started).as_secs_f64();
    let mut out = String::with_capacity(2 * text.len());
    let mut letters = text.chars();
    while let Some(c) = letters.next() {
        if c != '%' {
            out.push(c);
            continue;
        }
        let request = |of: fn(&HttpRequest) -> &str| facts.about.map_or("", |a| of(a.0));
        match letters.next() {
            Some('h') => out.push_str(&facts.k.hostname),
            // As nginx, access logs, redis, JavaScript, klog and Go write the time.
            Some('T') => date(&mut out, "%Y/%m/%d %H:%M:%S"),
            Some('d') => date(&mut out, "%d/%b/%Y:%H:%M:%S +0000"),
            Some(letter @ ('r' | 'i')) => {
                date(&mut out, if letter == 'r' { "%d %b %Y %H:%M:%S." } else { "%Y-%m-%dT%H:%M:%S." });
                digits(&mut out, i64::from(micros / 1000), 3);
                out.push_str(if letter == 'i' { "Z" } else { "" });
            }
            Some('k') => {
                date(&mut out, "I%m%d %H:%M:%S.");
                digits(&mut out, i64::from(micros), 6);
                out.push_str("       1 log.go:245] ");
            }
            Some('N') => {
                date(&mut out, "%Y-%m-%d %H:%M:%S.%N");
                out.push_str(&format!(" +0000 UTC m=+{:.6}", up_s()));
            }
            Some('u') => out.push_str(&up_s().to_string()),
            Some('n') => out.push_str(&facts.served.to_string()),
            Some('p') => digits(&mut out, i64::from(facts.port), 1),
            Some('c') => out.push_str(request(|r| if r.client.is_empty() { GATEWAY } else { &r.client })),
            Some('m') => out.push_str(request(|r| &r.method)),
            Some('U') => out.push_str(request(|r| &r.path)),
            Some('V') => out.push_str(request(|r| r.path.split('?').next().unwrap_or_default())),
            Some('q') => out.push_str(request(|r| r.path.split_once('?').map_or("", |p| p.1))),
            Some('Q') => {
                out.push_str(request(|r| r.path.split_once("msg=").map_or("", |p| p.1.split('&').next().unwrap_or_default())));
            }
            Some('H') => out.push_str(request(|r| r.header("Host").unwrap_or(&r.host))),
            Some('a') => out.push_str(request(|r| r.header("User-Agent").unwrap_or("-"))),
            Some('S') => facts.about.iter().for_each(|a| digits(&mut out, i64::from(a.1), 1)),
            Some('B') => facts.about.iter().for_each(|a| digits(&mut out, a.2 as i64, 1)),
            Some(other) => out.push(other),
            None => {}
        }
    }
    out
}
