//! What `openstack:` itself says: by the original's names, or by Keystone's.

use std::collections::BTreeMap;
use std::path::Path;

use artifice_settings::Map;

use crate::openstack::credentials::Origin;
use crate::openstack::said::{Said, Sayings};

/// Keystone's names, each with how it may be spelled here.
const KEYS: [(&str, &[&str]); 21] = [
    ("auth_url", &["authentication_url", "auth_url"]),
    ("project_name", &["default_tenant", "project_name", "tenant_name"]),
    ("project_id", &["project_id", "tenant_id"]),
    ("username", &["username"]),
    ("user_id", &["user_id"]),
    ("user_domain_name", &["user_domain", "user_domain_name"]),
    ("user_domain_id", &["user_domain_id"]),
    ("project_domain_name", &["project_domain", "project_domain_name"]),
    ("project_domain_id", &["project_domain_id"]),
    ("domain_name", &["domain_name"]),
    ("domain_id", &["domain_id"]),
    ("system_scope", &["system_scope"]),
    ("auth_type", &["auth_type"]),
    ("application_credential_id", &["application_credential_id"]),
    ("application_credential_name", &["application_credential_name"]),
    ("region_name", &["region", "region_name"]),
    ("interface", &["interface"]),
    ("cacert", &["ca_file", "cacert"]),
    ("verify", &["verify"]),
    ("cert", &["cert"]),
    ("key", &["key"]),
];

/// Secrets, each with the key that names a file instead.
const SECRETS: [(&str, &str); 3] = [
    ("password", "password_file"),
    ("token", "token_file"),
    ("application_credential_secret", "application_credential_secret_file"),
];

/// What may stand beside a cloud of a `clouds.yaml`: it does not say who logs in.
const BESIDE: [&str; 6] = ["region_name", "interface", "cacert", "verify", "cert", "key"];

/// What the section says.
pub(super) fn read<'a>(directory: &Path, section: &mut Map<'a>) -> Sayings<'a> {
    let mut said = BTreeMap::new();
    for (key, spellings) in KEYS {
        let mut found = spellings.iter().filter_map(|spelling| Some((*spelling, section.get(spelling)?)));
        let Some((first, node)) = found.next() else { continue };
        // (All spellings are asked for, so that they are known.)
        let others: Vec<_> = found.collect();
        for (_, other) in others {
            other.mistake(format!("the same setting as {first}; keep one of the two"));
        }
        said.insert(key, Said::Written(node));
    }
    for (key, file) in SECRETS {
        let at = section.get(key).or_else(|| section.get(file));
        let secret = section.secret(key, file, directory);
        if let Some(at) = at {
            said.insert(key, Said::Secret { at, secret });
        }
    }
    Sayings { origin: Origin::Configuration, at: section.node().clone(), said }
}

/// What it says of who logs in.
pub(super) fn who<'s, 'a>(own: &'s Sayings<'a>) -> impl Iterator<Item = &'s Said<'a>> {
    own.said.iter().filter(|(key, _)| !BESIDE.contains(key)).map(|(_, said)| said)
}
