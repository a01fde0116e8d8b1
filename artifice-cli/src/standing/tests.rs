use super::*;
use artifice_model::TenantId;

fn at(begin: Instant, s: u64) -> Instant {
    begin + Duration::from_secs(s)
}

fn heard(all: &[(u64, Progress)]) -> (Standing, Instant) {
    let begin = Instant::now();
    let mut standing = Standing::new(begin);
    all.iter().for_each(|(s, progress)| standing.hear(progress, at(begin, *s)));
    (standing, begin)
}

fn collecting() -> Progress {
    Progress::Collecting { headway: Arc::default() }
}

/// A reading that began after so many seconds, and got so far after some more.
fn read(began: u64, s: u64, reached: Reached) -> (Standing, Instant) {
    let (mut standing, begin) = heard(&[(began, collecting())]);
    standing.reaches(reached, at(begin, s));
    (standing, begin)
}

fn tenant(name: &str) -> TenantId {
    name.into()
}

#[test]
fn time_that_is_left_goes_by_tenants_where_they_are_known() {
    let reached = Reached { tenants_done: 250, tenants: Some(1000), samples: 30_000, ..Reached::default() };
    let (standing, begin) = read(5, 65, reached);
    assert_eq!(standing.left(at(begin, 65)), Some(Duration::from_secs(180)));
    assert_eq!(standing.samples_per_second(at(begin, 65)), Some(500));
    assert_eq!(standing.tenants(), (250, Some(1000)));
}

#[test]
fn time_that_is_left_goes_by_bytes_until_tenants_are_known_and_by_these_from_then_on() {
    let of_files = Reached { bytes_done: 900, bytes: Some(1000), samples: 70, ..Reached::default() };
    let (mut standing, begin) = read(0, 90, of_files);
    assert_eq!(standing.left(at(begin, 90)), Some(Duration::from_secs(10)));
    let of_a_cloud = Reached { samples: 30, samples_expected: Some(100), ..Reached::default() };
    let (cloud, begun) = read(0, 30, of_a_cloud);
    assert_eq!(cloud.left(at(begun, 30)), Some(Duration::from_secs(70)));
    let billed = Reached { bytes_done: 1000, tenants: Some(10), ..of_files };
    standing.reaches(billed, at(begin, 100));
    assert_eq!(standing.left(at(begin, 101)), None);
    standing.reaches(Reached { tenants_done: 5, ..billed }, at(begin, 105));
    assert_eq!(standing.left(at(begin, 105)), Some(Duration::from_secs(5)));
}

#[test]
fn of_a_beginning_and_of_what_nobody_can_tell_no_end_is_said() {
    let reached = Reached { tenants_done: 1, tenants: Some(1000), ..Reached::default() };
    let (mut standing, begin) = read(0, 1, reached);
    assert_eq!(standing.left(at(begin, 1)), None);
    assert_eq!(standing.samples_per_second(at(begin, 1)), None);
    standing.reaches(Reached { tenants: None, ..reached }, at(begin, 60));
    assert_eq!(standing.left(at(begin, 60)), None);
}

#[test]
fn what_the_reading_waits_for_does_not_make_it_slower() {
    let waited = Duration::from_secs(8);
    let (standing, begin) = read(0, 10, Reached { samples: 100, waited, ..Reached::default() });
    assert_eq!(standing.samples_per_second(at(begin, 10)), Some(50));
}

#[test]
fn samples_of_all_readings_count() {
    let (mut standing, begin) = read(0, 1, Reached { samples: 5, ..Reached::default() });
    // (Whose samples are those of the test alone.)
    standing.headway = None;
    standing.hear(&collecting(), at(begin, 2));
    standing.reaches(Reached { samples: 7, ..Reached::default() }, at(begin, 3));
    assert_eq!(standing.samples(), 12);
}

#[test]
fn the_billing_begins_when_it_does_and_not_when_somebody_looks() {
    let headway = Arc::new(Headway::default());
    let (mut standing, begin) = heard(&[(0, Progress::Collecting { headway: headway.clone() })]);
    headway.expect_bytes(10);
    headway.expect_tenants(2);
    standing.hear(&Progress::Charging { tenant: tenant("a") }, at(begin, 20));
    headway.tenant_done();
    standing.look(at(begin, 30));
    assert_eq!(standing.left(at(begin, 30)), Some(Duration::from_secs(10)));
}

#[test]
fn a_phase_lasts_while_anybody_is_in_it() {
    let charging = |name| Progress::Charging { tenant: tenant(name) };
    let sending = |name, number| Progress::Sending { tenant: tenant(name), number };
    let ended = |name| Progress::Ended { tenant: tenant(name) };
    let (standing, _) = heard(&[
        (0, charging("a")),
        (2, charging("b")),
        (3, sending("a", 1)),
        (5, sending("a", 2)),
        (6, ended("a")),
        (7, ended("b")),
        // Who is finished was charged by an earlier run.
        (10, sending("c", 3)),
        (14, ended("c")),
    ]);
    assert_eq!(standing.phases.charging.total, Duration::from_secs(7));
    assert_eq!(standing.phases.sending.total, Duration::from_secs(7));
}
