//! `mien eval all`: every evaluation of one list, and what each of them needs to know.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use mien_vision::home::Home;
use serde_json::{Map, Value, json};

use super::seeing::Seeing;
use super::{SeeingArgs, ages, attributes, detection, identity, landmarks, liveness, masks, quality};

/// One evaluation: its name, and the function that measures it and gives a JSON object.
pub struct Evaluation {
    pub name: &'static str,
    pub measure: fn(&Seeing, &Scope) -> anyhow::Result<Value>,
}

/// Every evaluation of `mien eval all`, in this order. A new one is one line here and one in `EvalCommand`.
const EVALUATIONS: &[Evaluation] = &[
    Evaluation {
        name: "detection",
        measure: detection::measure,
    },
    Evaluation {
        name: "landmarks",
        measure: landmarks::measure,
    },
    Evaluation {
        name: "identity",
        measure: identity::measure,
    },
    Evaluation {
        name: "attributes",
        measure: attributes::measure,
    },
    Evaluation {
        name: "ages",
        measure: ages::measure,
    },
    Evaluation {
        name: "quality",
        measure: quality::listed,
    },
    Evaluation {
        name: "masks",
        measure: masks::listed,
    },
    Evaluation {
        name: "liveness",
        measure: liveness::listed,
    },
];

/// On what an evaluation runs.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The folder with `lfw`, `utkface`, `masks` and `photos`.
    pub data: PathBuf,
    /// Smaller samples, for a look in minutes.
    pub quick: bool,
}

/// Options of evaluations that need nothing but data.
#[derive(Clone, Debug, Args)]
pub struct MeasureArgs {
    /// The folder that holds the sets as `lfw`, `utkface`, `masks` and `photos`.
    #[arg(long)]
    pub data: PathBuf,
    /// Smaller samples, for a look in minutes.
    #[arg(long)]
    pub quick: bool,
    /// Print one JSON object on one line.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub seeing: SeeingArgs,
}

/// Runs the whole list. An evaluation that lacks its data says so in its place; the others run.
pub fn run(args: &MeasureArgs, home: &Home) -> anyhow::Result<()> {
    let (seeing, scope) = open(args, home)?;
    let mut report = head(&seeing, &scope);
    for evaluation in EVALUATIONS {
        let start = Instant::now();
        let measured =
            (evaluation.measure)(&seeing, &scope).unwrap_or_else(|error| json!({"error": format!("{error:#}")}));
        eprintln!("{} in {:.0} s", evaluation.name, start.elapsed().as_secs_f64());
        report.insert(evaluation.name.to_owned(), measured);
    }
    print(&Value::Object(report), args.json)
}

/// Runs one evaluation of the list.
pub fn one(name: &str, args: &MeasureArgs, home: &Home) -> anyhow::Result<()> {
    let evaluation = EVALUATIONS.iter().find(|evaluation| evaluation.name == name);
    let evaluation = evaluation.ok_or_else(|| anyhow::anyhow!("there is no evaluation {name}"))?;
    let (seeing, scope) = open(args, home)?;
    let mut report = head(&seeing, &scope);
    report.insert(name.to_owned(), (evaluation.measure)(&seeing, &scope)?);
    print(&Value::Object(report), args.json)
}

impl Scope {
    /// About `full` items spread evenly over all of them, or `quick` items when a quick look is wanted.
    pub fn sample<'a, T>(&self, items: &'a [T], full: usize, quick: usize) -> Vec<&'a T> {
        let wanted = if self.quick { quick } else { full }.clamp(1, items.len().max(1));
        (0..wanted.min(items.len()))
            .map(|index| &items[index * items.len() / wanted])
            .collect()
    }
}

fn open(args: &MeasureArgs, home: &Home) -> anyhow::Result<(Seeing, Scope)> {
    let seeing = Seeing::open(&args.seeing, home, true)?;
    let scope = Scope {
        data: args.data.clone(),
        quick: args.quick,
    };
    Ok((seeing, scope))
}

fn head(seeing: &Seeing, scope: &Scope) -> Map<String, Value> {
    let mut head = Map::new();
    head.insert("pack".to_owned(), json!(seeing.pack));
    head.insert("engine".to_owned(), json!(seeing.engine));
    head.insert("quick".to_owned(), json!(scope.quick));
    head
}

fn print(report: &Value, on_one_line: bool) -> anyhow::Result<()> {
    let text = if on_one_line {
        serde_json::to_string(report)?
    } else {
        serde_json::to_string_pretty(report)?
    };
    println!("{text}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::{Command, Subcommand};

    use super::EVALUATIONS;
    use crate::eval::EvalCommand;

    /// The list itself, those that make files, and verification, which compares 87 million pairs.
    const APART: [&str; 5] = ["all", "calibrate", "cover", "fit", "lfw"];

    #[test]
    fn the_list_has_every_evaluation() {
        let command = EvalCommand::augment_subcommands(Command::new("eval"));
        let commands = command.get_subcommands().map(Command::get_name);
        let expected: BTreeSet<&str> = commands.filter(|name| !APART.contains(name)).collect();
        let listed: BTreeSet<&str> = EVALUATIONS.iter().map(|evaluation| evaluation.name).collect();
        assert_eq!(listed, expected);
        assert_eq!(listed.len(), EVALUATIONS.len(), "an evaluation is listed twice");
    }
}
