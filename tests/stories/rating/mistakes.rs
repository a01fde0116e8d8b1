//! A card with mistakes is refused with all of them.

use artifice_tests::Vm;

use super::cards::cloud;

const AUGUST: &str = "--month 2013-08";

#[test]
fn ten_different_mistakes_are_ten_errors_with_their_places() {
    let cloud = cloud(
        "currency: KIWI
from: 2013-08-01
until: 2013-07-01
price:
  - {}
prices:
  - {service: a, per: parsec per hour per day, price: 1}
  - {service: b, per: hour, price: '1,5'}
  - {per: hour, price: 1}
  - {service: c, per: hour, tiers: graduated, steps: [{to: 10, price: 1}, {to: 5, price: 1}, {price: 1}]}
  - {service: d, per: hour, tiers: sideways, steps: [{price: 1}]}
  - {service: e, per: hour, price: 1, discount: 110%}
  - {service: f, per: hour, package: 0, price: 1}
minimum: -1
taxes: [{percent: 15}]
",
    );
    let ran = cloud.usage(AUGUST).refused();
    for (place, what) in [
        ("1:11", "'KIWI' is not a currency"),
        ("3:8", "let it end after it begins"),
        ("4:1", "did you mean 'prices'?"),
        ("7:23", "is not a unit"),
        ("8:36", "'1,5' is not a price"),
        ("9:5", "`service` is missing"),
        ("10:80", "steps go up"),
        ("11:36", "it can be graduated, volume"),
        ("12:49", "more than all is taken off"),
        ("13:38", "give more than 0"),
        ("14:10", "is not an amount"),
        ("15:9", "`name` is missing"),
    ] {
        let place = format!("card.yaml:{place}: ");
        let line = ran.err.lines().find(|line| line.contains(&place));
        assert!(line.is_some_and(|line| line.contains(what)), "{place} {what}: {}", ran.err);
    }
    assert_eq!(ran.err.matches("card.yaml:").count(), 12, "{}", ran.err);
}

#[test]
fn a_price_that_can_never_be_one_is_told_before_anything_is_collected() {
    let cloud = cloud(
        "prices:
  - {service: volume.size, per: GB/month, price: 1}
  - service: ip.floating
    per: hour
    price: 1
  - {name: Traffic out, per: GB per month, price: 1}
  - {service: instance, per: GB, price: 1}
  - {service: something.else, per: GB, price: 1}
",
    );
    cloud.write("names.csv", "network.outgoing.bytes | Traffic out\n");
    cloud.write(
        "rates.csv",
        "* | ip.floating | hour | 1\n* | volume.size | GB-month | 1\n* | m1.nano | Hour | 1\n* | m1.small | hour | 1\n",
    );
    cloud.set("rates", "{cards: [cards/*.yaml], file: rates.csv, names: names.csv}");
    // Nobody would get as far as reading it.
    cloud.meter("not JSON\n");
    for command in ["usage --month 2013-08", "bill --month 2013-08", "config check", "rates list"] {
        let ran = cloud.run(command).refused();
        for (place, what) in [
            ("rates.csv:1:19", "write 'ip per hour' or 'ip per month'"),
            ("rates.csv:2:19", "'GB-month' is not a unit: write 'GB per month'"),
            ("rates.csv:3:15", "'Hour' is not a unit: write 'hour'"),
            ("card.yaml:2:33", "'GB/month' is not a unit: write 'GB per month'"),
            ("card.yaml:4:10", "a price per 'hour' fits nothing that 'ip.floating' is charged for"),
            ("card.yaml:6:30", "measures it in B; write 'B' (or"),
            ("card.yaml:7:30", "measures it in hour; write 'hour'"),
        ] {
            let place = format!("{place}: ");
            let line = ran.err.lines().find(|line| line.contains(&place));
            assert!(line.is_some_and(|line| line.contains(what)), "{place} {what}: {}", ran.err);
        }
        assert_eq!(ran.err.matches(".csv:").count() + ran.err.matches(".yaml:").count(), 7, "{}", ran.err);
    }
    // What the operator says of the meter's unit counts.
    cloud.set("meters", "[{meter: ip.floating, section: Network, aggregate: integral, unit: '1'}]");
    cloud.write("rates.csv", "* | ip.floating | hour | 1\n").set("rates", "{file: rates.csv}");
    cloud.run("config check").done();
}

#[test]
fn two_equally_specific_prices_are_an_error_that_names_both() {
    let cloud = cloud("until: 2013-09-01\nprices:\n  - {service: m1.nano, per: hour, price: 1}\n");
    cloud.write("cards/other.yaml", "from: 2013-08-15\nprices:\n  - {service: m1.nano, per: hour, price: 2}\n");
    let said = "other.yaml:3:5: the price at ";
    cloud.meter(Vm::of("demo", "vm").active("2013-08-01", 1));
    cloud.usage(AUGUST).refused().says(said).says("card.yaml:3:5 is for the same");
    cloud.run("config check").refused().says(said);
    // Beside each other they hold.
    cloud.write("cards/other.yaml", "from: 2013-09-01\nprices:\n  - {service: m1.nano, per: hour, price: 2}\n");
    cloud.usage(AUGUST).done();
}

#[test]
fn a_pattern_without_a_card_is_named() {
    let cloud = cloud("minimum: 1\n");
    cloud.set("rates", "{cards: [cards/*.yaml, nowhere/*.yaml]}");
    cloud.usage(AUGUST).refused().says("'nowhere/*.yaml': no such file");
}

#[test]
fn fees_with_mistakes_are_named_with_their_places() {
    let cloud = cloud("minimum: 1\n");
    cloud.set(
        "fees",
        "[{name: A, amount: much}, {amount: 1}, {name: B}, {name: C, amount: 1.001}, {name: D, amount: 1, per: week}]",
    );
    let ran = cloud.usage(AUGUST).refused();
    for what in [
        "fees[0].amount: 'much'",
        "fees[1]: 'name' is missing",
        "fees[2]: 'amount' is missing",
        "fees[3]: '1.001' has more digits",
        "fees[4].per: 'week'",
    ] {
        assert!(ran.err.contains(what), "{what}: {}", ran.err);
    }
}
