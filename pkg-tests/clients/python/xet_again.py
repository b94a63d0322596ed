"""A machine that has pushed nothing yet sends what the Hub has already: it finds out by asking, and sends no chunk."""

from support import run
from xet import MB, content, info, made, noise, put


def test_a_content_of_another_repo():
    id = made("again-whole", "dataset")
    data = noise(70 * MB, "many")
    put(id, "data.bin", data, repo_type="dataset")
    assert content(id, "data.bin", repo_type="dataset") == data
    assert info(id, "data.bin", repo_type="dataset").xet_hash == info("alice/many-xorbs", "data.bin").xet_hash


def test_a_content_with_a_new_end():
    id = made("again-longer")
    data = noise(20 * MB, "update") + noise(200_000, "end")
    put(id, "data.bin", data)
    assert content(id, "data.bin") == data


if __name__ == "__main__":
    run(globals())
