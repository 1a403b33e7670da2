"""Plots by matplotlib: what a network answers, what it sees, what its functions look like.

    decision_region(net, X, labels)  the plane of two inputs, parted by what a network answers
    images(X, labels)                examples as pictures, in a grid
    weights(net)                     what each neuron of a layer looks for, as pictures
    activation("tanh")               an activation function with its derivative
    valley(f, trajectory)            a function of two variables, and the way that gradient descent went

Each takes `axes=`, draws there or in a new figure, and gives the axes. Nothing is told by colour alone. Needs the
extra `plot`: pip install "microbp[plot]".
"""

from microbp.plots.decision import decision_region
from microbp.plots.functions import activation
from microbp.plots.pictures import images, weights
from microbp.plots.valleys import valley

__all__ = ["activation", "decision_region", "images", "valley", "weights"]
