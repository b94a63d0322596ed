//! The request log in numbers: per route and for each host, how many requests, how many at once, how many bytes.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::request_log::Entry;

/// Requests of one kind in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Numbers {
    /// How many requests.
    pub count: u64,
    /// The most that went on at the same time.
    pub max_concurrent: u64,
    /// Bytes of request bodies that came.
    pub request_bytes: u64,
    /// Bytes of answers that went out.
    pub response_bytes: u64,
    /// How many were hit by a fault rule.
    pub faults: u64,
    /// How many ended before the whole answer was out.
    pub cut: u64,
    /// How many answers had each status.
    pub statuses: BTreeMap<u16, u64>,
    #[serde(skip)]
    spans: Vec<(f64, f64)>,
}

impl Numbers {
    fn add(&mut self, entry: &Entry) {
        self.count += 1;
        self.request_bytes += entry.request_bytes;
        self.response_bytes += entry.response_bytes;
        self.faults += u64::from(entry.fault.is_some());
        self.cut += u64::from(entry.cut);
        if let Some(status) = entry.status {
            *self.statuses.entry(status).or_default() += 1;
        }
        self.spans.push((entry.started_at, entry.ended_at.unwrap_or(f64::INFINITY)));
    }

    fn finish(mut self) -> Self {
        self.max_concurrent = most_at_once(&std::mem::take(&mut self.spans));
        self
    }
}

/// The log in numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// All requests.
    pub total: Numbers,
    /// By host: `hub` and `store`.
    pub faces: BTreeMap<&'static str, Numbers>,
    /// By route.
    pub routes: BTreeMap<&'static str, Numbers>,
}

impl Summary {
    /// The numbers of these requests.
    pub fn of(entries: &[Entry]) -> Self {
        let mut summary = Self::default();
        for entry in entries {
            summary.total.add(entry);
            summary.faces.entry(entry.face).or_default().add(entry);
            summary.routes.entry(entry.route).or_default().add(entry);
        }
        let finish = |numbers: BTreeMap<&'static str, Numbers>| {
            numbers.into_iter().map(|(name, numbers)| (name, numbers.finish())).collect()
        };
        Self { total: summary.total.finish(), faces: finish(summary.faces), routes: finish(summary.routes) }
    }
}

/// How many of these spans of time overlap at the most; one that ends when another begins does not overlap it.
fn most_at_once(spans: &[(f64, f64)]) -> u64 {
    let mut edges: Vec<(f64, i8)> = spans.iter().flat_map(|(start, end)| [(*start, 1), (*end, -1)]).collect();
    edges.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let (mut now, mut most) = (0_i64, 0_i64);
    for (_, step) in edges {
        now += i64::from(step);
        most = most.max(now);
    }
    most.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_once() {
        let table: [(&[(f64, f64)], u64); 5] = [
            (&[], 0),
            (&[(1.0, 2.0)], 1),
            (&[(1.0, 2.0), (2.0, 3.0)], 1),
            (&[(1.0, 4.0), (2.0, 3.0), (2.5, f64::INFINITY)], 3),
            (&[(1.0, 2.0), (1.5, 3.0), (2.5, 4.0)], 2),
        ];
        for (spans, most) in table {
            assert_eq!(most_at_once(spans), most, "{spans:?}");
        }
    }
}
