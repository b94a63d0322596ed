"""Downloads a repo with huggingface_hub's snapshot_download. The arguments come as JSON on the standard input."""

import json
import sys

from huggingface_hub import snapshot_download

job = json.load(sys.stdin)
snapshot_download(max_workers=4, **job)
