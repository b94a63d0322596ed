//! What goes: the files of the repo that match the caller's delete patterns and that this commit does not add.
//!
//! The list is read at the commit that the push builds on, so it is read again when that becomes another one. Only paths
//! that match are kept. The root's `.gitattributes` never goes. Source: `huggingface_hub` upload_folder, delete_patterns.

use super::plan;
use super::shared::{GIT_ATTRIBUTES, Purpose, Shared};
use crate::error::{Code, Error};
use crate::exchange::{Errand, lost_error};
use crate::folder::Filter;
use crate::http::Response;
use crate::hub::Endpoint;
use crate::hub::tree::ListTree;
use crate::step::Failure;
use crate::time::Millis;

#[derive(Default)]
pub(super) struct Mirror {
    listing: Option<Listing>,
    /// The commit whose files are known.
    listed: Option<String>,
}

struct Listing {
    page: ListTree,
    filter: Filter,
    /// What every path of the folder begins with.
    prefix: String,
    found: Vec<String>,
}

impl Mirror {
    pub(super) fn is_busy(&self) -> bool {
        self.listing.is_some()
    }

    /// Asks for the first page, when the list is wanted and not of the commit that the push builds on.
    pub(super) fn advance(&mut self, shared: &mut Shared, now: Millis) -> Result<(), Error> {
        let Some(parent) = &shared.parent else { return Ok(()) };
        if self.is_busy() || shared.deletes_are_done || !self.is_due(shared, parent) {
            return Ok(());
        }
        let path = plan::folder_in_repo(&shared.options.delete_under)?;
        let page = ListTree {
            repo: shared.options.repo.clone(),
            revision: parent.clone(),
            path: path.clone(),
            recursive: true,
            expand: false,
            limit: None,
            next: None,
        };
        let request = page.request(&shared.options.hub)?;
        shared.exchanges.start(Errand::api(Purpose::Mirror, request, ListTree::REPLAY), now);
        self.listing = Some(Listing {
            page,
            filter: Filter::new(Some(&shared.options.delete_patterns), None),
            prefix: if path.is_empty() { path } else { format!("{path}/") },
            found: Vec::new(),
        });
        Ok(())
    }

    /// Whether all that goes is known, or in a commit.
    pub(super) fn is_known(&self, shared: &Shared) -> bool {
        let is_due = |parent: &String| self.is_due(shared, parent);
        shared.deletes_are_done || (!self.is_busy() && !shared.parent.as_ref().is_none_or(is_due))
    }

    fn is_due(&self, shared: &Shared, parent: &String) -> bool {
        !shared.options.delete_patterns.is_empty() && self.listed.as_ref() != Some(parent)
    }

    pub(super) fn settled(
        &mut self,
        shared: &mut Shared,
        now: Millis,
        outcome: Result<Response, Failure>,
    ) -> Result<(), Error> {
        let Some(mut listing) = self.listing.take() else {
            return Err(Error::internal("an answer was handed to the wrong stage"));
        };
        let response = outcome.map_err(lost_error)?;
        let next = match listing.page.parse(&response, &shared.options.hub) {
            Ok(page) => {
                for entry in page.entries {
                    if entry.is_file() && listing.goes(&entry.path) {
                        listing.found.push(entry.path);
                    }
                }
                page.next
            }
            // The folder is not there: nothing to delete. The root always is, and of one that goes on, the rest must be known.
            Err(error)
                if error.code == Code::EntryNotFound && listing.page.next.is_none() && !listing.prefix.is_empty() =>
            {
                None
            }
            Err(error) => return Err(error),
        };
        let Some(next) = next else {
            shared.mirrored = plan::untouched(shared, listing.found);
            self.listed = Some(listing.page.revision);
            return Ok(());
        };
        if listing.page.next.as_ref() == Some(&next) {
            return Err(Error::protocol("The Hub's list of files leads from one page to the same page again"));
        }
        listing.page.next = Some(next);
        let request = listing.page.request(&shared.options.hub)?;
        shared.exchanges.start(Errand::api(Purpose::Mirror, request, ListTree::REPLAY), now);
        self.listing = Some(listing);
        Ok(())
    }
}

impl Listing {
    fn goes(&self, path: &str) -> bool {
        path != GIT_ATTRIBUTES && path.strip_prefix(&self.prefix).is_some_and(|inside| self.filter.passes(inside))
    }
}
