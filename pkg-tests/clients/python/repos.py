"""Repos as huggingface_hub makes, changes, moves and deletes them, and who may."""

from huggingface_hub import HfApi
from huggingface_hub.errors import GatedRepoError, HfHubHTTPError, RepositoryNotFoundError

from support import ENDPOINT, api, bob, paths, raises, reader, repo, run


def test_whoami():
    me = api.whoami()
    assert me["name"] == "alice" and me["type"] == "user", me
    assert me["auth"]["accessToken"]["role"] == "write", me
    assert [org["name"] for org in me["orgs"]] == ["acme"], me
    assert reader.whoami()["auth"]["accessToken"]["role"] == "read"
    wrong = raises(HfHubHTTPError, lambda: HfApi(token="hf_wrong").whoami())
    assert wrong.response.status_code == 401, wrong


def test_each_type():
    for kind, prefix in [("model", ""), ("dataset", "datasets/"), ("space", "spaces/")]:
        more = {"space_sdk": "static"} if kind == "space" else {}
        url = api.create_repo(f"alice/typed-{kind}", repo_type=kind, **more)
        assert url == f"{ENDPOINT}/{prefix}alice/typed-{kind}", url
        assert (url.repo_type, url.repo_id) == (kind, f"alice/typed-{kind}"), url
        info = api.repo_info(url.repo_id, repo_type=kind)
        assert info.id == url.repo_id and len(info.sha) == 40 and info.private is False, info
        made = api.list_repo_files(url.repo_id, repo_type=kind)
        assert ".gitattributes" in made, made
        assert ("README.md" in made) == (kind == "space"), made
    assert api.space_info("alice/typed-space").sdk == "static"


def test_space_sdks():
    for sdk in ["gradio", "docker", "static"]:
        id = api.create_repo(f"alice/sdk-{sdk}", repo_type="space", space_sdk=sdk).repo_id
        assert api.space_info(id).sdk == sdk
    raises(ValueError, lambda: api.create_repo("alice/no-sdk", repo_type="space"))


def test_without_a_namespace_it_is_mine():
    assert api.create_repo("plain-name").repo_id == "alice/plain-name"


def test_in_an_organisation():
    id = api.create_repo("acme/shared").repo_id
    api.upload_file(path_or_fileobj=b"x", path_in_repo="x.txt", repo_id=id)
    assert paths(id) == ["x.txt"]
    # Bob is no member.
    assert raises(HfHubHTTPError, lambda: bob.create_repo("acme/mine")).response.status_code == 403


def test_exists():
    id = repo()
    clash = raises(HfHubHTTPError, lambda: api.create_repo(id))
    assert clash.response.status_code == 409, clash
    assert api.create_repo(id, exist_ok=True).repo_id == id
    # Bob may not create it, but it is there.
    assert bob.create_repo(id, exist_ok=True).repo_id == id
    raises(HfHubHTTPError, lambda: bob.create_repo("alice/not-there", exist_ok=True))
    assert not api.repo_exists("alice/not-there")
    assert api.repo_exists(id) and not api.repo_exists(id, repo_type="dataset")


def test_private_ones_hide():
    id = repo(private=True)
    assert api.model_info(id).private is True
    raises(RepositoryNotFoundError, lambda: bob.model_info(id))
    raises(RepositoryNotFoundError, lambda: HfApi(token=False).model_info(id))
    raises(RepositoryNotFoundError, lambda: bob.hf_hub_download(id, "README.md"))
    api.update_repo_settings(id, private=False)
    assert bob.model_info(id).private is False
    api.update_repo_settings(id, visibility="private")
    assert not bob.repo_exists(id)


def test_gated_repos_keep_their_files():
    id = repo()
    api.upload_file(path_or_fileobj=b"x", path_in_repo="x.txt", repo_id=id)
    assert api.model_info(id).gated is False
    api.update_repo_settings(id, gated="manual")
    assert api.model_info(id).gated == "manual"
    assert bob.model_info(id).id == id
    raises(GatedRepoError, lambda: bob.hf_hub_download(id, "x.txt"))
    api.hf_hub_download(id, "x.txt")
    api.update_repo_settings(id, gated=False)
    assert api.model_info(id).gated is False


def test_move():
    id = repo()
    api.upload_file(path_or_fileobj=b"moved", path_in_repo="a.txt", repo_id=id)
    head = api.model_info(id).sha
    api.move_repo(id, "alice/moved-to")
    info = api.model_info("alice/moved-to")
    assert (info.id, info.sha) == ("alice/moved-to", head), info
    assert paths("alice/moved-to") == ["a.txt"]
    other = repo()
    raises(HfHubHTTPError, lambda: api.move_repo(other, "alice/moved-to"))
    raises(HfHubHTTPError, lambda: api.move_repo(other, "bob/taken"))
    assert api.repo_exists(other)


def test_delete():
    id = repo("dataset")
    raises(HfHubHTTPError, lambda: bob.delete_repo(id, repo_type="dataset"))
    assert api.repo_exists(id, repo_type="dataset")
    api.delete_repo(id, repo_type="dataset")
    assert not api.repo_exists(id, repo_type="dataset")
    raises(RepositoryNotFoundError, lambda: api.delete_repo(id, repo_type="dataset"))
    api.delete_repo(id, repo_type="dataset", missing_ok=True)


def test_lists():
    id = repo("dataset")
    assert id in [info.id for info in api.list_datasets(author="alice")]
    assert id not in [info.id for info in api.list_datasets(author="bob")]
    hidden = repo("dataset", private=True)
    assert hidden not in [info.id for info in bob.list_datasets(author="alice")]


def test_a_token_that_may_only_read():
    id = repo()
    assert reader.model_info(id).id == id
    for call in [
        lambda: reader.create_repo("rita/own"),
        lambda: reader.upload_file(path_or_fileobj=b"x", path_in_repo="x", repo_id=id),
        lambda: reader.create_branch(id, branch="b"),
        lambda: reader.create_tag(id, tag="t"),
        lambda: reader.delete_repo(id),
        lambda: reader.update_repo_settings(id, private=True),
    ]:
        assert raises(HfHubHTTPError, call).response.status_code == 403
    assert api.list_repo_files(id) == [".gitattributes"]


if __name__ == "__main__":
    run(globals())
