"""The machine is stated: BLAS, its core type, whether that is pinned, threads."""

import numpy as np

from microbp.bench.machine import blas, describe, single_threaded

OPENBLAS = {
    "user_api": "blas", "internal_api": "openblas", "version": "0.3.30", "architecture": "Zen", "num_threads": 2
}  # fmt: skip
MKL = {"user_api": "blas", "internal_api": "mkl", "version": "2024.1", "num_threads": 1}
OPENMP = {"user_api": "openmp", "internal_api": "openmp", "version": None, "num_threads": 2}


def test_the_blas_is_told_with_core_type_and_threads():
    assert blas([OPENMP, OPENBLAS], {}) == "openblas 0.3.30, core type Zen, 2 threads"
    assert blas([MKL], {}) == "mkl 2024.1, 1 thread"


def test_a_pinned_core_type_is_said_of_openblas_alone():
    pinned = {"OPENBLAS_CORETYPE": "Zen"}

    assert blas([OPENBLAS, OPENBLAS, MKL], pinned) == (
        "openblas 0.3.30, core type Zen (pinned by OPENBLAS_CORETYPE), 2 threads; mkl 2024.1, 1 thread"
    )


def test_without_threadpoolctl_it_says_what_numpy_was_built_with_and_what_is_not_known():
    name = np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]

    assert blas(None, {}) == blas(None, {"OPENBLAS_CORETYPE": ""})
    assert blas(None, {}).startswith(name)
    assert "core type (pinned by OPENBLAS_CORETYPE) and threads not known" in blas(None, {"OPENBLAS_CORETYPE": "Zen"})


def test_a_blas_that_nobody_knows_is_no_error():
    assert blas([OPENMP], {}) == "none that threadpoolctl knows"


def test_the_variables_that_matter_are_shown():
    machine = describe({"OPENBLAS_CORETYPE": "Haswell", "OMP_NUM_THREADS": "1", "HOME": "somewhere"})

    assert machine["environment"] == "OMP_NUM_THREADS=1, OPENBLAS_CORETYPE=Haswell"
    assert machine["numpy"] == np.__version__
    assert list(machine) == ["Python", "processor", "numpy", "BLAS", "environment"]
    assert describe({})["environment"] == "nothing set"


def test_one_thread_is_one_thread():
    with single_threaded():
        assert describe({})["BLAS"].endswith("1 thread")
