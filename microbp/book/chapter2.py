"""Chapter 2 of the book, equation by equation: how the backpropagation algorithm works."""

from __future__ import annotations

from microbp import equations
from microbp.book import derivations
from microbp.book.equation import Equation, Notebook
from microbp.book.proofs import changes, costs, errors, lines, neurons
from microbp.book.small_changes import ChangedWeight
from microbp.nn.network import MLP

PATHS = "02-the-sum-over-all-paths.ipynb"
FOUR = "03-four-equations.ipynb"
MODES = "04-forward-reverse-and-elimination.ipynb"
FOUND = "05-how-backpropagation-could-have-been-found.ipynb"

CHAPTER_2 = (
    Equation(
        "23", "aˡⱼ = σ(Σₖ wˡⱼₖ aˡ⁻¹ₖ + bˡⱼ)",
        "The activation of neuron j of layer l, from those of the layer before.",
        equations.activation_by_components, neurons.activation_by_components,
        Notebook(FOUR, "Layers, letters, columns"),
    ),
    Equation(
        "24", "f((2, 3)ᵀ) = (f(2), f(3))ᵀ = (4, 9)ᵀ for f(x) = x²",
        "A function of one number is vectorized: applied to every entry.",
        equations.apply_elementwise, neurons.elementwise, Notebook(FOUR, "Layers, letters, columns"),
    ),
    Equation(
        "25", "aˡ = σ(wˡ aˡ⁻¹ + bˡ)",
        "The same for all neurons of a layer at once, layer by layer through the network.",
        equations.feedforward, neurons.all_layers, Notebook(FOUR, "Layers, letters, columns"),
    ),
    Equation(
        "26", "C = 1/(2n) Σₓ ‖y(x) − aᴸ(x)‖²",
        "The quadratic cost of a network's outputs: a mean over examples.",
        MLP.cost, costs.quadratic_cost_of_a_network, Notebook(FOUR, "The cost and two assumptions"),
    ),
    Equation(
        "27", "C = ½ ‖y − aᴸ‖² = ½ Σⱼ (yⱼ − aᴸⱼ)²",
        "For one example it is a function of the output activations.",
        equations.quadratic_cost_per_example, costs.quadratic_cost_of_one_example,
        Notebook(FOUR, "The cost and two assumptions"),
    ),
    Equation(
        "28", "(1, 2)ᵀ ⊙ (3, 4)ᵀ = (1·3, 2·4)ᵀ = (3, 8)ᵀ",
        "The Hadamard product is taken entry by entry.",
        equations.hadamard, neurons.hadamard, Notebook(FOUR, "The Hadamard product"),
    ),
    Equation(
        "29", "δˡⱼ ≡ ∂C/∂zˡⱼ",
        "The error of a neuron is how much C changes when a demon adds a little to its weighted input: ΔC ≈ δˡⱼ Δzˡⱼ.",
        equations.change_of_cost, errors.demon, Notebook(FOUR, "The demon at a neuron"),
    ),
    Equation(
        "BP1", "δᴸ = ∇ₐC ⊙ σ′(zᴸ)",
        "The error at the output: how fast the cost changes with each output, times how fast σ changes there.",
        equations.output_error, errors.output_error, Notebook(FOUR, "BP1: the error at the output"),
    ),
    Equation(
        "30", "δᴸ = (aᴸ − y) ⊙ σ′(zᴸ)",
        "BP1 for the quadratic cost.",
        equations.quadratic_output_error, errors.quadratic_output_error,
        Notebook(FOUR, "BP1: the error at the output"),
    ),
    Equation(
        "BP2", "δˡ = ((wˡ⁺¹)ᵀ δˡ⁺¹) ⊙ σ′(zˡ)",
        "The error moves back through the weights, then through σ.",
        equations.backpropagate_error, errors.backpropagated_error,
        Notebook(FOUR, "BP2: the error, one layer back"),
    ),
    Equation(
        "BP3", "∂C/∂bˡⱼ = δˡⱼ",
        "The error is the rate of the cost by the bias.",
        equations.bias_gradient, errors.bias_gradient,
        Notebook(FOUR, "BP3 and BP4: what the error tells the weights"),
    ),
    Equation(
        "31", "∂C/∂b = δ",
        "BP3 in short, bias and error of one and the same neuron.",
        equations.bias_gradient, errors.bias_of_one_neuron,
        Notebook(FOUR, "BP3 and BP4: what the error tells the weights"),
    ),
    Equation(
        "BP4", "∂C/∂wˡⱼₖ = aˡ⁻¹ₖ δˡⱼ",
        "The rate by a weight is the activation that goes in times the error that comes out.",
        equations.weight_gradient, errors.weight_gradient,
        Notebook(FOUR, "BP3 and BP4: what the error tells the weights"),
    ),
    Equation(
        "32", "∂C/∂w = a_in δ_out",
        "BP4 in short: a weight whose input is small learns slowly.",
        equations.weight_gradient, errors.one_weight,
        Notebook(FOUR, "BP3 and BP4: what the error tells the weights"),
    ),
    Equation(
        "33", "δᴸ = Σ′(zᴸ) ∇ₐC",
        "BP1 as a matrix product: Σ′(z) has σ′(zⱼ) on its diagonal.",
        equations.output_error_by_matrix, errors.output_error_by_matrix,
        Notebook(FOUND, "Without the Hadamard product"),
    ),
    Equation(
        "34", "δˡ = Σ′(zˡ) (wˡ⁺¹)ᵀ δˡ⁺¹",
        "BP2 as a matrix product.",
        equations.backpropagate_error_by_matrix, errors.backpropagated_error_by_matrix,
        Notebook(FOUND, "Without the Hadamard product"),
    ),
    Equation(
        "35", "δˡ = Σ′(zˡ) (wˡ⁺¹)ᵀ … Σ′(zᴸ⁻¹) (wᴸ)ᵀ Σ′(zᴸ) ∇ₐC",
        "Both together: from the output back to layer l in one product.",
        equations.unrolled_error, errors.unrolled_error, Notebook(FOUND, "Without the Hadamard product"),
    ),
    Equation(
        "36", "δᴸⱼ = ∂C/∂zᴸⱼ",
        "The proof of BP1 begins with what the error is.",
        derivations.line_36, lines.of_bp1(None, coupled=True), Notebook(FOUND, "BP1, line by line"),
    ),
    Equation(
        "37", "δᴸⱼ = Σₖ ∂C/∂aᴸₖ ∂aᴸₖ/∂zᴸⱼ",
        "The chain rule, over all neurons k of the last layer.",
        derivations.line_37, lines.of_bp1(derivations.line_36, coupled=True), Notebook(FOUND, "BP1, line by line"),
    ),
    Equation(
        "38", "δᴸⱼ = ∂C/∂aᴸⱼ ∂aᴸⱼ/∂zᴸⱼ",
        "aᴸₖ depends on zᴸⱼ only when k = j, so one term is left.",
        derivations.line_38, lines.of_bp1(derivations.line_37), Notebook(FOUND, "BP1, line by line"),
    ),
    Equation(
        "39", "δᴸⱼ = ∂C/∂aᴸⱼ σ′(zᴸⱼ)",
        "As aᴸⱼ = σ(zᴸⱼ): this is BP1 by components.",
        derivations.line_39, lines.of_bp1(derivations.line_38), Notebook(FOUND, "BP1, line by line"),
    ),
    Equation(
        "40", "δˡⱼ = ∂C/∂zˡⱼ",
        "The proof of BP2 begins with what the error is, too.",
        derivations.line_40, lines.of_bp2(None), Notebook(FOUND, "BP2, line by line"),
    ),
    Equation(
        "41", "δˡⱼ = Σₖ ∂C/∂zˡ⁺¹ₖ ∂zˡ⁺¹ₖ/∂zˡⱼ",
        "The chain rule, by way of the weighted inputs of the next layer.",
        derivations.line_41, lines.of_bp2(derivations.line_40), Notebook(FOUND, "BP2, line by line"),
    ),
    Equation(
        "42", "δˡⱼ = Σₖ ∂zˡ⁺¹ₖ/∂zˡⱼ δˡ⁺¹ₖ",
        "One of the two factors is the error of the next layer.",
        derivations.line_42, lines.of_bp2(derivations.line_41), Notebook(FOUND, "BP2, line by line"),
    ),
    Equation(
        "43", "zˡ⁺¹ₖ = Σⱼ wˡ⁺¹ₖⱼ aˡⱼ + bˡ⁺¹ₖ = Σⱼ wˡ⁺¹ₖⱼ σ(zˡⱼ) + bˡ⁺¹ₖ",
        "The other one follows from what the weighted inputs of the next layer are.",
        derivations.line_43, lines.next_weighted_input, Notebook(FOUND, "BP2, line by line"),
    ),
    Equation(
        "44", "∂zˡ⁺¹ₖ/∂zˡⱼ = wˡ⁺¹ₖⱼ σ′(zˡⱼ)",
        "The derivative of that.",
        derivations.line_44, lines.rate_of_next_weighted_input, Notebook(FOUND, "BP2, line by line"),
    ),
    Equation(
        "45", "δˡⱼ = Σₖ wˡ⁺¹ₖⱼ δˡ⁺¹ₖ σ′(zˡⱼ)",
        "44 put into 42: this is BP2 by components.",
        derivations.line_45, lines.of_bp2(derivations.line_42), Notebook(FOUND, "BP2, line by line"),
    ),
    Equation(
        "46", "∂C/∂wⱼ ≈ (C(w + εeⱼ) − C(w))/ε",
        "The naive way to a derivative: move one weight a little and compute the cost again.",
        equations.forward_difference_gradient, changes.forward_differences, Notebook(MODES, "One weight at a time"),
    ),
    Equation(
        "47", "ΔC ≈ ∂C/∂wˡⱼₖ Δwˡⱼₖ",
        "A small change of a weight changes the cost in proportion.",
        ChangedWeight.change_of_cost, changes.change_of_cost, Notebook(PATHS, "A small change on its way"),
    ),
    Equation(
        "48", "Δaˡⱼ ≈ ∂aˡⱼ/∂wˡⱼₖ Δwˡⱼₖ",
        "First it changes the activation of its own neuron.",
        ChangedWeight.change_of_activation, changes.change_of_activation, Notebook(PATHS, "A small change on its way"),
    ),
    Equation(
        "49", "Δaˡ⁺¹_q ≈ ∂aˡ⁺¹_q/∂aˡⱼ Δaˡⱼ",
        "That changes every activation of the next layer.",
        ChangedWeight.change_of_next, changes.change_of_next, Notebook(PATHS, "A small change on its way"),
    ),
    Equation(
        "50", "Δaˡ⁺¹_q ≈ ∂aˡ⁺¹_q/∂aˡⱼ ∂aˡⱼ/∂wˡⱼₖ Δwˡⱼₖ",
        "48 put into 49: two rate factors, one after the other.",
        ChangedWeight.change_two_layers_on, changes.change_two_layers_on, Notebook(PATHS, "A small change on its way"),
    ),
    Equation(
        "51", "ΔC ≈ ∂C/∂aᴸₘ ∂aᴸₘ/∂aᴸ⁻¹ₙ ∂aᴸ⁻¹ₙ/∂aᴸ⁻²ₚ … ∂aˡ⁺¹_q/∂aˡⱼ ∂aˡⱼ/∂wˡⱼₖ Δwˡⱼₖ",
        "Along one path through the network, the change is multiplied by the rate factor of each edge.",
        ChangedWeight.change_along, changes.change_along_a_path, Notebook(PATHS, "A small change on its way"),
    ),
    Equation(
        "52", "ΔC ≈ Σ_mnp…q ∂C/∂aᴸₘ ∂aᴸₘ/∂aᴸ⁻¹ₙ ∂aᴸ⁻¹ₙ/∂aᴸ⁻²ₚ … ∂aˡ⁺¹_q/∂aˡⱼ ∂aˡⱼ/∂wˡⱼₖ Δwˡⱼₖ",
        "All paths from the weight to the cost add up.",
        ChangedWeight.change_over_all_paths, changes.change_over_all_paths,
        Notebook(PATHS, "A small change on its way"),
    ),
    Equation(
        "53", "∂C/∂wˡⱼₖ = Σ_mnp…q ∂C/∂aᴸₘ ∂aᴸₘ/∂aᴸ⁻¹ₙ ∂aᴸ⁻¹ₙ/∂aᴸ⁻²ₚ … ∂aˡ⁺¹_q/∂aˡⱼ ∂aˡⱼ/∂wˡⱼₖ",
        "A derivative is the sum, over all paths, of the products of the rate factors along each.",
        ChangedWeight.rate, changes.sum_over_paths, Notebook(PATHS, "The sum over all paths"),
    ),
)  # fmt: skip
"""Equations 23 to 53 and BP1 to BP4, in the order of the book."""
