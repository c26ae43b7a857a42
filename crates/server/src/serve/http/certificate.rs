//! When a certificate ends: the one thing that we want to know of X.509 (RFC 5280 §4.1) and that
//! the TLS library does not tell.

use chrono::NaiveDateTime;

const SEQUENCE: u8 = 0x30;
const VERSION: u8 = 0xa0;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;

/// `notAfter` of a certificate in DER form, in seconds since 1970; none if it can't be read.
pub(super) fn not_after(certificate: &[u8]) -> Option<i64> {
    let (body, _) = inside(certificate, SEQUENCE)?;
    let (mut fields, _) = inside(body, SEQUENCE)?;
    if fields.first() == Some(&VERSION) {
        fields = element(fields)?.2;
    }
    // serialNumber, signature, issuer
    for _ in 0..3 {
        fields = element(fields)?.2;
    }
    let (validity, _) = inside(fields, SEQUENCE)?;
    let (_, _, after_not_before) = element(validity)?;
    let (tag, text, _) = element(after_not_before)?;
    time(tag, std::str::from_utf8(text).ok()?)
}

/// RFC 5280 §4.1.2.5: always in UTC, always with seconds.
fn time(tag: u8, text: &str) -> Option<i64> {
    let full = match tag {
        UTC_TIME => {
            let year: u8 = text.get(..2)?.parse().ok()?;
            format!("{}{text}", if year < 50 { "20" } else { "19" })
        }
        GENERALIZED_TIME => text.to_owned(),
        _ => return None,
    };
    let time = NaiveDateTime::parse_from_str(&full, "%Y%m%d%H%M%SZ").ok()?;
    Some(time.and_utc().timestamp())
}

/// What is in the first element, if that is a `tag`, and what follows it.
fn inside(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (found, content, rest) = element(der)?;
    (found == tag).then_some((content, rest))
}

/// Tag and content of the first element, and what follows it (X.690 §8.1).
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (&tag, der) = der.split_first()?;
    let (&first, der) = der.split_first()?;
    let (length, der) = match first {
        0..=0x7f => (usize::from(first), der),
        0x81..=0x84 => {
            let (digits, der) = der.split_at_checked(usize::from(first & 0x7f))?;
            (digits.iter().fold(0, |length, digit| length << 8 | usize::from(*digit)), der)
        }
        _ => return None,
    };
    let (content, rest) = der.split_at_checked(length)?;
    Some((tag, content, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(year: i32) -> Vec<u8> {
        let mut wanted = rcgen::CertificateParams::new(vec!["nightjar.test".to_owned()]).expect("a name");
        wanted.not_after = rcgen::date_time_ymd(year, 3, 4);
        let key = rcgen::KeyPair::generate().expect("a key");
        wanted.self_signed(&key).expect("signed").der().to_vec()
    }

    #[test]
    fn the_end_is_found_in_both_forms_of_time() {
        assert_eq!(not_after(&ending(2031)), Some(1_930_348_800), "UTCTime");
        assert_eq!(not_after(&ending(1999)), Some(920_505_600), "UTCTime of the last century");
        assert_eq!(not_after(&ending(2080)), Some(3_476_736_000), "GeneralizedTime");
    }

    #[test]
    fn what_is_no_certificate_has_no_end() {
        let certificate = ending(2031);
        for length in 0..certificate.len().min(200) {
            assert_eq!(not_after(&certificate[..length]), None);
        }
        for junk in [&[][..], &[0x30], &[0x30, 0x80], &[0x30, 0x84, 0xff, 0xff, 0xff, 0xff], &[0; 64]] {
            assert_eq!(not_after(junk), None);
        }
    }
}
