"""TeX of the notebooks, as it is given to docutils."""

import pytest
from docutils.utils.math.latex2mathml import tex2mathml
from known_tex import as_known


@pytest.mark.parametrize(
    ("tex", "known"),
    [
        (r"a_{\rm in} \delta_{\rm out}", r"a_{\mathrm{in}} \delta_{\mathrm{out}}"),
        (r"\frac{\lambda}{n} {\rm sgn}(w)", r"\frac{\lambda}{n} {\mathrm{sgn}}(w)"),
        (r"-\big(y + \Big[a\Big]\big)", r"-\bigl(y + \Bigl[a\Bigr]\bigr)"),
    ],
)
def test_a_command_that_docutils_does_not_know_becomes_one_that_it_knows(tex, known):
    assert as_known(tex) == known


@pytest.mark.parametrize("tex", [r"\mathrm{in}", r"\bigl(a\bigr)", r"(a - y)\,\sigma'(z)", r"\rmoustache"])
def test_what_it_knows_stays(tex):
    assert as_known(tex) == tex


@pytest.mark.parametrize("tex", [r"a_{\rm in}", r"C = -\big(y \ln a\big)"])
def test_docutils_reads_what_comes_of_it(tex):
    assert "</mi>" in tex2mathml(as_known(tex))
