"""What huggingface_hub reads back: trees, paths, files, snapshots, cards, and the errors for what is not there."""

import hashlib
import tempfile
from pathlib import Path

from huggingface_hub import HfApi, ModelCard, hf_hub_url, metadata_load, metadata_update
from huggingface_hub._local_folder import get_local_download_paths
from huggingface_hub.errors import (
    EntryNotFoundError,
    HfHubHTTPError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.hf_api import RepoFile, RepoFolder

from support import ENDPOINT, api, bob, folder, noise, raises, repo, run

FILES = {
    "README.md": "---\nlicense: mit\n---\n# Tides\n",
    "data/1.csv": "t,h\n0,1\n",
    "data/deep/2.csv": "t,h\n1,2\n",
    "weights/model.bin": noise(1_500_000, 5),
    "empty.txt": "",
}


def filled(kind="model", **more):
    id = repo(kind, **more)
    api.upload_folder(repo_id=id, folder_path=folder(FILES), repo_type=kind, commit_message="Fill")
    return id


def as_bytes(content):
    return content.encode() if isinstance(content, str) else content


def blob_id(content):
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def test_tree():
    id = filled()
    entries = {entry.path: entry for entry in api.list_repo_tree(id, recursive=True)}
    assert set(entries) == {*FILES, ".gitattributes", "data", "data/deep", "weights"}, entries
    for path, content in FILES.items():
        entry = entries[path]
        assert isinstance(entry, RepoFile) and entry.size == len(content), entry
        if path.endswith(".bin"):
            assert entry.lfs.sha256 == hashlib.sha256(content).hexdigest() and entry.lfs.size == len(content), entry
            assert entry.lfs.pointer_size == 132 and entry.blob_id != blob_id(content), entry
        else:
            assert entry.lfs is None and entry.blob_id == blob_id(as_bytes(content)), entry
    assert isinstance(entries["data"], RepoFolder) and len(entries["data"].tree_id) == 40
    top = {entry.path for entry in api.list_repo_tree(id)}
    assert top == {".gitattributes", "README.md", "data", "empty.txt", "weights"}, top
    assert {entry.path for entry in api.list_repo_tree(id, "data")} == {"data/1.csv", "data/deep"}
    detailed = {entry.path: entry for entry in api.list_repo_tree(id, recursive=True, expand=True)}
    assert detailed["data/1.csv"].last_commit.title == "Fill", detailed
    assert detailed["data"].last_commit.title == "Fill", detailed
    raises(EntryNotFoundError, lambda: list(api.list_repo_tree(id, "nope")))
    raises(RevisionNotFoundError, lambda: list(api.list_repo_tree(id, revision="nope")))
    raises(RepositoryNotFoundError, lambda: list(api.list_repo_tree("alice/nope")))


def test_long_trees_come_in_pages():
    id = repo()
    api.upload_folder(repo_id=id, folder_path=folder({f"{n:04}.txt": str(n) for n in range(1205)}))
    assert len(api.list_repo_files(id)) == 1206
    assert len(list(api.list_repo_tree(id, expand=True))) == 1206


def test_paths_info():
    id = filled("dataset")
    infos = api.get_paths_info(id, ["data", "data/1.csv", "nope", "weights/model.bin"], repo_type="dataset", expand=True)
    assert [info.path for info in infos] == ["data", "data/1.csv", "weights/model.bin"], infos
    assert infos[1].last_commit.title == "Fill" and infos[2].lfs.size == 1_500_000, infos
    assert api.get_paths_info(id, "nope", repo_type="dataset") == []
    assert api.file_exists(id, "data/1.csv", repo_type="dataset")
    assert not api.file_exists(id, "nope", repo_type="dataset")
    assert not api.file_exists(id, "data/1.csv", repo_type="dataset", revision="nope")
    assert not api.file_exists("alice/nope", "x")


def test_info_with_files():
    id = filled()
    info = api.model_info(id, files_metadata=True)
    found = {one.rfilename: one for one in info.siblings}
    assert set(found) == {*FILES, ".gitattributes"}
    assert found["weights/model.bin"].lfs.sha256 == hashlib.sha256(FILES["weights/model.bin"]).hexdigest()
    assert found["data/1.csv"].blob_id == blob_id(as_bytes(FILES["data/1.csv"]))
    assert info.author == "alice" and info.last_modified >= info.created_at, info


def test_download_of_a_file():
    for kind in ["model", "dataset", "space"]:
        id = filled(kind, private=True)
        for path, content in FILES.items():
            file = api.hf_hub_download(id, path, repo_type=kind)
            assert Path(file).read_bytes() == as_bytes(content), (kind, path)
        head = api.repo_info(id, repo_type=kind).sha
        assert f"/snapshots/{head}/" in file, file
        # From the cache, without the Hub.
        assert api.hf_hub_download(id, path, repo_type=kind, local_files_only=True) == file


def test_metadata_of_a_file():
    id = filled()
    head = api.model_info(id).sha
    large = api.get_hf_file_metadata(url=hf_hub_url(id, "weights/model.bin"))
    assert large.commit_hash == head and large.size == 1_500_000, large
    assert large.etag == hashlib.sha256(FILES["weights/model.bin"]).hexdigest(), large
    assert not large.location.startswith(api.endpoint), large
    small = api.get_hf_file_metadata(url=hf_hub_url(id, "data/1.csv", revision=head))
    assert (small.etag, small.size) == (blob_id(as_bytes(FILES["data/1.csv"])), len(FILES["data/1.csv"])), small


def test_snapshots():
    id = filled("dataset")
    more = {"repo_type": "dataset"}
    root = Path(api.snapshot_download(id, **more))
    found = {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}
    found.pop(".gitattributes")
    assert found == {path: as_bytes(content) for path, content in FILES.items()}
    into = tempfile.mkdtemp()
    api.snapshot_download(id, local_dir=into, allow_patterns="*.csv", ignore_patterns="data/deep/*", **more)
    files = {str(file.relative_to(into)) for file in Path(into).rglob("*.csv")}
    assert files == {"data/1.csv"}, files
    first = api.list_repo_commits(id, **more)[-1].commit_id
    old = Path(api.snapshot_download(id, revision=first, **more))
    assert [file.name for file in old.iterdir()] == [".gitattributes"]


def test_a_download_that_goes_on():
    id = filled()
    into = Path(tempfile.mkdtemp())
    path = "weights/model.bin"
    oid = hashlib.sha256(FILES[path]).hexdigest()
    # What an interrupted download leaves.
    part = get_local_download_paths(into, path).incomplete_path(oid)
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_bytes(FILES[path][:700_000])
    api.hf_hub_download(id, path, local_dir=into)
    assert (into / path).read_bytes() == FILES[path]


def test_cards():
    id = filled()
    metadata_update(id, {"tags": ["tides", "gauges"]})
    text = Path(api.hf_hub_download(id, "README.md")).read_text()
    assert "# Tides" in text and metadata_load(api.hf_hub_download(id, "README.md")) == {
        "license": "mit",
        "tags": ["tides", "gauges"],
    }, text
    raises(ValueError, lambda: metadata_update(id, {"license": "apache-2.0"}))
    metadata_update(id, {"license": "apache-2.0"}, overwrite=True)
    assert ModelCard.load(id).data.license == "apache-2.0"
    url = metadata_update(id, {"license": "gpl-3.0"}, overwrite=True, create_pr=True)
    assert url.startswith(f"{ENDPOINT}/{id}/commit/"), url
    assert ModelCard.load(api.hf_hub_download(id, "README.md", revision="refs/pr/1")).data.license == "gpl-3.0"
    assert ModelCard.load(id).data.license == "apache-2.0"
    card = ModelCard("---\nlicense: mit\n---\n# Other\n")
    card.validate()
    card.push_to_hub(id)
    assert ModelCard.load(id).text.strip() == "# Other"
    raises(ValueError, lambda: ModelCard("---\nlicense: {}\n---\n").push_to_hub(id))


def test_what_is_not_there():
    id = filled()
    private = filled(private=True)
    raises(EntryNotFoundError, lambda: api.hf_hub_download(id, "nope"))
    raises(RevisionNotFoundError, lambda: api.hf_hub_download(id, "README.md", revision="nope"))
    raises(RepositoryNotFoundError, lambda: api.hf_hub_download("alice/nope", "README.md"))
    raises(RepositoryNotFoundError, lambda: bob.hf_hub_download(private, "README.md"))
    raises(RepositoryNotFoundError, lambda: HfApi(token=False).snapshot_download(private))
    raises(RepositoryNotFoundError, lambda: api.dataset_info(id))
    raises(RevisionNotFoundError, lambda: api.model_info(id, revision="nope"))
    raises(RepositoryNotFoundError, lambda: api.list_repo_refs("alice/nope"))
    raises(RepositoryNotFoundError, lambda: api.list_repo_commits("alice/nope"))
    raises(RevisionNotFoundError, lambda: api.list_repo_commits(id, revision="nope"))
    raises(RepositoryNotFoundError, lambda: bob.get_paths_info(private, "x"))
    raises(RepositoryNotFoundError, lambda: bob.create_branch(private, branch="x"))
    raises(LocalEntryNotFoundError, lambda: api.hf_hub_download(id, "weights/model.bin", local_files_only=True))
    error = raises(HfHubHTTPError, lambda: HfApi(token="hf_wrong").model_info(id))
    assert error.response.status_code == 401 and not isinstance(error, RepositoryNotFoundError), error


if __name__ == "__main__":
    run(globals())
