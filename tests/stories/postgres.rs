//! A ledger on a server: that is down, that goes down, that lacks something, that is asked directly.

mod at_once;
mod catalog;
mod crash;
mod direct;
mod down;
mod guards;
mod opening;
mod role;
mod skew;

use artifice_tests::{Cloud, Vm};

const AUGUST: &str = "--month 2013-08";

/// A cloud whose tenants each have a machine in August.
fn cloud_of(cloud: Cloud, tenants: &[&str]) -> Cloud {
    for tenant in tenants {
        cloud.meter(Vm::of(tenant, &format!("vm-of-{tenant}")).active("2013-08-05", 24));
    }
    cloud
}
