"""Branches, tags, history and pull requests as huggingface_hub drives them."""

from huggingface_hub import CommitOperationAdd, HfApi
from huggingface_hub.errors import BadRequestError, HfHubHTTPError, RevisionNotFoundError

from support import ENDPOINT, api, bob, folder, paths, raises, repo, run


def put(id, path, text="x", **more):
    return api.upload_file(path_or_fileobj=text.encode(), path_in_repo=path, repo_id=id, **more)


def test_branches():
    id = repo()
    first = put(id, "a.txt").oid
    second = put(id, "b.txt").oid
    api.create_branch(id, branch="dev")
    api.create_branch(id, branch="feature/old", revision=first)
    branches = {ref.name: ref.target_commit for ref in api.list_repo_refs(id).branches}
    assert branches == {"main": second, "dev": second, "feature/old": first}, branches
    assert raises(HfHubHTTPError, lambda: api.create_branch(id, branch="dev")).response.status_code == 409
    api.create_branch(id, branch="dev", exist_ok=True)
    raises(RevisionNotFoundError, lambda: api.create_branch(id, branch="x", revision="not-there"))
    third = put(id, "c.txt", revision="feature/old").oid
    assert paths(id, revision="feature/old") == ["a.txt", "c.txt"] and paths(id) == ["a.txt", "b.txt"]
    assert api.model_info(id, revision="feature/old").sha == third
    api.delete_branch(id, branch="feature/old")
    assert [ref.name for ref in api.list_repo_refs(id).branches] == ["dev", "main"]
    assert not api.revision_exists(id, "feature/old") and api.revision_exists(id, "dev")
    assert raises(HfHubHTTPError, lambda: api.delete_branch(id, branch="main")).response.status_code == 403
    assert raises(HfHubHTTPError, lambda: api.delete_branch(id, branch="not-there")).response.status_code == 404
    assert raises(HfHubHTTPError, lambda: bob.create_branch(id, branch="his")).response.status_code == 403


def test_tags():
    id = repo("dataset")
    more = {"repo_type": "dataset"}
    first = put(id, "a.txt", **more).oid
    put(id, "b.txt", **more)
    api.create_tag(id, tag="v1", revision=first, tag_message="The first", **more)
    api.create_tag(id, tag="v2", **more)
    tags = {ref.name: ref.target_commit for ref in api.list_repo_refs(id, **more).tags}
    assert tags["v1"] == first and set(tags) == {"v1", "v2"}, tags
    assert paths(id, revision="v1", **more) == ["a.txt"]
    assert raises(HfHubHTTPError, lambda: api.create_tag(id, tag="v1", **more)).response.status_code == 409
    api.create_tag(id, tag="v1", exist_ok=True, **more)
    raises(RevisionNotFoundError, lambda: api.create_tag(id, tag="v3", revision="not-there", **more))
    api.delete_tag(id, tag="v1", **more)
    raises(RevisionNotFoundError, lambda: api.delete_tag(id, tag="v1", **more))
    raises(RevisionNotFoundError, lambda: api.list_repo_files(id, revision="v1", **more))


def test_history():
    id = repo()
    oids = [put(id, f"{n}.txt", commit_message=f"Commit {n}").oid for n in range(60)]
    commits = api.list_repo_commits(id)
    assert [commit.commit_id for commit in commits][:-1] == oids[::-1]
    assert [commit.title for commit in commits][-2:] == ["Commit 0", "initial commit"]
    assert commits[0].authors == ["alice"] and commits[0].created_at >= commits[-1].created_at
    assert len(api.list_repo_commits(id, revision=oids[9])) == 11
    assert api.list_repo_commits(id, revision=oids[0], formatted=True)[0].formatted_title is not None


def test_super_squash():
    id = repo()
    for n in range(3):
        put(id, f"{n}.txt")
    api.create_branch(id, branch="kept")
    api.super_squash_history(id, commit_message="All in one")
    assert [commit.title for commit in api.list_repo_commits(id)] == ["All in one"]
    assert paths(id) == ["0.txt", "1.txt", "2.txt"]
    assert len(api.list_repo_commits(id, revision="kept")) == 4
    assert raises(HfHubHTTPError, lambda: bob.super_squash_history(id)).response.status_code == 403


def test_a_pull_request_by_a_commit():
    id = repo()
    head = put(id, "a.txt").oid
    info = api.upload_file(
        path_or_fileobj=b"proposed", path_in_repo="b.txt", repo_id=id, create_pr=True, commit_message="Please take b"
    )
    assert info.pr_url == f"{ENDPOINT}/{id}/discussions/1", info
    assert (info.pr_num, info.pr_revision) == (1, "refs/pr/1"), info
    assert api.model_info(id).sha == head and paths(id) == ["a.txt"]
    assert paths(id, revision="refs/pr/1") == ["a.txt", "b.txt"]
    details = api.get_discussion_details(id, 1)
    assert (details.title, details.status, details.author) == ("Please take b", "open", "alice"), details
    assert details.is_pull_request and details.target_branch == "refs/heads/main", details
    assert details.git_reference == "refs/pr/1", details
    refs = api.list_repo_refs(id, include_pull_requests=True)
    assert [ref.ref for ref in refs.pull_requests] == ["refs/pr/1"]
    api.merge_pull_request(id, 1, comment="thanks")
    details = api.get_discussion_details(id, 1)
    assert details.status == "merged" and details.merge_commit_oid == api.model_info(id).sha, details
    assert paths(id) == ["a.txt", "b.txt"]
    raises(BadRequestError, lambda: api.merge_pull_request(id, 1))


def test_a_pull_request_from_outside():
    id = repo()
    folder_path = folder({"c.txt": "c", "d/e.bin": bytes(range(256))})
    info = bob.upload_folder(repo_id=id, folder_path=folder_path, create_pr=True)
    assert info.pr_num == 1
    assert api.get_discussion_details(id, 1).author == "bob"
    assert raises(HfHubHTTPError, lambda: bob.merge_pull_request(id, 1)).response.status_code == 403
    assert paths(id) == []
    api.merge_pull_request(id, 1)
    assert paths(id) == ["c.txt", "d/e.bin"]


def test_a_pull_request_from_its_draft_on():
    id = repo()
    pull = api.create_pull_request(id, "A draft", description="Of three commits")
    assert (pull.num, pull.status) == (1, "draft"), pull
    for n in range(3):
        api.create_commit(
            id, operations=[CommitOperationAdd(f"{n}.txt", b"x")], commit_message=f"Part {n}", revision=pull.git_reference
        )
    raises(HfHubHTTPError, lambda: api.merge_pull_request(id, 1))
    api.change_discussion_status(id, 1, "open")
    api.comment_discussion(id, 1, "Looks good")
    api.rename_discussion(id, 1, "No draft any more")
    details = api.get_discussion_details(id, 1)
    assert (details.status, details.title) == ("open", "No draft any more"), details
    assert {"comment", "status-change", "title-change"} <= {event.type for event in details.events}, details.events
    assert [event.content for event in details.events if event.type == "comment"][-1] == "Looks good"
    api.merge_pull_request(id, 1)
    assert paths(id) == ["0.txt", "1.txt", "2.txt"]


def test_pull_requests_and_discussions_in_a_list():
    id = repo()
    api.create_discussion(id, "Only talk")
    api.create_pull_request(id, "To be closed")
    api.create_pull_request(id, "To stay")
    api.change_discussion_status(id, 2, "closed", comment="not now")
    listed = {one.num: (one.title, one.is_pull_request, one.status) for one in api.get_repo_discussions(id)}
    assert listed == {1: ("Only talk", False, "open"), 2: ("To be closed", True, "closed"), 3: ("To stay", True, "draft")}, listed
    pulls = api.get_repo_discussions(id, discussion_type="pull_request", discussion_status="closed")
    assert [one.num for one in pulls] == [2]
    assert list(HfApi(token=False).get_repo_discussions(id, author="nobody")) == []
    raises(BadRequestError, lambda: api.merge_pull_request(id, 2))


def test_two_changes_of_the_same_file_do_not_merge():
    id = repo()
    put(id, "a.txt", "base")
    put(id, "a.txt", "mine", create_pr=True)
    put(id, "a.txt", "theirs")
    assert raises(HfHubHTTPError, lambda: api.merge_pull_request(id, 1)).response.status_code == 409
    assert api.get_discussion_details(id, 1).status == "open"


if __name__ == "__main__":
    run(globals())
