//! The address blocks of ServiceCIDRs: where Services get their addresses from (`registry/core/service/ipallocator`).

use std::fmt;
use std::net::Ipv4Addr;

use super::ApiServer;
use crate::api::{Object, Value, kinds};
use crate::base::{List as _, cidr};

/// Addresses that begin with the same bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AddressBlock {
    network: Ipv4Addr,
    /// How many bits they share.
    prefix: u32,
}

impl AddressBlock {
    /// The service network that the cluster begins with: 10.96.0.0/12.
    pub const SERVICES: AddressBlock = AddressBlock { network: Ipv4Addr::new(10, 96, 0, 0), prefix: 12 };

    /// The blocks of a ServiceCIDR; what is of IPv6 is none here.
    pub fn of(service_cidr: &Value) -> impl Iterator<Item = AddressBlock> {
        service_cidr.at(&["spec", "cidrs"]).items().iter().filter_map(|cidr| {
            let (network, prefix) = cidr.str().split_once('/')?;
            Some(AddressBlock { network: network.parse().ok()?, prefix: prefix.parse().ok().filter(|bits| *bits <= 32)? })
        })
    }

    /// Its first address.
    pub fn network(self) -> u32 {
        u32::from(self.network)
    }

    /// How many addresses it has.
    pub fn size(self) -> u64 {
        1 << (32 - self.prefix)
    }

    /// Whether an address is one of it.
    pub fn contains(self, ip: Ipv4Addr) -> bool {
        cidr::is_within(self.network.into(), self.prefix, ip.into())
    }

    /// Whether a Service may have an address of it: any but the first, which is the network's, and the last, which is everybody's.
    pub fn gives(self, ip: Ipv4Addr) -> bool {
        self.contains(ip) && (1..self.size() - 1).contains(&(u64::from(u32::from(ip)) % self.size()))
    }

    /// Whether it has all of another's addresses.
    pub fn covers(self, other: AddressBlock) -> bool {
        self.prefix <= other.prefix && self.contains(other.network)
    }
}

impl fmt::Display for AddressBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

impl ApiServer {
    /// The blocks beside the first that Services may get addresses of.
    // Models MetaAllocator.syncAllocators: one of which nothing is known yet is ready.
    pub(super) fn more_service_blocks(&self) -> Vec<AddressBlock> {
        let ready = |cidr: &&Value| !cidr.is_terminating() && matches!(cidr.condition("Ready"), "" | "True");
        self.iter(kinds::SERVICE_CIDR, None).filter(ready).flat_map(AddressBlock::of).list()
    }
}
