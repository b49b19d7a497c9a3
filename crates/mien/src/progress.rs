//! Progress of an installation: bars on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use mien_vision::install::Progress;

/// How often a bar without a known end moves.
const TICK: Duration = Duration::from_millis(120);

/// Shows progress on standard error.
pub fn shown() -> Box<dyn Progress> {
    if std::io::stderr().is_terminal() {
        Box::new(Bars::default())
    } else {
        Box::new(Lines::default())
    }
}

#[derive(Default)]
struct Bars {
    current: Option<ProgressBar>,
}

impl Progress for Bars {
    fn begin(&mut self, step: &str, total: Option<u64>) {
        let bar = match total {
            Some(total) => {
                ProgressBar::new(total).with_style(style("  {msg:44} {bar:30} {bytes:>10} of {total_bytes} {eta}"))
            }
            None => ProgressBar::new_spinner().with_style(style("{spinner} {msg:44} {elapsed}")),
        };
        bar.set_message(step.to_owned());
        bar.enable_steady_tick(TICK);
        self.current = Some(bar);
    }

    fn advance(&mut self, bytes: u64) {
        if let Some(bar) = &self.current {
            bar.inc(bytes);
        }
    }

    fn end(&mut self) {
        if let Some(bar) = self.current.take() {
            let (step, took) = (bar.message(), bar.elapsed());
            bar.finish_and_clear();
            eprintln!("  {step:44} {:.1} s", took.as_secs_f32());
        }
    }
}

/// The template is fixed; should indicatif refuse it, its own default is good enough.
fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[derive(Default)]
struct Lines {
    current: Option<(String, Instant)>,
}

impl Progress for Lines {
    fn begin(&mut self, step: &str, _total: Option<u64>) {
        eprintln!("  {step} ...");
        self.current = Some((step.to_owned(), Instant::now()));
    }

    fn advance(&mut self, _bytes: u64) {}

    fn end(&mut self) {
        if let Some((step, began)) = self.current.take() {
            eprintln!("  {step}: {:.1} s", began.elapsed().as_secs_f32());
        }
    }
}
