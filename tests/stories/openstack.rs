//! Bills from a running cloud: Keystone says who there is, Ceilometer what they used.

mod cannot_start;
mod chosen;
mod credentials;
mod everybody;
mod failing;
mod naming;
mod original;
mod paging;
mod recorded;
mod secrets;

use artifice_tests::openstack::{Identity, OpenStack};
use artifice_tests::{Cloud, Vm};

const AUGUST: &str = "--month 2013-08";
const DEMO: &str = "931dc699f9934021bb4a2b1088ba4d3b";
const OTHER: &str = "a078ca7bdb8f4782a9b7191ff87ea5c5";

/// A cloud with the projects demo and other, each with a machine for 10 hours of August.
fn running(identity: Identity) -> (Cloud, OpenStack) {
    let (cloud, openstack) = (Cloud::new(), OpenStack::new(identity));
    openstack.project(DEMO, "demo").project(OTHER, "other");
    for tenant in [DEMO, OTHER] {
        openstack.meter(Vm::of(tenant, &format!("vm-of-{tenant}")).active("2013-08-05", 10));
    }
    openstack.serve(&cloud);
    (cloud, openstack)
}
