//! From the name of a camera to the addresses that are then connected to.
//!
//! What was judged is what is connected to: the name is resolved once, and its place in the URL
//! is taken by the address. A name that leads elsewhere the next moment gains nothing by it.

use std::net::IpAddr;

use nightjar_model::{OwnAddresses, Reach, Refused};
use tokio::net::lookup_host;
use tokio::time::timeout;
use url::{Host, Url};

use crate::SourceError;
use crate::interfaces::own_addresses;
use crate::rtsp::STEP_LIMIT;

/// Addresses of one name that are tried.
const MOST_ADDRESSES: usize = 4;

/// The address with each of the places that it leads to, as far as they may be connected to.
pub(crate) async fn places(url: &Url, reach: Reach) -> Result<Vec<Url>, SourceError> {
    if reach == Reach::Operator {
        // The operator's own word needs no judge; the name stays in what the camera is asked.
        return Ok(vec![url.clone()]);
    }
    let mut places = Vec::new();
    let found = addresses(url).await?;
    // Read at every connection: addresses come and go while the process runs.
    let own = own_addresses();
    for address in allowed(&found, reach, &own).map_err(SourceError::Refused)? {
        let mut place = url.clone();
        if place.set_ip_host(address).is_ok() {
            places.push(place);
        }
    }
    Ok(places)
}

/// Those of a name's addresses that may be connected to; if none may, why not.
fn allowed(addresses: &[IpAddr], reach: Reach, own: &OwnAddresses) -> Result<Vec<IpAddr>, Refused> {
    let mut refused = None;
    let mut allowed = Vec::new();
    for address in addresses {
        match reach.check(*address, own) {
            Ok(()) => allowed.push(*address),
            Err(why) => refused = Some(why),
        }
    }
    match refused {
        Some(refused) if allowed.is_empty() => Err(refused),
        _ => Ok(allowed),
    }
}

async fn addresses(url: &Url) -> Result<Vec<IpAddr>, SourceError> {
    let name = match url.host() {
        Some(Host::Ipv4(ip)) => return Ok(vec![ip.into()]),
        Some(Host::Ipv6(ip)) => return Ok(vec![ip.into()]),
        Some(Host::Domain(name)) => name,
        None => return Err(SourceError::NoSuchHost("the address names none".to_owned())),
    };
    let found = match timeout(STEP_LIMIT, lookup_host((name, 0))).await {
        Ok(Ok(found)) => found,
        Ok(Err(error)) => return Err(SourceError::NoSuchHost(error.to_string())),
        Err(_) => return Err(SourceError::NoAnswer { step: "the name server", limit: STEP_LIMIT }),
    };
    let mut addresses = Vec::new();
    for address in found.map(|address| address.ip()) {
        if !addresses.contains(&address) && addresses.len() < MOST_ADDRESSES {
            addresses.push(address);
        }
    }
    Ok(addresses)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CAMERA: Reach = Reach::CAMERA;
    const THIS_MACHINE: Reach = Reach::Camera { this_machine: true, link_local: false };

    async fn of(url: &str, reach: Reach) -> Result<Vec<String>, String> {
        let url: Url = url.parse().expect("a URL");
        let places = places(&url, reach).await.map_err(|error| error.to_string())?;
        Ok(places.into_iter().map(String::from).collect())
    }

    #[tokio::test]
    async fn the_name_gives_way_to_the_address_and_the_rest_stays() {
        let places = of("rtsp://localhost:8554/a?b=c", THIS_MACHINE).await.expect("allowed");
        let address = |place: &String| {
            ["rtsp://127.0.0.1:8554/a?b=c", "rtsp://[::1]:8554/a?b=c"].contains(&place.as_str())
        };
        assert!(!places.is_empty() && places.iter().all(address), "{places:?}");
        assert_eq!(of("rtsp://198.51.100.7/a", CAMERA).await, Ok(vec!["rtsp://198.51.100.7/a".to_owned()]));
        assert_eq!(of("rtsp://[fd12::7]/a", CAMERA).await, Ok(vec!["rtsp://[fd12::7]/a".to_owned()]));
    }

    #[tokio::test]
    async fn what_a_name_leads_to_is_judged_and_not_the_name() {
        for url in [
            "rtsp://localhost/a",
            "rtsp://127.0.0.1/a",
            "rtsp://2130706433/a",
            "rtsp://0x7f.1/a",
            "rtsp://[::ffff:7f00:1]/a",
        ] {
            let refused = of(url, CAMERA).await.expect_err(url);
            assert!(refused.contains("this machine itself"), "{url}: {refused}");
        }
        let refused = of("rtsp://0xa9fea9fe/latest", THIS_MACHINE).await.expect_err("metadata");
        assert!(refused.contains("cloud"), "{refused}");
        assert_eq!(
            of("rtsp://localhost/a", Reach::Operator).await,
            Ok(vec!["rtsp://localhost/a".to_owned()])
        );
    }

    #[tokio::test]
    async fn addresses_of_own_interfaces_are_this_machine_as_well() {
        let own = own_addresses().addresses;
        assert!(own.contains(&IpAddr::from([127, 0, 0, 1])), "{own:?}");
        for address in own {
            let mut url: Url = "rtsp://cam:1/a".parse().expect("a URL");
            url.set_ip_host(address).expect("takes an address");
            let refused = of(url.as_str(), CAMERA).await.expect_err("refused");
            assert!(refused.contains("this machine itself"), "{url}: {refused}");
            assert_eq!(of(url.as_str(), THIS_MACHINE).await, Ok(vec![url.to_string()]), "{url}");
        }
    }

    #[test]
    fn a_name_with_good_and_bad_addresses_leads_to_the_good_ones() {
        let ips: Vec<IpAddr> = ["169.254.169.254", "192.168.1.9", "127.0.0.1"]
            .iter()
            .map(|ip| ip.parse().expect("an address"))
            .collect();
        let own = OwnAddresses::default();
        assert_eq!(allowed(&ips, CAMERA, &own), Ok(vec![ips[1]]));
        assert!(allowed(&ips[2..], CAMERA, &own).is_err());
        assert_eq!(allowed(&[], CAMERA, &own), Ok(Vec::new()));
    }
}
