//! Logins of apps: what was asked, what a user granted, and the tokens that came of it. Everything ends with the process.
//!
//! `routes/oauth` speaks the protocol; here is what must hold whatever it says: a code is good once and for a minute, a token ends, a
//! device that asks too often has to wait longer. Whatever is over is forgotten at the next call.

pub mod route;
pub mod scope;

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::auth::{Accounts, Caller, account_id};
use crate::clock::Clock;
use crate::oauth::scope::Scopes;

/// How long a code is good.
/// Units: seconds.
const CODE_LIFETIME: u64 = 60;
/// How long a token is good.
/// Units: seconds. Source: the Hub's tokens for apps.
pub const TOKEN_LIFETIME: u64 = 8 * 3600;
/// How long a user has to consent, and a device's codes are good.
/// Units: seconds. Source: the Hub's device flow.
pub const ASK_LIFETIME: u64 = 900;
/// How long a device waits between two questions, and how much longer when it does not.
/// Units: seconds. Source: the Hub's device flow.
pub const DEVICE_INTERVAL: u64 = 5;

/// An app that may ask users to log in. The command line's form is `ID` or `ID:REDIRECT[,REDIRECT]`.
#[derive(Clone, Debug)]
pub struct OAuthClient {
    /// The app's id.
    pub id: String,
    /// Where its users may come back to, exactly.
    pub redirects: Vec<String>,
}

impl FromStr for OAuthClient {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (id, redirects) = text.split_once(':').unwrap_or((text, ""));
        if id.is_empty() || !id.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("an app is ID or ID:REDIRECT[,REDIRECT]".to_owned());
        }
        let redirects: Vec<String> = redirects.split(',').filter(|url| !url.is_empty()).map(str::to_owned).collect();
        match redirects.iter().find(|url| origin(url).is_none() || url.contains('#')) {
            Some(bad) => Err(format!("{bad} is no http or https URL without a fragment")),
            None => Ok(Self { id: id.to_owned(), redirects }),
        }
    }
}

/// The origin of an http or https URL.
pub fn origin(url: &str) -> Option<&str> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    (end > 0).then(|| &url[..url.len() - rest.len() + end])
}

/// Who answers when an app asks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Consent {
    /// The user, on a page.
    #[default]
    Ask,
    /// This user, at once: for tests.
    Allow(String),
    /// Nobody, at once: for tests.
    Deny,
}

/// What an app may do, for whom.
#[derive(Clone, Debug)]
pub struct Grant {
    /// The app.
    pub client: String,
    /// The user.
    pub user: String,
    /// What it may do.
    pub scopes: Scopes,
    /// The ids of the organisations that it may do it in; without it, in all of the user's.
    pub orgs: Option<Vec<String>>,
}

/// What an app asks of a user by way of a browser.
#[derive(Clone, Debug)]
pub struct CodeAsk {
    /// The app.
    pub client: String,
    /// What it wants to do.
    pub scopes: Scopes,
    /// The organisations that it wants to do it in.
    pub orgs: Option<Vec<String>>,
    /// Where the user comes back to.
    pub redirect: String,
    /// The app's own word, given back as it is.
    pub state: Option<String>,
    /// Base64url of the SHA-256 of the verifier.
    pub challenge: String,
    /// For the id token.
    pub nonce: Option<String>,
}

/// What waits for a user's consent.
#[derive(Clone, Debug)]
pub enum Ask {
    /// A browser.
    Code(CodeAsk),
    /// A device, by its device code.
    Device(String),
}

/// A code that was given out.
#[derive(Clone, Debug)]
pub struct Code {
    /// What was asked.
    pub ask: CodeAsk,
    /// Who consented.
    pub user: String,
}

struct GivenCode {
    code: Code,
    /// The token that it was exchanged for.
    used_for: Option<String>,
}

/// Where a device's login stands.
#[derive(Clone, Debug)]
enum DeviceState {
    Pending,
    Denied,
    Granted(String),
}

/// A device that wants to log in.
#[derive(Clone, Debug)]
struct Device {
    client: String,
    scopes: Scopes,
    user_code: String,
    state: DeviceState,
    interval: u64,
    asked_at: Option<u64>,
}

/// What a device is told when it asks for its token.
#[derive(Clone, Debug)]
pub enum DeviceAnswer {
    /// The user has consented.
    Granted(Grant),
    /// The user has done nothing yet.
    Pending,
    /// It asks too often.
    SlowDown,
    /// The user said no.
    Denied,
    /// Its time is over, or there never was such a code.
    Expired,
}

/// A value that ends.
struct Until<T> {
    value: T,
    ends_at: u64,
}

/// The logins.
pub struct OAuth {
    clients: Vec<OAuthClient>,
    clock: Arc<Clock>,
    /// Signs id tokens.
    pub key: [u8; 16],
    state: Mutex<State>,
}

struct State {
    consent: Consent,
    asks: HashMap<String, Until<Ask>>,
    codes: HashMap<String, Until<GivenCode>>,
    devices: HashMap<String, Until<Device>>,
    tokens: HashMap<String, Until<Grant>>,
}

impl OAuth {
    /// No logins yet, for these apps.
    pub fn new(clients: Vec<OAuthClient>, consent: Consent, clock: Arc<Clock>) -> Self {
        let state = State {
            consent,
            asks: HashMap::new(),
            codes: HashMap::new(),
            devices: HashMap::new(),
            tokens: HashMap::new(),
        };
        Self { clients, clock, key: *Uuid::new_v4().as_bytes(), state: Mutex::new(state) }
    }

    /// The app of this id.
    pub fn client(&self, id: &str) -> Option<&OAuthClient> {
        self.clients.iter().find(|client| client.id == id)
    }

    /// Who answers when an app asks.
    pub fn consent(&self) -> Consent {
        self.lock().consent.clone()
    }

    /// Sets who answers when an app asks.
    pub fn set_consent(&self, consent: Consent) {
        self.lock().consent = consent;
    }

    /// Forgets all logins.
    pub fn clear(&self, consent: Consent) {
        let mut state = self.lock();
        state.consent = consent;
        state.asks.clear();
        state.codes.clear();
        state.devices.clear();
        state.tokens.clear();
    }

    /// Keeps a question until the user answers; gives the id that the page's form sends back.
    pub fn ask(&self, ask: Ask) -> String {
        let id = secret();
        self.lock().asks.insert(id.clone(), self.until(ask, ASK_LIFETIME));
        id
    }

    /// The question of this id, once.
    pub fn take_ask(&self, id: &str) -> Option<Ask> {
        self.lock().asks.remove(id).map(|ask| ask.value)
    }

    /// Gives out a code.
    pub fn give_code(&self, ask: CodeAsk, user: String) -> String {
        let code = secret();
        let given = GivenCode { code: Code { ask, user }, used_for: None };
        self.lock().codes.insert(code.clone(), self.until(given, CODE_LIFETIME));
        code
    }

    /// What a code stands for, once. Whoever comes with it again ends the token that it was exchanged for: one of the two is a thief.
    pub fn take_code(&self, code: &str) -> Option<Code> {
        let mut state = self.lock();
        let given = state.codes.get_mut(code)?;
        match given.value.used_for.replace(String::new()) {
            None => Some(given.value.code.clone()),
            Some(token) => {
                state.tokens.remove(&token);
                None
            }
        }
    }

    /// Makes a token; `code` is the one that it was exchanged for.
    pub fn give_token(&self, grant: Grant, code: Option<&str>) -> String {
        let token = format!("hf_oauth_{}", secret());
        let mut state = self.lock();
        state.tokens.insert(token.clone(), self.until(grant, TOKEN_LIFETIME));
        if let Some(given) = code.and_then(|code| state.codes.get_mut(code)) {
            given.value.used_for = Some(token.clone());
        }
        token
    }

    /// Who calls with a token.
    pub fn caller(&self, token: &str, accounts: &Accounts) -> Option<Caller> {
        let state = self.lock();
        let Until { value: grant, ends_at } = state.tokens.get(token)?;
        let mut caller = accounts.user(&grant.user)?;
        if let Some(orgs) = &grant.orgs {
            caller.orgs.retain(|(name, _)| orgs.contains(&account_id(name)));
        }
        caller.login = Some((grant.scopes.clone(), *ends_at));
        Some(caller)
    }

    /// A device begins its login; gives its device code and the user's code.
    pub fn begin_device(&self, client: &str, scopes: Scopes) -> (String, String) {
        let device_code = secret();
        // Letters that nobody takes for another, and that make no words.
        let letters = b"BCDFGHJKLMNPQRST";
        let text: String = Uuid::new_v4().as_bytes()[..4]
            .iter()
            .flat_map(|b| [b >> 4, b & 15])
            .map(|n| letters[n as usize] as char)
            .collect();
        let user_code = format!("{}-{}", &text[..4], &text[4..]);
        let device = Device {
            client: client.to_owned(),
            scopes,
            user_code: user_code.clone(),
            state: DeviceState::Pending,
            interval: DEVICE_INTERVAL,
            asked_at: None,
        };
        self.lock().devices.insert(device_code.clone(), self.until(device, ASK_LIFETIME));
        (device_code, user_code)
    }

    /// The device whose user has this code: its device code, app and scopes. Case and the dash do not matter.
    pub fn find_device(&self, user_code: &str) -> Option<(String, String, Scopes)> {
        let plain = |text: &str| -> String {
            text.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase()).collect()
        };
        let wanted = plain(user_code);
        let state = self.lock();
        let waiting =
            |device: &Device| matches!(device.state, DeviceState::Pending) && plain(&device.user_code) == wanted;
        let (code, device) = state.devices.iter().find(|(_, device)| waiting(&device.value))?;
        Some((code.clone(), device.value.client.clone(), device.value.scopes.clone()))
    }

    /// The user has decided about a device.
    pub fn decide_device(&self, device_code: &str, user: Option<String>) {
        if let Some(device) = self.lock().devices.get_mut(device_code) {
            device.value.state = user.map_or(DeviceState::Denied, DeviceState::Granted);
        }
    }

    /// A device asks for its token. Nothing when the code is another app's.
    pub fn poll_device(&self, device_code: &str, client: &str) -> Option<DeviceAnswer> {
        let now = self.clock.now();
        let mut state = self.lock();
        let consent = state.consent.clone();
        let Some(device) = state.devices.get_mut(device_code).map(|device| &mut device.value) else {
            return Some(DeviceAnswer::Expired);
        };
        if device.client != client {
            return None;
        }
        let early = device.asked_at.is_some_and(|at| now < at + device.interval);
        device.asked_at = Some(now);
        if early {
            device.interval += DEVICE_INTERVAL;
            return Some(DeviceAnswer::SlowDown);
        }
        let decided = match (&device.state, consent) {
            (DeviceState::Pending, Consent::Allow(user)) => DeviceState::Granted(user),
            (DeviceState::Pending, Consent::Deny) => DeviceState::Denied,
            (decided, _) => decided.clone(),
        };
        let answer = match decided {
            DeviceState::Pending => return Some(DeviceAnswer::Pending),
            DeviceState::Denied => DeviceAnswer::Denied,
            DeviceState::Granted(user) => DeviceAnswer::Granted(Grant {
                client: client.to_owned(),
                user,
                scopes: device.scopes.clone(),
                orgs: None,
            }),
        };
        state.devices.remove(device_code);
        Some(answer)
    }

    fn until<T>(&self, value: T, seconds: u64) -> Until<T> {
        Until { value, ends_at: self.clock.now() + seconds }
    }

    /// The state without what is over.
    fn lock(&self) -> MutexGuard<'_, State> {
        let now = self.clock.now();
        let mut state = self.state.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        state.asks.retain(|_, ask| now < ask.ends_at);
        state.codes.retain(|_, code| now < code.ends_at);
        state.devices.retain(|_, device| now < device.ends_at);
        state.tokens.retain(|_, token| now < token.ends_at);
        state
    }
}

/// Something that nobody guesses.
fn secret() -> String {
    format!("{}{}", Uuid::new_v4().simple(), Uuid::new_v4().simple())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apps_of_the_command_line() {
        let app: OAuthClient = "app:http://a.test/x,https://b.test:8080/?y".parse().unwrap();
        assert_eq!((app.id.as_str(), app.redirects.len()), ("app", 2));
        assert!("cli".parse::<OAuthClient>().unwrap().redirects.is_empty());
        for bad in ["", ":http://a.test", "app:ftp://a.test", "app:http://", "app:http://a.test/#x", "a b"] {
            assert!(bad.parse::<OAuthClient>().is_err(), "{bad}");
        }
        assert_eq!(origin("https://b.test:8080/?y"), Some("https://b.test:8080"));
        assert_eq!(origin("http://a.test"), Some("http://a.test"));
    }

    #[test]
    fn a_device_that_asks_too_often_waits_longer() {
        let clock = Arc::new(Clock::default());
        let oauth = OAuth::new(Vec::new(), Consent::Ask, Arc::clone(&clock));
        let (device, user_code) = oauth.begin_device("cli", Scopes::parse(None).unwrap());
        let poll = || oauth.poll_device(&device, "cli").unwrap();
        assert!(oauth.poll_device(&device, "another").is_none());
        assert!(matches!(poll(), DeviceAnswer::Pending));
        assert!(matches!(poll(), DeviceAnswer::SlowDown));
        clock.advance(DEVICE_INTERVAL + 1);
        assert!(matches!(poll(), DeviceAnswer::SlowDown), "the interval has grown");
        clock.advance(3 * DEVICE_INTERVAL);
        assert!(matches!(poll(), DeviceAnswer::Pending));
        let found = oauth.find_device(&user_code.to_lowercase().replace('-', " ")).unwrap();
        assert_eq!(found.0, device);
        oauth.decide_device(&device, Some("demo".into()));
        clock.advance(3 * DEVICE_INTERVAL);
        assert!(matches!(poll(), DeviceAnswer::Granted(grant) if grant.user == "demo"));
        assert!(matches!(poll(), DeviceAnswer::Expired), "once");
        let (late, _) = oauth.begin_device("cli", Scopes::parse(None).unwrap());
        clock.advance(ASK_LIFETIME);
        assert!(matches!(oauth.poll_device(&late, "cli"), Some(DeviceAnswer::Expired)));
    }
}
