//! Whoever looks for leaks finds those that there are.

use artifice_tests::Cloud;
use artifice_tests::canary::{Canary, Watch};

#[test]
fn a_leak_that_is_built_in_on_purpose_is_found_in_every_writing_and_everywhere() {
    let cloud = Cloud::new();
    for canary in [Canary::at("the checker"), Canary::at("the checker, odd").odd()] {
        let watch = Watch::new([canary.clone(), Canary::at("elsewhere")], &[]);
        let mut ran = cloud.run("config check").done();
        assert!(watch.leaks(&ran).is_empty() && watch.leaks_of(&cloud).is_empty());
        let said = ran.err.clone();
        for (writing, echo) in canary.echoes() {
            ran.err = format!("{said}error: it says {echo}; look there\n");
            let leaks = watch.leaks(&ran);
            assert_eq!(leaks.len(), 1, "{writing}: {echo}: {leaks:?}");
            assert!(leaks[0].contains("the checker") && leaks[0].contains("standard error"), "{leaks:?}");
            cloud.write("invoices/deep/a.csv", format!("a,{echo},b\n"));
            assert_eq!(watch.leaks_of(&cloud).len(), 1, "{writing}: {echo}");
            cloud.write("invoices/deep/a.csv", "");
        }
        ran.err = format!("a number: {}", canary.digits());
        assert_eq!(watch.leaks(&ran).len(), 1);
    }
    println!("found in {} writings of 2 canaries, on standard error and in a file", Canary::at("").echoes().len());
}
