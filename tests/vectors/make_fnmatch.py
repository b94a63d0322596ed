"""Makes fnmatch.json: random patterns, judged by Python's own fnmatch. `python3 make_fnmatch.py > fnmatch.json`."""

import fnmatch
import json
import random
import re
import sys
import warnings

warnings.simplefilter("ignore")  # "possible nested set": the odd corners are what we are here for
rng = random.Random(20261121)

PROBES = [chr(code) for code in range(0x20, 0x7F)] + ["\n", "é", "𝄞"]
SET_CHARS = "]]!!--^[abcz059&~|\\é/*?."
# Hand-picked corners first, then random ones.
SETS = """[a] [!a] [^a] [ab] [a-c] [!a-c] [c-a] [!c-a] [c-ab] [a-c-e] [a-] [-a] [!-a] [--a] [a--] []a] [!]a] []-a] [!]-a]
[z-a!x] [z-a^x] [z-a!] [z-a!-q] [z-a!-qr-t] [a-cz-ax] [a-cz-a] [[] [[a] [[-a] [^] [^^] [^-a] [&&] [a||b] [~~-z] [\\] [\\-a]
[a\\-z] [!!] [!!-a] [-] [--] [---] [!-] [!--] [!---] [?] [*] [/] [0-9] [A-Za-z] [é-ü] [!é] [a-c-] [z-] [z-a-] [z-a-c]""".split()


def random_set():
    inner = "".join(rng.choice(SET_CHARS) for _ in range(rng.randint(1, 7)))
    return f"[{inner}]"


def random_pattern():
    pieces = ["*", "**", "?", "a", "b", ".", "/", "-", "!", "]", "[", "[a", "[!", "[]", "data/", ".bin", "\\", "é", " "]
    return "".join(rng.choice(pieces + [random_set()] * 6) for _ in range(rng.randint(0, 6)))


def random_text(pattern):
    """A text that has a fair chance: the pattern with its wildcards filled in, then perhaps bent a little."""
    filled = re.sub(r"\*", lambda _: "".join(rng.choice("ab/.") for _ in range(rng.randint(0, 3))), pattern)
    filled = re.sub(r"\?", lambda _: rng.choice("ab./-\n"), filled)
    filled = re.sub(r"\[!?([^\]])[^\]]*\]", lambda found: rng.choice([found[1], "a", "b", "-", "!"]), filled)
    if rng.random() < 0.4:
        at = rng.randint(0, len(filled))
        filled = filled[:at] + rng.choice(["", "a", "/", "]", "x"]) + filled[at + rng.randint(0, 1) :]
    return filled


def judge(pattern, text):
    return fnmatch.fnmatchcase(text, pattern)


sets = list(dict.fromkeys(SETS + [random_set() for _ in range(260)]))
patterns = list(dict.fromkeys(["", "*", "**", "?", "[", "[]", "[!", "[!]", "[]!", "[[]", "a[", "*[", "[a*", "]", "a]"]
                              + [random_pattern() for _ in range(320)]))
vectors = []
for pattern in sets:
    vectors.append({"set": pattern, "members": "".join(c for c in PROBES if judge(pattern, c))})
for pattern in patterns:
    texts = list(dict.fromkeys([random_text(pattern) for _ in range(7)]))
    matches = [text for text in texts if judge(pattern, text)]
    vectors.append({"pattern": pattern, "matches": matches, "refuses": [text for text in texts if text not in matches]})

head = {
    "title": "fnmatch, case-sensitive",
    "source": f"Python {sys.version.split()[0]} fnmatch.fnmatchcase, run by make_fnmatch.py",
    "probes": "".join(PROBES),
    "fields": "set: of all probes exactly the members match; pattern: these texts match, those do not",
    "count": len(vectors),
}
lines = ",\n".join("  " + json.dumps(vector, ensure_ascii=False) for vector in vectors)
print(json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "vectors": [\n' + lines + "\n ]\n}")
