//! The samples of one tenant: asked for, compared with what was asked, and only then taken.

use artifice_model::TenantId;

use super::cloud::{Cloud, EPOCH};
use super::error::CloudError;
use super::query;
use super::windows::{StillFull, Window, Windows};
use crate::http::{Answer, Ask, Failure, plain};
use crate::sink::Sink;
use crate::source::{Ended, Run, Wanted, WantedMeter};
use crate::sources::file;
use crate::sources::offer::Offer;
use crate::wire::{Refusal, WireSample};

/// How many samples newer releases answer where they do not obey a limit.
const DEFAULT_LIMIT: usize = 100;
/// Nobody cuts answers shorter than this.
const LEAST_CUT: usize = 50;
/// How often in a row an answer may be too long before a narrower window is no help either.
const MOST_TOO_LONG: u32 = 12;
/// The least room for an answer, in bytes.
const LEAST_BYTES: usize = 1 << 20;

impl Cloud {
    /// Shows all samples of a tenant that can matter.
    pub fn read(&self, tenant: &TenantId, wanted: &Wanted, run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
        // Whom neither Keystone nor the ledger knows may be deleted, or misspelt.
        if !wanted.known.contains(tenant) && !self.any_meter(Some(tenant)).map_err(|error| self.failed(error))? {
            return Ok(());
        }
        sink.seen(tenant);
        for meter in &wanted.meters {
            self.meter(tenant, meter, wanted, run, sink)?;
        }
        self.unmapped(tenant, wanted, sink);
        Ok(())
    }

    fn meter(
        &self,
        tenant: &str,
        WantedMeter { name: meter, from, .. }: &WantedMeter,
        wanted: &Wanted,
        run: &Run<'_>,
        sink: &mut dyn Sink,
    ) -> Result<(), Ended> {
        // An answer is kept whole until it is known to be complete: within the part of the memory that samples leave.
        let room = usize::try_from(run.memory_bytes / 4).unwrap_or(Ask::MOST_BYTES);
        let most_bytes = room.clamp(LEAST_BYTES, Ask::MOST_BYTES);
        let mut windows = Windows::new((*from).max(EPOCH), wanted.period.end(), self.limit);
        let failed = |error| self.failed(error);
        let (mut requests, mut samples, mut too_long) = (0_u64, 0_usize, 0_u32);
        while let Some(window) = windows.next() {
            run.go_on()?;
            requests += 1;
            let url = query::samples(&self.base, meter, tenant, window, self.learned().knows_limit);
            let answer = match self.ask(&url, most_bytes) {
                Err(CloudError::Http(error))
                    if matches!(error.what(), Failure::TooLong { .. }) && too_long < MOST_TOO_LONG =>
                {
                    too_long += 1;
                    windows.too_long().map_err(|_| failed(CloudError::Http(error)))?;
                    continue;
                }
                answer => answer.map_err(failed)?,
            };
            too_long = 0;
            if self.forget_limit(&answer) {
                continue;
            }
            if !answer.is_success() {
                return Err(failed(answer.refused().into()).into());
            }
            let Compared { inside, outside } = compared(&answer, tenant, meter, window).map_err(failed)?;
            if self.is_full(inside + outside, window) || (outside == 0 && self.may_be_cut(inside, window)) {
                if outside > 0 {
                    return Err(failed(CloudError::IgnoresTime { url: plain(answer.url()) }).into());
                }
                let crowded = |full: StillFull| CloudError::Crowded { meter: meter.clone(), window: full.0 };
                windows.full().map_err(|full| failed(crowded(full)))?;
                continue;
            }
            let mut offer = Offer::new(wanted, run, sink);
            let read = file::read_text(&answer.body[..], &plain(answer.url()), &mut |sample: &WireSample<'_>| {
                // What lies outside the window lies in another one: there it counts.
                if window.contains(sample.at()?) { offer.take(sample) } else { Ok(()) }
            });
            offer.ended(read.map_err(|error| failed(error.into())))?;
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
        self.learned().knows_limit && (count == window.limit || by_default)
    }

    /// Whether an answer may have been cut at a length that nobody has told: by the server, or by what
    /// stands before it. Where answers are cut, none is longer. So the first answer that is longer than
    /// all before it is looked at in halves, and so are all of the same length: halves of an answer that
    /// was not cut are shorter, and count.
    fn may_be_cut(&self, count: usize, window: Window) -> bool {
        let mut learned = self.learned();
        if !learned.knows_limit || count < LEAST_CUT || count > window.limit || window.width() <= 1_000_000 {
            return false;
        }
        if learned.lengths.last().is_none_or(|longest| count > *longest) {
            learned.lengths.insert(count);
        }
        learned.lengths.contains(&count)
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
    file::read_text(&answer.body[..], &plain(answer.url()), &mut |sample: &WireSample<'_>| {
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
