"""npz files: what is written is read, and what is broken is said to be, in one sentence."""

from __future__ import annotations

import struct
import tracemalloc
import zipfile

import numpy as np
import pytest

from microbp.data import DataError
from microbp.data.npz_format import read_npz, write_npz


def refusal(path):
    """The sentence in which a file is refused."""
    with pytest.raises(DataError) as caught:
        read_npz("load", path)
    sentence = str(caught.value)

    assert sentence.startswith("load: ")
    assert repr(str(path)) in sentence
    assert "\n" not in sentence
    return sentence


def npy(header, content=b""):
    """The bytes of a .npy with any header."""
    text = header.encode("latin1") + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + content


def archive(path, members, **options):
    with zipfile.ZipFile(path, "w", **options) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return path


@pytest.fixture
def path(tmp_path):
    return tmp_path / "some.npz"


# ------------------------------------------------------------------------------------------ sound


@pytest.mark.parametrize("dtype", ["f8", "f4", ">f8", "i8", "u1", "?", "U3"])
@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (0,), (3, 0)])
def test_arrays_are_read_as_they_were_written(path, dtype, shape):
    written = np.asarray(100 * np.random.default_rng(0).standard_normal(shape)).astype(dtype)

    write_npz("save", path, {"a": written, "b": np.array(written, order="F")})

    for read in read_npz("load", path).values():
        assert (read.dtype, read.shape, read.tobytes()) == (written.dtype, written.shape, written.tobytes())


def test_every_bit_of_a_number_is_kept(path):
    written = np.array([np.nan, -np.nan, np.inf, -0.0, 5e-324, 0.1]).view("u8") + np.array([1, 0, 0, 0, 0, 0], "u8")

    write_npz("save", path, {"a": written.view("f8")})

    assert np.array_equal(read_npz("load", path)["a"].view("u8"), written)


def test_numpy_reads_what_is_written_and_the_other_way_round(path):
    write_npz("save", path, {"a": np.arange(3.0)})
    with np.load(path, allow_pickle=False) as arrays:
        assert arrays["a"].tolist() == [0, 1, 2]

    np.savez(path, b=np.eye(2))
    assert read_npz("load", path)["b"].tolist() == [[1, 0], [0, 1]]


# ----------------------------------------------------------------------------------------- broken


def test_a_file_that_is_none_is_refused(tmp_path):
    (tmp_path / "text").write_text("no zip")
    (tmp_path / "empty").write_bytes(b"")

    assert "is no npz file, or a damaged one" in refusal(tmp_path / "text")
    assert "is no npz file, or a damaged one" in refusal(tmp_path / "empty")
    assert "there is no file" in refusal(tmp_path / "nowhere")
    assert "is a folder" in refusal(tmp_path)


def test_a_file_that_ends_too_early_is_refused_wherever_it_ends(path, rng):
    write_npz("save", path, {"a": rng.standard_normal((3, 4)), "b": rng.standard_normal(2)})
    whole = path.read_bytes()

    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        refusal(path)


def test_no_flipped_bit_gives_other_numbers(path, rng):
    arrays = {"a": rng.standard_normal((3, 4)), "b": np.arange(2)}
    write_npz("save", path, arrays)
    whole = path.read_bytes()
    refused = 0

    for place in range(len(whole)):
        for bit in range(8):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1 << bit]) + whole[place + 1 :])
            try:
                read = read_npz("load", path)
            except DataError as error:
                assert "\n" not in str(error)
                refused += 1
            else:  # a date, say; a name may differ, which is for the reader to check
                assert {x.tobytes() for x in read.values()} <= {x.tobytes() for x in arrays.values()}

    assert refused > 4 * len(whole)


def test_python_objects_are_never_unpickled(path):
    class Trap:
        def __reduce__(self):
            return pytest.fail, ("it was unpickled",)

    np.savez(path, a=np.array([Trap()], object))

    assert "holds Python objects" in refusal(path)


@pytest.mark.parametrize(
    ("header", "content"),
    [
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (100000000000,)}", b"12345678"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000, 1000000000)}", b""),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (-1,)}", b"12345678"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -1)}", b"12345678"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000000000000000, 0)}", b""),
        ("{'descr': '<U1000000000', 'fortran_order': False, 'shape': ()}", b"1234"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", b"1234567"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': (1,)}", b"123456789"),
        ("{'descr': '<f8', 'fortran_order': False, 'shape': " + "(" * 200 + ")" * 200 + "}", b""),
        ("{'descr': 'nonsense', 'fortran_order': False, 'shape': (1,)}", b"12345678"),
        ("{'shape': (1,)}", b"12345678"),
        ("[" * 9_000, b""),
        ("", b""),
    ],
    ids=range(13),
)
def test_a_header_that_declares_what_is_not_there_is_refused_before_any_array_is_made(path, header, content):
    archive(path, {"a.npy": npy(header, content)})
    tracemalloc.start()
    try:
        sentence = refusal(path)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert "'a' in" in sentence
    assert most < 10_000_000


def test_other_versions_and_kinds_of_content_are_refused(path):
    content = npy("{'descr': '<f8', 'fortran_order': False, 'shape': ()}", b"12345678")

    assert "version (2, 0)" in refusal(archive(path, {"a.npy": content.replace(b"\1\0", b"\2\0", 1)}))
    assert "is no array" in refusal(archive(path, {"a.npy": b"text"}))
    assert "holds 'a.txt'" in refusal(archive(path, {"a.txt": content}))
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(path, "w") as file:
        file.writestr("a.npy", content)
        file.writestr("a.npy", content)
    assert "want each array once" in refusal(path)


def test_packed_arrays_are_refused_as_a_few_bytes_can_stand_for_any_number(path):
    np.savez_compressed(path, a=np.zeros(10_000_000))

    assert "holds 'a' packed" in refusal(path)
