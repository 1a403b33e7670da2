"""Chapter 1 of the book, equation by equation: perceptrons, sigmoid neurons, gradient descent."""

from __future__ import annotations

from microbp import equations
from microbp.book.equation import Equation, Notebook
from microbp.book.perceptrons import by_bias, by_threshold
from microbp.book.proofs import costs, descent, learning, neurons
from microbp.nn.optimizers import SGD
from microbp.train import train
from microbp.transforms import grad, jvp

VALUES = "01-a-value-and-the-chain-rule.ipynb"
PERCEPTRONS = "06-perceptrons-and-sigmoids.ipynb"
DIGITS = "07-learning-digits.ipynb"

CHAPTER_1 = (
    Equation(
        "1", "output = 0 if Σⱼ wⱼxⱼ ≤ threshold, 1 if Σⱼ wⱼxⱼ > threshold",
        "A perceptron says 1 where what it weighs is more than its threshold.",
        by_threshold, neurons.perceptron_by_threshold, Notebook(PERCEPTRONS, "A perceptron weighs evidence"),
    ),
    Equation(
        "2", "output = 0 if w·x + b ≤ 0, 1 if w·x + b > 0",
        "The same with a bias, b ≡ −threshold, which says how easily the perceptron fires.",
        by_bias, neurons.perceptron_by_bias, Notebook(PERCEPTRONS, "A perceptron weighs evidence"),
    ),
    Equation(
        "3", "σ(z) ≡ 1/(1 + e⁻ᶻ)",
        "The sigmoid function is a smooth step.",
        equations.sigmoid, neurons.sigmoid_function, Notebook(PERCEPTRONS, "A smooth step"),
    ),
    Equation(
        "4", "output = 1/(1 + exp(−Σⱼ wⱼxⱼ − b))",
        "A sigmoid neuron is the sigmoid of what a perceptron takes the step of.",
        equations.neuron_activation, neurons.sigmoid_neuron, Notebook(PERCEPTRONS, "A sigmoid neuron"),
    ),
    Equation(
        "5", "Δoutput ≈ Σⱼ ∂output/∂wⱼ Δwⱼ + ∂output/∂b Δb",
        "Small changes of weights and bias change the output in proportion, each by its rate.",
        jvp, descent.change_of_output, Notebook(PERCEPTRONS, "A small change of a weight"),
    ),
    Equation(
        "6", "C(w, b) ≡ 1/(2n) Σₓ ‖y(x) − a‖²",
        "The quadratic cost is half the mean square of how far the outputs are from what is desired.",
        equations.quadratic_cost, costs.quadratic_cost, Notebook(DIGITS, "What is to be made small"),
    ),
    Equation(
        "7", "ΔC ≈ ∂C/∂v₁ Δv₁ + ∂C/∂v₂ Δv₂",
        "A small step in the valley changes its height by what each of the two directions adds.",
        jvp, descent.change_in_two_variables, Notebook(VALUES, "Downhill"),
    ),
    Equation(
        "8", "∇C ≡ (∂C/∂v₁, ∂C/∂v₂)ᵀ",
        "The gradient is the vector of the partial derivatives.",
        grad, descent.gradient_in_two_variables, Notebook(VALUES, "Downhill"),
    ),
    Equation(
        "9", "ΔC ≈ ∇C · Δv",
        "The change of C is the gradient times the step.",
        jvp, descent.change_in_two_variables_by_vectors, Notebook(VALUES, "Downhill"),
    ),
    Equation(
        "10", "Δv = −η∇C",
        "A step against the gradient makes C smaller, by η‖∇C‖² when it is small.",
        SGD.update, descent.step_in_two_variables, Notebook(VALUES, "Downhill"),
    ),
    Equation(
        "11", "v → v′ = v − η∇C",
        "Gradient descent repeats that step from where it has come to.",
        SGD.update, descent.descent_in_two_variables, Notebook(VALUES, "Downhill"),
    ),
    Equation(
        "12", "ΔC ≈ ∇C · Δv,  Δv = (Δv₁, …, Δvₘ)ᵀ",
        "In m variables, too, the change of C is the gradient times the step.",
        jvp, descent.change_in_many_variables, Notebook(DIGITS, "Downhill in 23,860 dimensions"),
    ),
    Equation(
        "13", "∇C ≡ (∂C/∂v₁, …, ∂C/∂vₘ)ᵀ",
        "The gradient has an entry for each of the m variables.",
        grad, descent.gradient_in_many_variables, Notebook(DIGITS, "Downhill in 23,860 dimensions"),
    ),
    Equation(
        "14", "Δv = −η∇C",
        "In m variables, too, a small step against the gradient goes down.",
        SGD.update, descent.step_in_many_variables, Notebook(DIGITS, "Downhill in 23,860 dimensions"),
    ),
    Equation(
        "15", "v → v′ = v − η∇C",
        "Gradient descent in m variables.",
        SGD.step, descent.descent_in_many_variables, Notebook(DIGITS, "Downhill in 23,860 dimensions"),
    ),
    Equation(
        "16", "wₖ → wₖ′ = wₖ − η ∂C/∂wₖ",
        "Every weight moves against its own derivative.",
        SGD.step, learning.weights_move, Notebook(DIGITS, "Downhill in 23,860 dimensions"),
    ),
    Equation(
        "17", "bₗ → bₗ′ = bₗ − η ∂C/∂bₗ",
        "So does every bias.",
        SGD.step, learning.biases_move, Notebook(DIGITS, "Downhill in 23,860 dimensions"),
    ),
    Equation(
        "18", "(1/m) Σⱼ ∇C_Xⱼ ≈ (1/n) Σₓ ∇Cₓ = ∇C",
        "The mean gradient of a mini-batch estimates that of all; those of a partition have exactly this mean.",
        equations.backprop, learning.mean_over_a_partition, Notebook(DIGITS, "Mini-batches"),
    ),
    Equation(
        "19", "∇C ≈ (1/m) Σⱼ ∇C_Xⱼ",
        "So a mini-batch is enough; the root mean square of the error falls like 1/√m.",
        equations.backprop, learning.spread_over_all_draws, Notebook(DIGITS, "Mini-batches"),
    ),
    Equation(
        "20", "wₖ → wₖ′ = wₖ − (η/m) Σⱼ ∂C_Xⱼ/∂wₖ",
        "A weight's step by a mini-batch.",
        train, learning.weights_move_by_a_mini_batch, Notebook(DIGITS, "Mini-batches"),
    ),
    Equation(
        "21", "bₗ → bₗ′ = bₗ − (η/m) Σⱼ ∂C_Xⱼ/∂bₗ",
        "A bias's step by a mini-batch.",
        train, learning.biases_move_by_a_mini_batch, Notebook(DIGITS, "Mini-batches"),
    ),
    Equation(
        "22", "a′ = σ(wa + b)",
        "A whole layer at a time: a matrix of weights, a vector of biases, σ entry by entry.",
        equations.layer_activation, neurons.layer, Notebook(DIGITS, "A layer at a time"),
    ),
)  # fmt: skip
"""Equations 1 to 22, in the order of the book."""
