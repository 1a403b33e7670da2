"""What a program is: lines of primitives, the leaves that they begin with, and the examples that they are run on."""

from microbp.program.lines.examples import (
    batch_shape,
    for_examples,
    for_one_example,
    mean_over_examples,
    shaped_gradient,
    shaped_output,
)
from microbp.program.lines.indexing import index_parts, index_text
from microbp.program.lines.letters import WEIGHTED_INPUT, name_of_cotangent
from microbp.program.lines.nodes import as_nodes, is_nodes, shaped
from microbp.program.lines.parts import (
    ABSENT,
    CONSTANT,
    INPUT,
    PARAMETER,
    SIGNS,
    Guard,
    Leaf,
    NoFormulaError,
    Output,
    RecordingError,
)
from microbp.program.lines.straight_line import ProgramLike, StraightLine, Take
from microbp.program.lines.writing import Walk

__all__ = [
    "ABSENT",
    "CONSTANT",
    "INPUT",
    "PARAMETER",
    "SIGNS",
    "WEIGHTED_INPUT",
    "Guard",
    "Leaf",
    "NoFormulaError",
    "Output",
    "ProgramLike",
    "RecordingError",
    "StraightLine",
    "Take",
    "Walk",
    "as_nodes",
    "batch_shape",
    "for_examples",
    "for_one_example",
    "index_parts",
    "index_text",
    "is_nodes",
    "mean_over_examples",
    "name_of_cotangent",
    "shaped",
    "shaped_gradient",
    "shaped_output",
]
