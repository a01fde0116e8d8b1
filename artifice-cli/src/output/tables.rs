//! Tables for people: as wide as the terminal, and never wider.

use std::collections::BTreeMap;

use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};

use artifice_text::{bounded, line};

use crate::terminal::{bold, columns};

/// Columns that go where there is no room, in this order; the others stay, and fold.
const GOING: [&str; 13] = [
    "Where it stands",
    "Command",
    "What it is",
    "Valid",
    "Tenants",
    "Location",
    "Name",
    "Section",
    "Rate",
    "Receipt",
    "Kind",
    "Period",
    "Detail",
];
/// Columns whose cells do not fold: half of a number is another number.
const WHOLE: [&str; 9] = ["From", "Quantity", "Cost", "Total", "Number", "Statement", "Lines", "Version", "Month"];
/// Columns of amounts, which are compared by their ends.
const AMOUNTS: [&str; 2] = ["Cost", "Total"];
/// No cell has more characters than that.
const LONGEST_CELL: usize = 400;
/// A column is folded down to so many characters, and not further while another one can go.
const NARROW: usize = 12;

/// A table, with a line break at its end; empty without rows. On a terminal, what does not fit folds or goes.
pub fn table(headers: &[&str], rows: Vec<Vec<String>>) -> String {
    fitting(headers, rows, columns())
}

/// A table of so many characters at most.
fn fitting(headers: &[&str], rows: Vec<Vec<String>>, room: Option<u16>) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|row| row.iter().map(|cell| bounded(&line(cell), LONGEST_CELL).into_owned()).collect())
        .collect();
    let mut table = Table::new();
    table.load_style(presets::UTF8_FULL_CONDENSED).set_content_arrangement(ContentArrangement::Disabled);
    let Some(room) = room else {
        table.set_header(headers).add_rows(rows);
        align(&mut table, headers.iter().copied());
        return format!("{table}\n");
    };
    let shown = shown(headers, &rows, room.into());
    let of_shown = |row: &[String]| shown.iter().map(|index| row[*index].clone()).collect::<Vec<_>>();
    table.set_header(shown.iter().map(|index| headers[*index]));
    table.add_rows(rows.iter().map(|row| of_shown(row)));
    align(&mut table, shown.iter().map(|index| headers[*index]));
    table.set_content_arrangement(ContentArrangement::Dynamic).set_width(room);
    for (column, index) in table.column_iter_mut().zip(&shown) {
        if WHOLE.contains(&headers[*index]) {
            column.set_constraint(ColumnConstraint::ContentWidth);
        }
    }
    let gone: Vec<&str> =
        (0..headers.len()).filter(|index| !shown.contains(index)).map(|index| headers[index]).collect();
    let note = match &gone[..] {
        [] => String::new(),
        gone => format!("(not shown, for want of room: {})\n", gone.join(", ")),
    };
    let is_frame = |line: &&str| !line.starts_with('│');
    let text = table.to_string();
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let head: Vec<String> = lines.clone().take_while(|line| !is_frame(line)).map(bold).collect();
    let rest = lines.skip(head.len());
    let all: Vec<String> = [first.to_owned()].into_iter().chain(head).chain(rest.map(str::to_owned)).collect();
    format!("{}\n{note}", all.join("\n"))
}

/// Puts amounts to the right.
fn align<'h>(table: &mut Table, headers: impl Iterator<Item = &'h str>) {
    for (column, header) in table.column_iter_mut().zip(headers) {
        if AMOUNTS.contains(&header) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// The columns for which there is room.
fn shown(headers: &[&str], rows: &[Vec<String>], room: usize) -> Vec<usize> {
    let widest = |index: usize| {
        let cells = rows.iter().filter_map(|row| row.get(index)).flat_map(|cell| cell.lines());
        cells.chain([headers[index]]).map(|text| text.chars().count()).max().unwrap_or(0)
    };
    let least = |index: &usize| {
        let widest = widest(*index);
        // A blank at both sides, and the frame's line.
        3 + if WHOLE.contains(&headers[*index]) { widest } else { widest.min(NARROW) }
    };
    let least: Vec<usize> = (0..headers.len()).map(|index| least(&index)).collect();
    let mut shown: Vec<usize> = (0..headers.len()).collect();
    for going in GOING {
        if shown.iter().map(|index| least[*index]).sum::<usize>() < room {
            break;
        }
        shown.retain(|index| headers[*index] != going);
    }
    shown
}

/// Ids as tables show them: the first eight digits of one that is long, where these tell it from the others.
pub struct Ids(BTreeMap<String, String>);

impl Ids {
    /// Of these ids.
    pub fn of<'a>(all: impl IntoIterator<Item = &'a str>) -> Ids {
        let mut ids = BTreeMap::new();
        for id in all.into_iter().filter(|id| is_long(id)) {
            let same = ids.entry(id[..SHORT].to_owned()).or_insert_with(|| id.to_owned());
            if same != id {
                same.clear();
            }
        }
        Ids(ids)
    }

    /// An id.
    pub fn show(&self, id: &str) -> String {
        let is_unique = is_long(id) && self.0.get(&id[..SHORT]).is_some_and(|whole| whole == id);
        if is_unique { format!("{}…", &id[..SHORT]) } else { id.to_owned() }
    }
}

/// How many digits of an id are shown.
const SHORT: usize = 8;

/// Whether it is a UUID, with or without dashes, or longer.
fn is_long(id: &str) -> bool {
    id.len() >= 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide() -> (Vec<&'static str>, Vec<Vec<String>>) {
        let headers = vec!["Section", "Location", "Service", "Resource", "Quantity", "Rate", "Cost"];
        let row = [
            "Block storage",
            "auckland-1",
            "Volume of the fastest kind, größe 100",
            "a resource with a name",
            "1234567.123456 GB·hour",
            "0.00025 per GB per hour",
            "1234567.89",
        ];
        (headers, vec![row.map(str::to_owned).to_vec(); 2])
    }

    #[test]
    fn a_table_is_never_wider_than_there_is_room_and_its_numbers_are_whole() {
        for room in [60, 80, 100, 120, 160, 200] {
            let (headers, rows) = wide();
            let text = fitting(&headers, rows, Some(room));
            for line in text.lines().filter(|line| !line.starts_with('(')) {
                assert!(line.chars().count() <= usize::from(room), "{room}\n{text}");
                assert!(line.ends_with(['│', '┐', '┤', '╡', '┘']), "{room}\n{text}");
            }
            assert!(text.contains("1234567.123456 GB·hour") && text.contains("1234567.89"), "{room}\n{text}");
        }
    }

    #[test]
    fn columns_go_before_the_others_become_unreadable_and_that_is_said() {
        let (headers, rows) = wide();
        assert!(fitting(&headers, rows.clone(), Some(80)).contains("(not shown, for want of room: "));
        let whole = fitting(&headers, rows.clone(), Some(200));
        assert!(headers.iter().all(|header| whole.contains(header)) && !whole.contains("not shown"));
        assert_eq!(fitting(&headers, rows, None).lines().count(), 6, "a pipe is as wide as it has to be");
    }

    #[test]
    fn of_a_statement_its_kind_stays_rather_than_its_receipt_and_amounts_end_below_one_another() {
        let headers = ["Number", "Kind", "Tenant", "Period", "Total", "Status", "Receipt"];
        let row = |kind: &str, total: &str| {
            let receipt = "a-tenant-with-a-name-2026-01-01-2026-02-01.csv";
            ["1", kind, "a tenant with a name", "2026-01-01 to 2026-02-01", total, "committed", receipt]
                .map(str::to_owned)
                .to_vec()
        };
        let rows = || vec![row("invoice", "NZD 1000.00"), row("credit", "NZD 1.00")];
        let text = fitting(&headers, rows(), Some(80));
        assert!(text.contains("│ credit") || text.contains("┆ credit"), "{text}");
        assert!(text.contains("(not shown, for want of room: Receipt)"), "{text}");
        for text in [text, fitting(&headers, rows(), None)] {
            assert!(text.contains("┆ NZD 1000.00 ┆") && text.contains("┆    NZD 1.00 ┆"), "{text}");
        }
    }

    #[test]
    fn long_ids_are_short_where_that_tells_them_apart() {
        let (one, other) = ("931dc699f9934021b1d0c9d1f2a3b4c5", "0198c1f2-7d2f-7000-8000-000000000001");
        let near = "0198c1f2-7d2f-7000-8000-000000000002";
        let ids = Ids::of([one, other, "vm-1", one]);
        assert_eq!([one, other, "vm-1"].map(|id| ids.show(id)), ["931dc699…", "0198c1f2…", "vm-1"]);
        let ids = Ids::of([one, other, near]);
        assert_eq!([one, other, near].map(|id| ids.show(id)), ["931dc699…", other, near]);
    }
}
