//! Addresses, one line a kind.

use super::AddressKind::{LinkLocal, Metadata, Private, Public, ThisMachine, Unusable};
use super::*;

const KINDS: &[(AddressKind, &[&str])] = &[
    (
        Public,
        &["1.1.1.1", "93.184.216.34", "192.0.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101"],
    ),
    (
        Private,
        &[
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.97",
            "100.64.0.1",
            "192.0.2.10",
            "198.18.0.1",
            "fd12::1",
            "fc00::1",
            "fec0::1",
            "2001:db8::1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "64:ff9b:1::1.1.1.1",
            "2002:a00:1::1",
        ],
    ),
    (LinkLocal, &["169.254.1.1", "169.254.255.254", "fe80::1", "febf::1", "::ffff:169.254.7.7"]),
    (
        ThisMachine,
        &[
            "127.0.0.1",
            "127.255.255.254",
            "::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "::ffff:0:7f00:1",
            "64:ff9b::7f00:1",
            "64:ff9b:1::127.0.0.1",
            "2002:7f00:1::",
            "2001:0:1:2:3:4:80ff:fffe",
        ],
    ),
    (
        Metadata,
        &[
            "169.254.169.254",
            "169.254.170.2",
            "169.254.170.23",
            "168.63.129.16",
            "100.100.100.200",
            "192.0.0.192",
            "169.254.0.23",
            "169.254.42.42",
            "169.254.169.252",
            "100.96.0.96",
            "100.80.80.80",
            "fd00:42::42",
            "fd00:a9fe:a9fe::1",
            "fe80::a9fe:a9fe",
            "::ffff:169.254.0.23",
            "fd00:ec2::254",
            "fd20:ce::254",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
        ],
    ),
    (
        Unusable,
        &[
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "ff02::1",
            "100::1",
            "::ffff:0.0.0.0",
        ],
    ),
];

#[test]
fn every_address_has_its_kind() {
    for (kind, addresses) in KINDS {
        for address in *addresses {
            assert_eq!(address_kind(address.parse().expect("an address")), *kind, "{address}");
        }
    }
}

fn own() -> OwnAddresses {
    let parse = |text: &str| text.parse::<IpAddr>().expect("an address");
    OwnAddresses {
        addresses: ["192.168.1.5", "8.8.4.4", "fd12::5", "2606:4700::5", "fe80::5"].map(parse).to_vec(),
        broadcasts: vec![Ipv4Addr::new(192, 168, 1, 255)],
    }
}

#[test]
fn addresses_of_own_interfaces_are_this_machine() {
    for address in [
        "192.168.1.5",
        "8.8.4.4",
        "fd12::5",
        "2606:4700::5",
        "fe80::5",
        "::ffff:192.168.1.5",
        "64:ff9b::192.168.1.5",
        "64:ff9b:1::192.168.1.5",
        "::192.168.1.5",
        "2002:808:404::1",
        "127.0.0.1",
    ] {
        let address = address.parse().expect("an address");
        assert_eq!(own().kind_of(address), ThisMachine, "{address}");
        assert_eq!(Reach::CAMERA.check(address, &own()), Err(Refused { kind: ThisMachine }));
        let allowed = Reach::Camera { this_machine: true, link_local: false };
        assert_eq!(allowed.check(address, &own()), Ok(()), "{address}");
    }
    for (address, kind) in [
        ("192.168.1.255", Unusable),
        ("::ffff:192.168.1.255", Unusable),
        ("0.0.0.0", Unusable),
        ("::", Unusable),
        ("192.168.1.6", Private),
        ("8.8.8.8", Public),
        ("fe80::6", LinkLocal),
    ] {
        assert_eq!(own().kind_of(address.parse().expect("an address")), kind, "{address}");
    }
    let url = "rtsp://3232235781/stream".parse().expect("a URL");
    assert_eq!(Reach::CAMERA.check_host(&url, &own()), Err(Refused { kind: ThisMachine }), "a number");
}

#[test]
fn cameras_are_anywhere_but_where_secrets_are() {
    for (this_machine, link_local) in [(false, false), (true, false), (false, true), (true, true)] {
        let reach = Reach::Camera { this_machine, link_local };
        for (kind, addresses) in KINDS {
            let expected = match kind {
                Public | Private => true,
                LinkLocal => link_local,
                ThisMachine => this_machine,
                Metadata | Unusable => false,
            };
            for address in *addresses {
                let checked = reach.check(address.parse().expect("an address"), &OwnAddresses::default());
                assert_eq!(
                    checked,
                    if expected { Ok(()) } else { Err(Refused { kind: *kind }) },
                    "{address}"
                );
            }
        }
    }
}

#[test]
fn webhooks_stay_outside_unless_told() {
    let check = |private, text: &str| {
        Reach::Webhook { private }.check(text.parse().expect("an address"), &own()).is_ok()
    };
    for inside in ["8.8.4.4", "10.0.0.1", "127.0.0.1", "169.254.3.4", "fd12::1", "::ffff:192.168.0.1"] {
        assert_eq!((check(false, inside), check(true, inside)), (false, true), "{inside}");
    }
    for never in ["169.254.169.254", "0.0.0.0", "255.255.255.255", "::ffff:169.254.169.254"] {
        assert!(!check(true, never), "{never}");
    }
    assert!(check(false, "1.1.1.1"));
}

#[test]
fn the_operator_may_mean_anything() {
    for (_, addresses) in KINDS {
        for text in *addresses {
            assert_eq!(Reach::Operator.check(text.parse().expect("an address"), &own()), Ok(()));
        }
    }
}

#[test]
fn hosts_are_understood_however_they_are_written() {
    let kind = |host: &str| {
        let url: Url = format!("rtsp://{host}/stream").parse().expect("a URL");
        Reach::CAMERA.check_host(&url, &OwnAddresses::default()).err().map(|refused| refused.kind)
    };
    for host in [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "cam.localhost",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "user:pass@127.0.0.1:554",
        "１２７.0.0.1",
    ] {
        assert_eq!(kind(host), Some(ThisMachine), "{host}");
    }
    for host in [
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "metadata.google.internal",
        "Metadata.Google.Internal.",
        "[fd00:ec2::254]",
    ] {
        assert_eq!(kind(host), Some(Metadata), "{host}");
    }
    for host in ["192.168.1.97", "cam.example", "8.8.8.8", "[fd12::1]", "localhost.example"] {
        assert_eq!(kind(host), None, "{host}");
    }
}
