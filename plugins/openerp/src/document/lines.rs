//! Lines: what quantity and price the ERP can keep of them, and what stands in their text.

use artifice_plugin_api::{Decimal, Error, Fraction, Line};

use super::head::Head;
use crate::decimals::{minus, rounded, times};
use crate::masters::{Precision, Wanted};
use crate::settings::{self, Checked};

/// A row of the document.
pub enum Row {
    /// A heading.
    Section(String),
    /// What is charged.
    Line(Box<Charged>),
}

impl Row {
    /// The line, if it is one.
    pub fn line(&self) -> Option<&Charged> {
        match self {
            Row::Line(line) => Some(line),
            Row::Section(_) => None,
        }
    }
}

/// A line, kept.
pub struct Charged {
    /// The service's internal name.
    pub service: String,
    name: String,
    location: String,
    resource_id: String,
    resource_name: String,
    quantity: Decimal,
    unit: String,
    rate: Option<Decimal>,
    /// What the rate is per.
    pub rate_unit: String,
    factor: Option<Fraction>,
    /// What it costs.
    pub cost: Decimal,
    /// Positions of its taxes.
    pub taxes: Vec<u32>,
}

/// How a line is billed.
#[derive(Debug, PartialEq, Eq)]
pub struct Billed {
    /// How much.
    pub quantity: Decimal,
    /// At which price.
    pub price: Decimal,
    /// Whether it is 1 × the cost, because the ERP cannot keep quantity and price.
    pub is_cost: bool,
}

impl Charged {
    /// Copies a line.
    pub fn of(line: &Line<'_>) -> Self {
        Charged {
            service: line.service.to_string(),
            name: line.name.to_string(),
            location: line.location.to_string(),
            resource_id: line.resource_id.to_string(),
            resource_name: line.resource_name.to_string(),
            quantity: line.quantity,
            unit: line.unit.to_string(),
            rate: line.rate.into_option(),
            rate_unit: line.rate_unit.to_string(),
            factor: line.factor.into_option(),
            cost: line.cost,
            taxes: line.taxes.to_vec(),
        }
    }

    /// The product that the line wants.
    pub fn wanted(&self) -> Wanted {
        Wanted { service: self.service.clone(), name: self.name.clone(), rate_unit: self.rate_unit.clone() }
    }

    /// Quantity and price that come to the cost, if the ERP keeps all of their digits.
    fn exact(&self, precision: Precision, digits: u8) -> Result<(Decimal, Decimal), String> {
        let rate = self.rate.ok_or("it has no single price")?;
        let factor =
            self.factor.ok_or_else(|| format!("what one {} is in {} is not known", self.unit, self.rate_unit))?;
        let quantity = factor
            .of(self.quantity)
            .ok_or_else(|| format!("{} {} is no decimal number of {}", self.quantity, self.unit, self.rate_unit))?;
        if quantity.scale() > precision.quantity {
            return Err(format!(
                "the quantity {quantity} has {} digits after the point, and the ERP keeps {} (Product Unit of Measure)",
                quantity.scale(),
                precision.quantity
            ));
        }
        if rate.scale() > precision.price {
            return Err(format!(
                "the price {rate} has {} digits after the point, and the ERP keeps {} (Product Price)",
                rate.scale(),
                precision.price
            ));
        }
        match times(quantity, rate).and_then(|cost| rounded(cost, digits)) {
            Some(cost) if cost == self.cost => Ok((quantity, rate)),
            _ => Err(format!("its cost, {}, is not {quantity} × {rate}", self.cost)),
        }
    }

    /// How the line is billed. `flipped`: as money that goes back.
    pub fn billed(
        &self,
        precision: Precision,
        digits: u8,
        policy: settings::Precision,
        flipped: bool,
    ) -> Result<Billed, Error> {
        let sign = |value: Decimal| if flipped { minus(value) } else { Some(value) };
        let too_large = || Error::refused(format_args!("the line of {}: it is too large", self.resource()));
        match (self.exact(precision, digits), policy) {
            (Ok((quantity, price)), _) => {
                Ok(Billed { quantity: sign(quantity).ok_or_else(too_large)?, price, is_cost: false })
            }
            (Err(_), settings::Precision::CostLine) => {
                let price = sign(self.cost).ok_or_else(too_large)?;
                Ok(Billed { quantity: crate::decimals::ONE, price, is_cost: true })
            }
            (Err(why), settings::Precision::Refuse) => Err(Error::refused(format_args!(
                "the line of {} for {}: {why}; raise that precision under Settings, Technical, Decimal Accuracy, or set precision: cost_line",
                self.name,
                self.resource()
            ))),
        }
    }

    fn resource(&self) -> &str {
        if self.resource_name.is_empty() { &self.resource_id } else { &self.resource_name }
    }

    /// The line's text.
    pub fn text(&self, settings: &Checked, head: &Head, billed: &Billed) -> String {
        let template = if billed.is_cost { &settings.cost_line_text } else { &settings.line_text };
        let [first, last, _] = &head.days;
        template.fill(|placeholder| match placeholder {
            "name" => self.name.clone(),
            "service" => self.service.clone(),
            "location" => self.location.clone(),
            "resource" => self.resource().to_owned(),
            "resource_id" => self.resource_id.clone(),
            "resource_name" => self.resource_name.clone(),
            "start" => first.clone(),
            "end" => last.clone(),
            "quantity" => format!("{} {}", self.quantity, self.unit),
            "rate" => match self.rate {
                Some(rate) => format!("at {rate} {} per {}", head.currency, self.rate_unit),
                None => String::new(),
            },
            _ => String::new(),
        })
    }
}
