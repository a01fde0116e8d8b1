//! Invoices and credit notes of Odoo: `account.move`.

use artifice_model::Decimal;
use artifice_model::Timestamp;

use super::fault::{Fault, Result, user};
use super::table::Tables;
use super::value::{FALSE, Struct, Value, record, rounded, sum, times};
use super::version::Version;

const MOVE: &str = "account.move";
const LINE: &str = "account.move.line";

fn default(values: &mut Struct, field: &str, value: impl Into<Value>) {
    values.entry(field.to_owned()).or_insert(value.into());
}

pub fn defaults(tables: &Tables, values: &mut Struct) -> Result<()> {
    default(values, "move_type", "entry");
    default(values, "state", "draft");
    default(values, "payment_state", "not_paid");
    default(values, "company_id", 1);
    let given = values.get("journal_id").and_then(Value::int);
    let active = |id: &i64| tables.get("account.journal", *id, "active").is_true();
    let sale = |id: &i64| tables.text("account.journal", *id, "type") == "sale" && active(id);
    let Some(journal) = given.or_else(|| tables.ids("account.journal").into_iter().find(sale)) else {
        return user("No journal could be found in company My Company for any of those types: sale");
    };
    values.insert("journal_id".to_owned(), journal.into());
    let currency = match tables.get("account.journal", journal, "currency_id") {
        &FALSE => tables.get("res.company", 1, "currency_id"),
        own => own,
    };
    if !values.get("currency_id").is_some_and(Value::is_true) {
        values.insert("currency_id".to_owned(), currency.clone());
    }
    let day = values.get("invoice_date").and_then(Value::text).unwrap_or(&tables.today).to_owned();
    default(values, "date", day.as_str());
    default(values, "invoice_date_due", day.max(tables.today.clone()));
    Ok(())
}

pub fn line_defaults(tables: &Tables, values: &mut Struct) -> Result<()> {
    default(values, "display_type", "product");
    if !values["display_type"].is_true() {
        values.insert("display_type".to_owned(), "product".into());
    }
    default(values, "sequence", 10);
    if values["display_type"].text() != Some("product") {
        return Ok(());
    }
    let product = values.get("product_id").and_then(Value::int);
    let field = |field| product.map(|id| tables.get("product.product", id, field).clone());
    default(values, "quantity", 1);
    default(values, "price_unit", field("lst_price").unwrap_or(Value::Int(0)));
    default(values, "name", product.map(|id| tables.display("product.product", id)).unwrap_or_default());
    let mut taxes = field("taxes_id").map(|taxes| taxes.ids()).unwrap_or_default();
    if taxes.is_empty() && tables.version == Version::Odoo16 {
        taxes = tables.get("res.company", 1, "account_sale_tax_id").ids();
    }
    default(values, "tax_ids", taxes);
    let account = tables.find("account.account", "code", "400000");
    default(values, "account_id", account.map_or(FALSE, Value::Int));
    Ok(())
}

/// Whether amounts of a move are what the customer gets.
fn refunds(tables: &Tables, id: i64) -> bool {
    tables.text(MOVE, id, "move_type") == "out_refund"
}

/// Computes what follows from a move's lines: amounts, and the lines of taxes and of what is owed.
pub fn compute(tables: &mut Tables, id: i64, new: bool) {
    let currency = tables.get(MOVE, id, "currency_id").int().unwrap_or(0);
    let digits = tables.money_digits(currency);
    let all = tables.children(LINE, "move_id", id);
    let (own, made): (Vec<i64>, Vec<i64>) = all.into_iter().partition(|line| tables.is_own_line(*line));
    let (mut untaxed, mut taxes) = (Vec::new(), std::collections::BTreeMap::<i64, Vec<Decimal>>::new());
    for line in own {
        let number = |field| tables.number(LINE, line, field);
        let part = Decimal::from(100).checked_sub(number("discount")).unwrap();
        let full = times(times(number("quantity"), number("price_unit")), part);
        let subtotal = rounded(times(full, hundredth()), digits);
        let mut total = subtotal;
        let charged = tables.text(LINE, line, "display_type") == "product";
        for tax in tables.get(LINE, line, "tax_ids").ids().into_iter().filter(|_| charged) {
            let percent = tables.number("account.tax", tax, "amount");
            let amount = times(times(subtotal, percent), hundredth());
            let globally = tables.text("res.company", 1, "tax_calculation_rounding_method") == "round_globally";
            taxes.entry(tax).or_default().push(if globally { amount } else { rounded(amount, digits) });
            total = sum([total, rounded(amount, digits)]);
        }
        if charged {
            untaxed.push(subtotal);
        }
        let balance = if charged { signed(subtotal, refunds(tables, id)) } else { Decimal::ZERO };
        tables.set(LINE, line, "price_subtotal", subtotal);
        tables.set(LINE, line, "price_total", total);
        tables.set(LINE, line, "balance", balance);
    }
    let untaxed = sum(untaxed);
    let taxes: Vec<(i64, Decimal)> =
        taxes.into_iter().map(|(tax, amounts)| (tax, rounded(sum(amounts), digits))).collect();
    let tax = sum(taxes.iter().map(|(_, amount)| *amount));
    let total = sum([untaxed, tax]);
    for (field, amount) in
        [("amount_untaxed", untaxed), ("amount_tax", tax), ("amount_total", total), ("amount_residual", total)]
    {
        tables.set(MOVE, id, field, amount);
    }
    made_lines(tables, id, &made, &taxes, total);
    if new && !tables.get(MOVE, id, "name").is_true() {
        // The first of its sequence has a name from the beginning.
        let name = next_name(tables, id);
        tables.set(MOVE, id, "name", if name.ends_with("/00001") { name } else { "/".to_owned() });
    }
    for line in tables.children(LINE, "move_id", id) {
        for (field, of) in
            [("date", "date"), ("move_name", "name"), ("parent_state", "state"), ("partner_id", "partner_id")]
        {
            let value = tables.get(MOVE, id, of).clone();
            tables.set(LINE, line, field, value);
        }
        tables.set(LINE, line, "currency_id", currency);
    }
}

fn hundredth() -> Decimal {
    Decimal::new(1, 2).unwrap()
}

/// What is earned is credit, and negative.
fn signed(amount: Decimal, refund: bool) -> Decimal {
    if refund { amount } else { Decimal::ZERO.checked_sub(amount).unwrap() }
}

fn made_lines(tables: &mut Tables, id: i64, there: &[i64], taxes: &[(i64, Decimal)], total: Decimal) {
    let refund = refunds(tables, id);
    let mut kept = Vec::new();
    let wanted = taxes.iter().map(|(tax, amount)| (Some(*tax), "tax", 10000, signed(*amount, refund)));
    for (tax, kind, sequence, balance) in wanted.chain([(None, "payment_term", 12000, signed(total, !refund))]) {
        let fits = |line: &&i64| {
            tables.text(LINE, **line, "display_type") == kind && tables.get(LINE, **line, "tax_line_id").int() == tax
        };
        let line = match there.iter().find(fits) {
            Some(line) => *line,
            None => {
                let account = tables.find("account.account", "code", if tax.is_some() { "251000" } else { "121000" });
                let name = tax.map(|tax| tables.text("account.tax", tax, "name").to_owned()).unwrap_or_default();
                let row = record([
                    ("move_id", id.into()),
                    ("sequence", sequence.into()),
                    ("display_type", kind.into()),
                    ("name", name.into()),
                    ("tax_line_id", tax.map_or(FALSE, Value::Int)),
                    ("account_id", account.map_or(FALSE, Value::Int)),
                ]);
                tables.insert(LINE, row)
            }
        };
        tables.set(LINE, line, "balance", balance);
        kept.push(line);
    }
    for line in there.iter().filter(|line| !kept.contains(line)) {
        tables.delete(LINE, *line);
    }
}

/// The next name of a move's sequence: by journal, type and year.
fn next_name(tables: &Tables, id: i64) -> String {
    let journal = tables.get(MOVE, id, "journal_id").int().unwrap_or(0);
    let code = tables.text("account.journal", journal, "code");
    let year: String = tables.text(MOVE, id, "date").chars().take(4).collect();
    let prefix = format!("{}{code}/{year}/", if refunds(tables, id) { "R" } else { "" });
    let number = |other: i64| tables.text(MOVE, other, "name").strip_prefix(&prefix)?.parse::<i64>().ok();
    let last = tables.ids(MOVE).into_iter().filter_map(number).max().unwrap_or(0);
    format!("{prefix}{:05}", last + 1)
}

/// Posts a move.
pub fn post(tables: &mut Tables, id: i64) -> Result<()> {
    let text = |field| tables.text(MOVE, id, field).to_owned();
    let name = text("name");
    match (text("state").as_str(), tables.version) {
        ("draft", _) => {}
        ("posted", Version::Odoo16) => return user(format!("The entry {name} (id {id}) is already posted.")),
        _ => return user(format!("The entry {name} (id {id}) must be in draft.")),
    }
    let own = tables.children(LINE, "move_id", id).into_iter().filter(|line| tables.is_own_line(*line));
    if own.filter(|line| tables.text(LINE, *line, "display_type") == "product").count() == 0 {
        return user("You need to add a line before posting.");
    }
    if !tables.get(MOVE, id, "partner_id").is_true() {
        return user("The field 'Customer' is required, please complete it to validate the Customer Invoice.");
    }
    let journal = tables.get(MOVE, id, "journal_id").int().unwrap_or(0);
    if !tables.get("account.journal", journal, "active").is_true() {
        let name = tables.text("account.journal", journal, "name");
        return user(format!("You cannot post an entry in an archived journal ({name})"));
    }
    if tables.number(MOVE, id, "amount_total").is_negative() {
        return user(
            "You cannot validate an invoice with a negative total amount. You should create a credit note instead. Use \
             the action menu to transform it into a credit note or refund.",
        );
    }
    let currency = tables.get(MOVE, id, "currency_id").int().unwrap_or(0);
    if !tables.get("res.currency", currency, "active").is_true() {
        let code = tables.text("res.currency", currency, "name");
        return user(format!("You cannot validate a document with an inactive currency: {code}"));
    }
    if !tables.get(MOVE, id, "invoice_date").is_true() {
        let today = tables.today.clone();
        tables.set(MOVE, id, "invoice_date", today.as_str());
        tables.set(MOVE, id, "date", today);
    }
    let lock = tables.text("res.company", 1, "fiscalyear_lock_date").to_owned();
    if *tables.text(MOVE, id, "date") <= *lock {
        let day = after_lock(tables.version, &lock, &tables.today);
        tables.set(MOVE, id, "date", day);
    }
    if ["", "/"].contains(&name.as_str()) {
        let name = next_name(tables, id);
        tables.set(MOVE, id, "name", name);
    }
    let name = tables.text(MOVE, id, "name").to_owned();
    let same = |other: &i64| {
        *other != id && tables.text(MOVE, *other, "state") == "posted" && tables.text(MOVE, *other, "name") == name
    };
    if tables.ids(MOVE).iter().any(same) {
        return user("The operation cannot be completed: Another entry with the same name already exists.");
    }
    tables.set(MOVE, id, "state", "posted");
    tables.set(MOVE, id, "posted_before", true);
    tables.set(MOVE, id, "write_date", super::clock::now());
    if tables.number(MOVE, id, "amount_total").is_zero() {
        tables.set(MOVE, id, "payment_state", "paid");
    }
    compute(tables, id, false);
    Ok(())
}

/// Where a document of a locked period is booked: at the end of the first month that is open, today at most; 17 takes
/// today.
fn after_lock(version: Version, lock: &str, today: &str) -> String {
    let next = |day: &str| -> String {
        let at: Timestamp = format!("{day}T00:00:00").parse().unwrap();
        at.plus(86_400_000_000).to_string()[..10].to_owned()
    };
    let mut day = next(lock);
    if day[..7] >= today[..7] || version == Version::Odoo17 {
        return day.max(today.to_owned());
    }
    while next(&day)[..7] == day[..7] {
        day = next(&day);
    }
    day
}

/// `button_draft` and `button_cancel`: they have no result.
pub fn into_state(tables: &mut Tables, id: i64, state: &str) -> Fault {
    if tables.text(MOVE, id, "state") == "posted" {
        tables.tampered.push(format!("{state} {MOVE} {id}"));
    }
    tables.set(MOVE, id, "state", state);
    compute(tables, id, false);
    Fault::None
}

pub fn may_be_deleted(tables: &mut Tables, id: i64) -> Result<()> {
    if tables.text(MOVE, id, "state") != "posted" {
        return Ok(());
    }
    tables.tampered.push(format!("unlink {MOVE} {id}"));
    user(match tables.version {
        Version::Odoo17 => {
            "You can't delete a posted journal item. Don’t play games with your accounting records; reset the journal \
             entry to draft before deleting it."
        }
        _ => "You cannot delete an item linked to a posted entry.",
    })
}

/// A period is locked only when nothing in it is a draft.
pub fn lock(tables: &Tables, values: &Struct) -> Result<()> {
    let Some(day) = values.get("fiscalyear_lock_date").and_then(Value::text) else { return Ok(()) };
    let within = |id: &i64| tables.text(MOVE, *id, "state") == "draft" && *tables.text(MOVE, *id, "date") <= *day;
    if !tables.ids(MOVE).iter().any(within) {
        return Ok(());
    }
    user(
        "('There are still unposted entries in the period you want to lock. You should either post or delete them.', {})",
    )
}
