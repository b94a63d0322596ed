//! What operating systems and programs leave in folders, and nobody means to publish.

/// Names that are litter wherever they stand, compared without case.
const NAMES: [&str; 13] = [
    ".DS_Store",
    ".localized",
    "Icon\r",
    "Thumbs.db",
    "ehthumbs.db",
    "desktop.ini",
    "__MACOSX",
    ".Spotlight-V100",
    ".Trashes",
    ".fseventsd",
    ".TemporaryItems",
    "$RECYCLE.BIN",
    "System Volume Information",
];

/// What macOS puts before a file's name where it cannot store more about it.
const APPLE_DOUBLE: &str = "._";

/// What stands in a folder of this name is somebody's on the caller's device; no repo takes it. Source: `huggingface_hub`
/// `_validate_path_in_repo`, 2026-11.
const CACHE: &str = ".cache";

/// Why a path is left out as litter: the rule, and a sentence about it. Nothing for all other paths.
///
/// Shape: a `.cache` folder itself is not litter, what lies in it is: the folder may hold the files of the Hub's client alone,
/// which are nobody's surprise.
pub(super) fn litter(path: &str, is_folder: bool) -> Option<(&'static str, &'static str)> {
    let mut names = path.rsplit('/');
    let name = names.next()?;
    if (name == CACHE && !is_folder) || names.next() == Some(CACHE) {
        return Some((CACHE, "in .cache, which no repo takes"));
    }
    if name.starts_with(APPLE_DOUBLE) {
        return Some(("._*", "left behind by macOS (._*)"));
    }
    let known = NAMES.into_iter().find(|known| known.eq_ignore_ascii_case(name))?;
    Some((known.trim_end(), "left behind by the operating system"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let litters = [
            ".DS_Store",
            "a/Thumbs.db",
            "thumbs.db",
            "Desktop.ini",
            "__MACOSX",
            "a/._x.csv",
            "Icon\r",
            ".cache",
            ".cache/x",
            "a/.cache/x",
        ];
        for path in litters {
            assert!(litter(path, false).is_some(), "{path}");
        }
        let wanted = ["DS_Store", "thumbs.dbx", "Icon", ".cached/x", "cache/x", ".CACHE/x", "_x", ".", "", ".hidden"];
        for path in wanted {
            assert!(litter(path, false).is_none(), "{path}");
        }
        assert!(litter(".cache", true).is_none());
        assert!(litter("a/.cache/x", true).is_some());
    }
}
