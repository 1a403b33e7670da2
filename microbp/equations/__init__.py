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

Besides, normalization.py has batch normalization, forward and back.
and once more as other texts write them:

    two_cases.py   27           squared_error                        E = ½ Σ (t − y)²          (Wikipedia)
                   25           net_input                            net_j = Σ_i w_ij o_i
                   BP1          delta_of_output                      the first case of δ_j
                   BP2          delta_of_inner                       the second case
                   BP4, 17      weight_change, two_case_changes      Δw_ij = −α o_i δ_j
                   BP1, BP4     delta_rule                           of one layer
    forward_passes.py  25       append_ones, with_bias_row, feedforward_with_bias_column
                                feedforward_of_rows                  relu on a matrix of examples
                                three_layer_forward                  three products            (CS231n)
    neurons.py     BP1 to BP4   PlainNeuron, PlainNetwork            without matrices: neuron by neuron, online

Columns are examples: an activation matrix has shape (n_l, m), w (n_l, n_{l−1}), b (n_l, 1), and m = 1 is
the single example. Layers count from 1, the input; lists of w, b, z and δ begin at layer 2, lists of a at
layer 1. float64 and float32 stay what they are, integers become float64. Every function raises ValueError
for other data, or for shapes that don't fit, and says what would.
"""

from microbp.equations.activations import (
    ACTIVATIONS,
    Activation,
    maxout,
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
from microbp.equations.forward_passes import (
    append_ones,
    feedforward_of_rows,
    feedforward_with_bias_column,
    three_layer_forward,
    with_bias_row,
)
from microbp.equations.matrices import (
    backpropagate_error_by_matrix,
    output_error_by_matrix,
    sigma_prime_matrix,
    unrolled_error,
)
from microbp.equations.neurons import PlainNetwork, PlainNeuron
from microbp.equations.normalization import batch_normalization, batch_normalization_gradient
from microbp.equations.shapes import Array
from microbp.equations.two_cases import (
    delta_of_inner,
    delta_of_output,
    delta_rule,
    net_input,
    squared_error,
    two_case_changes,
    weight_change,
)

__all__ = [
    "ACTIVATIONS", "COSTS", "Activation", "Array", "Cancellation", "Cost", "PlainNetwork", "PlainNeuron",
    "activation_by_components", "append_ones", "apply_elementwise", "backprop", "backpropagate_error",
    "backpropagate_error_by_matrix", "batch_normalization", "batch_normalization_gradient", "bias_gradient",
    "change_of_cost", "cost_per_example", "delta_of_inner", "delta_of_output", "delta_rule", "errors", "feedforward",
    "feedforward_of_rows", "feedforward_with_bias_column", "forward_difference_gradient", "hadamard",
    "layer_activation", "maxout", "mean_cost", "net_input", "neuron_activation", "output_error",
    "output_error_by_matrix", "quadratic_cost", "quadratic_cost_per_example", "quadratic_output_error",
    "sigma_prime_matrix", "sigmoid", "sigmoid_prime", "softmax", "softmax_jacobian", "squared_error",
    "three_layer_forward", "two_case_changes", "unrolled_error", "weight_change", "weight_gradient", "weighted_input",
    "with_bias_row",
]
