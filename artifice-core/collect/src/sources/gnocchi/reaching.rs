//! How far back measures reach: whether those before the first one were dropped, found out without a clock.

use std::collections::VecDeque;

use artifice_model::{Period, Timestamp};

use super::asking::{Read, Reading};
use super::error::GnocchiError;
use super::measures::Bulk;
use super::policy::Choice;
use crate::http::plain;
use crate::sink::Sink;
use crate::source::Ended;

impl Reading<'_> {
    /// Of metrics whose measures begin late: those that were not there before, and those of which older ones were dropped,
    /// if nothing is kept longer. Such as are kept longer are read again so.
    pub fn reaching_back(
        &mut self,
        unsure: Vec<Read>,
        choice: &Choice,
        sink: &mut dyn Sink,
    ) -> Result<Vec<Read>, Ended> {
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
        let (begins, ends) =
            (self.begins(&one.todo.series, &one.measures, &one.todo.choice), self.ends(&one.todo.series));
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
}
