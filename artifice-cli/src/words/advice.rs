//! Which command to give.

use artifice_engine::Advice;

/// What to do, as it goes on from what happened; empty where that says it itself.
pub fn advice(advice: Option<&Advice>) -> String {
    let Some(advice) = advice else { return String::new() };
    let words = match advice {
        Advice::RunAgain => "; run the command again",
        Advice::BillSends => "; the next `artifice bill` sends it",
        Advice::BillAsks => "; the next `artifice bill` asks again",
        Advice::BillFinishes => "; `artifice bill` finishes it",
        Advice::BillPeriod => "; what it takes back is billed again by `artifice bill`",
        Advice::BillLater => "; bill it then, or now with --accept-incomplete",
        Advice::BillFirst => "; bill it without --adjust",
        Advice::Release { number } => {
            return format!(
                "; look at it (`artifice statement show {number}`), then `artifice statement release {number}`, or \
                 void it"
            );
        }
        Advice::WithLater => "; or all at once, with --with-later",
        Advice::VoidOrLeave { number } => {
            return format!(
                "; void it (`artifice statement void {number} --reason …`) and bill its period again, or leave it as it is"
            );
        }
        Advice::ListStatements => "; `artifice statement list` shows all",
        Advice::Migrate => " before `artifice db migrate`",
    };
    words.to_owned()
}
