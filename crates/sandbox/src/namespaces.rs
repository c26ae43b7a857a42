//! A user and a network of the process's own.

use nix::sched::{CloneFlags, unshare};
use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};

/// Who root becomes: `nobody`, by its number, because a container may lack the name.
const NOBODY: u32 = 65534;

/// What the process has of its own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Isolation {
    /// Another user than the server's.
    pub(crate) user: bool,
    /// A namespace of users, in which nobody else's processes count.
    pub(crate) user_namespace: bool,
    pub(crate) network: bool,
}

/// Enters namespaces as far as the system permits: containers and some distributions don't.
pub(crate) fn isolate() -> Isolation {
    let shared = CloneFlags::CLONE_NEWNET | CloneFlags::CLONE_NEWIPC | CloneFlags::CLONE_NEWUTS;
    if !Uid::effective().is_root() {
        let all = unshare(CloneFlags::CLONE_NEWUSER | shared).is_ok();
        return Isolation { user: all, user_namespace: all, network: all };
    }
    // Root can leave the network without a user namespace; afterwards it is not root any more.
    let network = unshare(shared).is_ok();
    let nobody = become_nobody();
    let more = if network { CloneFlags::empty() } else { shared };
    // No user of the namespace is mapped to one outside, so the process has no rights over anybody's files but by its number.
    let user_namespace = unshare(CloneFlags::CLONE_NEWUSER | more).is_ok();
    Isolation { user: nobody || user_namespace, user_namespace, network: network || user_namespace }
}

fn become_nobody() -> bool {
    let (user, group) = (Uid::from_raw(NOBODY), Gid::from_raw(NOBODY));
    setgroups(&[]).and_then(|()| setresgid(group, group, group)).is_ok()
        && setresuid(user, user, user).is_ok()
}
