//! `docs/COMPATIBILITY.md`: what is served, where it differs from the documents, which codes are never sent. Written from the
//! same table that decodes the requests.

mod choices;
mod unreachable;

use std::fmt::Write;

use mien_wire::{Code, Level};

use crate::actions::{ACTIONS, Action};
use crate::shape::{BOTH, Fallback, Length, Limits, Output, Param, Unit, Version};

pub use choices::{CHOICES, Choice, DEVIATIONS, Deviation};
pub use unreachable::UNREACHABLE;

/// The document.
pub fn markdown() -> String {
    let mut page = String::from(INTRODUCTION);
    actions(&mut page);
    deviations(&mut page);
    choices(&mut page);
    codes(&mut page);
    for action in ACTIONS {
        section(&mut page, action);
    }
    page
}

const INTRODUCTION: &str = "\
# Compatibility

What this server answers, compared with the documents of Tencent Cloud Face Recognition (IAI) in the versions 2018-03-01 and
2020-03-03. Written by a test from the table of actions; do not edit, run
`MIEN_WRITE_DOCS=1 cargo test -p mien-api compatibility`.

- Both versions see the same groups, persons and faces. `FaceModelVersion` \"2.0\" and \"3.0\" are two embedders with two score scales.
- TC3-HMAC-SHA256 and both v1 signatures; JSON, query, form and multipart.
- Limits are the documented ones and can be changed in the configuration.
";

fn actions(page: &mut String) {
    page.push_str("\n## Actions\n\n| action | 2018-03-01 | 2020-03-03 | deviations |\n|---|---|---|---|\n");
    for action in ACTIONS {
        let served = |version| if action.versions.contains(&version) { "yes" } else { "-" };
        let deviations = DEVIATIONS
            .iter()
            .filter(|deviation| deviation.action == action.name)
            .count();
        let deviations = if deviations == 0 {
            String::new()
        } else {
            deviations.to_string()
        };
        let name = action.name;
        let (old, new) = (served(Version::V2018), served(Version::V2020));
        let _ = writeln!(
            page,
            "| [{name}](#{}) | {old} | {new} | {deviations} |",
            name.to_lowercase()
        );
    }
}

fn deviations(page: &mut String) {
    page.push_str("\n## Deviations\n\n| action | parameter or field | what differs |\n|---|---|---|\n");
    for Deviation { action, field, differs } in DEVIATIONS {
        let _ = writeln!(page, "| {action} | {field} | {differs} |");
    }
}

fn choices(page: &mut String) {
    page.push_str("\n## Where the documents disagree or are silent\n\n| point | what this server does |\n|---|---|\n");
    for Choice { point, chosen } in CHOICES {
        let _ = writeln!(page, "| {point} | {chosen} |");
    }
}

fn codes(page: &mut String) {
    let sent = Code::all().filter(|code| UNREACHABLE.iter().all(|(unreachable, _)| unreachable != code));
    let (gateway, business): (Vec<Code>, Vec<Code>) = sent.partition(|code| code.level() == Level::Gateway);
    page.push_str("\n## Error codes\n\nSent before the rules of an action: ");
    page.push_str(&listed(&gateway));
    page.push_str("\n\nSent by the rules of the actions: ");
    page.push_str(&listed(&business));
    page.push_str("\n\nDocumented, but never sent:\n\n| code | why |\n|---|---|\n");
    for (code, reason) in UNREACHABLE {
        let _ = writeln!(page, "| `{code}` | {reason} |");
    }
}

fn listed(codes: &[Code]) -> String {
    codes
        .iter()
        .map(|code| format!("`{code}`"))
        .collect::<Vec<_>>()
        .join(", ")
        + "."
}

fn section(page: &mut String, action: &Action) {
    let _ = writeln!(page, "\n## {}\n", action.name);
    if action.versions != BOTH {
        let versions: Vec<&str> = action.versions.iter().map(|version| version.as_str()).collect();
        let _ = writeln!(page, "Only in {}.\n", versions.join(", "));
    }
    if !action.params.is_empty() {
        page.push_str("| parameter | type | required | limits | default |\n|---|---|---|---|---|\n");
    }
    for param in action.params {
        let _ = writeln!(
            page,
            "| {}{} | {} | {} | {} | {} |",
            param.name,
            if param.versions == BOTH { "" } else { " (2020-03-03)" },
            param.kind,
            if param.required { "yes" } else { "" },
            limits(param),
            default(param),
        );
    }
    page.push_str("\n| field of the reply | type | may be null |\n|---|---|---|\n");
    for Output { name, kind, nullable } in action.outputs {
        let _ = writeln!(page, "| {name} | {kind} | {} |", if *nullable { "yes" } else { "" });
    }
    page.push_str("| RequestId | string |  |\n");
}

fn limits(param: &Param) -> String {
    let Limits {
        length,
        items,
        item_length,
        low,
        high,
        below_high,
        choices,
        words,
        ..
    } = param.limits;
    let mut parts = Vec::new();
    parts.extend(length.map(text_length));
    parts.extend(items.map(|items| match items.max {
        Some(max) => format!("{} to {max} entries", items.min),
        None => format!("at least {} entries", items.min),
    }));
    parts.extend(item_length.map(|length| format!("each {}", text_length(length))));
    parts.extend(low.map(|low| match high {
        Some(high) if below_high => format!("{low} to below {high}"),
        Some(high) => format!("{low} to {high}"),
        None => format!("from {low}"),
    }));
    if !choices.is_empty() {
        parts.push(choices.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
    }
    if !words.is_empty() {
        parts.push(words.join(", "));
    }
    parts.join("; ")
}

fn text_length(Length { min, max, unit }: Length) -> String {
    let unit = match unit {
        Unit::Bytes => "bytes",
        Unit::Characters => "characters",
    };
    match max {
        Some(max) => format!("{min} to {max} {unit}"),
        None => format!("at least {min} {unit}"),
    }
}

fn default(param: &Param) -> String {
    match param.limits.default {
        Some(Fallback::Number(number)) => number.to_string(),
        Some(Fallback::Word(word)) => word.to_owned(),
        None => String::new(),
    }
}
