//! A page of projects (v3) or tenants (v2.0): nothing of it is kept but its projects.

use artifice_model::Tenant;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::http::{Answer, HttpError};
use crate::text;

/// A page. v3 says `links: {next}`, v2.0 `tenants_links: [{rel: next, href}]`.
#[derive(Deserialize)]
pub(super) struct Page<'a> {
    #[serde(borrow, alias = "tenants")]
    projects: &'a RawValue,
    #[serde(borrow, default)]
    links: Option<&'a RawValue>,
    #[serde(borrow, default)]
    tenants_links: Option<&'a RawValue>,
    /// Whether projects were left out.
    #[serde(default)]
    pub truncated: bool,
}

#[derive(Deserialize)]
struct Project {
    #[serde(deserialize_with = "text::owned")]
    id: String,
    #[serde(default, deserialize_with = "text::optional")]
    name: Option<String>,
}

#[derive(Deserialize)]
struct Links {
    next: Option<String>,
}

#[derive(Deserialize)]
struct Link {
    rel: Option<String>,
    href: Option<String>,
}

impl Page<'_> {
    /// Shows its projects.
    pub fn projects(&self, answer: &Answer, take: &mut dyn FnMut(Tenant)) -> Result<(), HttpError> {
        answer.each_of(self.projects, |Project { id, name }| {
            take(Tenant { id: id.into(), name: name.filter(|name| !name.is_empty()) });
        })
    }

    /// The link to the page after it. What is no link is none.
    pub fn next(&self, answer: &Answer) -> Option<String> {
        let links = self.links.and_then(|links| serde_json::from_str::<Links>(links.get()).ok());
        if let Some(next) = links.and_then(|links| links.next) {
            return Some(next);
        }
        let mut next = None;
        let take = |link: Link| {
            if next.is_none() && link.rel.as_deref() == Some("next") {
                next = link.href;
            }
        };
        answer.each_of(self.tenants_links?, take).ok()?;
        next
    }
}
