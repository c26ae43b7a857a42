//! Nothing that is printed holds a secret.

use nightjar_access::{AccessConfig, ClientInfo, FirstAdmin};
use nightjar_model::{Permission, Secret};

use crate::database::{TestDatabase, on_both};
use crate::make::{NOW, PASSWORD, config, draft, login, token_draft, world};

async fn nothing_that_is_printed_holds_a_secret(database: TestDatabase) {
    let world = world(&database).await;
    let by = world.by();
    let draft_of_token = token_draft([Permission::CameraRead]);
    let token = world.access.create_token(&by, None, draft_of_token, NOW).await.expect("made");
    let client = ClientInfo::default();
    let enrolment = world.access.enroll_totp(&by, &Secret::new(PASSWORD), &client, NOW).await.expect("begun");
    let code = nightjar_access::totp_code(&enrolment.secret, NOW).expect("a code");
    let codes = world.access.confirm_totp(&by, &code, NOW).await.expect("confirmed");
    let first = FirstAdmin {
        token: token.secret.clone(),
        username: "ada".to_owned(),
        password: Secret::new(PASSWORD),
        display_name: String::new(),
        organization: None,
    };
    let record = world.catalog.login_record("admin").await.expect("reads").expect("is there");
    let wrong = world.access.login(&login("admin", "hunter2 hunter2"), NOW).await.expect_err("wrong");
    let (right, weak) = (Secret::new(PASSWORD), Secret::new("hunter2"));
    let weak = world.access.change_password(&by, &right, &weak, false, &client, NOW).await.expect_err("weak");
    let keys = world.catalog.signing_keys().await.expect("reads");
    let config: AccessConfig = config();
    let printed = format!(
        "{:?} {:?} {token:?} {enrolment:?} {codes:?} {first:?} {record:?} {wrong:?} {wrong} {weak:?} {weak} {keys:?} {config:?} {:?} {:?}",
        world.access,
        world.admin,
        login("admin", PASSWORD),
        draft("eve", nightjar_model::Role::Viewer),
    );
    let mut secrets =
        vec![&world.admin.access, &world.admin.refresh, &token.secret, &enrolment.secret, &enrolment.uri];
    secrets.extend(&codes);
    secrets.extend(keys.iter().map(|key| &key.private));
    secrets.extend(&record.password_hash);
    for secret in secrets.into_iter().map(Secret::expose).chain([PASSWORD, "hunter2"]) {
        assert!(!printed.contains(secret), "{secret} is in {printed}");
    }
}

on_both!(nothing_that_is_printed_holds_a_secret);
