//! The samples of everybody: each meter is asked for once, for all tenants, several requests at a time.
//!
//! It is complete or fails as one: nothing is handed over before all of it was read. Each tenant's samples are counted, and
//! compared with what statistics have counted before; of whom fewer came is read by itself, again. What else may be one
//! tenant's fault (a sample that is none, a meter that the server fails at) ends the reading, and the driver goes on tenant
//! by tenant, so that it becomes the fault of that tenant alone.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use artifice_model::TenantId;
use hashbrown::HashMap;

use super::cloud::Cloud;
use super::query::Of;
use super::reading::{Came, LEAST_BYTES, Part, Walk, room};
use super::survey::Survey;
use super::windows::Windows;
use crate::error::{Reach, SourceError};
use crate::sink::{Sink, Stop};
use crate::source::{Ended, Run, Wanted, WantedMeter};
use crate::sources::offer::Offer;

/// A meter with more answers than this is asked for in several spans at once.
const LONG: u64 = 4;

/// A meter, or a span of its time.
struct Job<'a> {
    /// Its place in what is wanted.
    place: usize,
    meter: &'a WantedMeter,
    windows: Windows,
    /// How many samples it has, if it is the whole meter.
    counted: Option<u64>,
    /// The same, about.
    weight: u64,
}

impl Cloud {
    /// Shows all samples that can matter.
    pub fn read_all(&self, wanted: &Wanted, run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
        let (Some(survey), is_careful) = self.surveyed() else {
            return Err(SourceError::new(Reach::Tenant, "nobody knows whether Ceilometer shows everybody").into());
        };
        let counted = (0..wanted.meters.len()).map(|meter| survey.all_of(meter));
        run.headway.expect_samples(counted.fold(0, u64::saturating_add));
        let threads = threads(run);
        let jobs = self.jobs(wanted, &survey, threads);
        let threads = threads.min(jobs.len());
        let most_bytes = room(run.memory_bytes / 4 / u64::try_from(threads + 1).unwrap_or(u64::MAX));
        // Each meter's tenants, and what came of them.
        let mut came: Vec<(Came, HashMap<TenantId, u64>)> = wanted.meters.iter().map(|_| Default::default()).collect();
        let mut take = |place: usize, part: &Part| {
            let Some((all, tenants)) = came.get_mut(place) else { return Ok(()) };
            all.outside += part.outside;
            all.inside +=
                self.offer(part, &mut Offer::new(wanted, run, sink), &mut |tenant| match tenants.get_mut(tenant) {
                    Some(count) => *count += 1,
                    None => drop(tenants.insert(tenant.into(), 1)),
                })?;
            Ok(())
        };
        let next = AtomicUsize::new(0);
        thread::scope(|scope| {
            // Whoever has an answer waits until it is wanted: no more of them are in memory than there are threads, and one.
            let (sender, parts) = mpsc::sync_channel(0);
            for _ in 0..threads {
                let (sender, jobs, next) = (sender.clone(), &jobs, &next);
                scope.spawn(move || {
                    while let Some(Job { place, meter, windows, counted, .. }) =
                        jobs.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        let walk = Walk { meter, of: Of::Everybody, counted: *counted, keeps: !is_careful, most_bytes };
                        // Nobody listens any more once the reading has ended.
                        let mut take = |part| sender.send(Ok((*place, part))).map_err(|_| Stop::Cancelled.into());
                        if let Err(ended) = self.walk(&walk, windows.clone(), run, &mut take) {
                            let _ = sender.send(Err(ended));
                            return;
                        }
                    }
                });
            }
            drop(sender);
            parts.into_iter().try_for_each(|part| part.and_then(|(place, part)| take(place, &part)))
        })?;
        let mut doubted = BTreeSet::new();
        for (place, (all, tenants)) in came.iter().enumerate() {
            tracing::debug!(meter = wanted.meters[place].name, samples = all.inside, "samples of everybody collected");
            let fewer = |(tenant, counted): &(&TenantId, u64)| {
                let inside = tenants.get(tenant.as_str()).copied().unwrap_or(0);
                !Came { inside, ..*all }.is_all_of(Some(*counted))
            };
            doubted.extend(survey.tenants(place).filter(fewer).map(|(tenant, _)| tenant));
        }
        if !doubted.is_empty() {
            self.learned().is_careful = true;
            doubted.into_iter().for_each(|tenant| sink.doubt(tenant));
        }
        self.see_named(wanted, run, sink)?;
        self.unmapped_of_all(wanted, run, sink);
        Ok(())
    }

    /// Sees whether those exist who were asked for, and of whom nobody knows.
    fn see_named(&self, wanted: &Wanted, run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
        let unknown = |tenant: &&TenantId| !wanted.known.contains(*tenant) && !wanted.skip.contains(*tenant);
        for tenant in wanted.tenants.iter().flatten().filter(unknown) {
            run.go_on()?;
            if self.any_meter(Some(tenant), run.traffic).map_err(|error| self.failed(error))? {
                sink.seen(tenant);
            }
        }
        Ok(())
    }

    /// What is to be asked for, the longest first.
    fn jobs<'w>(&self, wanted: &'w Wanted, survey: &Survey, threads: usize) -> Vec<Job<'w>> {
        let answer = u64::try_from(self.limit).unwrap_or(u64::MAX).max(1);
        let mut jobs = Vec::new();
        for (place, meter) in wanted.meters.iter().enumerate() {
            let counted = survey.all_of(place);
            if counted == 0 {
                continue;
            }
            let parts = usize::try_from(counted / answer / LONG).unwrap_or(usize::MAX).clamp(1, threads);
            let windows = self.windows(meter, wanted, Some(counted)).split(parts);
            let weight = counted / u64::try_from(windows.len()).unwrap_or(1).max(1);
            let whole = (windows.len() == 1).then_some(counted);
            jobs.extend(windows.into_iter().map(|windows| Job { place, meter, windows, counted: whole, weight }));
        }
        jobs.sort_by_key(|job| std::cmp::Reverse(job.weight));
        jobs
    }
}

/// How many requests are under way at once: no more than there is memory for their answers.
fn threads(run: &Run<'_>) -> usize {
    let answers = usize::try_from(run.memory_bytes / 4).unwrap_or(usize::MAX) / LEAST_BYTES;
    run.at_once.min(answers.saturating_sub(1)).max(1)
}
