"""Makes gitignore.json: ignore files, judged by git itself. `python3 make_gitignore.py > gitignore.json`."""

import json
import os
import random
import re
import subprocess
import sys
import tempfile

rng = random.Random(20261121)

# (ignore files by folder, or the root's alone; paths, folders with a slash at their end)
CASES = [
    ("*.log", "a.log d/a.log a.logs .log"),
    ("*.log\n!keep.log", "keep.log d/keep.log a.log"),
    ("!keep.log\n*.log", "keep.log"),
    ("/only", "only d/only only2"),
    ("only", "only d/only d/only/x donly"),
    ("build/", "build/x/y d/build/x"),
    ("build/", "build"),
    ("build/\n!build/keep", "build/keep"),
    ("build/*\n!build/keep", "build/keep build/x"),
    ("build/**\n!build/keep", "build/keep build/x build/d/x"),
    ("a/b", "a/b d/a/b a/b/c"),
    ("/a/b", "a/b d/a/b"),
    ("a/b/", "a/b/c d/a/b/c"),
    ("**/tmp", "tmp x/tmp x/y/tmp x/tmp/z tmpx"),
    ("**/a/b", "a/b x/a/b x/y/a/b x/a/c/b"),
    ("a/**/z", "a/z a/b/z a/b/c/z a/bz x/a/z az"),
    ("a/**", "a/b a/b/c x/a/b"),
    ("a/**/", "a/b/c a/b x/a/b/c"),
    ("**", "a d/a"),
    ("**/", "a d/a"),
    ("/**", "a d/a"),
    ("a**b", "ab axb a/b axx/b"),
    ("a**/b", "a/b axb ax/b ax/y/b"),
    ("foo**/bar", "foo/bar foobar foox/bar foo/x/bar foox/y/bar"),
    ("foo/**bar", "foo/bar foo/xbar foo/x/bar"),
    ("a/***/z", "a/z a/b/z a/b/c/z"),
    ("***", "a d/a"),
    ("a/**\\/z", "a/z a/b/z a/b/c/z"),
    ("a/*.txt", "a/b.txt a/b/c.txt x/a/b.txt"),
    ("*/b", "a/b a/c/b b"),
    ("*/*/b", "a/b a/c/b"),
    ("a?c", "abc a/c ac aéc abbc"),
    ("a??c", "aéc abbc"),
    ("?", "a ab é d/b"),
    ("# c\n\\#x", "#x"),
    ("#x", "#x"),
    (" #x", "#x"),
    ("\\!x", "!x x"),
    ("!!x", "!x x"),
    ("*\n!!x", "!x x"),
    ("x\\ ", ["x ", "x"]),
    ("x ", ["x", "x "]),
    ("x   ", ["x", "x   "]),
    ("x\\  ", ["x ", "x  ", "x"]),
    ("x \\ ", ["x  ", "x ", "x"]),
    ("x y", ["x y", "x"]),
    ("x\t", ["x\t", "x"]),
    (" x", [" x", "x"]),
    ("\\ x", [" x", "x"]),
    ("x\\", ["x", "x\\"]),
    ("x \\", ["x ", "x \\", "x"]),
    ("x\\\\", ["x\\", "x"]),
    ("x\\y", "xy"),
    ("\\*", "* a"),
    ("\\?a", "?a xa"),
    ("\\[a]", "[a] a"),
    ("a\\/b", "a/b x/a/b"),
    ("a\\/", "a/b"),
    ("a/\\*", "a/* a/b"),
    ("\ufeffx\ny", "x y"),
    ("x\n\ufeffy", "x y"),
    ("x\r\ny/\r\nz\\ \r\n", ["x", "y/a", "z "]),
    ("x\r", "x"),
    ("\r\nx", "x"),
    ("x\ry", ["x\ry", "x", "y"]),
    ("*.LOG", "a.log a.LOG A.LOG"),
    ("Readme", "README Readme readme"),
    ("", "a"),
    ("\n\n", "a"),
    ("/", "a d/a"),
    ("//", "a d/a"),
    ("//a", "a d/a"),
    ("a//b", "a/b"),
    ("a//", "a/b a"),
    ("!", "a !"),
    ("!/", "a"),
    ("/!a", "!a a"),
    ("./a", "a"),
    ("a/.", "a/b"),
    ("../a", "a"),
    (".*", ".hidden a .d/x"),
    ("*", ".hidden a d/x"),
    ("*.*", "a.b ab .a"),
    ("*\n!*/", "a d/a"),
    ("*\n!*/\n!*.txt", "a.txt a d/a.txt d/a"),
    ("/*\n!/d", "a d/a d/e/b"),
    ("/*\n!/d\n/d/*\n!/d/keep", "a d/keep d/x"),
    ("d\n!d/x", "d/x"),
    ("d/*\n!d/x", "d/x d/y"),
    ("!a\na", "a"),
    ("a\n!a\na", "a"),
    ("a\n!a\na\n!a", "a"),
    ("a/\n!a", "a/x"),
    ("a\n!a/", "a/x d/a"),
    ("[ab]x", "ax bx cx"),
    ("[!ab]x", "ax cx"),
    ("[^ab]x", "ax cx"),
    ("[a-c]x", "ax bx dx -x"),
    ("[a-]x", "ax -x bx"),
    ("[-a]x", "ax -x bx"),
    ("[c-a]x", "ax bx cx -x"),
    ("[]x", "x ]x []x"),
    ("[]a]x", "]x ax bx"),
    ("[!]a]x", "]x ax bx"),
    ("[]-a]x", "]x ax ^x -x"),
    ("[\\]]x", "]x \\x"),
    ("[\\]-a]x", "]x ^x bx"),
    ("[a\\-c]x", "ax bx cx -x"),
    ("[a-\\c]x", "ax bx cx -x"),
    ("[\\a-c]x", "ax bx cx"),
    ("[a-c-e]x", "ax dx ex -x"),
    ("[--/]x", "-x .x"),
    ("[!a]", "a b é"),
    ("[é]x", "éx"),
    ("[a", "a [a"),
    ("a[", "a a["),
    ("a[]", "a a[]"),
    ("[!", "! [!"),
    ("[a-", "a"),
    ("[a\\", "a"),
    ("[[:digit:]]x", "1x ax :x"),
    ("[![:digit:]]x", "1x ax"),
    ("[[:digit:]a-c]x", "1x bx dx"),
    ("[[:alpha:][:digit:]]x", "1x ax -x"),
    ("[[:upper:]]x", "Ax ax"),
    ("[[:lower:]]x", "Ax ax"),
    ("[[:space:]]x", [" x", "\tx", "\vx", "\fx", "\rx", "ax"]),
    ("[[:blank:]]x", [" x", "\tx", "ax"]),
    ("[[:punct:]]x", "-x _x +x ~x ax $x"),
    ("[[:xdigit:]]x", "fx gx Fx 9x"),
    ("[[:graph:]]x", ["ax", " x", "éx"]),
    ("[[:print:]]x", ["ax", " x", "\x01x"]),
    ("[[:cntrl:]]x", ["ax", "\x01x", "\x7fx"]),
    ("[[:alnum:]]x", "ax 1x -x"),
    ("[[:foo:]]x", "ax fx :x"),
    ("[a[:foo:]]x", "ax"),
    ("[[:digit]x", "dx :x [x ]x 1x"),
    ("[[:]x", ":x [x"),
    ("[[:]]x", ":]x [x :x"),
    ("[[:a:b]x", "ax bx :x [x"),
    ("[[:digit:]-z]x", "1x -x zx ax"),
    ("[a-[:digit:]]x", "ax 1x [x bx -x"),
    ("[[-a]x", "[x ]x ax ^x"),
    ("a[/]b", "a/b"),
    ("a[.-0]b", "a/b a.b"),
    ("a[!x]b", "a/b ayb"),
    ("d/[a-c]", "d/a d/x"),
    ("données", "données d/données"),
    ("日本*", "日本語 日本"),
    ("*.txt/", "a.txt/b a.txt"),
    ("node_modules", "node_modules/a/b d/node_modules/c"),
    ("*~", "a~ ~a"),
    ("$x", "$x x"),
    ("(a)", "(a) a"),
    ("{a,b}", "a b {a,b}"),
    ("a+", "a+ aa"),
    ("a.b", "a.b axb"),
    ("\\a\\b", "ab"),
    ("*a*b*c", "abc xaxbxc acb"),
    ("*a/*b", "a/b xa/xb xa/y/b"),
    ("d/*/e/**/f", "d/x/e/f d/x/e/y/z/f d/x/y/e/f"),
    ("**/d/**/f", "d/f x/d/y/f f"),
    ("**foo", "foo xfoo x/foo"),
    ("foo**", "foo foox foo/x x/foo"),
    ("**/foo**", "foo x/foox x/y/foo"),
    ({"": "*.log", "d": "!a.log"}, "a.log d/a.log d/b.log d/e/a.log"),
    ({"": "*.log\n!d/a.log", "d": "a.log"}, "a.log d/a.log d/e/a.log"),
    ({"": "d/", "d": "!a\n!*"}, "d/a d/e/a"),
    ({"d": "/a"}, "a d/a d/e/a"),
    ({"d": "a/b"}, "d/a/b a/b d/e/a/b"),
    ({"d": "e/"}, "d/e/a e/a d/x/e/a"),
    ({"d": "*\n!.gitignore"}, "d/a d/.gitignore a"),
    ({"d": "**/f", "d/e": "!f"}, "d/f d/e/f d/e/g/f"),
    ({"": "f", "d": "!f", "d/e": "f"}, "f d/f d/e/f d/e/g/f"),
    ({"": "f", "d": "!f", "d/e": "!g"}, "d/e/f d/e/g"),
    ({"": "*", "d": "!*"}, "d/a a"),
    ({"": "*\n!d", "d": "!*"}, "d/a a d/e/a"),
    ({"": "!a", "d": "a"}, "a d/a"),
    ({"": "/d/a", "d": "!/a"}, "d/a"),
    ({"": "d/**/x\n", "d/e": "!x"}, "d/x d/e/x d/e/f/x"),
    ({"d": "../a\n/../a\n"}, "a d/a"),
    ({"": ".gitignore"}, ".gitignore d/.gitignore"),
]


def random_pattern():
    pieces = ["*", "**", "?", "a", "b", "c", "/", "/", "!", "\\", "[ab]", "[!a]", "[", "**/", "/**", " ", "#", "a/", "-", "]"]
    return "".join(rng.choice(pieces) for _ in range(rng.randint(1, 6)))


def random_path(pattern):
    """A path with a fair chance: the pattern with its wildcards filled in, then perhaps bent a little."""
    text = re.sub(r"\*+", lambda _: "".join(rng.choice("ab/") for _ in range(rng.randint(0, 3))), pattern.lstrip("!"))
    text = re.sub(r"\[!?([^]])[^]]*\]", lambda found: rng.choice([found[1], "b", "c"]), text)
    text = text.replace("?", rng.choice("abc")).replace("\\", rng.choice(["", "\\"]))
    if rng.random() < 0.5:
        at = rng.randint(0, len(text))
        text = text[:at] + rng.choice(["a", "/", "b/", "/c"]) + text[at:]
    names = [name for name in text.split("/") if name not in ("", ".", "..")]
    return "/".join(names[:5])


def random_case():
    patterns = [random_pattern() for _ in range(rng.randint(1, 3))]
    files = {"": "\n".join(patterns)}
    if rng.random() < 0.3:
        nested = [random_pattern() for _ in range(2)]
        files[rng.choice("abc")] = "\n".join(nested)
        patterns += nested
    return files, [path for path in (random_path(rng.choice(patterns)) for _ in range(5)) if path]


def judge(files, paths):
    """What `git check-ignore` says: the rule that leaves a path out, or None."""
    with tempfile.TemporaryDirectory() as root:
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "HOME": root}
        subprocess.run(["git", "init", "-q", "--template=", root], check=True, env=environment)
        for path in [*paths, *(os.path.join(folder, ".gitignore") for folder in files)]:
            os.makedirs(os.path.dirname(os.path.join(root, path)), exist_ok=True)
            with open(os.path.join(root, path), "a"):
                pass
        for folder, text in files.items():
            with open(os.path.join(root, folder, ".gitignore"), "wb") as file:
                file.write(text.encode())
        command = ["git", "check-ignore", "--no-index", "--verbose", "--non-matching", "--stdin", "-z"]
        # A path that begins with a colon would mean something else.
        asked = "\0".join(f"./{path}" for path in paths).encode()
        run = subprocess.run(command, input=asked, capture_output=True, cwd=root, env=environment)
        assert run.returncode in (0, 1), run.stderr
        fields = run.stdout.decode().split("\0")
        verdicts = {}
        for source, line, pattern, path in zip(*[iter(fields)] * 4):
            ignored = source != "" and not pattern.startswith("!")
            verdicts[path.removeprefix("./")] = f"{source}:{line}: {pattern}" if ignored else None
        assert set(verdicts) == set(paths), (paths, verdicts)
        return verdicts


def fits(paths):
    """A path cannot be a file and a folder; only one of such two stays."""
    kept = []
    for path in dict.fromkeys(paths):
        if not any(path.startswith(other + "/") or other.startswith(path + "/") for other in kept):
            kept.append(path)
    return kept


vectors = []
for files, paths in CASES + [random_case() for _ in range(220)]:
    files = {"": files} if isinstance(files, str) else files
    paths = paths.split() if isinstance(paths, str) else paths
    own = [f"{folder}/.gitignore" if folder else ".gitignore" for folder in files]
    paths = fits([path for path in paths if all(not f"{name}/".startswith(f"{path}/") or name == path for name in own)])
    if paths:
        vectors.append({"files": files, "verdicts": judge(files, paths)})

git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip()
head = {
    "title": "ignore files",
    "source": f"{git} check-ignore --no-index, run by make_gitignore.py (Python {sys.version.split()[0]})",
    "fields": "files: ignore files by folder; verdicts: for each path the rule that leaves it out, null when none does",
    "count": len(vectors),
}
lines = ",\n".join("  " + json.dumps(vector, ensure_ascii=False) for vector in vectors)
print(json.dumps(head, ensure_ascii=False, indent=1)[:-2] + ',\n "vectors": [\n' + lines + "\n ]\n}")
