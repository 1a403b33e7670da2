"""The commands of TeX that notebooks know and docutils does not, in those that it knows.

Nothing of Sphinx is needed here, so that the tests need none.
"""

from __future__ import annotations

import re

KNOWN = (
    (re.compile(r"\{\\rm\s+(\w+)\}"), r"{\\mathrm{\1}}"),
    (re.compile(r"\\([bB]igg?)(?=[(\[])"), r"\\\1l"),
    (re.compile(r"\\([bB]igg?)(?=[)\]])"), r"\\\1r"),
)
"""What is looked for, and the same as docutils knows it."""


def as_known(tex: str) -> str:
    r"""A formula in commands that docutils knows.

    >>> print(as_known(r"\big(y_{\rm in} \ln a\big)"))
    \bigl(y_{\mathrm{in}} \ln a\bigr)
    """
    for pattern, known in KNOWN:
        tex = pattern.sub(known, tex)
    return tex
