"""Files put in the place of others: the old one or the whole new one, and one sentence where neither can be."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from microbp.data import DataError
from microbp.data.files import replaced


def write(path, content):
    with replaced("save", path) as file:
        file.write(content)


def test_a_file_is_there_under_its_name_and_nothing_beside_it(tmp_path):
    write(tmp_path / "a", b"old")
    write(str(tmp_path / "a"), b"new")

    assert (tmp_path / "a").read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_whatever_goes_wrong_while_it_is_written_leaves_the_old_one(tmp_path, error):
    write(tmp_path / "a", b"old")

    with pytest.raises(error), replaced("save", tmp_path / "a") as file:
        file.write(b"ne")
        raise error

    assert (tmp_path / "a").read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_a_program_that_is_killed_while_it_writes_leaves_the_old_one(tmp_path):
    write(tmp_path / "a", b"old")
    program = (
        "import os, signal, sys; from microbp.data.files import replaced\n"
        "with replaced('save', sys.argv[1]) as file:\n"
        "    file.write(b'new' * 100_000); file.flush(); os.kill(os.getpid(), signal.SIGKILL)"
    )

    run = subprocess.run([sys.executable, "-c", program, str(tmp_path / "a")])

    assert run.returncode == -signal.SIGKILL
    assert (tmp_path / "a").read_bytes() == b"old"


def test_a_link_stays_and_leads_to_the_new_file(tmp_path):
    (tmp_path / "folder").mkdir()
    write(tmp_path / "folder" / "a", b"old")
    os.symlink(tmp_path / "folder" / "a", tmp_path / "link")

    write(tmp_path / "link", b"new")

    assert os.path.islink(tmp_path / "link")
    assert (tmp_path / "folder" / "a").read_bytes() == b"new"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("nowhere/a", r"cannot be written \(No such file or directory\)"),
        ("a\0b", r"cannot be written \(.*null"),
        ("n" * 300, r"cannot be written \(File name too long\)"),
        ("", "is a folder; pass the path of a file"),
    ],
)
def test_where_a_file_cannot_be_is_said_in_one_sentence(tmp_path, name, said):
    with pytest.raises(DataError, match=rf"^save: '.*' {said}") as caught:
        write(f"{tmp_path}/{name}", b"new")

    assert "\n" not in str(caught.value) and ".tmp" not in str(caught.value)
    assert os.listdir(tmp_path) == []


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
def test_what_is_no_file_is_not_replaced(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(DataError, match="is a pipe or a device; pass the path of a file"):
        write(tmp_path / "pipe", b"new")

    assert os.listdir(tmp_path) == ["pipe"]
