//! `GET /api/whoami-v2`.

use serde_json::json;

use crate::call::{Answer, Call, json};

/// Who the token belongs to.
/// Errors: 401 without a token.
pub fn get(call: &Call) -> Answer {
    let user = call.user()?;
    let orgs: Vec<_> = user
        .orgs
        .iter()
        .map(|(name, role)| {
            json!({
                "type": "org", "id": id(name), "name": name, "fullname": name, "email": null, "canPay": false,
                "avatarUrl": "", "isEnterprise": false, "roleInOrg": role.as_str(),
            })
        })
        .collect();
    json(&json!({
        "type": "user", "id": id(&user.name), "name": user.name, "fullname": user.name,
        "email": format!("{}@users.noreply.localhost", user.name), "emailVerified": true,
        "isPro": false, "canPay": false, "avatarUrl": "", "periodEnd": null, "billingMode": "prepaid", "orgs": orgs,
        "auth": {
            "type": "access_token",
            "accessToken": { "displayName": "local", "role": user.role.as_str(), "createdAt": "2024-01-01T00:00:00.000Z" },
        },
    }))
}

/// A stable id for a name, in the form of the Hub's.
fn id(name: &str) -> String {
    use sha1::{Digest, Sha1};
    hex::encode(&Sha1::digest(name.as_bytes())[..12])
}
