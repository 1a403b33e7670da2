"""The Sphinx extension of the pages about the library: `.. api::`, `.. primitives::` and `.. equations::`.

    .. api::                  what stands under these names, each with its docstring
       Value
       data.*

    .. primitives::           the table of the functions that can be differentiated, with their formulas
    .. equations::            the table of the book's equations: what computes each, and the lesson that shows it

What is a class, function or module is shown by autodoc; a row of the table of primitives as a function.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cache
from types import ModuleType
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from house_docstrings import as_rst, as_words
from pages import LESSONS, ROOT
from public_names import all_names, expanded, thing
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

import microbp as mb

SAME = "The same as `mb."
"""How the docstring of a method begins that is a row of the table too: `x.tanh()`."""

MACHINERY = {
    *("accepts", "class_of_arrays", "keep_demand", "leaf", "precedence", "received", "record", "refuse_reading"),
    *("entries", "on_numbers", "pull", "push"),
}
"""What the engine asks of nodes and rows, and a reader has no use for."""


class Api(SphinxDirective):
    """What stands under the names in the content, one after the other."""

    has_content = True
    optional_arguments = 1
    final_argument_whitespace = True

    def run(self) -> list[nodes.Node]:
        names = " ".join([*self.arguments, *self.content]).split()
        lines = [line for name in expanded(names) for line in entry(name)]
        return parsed(self, lines)


class Primitives(SphinxDirective):
    """The table of all rows: name, what it is, its rate factors."""

    def run(self) -> list[nodes.Node]:
        lines = [".. list-table::", "   :header-rows: 1", "   :class: primitives", "   :widths: 14 30 40", ""]
        lines += row("function", "is", "rate factors")
        for name in sorted(mb.__all__, key=str.lower):
            value = getattr(mb, name)
            if isinstance(value, mb.Primitive):
                lines += row(f":py:func:`{name} <microbp.{name}>`", *in_words(value))
        return parsed(self, lines)


class Equations(SphinxDirective):
    """The table of all rows of `mb.book.equations`: number, formula and words, what computes it, where it is shown."""

    def run(self) -> list[nodes.Node]:
        lines = [".. list-table::", "   :header-rows: 1", "   :class: equations", "   :widths: 8 46 22 24", ""]
        lines += row("eq.", "says", "computed by", "shown in")
        for number, equation in thing("book").equations.items():
            says = [f"``{equation.formula}``", "", f"       {as_words([equation.words])}"]
            lines += row(number, "\n".join(says), function_link(equation.function), lesson_link(*equation.notebook))
        return parsed(self, "\n".join(lines).splitlines())


def function_link(function: Any) -> str:
    """The name of a function, which leads to where it is told of if it is public."""
    name = next((name for name in shown() if thing(name) is function), None) or method_name(function)
    if name is None:
        return f"``{function.__qualname__}``"
    short = re.sub(r"^(?:[a-z_]+\.)+", "", name)  # without its modules
    short = re.sub(r"(?<=[._])(?=\w)", "\u200b", short)  # where a line may end, in a narrow column
    return f":py:obj:`{short} <microbp.{name}>`"


def method_name(function: Any) -> str | None:
    """The name of a method of a public class, None of anything else."""
    owner, _, method = function.__qualname__.rpartition(".")
    classes = (name for name in shown() if name.rpartition(".")[2] == owner)
    return next((f"{name}.{method}" for name in classes if getattr(thing(name), method, None) is function), None)


def lesson_link(file: str, heading: str) -> str:
    """A heading of a lesson, which leads there if the lesson is written."""
    if not (ROOT / "notebooks" / file).is_file():
        return as_words([heading])
    page = file.removesuffix(".ipynb")
    return f"`{as_words([heading])} <../{LESSONS}/{page}.html#{nodes.make_id(heading)}>`__"


def parsed(directive: SphinxDirective, lines: list[str]) -> list[nodes.Node]:
    """Lines of reStructuredText as nodes."""
    place = nodes.Element()
    source, _ = directive.get_source_info()
    directive.state.nested_parse(StringList(lines, source=source), directive.content_offset, place)
    return place.children


def row(*cells: str) -> list[str]:
    return [f"   {'*' if k == 0 else ' '} - {cell}" for k, cell in enumerate(cells)]


def in_words(value: mb.Primitive) -> tuple[str, str]:
    """What a row of the table is, and its rate factors; those of a linear row are what it pulls back of g."""
    head, *rest = as_plain(value)
    words = head.split(": ", 1)[1].removesuffix(", entry by entry.").removesuffix(".")
    rates = [line.strip() for line in rest if line.startswith(("∂", " "))]
    return as_words([words]), "\n\n       ".join(f"``{' '.join(rate.split())}``" for rate in rates)


def as_plain(value: Any) -> list[str]:
    return (inspect.getdoc(value) or "").splitlines()


def entry(name: str) -> list[str]:
    """The directive that shows what stands under a name."""
    value, full = thing(name), f"microbp.{name}"
    if isinstance(value, ModuleType):
        title = [f".. rubric:: mb.{name}", ""] if "." in name else []  # a module within the one that the page is about
        index = "" if value.__name__ == full else "   :no-index:"
        return [*title, f".. automodule:: {value.__name__}", index, ""]
    if isinstance(value, mb.Primitive):
        words = as_rst(as_plain(value), link)
        return [f".. py:function:: {full}{called(value)}", "", *[f"   {line}" for line in words], ""]
    if inspect.isclass(value):
        kind = "exception" if issubclass(value, Exception) else "class"
        options = [] if kind == "exception" else ["   :members:", f"   :inherited-members: {', '.join(foreign(value))}"]
        return [f".. auto{kind}:: {full}", *options, ""]
    if inspect.isroutine(value):
        return [f".. autofunction:: {full}", ""]
    return [f".. py:data:: {full}", "", "   " + (own_words(value) or f"``{value!r}``"), ""]


def called(value: mb.Primitive) -> str:
    """The part in parentheses of "y = tanh(u): …"."""
    call = as_plain(value)[0].removeprefix(f"y = {value.name}").split("): ", 1)[0]
    return f"{call})"


def own_words(value: Any) -> str:
    """A description that the thing itself gives, not its class."""
    doc = vars(value).get("__doc__") if hasattr(value, "__dict__") else None
    return as_words(doc.splitlines()[:1]) if doc else ""


def foreign(value: type) -> Iterator[str]:
    """The classes from which nothing is shown: Python's and numpy's."""
    for base in value.__mro__:
        if not base.__module__.startswith("microbp"):
            yield base.__name__


@cache
def shown() -> frozenset[str]:
    return frozenset(all_names())


def link(code: str) -> str | None:
    """Where code in a docstring leads: `mb.grad` and `mb.tanh(x)`, and public classes by their bare names."""
    full = code.split("(", 1)[0]
    name = full.removeprefix("microbp.").removeprefix("mb.")
    if name in shown() and (name != full or name[:1].isupper()):
        return f"microbp.{name}"
    return None


def docstring(app: Sphinx, what: str, name: str, value: Any, options: Any, lines: list[str]) -> None:
    """Autodoc's event: the docstring in the project's style becomes reStructuredText."""
    lines[:] = as_rst(lines, link)


def leave_out(app: Sphinx, what: str, name: str, value: Any, skip: bool, options: Any) -> bool | None:
    """Autodoc's event: machinery is left out, and what is told of elsewhere: rows of the table, fields of tuples."""
    doc = inspect.getdoc(value) or ""
    return True if name in MACHINERY or doc.startswith((SAME, "Alias for field number")) else None


def as_written(app: Sphinx, document: nodes.document) -> None:
    """Names begin as a user writes them: `mb.`."""
    for prefix in document.findall(addnodes.desc_addname):
        text = prefix.astext()
        if text.startswith("microbp."):
            prefix.children = [nodes.Text("mb." + text.removeprefix("microbp."))]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("api", Api)
    app.add_directive("primitives", Primitives)
    app.add_directive("equations", Equations)
    app.connect("autodoc-process-docstring", docstring)
    app.connect("autodoc-skip-member", leave_out)
    app.connect("doctree-read", as_written)
    return {"parallel_read_safe": True}

