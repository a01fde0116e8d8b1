//! What an administrator prepares in the ERP, and a document refers to.

mod accounts;
mod books;
mod partners;
mod products;
mod taxes;

pub use books::Precision;
pub use partners::Customer;
pub use products::Wanted;

use artifice_plugin_api::Error;

use crate::client::{Clock, Find};
use crate::erp::{Erp, id_of};
use crate::wire::{Answer, text};

impl Erp {
    /// The one record of a model that bears a name in one of these fields. `what` and `setting` are for
    /// messages.
    pub fn named(
        &self,
        clock: Clock,
        model: &str,
        fields: &[&str],
        name: &str,
        (what, setting): (&str, &str),
    ) -> Result<i64, Error> {
        let found = self.known(format!("{model} {name}"), || {
            for field in fields {
                let find = Find::of(model, ["name"]).with(field, text(name)).at_most(2);
                let found = self.client.find(clock, find)?;
                match &found[..] {
                    [] => {}
                    [one] => return id_of(one).map(Answer::Int),
                    _ => {
                        return Err(Error::refused(format_args!(
                            "{model}: there are several with the {field} '{name}'; name {what} in {setting} by something only it has"
                        )));
                    }
                }
            }
            Err(Error::refused(format_args!(
                "{model}: there is none with the {} '{name}'; enter it in the ERP (is it archived?), or correct {setting}",
                fields.join(" or ")
            )))
        })?;
        found.int().ok_or_else(|| Error::refused(format_args!("{model}: '{name}' has no id; is it Odoo?")))
    }
}
