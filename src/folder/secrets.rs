//! What looks like a secret: by the name of a file, or by what stands in it.
//!
//! Keys and tokens that are published have to be revoked, so a warning is worth some false alarms, but only some: names that
//! usually are harmless count only when the content says so, and placeholders of documentation do not count.

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameSays {
    /// Nothing.
    Harmless,
    /// A secret, unless its content can be read and holds none.
    Perhaps,
    /// A secret.
    Secret,
}

/// Names that stand for secrets whatever is in them.
const SECRET_NAMES: [&str; 14] = [
    "id_rsa",
    "id_dsa",
    "id_ecdsa",
    "id_ecdsa_sk",
    "id_ed25519",
    "id_ed25519_sk",
    ".netrc",
    "_netrc",
    ".pgpass",
    ".git-credentials",
    ".htpasswd",
    ".dockercfg",
    ".env",
    ".envrc",
];

/// Endings of key stores, which cannot be read without a password but are secrets all the same.
const SECRET_ENDINGS: [&str; 7] = [".p12", ".pfx", ".jks", ".keystore", ".ppk", ".kdbx", ".agekey"];

/// Names that often hold a secret, and often do not.
const DOUBTFUL_NAMES: [&str; 7] =
    ["credentials", "credentials.json", ".npmrc", ".pypirc", ".yarnrc.yml", "secrets.toml", "service-account.json"];

/// Endings of files that hold keys or certificates.
const DOUBTFUL_ENDINGS: [&str; 1] = [".pem"];

/// Variants of `.env` that are meant to be read by everybody.
const ENV_SAMPLES: [&str; 7] = ["example", "sample", "template", "dist", "defaults", "schema", "tpl"];

/// Words in the name of a `.pem` file that holds no private key.
const PUBLIC_WORDS: [&str; 7] = ["cert", "chain", "public", "pub", "ca", "csr", "bundle"];

/// Endings of files that people write secrets into: settings, code, notes.
const TEXT_ENDINGS: [&str; 40] = [
    "bash",
    "bat",
    "c",
    "cfg",
    "conf",
    "config",
    "cpp",
    "cs",
    "env",
    "go",
    "h",
    "html",
    "ini",
    "ipynb",
    "java",
    "js",
    "json",
    "jsx",
    "key",
    "kt",
    "log",
    "md",
    "mjs",
    "pem",
    "php",
    "properties",
    "ps1",
    "py",
    "rb",
    "rs",
    "sh",
    "sql",
    "swift",
    "tf",
    "toml",
    "ts",
    "txt",
    "xml",
    "yaml",
    "yml",
];

/// What the name of a file says.
pub fn name_says(path: &str) -> NameSays {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    if SECRET_NAMES.contains(&name.as_str()) || SECRET_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        return NameSays::Secret;
    }
    if let Some(variant) = name.strip_prefix(".env.") {
        let is_sample = variant.split(['.', '-', '_']).any(|word| ENV_SAMPLES.contains(&word));
        return if is_sample { NameSays::Harmless } else { NameSays::Secret };
    }
    if DOUBTFUL_NAMES.contains(&name.as_str()) {
        return NameSays::Perhaps;
    }
    if DOUBTFUL_ENDINGS.iter().any(|ending| name.ends_with(ending)) {
        let is_public = name.split(['.', '-', '_']).any(|word| {
            PUBLIC_WORDS.iter().any(|public| word == *public || (public.len() > 3 && word.ends_with(public)))
        });
        return if is_public { NameSays::Harmless } else { NameSays::Perhaps };
    }
    NameSays::Harmless
}

/// Whether a file of this name is worth reading for secrets.
pub fn may_hold_text(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.') {
        None | Some(("", _)) => true,
        Some((_, ending)) => TEXT_ENDINGS.iter().any(|text| text.eq_ignore_ascii_case(ending)),
    }
}

/// The kind of the first secret in a content, in words; nothing when there is none. The secret itself is never given away.
pub fn secret_in(content: &[u8]) -> Option<&'static str> {
    // What has zero bytes is no text.
    if content.contains(&0) {
        return None;
    }
    content.iter().enumerate().find_map(|(at, byte)| {
        let rest = &content[at..];
        if *byte == b'-' {
            return is_private_key(rest).then_some("a private key");
        }
        // A token begins where a word does.
        if at > 0 && is_word(content[at - 1]) {
            return None;
        }
        TOKENS.iter().find(|token| token.begins(rest)).map(|token| token.kind)
    })
}

/// The shape of a token.
struct Token {
    kind: &'static str,
    prefix: &'static [u8],
    /// Characters after the prefix, at least and at most.
    length: (usize, usize),
    takes: fn(u8) -> bool,
    mixed: bool,
}

/// Sources: what the services say of their tokens, and the scanners that they publish, 2026-11.
const TOKENS: [Token; 12] = [
    Token::new("a Hugging Face token", b"hf_", (30, 40), is_alphanumeric),
    Token::new("a Hugging Face token", b"api_org_", (30, 40), is_alphanumeric),
    Token::new("an AWS access key", b"AKIA", (16, 16), is_upper),
    Token::new("an AWS access key", b"ASIA", (16, 16), is_upper),
    Token::new("a GitHub token", b"ghp_", (36, 36), is_alphanumeric),
    Token::new("a GitHub token", b"gho_", (36, 36), is_alphanumeric),
    Token::new("a GitHub token", b"ghs_", (36, 36), is_alphanumeric),
    Token::new("a GitHub token", b"github_pat_", (70, 90), is_word),
    Token::new("a Google API key", b"AIza", (35, 35), is_dashed),
    Token { mixed: true, ..Token::new("an API key", b"sk-", (40, 220), is_dashed) },
    Token { mixed: true, ..Token::new("a Slack token", b"xoxb-", (40, 80), is_dashed) },
    Token { mixed: true, ..Token::new("a Slack token", b"xoxp-", (40, 80), is_dashed) },
];

/// Different characters that a token has at least; a placeholder repeats a few.
const DIFFERENT: usize = 8;

impl Token {
    const fn new(kind: &'static str, prefix: &'static [u8], length: (usize, usize), takes: fn(u8) -> bool) -> Token {
        Token { kind, prefix, length, takes, mixed: false }
    }

    fn begins(&self, text: &[u8]) -> bool {
        let Some(rest) = text.strip_prefix(self.prefix) else { return false };
        let length = rest.iter().take(self.length.1 + 1).take_while(|byte| (self.takes)(**byte)).count();
        let body = &rest[..length];
        // A name in a program can be as long, but has no digits or no capitals.
        let is_mixed = body.iter().any(u8::is_ascii_digit)
            && body.iter().any(u8::is_ascii_uppercase)
            && body.iter().any(u8::is_ascii_lowercase);
        (self.length.0..=self.length.1).contains(&length)
            && rest.get(length).is_none_or(|next| !is_word(*next))
            && (!self.mixed || is_mixed)
            && !body.ends_with(b"EXAMPLE")
            && different(body) >= DIFFERENT
    }
}

/// Whether a private key begins here, not only its headline: documentation names that, too.
fn is_private_key(text: &[u8]) -> bool {
    const REACH: usize = 300;
    const RUN: usize = 40;
    let Some(rest) = text.strip_prefix(b"-----BEGIN ") else { return false };
    let rest = &rest[..rest.len().min(REACH)];
    let Some(end) = rest.windows(5).position(|window| window == b"-----") else { return false };
    let (title, body) = rest.split_at(end);
    if !title.ends_with(b"PRIVATE KEY") && !title.ends_with(b"PRIVATE KEY BLOCK") {
        return false;
    }
    // JSON writes the line's end as `\n`, and its n would count.
    let runs = body[5..].split(|byte| !is_alphanumeric(*byte) && !b"+/=".contains(byte));
    runs.into_iter().any(|run| run.len() >= RUN && different(run) >= DIFFERENT)
}

fn different(text: &[u8]) -> usize {
    let mut seen = [false; 256];
    for byte in text {
        seen[usize::from(*byte)] = true;
    }
    seen.iter().filter(|seen| **seen).count()
}

fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn is_upper(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit()
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_dashed(byte: u8) -> bool {
    is_word(byte) || byte == b'-'
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 64 characters as they come out of a generator, without any service's prefix.
    const NOISE: &str = "q7RtY2kLmZ9xWv4BnC8sHd1FgJ5pTu3AeXoKiQyMzNrVbUcEwSaDfGhJlP0O6I2T";

    #[test]
    fn names() {
        use NameSays::{Harmless, Perhaps, Secret};
        let rows = [
            ("id_rsa", Secret),
            (".ssh/id_ed25519", Secret),
            ("id_rsa.pub", Harmless),
            ("id_rsa_notes.md", Harmless),
            (".env", Secret),
            (".env.local", Secret),
            ("app/.env.production", Secret),
            (".env.example", Harmless),
            (".env.sample", Harmless),
            (".env.local.example", Harmless),
            (".env-template", Harmless),
            ("env", Harmless),
            ("environment.yml", Harmless),
            (".environment", Harmless),
            ("keys.p12", Secret),
            ("release.KEYSTORE", Secret),
            ("server.pem", Perhaps),
            ("private-key.pem", Perhaps),
            ("cacert.pem", Harmless),
            ("fullchain.pem", Harmless),
            ("ca-bundle.pem", Harmless),
            ("cert.pem", Harmless),
            ("public.pem", Harmless),
            (".npmrc", Perhaps),
            (".pypirc", Perhaps),
            (".aws/credentials", Perhaps),
            ("credentials.md", Harmless),
            ("credentials/readme.txt", Harmless),
            (".netrc", Secret),
            ("tokenizer.json", Harmless),
            ("token_counts.csv", Harmless),
            ("secrets.py", Harmless),
            ("slides.key", Harmless),
            ("model.safetensors", Harmless),
        ];
        for (path, expected) in rows {
            assert_eq!(name_says(path), expected, "{path}");
        }
    }

    #[test]
    fn contents() {
        let noise = |length: usize| NOISE[..length].to_owned();
        let upper = NOISE.replace(|c: char| !c.is_ascii_uppercase(), "");
        let key = |title: &str, sep: &str| format!("-----BEGIN {title}-----{sep}{}{sep}", noise(64));
        // (what it is, the content, what is found)
        let rows = [
            ("a key", key("PRIVATE KEY", "\n"), Some("a private key")),
            ("a key of a program", key("OPENSSH PRIVATE KEY", "\n"), Some("a private key")),
            ("a key in JSON", key("PRIVATE KEY", "\\n"), Some("a private key")),
            ("a key of PGP", key("PGP PRIVATE KEY BLOCK", "\n"), Some("a private key")),
            ("a public key", key("PUBLIC KEY", "\n"), None),
            ("a certificate", key("CERTIFICATE", "\n"), None),
            ("only the headline", "looks for \"-----BEGIN RSA PRIVATE KEY-----\" in a file".to_owned(), None),
            ("a headline with dots", format!("-----BEGIN PRIVATE KEY-----\n{}\n", "x".repeat(64)), None),
            ("a token of the Hub", format!("token = \"hf_{}\"", noise(34)), Some("a Hugging Face token")),
            ("a placeholder", format!("token = \"hf_{}\"", "x".repeat(34)), None),
            ("a short one", "hf_demo, hf_xxxx, hf_hub_download(repo)".to_owned(), None),
            ("a long name", "hf_transfer_is_enabled_for_all_downloads_by_default".to_owned(), None),
            ("inside a word", format!("self_hf_{}", noise(34)), None),
            ("a key of AWS", format!("aws_access_key_id=AKIA{}", &upper[..16]), Some("an AWS access key")),
            ("their example", "AKIAIOSFODNN7EXAMPLE".to_owned(), None),
            ("a token of GitHub", format!("https://ghp_{}@github.com", noise(36)), Some("a GitHub token")),
            ("an API key", format!("OPENAI_API_KEY=sk-{}", noise(48)), Some("an API key")),
            ("a project's API key", format!("sk-proj-{}", noise(60)), Some("an API key")),
            ("a class of a style sheet", "class=\"sk-folding-cube-with-many-more-words-in-its-name\"".to_owned(), None),
            ("a key of Google", format!("key=AIza{}", noise(35)), Some("a Google API key")),
            ("nothing", String::new(), None),
            ("base64", NOISE.repeat(100), None),
            ("no text", format!("\0hf_{}", noise(34)), None),
        ];
        for (name, content, expected) in rows {
            assert_eq!(secret_in(content.as_bytes()), expected, "{name}");
        }
    }

    #[test]
    fn what_is_worth_reading() {
        for path in ["a.py", "a/.env.local", ".npmrc", "Dockerfile", "notes.MD", "conf.yaml", "credentials"] {
            assert!(may_hold_text(path) || name_says(path) != NameSays::Harmless, "{path}");
        }
        for path in ["model.safetensors", "a.parquet", "a.png", "a.tar.gz"] {
            assert!(!may_hold_text(path), "{path}");
        }
    }
}
