"""Which outputs of a program are the gradients by which of its leaves."""

from __future__ import annotations

from microbp.program.lines import PARAMETER, StraightLine


def gradient_outputs(program: StraightLine) -> dict[int, int]:
    """The slots of the leaves that a gradient program differentiates by, with the numbers of the outputs.

    Empty where it is no program made by `gradient`, or one with a gradient for each of several examples.
    """
    return outputs_in_shape(program, ())


def outputs_in_shape(program: StraightLine, examples: tuple[int, ...]) -> dict[int, int]:
    """The same where gradients by parameters have further axes of these lengths; empty where they have others."""
    if not program.is_gradient:
        return {}
    pairs = [(program.leaves[i], program.outputs[number], number) for number, i in enumerate(program.wrt, start=1)]
    further = {PARAMETER: examples}
    if any([(*leaf.shape, *further.get(leaf.kind, ())) != output.shape for leaf, output, _ in pairs]):
        return {}
    return {leaf.slots: number for leaf, _, number in pairs if isinstance(leaf.slots, int)}
