//! Times taken, told as a table and as JSON.

use std::time::Instant;

use serde_json::{Map, Value, json};

/// One database's numbers.
pub(crate) struct Report {
    database: &'static str,
    numbers: Vec<(&'static str, f64)>,
    times: Vec<Times>,
}

struct Times {
    what: String,
    count: usize,
    p50: f64,
    p95: f64,
    p99: f64,
    max: f64,
}

impl Report {
    pub(crate) fn new(database: &'static str) -> Self {
        Self { database, numbers: Vec::new(), times: Vec::new() }
    }

    pub(crate) fn number(&mut self, what: &'static str, value: f64) {
        self.numbers.push((what, value));
    }

    pub(crate) fn times(&mut self, what: &str, mut millis: Vec<f64>) {
        millis.sort_by(f64::total_cmp);
        let at = |share: f64| millis[((millis.len() - 1) as f64 * share).round() as usize];
        self.times.push(Times {
            what: what.to_owned(),
            count: millis.len(),
            p50: at(0.5),
            p95: at(0.95),
            p99: at(0.99),
            max: at(1.0),
        });
        eprintln!("{}: {what}: p95 {:.2} ms", self.database, at(0.95));
    }
}

pub(crate) fn print(reports: &[Report]) {
    for report in reports {
        println!("\n{}", report.database);
        for (what, value) in &report.numbers {
            println!("  {what:<48} {value:>10.0}");
        }
        println!("  {:<48} {:>10} {:>9} {:>9} {:>9}", "milliseconds", "p50", "p95", "p99", "max");
        for times in &report.times {
            let Times { what, p50, p95, p99, max, .. } = times;
            println!("  {what:<48} {p50:>10.2} {p95:>9.2} {p99:>9.2} {max:>9.2}");
        }
    }
}

pub(crate) fn json(reports: &[Report]) -> String {
    let databases: Vec<Value> = reports.iter().map(one).collect();
    format!("{:#}\n", json!({ "benchmark": "catalog", "databases": databases }))
}

fn one(report: &Report) -> Value {
    let numbers: Map<String, Value> =
        report.numbers.iter().map(|(what, value)| ((*what).to_owned(), json!(round(*value)))).collect();
    let times: Map<String, Value> = report
        .times
        .iter()
        .map(|times| {
            let Times { count, p50, p95, p99, max, .. } = times;
            let value = json!({ "count": count, "p50_ms": round(*p50), "p95_ms": round(*p95),
                "p99_ms": round(*p99), "max_ms": round(*max) });
            (times.what.clone(), value)
        })
        .collect();
    json!({ "database": report.database, "numbers": numbers, "times": times })
}

fn round(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// A stopwatch.
pub(crate) struct Watch(Instant);

impl Watch {
    #[expect(clippy::disallowed_methods, reason = "this program measures time")]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }

    pub(crate) fn millis(&self) -> f64 {
        self.seconds() * 1_000.0
    }
}
