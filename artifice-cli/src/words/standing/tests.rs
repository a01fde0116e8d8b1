use std::sync::Arc;

use artifice_engine::{Advice, Failed, Headway, Progress, Reached, Told};
use artifice_model::{Tenant, TenantId};
use proptest::prelude::*;

use super::*;

/// The line after so many seconds of a reading.
fn line(s: u64, reached: Reached) -> String {
    let begin = Instant::now();
    let (mut standing, now) = (Standing::new(begin), begin + Duration::from_secs(s));
    standing.hear(&Progress::Collecting { headway: Arc::default() }, begin);
    standing.reaches(reached, now);
    super::standing(&standing, now)
}

#[test]
fn a_line_says_what_is_known() {
    let reached = Reached { tenants_done: 312, tenants: Some(1009), samples: 46_800, ..Reached::default() };
    assert_eq!(line(60, reached), "collecting: 312 of 1,009 tenants, 46,800 samples, 780/s, 3 min left");
    let of_files = Reached { bytes_done: 1, bytes: Some(100), samples: 17_512_345, ..Reached::default() };
    assert_eq!(line(10, of_files), "collecting: 17.5 M samples, 1.7 M/s, 17 min left");
    assert_eq!(line(10, Reached { samples: 1, ..Reached::default() }), "collecting: 1 sample");
    assert_eq!(line(0, Reached::default()), "collecting");
    let now = Instant::now();
    let mut standing = Standing::new(now);
    assert_eq!(super::standing(&standing, now), "asking the source whom there is");
    standing.hear(&Progress::Finishing { tenants: 12 }, now);
    assert_eq!(super::standing(&standing, now), "finishing: 0 of 12 tenants");
}

proptest! {
    #[test]
    fn a_line_always_fits(
        s in 0..10_000_000_u64,
        (done, of) in (0..10_000_000_u64, 0..10_000_000_u64),
        samples in 0..1_000_000_000_000_u64,
        bytes in 0..u64::MAX,
    ) {
        let reached =
            Reached { tenants_done: done, tenants: Some(of), samples, bytes_done: done, bytes: Some(bytes), ..Reached::default() };
        let line = line(s, reached);
        prop_assert!(line.len() <= 77 && line.is_ascii(), "{line}");
    }
}

#[test]
fn what_a_run_has_come_to_is_counted_by_kind() {
    let begin = Instant::now();
    let mut standing = Standing::new(begin);
    let tenant = TenantId::from("demo");
    let after = |ms| begin + Duration::from_millis(ms);
    let headway = Arc::new(Headway::default());
    headway.add_samples(121_130);
    standing.hear(&Progress::Collecting { headway }, begin);
    standing.hear(&Progress::Collected { took: Duration::from_millis(62_100) }, after(63_000));
    standing.hear(&Progress::Charging { tenant: tenant.clone() }, after(63_000));
    standing.hear(&Progress::Sending { tenant: tenant.clone(), number: 1 }, after(63_450));
    standing.hear(&Progress::Ended { tenant: tenant.clone() }, after(75_450));
    let fails = |advice| {
        let tenant = Tenant { id: tenant.clone(), name: None };
        Told::Failed(Failed { tenant, why: "it does".to_owned(), advice })
    };
    standing.told(&fails(Some(Advice::BillAsks)));
    assert!(summary(&standing, after(76_000)).is_empty());
    standing.told(&fails(Some(Advice::Release { number: 1 })));
    let taken = "121,130 samples in 1 min 16 s: collecting 1 min 2 s, charging and storing 0.4 s, sending 12 s";
    assert_eq!(summary(&standing, after(76_000)), [taken, "not done, each for the reason above: 1 held, 1 in doubt"]);
    for advice in [Some(Advice::BillSends), None, Some(Advice::BillAsks)] {
        standing.told(&fails(advice));
    }
    let not_done = "not done, each for the reason above: 1 held, 2 in doubt, 1 stored and not sent, 1 failed";
    assert_eq!(summary(&standing, after(76_000)), [taken, not_done]);
}

#[test]
fn statements_are_named_by_their_numbers_while_they_are_few() {
    assert_eq!(numbered(&[]), "none");
    assert_eq!(numbered(&[7]), "statement 7");
    assert_eq!(numbered(&[7, 9]), "statements 7, 9");
    let many: Vec<u64> = (1..=12).collect();
    assert_eq!(numbered(&many), "12 statements (1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 2 more)");
}
