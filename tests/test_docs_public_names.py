"""Everything public is on a page of the documentation, and the pages name nothing else."""

from pathlib import Path
from types import ModuleType

import pytest
from public_names import all_names, expanded, listed, names_of, thing

import microbp as mb

API = Path(__file__).parent.parent / "docs" / "api"
PAGES = {path.name: path.read_text(encoding="utf-8") for path in sorted(API.glob("*.md"))}
SHOWN = [name for page in PAGES.values() for name in expanded(listed(page))]


def test_every_public_name_is_on_a_page():
    assert set(mb.__all__) <= set(all_names())
    assert sorted(set(all_names()) - set(SHOWN)) == []


def test_no_name_is_on_two_pages():
    assert sorted({name for name in SHOWN if SHOWN.count(name) > 1}) == []


def test_every_page_is_in_the_contents():
    contents = PAGES.pop("index.md")

    assert [name for name in PAGES if f"\n{name.removesuffix('.md')}\n" not in contents] == []
    PAGES["index.md"] = contents


def test_names_are_read_from_a_page():
    page = "# T\n\n```{eval-rst}\n.. api:: sin cos\n```\n\n```{eval-rst}\n.. api::\n   Value\n\n   data.*\n```\nsum\n"

    assert listed(page) == ["sin", "cos", "Value", "data.*"]


@pytest.mark.parametrize("module", ["activations", "costs", "data", "equations", "initializers", "optimizers"])
def test_what_a_module_makes_public_stands_for_its_star(module):
    names = expanded([f"{module}.*"])

    assert names[0] == module
    assert len(names) > 4
    assert all(name.startswith(f"{module}.") for name in names[1:])


def test_a_module_without_a_list_makes_public_what_is_its_own_and_what_has_a_name():
    assert {"sigmoid", "tanh", "softmax", "leaky_relu", "linear"} <= set(names_of(mb.activations))
    assert {"Cost", "quadratic", "cross_entropy"} <= set(names_of(mb.costs))
    assert {"Any", "np", "partial", "NAMES", "demand"}.isdisjoint(names_of(mb.costs))


def test_modules_within_modules_are_gone_into():
    assert isinstance(thing("data.mnist_loader"), ModuleType)
    assert "data.mnist_loader.load_data_wrapper" in all_names()


def test_a_name_that_is_not_there_is_an_error():
    with pytest.raises(AttributeError, match="no_such_thing"):
        thing("data.no_such_thing")
