//! As whom one logs in to a cloud, and to what.

use std::fmt;
use std::path::PathBuf;

use artifice_settings::Secret;

/// As whom one logs in.
#[derive(Debug, Clone)]
pub enum Credentials {
    /// A user with a password.
    Password {
        /// Who.
        user: User,
        /// What only this user knows.
        password: Secret,
        /// To what.
        scope: Scope,
    },
    /// An application credential, which has a user, a project and roles (identity v3).
    Application {
        /// Which.
        which: Application,
        /// What only its owner knows.
        secret: Secret,
    },
    /// A token that somebody else has got. It ends when it ends: nobody can renew it.
    Token {
        /// It.
        token: Secret,
        /// To what.
        scope: Scope,
    },
}

/// A user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum User {
    /// By its id.
    Id(String),
    /// By its name, which is unique in its domain.
    Name(String, Domain),
}

/// A domain: what names of users and projects are unique in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Domain {
    /// By its id.
    Id(String),
    /// By its name.
    Name(String),
}

/// An application credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Application {
    /// By its id.
    Id(String),
    /// By its name, which is unique for its user.
    Name(String, User),
}

/// What one logs in to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// A project, by its id.
    ProjectId(String),
    /// A project, by its name, which is unique in its domain.
    Project(String, Domain),
    /// A domain.
    Domain(Domain),
    /// The whole cloud.
    System,
}

/// Where it is said how to log in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// In `openstack:`.
    Configuration,
    /// In a cloud of a `clouds.yaml`.
    Cloud {
        /// Its name.
        name: String,
        /// The file.
        file: PathBuf,
    },
    /// In the environment.
    Environment,
}

impl User {
    fn called(&self) -> &str {
        match self {
            User::Id(text) | User::Name(text, _) => text,
        }
    }
}

impl fmt::Display for Domain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Domain::Id(text) | Domain::Name(text) => f.write_str(text),
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Scope::ProjectId(text) | Scope::Project(text, _) => f.write_str(text),
            Scope::Domain(domain) => write!(f, "the domain {domain}"),
            Scope::System => f.write_str("the system"),
        }
    }
}

impl fmt::Display for Credentials {
    /// Who it is, and to what: `billing to service`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credentials::Password { user, scope, .. } => write!(f, "{} to {scope}", user.called()),
            Credentials::Application { which: Application::Id(id), .. } => write!(f, "the application credential {id}"),
            Credentials::Application { which: Application::Name(name, user), .. } => {
                write!(f, "the application credential {name} of {}", user.called())
            }
            Credentials::Token { scope, .. } => write!(f, "the token's owner to {scope}"),
        }
    }
}

impl Credentials {
    /// Who logs in.
    pub fn who(&self) -> &str {
        match self {
            Credentials::Password { user, .. } | Credentials::Application { which: Application::Name(_, user), .. } => {
                user.called()
            }
            Credentials::Application { which: Application::Id(id), .. } => id,
            Credentials::Token { .. } => "the token's owner",
        }
    }

    /// What nobody may see.
    pub fn secret(&self) -> &Secret {
        match self {
            Credentials::Password { password, .. } => password,
            Credentials::Application { secret, .. } => secret,
            Credentials::Token { token, .. } => token,
        }
    }

    /// What may be wrong where they were refused: the server does not say.
    pub(super) fn suspects(&self, origin: &Origin) -> String {
        let name = |key| origin.key(key);
        match self {
            Credentials::Password { scope, .. } => {
                let scope = match scope {
                    Scope::System => "system_scope",
                    Scope::Domain(_) => "domain_name",
                    Scope::ProjectId(_) => "project_id",
                    Scope::Project(..) => "project_name",
                };
                let (user, password, scope) = (name("username"), origin.short("password"), origin.short(scope));
                format!(
                    "It does not say which of these is wrong: {user}, {password}, {scope}, or a domain; or the user or \
                     the project is disabled, or the user has no role there"
                )
            }
            Credentials::Application { .. } => format!(
                "It does not say which of these is wrong: {}, its secret, or its user; or it has expired or was deleted, \
                 or its user or project is disabled",
                name("application_credential_id")
            ),
            Credentials::Token { .. } => format!(
                "{}: it has expired or was revoked, or is not for that; get another one, or log in as somebody who can \
                 get one",
                name("token")
            ),
        }
    }
}

/// The original's names of what Keystone calls otherwise.
const ORIGINALS: [(&str, &str); 6] = [
    ("auth_url", "authentication_url"),
    ("project_name", "default_tenant"),
    ("user_domain_name", "user_domain"),
    ("project_domain_name", "project_domain"),
    ("region_name", "region"),
    ("cacert", "ca_file"),
];

impl Origin {
    /// What a key of Keystone's is called there.
    pub fn short(&self, key: &str) -> String {
        match self {
            Origin::Configuration => {
                ORIGINALS.iter().find(|(keystones, _)| *keystones == key).map_or(key, |(_, own)| own).to_owned()
            }
            Origin::Cloud { .. } => key.to_owned(),
            Origin::Environment => format!("OS_{}", key.to_uppercase()),
        }
    }

    /// What a key of Keystone's is called there, and where that is.
    pub fn key(&self, key: &str) -> String {
        match self {
            Origin::Configuration => format!("openstack.{}", self.short(key)),
            Origin::Cloud { name, file } => format!("{key} of the cloud {name} in {}", file.display()),
            Origin::Environment => self.short(key),
        }
    }
}
