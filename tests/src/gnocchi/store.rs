//! What it knows, and what is wrong with it.

use super::resource::Resource;
use crate::openstack::Request;

/// What is wrong with it.
#[derive(Debug, Clone, Default)]
pub struct Faults {
    /// It gives no more resources than so many at a time, whatever is asked for.
    pub max_limit: Option<usize>,
    /// It does not obey the filter of projects.
    pub ignores_projects: bool,
    /// Whoever asks sees this project alone, and is no administrator.
    pub sees_only: Option<&'static str>,
    /// It answers this about the measures of a tenant.
    pub error_for: Option<(&'static str, u16, &'static str)>,
    /// It answers measures of this granule, whatever is asked for.
    pub other_granule: Option<i64>,
    /// It takes nobody's word for who he is.
    pub refuses: bool,
    /// There is no such path.
    pub no_such_path: bool,
    /// The metrics of that name are deleted when their measures are asked for.
    pub deleted: Option<&'static str>,
}

/// What it knows.
#[derive(Default)]
pub struct Store {
    pub resources: Vec<Resource>,
    pub faults: Faults,
    pub asked: Vec<Request>,
}
