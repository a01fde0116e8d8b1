//! Rules of a price list: which one holds, and what it comes to.

use artifice_plugin_api::{Decimal, Error, Timestamp};

use super::instant::span;
use crate::decimals::{ONE, ZERO, add, is_less, minus, times};
use crate::erp::id_of;
use crate::wire::Answer;

/// The fields that a rule is read from.
pub const FIELDS: [&str; 13] = [
    "applied_on",
    "product_tmpl_id",
    "product_id",
    "categ_id",
    "compute_price",
    "fixed_price",
    "percent_price",
    "price_discount",
    "price_surcharge",
    "base",
    "min_quantity",
    "date_start",
    "date_end",
];

/// What a rule is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Target {
    Variant(i64),
    Template(i64),
    Category(i64),
    Everything,
}

/// How a rule makes a price.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    Fixed(Decimal),
    /// Less so many hundredths of the sales price, plus that much.
    Discount(Decimal, Decimal),
    /// One that is not followed here.
    Other(String),
}

/// A rule of a price list.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id.
    pub id: i64,
    target: Target,
    way: Way,
    least: Decimal,
    from: Option<i64>,
    until: Option<i64>,
}

/// What rules ask of a product.
pub struct Product {
    variant: i64,
    template: Option<i64>,
    categories: Vec<i64>,
}

impl Product {
    /// A product, with its category and those that this lies in.
    pub fn of(record: &Answer, categories: Vec<i64>) -> Self {
        let variant = record.get("id").and_then(Answer::int).unwrap_or_default();
        Product { variant, template: record.get("product_tmpl_id").and_then(Answer::link), categories }
    }
}

impl Rule {
    /// Reads a rule.
    pub fn of(record: &Answer) -> Result<Self, Error> {
        let id = id_of(record)?;
        let link = |field: &str| record.get(field).and_then(Answer::link);
        let text = |field: &str| record.get(field).and_then(Answer::text);
        let target = match text("applied_on") {
            Some("0_product_variant") => link("product_id").map(Target::Variant),
            Some("1_product") => link("product_tmpl_id").map(Target::Template),
            Some("2_product_category") => link("categ_id").map(Target::Category),
            _ => Some(Target::Everything),
        };
        let of_list_price = text("base").is_none_or(|base| base == "list_price");
        let way = match text("compute_price") {
            Some("fixed") => Way::Fixed(number(record, "fixed_price")),
            Some("percentage") if of_list_price => Way::Discount(number(record, "percent_price"), ZERO),
            Some("formula") if of_list_price => {
                Way::Discount(number(record, "price_discount"), number(record, "price_surcharge"))
            }
            other => Way::Other(format!(
                "its price is computed in a way that is not followed here ({}, from {})",
                other.unwrap_or("?"),
                text("base").unwrap_or("?")
            )),
        };
        let instant = |field: &str| match text(field) {
            None => Ok(None),
            Some(text) => span(text).map(Some).ok_or_else(|| {
                Error::refused(format_args!("product.pricelist.item {id}: {field} '{text}' is no instant"))
            }),
        };
        let nothing = || Error::refused(format_args!("product.pricelist.item {id}: it does not say what it is for"));
        Ok(Rule {
            id,
            target: target.ok_or_else(nothing)?,
            way,
            least: number(record, "min_quantity"),
            from: instant("date_start")?.map(|(begin, _)| begin),
            until: instant("date_end")?.map(|(_, end)| end),
        })
    }

    /// Whether it depends on the product's sales price.
    pub fn needs_list_price(&self) -> bool {
        !matches!(self.way, Way::Fixed(_))
    }

    /// The price.
    pub fn amount(&self, list_price: Decimal) -> Result<Decimal, String> {
        let too_large = || "it is too large".to_owned();
        match &self.way {
            Way::Fixed(price) => Ok(*price),
            Way::Other(why) => Err(why.clone()),
            Way::Discount(percent, surcharge) => {
                let part = times(*percent, Decimal::new(1, 2)).and_then(minus).and_then(|less| add(ONE, less));
                let price = part.and_then(|part| times(list_price, part)).and_then(|price| add(price, *surcharge));
                price.ok_or_else(too_large)
            }
        }
    }

    fn is_for(&self, product: &Product, quantity: Decimal) -> bool {
        let applies = match self.target {
            Target::Variant(id) => product.variant == id,
            Target::Template(id) => product.template == Some(id),
            Target::Category(id) => product.categories.contains(&id),
            Target::Everything => true,
        };
        applies && is_less(quantity, self.least) == Some(false)
    }

    /// The most particular first, then the largest minimum quantity, then the newest, as the ERP sorts them.
    fn comes_before(&self, other: &Rule) -> bool {
        let rank = |rule: &Rule| match rule.target {
            Target::Variant(_) => 0,
            Target::Template(_) => 1,
            Target::Category(_) => 2,
            Target::Everything => 3,
        };
        if rank(self) != rank(other) {
            return rank(self) < rank(other);
        }
        match (is_less(other.least, self.least), is_less(self.least, other.least)) {
            (Some(true), _) => true,
            (_, Some(true)) => false,
            _ => self.id > other.id,
        }
    }
}

/// The rule that holds at an instant, and from when until when it does.
pub fn choose<'r>(
    rules: &'r [Rule],
    product: &Product,
    at: i64,
    quantity: Decimal,
) -> Option<(&'r Rule, Option<Timestamp>, Option<Timestamp>)> {
    let fitting: Vec<&Rule> = rules.iter().filter(|rule| rule.is_for(product, quantity)).collect();
    let valid = |rule: &&&Rule| rule.from.is_none_or(|from| from <= at) && rule.until.is_none_or(|until| at < until);
    let best =
        fitting.iter().filter(valid).copied().reduce(|best, rule| if rule.comes_before(best) { rule } else { best })?;
    // It holds no longer than until a better one begins, and not since before a better one ended.
    let better = || fitting.iter().filter(|rule| rule.comes_before(best));
    let next = better().filter_map(|rule| rule.from).filter(|from| *from > at).min();
    let last = better().filter_map(|rule| rule.until).filter(|until| *until <= at).max();
    let until = [best.until, next].into_iter().flatten().min();
    let from = [best.from, last].into_iter().flatten().max();
    let instant = |micros| Timestamp { micros };
    Some((best, from.map(instant), until.map(instant)))
}

/// A number of a rule; nothing is 0.
fn number(record: &Answer, field: &str) -> Decimal {
    record.get(field).and_then(Answer::number).unwrap_or(ZERO)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: i64, target: Target, least: i128, valid: (Option<i64>, Option<i64>)) -> Rule {
        let way = Way::Fixed(Decimal::new(i128::from(id), 2));
        Rule { id, target, way, least: Decimal::new(least, 0), from: valid.0, until: valid.1 }
    }

    #[test]
    fn the_most_particular_rule_with_the_largest_minimum_holds() {
        let product = Product { variant: 7, template: Some(3), categories: vec![2, 1] };
        let always = (None, None);
        let rules = [
            rule(1, Target::Everything, 0, always),
            rule(2, Target::Category(1), 0, always),
            rule(3, Target::Variant(7), 1000, always),
            rule(4, Target::Variant(7), 0, always),
            rule(5, Target::Variant(8), 0, always),
        ];
        let chosen = |quantity| choose(&rules, &product, 0, Decimal::new(quantity, 0)).unwrap().0.id;
        assert_eq!((chosen(999), chosen(1000)), (4, 3));
        assert_eq!(choose(&rules[..2], &product, 0, ONE).unwrap().0.id, 2);
    }

    #[test]
    fn a_price_says_from_when_until_when_it_holds() {
        let product = Product { variant: 7, template: None, categories: vec![] };
        let rules = [
            rule(1, Target::Everything, 0, (None, Some(900))),
            rule(2, Target::Variant(7), 0, (Some(100), Some(200))),
            rule(3, Target::Variant(7), 0, (Some(500), None)),
        ];
        let at = |at| {
            choose(&rules, &product, at, ONE)
                .map(|(rule, from, until)| (rule.id, from.map(|it| it.micros), until.map(|it| it.micros)))
        };
        assert_eq!(at(50), Some((1, None, Some(100))));
        assert_eq!(at(150), Some((2, Some(100), Some(200))));
        assert_eq!(at(300), Some((1, Some(200), Some(500))));
        assert_eq!(at(1000), Some((3, Some(500), None)));
        assert_eq!(choose(&rules[..1], &product, 900, ONE).map(|(rule, ..)| rule.id), None);
    }

    #[test]
    fn discounts_are_exact() {
        let rule = Rule {
            way: Way::Discount("12.5".parse().unwrap(), "0.01".parse().unwrap()),
            ..rule(1, Target::Everything, 0, (None, None))
        };
        assert_eq!(rule.amount("0.08".parse().unwrap()), Ok("0.08".parse().unwrap()));
    }
}
