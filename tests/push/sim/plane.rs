//! The data plane of the push: when its lanes work, and when some of them die.

use hubferry::step::{Input, StepId};
use hubferry::time::Millis;

use super::World;
use super::air::Due;
use crate::sim_lanes::SimLanes;

impl World {
    pub(super) fn lanes(&mut self) -> &mut SimLanes {
        self.lanes.as_mut().expect("a data plane")
    }

    /// Lets some lane work soon, unless one will.
    pub(super) fn wake_lanes(&mut self) {
        if !self.due.iter().any(|(_, _, due)| matches!(due, Due::Lanes)) {
            let (at, id) = (self.now + Millis(1 + self.random(20)), self.lanes().id);
            self.due.push((at, id, Due::Lanes));
        }
    }

    pub(super) fn end_lanes(&mut self, id: StepId) {
        if let Some(lanes) = self.lanes.take_if(|lanes| lanes.id == id) {
            self.packed_peak = self.packed_peak.max(lanes.packed_peak);
            self.due.retain(|(_, _, due)| !matches!(due, Due::Lanes));
        }
    }

    /// One piece of work of the lanes, and what they have to say by then.
    pub(super) fn work(&mut self) -> Vec<Input> {
        let Some(mut lanes) = self.lanes.take() else { return Vec::new() };
        self.worked += 1;
        if self.deaths.front().is_some_and(|at| *at <= self.worked) {
            self.deaths.pop_front();
            lanes.kill(self.random(16) as usize);
        }
        let mut rng = self.rng;
        let random = |below: u64| {
            rng = rng.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (rng >> 33) % below.max(1)
        };
        let read = &mut self.read;
        let worked = lanes.work(&self.files, random, |file, bytes| *read.entry(file).or_default() += bytes);
        self.rng = rng;
        let news: Vec<Input> = lanes.news.drain(..).collect();
        self.records.extend(lanes.take_records(self.now.0));
        self.lanes = Some(lanes);
        if worked {
            self.wake_lanes();
        }
        news
    }
}
