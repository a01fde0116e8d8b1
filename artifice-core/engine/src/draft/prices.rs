//! Names and prices of a run, as they are today. Only what is new needs them.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

use artifice_model::rate::{Cards, Names, Price, PriceError, PriceList, PriceQuery, PriceSource, Quote, Terms};
use artifice_model::units::Unit;
use artifice_model::{Currency, Decimal, Period, TenantId, Timestamp};
use artifice_plugin_host::{ClassPath, api};

use crate::Engine;
use crate::backend::backends::Backends;
use crate::backend::{deadlines, document};
use crate::config::{OwnPrices, PricesFrom};
use crate::error::EngineError;
use crate::tell::{Listener, Notice};

/// Names and prices.
pub(crate) struct Prices {
    pub names: Names,
    /// Locations that prices name and no sample can have, each with where it stands.
    pub unreachable: Vec<(String, String)>,
    source: Option<Source>,
}

enum Source {
    /// The operator's files.
    Own(PriceList),
    /// The backend's price list.
    Backend(BackendPrices),
}

impl Engine {
    /// Reads names and prices. `backends` is asked where the backend's price list decides.
    pub(crate) fn load_prices(
        &self,
        backends: impl FnOnce() -> Result<Arc<Backends>, EngineError>,
    ) -> Result<Prices, EngineError> {
        let own = self.config().load_prices()?;
        let unreachable = self.config().unreachable(&own);
        let OwnPrices { names, list } = own;
        let source = match self.config().rates.source {
            PricesFrom::File => list.map(Source::Own),
            PricesFrom::Backend => Some(Source::Backend(BackendPrices {
                backends: backends()?,
                cards: list.unwrap_or_default().cards,
                time_slice_us: self.config().rates.rules.time_slice_us,
                answers: Mutex::default(),
            })),
        };
        Ok(Prices { names, unreachable, source })
    }

    /// The backend for prices alone.
    pub(crate) fn backend_for_prices(&self) -> Result<Arc<Backends>, EngineError> {
        Ok(Arc::new(Backends::new(self.clone(), self.load_backend()?)))
    }

    /// Whether what a statement says depends on the others of its month.
    pub(crate) fn counts_months(&self, prices: &Prices) -> bool {
        prices.cards().is_some_and(Cards::count) || self.config().counts_days()
    }

    /// The instants inside a period, in order, at which prices may change.
    pub(crate) fn cuts(&self, prices: &Prices, period: Period) -> Vec<Timestamp> {
        let calendar = &self.config().main.calendar;
        let mut cuts: BTreeSet<Timestamp> = BTreeSet::new();
        if let Some(cards) = prices.cards() {
            cuts.extend(cards.changes(period));
            if cards.count() {
                cuts.extend(calendar.months(period).map(|month| month.end()));
            }
        }
        if let Some(Source::Backend(_)) = prices.source {
            // When its prices change is only known once it is asked what something costs.
            cuts.extend(calendar.days(period));
        }
        cuts.retain(|cut| period.start() < *cut && *cut < period.end());
        cuts.into_iter().collect()
    }
}

impl Prices {
    /// The prices, if any are configured.
    pub fn source(&self) -> Option<&dyn PriceSource> {
        self.source.as_ref().map(|source| -> &dyn PriceSource {
            match source {
                Source::Own(list) => list,
                Source::Backend(backend) => backend,
            }
        })
    }

    /// Tells of prices that nothing can ever have.
    pub fn tell(&self, listener: &dyn Listener, region: &str) {
        if !self.unreachable.is_empty() {
            let (places, region) = (self.unreachable.clone(), region.to_owned());
            listener.notice(&Notice::Unreachable { places, region });
        }
    }

    /// Whether somebody else's system is asked for them.
    fn are_asked_for(&self) -> bool {
        matches!(self.source, Some(Source::Backend(_)))
    }

    /// Works out costs: where another system is asked for prices, it is waited for where that holds nobody else up.
    pub async fn charged<T: Send + 'static>(&self, charge: impl FnOnce() -> T + Send + 'static) -> Result<T, String> {
        if self.are_asked_for() { document::blocking(deadlines::PRICES, move |_| charge()).await } else { Ok(charge()) }
    }

    fn cards(&self) -> Option<&Cards> {
        match self.source.as_ref()? {
            Source::Own(list) => Some(&list.cards),
            Source::Backend(backend) => Some(&backend.cards),
        }
    }

    /// Whether it matters what earlier statements charged for entering tiers.
    pub fn count_flats(&self) -> bool {
        self.cards().is_some_and(Cards::count_flats)
    }
}

/// The backend's price list. Each question is asked once a run.
struct BackendPrices {
    backends: Arc<Backends>,
    /// Taxes and the minimum charge are the cards'.
    cards: Cards,
    time_slice_us: u64,
    answers: Mutex<HashMap<Question, Quote>>,
}

/// Tenant, location, service, unit, instant, quantity.
type Question = (TenantId, String, String, String, Timestamp, Decimal);

impl PriceSource for BackendPrices {
    fn price(&self, query: &PriceQuery<'_>) -> Result<Quote, PriceError> {
        let PriceQuery { tenant, location, service, unit, at, quantity, .. } = *query;
        let own = str::to_owned;
        let question = (tenant.clone(), own(location), own(service), own(unit), at, quantity);
        let answers = || self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = answers().get(&question) {
            return Ok(known.clone());
        }
        let wrong = |why: String| PriceError { service: own(service), location: own(location), why };
        let backend = self.backends.get().map_err(|error| wrong(error.to_string()))?;
        let query = api::PriceQuery {
            tenant: tenant.as_str().into(),
            location: location.into(),
            service: service.into(),
            unit: unit.into(),
            at: api::Timestamp { micros: at.micros() },
            quantity: api::Decimal::new(quantity.mantissa(), quantity.scale()),
            extra: api::RSlice::EMPTY,
        };
        let asked = backend.price(&api::Call::within(deadlines::ASK), &query);
        let answer = asked.map_err(|error| wrong(error.message().to_owned()))?;
        let quote = quoted(backend.class(), self.time_slice_us, answer).map_err(wrong)?;
        answers().insert(question, quote.clone());
        Ok(quote)
    }

    fn terms(&self, currency: Currency, at: Timestamp) -> Terms {
        self.cards.terms(currency, at)
    }

    fn heeds_quantity(&self) -> bool {
        true
    }
}

/// What a backend of that class says, in our own terms.
pub fn quoted(class: &ClassPath, time_slice_us: u64, answer: Option<api::Price>) -> Result<Quote, String> {
    let Some(price) = answer else { return Ok(Quote::default()) };
    let until = price.until.into_option().map(|until| Timestamp::from_micros(until.micros));
    let amount = Decimal::new(price.amount.mantissa(), price.amount.scale().into())
        .map_err(|why| format!("the amount that {class} answers is none: {why}"))?;
    let per = Unit::of_price(&price.per, time_slice_us).map_err(|why| format!("{class} answers a price per {why}"))?;
    let currency: Currency =
        price.currency.parse().map_err(|why| format!("{class} answers a currency that is none: {why}"))?;
    let origin = match price.origin.as_str() {
        "" => class.to_string(),
        origin => format!("{class}: {origin}"),
    };
    Ok(Quote { price: Some(Arc::new(Price::flat(amount, per, currency, origin))), until })
}
