"""Makes preprocessing.npz: what scikit-learn makes of some rows, for test_data_preprocessing.py.

Run by hand, where scikit-learn is installed: python tests/oracles/preprocessing.py (made by version 1.9).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np


def main() -> None:
    from sklearn.decomposition import PCA
    from sklearn.preprocessing import MinMaxScaler, StandardScaler

    rng = np.random.default_rng(0)
    X, T = (rng.normal(size=(n, 5)) @ np.diag([4.0, 2, 1, 0.5, 0.1]) @ rng.normal(size=(5, 5)) + 3 for n in (12, 4))
    oracles = {
        "Standardize": StandardScaler(),
        "MinMax": MinMaxScaler(),
        "PCA": PCA(3, svd_solver="full"),
        "Whiten": PCA(3, svd_solver="full", whiten=True),
    }
    numbers = {"X": X, "T": T}
    for name, oracle in oracles.items():
        numbers[f"{name}_X"] = oracle.fit(X).transform(X)
        numbers[f"{name}_T"] = oracle.transform(T)
        numbers[f"{name}_back"] = oracle.inverse_transform(oracle.transform(T))
    numbers["variance"] = oracles["PCA"].explained_variance_
    numbers["explained"] = oracles["PCA"].explained_variance_ratio_
    np.savez_compressed(Path(__file__).with_suffix(".npz"), **numbers)


if __name__ == "__main__":
    main()
