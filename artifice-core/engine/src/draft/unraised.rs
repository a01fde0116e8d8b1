//! What a month would have been charged at its end if it had been billed in one piece, where it was billed in parts and its
//! end went wrong.
//!
//! A month's fees and its minimum are in the statement that reaches the month's end, and a tenant without usage gets none
//! (semantics 3.2, 5.14). Amounts stay so; but where nothing was used in the last part, or an earlier part was billed after
//! it, what is charged is not what the month comes to. So it is told.

use artifice_ledger::{Cover, Dimension, Group, Grouping, Kind, Ledger, LedgerError, Place, TooLarge, Wanted};
use artifice_model::statement::{Fee, FeePer, MINIMUM};
use artifice_model::{Calendar, Currency, Decimal, Period, TenantId};

use crate::Engine;
use crate::draft::month::OfMonth;
use crate::draft::prices::Prices;
use crate::tell::AtItsEnd;

impl Engine {
    /// What is not charged, or too much or too little, at the ends of a tenant's months. `covered` is what the tenant is
    /// billed for, or had nothing to be billed in.
    ///
    /// # Errors
    /// What was billed cannot be read.
    pub(crate) async fn unraised(
        &self,
        prices: &Prices,
        ledger: &dyn Ledger,
        tenant: &TenantId,
        months: impl Iterator<Item = Period>,
        covered: &[(Period, Cover)],
    ) -> Result<Vec<(Period, AtItsEnd)>, LedgerError> {
        let calendar = &self.config().main.calendar;
        let mut all = Vec::new();
        for month in months {
            let Some(ends) = ends(month, covered) else { continue };
            if ends == Ends::Invoice && !is_out_of_order(ledger, calendar, tenant, month).await? {
                continue;
            }
            let wanted = Wanted { tenants: Some(vec![tenant.clone()]), period: Some(month) };
            let grouping = Grouping { by: &[Dimension::Section, Dimension::Service], calendar };
            let groups = ledger.history_groups(&wanted, grouping).await?;
            let is_late = ends == Ends::Invoice;
            let wrong = self.wrong(prices, tenant, (month, is_late), &groups);
            let wrong =
                wrong.map_err(|TooLarge| LedgerError::TooLarge { database: self.config().database.to_string() })?;
            if !wrong.is_empty() {
                all.push((month, if is_late { AtItsEnd::BilledBefore(wrong) } else { AtItsEnd::NothingUsed(wrong) }));
            }
        }
        Ok(all)
    }

    /// The fees of a month in which so much was billed that are not charged, and what its minimum is wrong by.
    fn wrong(
        &self,
        prices: &Prices,
        tenant: &TenantId,
        (month, is_late): (Period, bool),
        groups: &[Group],
    ) -> Result<Vec<String>, TooLarge> {
        let last = month.end().plus(-1);
        let cost_of = |wanted: &dyn Fn(&str, &str) -> bool| {
            let wanted = groups.iter().filter(|group| match &group.places[..] {
                [Place::Section(section), Place::Service { service, .. }] => wanted(section, service),
                _ => false,
            });
            let sums = wanted.flat_map(|group| &group.sums).map(|((currency, _), sum)| (*currency, sum.cost));
            artifice_ledger::added(sums)
        };
        let is_minimum = |section: &str, service: &str| section == MINIMUM && service == MINIMUM;
        let mut wrong = Vec::new();
        let of_month = |fee: &&Fee| fee.per == FeePer::Month && fee.valid.holds(last) && fee.is_paid_by(tenant);
        for fee in self.config().fees.iter().filter(of_month) {
            if cost_of(&|section, service| fee.is_for(section, service) && !is_minimum(section, service))?.is_empty() {
                continue;
            }
            let is_charged = !cost_of(&|section, service| section == fee.section && service == fee.name)?.is_empty();
            if !is_charged {
                wrong.push(format!("{} {} {}", fee.name, fee.currency, fee.amount.to_fixed(fee.currency.digits())));
            } else if is_late && fee.by_day {
                wrong.push(format!("{} for the days of what was billed later", fee.name));
            }
        }
        let without: Vec<(Currency, Decimal)> =
            cost_of(&|section, service| !is_minimum(section, service))?.into_iter().collect();
        let ([(currency, cost)], Some(source)) = (&without[..], prices.source()) else { return Ok(wrong) };
        let charged = cost_of(&is_minimum)?.get(currency).copied().unwrap_or_default();
        let minimum = source.terms(*currency, last).minimum.map(|minimum| minimum.amount).unwrap_or_default();
        let lacks = minimum.checked_sub(*cost).ok_or(TooLarge)?.max(Decimal::default());
        let more = charged.checked_sub(lacks).ok_or(TooLarge)?;
        let money = |amount: Decimal| format!("{currency} {}", amount.to_fixed(currency.digits()));
        if charged.is_zero() && !lacks.is_zero() {
            wrong.push(format!("the minimum charge of {}", money(minimum)));
        } else if !more.is_zero() && (is_late || more < Decimal::default()) {
            let (amount, by) = if more < Decimal::default() {
                (Decimal::default().checked_sub(more).ok_or(TooLarge)?, "too little")
            } else {
                (more, "too much")
            };
            wrong.push(format!("the minimum charge is {} {by}", money(amount)));
        }
        Ok(wrong)
    }
}

/// What reaches a month's end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ends {
    /// A statement, and there are others of the month.
    Invoice,
    /// A period without usage, and parts of the month were billed.
    Idle,
}

/// How a month ends that was billed in parts; nothing if it was not, or its end was not looked at yet.
fn ends(month: Period, covered: &[(Period, Cover)]) -> Option<Ends> {
    let parts = || covered.iter().filter(|(period, _)| period.overlaps(month));
    let is_billed = |(_, by): &&(Period, Cover)| *by != Cover::Idle;
    let mut ending = parts().filter(|(period, _)| period.end() >= month.end());
    match parts().filter(is_billed).count() {
        0 => None,
        billed if ending.clone().any(|part| is_billed(&part)) => (billed > 1).then_some(Ends::Invoice),
        _ => ending.next().map(|_| Ends::Idle),
    }
}

/// Whether a part of a month was billed after the statement that reaches the month's end.
async fn is_out_of_order(
    ledger: &dyn Ledger,
    calendar: &Calendar,
    tenant: &TenantId,
    month: Period,
) -> Result<bool, LedgerError> {
    let all = OfMonth::of(ledger, calendar, tenant, month).await?;
    let invoices = || all.live.iter().filter(|other| other.kind == Kind::Invoice);
    let last = invoices().find(|other| other.period.end() >= month.end());
    Ok(last.is_some_and(|last| invoices().any(|other| last.is_before(other))))
}

#[cfg(test)]
mod tests {
    use artifice_model::Timestamp;

    use super::*;

    #[test]
    fn only_a_month_in_parts_whose_end_was_looked_at_ends_in_some_way() {
        let period = |start, end| Period::new(Timestamp::from_micros(start), Timestamp::from_micros(end)).unwrap();
        let month = period(10, 20);
        let ends = |covered: &[(i64, i64, Cover)]| {
            let covered: Vec<_> = covered.iter().map(|(start, end, by)| (period(*start, *end), *by)).collect();
            super::ends(month, &covered)
        };
        assert_eq!(ends(&[(10, 20, Cover::Invoice)]), None);
        assert_eq!(ends(&[(0, 10, Cover::Invoice), (20, 30, Cover::Invoice)]), None, "other months");
        assert_eq!(ends(&[(10, 15, Cover::Invoice)]), None, "its end may come");
        assert_eq!(ends(&[(10, 20, Cover::Idle)]), None);
        assert_eq!(ends(&[(10, 15, Cover::Invoice), (15, 20, Cover::Invoice)]), Some(Ends::Invoice));
        assert_eq!(ends(&[(15, 30, Cover::Invoice), (5, 15, Cover::OlderInvoice)]), Some(Ends::Invoice));
        assert_eq!(ends(&[(10, 15, Cover::Invoice), (15, 20, Cover::Idle)]), Some(Ends::Idle));
        assert_eq!(
            ends(&[(10, 15, Cover::Invoice), (15, 25, Cover::Invoice), (16, 20, Cover::Idle)]),
            Some(Ends::Invoice)
        );
    }
}
