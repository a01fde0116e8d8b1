//! The samples of one tenant: asked for, compared with what was asked, and only then taken.

use artifice_model::Timestamp;

use super::windows::{Window, Windows};
use super::{Ceilometer, CloudError, EPOCH, Ending, query};
use crate::Request;
use crate::http::{Answer, Ask, Failure, plain};
use crate::intake::Intake;
use crate::sort::Sorter;
use crate::sources::file::{self, Refusal};
use crate::wire::WireSample;

/// How many samples newer releases answer where they do not obey a limit.
const DEFAULT_LIMIT: usize = 100;
/// Nobody cuts answers shorter than this.
const LEAST_CUT: usize = 50;
/// How often in a row an answer may be too long before a narrower window is no help either.
const MOST_TOO_LONG: u32 = 12;
/// The least room for an answer, in bytes.
const LEAST_BYTES: usize = 1 << 20;

/// The charged meters in order, each with the first instant from which a sample can matter.
pub fn meters(request: Request<'_>) -> Vec<(String, Timestamp)> {
    let intake = Intake::new(request, false, None);
    let mut meters: Vec<_> = intake.meters().map(|(meter, start)| (meter.to_owned(), start.max(EPOCH))).collect();
    meters.sort();
    meters
}

impl Ceilometer {
    /// Reads all samples of a tenant that can matter.
    pub(super) fn read(&mut self, request: Request<'_>, tenant: &str, keep_metadata: bool) -> Result<Sorter, Ending> {
        let mut intake = Intake::new(request, keep_metadata, None);
        // An answer is kept whole until it is known to be complete: within the part of the memory that samples leave.
        let room = usize::try_from(request.memory_bytes / 4).unwrap_or(Ask::MOST_BYTES);
        let most_bytes = room.clamp(LEAST_BYTES, Ask::MOST_BYTES);
        let read = meters(request).iter().try_for_each(|(meter, start)| {
            let windows = Windows::new(*start, request.period.end(), self.limit);
            self.meter(tenant, meter, windows, most_bytes, &mut intake)
        });
        // A temporary file that failed is not the tenant's mistake.
        let taken = intake.finish(Ok(())).map_err(Ending::All)?;
        read?;
        Ok(taken.sorter)
    }

    fn meter(
        &mut self,
        tenant: &str,
        meter: &str,
        mut windows: Windows,
        most_bytes: usize,
        intake: &mut Intake<'_>,
    ) -> Result<(), CloudError> {
        let (mut requests, mut samples, mut too_long) = (0_u64, 0_usize, 0_u32);
        while let Some(window) = windows.next() {
            requests += 1;
            let url = query::samples(&self.base, meter, tenant, window, self.knows_limit);
            let answer = match self.ask(&url, most_bytes) {
                Err(CloudError::Http(error))
                    if matches!(error.what(), Failure::TooLong { .. }) && too_long < MOST_TOO_LONG =>
                {
                    too_long += 1;
                    windows.too_long().map_err(|_| CloudError::Http(error))?;
                    continue;
                }
                answer => answer?,
            };
            too_long = 0;
            if self.forget_limit(&answer) {
                continue;
            }
            if !answer.is_success() {
                return Err(answer.refused().into());
            }
            let Compared { inside, outside } = compared(&answer, tenant, meter, window)?;
            if self.is_full(inside + outside, window) || (outside == 0 && self.may_be_cut(inside, window)) {
                if outside > 0 {
                    return Err(CloudError::IgnoresTime { url: plain(answer.url()) });
                }
                windows.full().map_err(|full| CloudError::Crowded { meter: meter.to_owned(), window: full.0 })?;
                continue;
            }
            take(&answer, window, intake)?;
            windows.taken(inside);
            samples += inside;
        }
        tracing::debug!(tenant, meter, requests, samples, "samples collected");
        Ok(())
    }

    /// Whether an answer may lack samples. One that is longer than the limit was not limited, and
    /// lacks none; one of exactly the default length may have been limited to that instead.
    fn is_full(&self, count: usize, window: Window) -> bool {
        // (Not within a second: there a crowd may be just that many.)
        let by_default = count == DEFAULT_LIMIT && window.limit > DEFAULT_LIMIT && window.width() > 1_000_000;
        self.knows_limit && (count == window.limit || by_default)
    }
}

impl Ceilometer {
    /// Whether an answer may have been cut at a length that nobody has told: by the server, or by what
    /// stands before it. Where answers are cut, none is longer. So the first answer that is longer than
    /// all before it is looked at in halves, and so are all of the same length: halves of an answer that
    /// was not cut are shorter, and count.
    fn may_be_cut(&mut self, count: usize, window: Window) -> bool {
        if !self.knows_limit || count < LEAST_CUT || count > window.limit || window.width() <= 1_000_000 {
            return false;
        }
        if self.lengths.last().is_none_or(|longest| count > *longest) {
            self.lengths.insert(count);
        }
        self.lengths.contains(&count)
    }
}

/// How many samples an answer has.
struct Compared {
    inside: usize,
    outside: usize,
}

/// Compares an answer with what was asked.
fn compared(answer: &Answer, tenant: &str, meter: &str, window: Window) -> Result<Compared, CloudError> {
    let mut compared = Compared { inside: 0, outside: 0 };
    file::read(&answer.body[..], &plain(answer.url()), &mut |sample: &WireSample<'_>| {
        let found = sample.tenant.as_deref().unwrap_or("nobody");
        if found != tenant {
            return Err(Refusal::new(format!(
                "a sample of {found}, though those of {tenant} were asked for: this Ceilometer does not obey the \
                 filter project_id, so nothing of it is billed"
            )));
        }
        if sample.meter != meter {
            return Err(Refusal::new(format!(
                "a sample of the meter {}, though those of {meter} were asked for; is openstack.ceilometer_url right?",
                sample.meter
            )));
        }
        match window.contains(sample.at()?) {
            true => compared.inside += 1,
            false => compared.outside += 1,
        }
        Ok(())
    })?;
    Ok(compared)
}

/// Takes the samples of a window. What lies outside it lies in another one: there it counts.
fn take(answer: &Answer, window: Window, intake: &mut Intake<'_>) -> Result<(), CloudError> {
    Ok(file::read(&answer.body[..], &plain(answer.url()), &mut |sample: &WireSample<'_>| {
        if window.contains(sample.at()?) { intake.take(sample) } else { Ok(()) }
    })?)
}
