//! Pull requests: opened as often as it is asked for, each with a branch of its own.

use std::collections::BTreeMap;

use hubferry::http::Request;
use serde_json::{Value, json};

use super::{Held, SimCommit, SimHub};

/// A pull request.
#[derive(Debug, Clone)]
pub struct SimPull {
    pub num: u64,
    pub title: String,
    pub author: String,
    pub status: &'static str,
    /// Its branch: what main had when it was opened, and what came since.
    pub tree: BTreeMap<String, Held>,
    pub history: Vec<SimCommit>,
}

impl SimHub {
    /// A pull request that somebody opens.
    pub fn open(&mut self, title: &str, author: &str) -> u64 {
        let num = self.pulls.len() as u64 + 1;
        let (tree, history) = (self.tree.clone(), self.history.clone());
        self.pulls.push(SimPull {
            num,
            title: title.to_owned(),
            author: author.to_owned(),
            status: "draft",
            tree,
            history,
        });
        num
    }

    pub(super) fn pull(&self, request: &Request) -> Option<usize> {
        let path = request.url.split('?').next().unwrap_or_default();
        let num: u64 = match path.split_once("refs%2Fpr%2F") {
            Some((_, num)) => num.parse().ok()?,
            None => path.split_once("/discussions/")?.1.split('/').next()?.parse().ok()?,
        };
        self.pulls.iter().position(|pull| pull.num == num)
    }

    /// The files at the commit that the URL names.
    pub(super) fn tree_at(&self, request: &Request) -> &BTreeMap<String, Held> {
        let at = |pull: &&SimPull| pull.history.last().is_some_and(|commit| request.url.contains(&commit.id));
        let main = request.url.contains(&self.head());
        self.pulls.iter().find(at).filter(|_| !main).map_or(&self.tree, |pull| &pull.tree)
    }
}

pub(super) fn pull_json(pull: &SimPull) -> Value {
    json!({
        "num": pull.num, "title": pull.title, "status": pull.status, "isPullRequest": true,
        "author": { "name": pull.author },
    })
}
