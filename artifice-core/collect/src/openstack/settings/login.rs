//! From what is said of a cloud to who logs in there. What is missing, and what has no place beside something else,
//! is told where it stands.

use crate::openstack::credentials::{Application, Credentials, Domain, Origin, Scope, User};
use crate::openstack::said::Sayings;
use artifice_settings::Secret;

/// The name of the domain in which clouds without domains are.
const DOMAIN: &str = "Default";

/// A way to log in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Password,
    Application,
    Token,
}

/// What `auth_type` calls them.
const WAYS: [(&str, Way); 7] = [
    ("password", Way::Password),
    ("v3password", Way::Password),
    ("v2password", Way::Password),
    ("v3applicationcredential", Way::Application),
    ("token", Way::Token),
    ("v3token", Way::Token),
    ("v2token", Way::Token),
];

/// What only an application credential has.
const APPLICATION: [&str; 3] =
    ["application_credential_id", "application_credential_name", "application_credential_secret"];
/// What says to which project, domain or system.
const SCOPES: [&str; 5] = ["project_id", "project_name", "domain_id", "domain_name", "system_scope"];

/// Who logs in.
pub(super) fn credentials(said: &Sayings<'_>) -> Option<Credentials> {
    match way(said)? {
        Way::Password => {
            let (user, password, scope) = (user(said), secret(said, "password"), scope(said));
            Some(Credentials::Password { user: user?, password: password?, scope: scope? })
        }
        Way::Application => {
            said.refuse(&SCOPES, "an application credential has a project of its own; leave this out");
            let secret = secret(said, "application_credential_secret");
            let which = match said.text("application_credential_id") {
                Some(id) => Some(Application::Id(id)),
                None => match said.needed("application_credential_name", "artifice") {
                    Some(name) => user(said).map(|user| Application::Name(name, user)),
                    None => None,
                },
            };
            Some(Credentials::Application { which: which?, secret: secret? })
        }
        Way::Token => {
            let (token, scope) = (secret(said, "token"), scope(said));
            Some(Credentials::Token { token: token?, scope: scope? })
        }
    }
}

/// The way that is named, or else the one for which there is something.
fn way(said: &Sayings<'_>) -> Option<Way> {
    if let Some(auth_type) = said.get("auth_type") {
        return auth_type.word(&WAYS);
    }
    let application = APPLICATION.iter().find(|key| said.has(key));
    let found = [(application.copied(), Way::Application), (said.has("token").then_some("token"), Way::Token)];
    let mut found = found.into_iter().filter_map(|(key, way)| Some((key?, way)));
    let Some((key, way)) = found.next() else { return Some(Way::Password) };
    let other = found.next().map(|(key, _)| key).or_else(|| said.has("password").then_some("password"));
    if let (Some(other), Some(at)) = (other, said.get(key)) {
        let names = [said.origin.short(other), said.origin.short("auth_type")];
        at.mistake(format!(
            "there is {} as well; leave one of the two out, or say with {} which is meant: password, \
             v3applicationcredential or token",
            names[0], names[1]
        ));
        return None;
    }
    Some(way)
}

fn secret(said: &Sayings<'_>, key: &str) -> Option<Secret> {
    let name = said.origin.short(key);
    let Some(at) = said.get(key) else {
        said.at.mistake(match said.origin {
            Origin::Configuration => format!("{name} is missing; write {name}, or {name}_file with a file's name"),
            Origin::Cloud { .. } => format!("{name} is missing; write it there, or in secure.yaml"),
            Origin::Environment => format!("{name} is missing; set it"),
        });
        return None;
    };
    let secret = at.secret()?;
    if secret.reveal().is_empty() {
        at.mistake(format!(
            "the {} is empty; write it there{}",
            key.rsplit('_').next().unwrap_or(key),
            if said.origin == Origin::Configuration { ", or name an environment variable as ${NAME}" } else { "" }
        ));
        return None;
    }
    Some(secret)
}

fn user(said: &Sayings<'_>) -> Option<User> {
    match said.text("user_id") {
        Some(id) => Some(User::Id(id)),
        None => said.needed("username", "billing").map(|name| User::Name(name, domain(said, true))),
    }
}

/// The domain of the user, or of the project. Where one logs in to a project, `domain_id` and `domain_name` are the
/// domain of both.
fn domain(said: &Sayings<'_>, of_user: bool) -> Domain {
    let own =
        if of_user { ["user_domain_id", "user_domain_name"] } else { ["project_domain_id", "project_domain_name"] };
    let both: &[&str] = if names_project(said) { &["domain_id", "domain_name"] } else { &[] };
    let keys = own.iter().chain(both).chain(&["default_domain_id", "default_domain_name"]);
    let found = keys.filter_map(|key| Some((key, said.text(key)?))).next();
    match found {
        Some((key, id)) if key.ends_with("_id") => Domain::Id(id),
        Some((_, name)) => Domain::Name(name),
        None => Domain::Name(DOMAIN.to_owned()),
    }
}

fn names_project(said: &Sayings<'_>) -> bool {
    said.has("project_id") || said.has("project_name")
}

/// To what one logs in.
fn scope(said: &Sayings<'_>) -> Option<Scope> {
    if let Some(system) = said.get("system_scope") {
        if SCOPES.iter().any(|key| *key != "system_scope" && said.has(key)) {
            system.mistake("one logs in to the system, or to a project or domain; keep one of the two");
            return None;
        }
        return system.word(&[("all", ())]).map(|()| Scope::System);
    }
    if said.has("project_id") {
        return said.text("project_id").map(Scope::ProjectId);
    }
    if said.has("project_name") {
        return said.text("project_name").map(|name| Scope::Project(name, domain(said, false)));
    }
    let domain = said.text("domain_id").map(Domain::Id).or_else(|| said.text("domain_name").map(Domain::Name));
    if domain.is_none() {
        said.missing("project_name", "admin");
    }
    domain.map(Scope::Domain)
}
