//! Rate cards: whose price it is, and what a line says.

use artifice_tests::{Bill, Cloud, Counter, Vm, Volume};
use serde_json::{Value, json};

const AUGUST: &str = "--month 2013-08";

/// A cloud that is billed by a card.
pub fn cloud(card: &str) -> Cloud {
    let cloud = Cloud::new();
    cloud.set("rates", "{cards: [cards/*.yaml]}").write("cards/card.yaml", card);
    cloud
}

fn preview(cloud: &Cloud) -> Bill {
    cloud.usage(AUGUST).done().bill_of("demo")
}

fn fields(bill: &Bill, names: &[&str]) -> Vec<Value> {
    bill.lines().iter().map(|line| names.iter().map(|name| line[name].clone()).collect()).collect()
}

#[test]
fn the_most_specific_price_wins() {
    let cloud = cloud(
        "prices:
  - {service: m1.nano, per: hour, price: 1}
  - {service: m1.nano, location: 'a*', per: hour, price: 2}
  - {service: m1.nano, location: 'ak*', per: hour, price: 3}
  - {service: m1.nano, location: akl-1, per: hour, price: 4}
  - {service: m1.nano, tenant: special, per: hour, price: 5}
  - {service: m1.nano, tenant: [special, other], location: 'a*', per: hour, price: 6}
",
    );
    for (tenant, host) in
        [("demo", "wlg"), ("demo", "abc"), ("demo", "ak"), ("demo", "akl-1"), ("special", "x"), ("special", "akl-1")]
    {
        cloud.meter(Vm::of(tenant, &format!("vm-{host}")).host(host).active("2013-08-01", 1));
    }
    let rates = |tenant: &str| {
        let bill = cloud.usage(AUGUST).done().bill_of(tenant);
        bill.lines()
            .iter()
            .map(|line| format!("{} {}", line["location"], line["rate"]).replace('"', ""))
            .collect::<Vec<_>>()
    };
    assert_eq!(rates("demo"), ["abc 2", "ak 3", "akl-1 4", "wlg 1"]);
    assert_eq!(rates("special"), ["akl-1 6", "x 5"]);
}

#[test]
fn the_rates_file_is_asked_only_where_no_card_has_a_price() {
    let cloud = cloud("until: 2013-08-01\nprices:\n  - {service: m1.nano, per: hour, price: 9}\n");
    cloud.set("rates", "{cards: [cards], file: rates.csv}");
    cloud.write("cards/later.yml", "from: 2013-08-01\nprices:\n  - {service: m1.small, per: hour, price: 7}\n");
    cloud.meter(Vm::of("demo", "one").active("2013-08-01", 1));
    cloud.meter(Vm::of("demo", "two").flavor("m1.small").active("2013-08-01", 1));
    assert_eq!(preview(&cloud).all("rate"), ["0.05", "7"]);
}

#[test]
fn a_line_says_its_price_before_discount_and_free_units_and_none_where_tiers_make_several() {
    let cloud = cloud(
        "currency: NZD
prices:
  - {service: m1.nano, per: hour, price: '0.10', free: 10, discount: 25%}
  - service: network.outgoing.bytes
    per: GB
    tiers: graduated
    steps: [{to: 10, price: 1}, {price: 0.5}]
  - {service: volume.size, per: GB per hour, package: 100, price: 3}
taxes: [{name: GST, percent: 15, sections: ['*']}, {name: Levy, percent: '2.5', sections: [Compute]}, {name: None, percent: 1, sections: [Nothing]}]
",
    );
    cloud.meter(Vm::of("demo", "vm").active("2013-08-01", 30));
    cloud.meter(Counter::of("demo", "nic-1", "network.outgoing.bytes").counts("2013-08-01", &[0, 8_000_000_000]));
    cloud.meter(Counter::of("demo", "nic-2", "network.outgoing.bytes").counts("2013-08-01", &[0, 6_000_000_000]));
    cloud.meter(Volume::of("demo", "disk").sized(15, "2013-08-01", 8));
    let bill = preview(&cloud);
    assert_eq!(
        fields(&bill, &["service", "resource_id", "quantity", "rate", "rate_unit", "cost"]),
        [
            json!(["volume.size", "disk", "120", "3", "GB per hour", "6.00"]),
            // (30 − 10) × 0.10 − 25 %
            json!(["m1.nano", "vm", "30", "0.1", "hour", "1.50"]),
            json!(["network.outgoing.bytes", "nic-1", "8000000000", "1", "GB", "8.00"]),
            // 2 GB at 1, 4 at 0.5
            json!(["network.outgoing.bytes", "nic-2", "6000000000", null, null, "4.00"]),
        ]
    );
    assert_eq!(
        bill.0["taxes"],
        json!([
            {"name": "GST", "percent": "15", "base": "19.50", "amount": "2.93"},
            {"name": "Levy", "percent": "2.5", "base": "1.50", "amount": "0.04"},
            {"name": "None", "percent": "1", "base": "0.00", "amount": "0.00"},
        ])
    );
    assert_eq!((&bill.0["subtotal"], bill.total()), (&json!("19.50"), "22.47"));
}

#[test]
fn a_price_that_changes_inside_the_period_splits_the_usage_there() {
    let cloud = cloud("until: 2013-08-10\nprices:\n  - {service: m1.nano, per: hour, price: 0.05}\n");
    cloud.write("cards/new.yaml", "from: 2013-08-10\nprices:\n  - {service: m1.nano, per: hour, price: 0.07}\n");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-09", 36));
    let whole = preview(&cloud);
    assert_eq!(
        fields(&whole, &["quantity", "rate", "cost"]),
        [json!(["24", "0.05", "1.20"]), json!(["12", "0.07", "0.84"])]
    );
    assert_eq!(whole.lines()[0]["period"], json!({"start": "2013-08-01T00:00:00Z", "end": "2013-08-10T00:00:00Z"}));
    assert_eq!(whole.lines()[1]["period"], json!({"start": "2013-08-10T00:00:00Z", "end": "2013-09-01T00:00:00Z"}));
    // It costs what two bills would.
    let cost = |period: &str| cloud.usage(period).done().bill_of("demo").total().to_owned();
    assert_eq!(
        [cost("--from 2013-08-01 --to 2013-08-10"), cost("--from 2013-08-10 --to 2013-09-01")],
        ["1.20", "0.84"]
    );
    // And so it is billed.
    let billed = cloud.bill(AUGUST).done().bill_of("demo");
    assert_eq!(billed.preview(), whole);
    // In a table nothing else tells the two rows apart; where there is one, it needs no such column.
    for command in ["usage --month 2013-08", "statement show 1"] {
        let out = cloud.run(command).done().out;
        for text in ["┆ From ", "┆ 2013-08-01 ┆ 24 hour ", "┆ 2013-08-10 ┆ 12 hour "] {
            assert!(out.contains(text), "{command} {text}\n{out}");
        }
    }
    let out = cloud.run("usage --from 2013-08-10 --to 2013-09-01").done().out;
    assert!(!out.contains("From"), "{out}");
}

#[test]
fn the_prices_say_the_currency_of_a_statement_and_must_agree() {
    let cloud = cloud(
        "currency: JPY\nprices:\n  - {service: m1.nano, per: hour, price: 1.5}\ntaxes: [{name: 消費税, percent: 10}]\n",
    );
    cloud.write(
        "cards/nz.yaml",
        "prices:\n  - {service: m1.small, per: hour, price: 1}\ntaxes: [{name: GST, percent: 15}]\n",
    );
    cloud.meter(Vm::of("demo", "vm").active("2013-08-01", 1));
    cloud.meter(Vm::of("torn", "one").active("2013-08-01", 1));
    cloud.meter(Vm::of("torn", "two").flavor("m1.small").active("2013-08-01", 1));
    let ran = cloud.bill(AUGUST).failed().says("is in JPY, the statement in NZD").says("cards/card.yaml:3:5");
    let bill = ran.bill_of("demo");
    assert_eq!((&bill.0["currency"], bill.all("cost"), bill.total()), (&json!("JPY"), vec!["2"], "2"));
    assert_eq!(bill.0["taxes"], json!([{"name": "消費税", "percent": "10", "base": "2", "amount": "0"}]));
    assert_eq!(ran.failures(), ["torn"]);
    assert_eq!(cloud.statements().len(), 1);
}

#[test]
fn what_no_price_fits_is_named_with_both_units() {
    let cloud = cloud("prices:\n  - {service: m1.nano, per: GB, price: 1}\n");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-01", 1));
    cloud.bill(AUGUST).failed().says("'hour' cannot be expressed in 'GB'").says("cards/card.yaml:2:5");
    assert_eq!(cloud.statements().len(), 0);
}

#[test]
fn the_originals_yaml_is_names_and_prices() {
    let cloud = Cloud::new();
    cloud.set("rates", "{file: rates.yaml, names: names.yaml}");
    cloud.write("names.yaml", "m1.nano: VM, nano\nvolume.size: Block\n");
    cloud.write("rates.yaml", "m1.nano: 0.0500\nBlock: 0.01\n");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-01", 3));
    cloud.meter(Volume::of("demo", "disk").sized(5, "2013-08-01", 2));
    let bill = preview(&cloud);
    assert_eq!(
        fields(&bill, &["name", "rate", "rate_unit", "cost"]),
        [json!(["Block", "0.01", "GB·hour", "0.10"]), json!(["VM, nano", "0.05", "hour", "0.15"])]
    );
    cloud.write("rates.yaml", "m1.nano: five\n");
    cloud.usage(AUGUST).refused().says("rates.yaml:1:10: m1.nano: 'five' is not a price");
}

#[test]
fn a_card_is_taken_as_it_is_written() {
    // Whoever writes a card must not learn what the environment says: it would stand on every invoice.
    let cloud = cloud(
        "prices: [{service: m1.nano, per: hour, price: 1}]\ntaxes: [{name: 'VAT ${PATH}', percent: 10, sections: ['*']}]\n",
    );
    cloud.meter(Vm::of("demo", "vm").active("2013-08-01", 1));
    assert_eq!(preview(&cloud).0["taxes"][0]["name"], json!("VAT ${PATH}"));
}
