"""What the scripts of this folder share: who they are, folders to push, and the loop that runs their cases.

A script is a topic; its functions `test_...` are the cases. Each makes repos of its own, so that none depends on another.
"""

import os
import sys
import tempfile
import time
import traceback
from itertools import count
from pathlib import Path

from huggingface_hub import HfApi

ENDPOINT = os.environ["HF_ENDPOINT"]
ALICE = os.environ["HF_TOKEN"]
"""The token of alice, who writes. The library takes it from the environment by itself."""
READER = os.environ["HUBFERRY_READER"]
"""A token of rita, who may only read."""
BOB = os.environ["HUBFERRY_BOB"]
"""A token of bob, who writes in his own namespace."""

api = HfApi()
reader = HfApi(token=READER)
bob = HfApi(token=BOB)

_numbers = count()


def repo(kind="model", **more):
    """Creates a repo with a name of its own; gives its id."""
    if kind == "space":
        more.setdefault("space_sdk", "static")
    name = f"alice/{Path(sys.argv[0]).stem}-{next(_numbers)}"
    return api.create_repo(name, repo_type=kind, **more).repo_id


def folder(files):
    """Writes files (path -> text or bytes) into a new folder."""
    root = Path(tempfile.mkdtemp())
    for path, content in files.items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def noise(size, seed=1):
    """Bytes that look random and are the same every time."""
    words, state = bytearray(), seed
    while len(words) < size:
        state = (state * 6364136223846793005 + 1442695040888963407) % 2**64
        words += (state >> 32).to_bytes(4, "little")
    return bytes(words[:size])


def paths(repo_id, **more):
    """The files of a repo, without those that the Hub made."""
    made = {".gitattributes"}
    return sorted(path for path in api.list_repo_files(repo_id, **more) if path not in made)


def raises(kind, call):
    """The exception of this kind that a call must raise."""
    try:
        result = call()
    except kind as error:
        return error
    raise AssertionError(f"{kind.__name__} is not raised; the call gave {result!r}")


def run(cases):
    """Runs all `test_...` of a module; the process fails when one fails."""
    failed = 0
    tests = [(name, case) for name, case in cases.items() if name.startswith("test_")]
    for name, case in tests:
        started = time.monotonic()
        try:
            case()
        except Exception:  # a failure is reported, and the others run
            failed += 1
            print(f"FAILED {name}\n{traceback.format_exc()}")
        else:
            print(f"passed {name} in {time.monotonic() - started:.1f} s")
    sys.exit(1 if failed or not tests else 0)
