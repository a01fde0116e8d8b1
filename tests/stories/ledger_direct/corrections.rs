//! A usage that corrects another one may overlap it, and only it.

use artifice_tests::database::Kind;

use super::{Columns, Ledger, august, id, text, with};

impl Ledger {
    /// A correction of the invoice's usage, as SQL.
    pub(super) fn correction(&mut self, adjustment: &str) -> String {
        let corrects = text(&self.invoice);
        self.usage(adjustment, &vec![("corrects", corrects)])
    }

    /// Every way to insert a usage is refused.
    #[track_caller]
    fn refuses_usage(&mut self, statement: &str, changed: Columns, rule: &str) {
        let new = with(changed, "statement_id", &text(statement));
        for setting in self.ways().settings {
            self.db.run(setting).unwrap();
            for insert in self.ways().inserts {
                self.refuses_copy(*insert, "usage", &new, rule);
            }
        }
    }

    /// The invoice's usage in another series, as its columns.
    fn another_series(&mut self) -> Columns {
        let number = match Ledger::kind() {
            Kind::Sqlite => "77".to_owned(),
            Kind::Postgres => ((1_i64 << 32) + 77).to_string(),
        };
        let columns = vec![("series_no", number), ("location", text("elsewhere"))];
        let sql = self.copy(super::PLAIN, "series", &columns);
        let _ = self.db.run(&sql);
        columns[..1].to_vec()
    }
}

#[test]
fn a_correction_is_of_the_same_series_unit_and_period() {
    let mut ledger = Ledger::new();
    let new = ledger.adjustment(1, 1);
    let (adjustment, invoice) = (ledger.stored(&new), text(&ledger.invoice));
    let other_series = ledger.another_series();
    let corrects = vec![("corrects", invoice)];

    ledger.refuses_usage(&adjustment, [corrects.clone(), other_series].concat(), "usage_corrects");
    ledger.refuses_usage(&adjustment, with(corrects.clone(), "unit", "'day'"), "usage_corrects");
    for (from, to) in [(1, 31), (2, 32), (10, 20), (1, 2)] {
        let period = ledger.period(&august(from), &august(to));
        ledger.refuses_usage(&adjustment, [corrects.clone(), period].concat(), "usage_corrects");
    }
    // It claims to correct what is not there, or itself.
    for nobody in [id(12345), adjustment.clone()] {
        ledger.refuses_usage(&adjustment, vec![("corrects", text(&nobody))], "usage_corrects");
    }
    // Without a claim it overlaps.
    ledger.refuses_usage(&adjustment, vec![("corrects", "NULL".to_owned())], "usage_no_overlap");

    let sql = ledger.correction(&adjustment);
    assert_eq!(ledger.db.run(&sql), Ok(1));
    // Once.
    ledger.refuses_usage(&adjustment, corrects, "");
}

#[test]
fn a_correction_is_an_adjustments_and_of_its_own_invoice() {
    let mut ledger = Ledger::new();
    let corrects = vec![("corrects", text(&ledger.invoice))];
    let beside = ledger.statement(1, &august(40), &august(50));
    ledger.refuses_usage(&beside, corrects.clone(), "usage_");

    // Another invoice's adjustment corrects nothing of this one, whatever its period.
    let mut other = vec![("statement_id", text(&beside))];
    other.extend(ledger.period(&august(40), &august(50)));
    let sql = ledger.copy(super::PLAIN, "usage", &other);
    ledger.db.run(&sql).unwrap();
    ledger.commit(&beside);
    let new = ledger.adjustment(2, 1);
    let adjustment = ledger.stored(&new);
    let period = ledger.period(&august(40), &august(50));
    ledger.refuses_usage(&adjustment, vec![("corrects", text(&beside))], "usage_corrects");
    ledger.refuses_usage(&adjustment, [vec![("corrects", text(&beside))], period].concat(), "usage_");
    ledger
        .db
        .run(&format!("UPDATE statement SET state = 'void', void_reason = 'r' WHERE statement_id = '{adjustment}'"))
        .unwrap();

    // A credit has no usage at all.
    let invoice = ledger.invoice.clone();
    ledger.store_credit(&invoice, 3);
    ledger.refuses_usage(&id(3), corrects, "usage_");
    let other_series = ledger.another_series();
    ledger.refuses_usage(&id(3), other_series, "usage_of_new_statement");
}

#[test]
fn another_tenants_adjustment_corrects_nothing_of_this_one() {
    let mut ledger = Ledger::new();
    ledger.db.run("INSERT INTO tenant (tenant_no, tenant_id) VALUES (99, 'other')").unwrap();
    let sql = ledger.copy(super::PLAIN, "series", &vec![("tenant_no", "99".to_owned())]);
    ledger.db.run(&sql).unwrap();
    let new = with(ledger.pending(&id(1), &august(1), &august(32)), "tenant_no", "99");
    let other = ledger.stored(&new);
    ledger.commit(&other);
    let adjustment = with(with(ledger.adjustment(2, 1), "tenant_no", "99"), "refers_to", &text(&other));
    let adjustment = ledger.stored(&adjustment);
    for tenant in ["99", "1"] {
        let corrects = vec![("corrects", text(&ledger.invoice)), ("tenant_no", tenant.to_owned())];
        ledger.refuses_usage(&adjustment, corrects, "usage_");
    }
}

#[test]
fn what_has_ended_is_not_corrected_and_a_correction_is_not_corrected_either() {
    let mut ledger = Ledger::new();
    let [first, second] = [1, 2].map(|revision| ledger.adjustment(revision, revision));
    let first = ledger.stored(&first);
    let series = ledger.another_series();
    let correction = ledger.correction(&first);
    ledger.db.run(&correction).unwrap();
    // What was used late, too, and nobody had billed.
    let late = ledger.usage(&first, &series);
    ledger.db.run(&late).unwrap();
    let second = ledger.stored(&second);

    // A correction is corrected by correcting what it corrects.
    ledger.refuses_usage(&second, vec![("corrects", text(&first))], "usage_corrects");
    // What a later adjustment holds is not an earlier one's to correct: it could be taken back before it.
    let of_second = [series.clone(), vec![("corrects", text(&second))]].concat();
    ledger.refuses_usage(&first, of_second, "usage_");
    let of_first = [series, vec![("corrects", text(&first))]].concat();
    let sql = ledger.usage(&second, &of_first);
    assert_eq!(ledger.db.run(&sql), Ok(1));

    let void = |id: &str| format!("UPDATE statement SET state = 'void', void_reason = 'r' WHERE statement_id = '{id}'");
    ledger.refuses(&void(&first), "statement_void");
    ledger.db.run(&void(&second)).unwrap();
    ledger.db.run(&void(&first)).unwrap();
    let third = ledger.adjustment(3, 3);
    let third = ledger.stored(&third);
    ledger.refuses_usage(&third, of_first, "usage_corrects");
}
