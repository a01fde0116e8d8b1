//! Several label sets of one resource are one series: their points, each in order, become one order.
//!
//! A resized server, two scrapers, an exporter that moved: a store sorts its answer by labels, so that the pieces lie
//! apart in it. Each is read block by block, and only two blocks of each are in memory.

use artifice_model::Timestamp;

use crate::error::SourceError;
use crate::sink::{Point, Says, SeriesId, Sink, Value};
use crate::source::Ended;

/// The points of a label set, in order.
pub trait Cursor {
    /// Puts the next points into an empty block; false if there are no more.
    ///
    /// # Errors
    /// [`SourceError`]: they cannot be read.
    fn next(&mut self, block: &mut Vec<Point>) -> Result<bool, SourceError>;
}

/// A label set of a series.
pub struct Piece<'a> {
    says: Says,
    cursor: Box<dyn Cursor + 'a>,
    block: Vec<Point>,
    /// Where in the block it is.
    at: usize,
    /// The block after it.
    ahead: Vec<Point>,
}

/// What decides which point comes first.
type Place<'p> = (Timestamp, Value, &'p str);

impl<'a> Piece<'a> {
    /// A label set, with what it says.
    pub fn new(says: Says, cursor: Box<dyn Cursor + 'a>) -> Self {
        Piece { says, cursor, block: Vec::new(), at: 0, ahead: Vec::new() }
    }

    /// Whether there is a point: reads on where the block is used up.
    fn fill(&mut self, max_gap_us: i64) -> Result<bool, SourceError> {
        while self.at == self.block.len() {
            self.at = 0;
            self.block.clear();
            std::mem::swap(&mut self.block, &mut self.ahead);
            let more = self.cursor.next(&mut self.ahead)?;
            if !more && self.block.is_empty() && self.ahead.is_empty() {
                return Ok(false);
            }
            self.drop_failed_scrapes(max_gap_us);
        }
        Ok(true)
    }

    /// A store writes an end for every series of a target that could not be scraped once. So an end after which the
    /// same label set goes on soon is none.
    fn drop_failed_scrapes(&mut self, max_gap_us: i64) {
        let is_number = |point: &&Point| point.value != Value::Ends;
        let mut next = self.ahead.iter().find(is_number).map(|point| point.at);
        for place in (0..self.block.len()).rev() {
            let point = self.block[place];
            if point.value != Value::Ends {
                next = Some(point.at);
            } else if next.is_some_and(|next| next.micros().saturating_sub(point.at.micros()) <= max_gap_us) {
                self.block.remove(place);
            }
        }
    }

    fn place(&self, point: &Point) -> Place<'_> {
        (point.at, point.value, &self.says.lines)
    }

    fn head(&self) -> Option<Place<'_>> {
        self.block.get(self.at).map(|point| self.place(point))
    }
}

/// Hands a series over, whatever the number of its label sets. `max_gap_us` is how long a series may be silent and goes
/// on all the same.
///
/// # Errors
/// [`Ended`], of the sink or of a cursor.
pub fn merge(series: SeriesId, pieces: &mut Vec<Piece<'_>>, max_gap_us: i64, sink: &mut dyn Sink) -> Result<(), Ended> {
    loop {
        let mut failed = None;
        pieces.retain_mut(|piece| piece.fill(max_gap_us).map_err(|error| failed = Some(error)).unwrap_or(true));
        if let Some(error) = failed {
            return Err(error.into());
        }
        let first = pieces.iter().enumerate().filter_map(|(place, piece)| Some((piece.head()?, place))).min();
        let Some((_, first)) = first else { return Ok(()) };
        let others = pieces.iter().enumerate().filter(|(place, _)| *place != first);
        let next = others.filter_map(|(_, piece)| piece.head()).min();
        let piece = &pieces[first];
        let rest = &piece.block[piece.at..];
        // As far as no other label set has anything before it; all of it, if there is no other.
        let run = next.map_or(rest.len(), |next| rest.partition_point(|point| piece.place(point) <= next));
        sink.points(series, &piece.says, &rest[..run])?;
        pieces[first].at += run;
    }
}
