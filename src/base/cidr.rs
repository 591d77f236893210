//! Address blocks (CIDR): the addresses that begin with the same bits.

use std::net::IpAddr;

/// An address of which only the first `bits` bits are left; all of them if it has no more.
pub fn masked(ip: IpAddr, bits: u32) -> IpAddr {
    match ip {
        IpAddr::V4(v4) => IpAddr::V4((u32::from(v4) & u32::MAX.checked_shl(32u32.saturating_sub(bits)).unwrap_or(0)).into()),
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & u128::MAX.checked_shl(128u32.saturating_sub(bits)).unwrap_or(0)).into()),
    }
}

/// Whether an address is in the block of those that share the first `bits` bits with `network`.
pub fn is_within(network: IpAddr, bits: u32, ip: IpAddr) -> bool {
    network.is_ipv4() == ip.is_ipv4() && masked(network, bits) == masked(ip, bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_what_begins_alike() {
        for (network, bits, ip, want) in [
            ("10.96.0.0", 12, "10.111.255.255", true),
            ("10.96.0.0", 12, "10.112.0.0", false),
            ("10.0.0.1", 32, "10.0.0.1", true),
            ("10.0.0.1", 33, "10.0.0.0", false),
            ("0.0.0.0", 0, "255.1.2.3", true),
            ("0.0.0.0", 0, "::1", false),
            ("2001:db8::", 64, "2001:db8::ffff", true),
            ("2001:db8::", 64, "2001:db8:0:1::", false),
        ] {
            let address = |text: &str| text.parse::<IpAddr>().expect("an address");
            assert_eq!(is_within(address(network), bits, address(ip)), want, "{ip} in {network}/{bits}");
        }
    }
}
