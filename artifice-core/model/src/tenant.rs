//! Who pays.

use serde::{Deserialize, Serialize};

crate::text_id! {
    /// A tenant's id.
    TenantId
}

/// Who pays: a project of Keystone's.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Tenant {
    /// Keystone's id.
    pub id: TenantId,
    /// What people call it, if anybody knows.
    pub name: Option<String>,
}

impl Tenant {
    /// Its name, or else its id.
    pub fn called(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.id)
    }
}
