//! Lists of resources, page by page.
//!
//! The markers are ours: the last place of a page, in the order that was asked for. (The link that Gnocchi answers has the
//! request's body in it.) How long a page can be, only the server knows. So a page is taken for the last one only if it is
//! shorter than what was asked for, and than another one; else it is looked at what comes behind it. The first list of a
//! run is the whole cloud's, so that is seldom done.

use std::cmp::Ordering;

use artifice_model::Timestamp;
use artifice_text::unquoted;
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use super::error::GnocchiError;
use super::query;
use super::server::Server;
use crate::http::plain;
use crate::limits::{LONGEST_PAGE, MOST_PAGES};
use crate::source::{Ended, Run};
use crate::text;

/// What is listed.
pub struct List<'l> {
    /// A type of resources.
    pub kind: &'l str,
    /// Which of them.
    pub filter: Value,
    /// Which of their attributes; all, if none is named. The id and the begin of the revision must be among them.
    pub attributes: &'l [&'l str],
}

/// The place of a revision in the order. Ids are UUIDs, whose order is that of their digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Place {
    #[serde(deserialize_with = "text::owned")]
    id: String,
    revision_start: Timestamp,
}

impl Server {
    /// Shows each revision of what is listed. Nothing, where there is no such type.
    pub fn list(
        &self,
        list: &List<'_>,
        run: &Run<'_>,
        take: &mut dyn FnMut(&RawValue) -> Result<(), Ended>,
    ) -> Result<(), Ended> {
        let url = query::search(&self.base, list.kind, list.attributes);
        let failed = |error| Ended::from(self.failed(error));
        let wrong = |what: String| failed(GnocchiError::Content { method: "POST", url: plain(&url), what });
        // The last row so far, and how many rows were taken that share its place; and whether that place is behind us.
        let mut last: Option<(Place, usize)> = None;
        let mut is_behind = false;
        for _ in 0..MOST_PAGES {
            run.go_on()?;
            let filter = match &last {
                None => list.filter.clone(),
                Some((place, _)) => {
                    query::both(list.filter.clone(), query::behind(&place.id, place.revision_start, is_behind))
                }
            };
            run.traffic.asked();
            let answer = self.post(&url, &filter, LONGEST_PAGE).map_err(failed)?;
            if answer.status == 404 {
                return Ok(());
            }
            if !answer.is_success() {
                return Err(failed(answer.refused().into()));
            }
            let mut rows: Vec<Box<RawValue>> = Vec::new();
            answer.each(|row| rows.push(row)).map_err(|error| failed(error.into()))?;
            let mut known = last.as_ref().map_or(0, |(_, count)| *count);
            let (mut news, length) = (false, rows.len());
            for row in rows {
                let place: Place =
                    serde_json::from_str(row.get()).map_err(|error| wrong(unquoted(&error.to_string())))?;
                match last.as_ref().map(|(before, _)| before.cmp(&place)) {
                    Some(Ordering::Greater) => {
                        return Err(wrong(format!(
                            "the resource {} is not where it is in the order asked for",
                            place.id
                        )));
                    }
                    Some(Ordering::Equal) if known > 0 => {
                        known -= 1;
                        continue;
                    }
                    Some(Ordering::Equal) => last = last.map(|(place, count)| (place, count + 1)),
                    Some(Ordering::Less) | None => (last, known) = (Some((place, 1)), 0),
                }
                news = true;
                take(&row)?;
            }
            if !self.longest.may_be_cut(length) {
                return Ok(());
            }
            // A page of what is known already hides what comes after it.
            if !news && is_behind {
                break;
            }
            is_behind = !news;
        }
        Err(failed(GnocchiError::EndlessPages { url: plain(&url) }))
    }
}
