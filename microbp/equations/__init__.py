"""The equations of backpropagation in bare numpy, one function each.

Nothing of the engine is imported here, so this closed form is the oracle that the engine is held against.
The numbers are those of Nielsen, *Neural Networks and Deep Learning* (2015), chapters 1 and 2:

    forward.py     22           neuron_activation, layer_activation
                   23           activation_by_components
                   24           apply_elementwise
                   25           weighted_input, layer_activation
    costs.py       26           quadratic_cost
                   27           quadratic_cost_per_example
    backward.py    28           hadamard
                   29           change_of_cost
                   30           quadratic_output_error
                   BP1          output_error
                   BP2          backpropagate_error
                   BP3, 31      bias_gradient
                   BP4, 32      weight_gradient
    matrices.py    33           output_error_by_matrix
                   34           backpropagate_error_by_matrix
                   35           unrolled_error
    algorithm.py   BP1 to BP4   feedforward, errors, backprop: a whole mini-batch as one matrix
    differences.py 46           forward_difference_gradient

Columns are examples: an activation matrix has shape (n_l, m), w (n_l, n_{l−1}), b (n_l, 1), and m = 1 is
the single example. Layers count from 1, the input; lists of w, b, z and δ begin at layer 2, lists of a at
layer 1. float64 and float32 stay what they are, integers become float64. Every function raises ValueError
for other data, or for shapes that don't fit, and says what would.
"""

from microbp.equations.activations import (
    ACTIVATIONS,
    Activation,
    sigmoid,
    sigmoid_prime,
    softmax,
    softmax_jacobian,
)
from microbp.equations.algorithm import backprop, cost_per_example, errors, feedforward, mean_cost
from microbp.equations.backward import (
    backpropagate_error,
    bias_gradient,
    change_of_cost,
    hadamard,
    output_error,
    quadratic_output_error,
    weight_gradient,
)
from microbp.equations.costs import COSTS, Cancellation, Cost, quadratic_cost, quadratic_cost_per_example
from microbp.equations.differences import forward_difference_gradient
from microbp.equations.forward import (
    activation_by_components,
    apply_elementwise,
    layer_activation,
    neuron_activation,
    weighted_input,
)
from microbp.equations.matrices import (
    backpropagate_error_by_matrix,
    output_error_by_matrix,
    sigma_prime_matrix,
    unrolled_error,
)
from microbp.equations.shapes import Array

__all__ = [
    "ACTIVATIONS", "COSTS", "Activation", "Array", "Cancellation", "Cost", "activation_by_components",
    "apply_elementwise", "backprop", "backpropagate_error", "backpropagate_error_by_matrix", "bias_gradient",
    "change_of_cost", "cost_per_example", "errors", "feedforward", "forward_difference_gradient", "hadamard",
    "layer_activation", "mean_cost", "neuron_activation", "output_error", "output_error_by_matrix",
    "quadratic_cost", "quadratic_cost_per_example", "quadratic_output_error", "sigma_prime_matrix", "sigmoid",
    "sigmoid_prime", "softmax", "softmax_jacobian", "unrolled_error", "weight_gradient", "weighted_input",
]
