//! The wish that a command ends, as signals say it.

use tokio::signal::unix::SignalKind;

/// Who asks a command to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Somebody at the terminal, with Ctrl-C.
    CtrlC,
    /// Whoever stops services, or `kill`.
    Terminate,
    /// The terminal was closed.
    HangUp,
}

impl Wish {
    /// The signal that says so.
    pub fn kind(self) -> SignalKind {
        match self {
            Wish::CtrlC => SignalKind::interrupt(),
            Wish::Terminate => SignalKind::terminate(),
            Wish::HangUp => SignalKind::hangup(),
        }
    }

    /// The exit status of a command that it ended, as shells know it: 128 and the signal's number.
    pub fn status(self) -> u8 {
        u8::try_from(self.kind().as_raw_value()).map_or(u8::MAX, |number| number.saturating_add(128))
    }

    /// What to do for it to end at once.
    pub fn once_more(self) -> &'static str {
        match self {
            Wish::CtrlC => "; Ctrl-C once more ends at once",
            Wish::Terminate => "; SIGTERM once more ends at once",
            // Nobody is there any more.
            Wish::HangUp => "",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_has_the_status_that_shells_know() {
        assert_eq!([Wish::HangUp, Wish::CtrlC, Wish::Terminate].map(Wish::status), [129, 130, 143]);
    }
}
