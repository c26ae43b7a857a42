use std::sync::atomic::{AtomicBool, Ordering};

use super::*;

const QUICK: Pace = Pace { beat: Duration::from_millis(60), watch: Duration::from_millis(600) };

fn owner() -> LockOwner {
    LockOwner { node: NodeId("node-1".into()), command: "serve".into(), now: WallTime::from_millis(0) }
}

fn on_network(folder: &Path) -> Result<Lock, LockError> {
    acquire(folder, &folder.join(LOCK_NAME), &owner(), Sharing::Network, QUICK)
}

/// The mark of a process on another machine, whose advisory lock does not reach ours.
fn mark_of_another_machine(folder: &Path) -> (File, LockHolder) {
    let file = File::create(folder.join(LOCK_NAME)).expect("is created");
    let holder = LockHolder { pid: 77, host: "other".into(), boot: "b".into(), ..LockHolder::new(&owner()) };
    holder.write(&file).expect("is written");
    (file, holder)
}

#[test]
fn a_second_lock_is_refused_and_names_the_holder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let first = Lock::folder(folder.path(), &owner()).expect("is free");
    let error = Lock::folder(folder.path(), &owner()).expect_err("is held");
    let text = error.to_string();
    assert!(text.contains(&format!("pid {}", std::process::id())) && text.contains("serve"), "{text}");
    drop(first);
    Lock::folder(folder.path(), &owner()).expect("is free again");
}

#[test]
fn a_file_is_locked_beside_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let database = folder.path().join("deep/nightjar.db");
    let _first = Lock::beside(&database, &owner()).expect("is free");
    assert!(matches!(Lock::beside(&database, &owner()), Err(LockError::Held { .. })));
    assert!(!database.exists());
}

#[test]
fn another_machine_that_lives_keeps_its_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (file, mut holder) = mark_of_another_machine(folder.path());
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                std::thread::sleep(QUICK.beat);
                holder.beat += 1;
                holder.write(&file).expect("is written");
            }
        });
        let error = on_network(folder.path()).expect_err("the other one lives");
        done.store(true, Ordering::Relaxed);
        assert!(error.to_string().contains("pid 77 on other"), "{error}");
    });
}

#[test]
fn another_machine_that_died_leaves_its_folder() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    mark_of_another_machine(folder.path());
    let _lock = on_network(folder.path()).expect("nobody is there");
    let holder = LockHolder::read(&folder.path().join(LOCK_NAME)).expect("is marked");
    assert_eq!(holder.pid, std::process::id());
}

#[test]
fn a_holder_on_a_network_shows_that_it_lives_until_it_ends() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join(LOCK_NAME);
    let lock = on_network(folder.path()).expect("is free");
    let first = LockHolder::read(&path).expect("is marked");
    assert!(lives(&first, &path, QUICK), "no sign of life");
    drop(lock);
    std::thread::sleep(2 * QUICK.beat);
    assert_eq!(LockHolder::read(&path), None, "the mark is taken back");
}
