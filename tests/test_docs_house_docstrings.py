"""Docstrings in the project's style become reStructuredText that says the same, and nothing more."""

import inspect

import pytest
from house_docstrings import as_rst, as_words
from public_names import all_names, thing


def rst(text: str, **given) -> str:
    return "\n".join(as_rst(inspect.cleandoc(text).splitlines(), **given))


def test_a_sentence_is_one_line_in_which_only_code_and_emphasis_mean_something():
    assert rst("What a_k is,\nand |x| * y_: `w[j]`s of *a book*.") == (
        r"What a\_k is, and \|x\| \* y\_: ``w[j]``\ s of \ *a book*\ ."
    )


@pytest.mark.parametrize("start", ["- 1 is less", "1. is a number", "x) is one", ".. is dots", ":is: a colon", "----"])
def test_the_start_of_a_sentence_starts_no_list_and_no_directive(start):
    assert as_words([start]).startswith("\\")


def test_a_formula_stands_apart_and_its_source_beside_it():
    assert rst("""
        Error of the output layer.

        δᴸ = ∇ₐC ⊙ σ′(zᴸ)                 (Nielsen 2015, ch. 2, BP1)
    """) == "\n".join([
        *("Error of the output layer.", ""),
        *(".. container:: formula", "", "   ::", "", "      δᴸ = ∇ₐC ⊙ σ′(zᴸ)", ""),
        *("   Nielsen 2015, ch. 2, BP1", ""),
    ])


def test_formulas_below_each_other_stay_aligned():
    written = rst("∂y/∂u  = 1/v\n∂y/∂vw = −y/v")

    assert "      ∂y/∂u  = 1/v\n      ∂y/∂vw = −y/v" in written


def test_a_formula_may_have_words_before_its_source_but_a_sentence_is_no_formula():
    assert ".. container:: formula" in rst("feedforward, then BP1 to BP4 with X in place of x   (Nielsen, ch. 2)")
    assert rst("x̄ = Jᵀ ȳ. The recording is kept.") == "x̄ = Jᵀ ȳ. The recording is kept."
    assert rst("It is `a = b` here") == "It is ``a = b`` here"


def test_a_table_of_arguments_is_a_list_of_definitions():
    assert rst("""
        sizes    neurons in each layer,
                 the input layer first
        u, v     the first two inputs
        *args    `True`, or not
    """) == "\n".join([
        *(".. container:: arguments", ""),
        *("   ``sizes``", "      neurons in each layer, the input layer first", ""),
        *("   ``u``, ``v``", "      the first two inputs", ""),
        *("   ``*args``", "      ``True``, or not"),
    ])


def test_two_arguments_in_one_line_are_two_definitions():
    written = rst("w  shape (n, k);  b  a number; or none;  the rest as before")

    assert "   ``w``\n      shape (n, k)\n" in written
    assert written.endswith("   ``b``\n      a number; or none; the rest as before")


def test_what_is_returned_and_raised_are_sentences_after_the_table():
    written = rst("delta  shape (n, m)\nReturns shape (n, 1);\nor (n, m).\nRaises ValueError where it can't.")

    assert written.endswith("\n\nReturns shape (n, 1); or (n, m).\n\nRaises ValueError where it can't.")


def test_indented_lines_stay_as_they_are_and_what_leads_up_to_them_is_words():
    assert rst("\nFor x = (a, b), as\n    g[0]  to a\n      g[1]  to b") == (
        "For x = (a, b), as\n\n::\n\n   g[0]  to a\n     g[1]  to b"
    )


def test_an_example_stays_as_it_is():
    example = ">>> f(*x_)\narray([[1., 2.],\n       [3., 4.]])"

    assert rst(f"Words.\n\n{example}") == f"Words.\n\n{example}"


def test_lines_with_dashes_are_a_list():
    assert rst("- one thing\n  and more\n- another, `x`") == "- one thing and more\n- another, ``x``"


def test_code_leads_to_where_the_link_says():
    written = rst("As `mb.grad(f)` does, not `grad`.", link={"mb.grad(f)": "microbp.grad"}.get)

    assert written == "As :py:obj:`mb.grad(f) <microbp.grad>` does, not ``grad``."


@pytest.mark.parametrize("name", all_names())
def test_no_word_of_a_public_docstring_is_lost(name):
    doc = inspect.getdoc(thing(name)) or ""

    written = "\n".join(as_rst(doc.splitlines()))

    assert letters(written) == letters(doc)


def letters(text: str) -> str:
    """What is left without blanks, marks, and the words of directives."""
    for directive in (".. container:: formula", ".. container:: arguments", "::"):
        text = text.replace(directive, "")
    return "".join(c for c in text if c.isalnum())
