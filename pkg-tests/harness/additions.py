"""Lists what huggingface_hub's upload_folder would add. The arguments come as JSON on the standard input, the paths go out as JSON."""

import json
import sys

from huggingface_hub import HfApi
from huggingface_hub.utils import DEFAULT_IGNORE_PATTERNS

job = json.load(sys.stdin)
ignored = [*job.pop("ignore_patterns", []), *DEFAULT_IGNORE_PATTERNS]
additions = HfApi()._prepare_upload_folder_additions(path_in_repo="", ignore_patterns=ignored, **job)
json.dump([addition.path_in_repo for addition in additions], sys.stdout)
