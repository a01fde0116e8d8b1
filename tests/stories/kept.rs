//! What an older program made is still what it was: ledgers, documents, records and answers are kept in
//! `tests/kept`, and today's program opens them, says the same of them, and goes on from them.

mod books;
mod going_on;
mod making;
mod reading;
mod said;
