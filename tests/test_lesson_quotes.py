"""A number in a lesson's text that its cells don't compute is found out."""

import nbformat.v4 as v4
import pytest
from lesson_quotes import Quote, faults, plain, quotes_of


def lesson(*cells: str, shown: dict[int, str] | None = None):
    """A notebook of cells; those that begin with > are code, without that sign."""
    made = []
    for k, text in enumerate(cells):
        if text.startswith(">"):
            outputs = [v4.new_output("stream", text=(shown or {})[k])] if k in (shown or {}) else []
            made.append(v4.new_code_cell(text[1:], outputs=outputs))
        else:
            made.append(v4.new_markdown_cell(text))
    return v4.new_notebook(cells=made)


def quote(text: str, kind: str = "") -> Quote:
    return Quote(1, kind, text)


def test_a_number_that_is_computed_as_the_text_says_is_right():
    notebook = lesson("A", ">x = 1 / 7", "A seventh is about **0.1429**, isn't it?")

    assert faults(notebook, [quote("A seventh is about {x:.4f}")]) == []


@pytest.mark.parametrize(
    ("said", "template"),
    [
        ("it is −0.143 here", "it is {-x:.3f} here"),
        ("it is 14.29 % here", "it is {x:.2%} here"),
        ("it is $14.29\\,\\%$", "it is {x:.2%}"),
        ("with 142,857 parts", "with {1e6 * x:,.0f} parts"),
        ("about 1.43 × 10⁻⁶ of it", "about {x / 1e5:.2e} of it"),
        ("about $1.43 \\times 10^{-6}$", "about {x / 1e5:.2e}"),
        ("from `x` 0.143\nto [one](there.md#1.25)", "from x {x:.3f} to [one]"),
        ("{0.143}", "{{{x:.3f}}}"),
        ("0.143 of all", "{x:.3f} of all"),
    ],
)
def test_a_number_may_be_written_as_one_writes_it(said, template):
    notebook = lesson(">x = 1 / 7", said)

    assert faults(notebook, [quote(template)]) == []
    assert faults(notebook, [quote(template.replace("x", "(x + 0.01)"))]) != []


def test_a_number_that_is_computed_otherwise_is_wrong():
    notebook = lesson(">x = 1 / 7", "about 0.1428 of it")

    (fault,) = faults(notebook, [quote("about {x:.4f} of it")])

    assert fault == "line 1: the text says “about 0.1428 of it”, the notebook computes “about 0.1429 of it”"


def test_fewer_digits_than_the_text_has_are_not_enough():
    assert faults(lesson(">x = 1.0019", "it is 1.0018"), [quote("it is {x:.2f}")]) != []


def test_words_that_are_not_in_the_text_or_are_there_twice_are_wrong():
    notebook = lesson(">x = 2.0", "it is 2.00, and again it is 2.00")

    assert "stands nowhere" in faults(notebook, [quote("they are {x:.2f}")])[0]
    assert "stands 2 times" in faults(notebook, [quote("it is {x:.2f}")])[0]


def test_a_quote_is_computed_where_the_reader_is():
    notebook = lesson(">x = 1.25", "first 1.25", "soon 7.25", ">x = 7.25", "then 7.25", ">x = 0")

    table = [quote("first {x:.2f}"), quote("then {x:.2f}"), quote("soon {x:.2f}", "next")]

    assert faults(notebook, table) == []
    assert len(faults(notebook, [*table[:2], quote("soon {x:.2f}")])) == 1


def test_numbers_that_were_printed_stand_in_what_a_cell_above_has_shown():
    notebook = lesson(">pass", "the best is 94.12 %", ">pass", "then 3.141", shown={0: "Epoch: 94.12 %", 2: "3.1415"})

    assert faults(notebook, [quote("the best is 94.12 %", "printed"), quote("then 3.141", "given")]) == []
    (fault,) = faults(notebook, [quote("the best is 94.12 %", "printed"), quote("then 3.141", "printed")])
    assert fault == "line 1: no cell above it shows 3.141"


def test_what_was_shown_below_is_not_above():
    notebook = lesson("it will be 1.234", ">pass", shown={1: "1.234"})

    assert "no cell above" in faults(notebook, [quote("it will be 1.234", "printed")])[0]


def test_a_number_that_looks_computed_and_is_not_quoted_is_wrong():
    notebook = lesson("it is 0.0109, or 97.5 %, with η = 0.5, 2 layers, eq. 53 and `x = 1.234`")

    assert [fault.split()[0] for fault in faults(notebook, [])] == ["0.0109", "97.5"]
    assert faults(notebook, [quote("0.0109, or 97.5 %", "given")]) == []


def test_what_can_not_be_computed_says_why():
    (fault,) = faults(lesson(">x = 1", "it is 2.5"), [quote("it is {y:.1f}")])

    assert "can't be computed: NameError: name 'y' is not defined" in fault


def test_pictures_and_print_options_leave_nothing_behind():
    import matplotlib.pyplot as plt
    import numpy as np

    code = (
        "import matplotlib.pyplot as plt, numpy as np\n"
        "np.set_printoptions(precision=2)\nplt.rcParams['lines.linewidth'] = 9\nplt.plot([1])\nplt.show()\ndisplay(1)"
    )
    before = np.get_printoptions(), plt.rcParams["lines.linewidth"], plt.show

    assert faults(lesson(f">{code}"), []) == []

    assert (np.get_printoptions(), plt.rcParams["lines.linewidth"], plt.show) == before
    assert plt.get_fignums() == []


def test_nothing_is_run_where_that_is_not_wanted():
    assert faults(lesson(">1 / 0", "it is 1.25"), [quote("it is {x:.2f}")], run=False) == []


def test_a_table_is_a_line_a_quote(tmp_path):
    file = tmp_path / "01.txt"
    file.write_text("# remarks\n\nit is {x:.2f}\nnext: soon: {y}\ngiven: 95.42 %\nso: it is\n", encoding="utf-8")

    assert quotes_of(file) == [
        *(Quote(3, "", "it is {x:.2f}"), Quote(4, "next", "soon: {y}")),
        *(Quote(5, "given", "95.42 %"), Quote(6, "", "so: it is")),
    ]


def test_plain_text_is_the_same_however_it_was_written():
    assert plain("**a**  −1{,}000\n\\% of $x$ at 3·10⁵") == "a -1,000% of x at 3e+05"
