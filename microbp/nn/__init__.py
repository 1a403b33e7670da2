"""Networks on nodes: layers, activations, costs, initial weights, regularizers, optimizers."""

from microbp.nn import activations, costs, initializers, optimizers, regularizers
from microbp.nn.dropout import Dropout
from microbp.nn.examples import accuracy
from microbp.nn.layers import Layer, Neuron
from microbp.nn.loading import load
from microbp.nn.network import MLP
from microbp.nn.normalization import BatchNorm

__all__ = [
    "MLP",
    "BatchNorm",
    "Dropout",
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
