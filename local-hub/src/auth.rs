//! Users, organisations and tokens, all given at the start; and who may do what.
//!
//! A token is compared and never kept in anything that is shown: no `Debug` of it, no log line.

use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::str::FromStr;

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha1::{Digest, Sha1};

use crate::error::Refusal;
use crate::ident::is_name;
use crate::oauth::scope::Scopes;

/// What a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Look.
    Read,
    /// Look, create, push.
    Write,
}

impl Role {
    /// The word in `whoami`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// A user with one token. The command line's form is `NAME:TOKEN[:read|:write]`; several for one name give it several tokens.
#[derive(Clone)]
pub struct User {
    /// The name, which is also the namespace.
    pub name: String,
    /// The token.
    pub token: String,
    /// What the token may do.
    pub role: Role,
}

impl fmt::Debug for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("User").field("name", &self.name).field("role", &self.role).finish_non_exhaustive()
    }
}

impl User {
    /// A user whose token may write.
    pub fn new(name: impl Into<String>, token: impl Into<String>) -> Self {
        Self { name: name.into(), token: token.into(), role: Role::Write }
    }

    /// A user whose token may only read.
    pub fn reader(name: impl Into<String>, token: impl Into<String>) -> Self {
        Self { role: Role::Read, ..Self::new(name, token) }
    }
}

impl FromStr for User {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.split(':');
        let (Some(name), Some(token)) = (parts.next(), parts.next()) else {
            return Err("a user is NAME:TOKEN or NAME:TOKEN:ROLE".to_owned());
        };
        let role = match parts.next() {
            None | Some("write") => Role::Write,
            Some("read") => Role::Read,
            Some(_) => return Err("a user's role is read or write".to_owned()),
        };
        if parts.next().is_some() || !is_name(name) {
            return Err(format!("{name:?} cannot be a user's name"));
        }
        if token.len() < 4 || !token.starts_with("hf_") || !token.bytes().all(|b| b.is_ascii_graphic()) {
            return Err("a token begins with hf_".to_owned());
        }
        Ok(Self { name: name.to_owned(), token: token.to_owned(), role })
    }
}

/// An organisation. The command line's form is `NAME:MEMBER[=read|=write],…`.
#[derive(Clone, Debug)]
pub struct Org {
    /// The name, which is also the namespace.
    pub name: String,
    /// Its members.
    pub members: Vec<(String, Role)>,
}

impl FromStr for Org {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (name, members) = text.split_once(':').ok_or("an organisation is NAME:MEMBER[=ROLE],…")?;
        if !is_name(name) {
            return Err(format!("{name:?} cannot be an organisation's name"));
        }
        let member = |text: &str| match text.split_once('=') {
            None => Ok((text.to_owned(), Role::Write)),
            Some((member, "write")) => Ok((member.to_owned(), Role::Write)),
            Some((member, "read")) => Ok((member.to_owned(), Role::Read)),
            Some(_) => Err("a member's role is read or write".to_owned()),
        };
        let members = members.split(',').filter(|text| !text.is_empty()).map(member).collect::<Result<_, String>>()?;
        Ok(Self { name: name.to_owned(), members })
    }
}

/// Who calls, by a token that we know.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The user's name.
    pub name: String,
    /// What the token may do.
    pub role: Role,
    /// The organisations the user belongs to.
    pub orgs: Vec<(String, Role)>,
    /// For the token of an app: what it may do, and when it ends in seconds since 1970.
    pub login: Option<(Scopes, u64)>,
}

impl Caller {
    /// Whether private repos of this namespace are visible.
    pub fn may_see(&self, owner: &str) -> bool {
        self.check_scope("read-repos").is_ok() && (self.name == owner || self.orgs.iter().any(|(org, _)| org == owner))
    }

    /// Whether the contents of gated repos of this namespace are the caller's own: with the right to write, whatever the token may do.
    pub fn may_pass_gate(&self, owner: &str) -> bool {
        let reads = self.check_scope("read-repos").is_ok() || self.check_scope("gated-repos").is_ok();
        reads && (self.name == owner || self.orgs.iter().any(|(org, role)| org == owner && *role == Role::Write))
    }

    /// Whether this caller may create, change and delete repos of the namespace.
    /// Errors: 403, for the token or for the namespace.
    pub fn check_manage(&self, owner: &str) -> Result<(), Refusal> {
        self.check_scope("manage-repos")?;
        self.check_write(owner)
    }

    /// Whether this caller may write in the namespace.
    /// Errors: 403, for the token or for the namespace.
    pub fn check_write(&self, owner: &str) -> Result<(), Refusal> {
        self.check_scope("write-repos")?;
        self.check_token()?;
        if self.name == owner || self.orgs.iter().any(|(org, role)| org == owner && *role == Role::Write) {
            return Ok(());
        }
        Err(Refusal::forbidden("Forbidden: pass `create_pr=1` as a query parameter to create a Pull Request"))
    }

    /// Whether the token may write at all: at least propose something.
    pub fn check_token(&self) -> Result<(), Refusal> {
        self.check_scope("write-discussions")?;
        match self.role {
            Role::Write => Ok(()),
            Role::Read => Err(Refusal::forbidden(
                "Forbidden: you must use a write token to upload to a repository. Your token has the role 'read'.",
            )),
        }
    }

    /// Whether the login lets the app do this; a token of the user's own lets it do all.
    fn check_scope(&self, scope: &str) -> Result<(), Refusal> {
        match &self.login {
            Some((scopes, _)) if !scopes.allow(scope) => {
                Err(Refusal::forbidden(format!("Forbidden: the app's token does not have the scope '{scope}'.")))
            }
            _ => Ok(()),
        }
    }

    /// The user's address, at which nobody reads.
    pub fn email(&self) -> String {
        format!("{}@users.noreply.localhost", self.name)
    }
}

/// A stable id for the name of a user or an organisation, in the form of the Hub's.
pub fn account_id(name: &str) -> String {
    hex::encode(&Sha1::digest(name.as_bytes())[..12])
}

/// Everybody the Hub knows.
pub struct Accounts {
    by_token: HashMap<String, Caller>,
}

impl Accounts {
    /// The accounts of a configuration.
    /// Errors: a token of two users, and an organisation called like another one or like a user.
    pub fn new(users: &[User], orgs: &[Org]) -> Result<Self, String> {
        for (at, user) in users.iter().enumerate() {
            if users[..at].iter().any(|other| other.token == user.token) {
                return Err(format!("the token of {} is given twice", user.name));
            }
        }
        for (at, org) in orgs.iter().enumerate() {
            if orgs[..at].iter().any(|other| other.name == org.name) || users.iter().any(|user| user.name == org.name) {
                return Err(format!("the name {} is given twice", org.name));
            }
        }
        let by_token = users
            .iter()
            .map(|user| {
                let of_member = |org: &Org| {
                    let role = org.members.iter().find(|(member, _)| *member == user.name).map(|(_, role)| *role)?;
                    Some((org.name.clone(), role))
                };
                let orgs = orgs.iter().filter_map(of_member).collect();
                (user.token.clone(), Caller { name: user.name.clone(), role: user.role, orgs, login: None })
            })
            .collect();
        Ok(Self { by_token })
    }

    /// The names of all users, sorted.
    pub fn names(&self) -> Vec<String> {
        let names: BTreeSet<String> = self.by_token.values().map(|caller| caller.name.clone()).collect();
        names.into_iter().collect()
    }

    /// A user who is known in another way than by a token.
    pub fn user(&self, name: &str) -> Option<Caller> {
        let caller = self.by_token.values().find(|caller| caller.name == name)?;
        Some(Caller { role: Role::Write, ..caller.clone() })
    }

    /// Who calls; nobody when there is no `Authorization`. `logins` knows the tokens of apps. With `basic`, a token may also come as the
    /// password of its user, as git sends it.
    /// Errors: 401 for a token that is not ours, or another scheme.
    pub fn caller(
        &self,
        headers: &HeaderMap,
        basic: bool,
        logins: impl Fn(&str) -> Option<Caller>,
    ) -> Result<Option<Caller>, Refusal> {
        let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
        let token = value.to_str().ok().and_then(|value| {
            let (scheme, token) = value.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
        });
        let known = |token: &str| self.by_token.get(token).cloned().or_else(|| logins(token));
        let caller = match token {
            Some(token) => known(token),
            None if basic => {
                password(value).and_then(|(user, token)| known(&token).filter(|caller| caller.name == user))
            }
            None => None,
        };
        caller.map(Some).ok_or_else(Refusal::bad_token)
    }
}

/// User and password of `Authorization: Basic`.
fn password(value: &HeaderValue) -> Option<(String, String)> {
    let (scheme, encoded) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let text = String::from_utf8(BASE64.decode(encoded.trim()).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users() {
        for (text, good) in [
            ("demo:hf_demo", true),
            ("demo:hf_demo:read", true),
            ("demo:hf_demo:write", true),
            ("demo:hf_demo:admin", false),
            ("demo", false),
            ("demo:secret", false),
            ("de mo:hf_demo", false),
            ("demo:hf_a b", false),
            ("demo:hf_demo:read:x", false),
        ] {
            assert_eq!(text.parse::<User>().is_ok(), good, "{text}");
        }
        assert!(!format!("{:?}", User::new("demo", "hf_secret")).contains("secret"));
    }

    #[test]
    fn callers() {
        let org = "acme:demo=read,ann".parse().unwrap();
        let users = [User::new("demo", "hf_demo"), User::reader("ann", "hf_ann")];
        assert!(Accounts::new(&[users[0].clone(), users[0].clone()], &[]).is_err());
        assert!(Accounts::new(&users, &["ann:demo".parse().unwrap()]).is_err());
        let accounts = Accounts::new(&users, &[org]).unwrap();
        let caller = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::AUTHORIZATION, value.parse().unwrap());
            accounts.caller(&headers, false, |_| None)
        };
        assert!(accounts.caller(&HeaderMap::new(), false, |_| None).unwrap().is_none());
        assert!(caller("Bearer hf_other").is_err());
        assert!(caller("Basic aGY=").is_err());
        let demo = caller("bearer hf_demo").unwrap().unwrap();
        assert!(demo.check_write("demo").is_ok());
        assert!(demo.check_write("ann").is_err());
        assert!(demo.may_see("acme") && demo.check_write("acme").is_err());
        let ann = caller("Bearer hf_ann").unwrap().unwrap();
        assert!(ann.may_see("ann") && ann.check_write("ann").is_err() && ann.check_write("acme").is_err());
    }
}
