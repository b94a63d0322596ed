"""The older client's `upload_large_folder`, which keeps a journal beside the files and makes many commits, and its `upload_folder`."""

import hashlib
import tempfile
import warnings
from pathlib import Path

import huggingface_hub
from huggingface_hub.errors import HfHubHTTPError

from support import api, bob, folder, noise, paths, raises, repo, run

FILES = {
    "README.md": "---\nlicense: mit\n---\n# Large\n",
    "b/empty.txt": "",
    **{f"a/{n % 5}/{n:03}.csv": f"n\n{n}\n" for n in range(120)},
    **{f"w/{n}.bin": noise(40_000 + n, n + 1) for n in range(8)},
    "w/parts.safetensors": noise(2_300_001, 99),
}
LANDED = {path: text.encode() if isinstance(text, str) else text for path, text in FILES.items()}


def upload(id, root, workers=1, **more):
    # A worker without work sleeps for ten seconds; a single one always has some.
    with warnings.catch_warnings(action="ignore", category=FutureWarning):
        api.upload_large_folder(id, root, repo_type="dataset", num_workers=workers, print_report=False, **more)


def check(id, revision=None):
    into = Path(tempfile.mkdtemp())
    api.snapshot_download(id, repo_type="dataset", revision=revision, local_dir=into)
    for path, content in LANDED.items():
        assert (into / path).read_bytes() == content, path
    landed = set(paths(id, repo_type="dataset", revision=revision))
    assert landed == set(LANDED), (landed - set(LANDED), set(LANDED) - landed)
    for info in api.get_paths_info(id, [path for path in LANDED if path.startswith("w/")], repo_type="dataset", revision=revision):
        assert info.lfs.sha256 == hashlib.sha256(LANDED[info.path]).hexdigest(), info


def commits(id):
    return [commit.commit_id for commit in api.list_repo_commits(id, repo_type="dataset")]


def test_it_is_the_old_one():
    assert huggingface_hub.__version__.startswith("1."), huggingface_hub.__version__


def test_a_large_folder_and_again():
    root = folder(FILES)
    id = "alice/large-by-itself"
    # It makes the repo, too.
    upload(id, root, workers=4)
    check(id)
    made = commits(id)
    assert len(made) > 1
    # Its journal says that all is committed.
    upload(id, root)
    assert commits(id) == made
    # Without the journal it asks the Hub again, and nothing is new. Whether that is a commit without changes is the client's matter.
    for file in (root / ".cache/huggingface/upload").rglob("*.metadata"):
        file.unlink()
    upload(id, root)
    check(id)


def test_a_changed_file_goes_alone():
    root = folder(FILES)
    id = repo("dataset")
    upload(id, root)
    before = commits(id)
    (root / "w/0.bin").write_bytes(noise(50_000, 1234))
    upload(id, root)
    assert len(commits(id)) == len(before) + 1
    info = api.get_paths_info(id, "w/0.bin", repo_type="dataset")[0]
    assert info.lfs.sha256 == hashlib.sha256(noise(50_000, 1234)).hexdigest()


def test_on_a_branch():
    id = repo("dataset")
    api.create_branch(id, branch="large", repo_type="dataset")
    upload(id, folder(FILES), revision="large", allow_patterns=["*.csv"])
    assert paths(id, repo_type="dataset") == []
    assert len(paths(id, repo_type="dataset", revision="large")) == 120


def test_a_folder_in_one_commit():
    id = repo("dataset")
    api.upload_folder(repo_id=id, repo_type="dataset", folder_path=folder(FILES), commit_message="All")
    check(id)
    assert len(commits(id)) == 2
    again = api.upload_folder(repo_id=id, repo_type="dataset", folder_path=folder(FILES), commit_message="Again")
    assert again.oid == commits(id)[0] and len(commits(id)) == 2


def test_somebody_else_may_not():
    id = repo("dataset")
    error = raises(HfHubHTTPError, lambda: bob.upload_folder(repo_id=id, repo_type="dataset", folder_path=folder(FILES)))
    assert error.response.status_code == 403, error
    assert paths(id, repo_type="dataset") == []


if __name__ == "__main__":
    run(globals())
