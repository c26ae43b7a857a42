//! Second factors.

use nightjar_access::{AccessError, ClientInfo, Enrolment, Login, SignIn, TotpFault};
use nightjar_model::{Role, Secret, WallTime};

use crate::database::{TestDatabase, on_both};
use crate::make::{MINUTE, NOW, PASSWORD, SECOND, World, login, world};

async fn signing_in_takes_a_code_and_each_code_works_once(database: TestDatabase) {
    let world = world(&database).await;
    let (enrolment, _) = enrol(&world).await;
    let required = world.access.login(&login("admin", PASSWORD), NOW).await;
    assert!(matches!(required, Err(AccessError::TotpRequired)), "{required:?}");
    let wrong_password = attempt(&world, "wrong", &code(&enrolment, NOW + MINUTE), NOW + MINUTE).await;
    assert!(matches!(wrong_password, Err(AccessError::Credentials)), "the password comes first");

    // The code that confirmed it can't be used to sign in.
    let replayed = attempt(&world, PASSWORD, &code(&enrolment, NOW), NOW).await;
    assert!(matches!(replayed, Err(AccessError::TotpWrong)), "{replayed:?}");
    let later = NOW + MINUTE;
    let due = code(&enrolment, later);
    attempt(&world, PASSWORD, &due, later).await.expect("signs in");
    let replayed = attempt(&world, PASSWORD, &due, later + SECOND).await;
    assert!(matches!(replayed, Err(AccessError::TotpWrong)), "{replayed:?}");
    let older = attempt(&world, PASSWORD, &code(&enrolment, later - 30 * SECOND), later).await;
    assert!(matches!(older, Err(AccessError::TotpWrong)), "a step before a used one");
}

async fn one_code_lets_one_of_many_in(database: TestDatabase) {
    let world = world(&database).await;
    let (enrolment, _) = enrol(&world).await;
    let later = NOW + MINUTE;
    let due = code(&enrolment, later);
    let (a, b, c) = tokio::join!(
        attempt(&world, PASSWORD, &due, later),
        attempt(&world, PASSWORD, &due, later),
        attempt(&world, PASSWORD, &due, later),
    );
    assert_eq!([a, b, c].iter().filter(|one| one.is_ok()).count(), 1);
}

async fn a_recovery_code_works_once(database: TestDatabase) {
    let world = world(&database).await;
    let (_, codes) = enrol(&world).await;
    assert_eq!(codes.len(), 10);
    let typed = codes[0].expose().to_uppercase();
    attempt(&world, PASSWORD, &typed, NOW).await.expect("signs in");
    let again = attempt(&world, PASSWORD, &typed, NOW).await;
    assert!(matches!(again, Err(AccessError::TotpWrong)), "{again:?}");
    attempt(&world, PASSWORD, codes[1].expose(), NOW).await.expect("another one");
    assert_eq!(world.catalog.recovery_codes_left(world.by().user).await.expect("reads"), 8);
}

async fn codes_are_not_guessed(database: TestDatabase) {
    let world = world(&database).await;
    let (enrolment, _) = enrol(&world).await;
    let (later, right) = (NOW + MINUTE, code(&enrolment, NOW + MINUTE));
    let wrong = if right == "000000" { "111111" } else { "000000" };
    let mut refused = 0;
    for _ in 0..50 {
        match attempt(&world, PASSWORD, wrong, later).await.expect_err("wrong") {
            AccessError::TotpWrong => refused += 1,
            AccessError::TooMany { .. } => {}
            other => panic!("{other:?}"),
        }
    }
    assert!((5..10).contains(&refused), "{refused} codes were looked at");
}

async fn nothing_changes_until_a_code_is_confirmed(database: TestDatabase) {
    let world = world(&database).await;
    let by = world.by();
    let client = ClientInfo::default();
    let early = world.access.confirm_totp(&by, "123456", NOW).await;
    assert!(matches!(early, Err(AccessError::Totp(TotpFault::NotBegun))), "{early:?}");
    let wrong = world.access.enroll_totp(&by, &Secret::new("wrong"), &client, NOW).await;
    assert!(matches!(wrong, Err(AccessError::Credentials)), "{wrong:?}");
    let enrolment = world.access.enroll_totp(&by, &Secret::new(PASSWORD), &client, NOW).await.expect("begun");
    assert!(enrolment.uri.expose().contains(enrolment.secret.expose()));
    let wrong = world.access.confirm_totp(&by, "x", NOW).await;
    assert!(matches!(wrong, Err(AccessError::Totp(TotpFault::CodeWrong))), "{wrong:?}");
    world.access.login(&login("admin", PASSWORD), NOW).await.expect("still without a code");
}

async fn it_is_switched_off_with_the_password_or_by_an_administrator(database: TestDatabase) {
    let world = world(&database).await;
    enrol(&world).await;
    let (by, client) = (world.by(), ClientInfo::default());
    let again = world.access.enroll_totp(&by, &Secret::new(PASSWORD), &client, NOW).await;
    assert!(matches!(again, Err(AccessError::Totp(TotpFault::AlreadyOn))), "{again:?}");
    let wrong = world.access.disable_totp(&by, &Secret::new("wrong"), &client, NOW).await;
    assert!(matches!(wrong, Err(AccessError::Credentials)), "{wrong:?}");
    world.access.disable_totp(&by, &Secret::new(PASSWORD), &client, NOW).await.expect("off");
    world.access.login(&login("admin", PASSWORD), NOW).await.expect("without a code");

    let vera = world.signed_in("vera", Role::Viewer).await;
    enrol_as(&world, &vera).await;
    world.access.reset_totp(&world.by(), vera.user.id, NOW).await.expect("reset");
    assert!(world.who(&vera.access, NOW).await.is_none(), "the lost device may be signed in");
    world.access.login(&login("vera", PASSWORD), NOW).await.expect("without a code");
}

async fn sign_ins_without_it_end_when_it_is_switched_on(database: TestDatabase) {
    let world = world(&database).await;
    let other = world.access.login(&login("admin", PASSWORD), NOW).await.expect("signs in");
    enrol(&world).await;
    assert!(world.who(&other.access, NOW).await.is_none());
    assert!(world.who(&world.admin.access, NOW).await.is_some());
}

async fn enrol(world: &World) -> (Enrolment, Vec<Secret>) {
    enrol_as(world, &world.admin).await
}

async fn enrol_as(world: &World, who: &SignIn) -> (Enrolment, Vec<Secret>) {
    let (by, client) = (who.caller(), ClientInfo::default());
    let enrolment = world.access.enroll_totp(&by, &Secret::new(PASSWORD), &client, NOW).await.expect("begun");
    let codes = world.access.confirm_totp(&by, &code(&enrolment, NOW), NOW).await.expect("confirmed");
    (enrolment, codes)
}

fn code(enrolment: &Enrolment, now: WallTime) -> String {
    nightjar_access::totp_code(&enrolment.secret, now).expect("a code")
}

async fn attempt(world: &World, password: &str, code: &str, now: WallTime) -> Result<SignIn, AccessError> {
    let login = Login { totp: Some(code.to_owned()), ..login("admin", password) };
    world.access.login(&login, now).await
}

on_both!(
    signing_in_takes_a_code_and_each_code_works_once,
    one_code_lets_one_of_many_in,
    a_recovery_code_works_once,
    codes_are_not_guessed,
    nothing_changes_until_a_code_is_confirmed,
    it_is_switched_off_with_the_password_or_by_an_administrator,
    sign_ins_without_it_end_when_it_is_switched_on,
);
