//! Which addresses a download may reach. A URL in a request must not become a hand inside the
//! operator's network: loopback, private, link-local and cloud metadata addresses are refused
//! unless the configuration allows them.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// IPv4 networks that are not the public internet (IANA special-purpose registry, RFC 6890), and
/// metadata services that sit on public addresses.
const CLOSED_V4: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8),        // this network
    (Ipv4Addr::new(10, 0, 0, 0), 8),       // private
    (Ipv4Addr::new(100, 64, 0, 0), 10),    // carrier-grade NAT; holds Alibaba's metadata 100.100.100.200
    (Ipv4Addr::new(127, 0, 0, 0), 8),      // loopback
    (Ipv4Addr::new(168, 63, 129, 16), 32), // Azure's host and metadata channel
    (Ipv4Addr::new(169, 254, 0, 0), 16),   // link-local; metadata 169.254.169.254 and Tencent's 169.254.0.23
    (Ipv4Addr::new(172, 16, 0, 0), 12),    // private
    (Ipv4Addr::new(192, 0, 0, 0), 24),     // protocol assignments; holds Oracle's metadata 192.0.0.192
    (Ipv4Addr::new(192, 0, 2, 0), 24),     // documentation
    (Ipv4Addr::new(192, 88, 99, 0), 24),   // 6to4 relays
    (Ipv4Addr::new(192, 168, 0, 0), 16),   // private
    (Ipv4Addr::new(198, 18, 0, 0), 15),    // benchmarking
    (Ipv4Addr::new(198, 51, 100, 0), 24),  // documentation
    (Ipv4Addr::new(203, 0, 113, 0), 24),   // documentation
    (Ipv4Addr::new(224, 0, 0, 0), 4),      // multicast
    (Ipv4Addr::new(240, 0, 0, 0), 4),      // reserved and broadcast
];

/// The only IPv6 space handed out for the public internet (RFC 4291); all else is closed.
const OPEN_V6: (Ipv6Addr, u8) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Parts of [`OPEN_V6`] that tunnel to IPv4 or are not the public internet.
const CLOSED_V6: &[(Ipv6Addr, u8)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23), // protocol assignments, Teredo among them
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32), // documentation
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16), // 6to4: carries any IPv4 address
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20), // documentation
];

/// What is allowed beyond the public internet.
#[derive(Debug, Clone, Default)]
pub(crate) struct AddressGuard {
    allow: Vec<IpNet>,
    ports: Vec<u16>,
}

impl AddressGuard {
    /// A guard that lets the public internet pass on `ports`, and `allow` on every port.
    pub(crate) fn new(allow: Vec<IpNet>, ports: Vec<u16>) -> Self {
        Self { allow, ports }
    }

    /// Whether a connection to this address and port may be opened.
    pub(crate) fn permits(&self, address: IpAddr, port: u16) -> bool {
        // An IPv4 address in IPv6 clothes is judged as what it is.
        let address = address.to_canonical();
        self.allow.iter().any(|network| network.contains(&address))
            || (self.ports.contains(&port) && is_public(address))
    }
}

/// Whether the address belongs to the public internet.
pub(crate) fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => !CLOSED_V4
            .iter()
            .any(|(network, bits)| Ipv4Net::new_assert(*network, *bits).contains(&address)),
        IpAddr::V6(address) => {
            let inside = |network: &(Ipv6Addr, u8)| Ipv6Net::new_assert(network.0, network.1).contains(&address);
            inside(&OPEN_V6) && !CLOSED_V6.iter().any(inside)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_internet_is_open() {
        let cases = [
            ("8.8.8.8", true),
            ("1.1.1.1", true),
            ("100.63.255.255", true),
            ("100.64.0.1", false),
            ("100.100.100.200", false),
            ("172.15.0.1", true),
            ("172.16.0.1", false),
            ("172.31.255.255", false),
            ("172.32.0.1", true),
            ("0.0.0.0", false),
            ("0.1.2.3", false),
            ("10.0.0.1", false),
            ("127.0.0.1", false),
            ("127.255.255.254", false),
            ("168.63.129.16", false),
            ("169.254.169.254", false),
            ("192.0.0.192", false),
            ("192.168.1.1", false),
            ("198.19.0.1", false),
            ("224.0.0.1", false),
            ("239.255.255.255", false),
            ("255.255.255.255", false),
            ("2606:4700:4700::1111", true),
            ("2a00:1450:4001::200e", true),
            ("::", false),
            ("::1", false),
            ("::ffff:10.0.0.1", false),
            ("::ffff:8.8.8.8", true),
            ("::10.0.0.1", false),
            ("64:ff9b::a00:1", false),
            ("64:ff9b:1::a00:1", false),
            ("2001::1", false),
            ("2002:a00:1::", false),
            ("2001:db8::1", false),
            ("fd00:ec2::254", false),
            ("fc00::1", false),
            ("fe80::1", false),
            ("fec0::1", false),
            ("ff02::1", false),
        ];
        let guard = AddressGuard::new(Vec::new(), vec![80]);
        let wrong: Vec<_> = cases
            .iter()
            .filter(|(address, open)| guard.permits(address.parse().unwrap(), 80) != *open)
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }

    #[test]
    fn allowed_networks_pass_on_every_port_and_nothing_else_does() {
        let guard = AddressGuard::new(vec!["10.1.2.0/24".parse().unwrap()], vec![443]);
        let cases = [
            ("10.1.2.3", 9000, true),
            ("::ffff:10.1.2.3", 9000, true),
            ("10.1.3.3", 443, false),
            ("8.8.8.8", 443, true),
            ("8.8.8.8", 22, false),
        ];
        let wrong: Vec<_> = cases
            .iter()
            .filter(|(address, port, open)| guard.permits(address.parse().unwrap(), *port) != *open)
            .collect();
        assert!(wrong.is_empty(), "{wrong:?}");
    }
}
