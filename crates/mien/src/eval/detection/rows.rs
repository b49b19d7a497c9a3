//! Shares with their samples, their mark and the names of what went wrong.

use serde_json::{Value, json};

/// One attempt.
pub struct Tried {
    name: String,
    succeeded: bool,
}

/// One line of a report.
pub struct Row {
    what: String,
    succeeded: usize,
    of: usize,
    /// Least share; a most one where less is better.
    mark: Option<f64>,
    less_is_better: bool,
    named: Vec<String>,
    note: Option<String>,
}

/// A report, line by line.
#[derive(Default)]
pub struct Rows {
    rows: Vec<Row>,
}

/// So many names are listed.
const NAMES: usize = 12;

impl Tried {
    pub fn new(name: &str, succeeded: bool) -> Self {
        Self {
            name: name.to_owned(),
            succeeded,
        }
    }
}

impl Row {
    /// How many of the attempts succeeded; the others are named.
    pub fn share(what: &str, tried: &[Tried]) -> Self {
        Self::naming(what, tried, false)
    }

    /// How many of the attempts did what they should not; these are named.
    pub fn false_share(what: &str, tried: &[Tried]) -> Self {
        Self::naming(what, tried, true)
    }

    fn naming(what: &str, tried: &[Tried], succeeded: bool) -> Self {
        let named = tried.iter().filter(|tried| tried.succeeded == succeeded);
        Self {
            what: what.to_owned(),
            succeeded: tried.iter().filter(|tried| tried.succeeded).count(),
            of: tried.len(),
            mark: None,
            less_is_better: false,
            named: named.take(NAMES).map(|tried| tried.name.clone()).collect(),
            note: None,
        }
    }

    /// What the share should at least be.
    pub fn mark(mut self, least: f64) -> Self {
        self.mark = Some(least);
        self
    }

    /// What the share should at most be.
    pub fn at_most(mut self, most: f64) -> Self {
        (self.mark, self.less_is_better) = (Some(most), true);
        self
    }

    pub fn noted(mut self, note: String) -> Self {
        self.note = Some(note);
        self
    }

    fn into_json(self) -> Value {
        let share = self.succeeded as f64 / self.of.max(1) as f64;
        let met = self.mark.map(|mark| {
            if self.less_is_better {
                share <= mark
            } else {
                share >= mark
            }
        });
        json!({
            "share": share,
            "count": self.succeeded,
            "of": self.of,
            "mark": self.mark,
            "met": met,
            "names": self.named,
            "note": self.note,
        })
    }
}

impl Rows {
    pub fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    pub fn into_json(self) -> Value {
        Value::Object(
            self.rows
                .into_iter()
                .map(|row| (row.what.clone(), row.into_json()))
                .collect(),
        )
    }
}
