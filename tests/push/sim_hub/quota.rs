//! A quota of calls per window, as the Hub counts and announces it.

/// See the module.
#[derive(Debug, Clone)]
pub struct SimQuota {
    pub calls: u64,
    pub window_ms: u64,
    /// Calls that came although none was left.
    pub exceeded: u64,
    /// Windows in which calls came.
    pub windows: u64,
    used: u64,
    ends_ms: u64,
}

impl SimQuota {
    pub fn new(calls: u64, window_ms: u64) -> SimQuota {
        SimQuota { calls, window_ms, exceeded: 0, windows: 0, used: 0, ends_ms: 0 }
    }

    /// Counts a call; whether it is within the quota.
    pub fn count(&mut self, now_ms: u64) -> bool {
        if now_ms >= self.ends_ms {
            (self.used, self.ends_ms) = (0, now_ms + self.window_ms);
            self.windows += 1;
        }
        self.used += 1;
        let is_within = self.used <= self.calls;
        self.exceeded += u64::from(!is_within);
        is_within
    }

    /// What it says of that.
    pub fn headers(&self, now_ms: u64) -> [(String, String); 2] {
        let left = self.calls.saturating_sub(self.used);
        let seconds = self.ends_ms.saturating_sub(now_ms) / 1000;
        let policy = format!("\"fixed window\";\"api\";q={};w={}", self.calls, self.window_ms / 1000);
        [("ratelimit".to_owned(), format!("\"api\";r={left};t={seconds}")), ("ratelimit-policy".to_owned(), policy)]
    }
}
