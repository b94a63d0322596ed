"""Files and folders as huggingface_hub pushes them: what lands, in how many commits, and what is left out."""

import hashlib
import io

from huggingface_hub import CommitOperationAdd, CommitOperationCopy, CommitOperationDelete
from huggingface_hub.errors import (
    BadRequestError,
    EntryNotFoundError,
    HfHubHTTPError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from support import ENDPOINT, api, bob, folder, noise, paths, raises, repo, run

CARD = "---\nlicense: mit\n---\n# Tide gauges\n"


def content(id, path, **more):
    """The bytes of a file of a repo."""
    with open(api.hf_hub_download(id, path, **more), "rb") as file:
        return file.read()


def titles(id, **more):
    return [commit.title for commit in api.list_repo_commits(id, **more)]


def test_upload_file_from_anywhere():
    id = repo()
    path = folder({"from-disk.txt": "disk"}) / "from-disk.txt"
    info = api.upload_file(path_or_fileobj=path, path_in_repo="a/from disk.txt", repo_id=id, commit_message="One")
    assert info.commit_url == f"{ENDPOINT}/{id}/commit/{info.oid}", info
    assert api.model_info(id).sha == info.oid
    api.upload_file(path_or_fileobj=b"bytes", path_in_repo="b.txt", repo_id=id)
    api.upload_file(path_or_fileobj=io.BytesIO(b"object"), path_in_repo="c.txt", repo_id=id)
    assert [content(id, path) for path in paths(id)] == [b"disk", b"bytes", b"object"]
    assert titles(id) == ["Upload c.txt with huggingface_hub", "Upload b.txt with huggingface_hub", "One", "initial commit"]


def test_upload_file_to_each_type():
    for kind in ["model", "dataset", "space"]:
        id = repo(kind)
        api.upload_file(path_or_fileobj=noise(70_000), path_in_repo="w/data.bin", repo_id=id, repo_type=kind)
        assert content(id, "w/data.bin", repo_type=kind) == noise(70_000)


def test_large_files_go_to_the_store():
    id = repo()
    sizes = {"small.bin": 100, "one-part.bin": 1_000_000, "two-parts.bin": 1_000_001, "many.bin": 3_500_000}
    for n, (path, size) in enumerate(sizes.items()):
        api.upload_file(path_or_fileobj=noise(size, n + 1), path_in_repo=path, repo_id=id)
    for n, info in enumerate(api.get_paths_info(id, list(sizes))):
        expected = noise(sizes[info.path], list(sizes).index(info.path) + 1)
        assert info.size == info.lfs.size == len(expected), info
        assert info.lfs.sha256 == hashlib.sha256(expected).hexdigest(), info
        assert content(id, info.path) == expected


def test_nothing_new_is_no_commit():
    id = repo()
    first = api.upload_file(path_or_fileobj=b"same", path_in_repo="a.txt", repo_id=id)
    again = api.upload_file(path_or_fileobj=b"same", path_in_repo="a.txt", repo_id=id)
    assert again.oid == first.oid and len(titles(id)) == 2
    large = api.upload_file(path_or_fileobj=noise(5000), path_in_repo="a.bin", repo_id=id)
    again = api.upload_file(path_or_fileobj=noise(5000), path_in_repo="a.bin", repo_id=id)
    assert again.oid == large.oid and len(titles(id)) == 3


def test_a_folder_with_patterns():
    files = {"README.md": CARD, "a.txt": "a", "b.csv": "b", "sub/c.txt": "c", "sub/d.log": "d", "sub/deep/e.txt": "e"}
    root = folder(files | {".git/config": "not for the Hub", ".cache/huggingface/x": "nor this"})

    id = repo()
    api.upload_folder(repo_id=id, folder_path=root, commit_message="All")
    assert paths(id) == sorted(files)
    assert titles(id) == ["All", "initial commit"]
    assert {path: content(id, path).decode() for path in files} == files

    id = repo()
    api.upload_folder(repo_id=id, folder_path=root, allow_patterns="*.txt", ignore_patterns=["sub/deep/*"])
    assert paths(id) == ["a.txt", "sub/c.txt"]

    id = repo("dataset")
    api.upload_folder(repo_id=id, repo_type="dataset", folder_path=root, path_in_repo="v1/data", ignore_patterns="*.log")
    assert paths(id, repo_type="dataset") == sorted(f"v1/data/{path}" for path in files if path != "sub/d.log")


def test_delete_patterns():
    id = repo()
    old = {"keep.txt": "k", "logs/1.log": "1", "logs/2.log": "2", "logs/deep/3.log": "3", "logs/note.txt": "n"}
    api.upload_folder(repo_id=id, folder_path=folder(old))
    api.upload_folder(
        repo_id=id, folder_path=folder({"4.log": "4", "1.log": "1 again"}), path_in_repo="logs", delete_patterns="*.log"
    )
    assert paths(id) == ["keep.txt", "logs/1.log", "logs/4.log", "logs/note.txt"]
    assert content(id, "logs/1.log") == b"1 again"
    assert len(titles(id)) == 3
    # A mirror leaves the attributes alone.
    api.upload_folder(repo_id=id, folder_path=folder({"only.txt": "o"}), delete_patterns=["*"])
    assert api.list_repo_files(id) == [".gitattributes", "only.txt"]


def test_gitignore_of_the_folder():
    id = repo()
    files = {
        ".gitignore": "*.log\n!important.log\nbuild/\n/top.txt\n",
        "a.txt": "a",
        "b.log": "b",
        "important.log": "i",
        "build/out.txt": "o",
        "sub/build/out.txt": "o",
        "sub/top.txt": "t",
        "top.txt": "t",
    }
    api.upload_folder(repo_id=id, folder_path=folder(files))
    left = [".gitignore", "a.txt", "important.log", "sub/top.txt"]
    assert paths(id) == left, paths(id)
    # The one that is in the repo counts for later pushes, too.
    api.upload_folder(repo_id=id, folder_path=folder({"c.log": "c", "c.txt": "c"}))
    assert paths(id) == sorted([*left, "c.txt"])


def test_attributes_of_the_folder():
    id = repo()
    api.upload_file(path_or_fileobj=b"*.tide filter=lfs diff=lfs merge=lfs -text\n", path_in_repo=".gitattributes", repo_id=id)
    api.upload_file(path_or_fileobj=b"plain text", path_in_repo="x.tide", repo_id=id)
    api.upload_file(path_or_fileobj=b"plain text", path_in_repo="x.bin", repo_id=id)
    tide, bin = api.get_paths_info(id, ["x.tide", "x.bin"])
    assert tide.lfs is not None and bin.lfs is None, (tide, bin)


def test_one_commit_that_adds_deletes_and_copies():
    id = repo()
    large = noise(20_000)
    api.create_commit(
        repo_id=id,
        commit_message="First",
        commit_description="of several lines\n\nindeed",
        operations=[
            CommitOperationAdd("small.txt", b"small"),
            CommitOperationAdd("large.bin", large),
            CommitOperationAdd("old/1.txt", b"1"),
            CommitOperationAdd("old/2.txt", b"2"),
            CommitOperationAdd("gone.txt", b"gone"),
        ],
    )
    first = api.list_repo_commits(id)[0]
    assert (first.title, first.message) == ("First", "of several lines\n\nindeed"), first
    api.create_commit(
        repo_id=id,
        commit_message="Second",
        operations=[
            CommitOperationCopy("small.txt", "copies/small.txt"),
            CommitOperationCopy("large.bin", "copies/large.bin"),
            CommitOperationDelete("gone.txt"),
            CommitOperationDelete("old/"),
            CommitOperationAdd("empty.txt", b""),
        ],
        parent_commit=first.commit_id,
    )
    assert paths(id) == ["copies/large.bin", "copies/small.txt", "empty.txt", "large.bin", "small.txt"]
    assert content(id, "copies/large.bin") == large and content(id, "copies/small.txt") == b"small"
    assert content(id, "empty.txt") == b""
    # An older revision is copied from as well.
    api.create_commit(
        repo_id=id,
        commit_message="Third",
        operations=[CommitOperationCopy("gone.txt", "back.txt", src_revision=first.commit_id)],
    )
    assert content(id, "back.txt") == b"gone"
    copy = CommitOperationCopy("nope.txt", "x.txt")
    raises(EntryNotFoundError, lambda: api.create_commit(repo_id=id, commit_message="x", operations=[copy]))


def test_deletes():
    id = repo()
    api.upload_folder(repo_id=id, folder_path=folder({"a.txt": "a", "d/b.txt": "b", "d/e/c.txt": "c", "f/g.bin": noise(9)}))
    api.delete_file("a.txt", id)
    assert paths(id) == ["d/b.txt", "d/e/c.txt", "f/g.bin"]
    api.delete_folder("d/e", id)
    assert paths(id) == ["d/b.txt", "f/g.bin"]
    api.delete_files(id, ["*.bin", "nothing/*"])
    assert paths(id) == ["d/b.txt"]
    raises(EntryNotFoundError, lambda: api.delete_file("a.txt", id))
    raises(EntryNotFoundError, lambda: api.delete_folder("nope", id))


def test_commits_that_are_refused():
    id = repo()
    head = api.model_info(id).sha

    def ask(by=api, **more):
        operations = [CommitOperationAdd("x.txt", b"x")]
        return by.create_commit(**{"repo_id": id, "operations": operations, "commit_message": "x"} | more)

    raises(RepositoryNotFoundError, lambda: ask(repo_id="alice/not-there"))
    raises(RevisionNotFoundError, lambda: ask(revision="not-there"))
    stale = raises(HfHubHTTPError, lambda: ask(parent_commit="0" * 40))
    assert stale.response.status_code == 412, stale
    bad = raises(HfHubHTTPError, lambda: ask(operations=[CommitOperationAdd("..\\x", b"x")]))
    assert bad.response.status_code == 422, bad
    raises(ValueError, lambda: ask(operations=[CommitOperationAdd("README.md", b"---\nlicense: [\n---\n")]))
    api.create_branch(id, branch="other")
    raises(BadRequestError, lambda: ask(revision="other", create_pr=True))
    raises(ValueError, lambda: ask(commit_message=""))
    other = raises(HfHubHTTPError, lambda: ask(by=bob))
    assert other.response.status_code == 403, other
    assert api.model_info(id).sha == head and paths(id) == []


def test_preuploaded_files():
    id = repo()
    additions = [CommitOperationAdd(f"shards/{n}.bin", noise(30_000, n + 1)) for n in range(3)]
    for addition in additions:
        api.preupload_lfs_files(id, additions=[addition])
    api.create_commit(id, operations=additions, commit_message="Shards")
    assert content(id, "shards/2.bin") == noise(30_000, 3)


def test_odd_names():
    id = repo()
    names = ["two  spaces.txt", "100%25.txt", "what?&=#.txt", "emoji 🛳️.txt", "cafe\u0301.txt", "日本語/名前.txt", "-dash", "a+b;c,d.txt"]
    api.create_commit(id, operations=[CommitOperationAdd(name, name.encode()) for name in names], commit_message="Odd")
    assert paths(id) == sorted(names)
    for name in names:
        assert content(id, name) == name.encode(), name
    assert len(api.get_paths_info(id, names)) == len(names)
    assert [entry.path for entry in api.list_repo_tree(id, "日本語")] == ["日本語/名前.txt"]


def test_three_hundred_files():
    id = repo()
    files = {f"many/{n % 7}/{n:03}.txt": f"{n}" for n in range(300)}
    api.upload_folder(repo_id=id, folder_path=folder(files), commit_message="Many")
    assert paths(id) == sorted(files)


if __name__ == "__main__":
    run(globals())
