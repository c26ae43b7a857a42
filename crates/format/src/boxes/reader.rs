//! Reading boxes out of bytes from outside: nothing here panics or allocates by what they claim.

use super::FourCc;

/// Bytes that are not the box they should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Malformed(pub(crate) String);

impl Malformed {
    pub(crate) fn new(why: impl Into<String>) -> Self {
        Self(why.into())
    }
}

/// Size and type in front of a box's body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BoxHeader {
    pub(crate) kind: FourCc,
    /// Of the header itself: 8, or 16 with a 64-bit size.
    pub(crate) header_len: u64,
    /// Of the whole box.
    pub(crate) size: u64,
}

impl BoxHeader {
    /// Most bytes that a header has.
    pub(crate) const MAX_LEN: usize = 16;

    /// None if there are too few bytes or the size is impossible ("to the end of the file" is,
    /// because we never write it).
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (head, rest) = bytes.split_first_chunk::<8>()?;
        let [a, b, c, d, kind @ ..] = *head;
        let short = u32::from_be_bytes([a, b, c, d]);
        let (header_len, size) = match short {
            1 => (16, u64::from_be_bytes(*rest.first_chunk::<8>()?)),
            _ => (8, u64::from(short)),
        };
        (size >= header_len).then_some(Self { kind, header_len, size })
    }
}

/// The boxes that follow each other in `body`; ends at the first that is not whole.
pub(crate) fn children(body: &[u8]) -> impl Iterator<Item = (FourCc, &[u8])> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let header = BoxHeader::parse(rest)?;
        let size = usize::try_from(header.size).ok()?;
        let whole = rest.get(..size)?;
        rest = &rest[size..];
        Some((header.kind, &whole[header.header_len as usize..]))
    })
}

/// The body of the first child of this type.
pub(crate) fn find(body: &[u8], kind: FourCc) -> Result<&[u8], Malformed> {
    children(body).find(|(found, _)| *found == kind).map(|(_, body)| body).ok_or_else(|| {
        Malformed::new(format!("box `{}` is missing or truncated", String::from_utf8_lossy(&kind)))
    })
}

/// Takes fields off the front of a body.
#[derive(Debug, Clone)]
pub(crate) struct Fields<'a> {
    rest: &'a [u8],
}

impl<'a> Fields<'a> {
    pub(crate) fn new(body: &'a [u8]) -> Self {
        Self { rest: body }
    }

    /// Version and flags of a `FullBox`.
    pub(crate) fn version_flags(&mut self) -> Result<(u8, u32), Malformed> {
        let word = self.u32()?;
        Ok(((word >> 24) as u8, word & 0x00ff_ffff))
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        self.array().map(u64::from_be_bytes)
    }

    /// 32 bits, or 64 if `wide`.
    pub(crate) fn sized(&mut self, wide: bool) -> Result<u64, Malformed> {
        if wide { self.u64() } else { self.u32().map(u64::from) }
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (head, rest) =
            self.rest.split_first_chunk::<N>().ok_or_else(|| Malformed::new("a box is too short"))?;
        self.rest = rest;
        Ok(*head)
    }

    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let head = self.rest.get(..count).ok_or_else(|| Malformed::new("a box is too short"))?;
        self.rest = &self.rest[count..];
        Ok(head)
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_in_32_and_64_bits_are_read_and_impossible_ones_refused() {
        let header = |bytes: &[u8]| BoxHeader::parse(bytes).map(|header| (header.header_len, header.size));
        assert_eq!(header(b"\0\0\0\x10free"), Some((8, 16)));
        assert_eq!(header(b"\0\0\0\x01mdat\0\0\0\x01\0\0\0\0"), Some((16, 1 << 32)));
        assert_eq!(header(b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x0f"), None);
        assert_eq!(header(b"\0\0\0\0mdat"), None);
        assert_eq!(header(b"\0\0\0\x07free"), None);
        assert_eq!(header(b"\0\0\0\x08fre"), None);
    }
}
