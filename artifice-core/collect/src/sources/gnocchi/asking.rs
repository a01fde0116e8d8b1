//! What is asked while a tenant's measures are read: how a metric is kept, and measures of several.

use std::collections::VecDeque;

use artifice_model::Timestamp;

use super::error::GnocchiError;
use super::life::Measure;
use super::measures::Metric;
use super::policy::{Choice, Kept, Methods, Policy};
use super::query;
use super::resources::Series;
use super::server::Server;
use crate::http::{Answer, Ask, Failure};
use crate::source::{Ended, Run, Wanted, WantedMeter};

/// The least room for an answer, in bytes.
const LEAST_BYTES: usize = 1 << 20;

/// A metric that is to be read.
pub(super) struct Todo {
    pub series: Series,
    /// What is kept of it, once that is known and not only guessed.
    pub policy: Option<Policy>,
    /// What was tried in vain: it does not reach back to the beginning.
    pub tried: usize,
    pub choice: Choice,
    pub kept: Kept,
}

/// What came of a metric.
pub(super) struct Read {
    pub todo: Todo,
    pub unit: String,
    pub measures: Vec<Measure>,
}

/// A reading of one tenant.
pub(super) struct Reading<'r> {
    pub server: &'r Server,
    pub wanted: &'r Wanted,
    pub run: &'r Run<'r>,
    /// What serves for each meter.
    pub methods: Vec<Methods>,
    pub todo: VecDeque<Todo>,
    /// How many metrics are asked for at most: fewer, once an answer was too long.
    pub at_most: usize,
    pub handed_over: bool,
    pub lost: Option<(Timestamp, Timestamp)>,
}

impl Reading<'_> {
    pub fn failed(&self, error: GnocchiError) -> Ended {
        self.server.failed(error).into()
    }

    pub fn meter(&self, place: usize) -> &WantedMeter {
        &self.wanted.meters[place]
    }

    /// What is kept of one metric; nothing, if it is not there any more.
    pub fn look_at(&self, series: &Series) -> Result<Option<Policy>, Ended> {
        let url = query::metric(&self.server.base, &series.metric);
        self.run.traffic.asked();
        let answer = self.server.get(&url, LEAST_BYTES).map_err(|error| self.failed(error))?;
        match answer.status {
            404 => Ok(None),
            200..=299 => {
                let metric: Metric = answer.json().map_err(|error| self.failed(error.into()))?;
                self.server.learn(&self.meter(series.meter).name, &metric.policy);
                Ok(Some(metric.policy))
            }
            _ => Err(self.failed(answer.refused().into())),
        }
    }

    /// How a metric is read that is kept so.
    pub fn decide(&self, series: Series, policy: &Policy, known: Option<Policy>, tried: usize) -> Result<Todo, Ended> {
        let (choice, kept) = self.choose(&series, policy, tried).map_err(|error| self.failed(error))?;
        Ok(Todo { series, policy: known, tried, choice, kept })
    }

    /// What is read of a metric that is kept so.
    pub fn choose(&self, series: &Series, policy: &Policy, tried: usize) -> Result<(Choice, Kept), GnocchiError> {
        let methods = &self.methods[series.meter];
        let kept = policy.reaching(self.wanted.period.micros(), self.server.settings.granule_us);
        let (meter, metric) = (self.meter(series.meter).name.clone(), series.metric.clone());
        let Some(method) = methods.best(policy) else {
            let (has, wants) = (policy.methods.join(", "), methods.names());
            return Err(GnocchiError::NoMethod { meter, metric, policy: policy.name.clone(), has, wants });
        };
        let Some(kept) = kept.get(tried.min(kept.len().saturating_sub(1))).copied() else {
            let (policy, has) = (policy.name.clone(), policy.granules());
            return Err(GnocchiError::NoGranularity { meter, metric, policy, has });
        };
        Ok((Choice { method, granule_us: kept.granule_us }, kept))
    }

    /// From when measures matter: the granule in which a resource begins is counted from there.
    pub fn from(&self, choice: &Choice) -> Timestamp {
        let earliest = query::earliest(self.wanted);
        earliest.plus(-choice.granule_us.min(earliest.micros()))
    }

    /// From when a metric should have measures inside the period. What was measured before its resource was known may have
    /// been there for long.
    pub fn begins(&self, series: &Series, measures: &[Measure], choice: &Choice) -> Timestamp {
        let (begins, start) = (series.life.begins(), self.wanted.period.start());
        let was_before = |(first, _): &Measure| first.plus(choice.granule_us) < begins;
        if !series.life.was_others && measures.first().is_some_and(was_before) { start } else { begins.max(start) }
    }

    /// Until when it should.
    pub fn ends(&self, series: &Series) -> Timestamp {
        series.life.ended.unwrap_or(self.wanted.period.end()).min(self.wanted.period.end())
    }

    pub fn most_bytes(&self) -> usize {
        let room = usize::try_from(self.run.memory_bytes / 4).unwrap_or(Ask::MOST_BYTES);
        room.clamp(LEAST_BYTES, Ask::MOST_BYTES)
    }

    /// Asks for measures; nothing, if the answer is too long for so many metrics: then fewer are asked for from now on.
    pub fn ask(
        &mut self,
        metrics: &[&str],
        choice: &Choice,
        from: Timestamp,
        to: Option<Timestamp>,
    ) -> Result<Option<Answer>, Ended> {
        let url = query::aggregates(&self.server.base, choice, from, to);
        let body = query::operations(metrics.iter().copied(), choice);
        self.run.traffic.asked();
        match self.server.post(&url, &body, self.most_bytes()) {
            Err(GnocchiError::Http(error)) if metrics.len() > 1 && matches!(error.what(), Failure::TooLong { .. }) => {
                self.at_most = metrics.len().div_ceil(2);
                Ok(None)
            }
            Err(error) => Err(self.failed(error)),
            Ok(answer) => Ok(Some(answer)),
        }
    }
}
