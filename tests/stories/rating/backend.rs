//! `rates.source: backend`: the ERP's price list decides.

use artifice_tests::{Cloud, Erp, Vm};
use serde_json::json;

const AUGUST: &str = "--month 2013-08";
/// 2013-08-10 in seconds since 1970.
const TENTH: i64 = 1_376_092_800;

fn priced(prices: &str) -> Cloud {
    let cloud = Cloud::new();
    Erp::of(&cloud, "");
    cloud.set("rates", "{source: backend}");
    set_prices(&cloud, prices);
    cloud
}

fn set_prices(cloud: &Cloud, prices: &str) {
    cloud.set("invoice:config", &format!("{{directory: erp, prices: [{prices}]}}"));
}

#[test]
fn its_answer_is_stored_with_the_line_and_never_asked_for_again() {
    let cloud = priced("{service: m1.nano, thousandths: 70, per: hour, currency: NZD}");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-01", 10));
    let bill = cloud.bill(AUGUST).done().bill_of("demo");
    assert_eq!((bill.all("rate"), bill.all("cost")), (vec!["0.07"], vec!["0.70"]));
    let shown = cloud.run("statement explain 1").done().out;
    assert!(shown.contains("0.07 per hour, test.misbehaving:Erp: the ERP's price list"), "{shown}");

    set_prices(&cloud, "{service: m1.nano, thousandths: 99, per: hour, currency: NZD}");
    let asked = Erp::there(&cloud).calls("price");
    assert_eq!(asked, 1);
    cloud.run("statement regenerate 1").done();
    assert_eq!(Erp::there(&cloud).calls("price"), asked);
    assert_eq!(cloud.run("statement show 1 --format json").done().json()["lines"][0]["rate"], "0.07");
}

#[test]
fn its_validity_splits_the_usage_where_a_day_begins() {
    let old = format!("{{service: m1.nano, thousandths: 50, per: hour, currency: NZD, until_s: {TENTH}}}");
    let new = format!("{{service: m1.nano, thousandths: 70, per: hour, currency: NZD, from_s: {TENTH}}}");
    let cloud = priced(&format!("{old}, {new}"));
    cloud.meter(Vm::of("demo", "vm").active("2013-08-09", 36));
    let bill = cloud.usage(AUGUST).done().bill_of("demo");
    assert_eq!((bill.all("quantity"), bill.all("cost")), (vec!["24", "12"], vec!["1.20", "0.84"]));

    let noon = TENTH + 43_200;
    set_prices(
        &cloud,
        &format!(
            "{}, {}",
            old.replace(&TENTH.to_string(), &noon.to_string()),
            new.replace(&TENTH.to_string(), &noon.to_string())
        ),
    );
    cloud.bill(AUGUST).failed().says("changes at 2013-08-10T12:00:00Z").says("bill the time before and after it apart");
}

#[test]
fn taxes_and_minimum_stay_the_cards() {
    let cloud = priced("{service: m1.nano, thousandths: 1000, per: hour, currency: NZD}");
    cloud.set("rates", "{source: backend, cards: [card.yaml]}");
    cloud.write(
        "card.yaml",
        "minimum: 20\ntaxes: [{name: GST, percent: 15}]\nprices:\n  - {service: m1.nano, per: hour, price: 9}\n",
    );
    cloud.meter(Vm::of("demo", "vm").active("2013-08-01", 10));
    let bill = cloud.usage(AUGUST).done().bill_of("demo");
    assert_eq!((bill.all("cost"), bill.total()), (vec!["10.00", "10.00"], "23.00"));
}

#[test]
fn what_it_does_not_know_or_cannot_say_fails_the_tenant() {
    let cloud = priced("");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-01", 1));
    cloud.bill(AUGUST).failed().says("no rate for 'm1.nano' at 'akl-1'");
    set_prices(&cloud, "{service: m1.nano, thousandths: 1, per: parsec per day per day, currency: NZD}");
    cloud.bill(AUGUST).failed().says("test.misbehaving:Erp answers a price per");
    set_prices(&cloud, "{service: m1.nano, thousandths: 1, per: hour, currency: KIWI}");
    cloud.bill(AUGUST).failed().says("answers a currency that is none");
    assert_eq!(cloud.statements().len(), 0);
}

#[test]
fn a_price_that_panics_fails_its_tenant_only() {
    let cloud = Cloud::new();
    Erp::of(&cloud, "{at: price, does: panic, tenant: bad}");
    cloud.set("rates", "{source: backend}");
    cloud.set(
        "invoice:config",
        "{directory: erp, faults: [{at: price, does: panic, tenant: bad}], \
          prices: [{service: m1.nano, thousandths: 50, per: hour, currency: NZD}]}",
    );
    for tenant in ["another", "bad", "demo"] {
        cloud.meter(Vm::of(tenant, "vm").active("2013-08-01", 1));
    }
    let ran = cloud.bill(AUGUST).ended_whatever_it_said(1);
    assert_eq!(ran.failures(), ["bad"]);
    assert_eq!(ran.bills().len(), 2);
    let rates = cloud.run("rates show m1.nano --volume 10 --unit hour --format json").done().json();
    assert_eq!((&rates["quote"]["cost"], &rates["quote"]["rate"]), (&json!("0.50"), &json!("0.05")));
    cloud.run("rates list").failed().says("the backend's price list decides");
}
