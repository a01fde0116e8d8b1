//! A page of projects or domains (v3), or of tenants (v2.0): nothing of it is kept but its projects.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::choice::{KnownDomain, KnownTenant};
use crate::http::{Answer, HttpError};
use crate::text;

/// A page. v3 says `links: {next}`, v2.0 `tenants_links: [{rel: next, href}]`.
#[derive(Deserialize)]
pub(super) struct Page<'a> {
    #[serde(borrow, alias = "tenants", alias = "domains")]
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
    #[serde(default, deserialize_with = "text::optional")]
    domain_id: Option<String>,
    enabled: Option<bool>,
    tags: Option<Vec<String>>,
}

impl Project {
    fn known(self) -> KnownTenant {
        KnownTenant {
            id: self.id.into(),
            name: self.name.filter(|name| !name.is_empty()),
            domain: self.domain_id.map(|id| KnownDomain { id, name: None }),
            enabled: self.enabled.unwrap_or(true),
            tags: self.tags,
        }
    }
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
    pub fn projects(&self, answer: &Answer, take: &mut dyn FnMut(KnownTenant)) -> Result<(), HttpError> {
        answer.each_of(self.projects, |project: Project| take(project.known()))
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
