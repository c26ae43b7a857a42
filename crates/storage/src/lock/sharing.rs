//! Whether other machines may have the same file system open.

use std::path::Path;

/// File systems of which only one machine can have a folder open (`linux/magic.h`).
const OF_ONE_MACHINE: [u64; 12] = [
    0xef53,      // ext2, ext3, ext4
    0x5846_5342, // XFS
    0x9123_683e, // Btrfs
    0x2fc1_2fc1, // ZFS
    0xf2f5_2010, // F2FS
    0xca45_1a4e, // bcachefs
    0x0102_1994, // tmpfs
    0x8584_58f6, // ramfs
    0x794c_7630, // overlayfs
    0x4d44,      // FAT
    0x2011_bab0, // exFAT
    0x7366_746e, // NTFS
];

/// Who can have a folder open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sharing {
    /// This machine: the advisory lock is the whole truth.
    Machine,
    /// Other machines perhaps: NFS, SMB, FUSE, 9p and what is not known.
    Network,
}

impl Sharing {
    pub(super) fn of(folder: &Path) -> Self {
        match rustix::fs::statfs(folder) {
            Ok(stat) if OF_ONE_MACHINE.contains(&(stat.f_type as u64)) => Self::Machine,
            _ => Self::Network,
        }
    }
}
