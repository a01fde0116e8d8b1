//! By what the history is summed up, and what counts.

use artifice_tests::{Cloud, Vm};
use serde_json::json;

use super::{AUGUST, billed, groups};

#[test]
fn it_is_summed_up_by_each_dimension() {
    let cloud = billed();
    for (by, expected) in [
        ("tenant", &["aroha 3: NZD 2.20 for 50 GB·hour + 34 hour", "bob 1: NZD 1.00 for 10 hour"][..]),
        ("location", &["akl-1 3: NZD 2.70 for 50 GB·hour + 34 hour", "wlg-1 1: NZD 0.50 for 10 hour"]),
        ("section", &["Block storage 1: NZD 0.50 for 50 GB·hour", "Compute 3: NZD 2.70 for 44 hour"]),
        (
            "service",
            &[
                "m1.nano 2: NZD 1.70 for 34 hour",
                "m1.small 1: NZD 1.00 for 10 hour",
                "volume.size 1: NZD 0.50 for 50 GB·hour",
            ],
        ),
        (
            "resource",
            &["disk 1: NZD 0.50 for 50 GB·hour", "vm-a 2: NZD 1.70 for 34 hour", "vm-b 1: NZD 1.00 for 10 hour"],
        ),
        ("month", &["2013-08 3: NZD 2.70 for 50 GB·hour + 34 hour", "2013-09 1: NZD 0.50 for 10 hour"]),
    ] {
        assert_eq!(groups(&cloud, &format!("--by {by}")), expected, "{by}");
    }
}

#[test]
fn several_dimensions_are_nested_in_the_order_in_which_they_are_named() {
    let cloud = billed();
    let by_tenant = [
        "aroha 2013-08 2: NZD 1.70 for 50 GB·hour + 24 hour",
        "aroha 2013-09 1: NZD 0.50 for 10 hour",
        "bob 2013-08 1: NZD 1.00 for 10 hour",
    ];
    for by in ["--by tenant,month", "--by tenant --by month", "--by tenant,month --by tenant"] {
        assert_eq!(groups(&cloud, by), by_tenant, "{by}");
    }
    let by_month = [
        "2013-08 aroha 2: NZD 1.70 for 50 GB·hour + 24 hour",
        "2013-08 bob 1: NZD 1.00 for 10 hour",
        "2013-09 aroha 1: NZD 0.50 for 10 hour",
    ];
    assert_eq!(groups(&cloud, "--by month,tenant"), by_month);
    let all = "--by tenant,location,section,service,resource,month";
    assert_eq!(groups(&cloud, all)[2], "aroha wlg-1 Compute m1.nano vm-a 2013-09 1: NZD 0.50 for 10 hour");
}

#[test]
fn tenants_and_a_period_can_be_named() {
    let cloud = billed();
    cloud.db().run("UPDATE tenant SET name = 'Aroha Ltd' WHERE tenant_id = 'aroha'").unwrap();
    let mut named = cloud.command("history --format json --by month -t bob");
    let named = artifice_tests::Ran::of(named.args(["--tenant", "Aroha Ltd"])).done().json();
    assert_eq!(named["groups"].as_array().unwrap().len(), 2);
    assert_eq!(groups(&cloud, "--by tenant -t bob"), ["bob 1: NZD 1.00 for 10 hour"]);
    assert_eq!(groups(&cloud, "--by tenant --month 2013-09"), ["aroha 1: NZD 0.50 for 10 hour"]);
    // A line belongs to where its period begins, even if that is the range's very first instant.
    assert_eq!(groups(&cloud, "--by tenant --from 2013-09-01 --to 2013-09-02").len(), 1);
    assert_eq!(groups(&cloud, "--by tenant --from 2013-08-02 --to 2013-09-01").len(), 0);

    cloud.run("history -t carol").refused().says("'carol'; billed were: aroha, bob").says_one_line();
    cloud.db().run("UPDATE tenant SET name = 'Aroha Ltd' WHERE tenant_id = 'bob'").unwrap();
    let mut ambiguous = cloud.command("history -t");
    artifice_tests::Ran::of(ambiguous.arg("Aroha Ltd")).refused().says("name one by its id: aroha, bob");
}

#[test]
fn what_is_asked_for_wrongly_is_refused() {
    let cloud = billed();
    for (arguments, says) in [
        ("--by colour", "tenant, location, section, service, resource, month"),
        ("--by tenant,", "tenant, location"),
        ("--month 2013-13", "2013-13"),
        ("--from 2013-08-01", "--to"),
        ("--from 2013-08-01 --to 2013-08-01", "2013-08-01"),
        ("--format yaml", "table, json, csv"),
    ] {
        let ran = cloud.run(&format!("history {arguments}")).refused().says(says);
        assert_eq!(ran.out, "", "{arguments}");
    }
}

#[test]
fn currencies_are_never_added_to_one_another() {
    let cloud = billed();
    cloud.set("main", "{invoice:object: billing.csv_invoice:Csv, currency: JPY}");
    cloud.write("rates.csv", "* | VM, nano | hour | 7\n");
    cloud.meter(Vm::of("aroha", "vm-a").active("2013-10-05", 3));
    cloud.bill("--month 2013-10").done();

    let expected = ["aroha 4: JPY 21 + NZD 2.20 for 50 GB·hour + 37 hour", "bob 1: NZD 1.00 for 10 hour"];
    assert_eq!(groups(&cloud, "--by tenant"), expected);
    let table = cloud.run("history --by tenant").done().out;
    assert!(table.contains("JPY 21, NZD 2.20") && table.contains("Total before taxes JPY 21, NZD 3.20"), "{table}");
    let csv = cloud.run("history --by tenant --format csv").done().out;
    let expected = "tenant_id,tenant_name,currency,unit,lines,quantity,cost\n\
                    aroha,,JPY,hour,1,3,21\n\
                    aroha,,NZD,GB·hour,1,50,0.50\n\
                    aroha,,NZD,hour,2,34,1.70\n\
                    bob,,NZD,hour,1,10,1.00\n";
    assert_eq!(csv, expected);
}

#[test]
fn what_was_taken_back_does_not_count_and_what_was_adjusted_does() {
    let cloud = billed();
    cloud.meter(Vm::of("bob", "vm-b").flavor("m1.small").active("2013-08-20", 5));
    cloud.bill("--adjust --month 2013-08").done();
    assert_eq!(groups(&cloud, "--by tenant -t bob"), ["bob 2: NZD 1.50 for 15 hour"]);
    let number = |tenant: &str, kind: &str| {
        let all = cloud.statements();
        let found = all.iter().find(|one| one["tenant"]["id"] == tenant && one["kind"] == kind);
        found.unwrap()["number"].as_u64().unwrap()
    };

    cloud.run(&format!("statement void {} --reason wrong", number("bob", "adjustment"))).done();
    assert_eq!(groups(&cloud, "--by tenant -t bob"), ["bob 1: NZD 1.00 for 10 hour"]);
    cloud.run(&format!("statement void {} --reason wrong", number("bob", "invoice"))).done();
    assert_eq!(groups(&cloud, "--by tenant -t bob"), Vec::<String>::new());
    cloud.run("history -t bob").done().says("nothing was billed");

    cloud.bill(AUGUST).done();
    assert_eq!(groups(&cloud, "--by tenant -t bob"), ["bob 1: NZD 1.50 for 15 hour"]);
}

#[test]
fn what_turned_out_to_be_less_is_less() {
    let cloud = billed();
    // It was shut off before the last samples that had arrived in time say so.
    cloud.meter(Vm::of("bob", "vm-b").flavor("m1.small").active("2013-08-07T09:30:00", 0));
    cloud.bill("--adjust --month 2013-08").done();

    assert_eq!(groups(&cloud, "--by tenant -t bob"), ["bob 2: NZD 0.95 for 9.5 hour"]);
}

#[test]
fn what_is_held_counts() {
    let cloud = Cloud::new();
    cloud.set("limits", "{total: 1}");
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 24));
    cloud.bill(AUGUST).failed().says("is held");

    assert_eq!(groups(&cloud, "--by tenant"), ["demo 1: NZD 1.20 for 24 hour"]);
}

#[test]
fn months_are_those_of_the_configured_timezone() {
    let cloud = Cloud::new();
    let timezone = |timezone: &str| {
        cloud.set("main", &format!("{{invoice:object: billing.csv_invoice:Csv, timezone: {timezone}}}"));
    };
    timezone("Pacific/Auckland");
    cloud.meter(Vm::of("demo", "vm").active("2013-07-31T14:00:00", 24));
    cloud.bill(AUGUST).done();

    // The bill begins at 2013-07-31T12:00:00Z, which is August there.
    assert_eq!(groups(&cloud, "--by month"), ["2013-08 1: NZD 1.20 for 24 hour"]);
    assert_eq!(groups(&cloud, "--by tenant --month 2013-08").len(), 1);
    timezone("UTC");
    assert_eq!(groups(&cloud, "--by month"), ["2013-07 1: NZD 1.20 for 24 hour"]);
    assert_eq!(groups(&cloud, "--by tenant --month 2013-08").len(), 0);
}

#[test]
fn groups_have_exactly_the_documented_shape() {
    let cloud = billed();
    let shown = cloud.run("history --by tenant,service,month -t bob --format json").done().json();
    let expected = json!({
        "by": ["tenant", "service", "month"],
        "groups": [{
            "tenant": {"id": "bob", "name": null},
            "service": {"id": "m1.small", "name": "m1.small"},
            "month": "2013-08",
            "lines": 1,
            "costs": [{"currency": "NZD", "cost": "1.00"}],
            "quantities": [{"unit": "hour", "quantity": "10"}],
        }],
    });
    assert_eq!(shown, expected);
    // What was renamed is one, and is called as it was last; whose it is stands with it.
    let shown = cloud.run("history --by resource --format json").done().json();
    let whose = json!({"id": "aroha", "name": null});
    assert_eq!(shown["groups"][1]["resource"], json!({"id": "vm-a", "name": "renamed", "tenant": whose}));
}

#[test]
fn a_table_is_for_people() {
    let table = billed().run("history --by resource,month").done().out;
    for words in [
        "Tenant",
        "Resource",
        "Month",
        "renamed, vm-a",
        "2013-09",
        "10 hour",
        "NZD 0.50",
        "Total before taxes NZD 3.20",
    ] {
        assert!(table.contains(words), "{words}: {table}");
    }
}
