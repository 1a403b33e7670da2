"""MNIST and its like from a folder: which folder, which files, and what they must hold."""

import hashlib

import numpy as np
import pytest
from data.idx_files import FILES, idx_bytes, small_set, write_set, zipped

from microbp.data import DataError, fashion_mnist, mnist
from microbp.data.image_sets import FASHION_MNIST, MNIST

FASHION_LABELS = np.array([*FASHION_MNIST.first_labels] * 6, np.uint8)


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch, tmp_path):
    """What this machine has downloaded is out of sight."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "user-cache"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "user-cache"))


def refusal(call):
    with pytest.raises(DataError) as caught:
        call()

    assert "\n" not in str(caught.value)
    return str(caught.value)


# --------------------------------------------------------------------------------------- the real


@pytest.mark.needs_data
def test_mnist_has_the_books_split_and_scale(data_folder, monkeypatch):
    monkeypatch.setenv("MICROBP_DATA", str(data_folder))

    train, validation, test = parts = mnist()

    assert [part.X.shape for part in parts] == [(50_000, 784), (10_000, 784), (10_000, 784)]
    assert [part.labels.shape for part in parts] == [(50_000,), (10_000,), (10_000,)]
    assert {(part.X.dtype, part.labels.dtype) for part in parts} == {(np.dtype("f8"), np.dtype("i8"))}
    assert set(np.unique(test.X * 256)) == set(range(256))
    # Facts of the files, measured: all bytes added up, and how often each digit occurs.
    assert [256 * part.X.sum() for part in parts] == [1_309_089_051, 258_209_494, 264_923_200]
    assert [np.bincount(part.labels).tolist() for part in parts] == [
        [4932, 5678, 4968, 5101, 4859, 4506, 4951, 5175, 4842, 4988],
        [991, 1064, 990, 1030, 983, 915, 967, 1090, 1009, 961],
        [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009],
    ]
    assert tuple(train.labels[:10]) == tuple(MNIST.first_labels)
    assert (validation.labels[0], test.labels[0]) == (3, 7)


@pytest.mark.needs_data
def test_the_known_sums_are_those_of_the_real_files(data_folder):
    for name, sha256 in MNIST.sha256.items():
        content = (data_folder / "mnist" / name).read_bytes()

        assert hashlib.sha256(content).hexdigest() == sha256


@pytest.mark.needs_data
def test_digits_are_not_taken_for_clothes(data_folder, monkeypatch):
    sentence = refusal(lambda: fashion_mnist(data_folder / "mnist"))
    assert "holds the files of mnist; call data.mnist" in sentence

    monkeypatch.setenv("MICROBP_DATA", str(data_folder / "mnist"))

    assert "no mirror gave" in refusal(lambda: fashion_mnist(mirrors=[]))


# --------------------------------------------------------------------------------------- a folder


def test_a_folder_of_the_same_format_is_taken_as_it_is(tmp_path):
    arrays = small_set(train=60, test=10)

    split = mnist(write_set(tmp_path, arrays))

    images, labels, test_images, test_labels = (arrays[name] for name in FILES)
    assert np.array_equal(np.concatenate([split.train.X, split.validation.X]), images.reshape(60, 784) / 256)
    assert np.array_equal(np.concatenate([split.train.labels, split.validation.labels]), labels)
    assert np.array_equal(split.test.X, test_images.reshape(10, 784) / 256)
    assert np.array_equal(split.test.labels, test_labels)


@pytest.mark.parametrize(("train", "validation"), [(60, 10), (65, 10), (66, 11), (6, 1)])
def test_the_last_sixth_of_the_training_files_is_for_validation(tmp_path, train, validation):
    split = mnist(write_set(tmp_path, small_set(train=train)))

    assert len(split.validation.X) == len(split.validation.labels) == validation
    assert len(split.train.X) == train - validation


@pytest.mark.parametrize("dotted", [False, True])
@pytest.mark.parametrize("gzipped", [False, True])
def test_files_go_by_either_name_gzipped_or_not(tmp_path, dotted, gzipped):
    arrays = small_set()
    for name, array in arrays.items():
        spelling = name.replace("-idx", ".idx") if dotted else name
        path = tmp_path / (spelling + ".gz" if gzipped else spelling)
        path.write_bytes(zipped(idx_bytes(array)) if gzipped else idx_bytes(array))

    assert np.array_equal(mnist(tmp_path).test.labels, arrays["t10k-labels-idx1-ubyte"])


def test_both_sets_have_the_same_format(tmp_path):
    write_set(tmp_path, small_set())

    assert np.array_equal(mnist(tmp_path).train.X, fashion_mnist(str(tmp_path)).train.X)


# ----------------------------------------------------------------------------------- which folder


def test_the_variable_names_the_folder_or_the_one_above_it(tmp_path, monkeypatch):
    digits, clothes = small_set(seed=1), small_set(seed=2)
    write_set(tmp_path / "mnist", digits)
    write_set(tmp_path / "fashion", clothes)

    monkeypatch.setenv("MICROBP_DATA", str(tmp_path))
    assert np.array_equal(mnist().test.labels, digits["t10k-labels-idx1-ubyte"])
    assert np.array_equal(fashion_mnist().test.labels, clothes["t10k-labels-idx1-ubyte"])

    write_set(tmp_path, small_set(seed=3))
    assert np.array_equal(mnist().test.labels, digits["t10k-labels-idx1-ubyte"])

    monkeypatch.setenv("MICROBP_DATA", str(tmp_path / "fashion"))
    assert np.array_equal(fashion_mnist().test.labels, clothes["t10k-labels-idx1-ubyte"])


def test_a_path_goes_before_the_variable(tmp_path, monkeypatch):
    write_set(tmp_path / "named", small_set(seed=1))
    passed = small_set(seed=2)
    monkeypatch.setenv("MICROBP_DATA", str(tmp_path / "named"))

    split = mnist(write_set(tmp_path / "passed", passed))

    assert np.array_equal(split.test.labels, passed["t10k-labels-idx1-ubyte"])


def test_clothes_are_not_taken_for_digits(tmp_path, monkeypatch):
    arrays = small_set(train=60) | {"train-labels-idx1-ubyte": FASHION_LABELS}
    write_set(tmp_path, arrays)

    assert fashion_mnist(tmp_path).train.labels[:3].tolist() == [9, 0, 0]
    assert refusal(lambda: mnist(tmp_path)) == (
        f"mnist: {str(tmp_path)!r} holds the files of fashion_mnist; call data.fashion_mnist"
    )

    monkeypatch.setenv("MICROBP_DATA", str(tmp_path))
    assert fashion_mnist().train.labels[:3].tolist() == [9, 0, 0]
    assert "no mirror gave train-images-idx3-ubyte.gz" in refusal(lambda: mnist(mirrors=[]))


def test_a_variable_that_names_no_folder_is_an_error_not_a_download(tmp_path, monkeypatch):
    monkeypatch.setenv("MICROBP_DATA", str(tmp_path / "mistyped"))

    assert "MICROBP_DATA is" in (sentence := refusal(mnist))
    assert "which is no folder" in sentence


# ----------------------------------------------------------------------------------------- broken


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_named(tmp_path, monkeypatch, name):
    write_set(tmp_path, small_set())
    (tmp_path / f"{name}.gz").unlink()

    sentence = refusal(lambda: mnist(tmp_path))
    monkeypatch.setenv("MICROBP_DATA", str(tmp_path))

    assert f"lacks {name}; the files are" in sentence
    assert refusal(mnist) == sentence


@pytest.mark.parametrize("name", FILES)
def test_a_broken_file_is_named(tmp_path, name):
    path = write_set(tmp_path, small_set()) / f"{name}.gz"
    path.write_bytes(path.read_bytes()[:-10])

    assert repr(str(path)) in refusal(lambda: mnist(tmp_path))


def test_what_is_no_folder_is_refused(tmp_path):
    file = tmp_path / "file"
    file.write_bytes(b"")

    assert "is no folder; pass the folder of the four files" in refusal(lambda: mnist(tmp_path / "nowhere"))
    assert "is no folder" in refusal(lambda: mnist(file))


@pytest.mark.parametrize(
    ("name", "array", "sentence"),
    [
        (FILES[0], np.zeros((59, 28, 28), np.uint8), "59 images and .* 60 labels; right is one"),
        (FILES[3], np.zeros(11, np.uint8), "10 images and .* 11 labels"),
        (FILES[0], np.zeros((60, 28, 27), np.uint8), "uint8 of shape .60, 28, 27.; right are bytes"),
        (FILES[0], np.zeros((60, 784), np.uint8), "shape .60, 784."),
        (FILES[0], np.zeros((60, 28, 28), np.int8), "holds int8"),
        (FILES[2], np.zeros((10, 28, 28), np.float64), "holds float64"),
        (FILES[1], np.zeros((60, 1), np.uint8), "shape .60, 1.; right are bytes of shape .n,."),
        (FILES[3], np.zeros(10, np.int32), "holds int32"),
    ],
)
def test_files_that_dont_fit_together_are_refused(tmp_path, name, array, sentence):
    write_set(tmp_path, small_set() | {name: array})

    with pytest.raises(DataError, match=sentence):
        mnist(tmp_path)


@pytest.mark.parametrize(("train", "test"), [(5, 10), (0, 10), (60, 0)])
def test_too_few_images_are_refused(tmp_path, train, test):
    write_set(tmp_path, small_set(train, test))

    assert "right are" in refusal(lambda: mnist(tmp_path))
