//! `nightjar user add`, `reset-password` and `list`: for the administrator who is locked out.

use std::io::{BufRead, IsTerminal};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow};
use nightjar_access::{Access, AccessError, UserDraft};
use nightjar_catalog::{Catalog, UserFilter};
use nightjar_model::{
    Actor, AuditRecord, Caller, GroupScope, OrgId, Outcome, Permission, Role, Secret, SessionId, User,
    UserId, Via,
};
use serde_json::json;
use uuid::Uuid;

use super::catalog::with_config;
use crate::cli::{UserAddArgs, UserCommand, UserResetArgs};
use crate::config::Config;
use crate::serve::accounts::Accounts;
use crate::serve::{now, open};

/// Accounts of a page.
const PAGE: u32 = 500;

/// Runs one of the accounts' commands.
pub(crate) fn run(command: &UserCommand) -> ExitCode {
    match command {
        UserCommand::Add(args) => with_config(&args.config, |config| add(config, args)),
        UserCommand::ResetPassword(args) => with_config(&args.config, |config| reset_password(config, args)),
        UserCommand::List(args) => with_config(&args.config, list),
    }
}

async fn add(config: Config, args: &UserAddArgs) -> Result<ExitCode> {
    let (catalog, access) = accounts(&config).await?;
    let org = organization(&catalog, args.organization.as_deref()).await?;
    let (password, made) = password()?;
    let draft = UserDraft {
        username: args.username.clone(),
        display_name: String::new(),
        email: None,
        role: args.role,
        system_admin: args.system_admin,
        groups: GroupScope::All,
        active: true,
        password: (args.role != Role::ApiOnly).then(|| password.clone()),
    };
    let (console, draft) = (&console(org), &draft);
    let create = |access: Access| async move {
        let user = access.create_user(console, org, draft.clone(), now()).await?;
        access.catalog().append_audit(&[audit_record(&user, "user.create")]).await?;
        Ok::<_, AccessError>(user)
    };
    let user = access.atomically(create).await?;
    println!("added {} ({})", user.username, user.role);
    if made && args.role != Role::ApiOnly {
        println!("password: {}", password.expose());
    }
    catalog.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn reset_password(config: Config, args: &UserResetArgs) -> Result<ExitCode> {
    let (catalog, access) = accounts(&config).await?;
    let record = catalog.login_record(&args.username).await.context("can't read the accounts")?;
    let user = record.ok_or_else(|| anyhow!("there is no account `{}`", args.username))?.user;
    let (password, made) = password()?;
    let console = console(user.org_id);
    let keep = args.keep_api_tokens;
    let (console, user, password) = (&console, &user, &password);
    let reset = |access: Access| async move {
        access.reset_password(console, user.id, password, keep, now()).await?;
        let mut records = vec![audit_record(user, "user.password")];
        if args.totp {
            access.reset_totp(console, user.id, now()).await?;
            records.push(audit_record(user, "user.totp_disable"));
        }
        access.catalog().append_audit(&records).await?;
        Ok::<_, AccessError>(())
    };
    access.atomically(reset).await?;
    let ended = if keep { "its sign-ins have" } else { "its sign-ins and API tokens have" };
    println!("{} has a new password; {ended} ended", user.username);
    if made {
        println!("password: {}", password.expose());
    }
    catalog.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn list(config: Config) -> Result<ExitCode> {
    let catalog = open::catalog(&config).await?;
    println!("{:<24} {:<9} {:<7} {:<6} organization", "user", "role", "active", "totp");
    for organization in catalog.organizations().await.context("can't read the organizations")? {
        let mut offset = 0;
        loop {
            let (users, _) = catalog.users(organization.id, &UserFilter::default(), offset, PAGE).await?;
            for user in &users {
                let yes = |truth| if truth { "yes" } else { "no" };
                println!(
                    "{:<24} {:<9} {:<7} {:<6} {}",
                    user.username,
                    user.role.as_str(),
                    yes(user.active),
                    yes(user.totp),
                    organization.name
                );
            }
            offset += users.len() as u64;
            if users.len() < PAGE as usize {
                break;
            }
        }
    }
    catalog.close().await;
    Ok(ExitCode::SUCCESS)
}

async fn accounts(config: &Config) -> Result<(Catalog, Access)> {
    let catalog = open::catalog(config).await?;
    let accounts = Accounts::open(config, &catalog).await?;
    Ok((catalog, accounts.access))
}

async fn organization(catalog: &Catalog, name: Option<&str>) -> Result<OrgId> {
    let Some(name) = name else { return Ok(OrgId::DEFAULT) };
    let organizations = catalog.organizations().await.context("can't read the organizations")?;
    let found = organizations.into_iter().find(|organization| organization.name == name);
    Ok(found.ok_or_else(|| anyhow!("there is no organization `{name}`"))?.id)
}

/// Whoever can read the keys and the database may do everything.
fn console(org: OrgId) -> Caller {
    Caller {
        org,
        user: UserId(Uuid::nil()),
        username: "console".into(),
        role: Role::Admin,
        permissions: Permission::ALL.into_iter().collect(),
        groups: GroupScope::All,
        via: Via::Session(SessionId(Uuid::nil())),
    }
}

/// The first line of standard input, or a random password; says whether it was made.
fn password() -> Result<(Secret, bool)> {
    let stdin = std::io::stdin();
    let mut line = String::new();
    if !stdin.is_terminal() {
        stdin.lock().read_line(&mut line).context("can't read the password")?;
    }
    let typed = line.trim_end_matches(['\r', '\n']);
    if typed.is_empty() {
        return Ok((Secret::new(Uuid::new_v4().simple().to_string()), true));
    }
    Ok((Secret::new(typed), false))
}

/// The audit entry of a change that was made at the command line.
fn audit_record(user: &User, action: &str) -> AuditRecord {
    AuditRecord {
        id: Uuid::now_v7(),
        org_id: user.org_id,
        at: now(),
        actor: Actor::System,
        action: action.to_owned(),
        object_kind: "user".to_owned(),
        object_id: user.id.to_string(),
        outcome: Outcome::Done,
        ip: None,
        request_id: None,
        details: json!({ "username": user.username, "by": "command line" }),
    }
}
