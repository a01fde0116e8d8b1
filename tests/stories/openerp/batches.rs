//! A document that comes in several requests: whatever happens between them, it is complete or it is not posted.

use std::time::Duration;

use artifice_tests::killing::for_all;
use artifice_tests::odoo::{Does, Odoo, Trouble, VERSIONS, Version};
use artifice_tests::{Cloud, Ran, Volume};

use super::{AT_ONCE, AUGUST};

/// The call that brings lines.
fn load(version: Version) -> &'static str {
    if version == Version::OpenErp7 { "account.invoice.load" } else { "account.move.load" }
}

/// Ten lines, three in a request.
fn running(version: Version) -> (Cloud, Odoo) {
    let (cloud, odoo) = (Cloud::new(), Odoo::for_billing(version, &["demo"]));
    let samples = |number| Volume::of("demo", &format!("disk-{number}")).sized(100, "2013-08-05", 1);
    cloud.meter((0..10).map(samples).collect::<String>());
    odoo.serve(&cloud, ", lines_per_request: 3");
    (cloud, odoo)
}

#[test]
fn a_request_in_the_middle_may_get_lost_or_come_late() {
    let does = [
        Does::CutAnswer(0),
        Does::Fails(artifice_tests::odoo::Fault::Server("MemoryError: ".to_owned())),
        Does::Late(Duration::from_millis(700)),
        Does::Http(503, "text/html", "<html><title>Service Unavailable</title></html>"),
    ];
    let cases: Vec<_> = VERSIONS.iter().flat_map(|version| does.iter().map(move |does| (*version, does))).collect();
    for_all(&cases, AT_ONCE, |(version, does)| {
        for before in [0, 1, 3] {
            let (cloud, odoo) = running(*version);
            odoo.serve(&cloud, ", lines_per_request: 3, longest_delay_s: 1");
            odoo.trouble(Trouble::at(load(*version), (*does).clone()).after(before).once());
            for _ in 0..3 {
                if cloud.bill(AUGUST).status == Some(0) {
                    break;
                }
            }
            odoo.has_each_statement_once(&cloud, 1);
            assert_eq!(odoo.documents()[0].charged().len(), 10, "{version:?} {does:?} {before}");
        }
    });
}

#[test]
fn a_draft_that_somebody_posts_before_it_is_complete_is_not_written_to_and_not_believed() {
    for version in VERSIONS {
        let (cloud, odoo) = running(version);
        odoo.trouble(Trouble::at(load(version), Does::Http(502, "text/html", "")).after(1));
        cloud.bill(AUGUST).failed();
        odoo.no_trouble();
        let draft = odoo.documents().remove(0);
        assert!(!draft.is_posted() && draft.charged().len() < 10);
        odoo.post(draft.id);
        let posted = odoo.documents();

        let failed = cloud.bill(AUGUST).failed();

        assert!(failed.err.contains("posted"), "{failed:#?}");
        assert_eq!(odoo.documents(), posted, "nothing is written to it");
        assert!(odoo.tampered().is_empty(), "{:?}", odoo.tampered());
        assert_ne!(cloud.statuses(), ["committed"], "it has {} of 10 lines", posted[0].charged().len());
    }
}

#[test]
fn what_a_failed_try_left_is_removed_when_the_statement_is_taken_back() {
    for version in VERSIONS {
        let (cloud, odoo) = running(version);
        odoo.trouble(Trouble::at(load(version), Does::Http(502, "text/html", "")).after(2));
        cloud.bill(AUGUST).failed();
        odoo.no_trouble();
        assert_eq!(odoo.documents().len(), 1, "a draft with some lines");

        Ran::of(cloud.command("statement void 1 --reason").arg("wrong rates")).done();

        assert_eq!((cloud.statuses(), odoo.documents().len()), (vec!["void".to_owned()], 0));
        // And it is billed anew, as another statement.
        cloud.bill(AUGUST).done();
        let documents = odoo.documents();
        assert_eq!((documents.len(), documents[0].is_posted(), documents[0].charged().len()), (1, true, 10));
        assert!(odoo.tampered().is_empty(), "{:?}", odoo.tampered());
    }
}
