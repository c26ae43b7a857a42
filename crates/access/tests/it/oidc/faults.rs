//! Whatever a provider, or somebody between it and us, does wrong: nobody gets in by it.

use std::time::Duration;

use nightjar_access::oidc::{Answer, OidcError, TokenFault};
use nightjar_model::Secret;
use serde_json::{Value, json};

use super::provider::{Broken, CLIENT, SECRET, Signer, TestProvider, object};
use super::{Lobby, lobby, lobby_with, oidc, settings};
use crate::database::{TestDatabase, on_both};
use crate::make::{MINUTE, NOW, SECOND, world};

async fn every_believed_signature_lets_in(database: TestDatabase) {
    let lobby = lobby(&database).await;
    let signers = [Signer::ed25519(), Signer::p256(), Signer::rsa(false), Signer::rsa(true)];
    for (number, signer) in signers.into_iter().enumerate() {
        let now = NOW + MINUTE * u32::try_from(number).expect("few");
        lobby.provider.rotate(&format!("key-{number}"), signer, true);
        lobby.provider.script(|script| script.now = Some(now));
        lobby.sign_in_at(now).await.unwrap_or_else(|error| panic!("key-{number}: {error}"));
    }
}

async fn a_token_without_a_signature_of_the_provider_proves_nothing(database: TestDatabase) {
    let lobby = lobby(&database).await;
    let header = |header: Value| {
        lobby.provider.script(|script| {
            script.header = object(header);
            script.unsigned = true;
        });
    };
    for alg in ["none", "None", "NONE", "HS256", "RS512", ""] {
        header(json!({ "alg": alg }));
        assert_eq!(fault(&lobby).await, TokenFault::Algorithm, "{alg}");
    }
    header(json!({}));
    assert_eq!(fault(&lobby).await, TokenFault::Signature);
    header(json!({ "crit": ["exp"] }));
    assert_eq!(fault(&lobby).await, TokenFault::Form);
    header(json!({ "typ": "at+jwt" }));
    assert_eq!(fault(&lobby).await, TokenFault::Form);
    // An algorithm of another type of key than the one it names.
    for alg in ["RS256", "PS256", "ES256"] {
        lobby.provider.script(|script| {
            script.header = object(json!({ "alg": alg }));
            script.unsigned = false;
        });
        assert_eq!(fault(&lobby).await, TokenFault::UnknownKey, "{alg}");
    }
}

async fn a_key_of_somebody_else_is_not_the_providers(database: TestDatabase) {
    let lobby = lobby(&database).await;
    lobby.provider.rotate("first", Signer::ed25519(), false);
    assert_eq!(fault(&lobby).await, TokenFault::Signature);
    lobby.provider.script(|script| script.header = object(json!({ "kid": null })));
    assert_eq!(fault(&lobby).await, TokenFault::UnknownKey, "none of all keys fits");
}

async fn claims_for_somebody_else_or_another_time_are_refused(database: TestDatabase) {
    let lobby = lobby(&database).await;
    let now = NOW.micros() / 1_000_000;
    for (claims, expected) in [
        (json!({ "iss": "https://evil.example.org" }), TokenFault::Issuer),
        (json!({ "aud": "another" }), TokenFault::Audience),
        (json!({ "aud": [] }), TokenFault::Audience),
        (json!({ "aud": [CLIENT, "another"] }), TokenFault::Audience),
        (json!({ "aud": [CLIENT, "another"], "azp": "another" }), TokenFault::Audience),
        (json!({ "azp": "another" }), TokenFault::Audience),
        (json!({ "exp": now - 61 }), TokenFault::Expired),
        (json!({ "iat": now + 61 }), TokenFault::NotYet),
        (json!({ "nbf": now + 61 }), TokenFault::NotYet),
        (json!({ "nonce": "of another sign-in" }), TokenFault::Nonce),
        (json!({ "nonce": null }), TokenFault::Nonce),
        (json!({ "sub": "" }), TokenFault::Subject),
        (json!({ "sub": "x".repeat(256) }), TokenFault::Subject),
        (json!({ "sub": "ada\u{0}" }), TokenFault::Subject),
        (json!({ "sub": 7 }), TokenFault::Form),
        (json!({ "exp": null }), TokenFault::Form),
        (json!({ "exp": "never" }), TokenFault::Form),
        (json!({ "iat": null }), TokenFault::Form),
    ] {
        lobby.provider.say(claims.clone());
        assert_eq!(fault(&lobby).await, expected, "{claims}");
    }
    for good in [
        json!({ "aud": [CLIENT] }),
        json!({ "aud": [CLIENT, "another"], "azp": CLIENT }),
        json!({ "exp": now - 59 }),
        json!({ "iat": now + 59, "nbf": now + 59 }),
    ] {
        lobby.provider.say(good.clone());
        lobby.sign_in().await.unwrap_or_else(|error| panic!("{good}: {error}"));
    }
}

async fn discovery_of_another_issuer_is_refused(database: TestDatabase) {
    let lobby = lobby(&database).await;
    for wrong in [
        json!({ "issuer": "https://evil.example.org" }),
        json!({ "token_endpoint": "http://192.0.2.1/token" }),
        json!({ "token_endpoint_auth_methods_supported": ["private_key_jwt"] }),
    ] {
        lobby.provider.script(|script| script.discovery = object(wrong.clone()));
        let refused = lobby.oidc.start("test", "/", None, NOW).await;
        assert!(matches!(refused, Err(OidcError::Answer { .. })), "{wrong}: {refused:?}");
    }
    // It is not remembered: the provider may be mended.
    lobby.provider.script(|script| script.discovery = object(json!({})));
    lobby.sign_in().await.expect("signs in");
}

async fn an_answer_that_never_ends_or_never_comes_is_not_waited_for(database: TestDatabase) {
    let world = world(&database).await;
    for place in ["discovery", "jwks", "token"] {
        for how in [Broken::Hangs, Broken::Giant, Broken::Redirects, Broken::Fails, Broken::Junk] {
            let provider = TestProvider::start().await;
            let oidc = oidc(&world, settings(&provider));
            let attempt = async {
                provider.script(|script| script.broken = Some((place, how)));
                let started = oidc.start("test", "/", None, NOW).await?;
                let answer = provider.consent(&started.address);
                let browser = Some(started.browser.expose());
                oidc.prove("test", &answer, browser, NOW).await
            };
            let ended = tokio::time::timeout(Duration::from_secs(10), attempt).await;
            let error = ended.unwrap_or_else(|_| panic!("{place} {how:?} hangs")).expect_err("refused");
            let fits = match how {
                Broken::Hangs | Broken::Fails => matches!(error, OidcError::Unreachable { .. }),
                _ => matches!(error, OidcError::Answer { .. }),
            };
            assert!(fits, "{place} {how:?}: {error}");
            assert!(!error.to_string().contains(SECRET), "{error}");
        }
    }
}

async fn a_state_is_good_once_in_its_browser_for_ten_minutes(database: TestDatabase) {
    let lobby = lobby(&database).await;
    let started = lobby.start().await;
    let answer = lobby.provider.consent(&started.address);
    let other = lobby.start().await;
    let expired = |answer: Answer, browser: Option<Secret>| {
        let oidc = lobby.oidc.clone();
        async move {
            let browser = browser.as_ref().map(Secret::expose);
            let refused = oidc.prove("test", &answer, browser, NOW).await;
            assert!(matches!(refused, Err(OidcError::Expired)), "{answer:?} {refused:?}");
        }
    };
    // In another browser it neither works nor is used up: nobody is signed in as somebody else.
    expired(answer.clone(), Some(other.browser.clone())).await;
    expired(answer.clone(), None).await;
    for state in [None, Some(String::new()), Some("x".repeat(43)), Some("x".repeat(100_000))] {
        expired(Answer { state, ..answer.clone() }, Some(started.browser.clone())).await;
    }
    lobby.finish(&answer, &started.browser, NOW).await.expect("signs in");
    expired(answer.clone(), Some(started.browser.clone())).await;
}

async fn a_state_of_two_answers_at_once_is_good_for_one(database: TestDatabase) {
    let lobby = lobby(&database).await;
    let started = lobby.start().await;
    let answer = lobby.provider.consent(&started.address);
    let (a, b) = tokio::join!(
        lobby.finish(&answer, &started.browser, NOW),
        lobby.finish(&answer, &started.browser, NOW)
    );
    assert_eq!([&a, &b].iter().filter(|one| one.is_ok()).count(), 1, "{a:?} {b:?}");
}

async fn two_tabs_of_a_browser_do_not_disturb_each_other(database: TestDatabase) {
    let lobby = lobby(&database).await;
    let one = lobby.start().await;
    let two = lobby.oidc.start("test", "/users", Some(one.browser.expose()), NOW).await.expect("begins");
    assert_eq!(one.browser, two.browser);
    let answers = [&one, &two].map(|started| lobby.provider.consent(&started.address));
    let browser = Some(two.browser.expose());
    let back = lobby.oidc.prove("test", &answers[1], browser, NOW).await.expect("is proven").return_to;
    assert_eq!(back, "/users");
    lobby.finish(&answers[0], &one.browser, NOW).await.expect("signs in");
    // What is no such text is not kept: a browser's name is always ours.
    let forced = lobby.oidc.start("test", "/", Some("chosen"), NOW).await.expect("begins");
    assert_ne!(forced.browser.expose(), "chosen");
}

async fn a_new_key_is_found_and_junk_keys_are_not_asked_for_again_and_again(database: TestDatabase) {
    let lobby = lobby(&database).await;
    lobby.sign_in().await.expect("signs in");
    lobby.sign_in().await.expect("signs in");
    assert_eq!(lobby.provider.key_readings(), 1, "kept");
    lobby.provider.rotate("second", Signer::p256(), true);
    let later = NOW + 11 * SECOND;
    lobby.sign_in_at(later).await.expect("with the new key");
    assert_eq!(lobby.provider.key_readings(), 2);
    lobby.provider.rotate("nowhere", Signer::ed25519(), false);
    for _ in 0..5 {
        let refused = lobby.sign_in_at(later).await;
        assert!(matches!(refused, Err(OidcError::Token(TokenFault::UnknownKey))), "{refused:?}");
    }
    assert_eq!(lobby.provider.key_readings(), 2, "not within ten seconds");
}

async fn the_answer_of_another_provider_is_not_for_this_one(database: TestDatabase) {
    let lobby = lobby(&database).await;
    lobby.provider.script(|script| {
        script.discovery = object(json!({ "authorization_response_iss_parameter_supported": true }));
    });
    for issuer in [None, Some("https://evil.example.org".to_owned())] {
        let started = lobby.start().await;
        let answer = Answer { issuer, ..lobby.provider.consent(&started.address) };
        let refused = lobby.finish(&answer, &started.browser, NOW).await;
        assert!(matches!(refused, Err(OidcError::Answer { .. })), "{refused:?}");
    }
    let started = lobby.start().await;
    let issuer = Some(lobby.provider.issuer());
    let answer = Answer { issuer, ..lobby.provider.consent(&started.address) };
    lobby.finish(&answer, &started.browser, NOW).await.expect("signs in");
}

async fn a_refusal_at_the_provider_is_told_as_one(database: TestDatabase) {
    let lobby = lobby(&database).await;
    for (error, code, said) in [
        ("access_denied", "denied", "the provider refused: access_denied She said no."),
        ("invalid_scope", "bad_answer", "the provider's answer can't be used: invalid_scope She said no."),
    ] {
        let started = lobby.start().await;
        let state = lobby.provider.consent(&started.address).state;
        let description = Some("She\nsaid no.".to_owned());
        let answer = Answer { state, error: Some(error.to_owned()), description, ..Answer::default() };
        let refused = lobby.finish(&answer, &started.browser, NOW).await.expect_err("refused");
        assert_eq!((refused.code(), refused.to_string().as_str()), (code, said));
    }
}

async fn many_who_wait_for_a_provider_that_hangs_wait_once(database: TestDatabase) {
    let lobby = lobby(&database).await;
    lobby.provider.script(|script| script.broken = Some(("discovery", Broken::Hangs)));
    let tries = (0..20).map(|_| lobby.oidc.start("test", "/", None, NOW));
    // The patience of one is 0.7 s.
    let all = tokio::time::timeout(Duration::from_secs(5), futures::future::join_all(tries)).await;
    for one in all.expect("not one after another") {
        assert!(matches!(one, Err(OidcError::Unreachable { .. })), "{one:?}");
    }
    lobby.provider.script(|script| script.broken = None);
    lobby.sign_in().await.expect("signs in, as soon as it can");
}

async fn the_secret_goes_as_the_provider_wants_it(database: TestDatabase) {
    let lobby = lobby(&database).await;
    lobby.provider.script(|script| {
        script.discovery = object(json!({ "token_endpoint_auth_methods_supported": ["client_secret_post"] }));
    });
    lobby.sign_in().await.expect("in the body");
}

async fn a_wrong_secret_is_told_with_the_providers_word(database: TestDatabase) {
    let lobby = lobby_with(&database, |settings| settings.client_secret = Secret::new("wrong")).await;
    let refused = lobby.sign_in().await.expect_err("refused");
    assert!(refused.to_string().contains("invalid_client"), "{refused}");
    assert_eq!(refused.code(), "bad_answer");
}

async fn who_asks_for_a_provider_that_is_not_there_is_told(database: TestDatabase) {
    let lobby = lobby(&database).await;
    let refused = lobby.oidc.start("other", "/", None, NOW).await;
    assert!(matches!(refused, Err(OidcError::UnknownProvider)));
    let refused = lobby.oidc.prove("other", &Answer::default(), None, NOW).await;
    assert!(matches!(refused, Err(OidcError::UnknownProvider)));
}

async fn fault(lobby: &Lobby) -> TokenFault {
    match lobby.sign_in().await {
        Err(OidcError::Token(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

on_both!(
    every_believed_signature_lets_in,
    a_token_without_a_signature_of_the_provider_proves_nothing,
    a_key_of_somebody_else_is_not_the_providers,
    claims_for_somebody_else_or_another_time_are_refused,
    discovery_of_another_issuer_is_refused,
    an_answer_that_never_ends_or_never_comes_is_not_waited_for,
    a_state_is_good_once_in_its_browser_for_ten_minutes,
    a_state_of_two_answers_at_once_is_good_for_one,
    two_tabs_of_a_browser_do_not_disturb_each_other,
    a_new_key_is_found_and_junk_keys_are_not_asked_for_again_and_again,
    the_answer_of_another_provider_is_not_for_this_one,
    a_refusal_at_the_provider_is_told_as_one,
    many_who_wait_for_a_provider_that_hangs_wait_once,
    the_secret_goes_as_the_provider_wants_it,
    a_wrong_secret_is_told_with_the_providers_word,
    who_asks_for_a_provider_that_is_not_there_is_told,
);
