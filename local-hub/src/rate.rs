//! Rate limits as the Hub has them: so many requests in a fixed window, counted apart for three policies, by user or by address; and so
//! many commits an hour.
//!
//! Nothing is limited unless a quota is set. A window begins for everybody at once, so that all counts are forgotten together and a Hub
//! that runs for weeks keeps none of them.

use std::collections::HashMap;
use std::net::IpAddr;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard};

use axum::body::Body;
use axum::http::{Response, StatusCode};
use serde::{Deserialize, Serialize};

use crate::call::set;
use crate::clock::Clock;
use crate::error::Refusal;
use crate::ident::RepoId;
use crate::limits::RATE_WINDOW;

const HOUR: u64 = 3600;

/// How much is allowed; nothing is limited where there is no number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Quotas {
    /// Calls of the API in a window.
    pub api: Option<u64>,
    /// Downloads in a window.
    pub resolvers: Option<u64>,
    /// Pages in a window.
    pub pages: Option<u64>,
    /// Length of a window.
    /// Units: seconds.
    pub window_seconds: u64,
    /// Commits of one user to one repo in an hour.
    pub commits_per_hour: Option<u64>,
}

impl Default for Quotas {
    fn default() -> Self {
        Self { api: None, resolvers: None, pages: None, window_seconds: RATE_WINDOW, commits_per_hour: None }
    }
}

/// The command line's form is `api=1000,resolvers=5000,pages=200`, any of them.
impl FromStr for Quotas {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut quotas = Self::default();
        for pair in text.split(',') {
            let (name, number) = pair.split_once('=').ok_or("quotas are api=N,resolvers=N,pages=N")?;
            let number = number.parse().map_err(|_| format!("the quota of {name} is not a number"))?;
            let quota = match name {
                "api" => &mut quotas.api,
                "resolvers" => &mut quotas.resolvers,
                "pages" => &mut quotas.pages,
                _ => return Err(format!("there is no quota {name}: expected api, resolvers or pages")),
            };
            *quota = Some(number);
        }
        Ok(quotas)
    }
}

/// What a request counts as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Policy {
    /// A call of the API.
    Api,
    /// A download.
    Resolvers,
    /// A page for people.
    Pages,
}

impl Policy {
    /// What a route counts as, by its name; nothing for what is not limited.
    pub fn of(route: &str) -> Option<Self> {
        match route {
            "control" | "health" | "web.file" | "page" | "none" | "preflight" => None,
            "resolve" | "raw" => Some(Self::Resolvers),
            "home" | "oauth.authorize" | "oauth.device-page" | "oauth.consent" => Some(Self::Pages),
            web if web.starts_with("web.") => Some(Self::Pages),
            _ => Some(Self::Api),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Resolvers => "resolvers",
            Self::Pages => "pages",
        }
    }
}

/// Whose requests are counted together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Who {
    /// A user, with whatever token.
    User(String),
    /// Everybody without a token at an address.
    Address(IpAddr),
}

/// Where somebody stands in the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    policy: Policy,
    who: Who,
    quota: u64,
    /// How many requests are left after this one.
    remaining: u64,
    /// Seconds to the end of the window.
    ends_in: u64,
    window: u64,
    is_over: bool,
}

impl Standing {
    /// The refusal, when the quota is used up.
    pub fn refusal(&self) -> Option<Refusal> {
        let message = match &self.who {
            Who::User(_) => format!("Too Many Requests: you have reached your '{}' rate limit.", self.policy.name()),
            Who::Address(address) => format!(
                "We had to rate limit your IP ({address}). To continue using our service, create a HF account or login to your \
                 existing account, and make sure you pass a HF_TOKEN if you're using the API."
            ),
        };
        self.is_over.then(|| Refusal::new(StatusCode::TOO_MANY_REQUESTS, message))
    }

    /// Adds the headers that tell it.
    pub fn show(&self, response: &mut Response<Body>) {
        let name = self.policy.name();
        set(response, "ratelimit", format!("\"{name}\";r={};t={}", self.remaining, self.ends_in));
        set(response, "ratelimit-policy", format!("\"fixed window\";\"{name}\";q={};w={}", self.quota, self.window));
        if self.is_over {
            set(response, "retry-after", self.ends_in.to_string());
        }
    }
}

/// Counts requests and commits against the quotas.
pub struct RateLimits {
    clock: Arc<Clock>,
    state: Mutex<State>,
}

struct State {
    quotas: Quotas,
    /// When the counting began.
    origin: u64,
    window: u64,
    requests: HashMap<(Policy, Who), u64>,
    hour: u64,
    commits: HashMap<(RepoId, String), u64>,
}

impl RateLimits {
    /// Counts from now on.
    pub fn new(quotas: Quotas, clock: Arc<Clock>) -> Self {
        let state = State {
            quotas,
            origin: clock.now(),
            window: 0,
            requests: HashMap::new(),
            hour: 0,
            commits: HashMap::new(),
        };
        Self { clock, state: Mutex::new(state) }
    }

    /// The quotas in force.
    pub fn quotas(&self) -> Quotas {
        self.lock().quotas.clone()
    }

    /// Sets other quotas, and begins a new window and a new hour.
    pub fn set(&self, quotas: Quotas) {
        let now = self.clock.now();
        let mut state = self.lock();
        state.quotas = quotas;
        state.origin = now;
        state.requests.clear();
        state.commits.clear();
    }

    /// Counts a request; nothing when it is not limited.
    pub fn request(&self, policy: Policy, who: Who) -> Option<Standing> {
        let now = self.clock.now();
        let mut state = self.lock();
        let quota = match policy {
            Policy::Api => state.quotas.api,
            Policy::Resolvers => state.quotas.resolvers,
            Policy::Pages => state.quotas.pages,
        }?;
        let length = state.quotas.window_seconds.max(1);
        let since = now.saturating_sub(state.origin);
        if state.window != since / length {
            state.window = since / length;
            state.requests.clear();
        }
        let used = state.requests.entry((policy, who.clone())).or_default();
        let is_over = *used >= quota;
        *used += u64::from(!is_over);
        let remaining = quota - *used;
        Some(Standing { policy, who, quota, remaining, ends_in: length - since % length, window: length, is_over })
    }

    /// Counts a commit.
    /// Errors: 429 when the hour's are used up.
    pub fn commit(&self, repo: &RepoId, user: &str) -> Result<(), Refusal> {
        let now = self.clock.now();
        let mut state = self.lock();
        let Some(quota) = state.quotas.commits_per_hour else { return Ok(()) };
        let since = now.saturating_sub(state.origin);
        if state.hour != since / HOUR {
            state.hour = since / HOUR;
            state.commits.clear();
        }
        let used = state.commits.entry((repo.clone(), user.to_owned())).or_default();
        if *used >= quota {
            let mut refusal = Refusal::new(
                StatusCode::TOO_MANY_REQUESTS,
                format!(
                    "You have exceeded the rate limit for repository commits ({quota} per hour). Retry this action in about 1 hour."
                ),
            );
            refusal.retry_after = Some(HOUR - since % HOUR);
            return Err(refusal);
        }
        *used += 1;
        Ok(())
    }

    /// Takes a commit back that was refused for another reason.
    pub fn uncommit(&self, repo: &RepoId, user: &str) {
        if let Some(used) = self.lock().commits.get_mut(&(repo.clone(), user.to_owned())) {
            *used = used.saturating_sub(1);
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(name: &str) -> Who {
        Who::User(name.to_owned())
    }

    #[test]
    fn a_window_is_used_up_and_begins_again() {
        let clock = Arc::new(Clock::default());
        let limits = RateLimits::new("api=2,pages=1".parse().unwrap(), Arc::clone(&clock));
        let ask = |policy, who| limits.request(policy, who).map(|standing| (standing.remaining, standing.is_over));
        assert_eq!(ask(Policy::Api, user("demo")), Some((1, false)));
        assert_eq!(ask(Policy::Api, user("demo")), Some((0, false)));
        assert_eq!(ask(Policy::Api, user("demo")), Some((0, true)));
        assert_eq!(ask(Policy::Api, user("ann")), Some((1, false)));
        assert_eq!(ask(Policy::Api, Who::Address([127, 0, 0, 1].into())), Some((1, false)));
        assert_eq!(ask(Policy::Pages, user("demo")), Some((0, false)));
        assert_eq!(ask(Policy::Resolvers, user("demo")), None);
        clock.advance(RATE_WINDOW);
        assert_eq!(ask(Policy::Api, user("demo")), Some((1, false)));
    }

    #[test]
    fn commits_are_counted_by_user_and_repo() {
        let clock = Arc::new(Clock::default());
        let limits = RateLimits::new(Quotas { commits_per_hour: Some(1), ..Quotas::default() }, Arc::clone(&clock));
        let repo = |name: &str| RepoId { kind: crate::ident::RepoType::Model, owner: "demo".into(), name: name.into() };
        limits.commit(&repo("a"), "demo").unwrap();
        let refused = limits.commit(&repo("a"), "demo").unwrap_err();
        assert!(refused.message.contains("1 per hour") && refused.retry_after.is_some_and(|wait| wait <= HOUR));
        limits.commit(&repo("b"), "demo").unwrap();
        limits.commit(&repo("a"), "ann").unwrap();
        limits.uncommit(&repo("a"), "demo");
        limits.commit(&repo("a"), "demo").unwrap();
        clock.advance(HOUR);
        limits.commit(&repo("a"), "demo").unwrap();
    }

    #[test]
    fn quotas_of_the_command_line() {
        assert_eq!("api=3".parse(), Ok(Quotas { api: Some(3), ..Quotas::default() }));
        for bad in ["", "api", "api=x", "api=-1", "commits=1"] {
            assert!(bad.parse::<Quotas>().is_err(), "{bad}");
        }
    }
}
