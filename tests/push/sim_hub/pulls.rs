//! Pull requests: opened as often as it is asked for, each with a branch of its own.

use std::collections::BTreeMap;

use hubferry::http::Request;
use serde_json::{Value, json};

use super::{Held, ME, SimCommit, SimHub};

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

    /// Its commits come to main in one merge commit.
    pub(super) fn merge(&mut self, at: usize) {
        let pull = &mut self.pulls[at];
        pull.status = "merged";
        let title = format!("{} (#{})", pull.title, pull.num);
        let files = pull.tree.clone();
        self.tree.extend(files);
        self.record(&title, ME);
    }

    pub(super) fn pull(&self, request: &Request) -> Option<usize> {
        let path = request.url.split('?').next().unwrap_or_default();
        let num: u64 = match path.split_once("refs%2Fpr%2F") {
            Some((_, num)) => num.split('/').next()?.parse().ok()?,
            None => path.split_once("/discussions/")?.1.split('/').next()?.parse().ok()?,
        };
        self.pulls.iter().position(|pull| pull.num == num)
    }

    /// The files at the commit that the URL names.
    pub(super) fn tree_at(&self, request: &Request) -> &BTreeMap<String, Held> {
        let holds = |history: &[SimCommit]| history.iter().any(|commit| request.url.contains(&commit.id));
        let at = |pull: &&SimPull| holds(&pull.history);
        let main = holds(&self.history);
        self.pulls.iter().find(at).filter(|_| !main).map_or(&self.tree, |pull| &pull.tree)
    }
}

pub(super) fn pull_json(pull: &SimPull) -> Value {
    json!({
        "num": pull.num, "title": pull.title, "status": pull.status, "isPullRequest": true,
        "author": { "name": pull.author },
    })
}
