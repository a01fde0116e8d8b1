//! The samples of a meter: asked for, compared with what was asked, and only then taken.

use artifice_model::{TenantId, Timestamp};

use super::cloud::{Cloud, EPOCH};
use super::error::CloudError;
use super::query::{self, Of};
use super::windows::{SECOND_US, StillFull, Window, Windows};
use crate::error::SourceError;
use crate::http::{Answer, Ask, Failure, plain};
use crate::sink::Sink;
use crate::source::{Ended, Run, Wanted, WantedMeter};
use crate::sources::file;
use crate::sources::offer::Offer;
use crate::wire::{Refusal, Visit, WireSample};

/// How many samples newer releases answer where they do not obey a limit.
const DEFAULT_LIMIT: usize = 100;
/// Nobody cuts answers shorter than this.
const LEAST_CUT: usize = 50;
/// How often in a row an answer may be too long before a narrower window is no help either.
const MOST_TOO_LONG: u32 = 12;
/// The least room for an answer, in bytes.
pub(super) const LEAST_BYTES: usize = 1 << 20;

/// What samples are asked for.
pub(super) struct Walk<'a> {
    pub meter: &'a WantedMeter,
    pub of: Of<'a>,
    /// How many there are, if that is known.
    pub counted: Option<u64>,
    /// Whether the newer part of a full answer is taken.
    pub keeps: bool,
    /// How long an answer may be, in bytes.
    pub most_bytes: usize,
}

/// An answer, and the window of it that is taken.
pub(super) struct Part {
    answer: Answer,
    window: Window,
    /// How many of its samples lie in no window that was asked for.
    pub outside: usize,
}

/// What came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Came {
    pub inside: u64,
    /// Of other times than those that were asked for.
    pub outside: usize,
}

impl Came {
    /// Whether it is as much as was counted. Where times are not obeyed, nobody knows what was counted.
    pub fn is_all_of(self, counted: Option<u64>) -> bool {
        self.outside > 0 || counted.is_none_or(|counted| self.inside >= counted)
    }
}

impl Cloud {
    /// Shows all samples of a tenant that can matter.
    pub fn read(&self, tenant: &TenantId, wanted: &Wanted, run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
        let failed = |error| self.failed(error);
        // Whom neither Keystone nor the ledger knows may be deleted, or misspelt.
        if !wanted.known.contains(tenant) && !self.any_meter(Some(tenant), run.traffic).map_err(failed)? {
            return Ok(());
        }
        sink.seen(tenant);
        let (survey, is_careful) = self.surveyed();
        // An answer is kept whole until it is known to be complete: within the part of the memory that samples leave.
        let most_bytes = room(run.memory_bytes / 4);
        for (place, meter) in wanted.meters.iter().enumerate() {
            let counted = survey.as_ref().map(|survey| survey.of(tenant, place));
            if counted == Some(0) {
                continue;
            }
            let keeps = counted.is_some() && !is_careful;
            let walk = Walk { meter, of: Of::Tenant(tenant), counted, keeps, most_bytes };
            let mut came = Came::default();
            self.walk(&walk, self.windows(meter, wanted, counted), run, &mut |part| {
                came.outside += part.outside;
                came.inside += self.offer(&part, &mut Offer::new(wanted, run, sink), &mut |_| ())?;
                Ok(())
            })?;
            tracing::debug!(tenant = tenant.as_str(), meter = meter.name, samples = came.inside, "samples collected");
            if came.is_all_of(counted) {
                if let Some(survey) = survey.as_ref().filter(|_| meter.owners_matter) {
                    self.owners(tenant, (place, survey), wanted, (run, most_bytes), sink)?;
                }
                continue;
            }
            if !is_careful {
                self.learned().is_careful = true;
                sink.doubt(tenant);
                return Ok(());
            }
            let (counted, came) = (counted.unwrap_or_default(), came.inside);
            return Err(failed(CloudError::Fewer { meter: meter.name.clone(), counted, came }).into());
        }
        self.unmapped(tenant, wanted, run, sink);
        Ok(())
    }

    /// Offers the samples of an answer; shows whose each is, and says how many there are.
    pub fn offer(&self, part: &Part, offer: &mut Offer<'_>, each: &mut dyn FnMut(&str)) -> Result<u64, Ended> {
        let mut inside = 0;
        let read = self.samples(part, &mut |sample| {
            inside += 1;
            each(sample.tenant.as_deref().unwrap_or_default());
            offer.take(sample)
        });
        offer.ended(read)?;
        Ok(inside)
    }

    /// Shows the samples of an answer that lie in its window. What lies outside it lies in another one: there it counts.
    pub fn samples(&self, part: &Part, visit: &mut Visit<'_>) -> Result<(), SourceError> {
        let answer = &part.answer;
        file::read_text(&answer.body[..], &plain(answer.url()), &mut |sample: &WireSample<'_>| {
            if part.window.contains(sample.at()?) { visit(sample) } else { Ok(()) }
        })
        .map_err(|error| self.failed(error.into()))
    }

    /// The windows in which a meter is asked for.
    pub fn windows(&self, meter: &WantedMeter, wanted: &Wanted, counted: Option<u64>) -> Windows {
        let windows = Windows::new(meter.from.max(EPOCH), wanted.period.end(), self.limit);
        match counted {
            Some(counted) => windows.expecting(usize::try_from(counted).unwrap_or(usize::MAX)),
            None => windows,
        }
    }

    /// Asks for samples, window by window, and hands over what is taken.
    pub fn walk(
        &self,
        walk: &Walk<'_>,
        mut windows: Windows,
        run: &Run<'_>,
        take: &mut dyn FnMut(Part) -> Result<(), Ended>,
    ) -> Result<(), Ended> {
        let failed = |error| self.failed(error);
        let meter = walk.meter.name.as_str();
        let crowded = |full: StillFull| failed(CloudError::Crowded { meter: meter.to_owned(), window: full.0 });
        let (mut too_long, mut left) = (0_u32, walk.counted);
        while let Some(window) = windows.next() {
            run.go_on()?;
            let url = query::samples(&self.base, meter, walk.of, window, self.learned().knows_limit);
            let answer = match self.ask(&url, walk.most_bytes, run.traffic) {
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
            let Compared { inside, outside, order } = compared(&answer, walk, window).map_err(failed)?;
            run.traffic.brought(inside + outside);
            let is_rest = left.is_some_and(|left| u64::try_from(inside).is_ok_and(|inside| inside >= left));
            let may_be_cut = outside == 0 && !is_rest && self.may_be_cut(inside, window);
            if !self.is_full(inside + outside, window) && !may_be_cut {
                take(Part { answer, window, outside })?;
                windows.taken(inside);
                left = left.map(|left| left.saturating_sub(u64::try_from(inside).unwrap_or(u64::MAX)));
                continue;
            }
            if outside > 0 {
                return Err(failed(CloudError::IgnoresTime { url: plain(answer.url()) }).into());
            }
            match order.oldest.filter(|_| walk.keeps && order.is_newest_first) {
                Some(oldest) => {
                    if let Some(window) = windows.full_down_to(oldest, inside).map_err(crowded)? {
                        take(Part { answer, window, outside: 0 })?;
                        // How many of them lie in it is not known here: from now on nothing is the rest.
                        left = None;
                    }
                }
                None => windows.full().map_err(crowded)?,
            }
        }
        Ok(())
    }

    /// Whether an answer may lack samples. One that is longer than the limit was not limited, and
    /// lacks none; one of exactly the default length may have been limited to that instead.
    fn is_full(&self, count: usize, window: Window) -> bool {
        // (Not within a second: there a crowd may be just that many.)
        let by_default = count == DEFAULT_LIMIT && window.limit > DEFAULT_LIMIT && window.width() > SECOND_US;
        self.learned().knows_limit && (count == window.limit || by_default)
    }

    /// Whether an answer may have been cut at a length that nobody has told: by the server, or by what
    /// stands before it. Where answers are cut, none is longer. So the first answer that is longer than
    /// all before it is looked at more closely, and so are all of the same length: parts of an answer that
    /// was not cut are shorter, and count.
    fn may_be_cut(&self, count: usize, window: Window) -> bool {
        let mut learned = self.learned();
        if !learned.knows_limit || count < LEAST_CUT || count > window.limit || window.width() <= SECOND_US {
            return false;
        }
        if learned.lengths.last().is_none_or(|longest| count > *longest) {
            learned.lengths.insert(count);
        }
        learned.lengths.contains(&count)
    }
}

/// How long an answer may be where so much memory is left for it, in bytes.
pub(super) fn room(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(Ask::MOST_BYTES).clamp(LEAST_BYTES, Ask::MOST_BYTES)
}

/// What an answer has.
struct Compared {
    inside: usize,
    outside: usize,
    order: Order,
}

/// In which order samples come.
struct Order {
    oldest: Option<Timestamp>,
    is_newest_first: bool,
}

/// Compares an answer with what was asked.
fn compared(answer: &Answer, walk: &Walk<'_>, window: Window) -> Result<Compared, CloudError> {
    let order = Order { oldest: None, is_newest_first: true };
    let mut compared = Compared { inside: 0, outside: 0, order };
    file::read_text(&answer.body[..], &plain(answer.url()), &mut |sample: &WireSample<'_>| {
        let (filter, asked, found) = match walk.of {
            Of::Everybody => ("", "", ""),
            Of::Tenant(tenant) => ("project_id", tenant, sample.tenant.as_deref().unwrap_or("nobody")),
            Of::Resource(resource) => ("resource_id", resource, &*sample.resource),
        };
        if found != asked {
            return Err(Refusal::new(format!(
                "a sample of {found}, though those of {asked} were asked for: this Ceilometer does not obey the \
                 filter {filter}, so nothing of it is billed"
            )));
        }
        let meter = &walk.meter.name;
        if sample.meter != *meter {
            return Err(Refusal::new(format!(
                "a sample of the meter {}, though those of {meter} were asked for; is openstack.ceilometer_url right?",
                sample.meter
            )));
        }
        let at = sample.at()?;
        match window.contains(at) {
            true => compared.inside += 1,
            false => compared.outside += 1,
        }
        let order = &mut compared.order;
        order.is_newest_first &= order.oldest.is_none_or(|oldest| at <= oldest);
        order.oldest = Some(at);
        Ok(())
    })?;
    Ok(compared)
}
