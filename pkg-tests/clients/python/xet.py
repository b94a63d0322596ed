"""What huggingface_hub does with hf_xet: files go to the content-addressed store in chunks, and come back from there.

Each case has a repo that is called like it; the test reads in the Hub's request log what was sent for it.
"""

import hashlib
import random

from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfFileSystem
from huggingface_hub.errors import RepositoryNotFoundError
from huggingface_hub.utils._runtime import is_xet_available

from support import api, bob, folder, paths, raises, reader, run

MB = 1_000_000


def made(name, kind="model"):
    """Creates a repo of this name; gives its id."""
    more = {"space_sdk": "static"} if kind == "space" else {}
    return api.create_repo(f"alice/{name}", repo_type=kind, **more).repo_id


def noise(size, seed):
    return random.Random(seed).randbytes(size)


def put(id, path, content, **more):
    """Uploads a content from a file: only these go by Xet."""
    file = folder({"content": content}) / "content"
    return api.upload_file(path_or_fileobj=file, path_in_repo=path, repo_id=id, **more)


def content(id, path, **more):
    with open(api.hf_hub_download(id, path, **more), "rb") as file:
        return file.read()


def info(id, path, **more):
    return api.get_paths_info(id, [path], **more)[0]


def test_it_is_there():
    assert is_xet_available()


def test_upload_file_to_each_type():
    for kind in ["model", "dataset", "space"]:
        id = made(f"one-{kind}", kind)
        data = noise(3 * MB, kind)
        put(id, "w/data.bin", data, repo_type=kind)
        found = info(id, "w/data.bin", repo_type=kind)
        assert found.size == found.lfs.size == len(data) and len(found.xet_hash) == 64, found
        assert found.lfs.sha256 == hashlib.sha256(data).hexdigest(), found
        assert content(id, "w/data.bin", repo_type=kind) == data


def test_a_file_of_more_than_one_xorb():
    id = made("many-xorbs")
    data = noise(70 * MB, "many")
    put(id, "data.bin", data)
    assert content(id, "data.bin") == data


def test_contents_that_compress():
    id = made("compress")
    files = {
        "zeros.bin": bytes(3 * MB),
        "text.bin": b"".join(b"line %d of the file\n" % n for n in range(120_000)),
        "floats.bin": b"".join(int(n * 7919 % 65521).to_bytes(4, "little") for n in range(500_000)),
        "one.bin": b"\0",
    }
    for path, data in files.items():
        put(id, path, data)
    for path, data in files.items():
        assert content(id, path) == data, path


def test_upload_folder_and_snapshot_download():
    id = made("folder")
    files = {f"many/{n}.bin": noise(2000 + n, f"many {n}") for n in range(120)}
    files |= {"README.md": b"---\nlicense: mit\n---\n# Tides\n", "empty.bin": b"", "big.bin": noise(9 * MB, "big")}
    files["twin.bin"] = files["big.bin"]
    api.upload_folder(repo_id=id, folder_path=folder(files), commit_message="All")
    assert paths(id) == sorted(files)
    root = api.snapshot_download(id)
    for path, data in files.items():
        with open(f"{root}/{path}", "rb") as file:
            assert file.read() == data, path
    assert info(id, "twin.bin").xet_hash == info(id, "big.bin").xet_hash


def test_create_commit():
    id = made("operations")
    first, second = noise(2 * MB, "first"), noise(2 * MB, "second")
    put(id, "first.bin", first)
    root = folder({"second": second, "third": first + second})
    api.create_commit(
        repo_id=id,
        operations=[
            CommitOperationAdd("second.bin", str(root / "second")),
            CommitOperationAdd("third.bin", str(root / "third")),
            CommitOperationAdd("bytes.bin", noise(50_000, "bytes")),
            CommitOperationAdd("note.txt", b"a note"),
            CommitOperationDelete("first.bin"),
        ],
        commit_message="Some and less",
    )
    assert paths(id) == ["bytes.bin", "note.txt", "second.bin", "third.bin"]
    assert content(id, "third.bin") == first + second
    assert content(id, "bytes.bin") == noise(50_000, "bytes")


def test_create_pr_by_somebody_else():
    id = made("proposed")
    data = noise(2 * MB, "proposed")
    file = folder({"content": data}) / "content"
    pull = bob.upload_file(path_or_fileobj=file, path_in_repo="data.bin", repo_id=id, create_pr=True)
    assert pull.pr_num == 1, pull
    assert content(id, "data.bin", revision="refs/pr/1") == data
    assert paths(id) == []
    root = folder({"more.bin": noise(MB, "more")})
    bob.upload_folder(repo_id=id, folder_path=root, revision="refs/pr/1")
    api.merge_pull_request(id, 1)
    assert paths(id) == ["data.bin", "more.bin"]
    assert content(id, "more.bin") == noise(MB, "more")


def test_a_private_repo():
    id = api.create_repo("alice/private", private=True).repo_id
    data = noise(MB, "private")
    put(id, "data.bin", data)
    assert content(id, "data.bin") == data
    raises(RepositoryNotFoundError, lambda: reader.hf_hub_download(id, "data.bin", cache_dir=folder({})))


def test_ranges_by_http():
    id = made("ranges")
    data = noise(5 * MB, "ranges")
    put(id, "data.bin", data)
    with HfFileSystem().open(f"{id}/data.bin", "rb", block_size=100_000) as file:
        for start, length in [(0, 10), (1_234_567, 300_000), (5 * MB - 5, 5)]:
            file.seek(start)
            assert file.read(length) == data[start : start + length], start


def test_an_update_in_the_middle():
    data = noise(20 * MB, "update")
    id = made("update-before")
    put(id, "data.bin", data)
    changed = b"a new header" + data[12 : 9 * MB] + noise(100_000, "inserted") + data[9 * MB :]
    id = made("update-after")
    put(id, "data.bin", changed)
    assert content(id, "data.bin") == changed


def test_the_same_again_is_no_commit():
    id = made("same")
    first = put(id, "data.bin", noise(MB, "same"))
    again = put(id, "data.bin", noise(MB, "same"))
    assert again.oid == first.oid


if __name__ == "__main__":
    run(globals())
