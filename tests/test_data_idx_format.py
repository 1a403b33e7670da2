"""IDX files: what is written is read, and what is broken is said to be, in one sentence."""

import os
import struct
import tracemalloc

import numpy as np
import pytest
from data.idx_files import CODES, idx_bytes, zipped
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from microbp.data import DataError, idx

SMALL = np.arange(24, dtype=np.uint8).reshape(2, 3, 4)

both_packings = pytest.mark.parametrize("pack", [bytes, zipped], ids=["bare", "gzipped"])


@pytest.fixture
def file(tmp_path):
    """Writes bytes to a file and gives its path."""

    def write(content, name="some-file"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def refusal(path):
    """The sentence in which `idx` refuses a file."""
    with pytest.raises(DataError) as caught:
        idx(path)
    sentence = str(caught.value)

    assert sentence.startswith("idx: ")
    assert repr(str(path)) in sentence
    assert "\n" not in sentence
    return sentence


# ------------------------------------------------------------------------------------------ sound


@both_packings
@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("shape", [(), (5,), (2, 3), (2, 3, 4), (1, 2, 1, 2), (0,), (3, 0, 2)])
def test_every_element_type_and_shape_is_read_as_written(file, pack, code, shape):
    rng = np.random.default_rng(0)
    written = np.asarray(100 * rng.standard_normal(shape)).astype(code)

    read = idx(file(pack(idx_bytes(written))))

    assert read.dtype == np.dtype(code)
    assert read.dtype.isnative
    assert read.shape == written.shape
    assert np.array_equal(read, written)


@given(arrays.arrays(st.sampled_from(["u1", "i2", ">i4", "f8"]), arrays.array_shapes()), st.booleans())
def test_any_array_survives_the_journey(tmp_path_factory, written, gzipped):
    path = tmp_path_factory.mktemp("idx") / "file"
    path.write_bytes(zipped(idx_bytes(written)) if gzipped else idx_bytes(written))

    assert idx(path).tobytes() == written.astype(written.dtype.newbyteorder("=")).tobytes()


def test_the_format_by_its_bytes(file):
    content = bytes.fromhex("0000 0b02  00000001 00000002  0001 ff00")

    assert idx(file(content)).tolist() == [[1, -256]]


def test_the_content_decides_what_is_gzipped_not_the_name(file):
    assert np.array_equal(idx(file(idx_bytes(SMALL), "misnamed.gz")), SMALL)
    assert np.array_equal(idx(file(zipped(idx_bytes(SMALL)), "misnamed")), SMALL)


def test_the_array_is_the_callers_to_write_to(file):
    array = idx(file(idx_bytes(SMALL)))
    array[0, 0, 0] = 99

    assert array[0, 0, 0] == 99


def test_a_path_may_be_text(file):
    assert np.array_equal(idx(str(file(idx_bytes(SMALL)))), SMALL)


def test_a_gzip_file_of_several_members_is_one_array(file):
    content = idx_bytes(SMALL)

    assert np.array_equal(idx(file(zipped(content[:9]) + zipped(content[9:]))), SMALL)


# ----------------------------------------------------------------------------------------- broken


@both_packings
def test_a_file_cut_anywhere_is_refused(file, pack):
    content = pack(idx_bytes(SMALL))

    for length in range(len(content)):
        refusal(file(content[:length]))


@both_packings
def test_content_cut_anywhere_is_refused_though_the_gzip_around_it_is_sound(file, pack):
    content = idx_bytes(SMALL)

    for length in range(len(content)):
        refusal(file(pack(content[:length])))


def test_no_flipped_bit_in_a_gzipped_file_gives_a_wrong_array(file):
    content = zipped(idx_bytes(SMALL))
    outcomes = {"right": 0, "refused": 0}

    for bit in range(8 * len(content)):
        flipped = bytearray(content)
        flipped[bit // 8] ^= 1 << bit % 8
        path = file(flipped)
        try:
            array = idx(path)
        except DataError:
            outcomes["refused"] += 1
        else:
            assert np.array_equal(array, SMALL)
            outcomes["right"] += 1

    # gzip's header has bits without meaning here: the time, the system, the level of compression.
    assert outcomes["right"] < 8 * 10
    assert outcomes["refused"] > 8 * (len(content) - 10)


def test_random_damage_gives_a_right_array_or_a_refusal(file):
    rng = np.random.default_rng(1)
    content = zipped(idx_bytes(np.arange(2000, dtype=np.int32)))

    for _ in range(500):
        damaged = bytearray(content)
        for _ in range(rng.integers(1, 8)):
            damaged[rng.integers(len(damaged))] = rng.integers(256)
        try:
            array = idx(file(damaged[: rng.integers(1, len(damaged) + 1)]))
        except DataError:
            continue
        assert np.array_equal(array, np.arange(2000))


@both_packings
def test_trailing_bytes_are_refused(file, pack):
    assert "holds more than 24" in refusal(file(pack(idx_bytes(SMALL) + b"\0")))


def test_bytes_after_the_gzip_stream_are_refused(file):
    assert "not sound gzip" in refusal(file(zipped(idx_bytes(SMALL)) + b"more"))


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "has 0 bytes"),
        (b"\0\0", "has 2 bytes"),
        (b"<!DOCTYPE html>", "3c 21 44 4f"),
        (b"\0\1" + idx_bytes(SMALL)[2:], "begins with the bytes 00 01 08 03"),
        (b"\0\0\x0a\1" + bytes(8), "right is 00 00, a type of 08, 09, 0b, 0c, 0d or 0e"),
        (b"\0\0\x08\x03" + bytes(11), "ends inside its header, which declares 3 dimensions"),
        (b"\0\0\x08\xff" + bytes(4 * 255), "declares 255 dimensions; right are 32 at most"),
        (idx_bytes(SMALL)[:-1], "declares 2 × 3 × 4 of uint8, 24 bytes, but has room for 23"),
        (zipped(idx_bytes(SMALL)[:-1]), "declares 2 × 3 × 4 of uint8, 24 bytes, but holds 23"),
        (zipped(idx_bytes(SMALL))[:-9], "ends inside its gzip stream"),
        (b"\x1f\x8b" + b"garbage" * 9, "not sound gzip"),
        (zipped(b""), "has 0 bytes"),
        (zipped(b"PK\3\4 something else"), "50 4b 03 04"),
    ],
)
def test_the_sentence_says_what_is_wrong(file, content, word):
    assert word in refusal(file(content))


@both_packings
@pytest.mark.parametrize(
    "sizes",
    [(2**32 - 1,), (2**32 - 1,) * 4, (2**32 - 1,) * 32, (0, *(2**32 - 1,) * 3), (1 << 31, 7)],
    ids=str,
)
def test_a_huge_declared_size_is_refused_before_memory_is_taken(file, pack, sizes):
    path = file(pack(struct.pack(f">2xBB{len(sizes)}I", 0x0E, len(sizes), *sizes) + bytes(1000)))

    tracemalloc.start()
    try:
        sentence = refusal(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert "get the file again" in sentence
    assert peak < 1_000_000


def test_sizes_that_no_array_can_index_are_refused_though_they_declare_no_content(file):
    sizes = (0, *(2**32 - 1,) * 3)

    sentence = refusal(file(struct.pack(">2xBB4I", 0x0E, 4, *sizes)))

    assert "declares 0 × 4294967295 × 4294967295 × 4294967295 of float64, 0 bytes, which no array" in sentence


def test_a_gzip_bomb_is_not_unpacked_beyond_what_its_header_declares(file):
    path = file(zipped(idx_bytes(SMALL) + bytes(100_000_000)))

    tracemalloc.start()
    try:
        sentence = refusal(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert "holds more than 24" in sentence
    assert peak < 1_000_000


# ------------------------------------------------------------------------------------- not a file


def test_a_missing_file_is_named(tmp_path):
    assert "there is no file" in refusal(tmp_path / "nowhere")


def test_a_folder_is_no_file(tmp_path):
    assert "is a folder" in refusal(tmp_path)


def test_a_pipe_is_refused_rather_than_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")

    assert "is a pipe" in refusal(tmp_path / "pipe")


def test_a_name_that_no_file_can_have_is_refused(tmp_path):
    refusal(tmp_path / "a\0b")
    refusal(tmp_path / ("x" * 5000))
    refusal(tmp_path / "two\nlines")


def test_a_path_through_a_file_is_refused(file):
    assert "cannot be read" in refusal(file(b"") / "inside")
