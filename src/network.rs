//! The network: messages instead of sockets, with the errors that programs print. It knows no Kubernetes objects.

mod http;

pub use http::{HttpRequest, HttpResponse};

use std::net::{IpAddr, Ipv4Addr};

/// The address of the cluster's DNS, at port 53.
pub const DNS: &str = "10.96.0.10";
/// The nodes' address in the pod network: probes and requests from outside come from it, and nodes resolve names through it.
pub const GATEWAY: &str = "10.244.0.1";

/// The address of every host beyond the cluster, from a block reserved for documentation.
pub const BEYOND: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 10));

/// What a program asks of the network.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetRequest {
    /// An HTTP request to a host and port.
    Http(HttpRequest),
    /// A TCP connection; the answer is what came back.
    Tcp {
        /// A name or address.
        host: String,
        /// The port.
        port: u16,
        /// What is sent.
        data: Vec<u8>,
    },
    /// A name to resolve.
    Resolve {
        /// The name.
        name: String,
        /// The URL of the page that it is resolved for; empty where for none.
        url: String,
    },
    /// DNS records of one type (`A`, `SRV`, ...) for a name.
    Records {
        /// The name.
        name: String,
        /// The type.
        of: String,
    },
    /// One echo request.
    Ping {
        /// A name or address.
        host: String,
    },
}

impl NetRequest {
    /// A name to resolve for its own sake.
    pub fn resolve(name: &str) -> NetRequest {
        NetRequest::Resolve { name: name.to_owned(), url: String::new() }
    }
}

/// What the network answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetResponse {
    /// An HTTP answer.
    Http(HttpResponse),
    /// What the other side of a TCP connection sent.
    Tcp(Vec<u8>),
    /// A name's canonical form and addresses.
    Addresses(String, Vec<IpAddr>),
    /// Records of the DNS: name, type and data.
    Records(Vec<(String, &'static str, String)>),
    /// The address that answered an echo request.
    Pong(IpAddr),
}

/// Why a request failed, with the C library's text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// Nobody listens on the port.
    #[error("Connection refused")]
    Refused,
    /// No answer in time.
    #[error("Connection timed out")]
    TimedOut,
    /// The name does not resolve.
    #[error("bad address")]
    NoSuchHost,
    /// No route to the address.
    #[error("No route to host")]
    Unreachable,
    /// The other side went away.
    #[error("Connection reset by peer")]
    Reset,
    /// What answered does not speak HTTP.
    #[error("error getting response")]
    NotHttp,
}
