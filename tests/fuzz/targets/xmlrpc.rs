//! What an ERP answers: no password is in any error, amounts are exact, and what lies is no crash.
#![no_main]

use std::ops::ControlFlow;
use std::time::Duration;

use artifice_fuzz::{PASSWORD, answers, is_exactly, said, target};
use artifice_plugin_host::api::{Backend, Call, Context, Decimal, PriceQuery, RSlice, Timestamp};
use billing_openerp::{OpenERP, fuzzing};

fn erp() -> OpenERP {
    let config = serde_json::json!({
        "url": "https://erp.example.org", "database": "d", "username": "billing", "password": PASSWORD,
    });
    OpenERP::new(serde_json::from_value(config).unwrap(), &Context::new("/", "UTC")).unwrap()
}

target!(with_password, |input| {
    let (first, rest) = input.bytes().split_first().unwrap_or((&0, &[]));
    fuzzing::answer_with(answers(rest));
    if let Ok(text) = std::str::from_utf8(rest) {
        for (digits, number) in fuzzing::numbers(text) {
            let is_right = is_exactly(digits.trim().trim_start_matches('+'), number.mantissa(), number.scale());
            assert!(is_right, "{digits} is not {number:?}");
        }
    }
    let (erp, call) = (erp(), Call::within(Duration::from_secs(600)));
    let query = PriceQuery {
        tenant: "t".into(),
        location: "l".into(),
        service: "s".into(),
        unit: "hour".into(),
        at: Timestamp { micros: 1_375_315_200_000_000 },
        quantity: Decimal::new(1, 0),
        extra: RSlice::EMPTY,
    };
    let error = match first & 3 {
        0 => erp.health(&call).err(),
        1 => erp.price(&call, &query).err(),
        _ => erp.documents(&call, Timestamp { micros: 0 }, &mut |_| ControlFlow::Continue(())).err(),
    };
    if let Some(error) = error {
        said(error.message());
    }
});
