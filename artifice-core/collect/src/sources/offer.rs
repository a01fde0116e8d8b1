//! A sample of Ceilometer's, as it stands in a text, offered to a sink: each part of it is read only if it is wanted.

use artifice_model::Timestamp;
use artifice_model::sample::MessageId;

use crate::error::SourceError;
use crate::headway::Samples;
use crate::limits::LONGEST_TEXT;
use crate::sink::{Incoming, Interest, Sink, Stop};
use crate::source::{Ended, Run, Wanted};
use crate::wire::{Refusal, WireSample, metadata_lines, read_metadata};

/// Offers samples to a sink.
pub(crate) struct Offer<'a> {
    wanted: &'a Wanted,
    run: &'a Run<'a>,
    pub sink: &'a mut dyn Sink,
    samples: Samples<'a>,
    /// Why the sink wants no more: not a mistake in the text, though it ended the reading.
    stop: Option<Stop>,
}

impl<'a> Offer<'a> {
    pub fn new(wanted: &'a Wanted, run: &'a Run<'a>, sink: &'a mut dyn Sink) -> Self {
        Offer { wanted, run, sink, samples: Samples::of(run.headway), stop: None }
    }

    /// Offers the next sample.
    pub fn take(&mut self, wire: &WireSample<'_>) -> Result<(), Refusal> {
        self.samples.add(1);
        let meter = match (self.sink.interest(wire.tenant.as_deref(), &wire.meter), wire.tenant.as_deref()) {
            (Interest::Take(meter), Some(tenant)) => return self.take_whole(wire, tenant, meter),
            (Interest::Owner(meter), Some(_)) => meter,
            (Interest::Count, Some(tenant)) => {
                if let Ok(at) = wire.at() {
                    self.sink.passed(tenant, &wire.meter, Some(at));
                }
                return Ok(());
            }
            _ => return Ok(()),
        };
        let at = wire.at()?;
        if !self.is_in_reach(meter, at) {
            return Ok(());
        }
        let tenant = wire.tenant.as_deref().unwrap_or_default();
        [("project_id", tenant), ("resource_id", &wire.resource)].into_iter().try_for_each(is_short)?;
        let told = self.sink.owner(tenant, &wire.resource, meter, at);
        told.map_err(|stop| self.stopped(stop))
    }

    fn take_whole(&mut self, wire: &WireSample<'_>, tenant: &str, meter: usize) -> Result<(), Refusal> {
        let at = wire.at()?;
        if !self.is_in_reach(meter, at) {
            return Ok(());
        }
        let wanted = &self.wanted.meters[meter];
        let volume = wire.volume()?;
        let metadata = read_metadata(wire.metadata, &wanted.keys)?;
        let ids = [("project_id", tenant), ("resource_id", &wire.resource), ("unit", &wire.unit)];
        let message_id = ("message id", wire.message_id());
        ids.into_iter().chain([message_id]).chain(metadata.pairs()).try_for_each(is_short)?;
        let lines = match self.wanted.whole_metadata {
            true => Some(metadata_lines(wire.metadata)?),
            false => None,
        };
        let incoming = Incoming {
            tenant,
            resource: &wire.resource,
            meter,
            at,
            message_id: MessageId::new(wire.message_id()),
            volume,
            unit: &wire.unit,
            metadata: &metadata,
            metadata_lines: lines,
        };
        let taken = self.run.go_on().and_then(|()| self.sink.sample(incoming));
        taken.map_err(|stop| self.stopped(stop))
    }

    /// Whether a sample can matter.
    fn is_in_reach(&self, meter: usize, at: Timestamp) -> bool {
        self.wanted.meters[meter].from <= at && at < self.wanted.period.end()
    }

    /// How the reading of a text really ended.
    pub fn ended(&mut self, read: Result<(), SourceError>) -> Result<(), Ended> {
        match self.stop.take() {
            Some(stop) => Err(stop.into()),
            None => Ok(read?),
        }
    }

    #[cold]
    fn stopped(&mut self, stop: Stop) -> Refusal {
        self.stop = Some(stop);
        Refusal::new("no more samples are wanted")
    }
}

/// Refuses a text that is longer than any: memory is for what samples say.
fn is_short((what, text): (&str, &str)) -> Result<(), Refusal> {
    if text.len() <= LONGEST_TEXT {
        return Ok(());
    }
    Err(Refusal::new(format!(
        "its {what} has {} bytes, and no metering writes more than {LONGEST_TEXT} there: is the file damaged?",
        text.len()
    )))
}
