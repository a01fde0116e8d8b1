//! Whether a run can begin.

use crate::clock::now;
use artifice_collect::Observation;
use artifice_model::Period;

use crate::Engine;
use crate::error::EngineError;
use crate::run::usages::Metering;

impl Engine {
    /// Whether the configured source's files are there. Asks nobody.
    pub fn find_source(&self) -> Result<(), EngineError> {
        Metering::find(self.config()).map(drop)
    }

    /// Whether the configured source can be logged in to, and answers; and what is seen of it.
    ///
    /// # Errors
    /// [`EngineError`]: it cannot, or does not.
    pub async fn check_source(&self) -> Result<Vec<Observation>, EngineError> {
        Metering::connect(self.config()).await?.check(&self.config().choice()).await
    }

    /// Refuses a period that metering may still change.
    pub fn check_settled(&self, period: Period) -> Result<(), EngineError> {
        let settled = period.end().plus(self.config().main.settle_us);
        if now() < settled { Err(EngineError::NotSettled { end: period.end(), settled }) } else { Ok(()) }
    }
}
