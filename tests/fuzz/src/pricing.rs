//! What is read and accepted as a price makes money of any volume, or says why not.

use std::sync::{Arc, OnceLock};

use artifice_model::aggregate::{Aggregate, Entry};
use artifice_model::exact::Ratio;
use artifice_model::rate::{MonthUnits, Names, Price, PriceSource, RateRules, Tariff};
use artifice_model::statement::{Charging, Draft, Lines, Metered, TaxRounding, Usage};
use artifice_model::{Calendar, Decimal, Period, Tenant, Timestamp};

/// How a rates file is read.
pub const RULES: fn() -> RateRules =
    || RateRules { currency: "NZD".parse().unwrap(), time_slice_us: 600_000_000, ignore_region: false };

/// Where months begin.
pub fn calendar() -> Calendar {
    static CALENDAR: OnceLock<Calendar> = OnceLock::new();
    CALENDAR.get_or_init(|| Calendar::new("Pacific/Auckland").unwrap()).clone()
}

/// What is charged where nobody says otherwise.
pub fn entries() -> &'static [Entry] {
    static ENTRIES: OnceLock<Vec<Entry>> = OnceLock::new();
    ENTRIES.get_or_init(Entry::built_in)
}

/// Volumes that somebody may have: nothing, hardly anything, a month, and more than there is.
const VOLUMES: [&str; 6] = ["0", "0.000001", "744", "1000000.000001", "-3", "99999999999999999999999999.999999"];

/// Charges all of these volumes by a price, in its own unit and in others.
fn charge_by(price: &Arc<Price>) {
    for unit in ["hour", "GB·hour", "B", "GB", "request"] {
        let Ok(tariff) = Tariff::new(price.clone(), unit) else { continue };
        let mut month = MonthUnits::default();
        for volume in VOLUMES {
            let volume: Decimal = volume.parse().unwrap();
            // It is too large, at the worst.
            let _ = tariff.charge(volume, &mut month, &Ratio::zero());
        }
    }
}

/// Charges a tenant's month by prices, and each of these services on its own.
pub fn charge<'p>(source: &dyn PriceSource, names: &Names, prices: impl Iterator<Item = (&'p str, &'p Arc<Price>)>) {
    let period =
        Period::new(Timestamp::from_micros(1_375_315_200_000_000), Timestamp::from_micros(1_377_993_600_000_000));
    let period = period.unwrap();
    let mut usages = Vec::new();
    for (number, (service, price)) in prices.take(20).enumerate() {
        charge_by(price);
        for (unit, volume) in [("hour", "744"), ("GB·hour", "0.000001"), ("B", "123456789012345")] {
            usages.push(Usage {
                resource_id: format!("r{number}"),
                resource_name: String::new(),
                entry: unit.to_owned(),
                meter: "m".to_owned(),
                section: "s".to_owned(),
                service: service.to_owned(),
                location: "akl".to_owned(),
                period,
                volume: volume.parse().unwrap(),
                unit: unit.to_owned(),
                aggregate: Some(Aggregate::Integral),
            });
        }
    }
    let (tenant, calendar) = (Tenant { id: "t".into(), name: None }, calendar());
    let charging = Charging {
        currency: RULES().currency,
        names,
        prices: Some(source),
        missing_is_zero: false,
        zero_lines: true,
        calendar: &calendar,
        cuts: &[],
        fees: &[],
        earlier: &[],
        lines: Lines::Resource,
        tax_rounding: TaxRounding::Document,
        sections: &[],
    };
    for lines in [Lines::Resource, Lines::Service] {
        let usages: Vec<Metered> = usages.iter().cloned().map(Metered::from).collect();
        match Draft::new(tenant.clone(), period, usages, Charging { lines, ..charging }) {
            Ok((_, problems)) => drop(problems.iter().map(ToString::to_string).collect::<String>()),
            Err(error) => drop(error.to_string()),
        }
    }
}
