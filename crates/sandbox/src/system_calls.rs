//! System calls (seccomp): what a program needs that reads a pipe, computes and writes a pipe. All others fail with `EPERM`.

use std::collections::BTreeMap;
use std::env::consts::ARCH;

use seccompiler::SeccompCmpArgLen::{Dword, Qword};
use seccompiler::SeccompCmpOp::{Eq, MaskedEq};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    TargetArch, apply_filter,
};

type Rules = BTreeMap<i64, Vec<SeccompRule>>;
type Result<T> = std::result::Result<T, seccompiler::BackendError>;

/// Needed, whatever the arguments. `clone3` is here because the other filter says that the kernel does not have it.
const NEEDED: &[i64] = &[
    libc::SYS_brk,
    libc::SYS_clock_getres,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_clone3,
    libc::SYS_close,
    libc::SYS_execve,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_faccessat,
    libc::SYS_faccessat2,
    libc::SYS_fstat,
    libc::SYS_fstatfs,
    libc::SYS_futex,
    libc::SYS_get_mempolicy,
    libc::SYS_getcwd,
    libc::SYS_getdents64,
    libc::SYS_getegid,
    libc::SYS_geteuid,
    libc::SYS_getgid,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_getrusage,
    libc::SYS_gettid,
    libc::SYS_gettimeofday,
    libc::SYS_getuid,
    libc::SYS_lseek,
    libc::SYS_madvise,
    libc::SYS_membarrier,
    libc::SYS_mmap,
    libc::SYS_mprotect,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_newfstatat,
    libc::SYS_ppoll,
    libc::SYS_pread64,
    libc::SYS_pselect6,
    libc::SYS_read,
    libc::SYS_readlinkat,
    libc::SYS_readv,
    libc::SYS_restart_syscall,
    libc::SYS_rseq,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_set_robust_list,
    libc::SYS_set_tid_address,
    libc::SYS_sigaltstack,
    libc::SYS_statfs,
    libc::SYS_statx,
    libc::SYS_sysinfo,
    libc::SYS_times,
    libc::SYS_uname,
    libc::SYS_write,
    libc::SYS_writev,
];

/// Older forms that other processors never had.
#[cfg(target_arch = "x86_64")]
const NEEDED_OLD: &[i64] = &[
    libc::SYS_access,
    libc::SYS_arch_prctl,
    libc::SYS_getrlimit,
    libc::SYS_lstat,
    libc::SYS_poll,
    libc::SYS_readlink,
    libc::SYS_select,
    libc::SYS_stat,
    libc::SYS_time,
];
#[cfg(not(target_arch = "x86_64"))]
const NEEDED_OLD: &[i64] = &[];

/// What an `open` that only reads does not have.
const WRITING: libc::c_int =
    libc::O_ACCMODE | libc::O_CREAT | libc::O_TRUNC | (libc::O_TMPFILE & !libc::O_DIRECTORY);
/// A thread shares all of this with its process.
const THREAD: libc::c_int = libc::CLONE_THREAD | libc::CLONE_VM | libc::CLONE_SIGHAND;
/// What a thread never asks for.
const NAMESPACES: libc::c_int = libc::CLONE_NEWUSER
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP;

/// Whether the kernel took it.
pub(crate) fn restrict() -> bool {
    let Ok(arch) = TargetArch::try_from(ARCH) else { return false };
    let filters = no_clone3(arch).and_then(|first| Ok([first, needed(arch)?]));
    filters.is_ok_and(|filters| filters.iter().all(|filter| apply_filter(filter).is_ok()))
}

/// The flags of `clone3` lie in memory, where a filter can't see them: without it, libraries use `clone`.
fn no_clone3(arch: TargetArch) -> Result<BpfProgram> {
    let rules = Rules::from([(libc::SYS_clone3, Vec::new())]);
    let missing = SeccompAction::Errno(libc::ENOSYS.cast_unsigned());
    SeccompFilter::new(rules, SeccompAction::Allow, missing, arch)?.try_into()
}

fn needed(arch: TargetArch) -> Result<BpfProgram> {
    let mut rules: Rules = NEEDED.iter().chain(NEEDED_OLD).map(|call| (*call, Vec::new())).collect();
    rules.insert(libc::SYS_openat, vec![rule(&[flags(2, WRITING, 0)?])?]);
    #[cfg(target_arch = "x86_64")]
    rules.insert(libc::SYS_open, vec![rule(&[flags(1, WRITING, 0)?])?]);
    rules.insert(libc::SYS_clone, vec![rule(&[flags(0, THREAD | NAMESPACES, THREAD)?])?]);
    rules.insert(libc::SYS_prctl, any_of(0, &[libc::PR_SET_NAME, libc::PR_CAPBSET_READ, libc::PR_SET_VMA])?);
    rules.insert(libc::SYS_fcntl, any_of(1, &[libc::F_GETFD, libc::F_SETFD, libc::F_GETFL])?);
    // Only to read the limits of the process itself.
    rules.insert(
        libc::SYS_prlimit64,
        vec![rule(&[condition(0, Dword, Eq, 0)?, condition(2, Qword, Eq, 0)?])?],
    );
    let denied = SeccompAction::Errno(libc::EPERM.cast_unsigned());
    SeccompFilter::new(rules, denied, SeccompAction::Allow, arch)?.try_into()
}

fn any_of(argument: u8, values: &[libc::c_int]) -> Result<Vec<SeccompRule>> {
    values.iter().map(|value| rule(&[condition(argument, Dword, Eq, word(*value))?])).collect()
}

fn flags(argument: u8, mask: libc::c_int, value: libc::c_int) -> Result<SeccompCondition> {
    condition(argument, Dword, MaskedEq(word(mask)), word(value))
}

fn condition(
    argument: u8,
    length: SeccompCmpArgLen,
    comparison: SeccompCmpOp,
    value: u64,
) -> Result<SeccompCondition> {
    SeccompCondition::new(argument, length, comparison, value)
}

fn rule(conditions: &[SeccompCondition]) -> Result<SeccompRule> {
    SeccompRule::new(conditions.to_vec())
}

fn word(value: libc::c_int) -> u64 {
    u64::from(value.cast_unsigned())
}
