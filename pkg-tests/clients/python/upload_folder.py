"""Pushes a folder with `upload_folder`. The arguments come as JSON on the standard input."""

import json
import sys

from huggingface_hub import HfApi

print(HfApi().upload_folder(**json.load(sys.stdin)))
