//! A rates file, as a table or as YAML: what is read and accepted prices any volume.
#![no_main]

use std::sync::Arc;

use artifice_engine::config::fuzzing;
use artifice_fuzz::{RULES, charge, entries, said, target};
use artifice_model::rate::{Cards, Fit, Names, Price, PriceList};

target!(|input| {
    let names = Names::default();
    let fit = Fit { entries: entries(), names: &names };
    let (first, text) = input.choice();
    match fuzzing::rates(text, first & 1 == 1, RULES(), fit) {
        Ok(table) => {
            let list = PriceList { cards: Cards::default(), table: Some(table.clone()) };
            let prices: Vec<(String, Arc<Price>)> =
                table.prices().into_iter().map(|(_, name, price)| (name.to_owned(), Arc::new(price.clone()))).collect();
            charge(&list, &names, prices.iter().map(|(name, price)| (name.as_str(), price)));
        }
        Err(mistakes) => mistakes.iter().take(50).for_each(|mistake| said(&mistake.to_string())),
    }
});
