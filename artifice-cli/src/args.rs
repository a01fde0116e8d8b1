//! The command line.

use std::path::PathBuf;

use artifice_engine::Selection;
use artifice_ledger::Dimension;
use artifice_model::{Calendar, Decimal, Period, Timestamp};
use clap::{ArgAction, Args as ClapArgs, Parser, Subcommand, ValueEnum};

use crate::ending::CommandError;
use crate::say::LogFormat;

/// What a command is about, which time, and how it is to be done: the groups of its help.
const WHAT: &str = "What";
const WHEN: &str = "When";
const HOW: &str = "How";

/// Metering goes in, invoices come out, exactly once.
#[derive(Debug, Parser)]
#[command(
    name = "artifice",
    version,
    propagate_version = true,
    after_help = "Example, on the first of a month: look at what would be billed, then bill it\n  artifice usage --month previous\n  \
                  artifice bill --month previous"
)]
pub struct Args {
    /// The configuration file [default: $ARTIFICE_CONFIG, ./artifice.yaml, /etc/artifice/artifice.yaml,
    /// /etc/openstack/artifice.conf]
    #[arg(short, long, global = true, value_name = "FILE", env = "ARTIFICE_CONFIG", hide_env = true, help_heading = HOW)]
    pub config: Option<PathBuf>,
    /// Say more; twice for even more
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet", help_heading = HOW)]
    pub verbose: u8,
    /// Say nothing but errors
    #[arg(short, long, global = true, help_heading = HOW)]
    pub quiet: bool,
    /// The form of warnings and log messages, on standard error
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT", help_heading = HOW)]
    pub log_format: LogFormat,
    #[command(subcommand)]
    pub command: Command,
}

/// How a result is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// One JSON document
    Json,
    /// Comma-separated, with a header row
    Csv,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableOrJson {
    /// For people
    Table,
    /// One JSON document
    Json,
}

/// What the history is summed up by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum By {
    /// Who was billed
    Tenant,
    /// The datacenter
    Location,
    /// The part of the statement
    Section,
    /// What is priced
    Service,
    /// The tenant's resource
    Resource,
    /// The calendar month, in main.timezone
    Month,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show what a bill would say now; stores nothing
    #[command(after_help = "Example:\n  artifice usage -t demo --from 2026-01-01 --to 2026-01-16 --explain")]
    Usage {
        #[command(flatten)]
        tenants: TenantArgs,
        /// Only this section of the statement; may be repeated
        #[arg(short, long = "section", value_name = "SECTION", help_heading = WHAT)]
        sections: Vec<String>,
        #[command(flatten)]
        period: PeriodArgs,
        /// Also say where each line comes from: its samples, its rate, the arithmetic
        #[arg(long, help_heading = HOW)]
        explain: bool,
        /// The form of the output
        #[arg(long, value_enum, default_value_t = Format::Table, help_heading = HOW)]
        format: Format,
    },
    /// Store what was used, price it, and hand it to the backend; safe to repeat
    #[command(after_help = "Example:\n  artifice bill --month previous")]
    Bill {
        #[command(flatten)]
        tenants: TenantArgs,
        #[command(flatten)]
        period: PeriodArgs,
        /// Show what would be billed, and store nothing
        #[arg(long, help_heading = HOW)]
        dry_run: bool,
        /// Bill what late metering changes in a period that was billed before
        #[arg(long, help_heading = HOW)]
        adjust: bool,
        /// Bill a period that is not over, or ended less than main.settle ago
        #[arg(long, help_heading = HOW)]
        accept_incomplete: bool,
        /// The form of the output
        #[arg(long, value_enum, default_value_t = TableOrJson::Table, help_heading = HOW)]
        format: TableOrJson,
    },
    /// Look at what has been billed
    #[command(subcommand)]
    Statement(StatementCommand),
    /// Show what has been billed: every line, or sums; costs are before taxes
    ///
    /// Lines of statements that are void, and of credits, do not count; those of adjustments do, also while
    /// a statement is held or not sent yet. A line belongs to the instant at which its period begins.
    /// Taxes are a statement's and not a line's, so all costs here are before taxes. Whether statements still
    /// say what they said when they were stored is checked by `db verify`, not here.
    #[command(after_help = "Example:\n  artifice history --month 2026-01 --by tenant,section --format csv")]
    History {
        #[command(flatten)]
        tenants: TenantArgs,
        #[command(flatten)]
        period: PeriodArgs,
        /// Sum up by this; may be repeated or separated by commas, and sorts in this order [default: every line]
        #[arg(long, value_enum, value_delimiter = ',', value_name = "WHAT", help_heading = WHAT)]
        by: Vec<By>,
        /// The form of the output
        #[arg(long, value_enum, default_value_t = Format::Table, help_heading = HOW)]
        format: Format,
    },
    /// Look at the prices
    #[command(subcommand)]
    Rates(RatesCommand),
    /// Look at the backends
    #[command(subcommand)]
    Plugin(PluginCommand),
    /// Look at the configuration
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Look after the ledger
    #[command(subcommand)]
    Db(DbCommand),
    /// Write a script that completes this command's words in a shell
    #[command(after_help = "Example:\n  artifice completions bash > /etc/bash_completion.d/artifice")]
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
}

#[derive(Debug, Subcommand)]
pub enum StatementCommand {
    /// List the statements
    #[command(after_help = "Example:\n  artifice statement list --status held")]
    List {
        /// Only those with this status (held, pending, sending, in_doubt, committed, voiding, void)
        #[arg(long, value_name = "STATUS", help_heading = WHAT)]
        status: Option<String>,
        /// The form of the output
        #[arg(long, value_enum, default_value_t = TableOrJson::Table, help_heading = HOW)]
        format: TableOrJson,
    },
    /// Show a statement with its lines
    #[command(after_help = "Example:\n  artifice statement show 12 --format json")]
    Show {
        /// Its id or number
        id: String,
        /// The form of the output
        #[arg(long, value_enum, default_value_t = TableOrJson::Table, help_heading = HOW)]
        format: TableOrJson,
    },
    /// Say where a statement's lines come from: the samples, the quantity, the rate, the arithmetic
    #[command(after_help = "Example:\n  artifice statement explain 12 --line 3")]
    Explain {
        /// Its id or number
        id: String,
        /// Only this line, counted from 1 as `statement show` shows them
        #[arg(long, value_name = "N", help_heading = WHAT)]
        line: Option<usize>,
        /// The form of the output
        #[arg(long, value_enum, default_value_t = TableOrJson::Table, help_heading = HOW)]
        format: TableOrJson,
    },
    /// Have a statement's document written again, from what is stored, and print where it is
    #[command(after_help = "Example:\n  artifice statement regenerate 12")]
    Regenerate {
        /// Its id or number
        id: String,
    },
    /// Let a statement go that is held; the next bill sends it
    ///
    /// A statement is held because it is beyond `limits:`, because of readings that are not plausible (below 0, or a
    /// counter that rose too fast), or because nothing would announce the end of what it charges (`max_gap: unlimited`
    /// of samples that name no event). `statement show` says which.
    #[command(after_help = "Example:\n  artifice statement release 12")]
    Release {
        /// Its id or number
        id: String,
    },
    /// Take a statement back, with a credit if the backend has it; its period can be billed again then
    #[command(after_help = "Example:\n  artifice statement void 12 --reason 'wrong price' --with-later")]
    Void {
        /// Its id or number
        id: String,
        /// Why; it stays with the statement
        #[arg(long, value_name = "TEXT", help_heading = HOW)]
        reason: String,
        /// Also take back what stands in the way, the last one first: its adjustments, and later statements of its month
        /// that have gone on from it
        #[arg(long, help_heading = HOW)]
        with_later: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum RatesCommand {
    /// List all prices of the rates file and the rate cards
    #[command(after_help = "Example:\n  artifice rates list")]
    List {
        /// The form of the output
        #[arg(long, value_enum, default_value_t = TableOrJson::Table, help_heading = HOW)]
        format: TableOrJson,
    },
    /// Show what a service costs, and what a given usage of it would
    #[command(after_help = "Example:\n  artifice rates show m1.small --quantity 720 --unit hour")]
    Show {
        /// The service's internal name, or what people call it
        service: String,
        /// How much of it is used, as the first of its month
        #[arg(long, alias = "volume", value_name = "QUANTITY", requires = "unit", allow_negative_numbers = true, help_heading = WHAT)]
        quantity: Option<Decimal>,
        /// The quantity's unit, as `usage` shows it: hour, B, GB·hour
        #[arg(long, value_name = "UNIT", help_heading = WHAT)]
        unit: Option<String>,
        /// Who pays, by id
        #[arg(short, long, value_name = "TENANT", help_heading = WHAT)]
        tenant: Option<String>,
        /// Where it is used [default: main.region]
        #[arg(long, value_name = "LOCATION", help_heading = WHAT)]
        location: Option<String>,
        /// When it is used: a date, or RFC 3339 [default: now]
        #[arg(long, value_name = "WHEN", help_heading = WHEN)]
        at: Option<String>,
        /// The form of the output
        #[arg(long, value_enum, default_value_t = TableOrJson::Table, help_heading = HOW)]
        format: TableOrJson,
    },
}

#[derive(Debug, Subcommand)]
pub enum PluginCommand {
    /// List the backends in the plugin directories, broken ones included
    #[command(after_help = "Example:\n  artifice plugin list")]
    List {
        /// The form of the output
        #[arg(long, value_enum, default_value_t = TableOrJson::Table, help_heading = HOW)]
        format: TableOrJson,
    },
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Check the configuration, the files it names, and the backend
    #[command(after_help = "Example:\n  artifice config check --online")]
    Check {
        /// Also ask the ledger, a running cloud and the backend whether they can be reached
        #[arg(long, help_heading = HOW)]
        online: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum DbCommand {
    /// Bring the ledger's schema up to date
    #[command(after_help = "Example:\n  artifice db migrate")]
    Migrate,
    /// Say where the ledger is and how far its schema is
    #[command(after_help = "Example:\n  artifice db status")]
    Status,
    /// Check everything that is stored, at any time, and change nothing; exit 1 if there are findings
    #[command(after_help = "Example:\n  artifice db verify --backend --since 2026-01-01")]
    Verify {
        /// Also ask the backend what it has, and compare
        #[arg(long, help_heading = HOW)]
        backend: bool,
        /// Ask it only about what was stored since then: a date, or RFC 3339 [default: everything]
        #[arg(long, value_name = "WHEN", requires = "backend", help_heading = WHEN)]
        since: Option<String>,
        /// The form of the output
        #[arg(long, value_enum, default_value_t = TableOrJson::Table, help_heading = HOW)]
        format: TableOrJson,
    },
}

#[derive(Debug, ClapArgs)]
pub struct TenantArgs {
    /// Only this tenant, by id or name; may be repeated [default: all]
    #[arg(short, long = "tenant", value_name = "TENANT", help_heading = WHAT)]
    pub tenants: Vec<String>,
}

#[derive(Debug, ClapArgs)]
pub struct PeriodArgs {
    /// A calendar month, in main.timezone: YYYY-MM, `previous` or `current`
    #[arg(long, value_name = "MONTH", conflicts_with_all = ["from", "to"], help_heading = WHEN)]
    month: Option<String>,
    /// The first instant: a date, or RFC 3339
    #[arg(long, value_name = "WHEN", requires = "to", help_heading = WHEN)]
    from: Option<String>,
    /// The first instant after it: a date, or RFC 3339
    #[arg(long, value_name = "WHEN", requires = "from", help_heading = WHEN)]
    to: Option<String>,
}

impl PeriodArgs {
    /// The period that was asked for at `now`, if one was.
    pub fn period(&self, calendar: &Calendar, now: Timestamp) -> Result<Option<Period>, CommandError> {
        let wrong = |why: String| CommandError::Arguments(why);
        if let Some(month) = &self.month {
            return named_month(month, calendar, now).map(Some).map_err(|why| wrong(format!("--month: {why}")));
        }
        let (Some(from), Some(to)) = (&self.from, &self.to) else { return Ok(None) };
        let start = calendar.when(from).map_err(|error| wrong(format!("--from: {error}")))?;
        let end = calendar.when(to).map_err(|error| wrong(format!("--to: {error}")))?;
        Period::new(start, end).map(Some).map_err(|error| wrong(error.to_string()))
    }
}

impl By {
    /// As the ledger calls it.
    fn dimension(self) -> Dimension {
        match self {
            By::Tenant => Dimension::Tenant,
            By::Location => Dimension::Location,
            By::Section => Dimension::Section,
            By::Service => Dimension::Service,
            By::Resource => Dimension::Resource,
            By::Month => Dimension::Month,
        }
    }
}

/// What to sum up by, each once, in the order in which it was asked for first.
pub fn dimensions(by: &[By]) -> Vec<Dimension> {
    let mut dimensions = Vec::new();
    for dimension in by.iter().map(|by| by.dimension()) {
        if !dimensions.contains(&dimension) {
            dimensions.push(dimension);
        }
    }
    dimensions
}

/// A month, by its name or from now.
fn named_month(name: &str, calendar: &Calendar, now: Timestamp) -> Result<Period, String> {
    let outside = || "this month lies outside what instants can be".to_owned();
    let current = || calendar.month_of(now).ok_or_else(outside);
    let before =
        |month: Period| calendar.month_of(Timestamp::from_micros(month.start().micros() - 1)).ok_or_else(outside);
    match name {
        "current" => current(),
        "previous" => before(current()?),
        name => calendar.month(name).map_err(|error| format!("{error} (or `previous`, `current`)")),
    }
}

/// The current month up to now.
pub fn this_month(calendar: &Calendar, now: Timestamp) -> Result<Period, CommandError> {
    let month = calendar.month_of(now).and_then(|month| Period::new(month.start(), now).ok());
    month.ok_or_else(|| {
        CommandError::Arguments(
            "this month has only just begun; name a period with --month or --from and --to".to_owned(),
        )
    })
}

impl TenantArgs {
    /// As the engine wants it.
    pub fn selection(self, sections: Vec<String>) -> Selection {
        Selection { tenants: self.tenants, sections }
    }
}
