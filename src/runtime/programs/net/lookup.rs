//! nslookup: busybox's, or BIND's where the image's programs are GNU's.

use super::super::super::kernel::Kernel;
use super::super::super::process::{Process, Step};
use super::super::{Options, Run};
use super::{Asking, beyond, client};
use crate::base::{Case as _, Duration};
use crate::network::{DNS, NetError};

/// A question to a name server.
#[derive(Debug, Clone)]
pub struct Lookup {
    pub name: String,
    /// The type of the records.
    pub of: String,
    /// Who is asked, where that is not the cluster's.
    pub server: Option<String>,
}

/// How long a name server is waited for; BIND's client asks three times.
const TIMEOUT: Duration = Duration::from_secs(5);

pub fn nslookup(r: &mut Run<'_>, o: &Options) -> Step {
    let mut named = o.rest.iter().filter(|a| !a.starts_with('-'));
    let Some(name) = named.next() else {
        return Step::Exit(r.missing(&[]), 50);
    };
    let server = named.next().cloned();
    let given = o.rest.iter().find_map(|a| ["-type=", "-q=", "-query="].iter().find_map(|flag| a.strip_prefix(flag)));
    let of = if name.parse::<std::net::IpAddr>().is_ok() { "PTR" } else { "A" };
    let lookup = Lookup { name: name.clone(), of: given.unwrap_or(of).upper(), server };
    client(r, Asking::Lookup(lookup), None)
}

impl Lookup {
    /// How long it waits for an answer.
    pub fn timeout(k: &Kernel) -> Duration {
        if k.is_gnu() { 3 * TIMEOUT } else { TIMEOUT }
    }

    /// Shows the records: a name, a type and the data of each.
    pub fn answered(&self, k: &mut Kernel, p: &mut Process, records: Vec<(String, &'static str, String)>) -> Step {
        // BIND's does not say whom it asked for a name, and ends names with a dot.
        let dot = if k.is_gnu() { "." } else { "" };
        let mut out = if k.is_gnu() && records.iter().any(|r| r.1 == "PTR") { String::new() } else { self.name_server(k) };
        if records.is_empty() {
            out += &format!("*** Can't find {}: No answer\n", self.name);
        }
        for (name, of, data) in records {
            out += &match of {
                "CNAME" => format!("{name}\tcanonical name = {data}{dot}\n"),
                "SRV" => format!("{name}\tservice = {data}{dot}\n"),
                "PTR" => format!("{name}\tname = {data}{dot}\n"),
                _ => format!("Name:\t{name}\nAddress: {data}\n"),
            };
        }
        out.push('\n');
        let _ = k.put(p, 1, out.as_bytes());
        Step::Exit(0, 50)
    }

    /// Tells why there is no answer. `address` is the server's, where it has been looked up.
    pub fn failed(&self, k: &mut Kernel, p: &mut Process, address: Option<&str>, e: NetError) -> Step {
        let Lookup { name, server, .. } = self;
        if let (Some(server), None, NetError::NoSuchHost) = (server, address, e) {
            let why =
                if k.is_gnu() { format!("couldn't get address for '{server}': not found") } else { format!("bad address '{server}'") };
            let _ = k.put(p, 2, format!("nslookup: {why}\n").as_bytes());
            return Step::Exit(1, 20);
        }
        let text = match e {
            NetError::NoSuchHost => format!("{}** server can't find {name}: NXDOMAIN{}\n\n", self.name_server(k), beyond(name)),
            _ if k.is_gnu() => {
                let asked = address.or(server.as_deref()).unwrap_or(DNS);
                format!(";; communications error to {asked}#53: timed out\n").repeat(3) + ";; no servers could be reached\n\n"
            }
            _ => ";; connection timed out; no servers could be reached\n\n".to_owned(),
        };
        let _ = k.put(p, 1, text.as_bytes());
        Step::Exit(1, 20)
    }

    /// How it begins.
    fn name_server(&self, k: &Kernel) -> String {
        let server = self.server.as_deref().unwrap_or(DNS);
        format!("Server:\t\t{server}\nAddress:\t{DNS}{}53\n\n", if k.is_gnu() { '#' } else { ':' })
    }
}
