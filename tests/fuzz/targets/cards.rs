//! A rate card: what is read and accepted prices any volume.
#![no_main]

use artifice_engine::config::fuzzing;
use artifice_fuzz::{RULES, calendar, charge, entries, said, target};
use artifice_model::rate::{Cards, Fit, Names, PriceList, Priced};

target!(|input| {
    let names = Names::default();
    let fit = Fit { entries: entries(), names: &names };
    let cards = fuzzing::rate_card(input.text(), RULES(), calendar(), fit);
    match cards.and_then(|card| Cards::new(vec![card], &names)) {
        Ok(cards) => {
            let list = PriceList { cards: cards.clone(), table: None };
            charge(
                &list,
                &names,
                cards.prices().map(|(price, _)| match &price.of {
                    Priced::Service(name) | Priced::Name(name) => (name.as_str(), &price.price),
                }),
            );
        }
        Err(mistakes) => mistakes.iter().take(50).for_each(|mistake| said(&mistake.to_string())),
    }
});
