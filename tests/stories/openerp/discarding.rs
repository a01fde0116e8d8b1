//! What tries have left is discarded, asked through the library; what is committed is not.

use artifice_plugin_host::api::Standing;
use artifice_tests::odoo::{Does, Odoo, Trouble, VERSIONS, Version};

use super::openerp_cuts::{backend, call, header, sent};

#[test]
fn a_draft_that_was_never_posted_is_removed() {
    for version in VERSIONS {
        let odoo = Odoo::for_billing(version, &["demo"]);
        let posts = if version == Version::OpenErp7 { "invoice_open" } else { "action_post" };
        odoo.trouble(Trouble::at(posts, Does::Http(502, "text/html", "")));
        let (backend, header) = (backend(&odoo), header("the-key"));
        assert!(sent(&*backend, &header).is_err());
        assert_eq!(odoo.documents().len(), 1);
        assert_eq!(backend.find(&call(), &header), Ok(Standing::Absent));
        odoo.no_trouble();

        for _ in 0..2 {
            assert_eq!(backend.discard(&call(), &header), Ok(()), "also where there is nothing any more");
            assert!(odoo.documents().is_empty());
        }
        // And it can be sent anew.
        assert!(sent(&*backend, &header).is_ok());
        assert_eq!((odoo.documents().len(), odoo.documents()[0].is_posted()), (1, true));
    }
}

#[test]
fn what_is_committed_stays_and_that_is_an_error() {
    for version in VERSIONS {
        let odoo = Odoo::for_billing(version, &["demo"]);
        let (backend, header) = (backend(&odoo), header("the-key"));
        let receipt = sent(&*backend, &header).unwrap();
        let before = odoo.documents();
        let error = backend.discard(&call(), &header).unwrap_err().to_string();
        assert!(error.contains(receipt.reference.as_str()), "{error}");
        assert_eq!(odoo.documents(), before);
        assert!(odoo.tampered().is_empty(), "{:?}", odoo.tampered());
    }
}

#[test]
fn a_document_under_the_key_with_other_content_is_no_answer() {
    for version in VERSIONS {
        let odoo = Odoo::for_billing(version, &["demo"]);
        let backend = backend(&odoo);
        sent(&*backend, &header("the-key")).unwrap();
        let before = odoo.documents();
        let mut other = header("the-key");
        other.digest = "another-content".into();
        for error in [backend.find(&call(), &other).unwrap_err(), sent(&*backend, &other).unwrap_err()] {
            assert!(error.to_string().contains("another content"), "{error}");
        }
        assert!(backend.discard(&call(), &other).is_err());
        assert_eq!(odoo.documents(), before);
    }
}
