//! The measures of one tenant: asked for together, as far as they are kept alike; compared with what was asked; and only
//! then handed over.
//!
//! How a metric is kept is known only with its measures. So it is guessed from the last metric of that name, asked for, and
//! asked for again where the answer says that it is kept otherwise. Where the first measures come later than the resource,
//! the newest one tells whether older ones were dropped: then what is kept longer is read, or else it is told.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use artifice_model::sample::Facts;
use artifice_model::{TenantId, Timestamp};

use super::asking::{Read, Reading, Todo};
use super::error::GnocchiError;
use super::life::Measure;
use super::measures::{Bulk, Metric, Why, why};
use super::policy::{Choice, Methods};
use super::resources::Series;
use super::server::Server;
use crate::http::{Answer, plain};
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
/// How many granules late a first measure may be without a doubt.
const LATE: i64 = 2;

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
    /// Decides how each is read, as far as that can be guessed.
    fn begin(&mut self, all: Vec<Series>) -> Result<(), Ended> {
        let mut todo = Vec::new();
        for series in all {
            self.run.go_on()?;
            let guess = self.server.guess(&self.meter(series.meter).name);
            // A guess that cannot be read is none.
            let guess = guess.filter(|policy| self.choose(&series, policy, 0).is_ok());
            let known = if guess.is_none() { self.look_at(&series)? } else { None };
            if let Some(policy) = guess.or_else(|| known.clone()) {
                todo.push(self.decide(series, &policy, known, 0)?);
            }
        }
        todo.sort_by(|one, other| one.choice.cmp(&other.choice));
        self.todo = todo.into();
        Ok(())
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
            let was_known = todo.policy.is_some();
            let same = self.decide(todo.series, &metric.policy, Some(metric.policy.clone()), todo.tried)?;
            let series = &same.series;
            self.server.learn(&self.meter(series.meter).name, &metric.policy);
            if same.choice != *choice {
                if was_known {
                    let (url, id) = (plain(answer.url()), &same.series.metric);
                    let what = format!("metric {id} is kept otherwise than it was a moment ago; run the command again");
                    return Err(self.failed(GnocchiError::Content { method: "POST", url, what }));
                }
                self.todo.push_back(same);
                continue;
            }
            let begins = self.begins(series, &measures, choice);
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

    /// The next ones that are read so, as many as fit into an answer.
    fn take(&mut self, choice: &Choice, length_us: i64) -> Vec<Todo> {
        let reach_us = self.todo.iter().take_while(|todo| todo.choice == *choice).map(|todo| todo.kept.reach_us).max();
        let a_metric =
            reach_us.unwrap_or(length_us).min(length_us) / choice.granule_us.max(OFTEN_US) * A_MEASURE + A_METRIC;
        let room = i64::try_from(self.most_bytes()).unwrap_or(i64::MAX);
        let fit = usize::try_from(room / a_metric).unwrap_or(1).clamp(1, self.at_most);
        let alike = self.todo.iter().take_while(|todo| todo.choice == *choice).count();
        self.todo.drain(..fit.min(alike)).collect()
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
