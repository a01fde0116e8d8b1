//! The backend: an ERP in a directory.

use std::path::Path;
use std::sync::Arc;

use artifice_plugin_api::{
    Backend, Call, Context, Decimal, EachDocument, Error, Header, Listing, Price, PriceQuery, RVec, Receipt, Standing,
    Timestamp,
};

use crate::desk::Desk;
use crate::document::Document;
use crate::faults::Rest;
use crate::office::Office;
use crate::settings::{ListPrice, Place, Settings};

/// An ERP in a directory.
pub struct Erp {
    desk: Arc<Desk>,
}

impl Backend for Erp {
    const VERSION: &'static str = "1.2.3";
    const DESCRIPTION: &'static str = "An ERP in a directory, with faults";
    type Config = Settings;
    type Invoice = Document;

    fn new(settings: Settings, context: &Context<'_>) -> Result<Self, Error> {
        let office = Office::new(&Path::new(context.directory.as_str()).join(&settings.directory))?;
        let desk = Desk { office, settings };
        desk.call("new", Place::New, "")?;
        Ok(Erp { desk: Arc::new(desk) })
    }

    fn health(&self, _call: &Call<'_>) -> Result<(), Error> {
        self.desk.call("health", Place::Health, "").map(drop)
    }

    fn price(&self, _call: &Call<'_>, query: &PriceQuery<'_>) -> Result<Option<Price>, Error> {
        self.desk.call("price", Place::Price, query.tenant.as_str())?;
        let prices = &self.desk.settings.prices;
        let instant = |seconds: Option<i64>| seconds.map(|s| Timestamp { micros: s * 1_000_000 });
        let holds = |price: &&ListPrice| {
            instant(price.from_s).is_none_or(|from| from.micros <= query.at.micros)
                && instant(price.until_s).is_none_or(|until| query.at.micros < until.micros)
        };
        Ok(prices.iter().filter(holds).find(|price| query.service == *price.service).map(|price| Price {
            amount: Decimal::new(price.thousandths.into(), 3),
            per: price.per.clone().into(),
            currency: price.currency.clone().into(),
            origin: "the ERP's price list".into(),
            from: instant(price.from_s).into(),
            until: instant(price.until_s).into(),
            extra: RVec::new(),
        }))
    }

    fn find(&self, _call: &Call<'_>, header: &Header<'_>) -> Result<Standing, Error> {
        self.desk.call("find", Place::Find, header.tenant.id.as_str())?;
        self.desk.office.find(header.key.as_str(), header.digest.as_str()).map(Into::into)
    }

    fn longest_delay_s(&self) -> u64 {
        self.desk.settings.longest_delay_s
    }

    fn documents(&self, _call: &Call<'_>, _since: Timestamp, each: &mut EachDocument<'_>) -> Result<Listing, Error> {
        let rest = self.desk.call("documents", Place::Documents, "")?;
        let mut all = self.desk.office.documents()?;
        if let (Rest::EmptyReceipt, Some(first)) = (rest, all.first_mut()) {
            first.receipt = Receipt::new("");
        }
        // Whoever has heard enough is not asked again.
        let _ = all.into_iter().try_for_each(each);
        Ok(Listing::whole())
    }

    fn open(&self, _call: &Call<'_>, header: &Header<'_>) -> Result<Document, Error> {
        self.desk.call("open", Place::Open, header.tenant.id.as_str())?;
        Ok(Document::new(Arc::clone(&self.desk), header))
    }
}

impl Drop for Erp {
    fn drop(&mut self) {
        // What Drop would answer, nobody hears; what it does, everybody.
        let _ = self.desk.call("drop_backend", Place::DropBackend, "");
    }
}
