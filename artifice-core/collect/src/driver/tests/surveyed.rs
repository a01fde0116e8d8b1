//! Everybody at once, or one by one, as the source says.

use super::*;

/// A source that shows everybody at once if it is asked to, as each story says.
struct Surveyed {
    tenants: Vec<&'static str>,
    at_once: bool,
    /// How the reading of everybody ends.
    whole: fn(&mut dyn Sink) -> Result<(), Ended>,
    /// How often a tenant is doubted when it is read by itself.
    doubts: usize,
    read: Mutex<Vec<String>>,
}

impl Surveyed {
    fn new(at_once: bool, whole: fn(&mut dyn Sink) -> Result<(), Ended>) -> Self {
        Surveyed { tenants: vec!["a", "b", "c"], at_once, whole, doubts: 0, read: Mutex::default() }
    }

    fn reads(&self) -> Vec<String> {
        std::mem::take(&mut self.read.lock().unwrap())
    }
}

/// Shows a sample of a tenant's, in any order.
fn show(sink: &mut dyn Sink, tenant: &str) -> Result<(), Ended> {
    let (at, metadata) = (period().start(), crate::metadata::Read::default());
    let (message_id, metadata_lines) = (artifice_model::sample::MessageId::None, None);
    let (resource, unit, volume) = ("r", "instance", Decimal::ONE);
    let meter = 0;
    let metadata = &metadata;
    Ok(sink.sample(crate::sink::Incoming {
        tenant,
        resource,
        meter,
        at,
        message_id,
        volume,
        unit,
        metadata,
        metadata_lines,
    })?)
}

fn everybody(sink: &mut dyn Sink) -> Result<(), Ended> {
    ["c", "a", "b"].iter().try_for_each(|tenant| show(sink, tenant))
}

fn all_but_b(sink: &mut dyn Sink) -> Result<(), Ended> {
    everybody(sink)?;
    sink.doubt("b");
    Ok(())
}

impl Source for Surveyed {
    fn plan(&self, _: &Wanted) -> Plan {
        Plan::Surveyed { at_once: 1 }
    }

    fn tenants_with_usage(&self, _: &Wanted, run: &Run<'_>) -> Result<Option<WithUsage>, SourceError> {
        run.traffic.asked();
        let tenants = self.tenants.iter().map(|id| (*id).into()).collect();
        Ok(Some(WithUsage { tenants, without_tenant: 7, incomplete: None, at_once: self.at_once }))
    }

    fn read(&self, scope: Scope<'_>, _: &Wanted, run: &Run<'_>, sink: &mut dyn Sink) -> Result<(), Ended> {
        run.traffic.brought(3);
        let Scope::Tenant(tenant) = scope else {
            self.read.lock().unwrap().push("everybody".to_owned());
            return (self.whole)(sink);
        };
        let mut read = self.read.lock().unwrap();
        read.push(tenant.to_string());
        if read.iter().filter(|read| *read == tenant.as_str()).count() <= self.doubts {
            sink.doubt(tenant);
        }
        show(sink, tenant)
    }
}

/// Who came, and how.
fn came(source: &Surveyed) -> (Vec<String>, Vec<String>, Result<Seen, CollectError>) {
    let (usage, seen) = collected(source, 1, &Cancel::default());
    (usage.iter().map(|usage| usage.tenant.to_string()).collect(), told(&usage), seen)
}

#[test]
fn everybody_is_read_at_once_where_the_source_says_so() {
    let source = Surveyed::new(true, everybody);
    let (tenants, said, seen) = came(&source);
    assert_eq!(
        (tenants, said, source.reads()),
        (vec!["a".into(), "b".into(), "c".into()], vec!["ok".to_owned(); 3], vec!["everybody".into()])
    );
    let seen = seen.unwrap();
    // What belongs to nobody is counted where it is shown.
    assert_eq!((seen.requests, seen.samples, seen.without_tenant, seen.left), (1, 3, 0, false));

    let source = Surveyed::new(false, everybody);
    let (tenants, _, seen) = came(&source);
    assert_eq!(
        (tenants.len(), source.reads(), seen.unwrap().without_tenant),
        (3, vec!["a".into(), "b".into(), "c".into()], 7)
    );
}

#[test]
fn whoever_is_doubted_is_read_by_itself_and_nothing_of_the_first_reading_counts() {
    let source = Surveyed::new(true, all_but_b);
    let (tenants, said, _) = came(&source);
    assert_eq!((tenants, said), (vec!["a".into(), "c".into(), "b".into()], vec!["ok".to_owned(); 3]));
    assert_eq!(source.reads(), ["everybody", "b"]);

    let source = Surveyed { doubts: 1, ..Surveyed::new(true, all_but_b) };
    assert_eq!(came(&source).1, ["ok"; 3]);
    assert_eq!(source.reads(), ["everybody", "b", "b"]);
    let source = Surveyed { doubts: 9, ..Surveyed::new(true, all_but_b) };
    assert!(came(&source).1[2].contains("again and again"));
}

#[test]
fn what_may_be_one_tenants_fault_has_them_read_one_by_one_and_the_services_ends_all() {
    let source = Surveyed::new(true, |sink| {
        everybody(sink)?;
        Err(SourceError::new(Reach::Tenant, "odd").into())
    });
    assert_eq!(came(&source).1, ["ok"; 3]);
    assert_eq!(source.reads(), ["everybody", "a", "b", "c"]);

    let source = Surveyed::new(true, |sink| {
        everybody(sink)?;
        Err(SourceError::new(Reach::Service, "gone").into())
    });
    let (tenants, _, seen) = came(&source);
    assert!(tenants.is_empty() && seen.is_err_and(|error| !error.is_start_up()));
    assert_eq!(source.reads(), ["everybody"]);
}

#[test]
fn whoever_may_not_read_everybody_now_reads_nothing() {
    struct Never;
    impl Receive for Never {
        fn begins_all(&mut self) -> bool {
            false
        }
        fn receive(&mut self, _: TenantUsage) {
            panic!("nobody was read");
        }
    }
    let source = Surveyed::new(true, everybody);
    let (entries, locations, headway) = (entries(), Locations::new("default", []), Headway::default());
    let request = Request::of(&entries, &locations, period(), &headway);
    assert!(collect(&source, request, &mut Never).unwrap().left);
    assert!(source.reads().is_empty());
}
