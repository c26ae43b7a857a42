//! `trun`, the samples of a track's fragment (ISO/IEC 14496-12 §8.8.8).

use nightjar_media::SampleEntry;

use super::{Fields, Malformed, Writer};

const DATA_OFFSET: u32 = 0x0001;
const FIRST_SAMPLE_FLAGS: u32 = 0x0004;
const DURATION: u32 = 0x0100;
const SIZE: u32 = 0x0200;
const FLAGS: u32 = 0x0400;
const COMPOSITION_OFFSET: u32 = 0x0800;

/// `sample_flags` (§8.8.3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SampleFlags(pub(crate) u32);

impl SampleFlags {
    /// Depends on no other sample.
    pub(crate) const SYNC: Self = Self(0x0200_0000);
    /// Depends on others; not a sync sample.
    pub(crate) const NON_SYNC: Self = Self(0x0101_0000);

    pub(crate) fn of(is_sync: bool) -> Self {
        if is_sync { Self::SYNC } else { Self::NON_SYNC }
    }

    pub(crate) fn is_sync(self) -> bool {
        self.0 & 0x0001_0000 == 0
    }
}

/// How a run of samples is written; the same for its length and its bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) default: SampleFlags,
    flags: u32,
    count: usize,
}

impl Layout {
    pub(crate) fn of(samples: &[SampleEntry]) -> Self {
        let (first, rest) = match samples.split_first() {
            Some((first, rest)) => (first.is_sync, rest),
            None => (true, samples),
        };
        // What the second sample is: audio is all sync, a fragment of video at most in front.
        let usual = rest.first().map_or(first, |sample| sample.is_sync);
        let mut flags = DATA_OFFSET | DURATION | SIZE;
        if rest.iter().any(|sample| sample.is_sync != usual) {
            flags |= FLAGS;
        } else if first != usual {
            flags |= FIRST_SAMPLE_FLAGS;
        }
        if samples.iter().any(|sample| sample.composition_offset != 0) {
            flags |= COMPOSITION_OFFSET;
        }
        Self { default: SampleFlags::of(usual), flags, count: samples.len() }
    }

    pub(crate) fn len(self) -> usize {
        let first = if self.flags & FIRST_SAMPLE_FLAGS != 0 { 4 } else { 0 };
        20 + first + self.count * row_len(self.flags)
    }

    /// `data_offset` counts from the first byte of the `moof`.
    pub(crate) fn write(self, w: &mut Writer, samples: &[SampleEntry], data_offset: u32) {
        w.full(*b"trun", 1, self.flags, |w| {
            w.u32(self.count as u32);
            w.u32(data_offset);
            if self.flags & FIRST_SAMPLE_FLAGS != 0 {
                w.u32(SampleFlags::of(samples.first().is_some_and(|sample| sample.is_sync)).0);
            }
            for sample in samples {
                w.u32(sample.duration);
                w.u32(sample.size);
                if self.flags & FLAGS != 0 {
                    w.u32(SampleFlags::of(sample.is_sync).0);
                }
                if self.flags & COMPOSITION_OFFSET != 0 {
                    w.u32(sample.composition_offset.cast_unsigned());
                }
            }
        });
    }
}

fn row_len(flags: u32) -> usize {
    [DURATION, SIZE, FLAGS, COMPOSITION_OFFSET].iter().filter(|&&flag| flags & flag != 0).count() * 4
}

/// The samples and the data offset. Only what we write is understood: each sample has its size.
pub(crate) fn parse(body: &[u8], default: SampleFlags) -> Result<(u32, Vec<SampleEntry>), Malformed> {
    let mut fields = Fields::new(body);
    let (version, flags) = fields.version_flags()?;
    let known = DATA_OFFSET | FIRST_SAMPLE_FLAGS | DURATION | SIZE | FLAGS | COMPOSITION_OFFSET;
    let needed = DATA_OFFSET | DURATION | SIZE;
    if version != 1 || flags & !known != 0 || flags & needed != needed {
        return Err(Malformed::new(format!("trun has version {version} and the flags {flags:#x}")));
    }
    let count = fields.u32()? as usize;
    let data_offset = fields.u32()?;
    let mut next = match flags & FIRST_SAMPLE_FLAGS {
        0 => default,
        _ => SampleFlags(fields.u32()?),
    };
    if count.checked_mul(row_len(flags)) != Some(fields.rest().len()) {
        return Err(Malformed::new("trun is not as long as its samples"));
    }
    let mut samples = Vec::with_capacity(count);
    for _ in 0..count {
        let (duration, size) = (fields.u32()?, fields.u32()?);
        if flags & FLAGS != 0 {
            next = SampleFlags(fields.u32()?);
        }
        let offset = if flags & COMPOSITION_OFFSET != 0 { fields.u32()?.cast_signed() } else { 0 };
        samples.push(SampleEntry { size, duration, composition_offset: offset, is_sync: next.is_sync() });
        next = default;
    }
    Ok((data_offset, samples))
}
