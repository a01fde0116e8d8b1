//! The measures of one tenant: asked for together, as far as they are kept alike; compared with what was asked; and only
//! then handed over.
//!
//! How a metric is kept is known only with its measures. So it is guessed from the last metric of that name, asked for, and
//! asked for again where the answer says that it is kept otherwise. Where the first measures come later than the resource,
//! the newest one tells whether older ones were dropped: then what is kept longer is read, or else it is told.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use artifice_model::sample::Facts;
use artifice_model::{Period, TenantId, Timestamp};

use super::error::GnocchiError;
use super::life::Measure;
use super::measures::{Bulk, Metric, Why, why};
use super::policy::{Choice, Kept, Methods, Policy};
use super::query;
use super::resources::Series;
use super::server::Server;
use crate::http::{Answer, Ask, Failure, plain};
use crate::limits::LONGEST_TEXT;
use crate::sink::{Says, Sink, Value};
use crate::source::{Ended, Run, Wanted, WantedMeter};

/// What a measure takes in an answer, in bytes, about.
const A_MEASURE: i64 = 52;
/// Nobody polls all his metrics more often than this, in microseconds: an answer is no longer than that makes it.
const OFTEN_US: i64 = 30_000_000;
/// What a metric takes in an answer beside its measures, in bytes, about.
const A_METRIC: i64 = 2_000;
/// How many metrics are asked for at once.
const MOST_METRICS: usize = 200;
/// The least room for an answer, in bytes.
const LEAST_BYTES: usize = 1 << 20;
/// How many granules late a first measure may be without a doubt.
const LATE: i64 = 2;

/// A metric that is to be read.
struct Todo {
    series: Series,
    /// What is kept of it, once that is known and not only guessed.
    policy: Option<Policy>,
    /// What was tried in vain: it does not reach back to the beginning.
    tried: usize,
    choice: Choice,
    kept: Kept,
}

/// What came of a metric.
struct Read {
    todo: Todo,
    unit: String,
    measures: Vec<Measure>,
}

/// A reading of one tenant.
struct Reading<'r> {
    server: &'r Server,
    wanted: &'r Wanted,
    run: &'r Run<'r>,
    /// What serves for each meter.
    methods: Vec<Methods>,
    todo: VecDeque<Todo>,
    /// How many metrics are asked for at most: fewer, once an answer was too long.
    at_most: usize,
    handed_over: bool,
    lost: Option<(Timestamp, Timestamp)>,
}

impl Server {
    /// Shows all that is charged of a tenant.
    pub fn read(&self, tenant: &TenantId, wanted: &Wanted, run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
        let methods = |meter: &WantedMeter| match self.settings.methods.get(&meter.name) {
            Some(named) => Methods::named(named),
            None => Methods::of(&meter.aggregates),
        };
        let mut reading = Reading {
            server: self,
            wanted,
            run,
            methods: wanted.meters.iter().map(methods).collect(),
            todo: VecDeque::new(),
            at_most: MOST_METRICS,
            handed_over: false,
            lost: None,
        };
        let series = self.series(tenant, wanted, run, sink)?;
        if wanted.known.contains(tenant) || !series.is_empty() {
            sink.seen(tenant);
        }
        reading.begin(series)?;
        while let Some(choice) = reading.todo.front().map(|todo| todo.choice.clone()) {
            run.go_on()?;
            reading.some(&choice, sink)?;
        }
        match reading.lost {
            // A tenant of whom nothing is left must not look like one that used nothing.
            Some((from, to)) if !reading.handed_over => Err(reading.failed(GnocchiError::Lost { from, to })),
            _ => Ok(()),
        }
    }
}

impl Reading<'_> {
    fn failed(&self, error: GnocchiError) -> Ended {
        self.server.failed(error).into()
    }

    fn meter(&self, place: usize) -> &WantedMeter {
        &self.wanted.meters[place]
    }

    /// Decides how each is read, as far as that can be guessed.
    fn begin(&mut self, all: Vec<Series>) -> Result<(), Ended> {
        let mut todo = Vec::new();
        for series in all {
            self.run.go_on()?;
            let policy = match self.server.guess(&self.meter(series.meter).name) {
                Some(policy) => policy,
                None => match self.look_at(&series)? {
                    Some(policy) => policy,
                    None => continue,
                },
            };
            todo.push(self.decide(series, &policy, None, 0)?);
        }
        todo.sort_by(|one, other| one.choice.cmp(&other.choice));
        self.todo = todo.into();
        Ok(())
    }

    /// What is kept of one metric; nothing, if it is not there any more.
    fn look_at(&self, series: &Series) -> Result<Option<Policy>, Ended> {
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
    fn decide(&self, series: Series, policy: &Policy, known: Option<Policy>, tried: usize) -> Result<Todo, Ended> {
        let WantedMeter { name, .. } = self.meter(series.meter);
        let methods = &self.methods[series.meter];
        let length_us = self.wanted.period.micros();
        let kept = policy.reaching(length_us, self.server.settings.granule_us);
        let (meter, metric) = (name.clone(), series.metric.clone());
        let Some(method) = methods.best(policy) else {
            let (has, wants) = (policy.methods.join(", "), methods.names());
            return Err(self.failed(GnocchiError::NoMethod { meter, metric, policy: policy.name.clone(), has, wants }));
        };
        let Some(kept) = kept.get(tried.min(kept.len().saturating_sub(1))).copied() else {
            let (policy, has) = (policy.name.clone(), policy.granules());
            return Err(self.failed(GnocchiError::NoGranularity { meter, metric, policy, has }));
        };
        let choice = Choice { method, granule_us: kept.granule_us };
        Ok(Todo { series, policy: known, tried, choice, kept })
    }

    /// Reads some of those that are read alike.
    fn some(&mut self, choice: &Choice, sink: &mut dyn Sink) -> Result<(), Ended> {
        let from = self.from(choice);
        let mut all = self.take(choice, self.wanted.period.end().micros() - from.micros());
        let asked: Vec<&str> = all.iter().map(|todo| todo.series.metric.as_str()).collect();
        let Some(answer) = self.ask(&asked, choice, from, Some(self.wanted.period.end()))? else {
            self.again(all);
            return Ok(());
        };
        if !answer.is_success() {
            return match why(&answer.body) {
                // What is deleted meanwhile is not there; the others are.
                Some(Why::Unknown(gone)) if gone.iter().any(|gone| asked.contains(&gone.as_str())) => {
                    all.retain(|todo| !gone.contains(&todo.series.metric));
                    self.again(all);
                    Ok(())
                }
                Some(Why::Differ) if all.iter().any(|todo| todo.policy.is_none()) => self.look_at_all(all),
                _ => Err(self.failed(answer.refused().into())),
            };
        }
        let (mut read, mut unsure) = (Vec::new(), Vec::new());
        for (todo, metric, measures) in self.compared(all, choice, &answer, from)? {
            let same = self.decide(todo.series, &metric.policy, Some(metric.policy.clone()), todo.tried)?;
            let Todo { series, .. } = &same;
            self.server.learn(&self.meter(series.meter).name, &metric.policy);
            if same.choice != *choice {
                self.todo.push_back(same);
                continue;
            }
            let begins = self.begins(series);
            let late = begins.plus(LATE * choice.granule_us);
            let is_late = measures.first().is_none_or(|(first, _)| *first >= late);
            let is_over = begins >= self.ends(series);
            let one = Read { todo: same, unit: metric.unit.unwrap_or_default(), measures };
            if is_late && !is_over { unsure.push(one) } else { read.push(one) }
        }
        read.extend(self.reaching_back(unsure, choice, sink)?);
        for one in &read {
            self.hand_over(one, sink)?;
        }
        self.todo.make_contiguous().sort_by(|one, other| one.choice.cmp(&other.choice));
        Ok(())
    }

    /// From when measures matter: the granule in which a resource begins is counted from there.
    fn from(&self, choice: &Choice) -> Timestamp {
        let from = self.wanted.meters.iter().map(|meter| meter.from).min().unwrap_or(self.wanted.period.start());
        // Nothing was metered before.
        from.max(Timestamp::from_micros(choice.granule_us)).plus(-choice.granule_us)
    }

    /// From when a metric should have measures inside the period.
    fn begins(&self, series: &Series) -> Timestamp {
        series.life.begins().max(self.wanted.period.start())
    }

    /// Until when it should.
    fn ends(&self, series: &Series) -> Timestamp {
        series.life.ended.unwrap_or(self.wanted.period.end()).min(self.wanted.period.end())
    }

    /// The next ones that are read so, as many as fit into an answer.
    fn take(&mut self, choice: &Choice, length_us: i64) -> Vec<Todo> {
        let a_metric = length_us / choice.granule_us.max(OFTEN_US) * A_MEASURE + A_METRIC;
        let room = i64::try_from(self.most_bytes()).unwrap_or(i64::MAX);
        let fit = usize::try_from(room / a_metric).unwrap_or(1).clamp(1, self.at_most);
        let alike = self.todo.iter().take_while(|todo| todo.choice == *choice).count();
        self.todo.drain(..fit.min(alike)).collect()
    }

    fn most_bytes(&self) -> usize {
        let room = usize::try_from(self.run.memory_bytes / 4).unwrap_or(Ask::MOST_BYTES);
        room.clamp(LEAST_BYTES, Ask::MOST_BYTES)
    }

    /// Asks for measures; nothing, if the answer is too long for so many metrics: then fewer are asked for from now on.
    fn ask(
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

    /// These are to be read yet.
    fn again(&mut self, all: Vec<Todo>) {
        all.into_iter().rev().for_each(|todo| self.todo.push_front(todo));
    }

    /// Looks at each, because some are kept otherwise than was guessed.
    fn look_at_all(&mut self, all: Vec<Todo>) -> Result<(), Ended> {
        for todo in all {
            self.run.go_on()?;
            let policy = match todo.policy {
                Some(policy) => Some(policy),
                None => self.look_at(&todo.series)?,
            };
            if let Some(policy) = policy {
                let decided = self.decide(todo.series, &policy, Some(policy.clone()), todo.tried)?;
                self.todo.push_back(decided);
            }
        }
        self.todo.make_contiguous().sort_by(|one, other| one.choice.cmp(&other.choice));
        Ok(())
    }

    /// Compares an answer with what was asked.
    fn compared(
        &self,
        all: Vec<Todo>,
        choice: &Choice,
        answer: &Answer,
        from: Timestamp,
    ) -> Result<Vec<(Todo, Metric, Vec<Measure>)>, Ended> {
        let wrong = |what: String| {
            let url = plain(answer.url());
            self.failed(GnocchiError::Content { method: "POST", url, what })
        };
        let bulk: Bulk<'_> = answer.json().map_err(|error| self.failed(error.into()))?;
        let window = (from, self.wanted.period.end());
        let metrics: BTreeMap<&str, &Metric> =
            bulk.references.iter().map(|metric| (metric.id.as_str(), metric)).collect();
        let mut found = Vec::new();
        for todo in all {
            let id = todo.series.metric.as_str();
            let Some(metric) = metrics.get(id).copied() else {
                return Err(wrong(format!("the answer does not say what the metric {id} is")));
            };
            if metric.unit.as_ref().is_some_and(|unit| unit.len() > LONGEST_TEXT) {
                return Err(wrong(format!("the unit of metric {id} is too long")));
            }
            let measures = match bulk.of(id, choice, window) {
                Some(Ok(measures)) => measures,
                Some(Err(what)) => return Err(wrong(format!("metric {id}: {what}"))),
                None => return Err(wrong(format!("the answer has no measures of metric {id}"))),
            };
            self.run.traffic.brought(measures.len());
            found.push((todo, metric.clone(), measures));
        }
        Ok(found)
    }

    /// Of metrics whose measures begin late: those that were not there before, and those of which older ones were dropped,
    /// if nothing is kept longer. Such as are kept longer are read again so.
    fn reaching_back(&mut self, unsure: Vec<Read>, choice: &Choice, sink: &mut dyn Sink) -> Result<Vec<Read>, Ended> {
        let mut all = Vec::new();
        let mut rest: VecDeque<Read> = unsure.into();
        while !rest.is_empty() {
            self.run.go_on()?;
            let some: Vec<Read> = rest.drain(..rest.len().min(self.at_most)).collect();
            let ids: Vec<&str> = some.iter().map(|one| one.todo.series.metric.as_str()).collect();
            let end = self.wanted.period.end();
            let Some(answer) = self.ask(&ids, choice, end, None)? else {
                some.into_iter().rev().for_each(|one| rest.push_front(one));
                continue;
            };
            if !answer.is_success() {
                return Err(self.failed(answer.refused().into()));
            }
            let bulk: Bulk<'_> = answer.json().map_err(|error| self.failed(error.into()))?;
            for one in some {
                let id = one.todo.series.metric.as_str();
                let after = bulk.of(id, choice, (end, Timestamp::from_micros(i64::MAX)));
                let after = after.transpose().map_err(|what| {
                    let url = plain(answer.url());
                    self.failed(GnocchiError::Content { method: "POST", url, what: format!("metric {id}: {what}") })
                })?;
                let newest = after.as_ref().and_then(|after| after.last()).or(one.measures.last()).map(|(at, _)| *at);
                all.extend(self.reaches_back(one, newest, sink)?);
            }
        }
        Ok(all)
    }

    /// A metric, if it is to be handed over as it is.
    fn reaches_back(
        &mut self,
        one: Read,
        newest: Option<Timestamp>,
        sink: &mut dyn Sink,
    ) -> Result<Option<Read>, Ended> {
        let (begins, ends) = (self.begins(&one.todo.series), self.ends(&one.todo.series));
        let oldest = newest.map(|newest| newest.plus(-one.todo.kept.reach_us));
        let Some(oldest) = oldest.filter(|oldest| *oldest > begins) else { return Ok(Some(one)) };
        if let Some(policy) = &one.todo.policy {
            let others = policy.reaching(self.wanted.period.micros(), self.server.settings.granule_us).len();
            if one.todo.tried + 1 < others {
                let (policy, tried) = (policy.clone(), one.todo.tried + 1);
                let coarser = self.decide(one.todo.series, &policy, Some(policy.clone()), tried)?;
                self.todo.push_back(coarser);
                return Ok(None);
            }
        }
        // What would be kept from then on was not there.
        let kept = oldest.plus(one.todo.choice.granule_us).min(ends);
        let until = one.measures.first().map_or(kept, |(first, _)| *first).min(kept);
        if let Ok(time) = Period::new(begins, until) {
            sink.lost(&one.todo.series.resource, one.todo.series.meter, time);
            let (from, to) = self.lost.unwrap_or((begins, until));
            self.lost = Some((from.min(begins), to.max(until)));
        }
        Ok(Some(one))
    }

    fn hand_over(&mut self, read: &Read, sink: &mut dyn Sink) -> Result<(), Ended> {
        let Read { todo: Todo { series, choice, .. }, unit, measures } = read;
        let end = self.wanted.period.end();
        let mut id = None;
        for (spell, mut points) in series.life.place(measures, choice.granule_us) {
            points.retain(|point| point.at < end || point.value == Value::Ends);
            let Some(says) = series.life.spells.get(spell) else { continue };
            let facts = Facts { unit: unit.as_str().into(), metadata: (*says.metadata).clone() };
            // Each spell is a label set of its own: what ends one does not end the next.
            let lines: Arc<str> = format!("{} {spell:08}", series.metric).into();
            let id = match id {
                Some(id) => id,
                None => *id.insert(sink.series(&series.resource, series.meter)?),
            };
            self.handed_over |= !points.is_empty();
            sink.points(id, &Says { facts: Arc::new(facts), lines }, &points)?;
        }
        Ok(())
    }
}
