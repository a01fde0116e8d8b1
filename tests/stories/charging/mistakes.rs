//! What is wrong in `meters:` is told all at once, before anything is done.

use artifice_tests::{Cloud, Vm};

/// Ten mistakes, each on a line of its own.
const METERS: &str = "
- {meter: volume.size, section: Block storage, aggregate: max_per_slize}
- {section: Network, aggregate: sum}
- {meter: ip.floating, aggregate: max}
- {meter: image.size, section: Images, aggregate: last, slice: 1h}
- {meter: cpu, section: Compute, aggregate: increase, offset: 3}
- {meter: vcpus, section: Compute, aggregate: integral, factor: 1/0}
- {meter: memory, section: Compute, aggregate: integral, max_gap: forever}
- {meter: instance, section: Compute, aggregate: uptime, service: '{flavor}'}
- {meter: disk, section: Compute, aggregate: mean, macth: {type: ssd}}
- {meter: router, section: Network, aggregate: count}
- {meter: router, section: Network, aggregate: count, id: again}
";

#[test]
fn ten_mistakes_are_ten_errors_with_their_places() {
    let cloud = Cloud::new();
    cloud.meter(Vm::of("demo", "vm").active("2013-08-05", 10));
    cloud.set("meters", METERS);
    let text = cloud.read("artifice.yaml");
    let first = text.lines().position(|line| line == "meters: ").unwrap() + 2;

    for command in ["config check", "usage --month 2013-08", "bill --month 2013-08"] {
        let refused = cloud.run(command).refused();
        let places: Vec<String> = refused
            .err
            .lines()
            .filter_map(|line| line.split_once("artifice.yaml:"))
            .map(|(_, rest)| rest.to_owned())
            .collect();
        let expected = [
            (0, 59, "meters[0].aggregate: 'max_per_slize' is not known here; did you mean 'max_per_slice'?"),
            (1, 3, "meters[1]: meter is missing"),
            (2, 3, "meters[2]: section is missing"),
            (3, 64, "meters[3].slice: last does nothing with slice"),
            (4, 63, "meters[4].offset: increase does nothing with offset"),
            (5, 65, "meters[5].factor: '1/0' is not a factor"),
            (6, 67, "meters[6].max_gap: 'forever' is not a duration"),
            (7, 67, "meters[7].service: '{flavor}': '{flavor}' is not known here"),
            (8, 52, "meters[8].macth: there is no such key; did you mean 'match'?"),
            (10, 3, "meters[10]: would charge router once more as the same service, beside meters[9] (router)"),
        ];
        assert_eq!(places.len(), expected.len(), "{refused:#?}");
        for (place, (line, column, what)) in places.iter().zip(expected) {
            let expected = format!("{}:{column}: {what}", first + line);
            assert!(place.starts_with(&expected), "{place}\n{expected}");
        }
        assert!(!cloud.has_ledger());
    }
}
