"""Downloads, from servers of our own: the right bytes under their name, or nothing."""

import hashlib
import logging
import os
import re
import socket
import sys
import threading
import time
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from data.idx_files import idx_bytes, small_set, write_set, zipped

from microbp.data import DataError, mnist
from microbp.data.download import fetch, is_genuine, user_cache
from microbp.data.image_sets import FASHION_MNIST, MNIST, ImageSet, load

NAME = "file.gz"
CONTENT = np.random.default_rng(0).bytes(300_000)
SUM = hashlib.sha256(CONTENT).hexdigest()


class Handler(BaseHTTPRequestHandler):
    """Serves `files` in the manner of the mirror that the first part of the address names."""

    def __init__(self, files, asked, *arguments):
        self.files = files
        self.asked = asked
        super().__init__(*arguments)

    def do_GET(self):
        _, manner, name = self.path.split("/")
        self.asked.append((manner, name))
        content = self.files.get(name)
        if manner == "missing" or content is None:
            return self.send_error(404)
        if manner == "broken":
            return self.send_error(500)
        if manner == "redirecting":
            self.send_response(302)
            self.send_header("Location", f"/good/{name}")
            return self.end_headers()
        self.send_response(200)
        if manner != "endless-length":
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if manner == "wrong":
            content = content[:-1] + bytes([content[-1] ^ 1])
        elif manner in ("truncated", "endless-length"):
            content = content[: len(content) // 2]
        elif manner == "silent":
            self.wfile.write(content[:1000])
            self.wfile.flush()
            time.sleep(0.5)
            return None
        self.wfile.write(content)
        return None

    def log_message(self, *arguments):
        pass


class Server:
    """A web server on this machine: where it is, what it has, what it was asked for."""

    def __init__(self):
        self.files = {NAME: CONTENT}
        self.asked = []
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, self.files, self.asked))
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()

    def mirror(self, manner):
        return f"http://127.0.0.1:{self.http.server_port}/{manner}/"


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    server = Server()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture
def closed_port():
    """A port on this machine where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


# ----------------------------------------------------------------------------------------- a file


def test_a_good_mirror_gives_the_file(server, tmp_path):
    path = fetch(NAME, SUM, tmp_path / "new" / "folder", [server.mirror("good")])

    assert path == tmp_path / "new" / "folder" / NAME
    assert path.read_bytes() == CONTENT
    assert os.listdir(path.parent) == [NAME]


BAD = {
    "missing": "HTTP 404",
    "broken": "HTTP 500",
    "wrong": "wrong sha256",
    "truncated": r"(ChunkedEncodingError|wrong sha256)",  # older versions of requests leave it to the sum
    "endless-length": "wrong sha256",
    "silent": "ConnectionError",
}


@pytest.mark.parametrize("manner", BAD)
def test_a_bad_mirror_is_passed_over_and_leaves_nothing(server, tmp_path, manner):
    mirrors = [server.mirror(manner), server.mirror("good")]

    path = fetch(NAME, SUM, tmp_path, mirrors, timeout=0.2)

    assert path.read_bytes() == CONTENT
    assert os.listdir(tmp_path) == [NAME]
    assert [how for how, _ in server.asked] == [manner, "good"]


@pytest.mark.parametrize(("manner", "reason"), BAD.items())
def test_where_all_mirrors_are_bad_the_reasons_are_told_and_nothing_is_kept(server, tmp_path, manner, reason):
    mirrors = [server.mirror(manner), server.mirror("missing")]

    with pytest.raises(DataError) as caught:
        fetch(NAME, SUM, tmp_path, mirrors, timeout=0.2)

    host = rf"127\.0\.0\.1:{server.http.server_port}"
    sentence = rf"no mirror gave {NAME} \({host}: {reason}; {host}: HTTP 404\)"
    assert re.fullmatch(sentence, str(caught.value))
    assert os.listdir(tmp_path) == []


def test_a_redirection_is_followed(server, tmp_path):
    assert fetch(NAME, SUM, tmp_path, [server.mirror("redirecting")]).read_bytes() == CONTENT


def test_a_mirror_goes_with_a_slash_or_without(server, tmp_path):
    assert fetch(NAME, SUM, tmp_path, [server.mirror("good").rstrip("/")]).read_bytes() == CONTENT


@pytest.mark.parametrize("mirror", ["file:///etc/", "ftp://127.0.0.1/", "http://", "http://[", "x", ""])
def test_only_the_web_is_a_mirror(tmp_path, mirror):
    with pytest.raises(DataError, match="is no http address"):
        fetch(NAME, SUM, tmp_path, [mirror])


@pytest.mark.parametrize("mirror", ["http://127.0.0.1:99999/", "http://a b/", "http://.../"])
def test_an_address_that_cannot_be_is_a_bad_mirror(tmp_path, mirror):
    with pytest.raises(DataError, match="no mirror gave"):
        fetch(NAME, SUM, tmp_path, [mirror], timeout=0.2)


def test_a_password_in_an_address_is_not_told(server, tmp_path):
    with pytest.raises(DataError) as caught:
        fetch(NAME, SUM, tmp_path, [server.mirror("missing").replace("//", "//user:secret@")])

    assert "secret" not in str(caught.value)


def test_nobody_listening_is_a_bad_mirror(closed_port, tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with pytest.raises(DataError, match=f"127.0.0.1:{closed_port}: ConnectionError"):
        fetch(NAME, SUM, tmp_path, [f"http://127.0.0.1:{closed_port}/"])


def test_a_genuine_file_is_not_asked_for_again(server, tmp_path):
    first = fetch(NAME, SUM, tmp_path, [server.mirror("good")])
    again = fetch(NAME, SUM, tmp_path, [server.mirror("good")])

    assert first == again
    assert len(server.asked) == 1


def test_a_damaged_file_is_replaced_or_left_as_it_was(server, tmp_path):
    (tmp_path / NAME).write_bytes(b"damaged")

    with pytest.raises(DataError):
        fetch(NAME, SUM, tmp_path, [server.mirror("truncated")])
    assert (tmp_path / NAME).read_bytes() == b"damaged"

    fetch(NAME, SUM, tmp_path, [server.mirror("good")])
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert os.listdir(tmp_path) == [NAME]


def test_a_file_is_never_seen_half_written(server, tmp_path):
    place, seen = tmp_path / NAME, set()
    done = threading.Event()

    def look():
        while not done.is_set():
            seen.add(place.stat().st_size if place.exists() else None)

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        for manner in ("truncated", "silent", "wrong", "good"):
            try:
                fetch(NAME, SUM, tmp_path, [server.mirror(manner)], timeout=0.05)
            except DataError:
                seen.add("refused")
    finally:
        done.set()
        watcher.join()

    assert seen <= {None, len(CONTENT), "refused"}
    assert "refused" in seen


def test_a_folder_that_cannot_be_made_is_told_from_a_bad_mirror(server, tmp_path):
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(DataError, match="is not writable"):
        fetch(NAME, SUM, tmp_path / "file" / "folder", [server.mirror("good")])
    assert server.asked == []


def test_progress_is_a_bar_on_standard_error_when_asked_for_and_silence_when_not(server, tmp_path, capsys):
    fetch(NAME, SUM, tmp_path / "shown", [server.mirror("good")], progress=True)
    shown = capsys.readouterr()
    fetch(NAME, SUM, tmp_path / "hidden", [server.mirror("good")], progress=False)
    fetch(NAME, SUM, tmp_path / "no-terminal", [server.mirror("good")])
    hidden = capsys.readouterr()

    assert "100%" in shown.err
    assert NAME in shown.err
    assert shown.out == ""
    assert (hidden.out, hidden.err) == ("", "")


def test_what_pooch_logs_is_held_back_for_the_while_only(server, tmp_path, monkeypatch):
    import pooch

    logger, said = pooch.get_logger(), []
    monkeypatch.setattr(logger, "level", logging.DEBUG)
    monkeypatch.setattr(logger, "handle", said.append)
    fetch(NAME, SUM, tmp_path, [server.mirror("missing"), server.mirror("good")])

    assert said == []
    assert logger.level == logging.DEBUG


def test_genuine_is_what_has_the_sum(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"abc")

    assert is_genuine(path, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    assert not is_genuine(path, SUM)
    assert not is_genuine(tmp_path / "nowhere", SUM)
    assert not is_genuine(tmp_path, SUM)


# -------------------------------------------------------------------------------------- the cache


def test_the_cache_is_the_folder_that_pooch_names(monkeypatch, tmp_path):
    import pooch

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    assert user_cache() == pooch.os_cache("microbp")

    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert user_cache() == pooch.os_cache("microbp")


# ----------------------------------------------------------------------------------- an image set


@pytest.fixture
def small(server, monkeypatch):
    """A small image set that the server has, and its arrays."""
    monkeypatch.delenv("MICROBP_DATA", raising=False)
    arrays = small_set(seed=5)
    for name, array in arrays.items():
        server.files[f"{name}.gz"] = zipped(idx_bytes(array))
    sha256 = {f"{name}.gz": hashlib.sha256(server.files[f"{name}.gz"]).hexdigest() for name in arrays}
    return ImageSet("small", "small-folder", sha256, [server.mirror("good")], [0] * 10)


def test_a_set_is_downloaded_once_then_read_from_the_cache(server, small, tmp_path):
    first = load(small, cache=tmp_path)
    asked = len(server.asked)
    server.files.clear()
    again = load(small, cache=tmp_path)

    assert first.train.X.tobytes() == again.train.X.tobytes()
    assert (asked, len(server.asked)) == (4, 4)
    assert sorted(os.listdir(tmp_path / "small-folder")) == sorted(small.sha256)


def test_the_cache_is_read_without_pooch(small, tmp_path, monkeypatch):
    load(small, cache=tmp_path)
    monkeypatch.setitem(sys.modules, "pooch", None)

    assert len(load(small, cache=tmp_path, mirrors=[]).train.X) == 50


def test_the_users_cache_is_where_downloads_go(small, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))

    load(small)

    assert len(list(user_cache().glob("small-folder/*.gz"))) == 4
    assert tmp_path in user_cache().parents


def test_only_what_is_missing_or_damaged_is_downloaded(server, small, tmp_path):
    load(small, cache=tmp_path)
    damaged, missing = sorted((tmp_path / "small-folder").iterdir())[:2]
    damaged.write_bytes(damaged.read_bytes()[:-1])
    missing.unlink()
    server.asked.clear()

    load(small, cache=tmp_path)

    assert sorted(name for _, name in server.asked) == [damaged.name, missing.name]


def test_the_variable_goes_before_the_cache_and_the_net(server, small, tmp_path, monkeypatch):
    named = small_set(seed=6)
    write_set(tmp_path / "named" / "small-folder", named)
    load(small, cache=tmp_path / "cache")
    server.asked.clear()
    monkeypatch.setenv("MICROBP_DATA", str(tmp_path / "named"))

    split = load(small, cache=tmp_path / "cache")

    assert np.array_equal(split.test.labels, named["t10k-labels-idx1-ubyte"])
    assert server.asked == []


def test_a_variable_whose_folder_lacks_the_set_leaves_it_to_the_cache_and_the_net(
    server, small, tmp_path, monkeypatch
):
    (tmp_path / "named").mkdir()
    monkeypatch.setenv("MICROBP_DATA", str(tmp_path / "named"))

    load(small, cache=tmp_path / "cache")

    assert len(server.asked) == 4
    assert os.listdir(tmp_path / "named") == []


def test_mirrors_of_the_caller_replace_the_known_ones(server, small, tmp_path):
    with pytest.raises(DataError):
        load(small, cache=tmp_path, mirrors=server.mirror("missing"))
    assert [how for how, _ in server.asked] == ["missing"]

    load(small, cache=tmp_path, mirrors=[server.mirror("wrong"), server.mirror("good")])
    assert [how for how, _ in server.asked[1:]] == ["wrong", "good"] * 4


def test_offline_one_sentence_says_what_to_do(closed_port, tmp_path, monkeypatch):
    monkeypatch.delenv("MICROBP_DATA", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

    with pytest.raises(DataError) as caught:
        mnist(cache=tmp_path, mirrors=[f"http://127.0.0.1:{closed_port}"])

    assert str(caught.value) == (
        f"mnist: no mirror gave train-images-idx3-ubyte.gz (127.0.0.1:{closed_port}: ConnectionError); "
        'go online, with pooch installed (pip install pooch), '
        "or put the four files in a folder and pass path= or set MICROBP_DATA to it"
    )


def test_without_pooch_one_sentence_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.delenv("MICROBP_DATA", raising=False)
    monkeypatch.setitem(sys.modules, "pooch", None)

    with pytest.raises(DataError) as caught:
        mnist(cache=tmp_path)

    assert str(caught.value) == (
        "mnist: train-images-idx3-ubyte.gz cannot be downloaded without pooch; "
        'go online, with pooch installed (pip install pooch), '
        "or put the four files in a folder and pass path= or set MICROBP_DATA to it"
    )
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize("published", [MNIST, FASHION_MNIST], ids=lambda published: published.name)
def test_a_published_set_has_four_sums_and_more_than_one_mirror(published):
    assert [name for name in published.sha256] == [f"{name}.gz" for name in small_set()]
    assert all(len(bytes.fromhex(sha256)) == 32 for sha256 in published.sha256.values())
    assert len(set(published.mirrors)) > 1
