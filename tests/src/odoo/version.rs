//! Which servers there are.

/// Which server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    OpenErp7,
    Odoo16,
    Odoo17,
}

/// Every version.
pub const VERSIONS: [Version; 3] = [Version::OpenErp7, Version::Odoo16, Version::Odoo17];
