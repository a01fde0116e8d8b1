//! The worked example of CHARGING.md: its configuration is shipped, its numbers are these.

use std::fs;

use artifice_tests::samples::sample;
use artifice_tests::{Cloud, workspace};
use serde_json::{Value, json};

/// The first instant of January 2026 in Auckland.
const START: &str = "2025-12-31T11:00:00";

fn samples() -> String {
    let start: artifice_model::Timestamp = START.parse().unwrap();
    let hour = |number: i64| start.plus(number * artifice_model::time::HOUR_US);
    let mut all = String::new();
    let mut take =
        |resource: &str, meter: &str, kind: &str, unit: &str, number: i64, volume: Value, metadata: Value| {
            let mut sample = sample("acme", resource, meter, kind, unit, hour(number), volume);
            sample["resource_metadata"] = metadata;
            all.push_str(&format!("{sample}\n"));
        };
    let host = "compute-akl-7";
    for number in 0..744 {
        let vm = |name: &str, flavor: &str, state: &str| json!({"host": host, "display_name": name, "instance_type": flavor, "state": state});
        take("i-1", "instance", "gauge", "instance", number, json!(1), vm("web-1", "m1.small", "active"));
        let state = if number < 200 { "active" } else { "stopped" };
        take("i-2", "instance", "gauge", "instance", number, json!(1), vm("db-1", "m1.large", state));
        take(
            "v-1",
            "volume.size",
            "gauge",
            "GB",
            number,
            json!(50),
            json!({"host": host, "display_name": "data", "volume_type": "ssd"}),
        );
        if number < 240 {
            take(
                "v-2",
                "volume.size",
                "gauge",
                "GB",
                number,
                json!(200),
                json!({"host": host, "display_name": "backup"}),
            );
        }
        take("acme", "storage.objects.size", "gauge", "B", number, json!(120_000_000_000_u64), json!({}));
        take("ip-1", "ip.floating", "gauge", "ip", number, json!(1), json!({}));
        let sent = u64::try_from(number).unwrap() * 1_500_000_000_000 / 743;
        take("nic-1", "network.outgoing.bytes", "cumulative", "B", number, json!(sent), json!({"host": host}));
        take("nic-1", "network.incoming.bytes", "cumulative", "B", number, json!(sent), json!({"host": host}));
    }
    all
}

/// The shipped configuration, with its ledger on this program's database.
fn small_cloud() -> Cloud {
    let cloud = Cloud::new();
    let shipped = workspace().join("config/small-cloud");
    for file in ["names.csv", "cards/2026.yaml"] {
        cloud.write(file, fs::read_to_string(shipped.join(file)).unwrap());
    }
    let config = fs::read_to_string(shipped.join("artifice.yaml")).unwrap();
    let ledger = cloud.originals_database();
    let config = config.replace("database:\n  url: sqlite://artifice.db\n", &format!("database: {ledger}\n"));
    cloud.write("artifice.yaml", config).meter(samples());
    cloud
}

#[test]
fn the_worked_example_says_what_a_bill_says() {
    let cloud = small_cloud();
    let preview = cloud.usage("--month 2026-01").done().says("network.incoming.bytes").bill_of("acme");
    let line = |line: &Value| {
        let field = |name: &str| line[name].as_str().unwrap_or("").to_owned();
        ["name", "quantity", "unit", "rate", "cost"].map(field).join(" | ")
    };
    assert_eq!(
        preview.lines().iter().map(line).collect::<Vec<_>>(),
        [
            "SSD volume | 37200 | GB·hour | 0.3 | 15.29",
            "Standard volume | 48000 | GB·hour | 0.1 | 6.58",
            "Large instance | 200 | hour | 0.21 | 42.00",
            "Small instance | 744 | hour | 0.05 | 37.20",
            "Floating IP | 744 | ip·hour | 0.12 | 3.72",
            "Egress traffic | 1500000000000 | B |  | 152.00",
            "Object storage | 89280000000000 | B·hour | 0.07 | 8.56",
            "Support | 1 | 1 | 25 | 25.00",
        ]
    );
    assert_eq!(preview.0["taxes"], json!([{"name": "GST", "percent": "15", "base": "290.35", "amount": "43.55"}]));
    assert_eq!((&preview.0["subtotal"], preview.total()), (&json!("290.35"), "333.90"));
    assert_eq!(cloud.bill("--month 2026-01").done().bill_of("acme").preview(), preview);
}

#[test]
fn the_documentation_shows_just_that() {
    let cloud = small_cloud();
    cloud.bill("--month 2026-01").done();
    let guide = fs::read_to_string(workspace().join("CHARGING.md")).unwrap();
    let shown = cloud.run("usage --month 2026-01").done().out;
    assert!(guide.contains(shown.trim()), "CHARGING.md should show\n{shown}");
    // The paths of this copy are not the reader's.
    let own = format!("{}/", cloud.path("").display()).replace("//", "/");
    let explained = cloud.run("statement explain 1 --line 6").done().out.replace(&own, "");
    assert!(guide.contains(explained.trim()), "CHARGING.md should show\n{explained}");
}
