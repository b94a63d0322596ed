//! The README.md at the repo's root: its metadata is checked by the Hub before any other file is read.
//!
//! Wrong metadata ends the push, because the Hub would refuse the commit after everything was sent. A check that cannot
//! be made says nothing, and the push goes on: as the Python client does.

use super::shared::{CARD, Purpose, Shared};
use super::types::Event;
use crate::error::{Code, Error};
use crate::exchange::Errand;
use crate::http::Response;
use crate::hub::Endpoint;
use crate::hub::validate_yaml::ValidateYaml;
use crate::limits::CARD_DEADLINE;
use crate::step::Failure;
use crate::time::Millis;

#[derive(Default)]
pub(super) struct CheckCard {
    asked: Option<ValidateYaml>,
}

impl CheckCard {
    pub(super) fn is_busy(&self) -> bool {
        self.asked.is_some()
    }

    /// Asks, once the text is read; lets the card go when the repo holds it already.
    pub(super) fn advance(&mut self, shared: &mut Shared, now: Millis) -> Result<(), Error> {
        let Some(card) = &mut shared.card else { return Ok(()) };
        if shared.files[card.file].skipped.is_some() {
            shared.card = None;
            return Ok(());
        }
        let Some(content) = card.text.take() else { return Ok(()) };
        let endpoint = ValidateYaml { content, repo_type: shared.options.repo.repo_type };
        let request = endpoint.request(&shared.options.hub)?;
        // One attempt is enough for something that nobody needs.
        shared.exchanges.start(Errand::once(Purpose::CheckCard, request, CARD_DEADLINE), now);
        self.asked = Some(endpoint);
        Ok(())
    }

    /// Errors: `invalid_input` with what the Hub says of the metadata.
    pub(super) fn settled(&mut self, shared: &mut Shared, outcome: Result<Response, Failure>) -> Result<(), Error> {
        shared.card = None;
        let (Some(endpoint), Ok(response)) = (self.asked.take(), outcome) else { return Ok(()) };
        match endpoint.parse(&response, &shared.options.hub) {
            Ok(warnings) if warnings.is_empty() => Ok(()),
            Ok(warnings) => {
                shared.events.push_back(Event::Warning {
                    code: "readme",
                    message: format!("The Hub says of README.md: {}", warnings.join("; ")),
                    paths: vec![CARD.to_owned()],
                });
                Ok(())
            }
            Err(error) if error.code == Code::InvalidInput => Err(error.at(CARD)),
            Err(_) => Ok(()),
        }
    }
}
