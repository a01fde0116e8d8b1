//! Rating: what a volume costs.
//!
//! Rating sees prices only through [`PriceSource`]: a rates file and rate cards ([`PriceList`]), or the
//! price list of an ERP. A [`Tariff`] makes money of volumes. A cost is volume × conversion × price, exact until it is rounded once, to the
//! currency's minor unit, half away from zero.

mod cards;
mod fit;
mod list;
mod names;
mod pipe;
mod price;
mod table;
mod tariff;
mod working;

pub use cards::{Card, CardPrice, Cards, Priced, Validity};
pub use fit::Fit;
pub use list::PriceList;
pub use names::Names;
pub use price::{Minimum, Price, PriceError, PriceQuery, PriceSource, Quote, Scheme, TaxRule, Terms, Tier, Tiers};
pub use table::{RateRules, RateTable};
pub use tariff::{Charged, MonthUnits, Tariff};
pub use working::{BilledBefore, Cap, Days, Flat, Step, Working};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Currency, Timestamp, units::Unit};

    const RULES: fn(bool) -> RateRules =
        |ignore_region| RateRules { currency: "NZD".parse().unwrap(), time_slice_us: 600_000_000, ignore_region };

    fn price(table: &RateTable, location: &str, name: &str) -> Option<String> {
        let at = Timestamp::from_micros(0);
        let quantity = crate::Decimal::ONE;
        let query = PriceQuery { tenant: &"t".into(), location, service: "s", name, unit: "hour", at, quantity };
        let price = table.price(&query).unwrap().price?;
        let Scheme::Flat(amount) = price.scheme else { panic!("{price:?}") };
        Some(format!("{amount} {}", price.origin))
    }

    #[test]
    fn a_rate_is_looked_up_by_location_then_everywhere() {
        let text = "# comment\n\nakl | VM | hour | 0.05\n* | VM | hour | 0.04\nregion | Disk | GB per month | 1\n";
        let table = RateTable::parse("rates.csv", text, RULES(false)).unwrap();
        assert_eq!(price(&table, "akl", "VM").as_deref(), Some("0.05 rates.csv:3:19"));
        assert_eq!(price(&table, "wlg", "VM").as_deref(), Some("0.04 rates.csv:4:17"));
        assert_eq!(price(&table, "akl", "Disk"), None);
    }

    #[test]
    fn the_originals_files_say_region_in_the_first_column() {
        let table = RateTable::parse("rates", "region | VM | duration | 0.1", RULES(true)).unwrap();
        assert_eq!(price(&table, "anywhere", "VM").as_deref(), Some("0.1 rates:1:26"));
    }

    #[test]
    fn every_mistake_is_reported_with_its_place() {
        let text = "akl | VM | hour | 0.05\nakl | VM | hour | 0.06\nakl | X | parsec per hour per day | 1\n akl | Y | hour | 1,5\nakl | Z | hour\nakl || hour | 1\na|b|hour|1|x\n";
        let mistakes = RateTable::parse("r", text, RULES(false)).unwrap_err();
        let places: Vec<_> = mistakes.iter().map(|mistake| mistake.at.to_string()).collect();
        assert_eq!(places, ["r:2:7", "r:3:11", "r:4:19", "r:5:1", "r:6:6", "r:7:1"]);
        assert_eq!(
            mistakes[0].to_string(),
            "r:2:7: 'VM' has a price for region 'akl' already; keep one of the two rows"
        );
    }

    #[test]
    fn an_empty_file_is_a_mistake() {
        for text in ["", "\n  \n", "# only a comment\n", "\u{feff}"] {
            assert_eq!(Names::parse("names.csv", text).unwrap_err().len(), 1);
        }
        let names = Names::parse("n", "\u{feff}m1.nano | VM, größe nano\r\n").unwrap();
        assert_eq!((names.of("m1.nano"), names.of("m1.tiny")), ("VM, größe nano", "m1.tiny"));
    }

    #[test]
    fn a_cost_is_rounded_once_to_the_minor_unit_half_away_from_zero() {
        // semantics 5: cost(line) = volume × conversion × price, exact until it is rounded once.
        for (volume, unit, amount, per, currency, expected) in [
            ("174.026781", "hour", "0.05", "hour", "NZD", "8.70"),
            ("0.1", "hour", "0.05", "hour", "NZD", "0.01"),
            ("1", "hour", "0.5", "hour", "JPY", "1"),
            ("-1", "hour", "0.5", "hour", "JPY", "-1"),
            ("730", "GB·hour", "0.1235", "GB per month", "BHD", "0.124"),
            ("0.000001", "hour", "0.000001", "hour", "NZD", "0.00"),
            ("1", "hour", "0.0025", "duration", "NZD", "0.02"),
        ] {
            let (per, currency) = (Unit::of_price(per, 600_000_000).unwrap(), currency.parse::<Currency>().unwrap());
            let price = Price::flat(amount.parse().unwrap(), per, currency, String::new());
            let tariff = Tariff::new(price.into(), unit).unwrap();
            let (quick, exact) = (
                tariff.flat(volume.parse().unwrap()),
                tariff.charge(volume.parse().unwrap(), &mut MonthUnits::default(), &crate::exact::Ratio::zero()),
            );
            assert_eq!(quick, exact);
            assert_eq!(quick.unwrap().cost.to_fixed(currency.digits()), expected, "{volume} {unit}");
        }
    }
}
