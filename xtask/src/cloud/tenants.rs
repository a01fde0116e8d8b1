//! Whose the machines of the cloud are.

/// A coffee roastery: a web shop whose main machine grows in the middle of the month.
pub const COFFEE: &str = "c0ffee5e1b7a4d0c9e35f2a86d417b90";
/// Architects: their workstation is switched off for a week.
pub const FACADE: &str = "facade0b6c2f4e18a7d95b30e4c8126f";
/// An archive: little computing, much storage.
pub const DECADE: &str = "decade93f05e4b7c8a162d7be9f4c350";
/// Plant research: a simulation that moves to another datacenter, a computation that ends.
pub const SEED: &str = "5eed47d81c904a2fb6e3f8057d29ac14";
/// A letting agency: a machine that is new this month.
pub const ABODE: &str = "ab0de2c7759f4163be08d4a1c6f3972e";

/// All tenants.
pub const TENANTS: [&str; 5] = [COFFEE, FACADE, DECADE, SEED, ABODE];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_has_an_id_of_keystones() {
        for tenant in TENANTS {
            assert!(tenant.len() == 32 && tenant.bytes().all(|byte| byte.is_ascii_hexdigit()), "{tenant}");
        }
    }
}
