//! (i) A month of 1,009 projects in a running cloud, previewed: against reading the same samples in one answer a meter, and
//! doing nothing with them. The cloud is the stories' own, in this process.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::atomic::Ordering;

use artifice_engine::config::Config;
use artifice_engine::{Engine, Selection};
use artifice_ledger::Author;
use artifice_model::aggregate::Entry;
use artifice_tests::openstack::{Identity, OpenStack};
use artifice_tests::{Counter, Vm, Volume};
use serde_json::Value;

use crate::harness::Rounds;
use crate::report::{Measure, Row, Target};
use crate::statements;

const PROJECTS: u32 = 1_009;
const ROUNDS: usize = 3;

/// Reading everybody.
pub fn preview() -> Vec<Row> {
    let (openstack, samples) = cloud();
    let directory = tempfile::tempdir().unwrap();
    let config = format!(
        "main: {{'invoice:object': 'billing.csv_invoice:Csv', currency: NZD}}\nsource: {{kind: ceilometer}}\n\
         openstack: {}\nrates: {{file: rates.csv}}\n",
        openstack.section("")
    );
    for (file, text) in [("artifice.yaml", config.as_str()), ("rates.csv", "* | m1.nano | hour | 0.05\n")] {
        fs::write(directory.path().join(file), text).unwrap();
    }
    let engine = Engine::new(Config::load(&directory.path().join("artifice.yaml")).unwrap(), Author::default());
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let month =
        artifice_model::Period::new("2013-08-01T00:00:00Z".parse().unwrap(), "2013-09-01T00:00:00Z".parse().unwrap());
    let subject = || {
        let (watch, previewed) = statements::counting();
        let everybody = Selection::default();
        runtime.block_on(engine.preview(None, &everybody, month.unwrap(), None, watch.listener.as_ref())).unwrap();
        assert_eq!(previewed.load(Ordering::Relaxed), u64::from(PROJECTS));
    };
    let rounds = Rounds::of(ROUNDS, subject, || assert_eq!(read(&openstack), samples));
    let compared = rounds.compare();
    let name = format!("a month of {PROJECTS} projects, {samples} samples");
    let reference = Measure::new(compared.reference_s, "s");
    let row = Row::new("i", name, Measure::new(compared.subject_s, "s"));
    vec![row.against("one answer a meter", reference, Some(compared.spread)).must(Target::RatioAtLeast(0.67))]
}

/// The cloud, and how many samples it has of the month.
fn cloud() -> (OpenStack, usize) {
    let openstack = OpenStack::new(Identity::V3);
    let mut samples = String::new();
    for number in 0..PROJECTS {
        let tenant = format!("{number:032x}");
        openstack.project(&tenant, &format!("name-{number}"));
        samples += &Vm::of(&tenant, &format!("vm-{number}")).active("2013-08-03", 100);
        samples += &Volume::of(&tenant, &format!("disk-{number}")).sized(10, "2013-08-04", 50);
        let counts = Counter::of(&tenant, &format!("nic-{number}"), "network.outgoing.bytes");
        samples += &counts.counts("2013-08-05", &[0, 1_000_000, 2_000_000]);
    }
    openstack.meter(&samples);
    (openstack, samples.lines().count())
}

/// Reads all samples of all meters, one answer each; says how many they are.
fn read(openstack: &OpenStack) -> usize {
    let token = openstack.token();
    let of_meter = |entry: &Entry| {
        let path = format!("/v2/meters/{}?limit=10000000", entry.meter);
        let mut stream = BufReader::new(TcpStream::connect(&openstack.ceilometer.url()[7..]).unwrap());
        write!(stream.get_mut(), "GET {path} HTTP/1.1\r\nX-Auth-Token: {token}\r\n\r\n").unwrap();
        let (mut line, mut length) = (String::new(), 0);
        while stream.read_line(&mut line).unwrap() > 2 {
            let found = line.trim().strip_prefix("Content-Length: ").map(|text| text.parse().unwrap());
            length = found.unwrap_or(length);
            line.clear();
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).unwrap();
        serde_json::from_slice::<Vec<Value>>(&body).unwrap().len()
    };
    Entry::built_in().iter().map(of_meter).sum()
}
