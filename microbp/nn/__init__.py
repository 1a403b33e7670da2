"""Networks on nodes: layers, activations, costs, initial weights, regularizers, optimizers."""

from microbp.nn import activations, costs, initializers, optimizers, regularizers
from microbp.nn.examples import accuracy
from microbp.nn.loading import load
from microbp.nn.network import MLP, Layer, Neuron

__all__ = [
    "MLP",
    "Layer",
    "Neuron",
    "accuracy",
    "activations",
    "costs",
    "initializers",
    "load",
    "optimizers",
    "regularizers",
]
