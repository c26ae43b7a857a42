//! What an entity tag proves.
//!
//! S3 gives an object that was put at once the MD5 of its content, and one that was put in parts
//! the MD5 of its parts' MD5s with `-N` behind. A server that encrypts, or that is not quite S3,
//! gives something else, which proves nothing either way.

use md5::{Digest, Md5};

/// MD5 of one part.
pub(super) type PartDigest = [u8; 16];

/// Digest of a part's content.
pub(super) fn part_digest(content: &[u8]) -> PartDigest {
    Md5::digest(content).into()
}

/// The tag that S3 gives an object that was put at once.
pub(super) fn of_whole(digest: &PartDigest) -> String {
    hex(digest)
}

/// The tag that S3 gives an object that was put in these parts.
pub(super) fn of_parts(digests: &[PartDigest]) -> String {
    let mut all = Md5::new();
    for digest in digests {
        all.update(digest);
    }
    format!("{}-{}", hex(&all.finalize()), digests.len())
}

/// The tag without its quotes (and without the mark of a weak one).
pub(super) fn bare(etag: &str) -> String {
    etag.trim().trim_start_matches("W/").trim_matches('"').to_ascii_lowercase()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_those_of_s3() {
        // RFC 1321 §A.5.
        assert_eq!(of_whole(&part_digest(b"abc")), "900150983cd24fb0d6963f7d28e17f72");
        // `printf abc | md5sum | xxd -r -p`, twice, `| md5sum`.
        let part = part_digest(b"abc");
        assert_eq!(of_parts(&[part, part]), format!("{}-2", hex(&Md5::digest([part, part].concat()))));
        assert_eq!(bare("\"ABC-2\""), "abc-2");
    }
}
