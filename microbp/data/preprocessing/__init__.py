"""What is done to the columns of a data set before a network learns from it.

    scaling.py  Center       x − μ                              the mean of each column taken away
                Standardize  (x − μ) / s                        and divided by its standard deviation
                MinMax       (x − low) / (high − low)           each column from 0 to 1
    pca.py      PCA          V (x − μ)                          turned to the directions of most variance
                Whiten       V (x − μ) / √(λ + ε)               and each of these to variance 1
                ZCA          Vᵀ (V (x − μ) / √(λ + ε))          and turned back
    chain.py    Chain        one after the other

Rows are examples. Each is learned by `fit` from the rows to train on, and from them alone: what a network is judged by
must not be known before. `transform` then does the same to these and to any other rows, `inverse` undoes it.

>>> scale = MinMax().fit([[1.0, 10.0], [3.0, 50.0]])
>>> scale.transform([[2.0, 20.0]])
array([[0.5 , 0.25]])
>>> scale.inverse([[0.5, 0.25]])
array([[ 2., 20.]])
"""

from microbp.data.preprocessing.base import Preprocessing
from microbp.data.preprocessing.chain import Chain
from microbp.data.preprocessing.pca import PCA, ZCA, Whiten
from microbp.data.preprocessing.scaling import Center, MinMax, Standardize

__all__ = ["PCA", "ZCA", "Center", "Chain", "MinMax", "Preprocessing", "Standardize", "Whiten"]
