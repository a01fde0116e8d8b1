//! What a run takes note of beside its statements: who had nothing to bill, and which time no statement covers.

use std::collections::{BTreeMap, BTreeSet};

use artifice_ledger::{Cover, gaps};
use artifice_model::{Period, TenantId};

use crate::Purpose;
use crate::error::EngineError;
use crate::run::shared::Run;
use crate::run::tenants::Tenants;
use crate::tell::{Listener, Notice};

impl Run {
    /// Takes note of those who have nothing to be billed in the period, and tells of whom time before it is covered by no
    /// statement, or whose month ends without what is charged at its end. Of what may still change nothing is noted.
    pub async fn note_idle(
        &self,
        tenants: &Tenants,
        done: &BTreeSet<TenantId>,
        listener: &dyn Listener,
    ) -> Result<(), EngineError> {
        if self.purpose != Purpose::Invoice {
            return Ok(());
        }
        let (left, busy) = (self.left().clone(), self.busy().clone());
        let is_settled = self.clerk.engine.check_settled(self.period).is_ok();
        let looked_at: Vec<&TenantId> =
            tenants.billed_before().filter(|id| !done.contains(*id) && !left.contains(*id)).collect();
        let mut covered: BTreeMap<TenantId, Vec<(Period, Cover)>> = BTreeMap::new();
        let months: Vec<Period> = self.clerk.engine.config().main.calendar.months(self.period).collect();
        let concerns =
            |period: Period| period.start() < self.period.start() || months.iter().any(|month| month.overlaps(period));
        for of in self.ledger().coverage().await?.into_iter().filter(|of| concerns(of.period)) {
            covered.entry(of.tenant.id).or_default().push((of.period, of.by));
        }
        for id in &looked_at {
            let mut own = covered.remove(*id).unwrap_or_default();
            let is_idle = !busy.contains(*id);
            if is_idle && is_settled {
                own.push((self.period, Cover::Idle));
            }
            let (engine, in_parts) = (&self.clerk.engine, months.iter().copied());
            for (month, at_its_end) in engine.unraised(&self.prices, self.ledger(), id, in_parts, &own).await? {
                listener.notice(&Notice::NotRaised { tenant: tenants.told(id), month, at_its_end });
            }
            own.retain(|(period, _)| period.start() < self.period.start());
            let last = own.iter().filter(|(_, by)| *by != Cover::Idle).map(|(period, _)| period.end()).max();
            own.push((self.period, if is_idle { Cover::Idle } else { Cover::Invoice }));
            let is_new = |gap: &Period| last.is_some_and(|last| gap.start() >= last);
            let times: Vec<Period> = gaps(own).into_iter().map(|(gap, _)| gap).filter(is_new).collect();
            if !times.is_empty() {
                listener.notice(&Notice::Gap { tenant: tenants.told(id), times });
            }
        }
        let idle: Vec<TenantId> = looked_at.into_iter().filter(|id| !busy.contains(*id)).cloned().collect();
        if !idle.is_empty() && is_settled {
            self.ledger().idle_insert(&idle, self.period, crate::clock::now()).await?;
        }
        Ok(())
    }
}
