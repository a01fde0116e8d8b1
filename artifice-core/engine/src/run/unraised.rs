//! What a month would have been charged at its end, and is not, because the part that is billed last has no usage.
//!
//! A month's fees and its minimum are in the statement that reaches the month's end, and a tenant without usage gets none
//! (semantics 3.2, 5.14). Where a month is billed in parts this loses them; so it is told.

use artifice_ledger::{Dimension, Group, Grouping, LedgerError, Place, TooLarge, Wanted};
use artifice_model::statement::{Fee, FeePer};
use artifice_model::{Currency, Decimal, Period, TenantId};

use crate::error::EngineError;
use crate::run::shared::Run;

impl Run {
    /// What a tenant's month comes to lack whose end this run's period reaches, if parts of the month were billed before and
    /// nothing was used in this one: each fee and the minimum, with its amount. `billed` are the tenant's live invoices.
    ///
    /// # Errors
    /// What was billed cannot be read.
    pub async fn unraised(
        &self,
        tenant: &TenantId,
        billed: &[Period],
    ) -> Result<Vec<(Period, Vec<String>)>, EngineError> {
        let calendar = &self.clerk.engine.config().main.calendar;
        let ends = |month: &Period| month.end() <= self.period.end() && month.start() < self.period.start();
        let mut all = Vec::new();
        for month in calendar.months(self.period).filter(ends) {
            if !billed.iter().any(|period| period.overlaps(month)) {
                continue;
            }
            let wanted = Wanted { tenants: Some(vec![tenant.clone()]), period: Some(month) };
            let grouping = Grouping { by: &[Dimension::Section, Dimension::Service], calendar };
            let groups = self.ledger().history_groups(&wanted, grouping).await?;
            let lacking = self.lacking(tenant, month, &groups);
            let too_large =
                |TooLarge| LedgerError::TooLarge { database: self.clerk.engine.config().database.to_string() };
            let lacking = lacking.map_err(too_large)?;
            if !lacking.is_empty() {
                all.push((month, lacking));
            }
        }
        Ok(all)
    }

    /// The fees and the minimum of a month in which so much was billed.
    fn lacking(&self, tenant: &TenantId, month: Period, groups: &[Group]) -> Result<Vec<String>, TooLarge> {
        let (config, last) = (self.clerk.engine.config(), month.end().plus(-1));
        let is_for = |fee: &&Fee| {
            groups.iter().any(|group| match &group.places[..] {
                [Place::Section(section), Place::Service { service, .. }] => fee.is_for(section, service),
                _ => false,
            })
        };
        let fees = config.fees.iter().filter(|fee| fee.per == FeePer::Month && fee.valid.holds(last));
        let fees = fees.filter(|fee| fee.is_paid_by(tenant)).filter(is_for);
        let mut all: Vec<String> = fees
            .map(|fee| format!("{} {} {}", fee.name, fee.currency, fee.amount.to_fixed(fee.currency.digits())))
            .collect();
        let sums = groups.iter().flat_map(|group| &group.sums).map(|((currency, _), sum)| (*currency, sum.cost));
        let sums: Vec<(Currency, Decimal)> = artifice_ledger::added(sums)?.into_iter().collect();
        if let (Some(source), [(currency, cost)]) = (self.prices.source(), &sums[..])
            && let Some(minimum) = source.terms(*currency, last).minimum.filter(|minimum| *cost < minimum.amount)
        {
            let amount = minimum.amount.to_fixed(currency.digits());
            all.push(format!("the minimum charge of {currency} {amount}"));
        }
        Ok(all)
    }
}
