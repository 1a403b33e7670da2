"""microbp: see how neural networks learn, one rate factor at a time."""

from microbp.graph import Node, Primitive
from microbp.kinds import Elementwise, Linear, Reduction
from microbp.linearized import LinearizedGraph, Path, Paths, linearize, paths
from microbp.primitives import *  # noqa: F403
from microbp.sweeps import StaleGraphError, backward, forward
from microbp.tensor import Tensor
from microbp.transforms import grad, hessian, hvp, jacobian, jvp, value_and_grad, vjp
from microbp.value import Value
