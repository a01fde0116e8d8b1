//! Bills in Odoo and OpenERP: what a statement says stands there, once.

mod adjusting;
mod batches;
mod cards;
mod content;
mod failing;
mod kinds;
mod life;
mod once;
mod secrets;

use artifice_tests::odoo::{Odoo, Version};
use artifice_tests::{Cloud, Vm, Volume};

/// How many of a story's cases are told at once: most of the time they wait.
const AT_ONCE: usize = 6;
const AUGUST: &str = "--month 2013-08";

/// A cloud whose tenants used a machine for 24 hours and a volume, and the ERP that its bills go to.
fn running(version: Version, tenants: &[&str]) -> (Cloud, Odoo) {
    let (cloud, odoo) = (Cloud::new(), Odoo::for_billing(version, tenants));
    for tenant in tenants {
        cloud.meter(Vm::of(tenant, &format!("vm-of-{tenant}")).active("2013-08-05", 24));
        cloud.meter(Volume::of(tenant, &format!("disk-of-{tenant}")).sized(10, "2013-08-05", 3));
    }
    odoo.serve(&cloud, "");
    (cloud, odoo)
}
