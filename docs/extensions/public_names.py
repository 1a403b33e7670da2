"""What microbp makes public, and what the pages of the documentation say that they show.

A page names what it shows under the directive `api`, by names as a user writes them after `mb.`; `data.*` is the
module `mb.data` and all that is public in it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import microbp

DIRECTIVE = re.compile(r"^\.\. api::(.*)\n((?:[ ]+\S.*\n|[ ]*\n)*)", re.MULTILINE)


def listed(text: str) -> list[str]:
    """The names under all `api` directives of a page."""
    return [name for found in DIRECTIVE.finditer(text) for name in f"{found[1]} {found[2]}".split()]


def expanded(names: Iterable[str]) -> list[str]:
    """The names, with all that is public in a module in the place of `module.*`."""
    full: list[str] = []
    for name in names:
        module = name.removesuffix(".*")
        inner = [f"{module}.{x}" for x in names_of(thing(module))] if module != name else []
        modules = [x for x in inner if isinstance(thing(x), ModuleType)]
        full += [module, *[x for x in inner if x not in modules], *expanded(f"{x}.*" for x in modules)]
    return full


def thing(name: str) -> Any:
    """What stands under a name: thing("data.moons"); AttributeError where there is no such thing."""
    found: Any = microbp
    for part in name.split("."):
        found = getattr(found, part)
    return found


def names_of(module: ModuleType) -> list[str]:
    """What a module makes public: its `__all__`, else its own classes and functions and what it has by NAMES.

    What microbp itself makes public under the same name is told of there.
    """
    chosen = list(getattr(module, "NAMES", {}).values())

    def is_public(name: str, value: Any) -> bool:
        if hasattr(module, "__all__"):
            return name in module.__all__ and not is_alias(value)
        own = (inspect.isclass(value) or inspect.isfunction(value)) and value.__module__ == module.__name__
        return not name.startswith("_") and (own or any(value is choice for choice in chosen))

    return [
        name
        for name, value in vars(module).items()
        if is_public(name, value) and not (inspect.isclass(value) and getattr(microbp, name, None) is value)
    ]


def is_alias(value: Any) -> bool:
    """Whether this is a name of a type or a plain table: nothing that has a docstring of its own."""
    return isinstance(value, dict) or (not inspect.isclass(value) and hasattr(value, "__origin__"))


def all_names() -> list[str]:
    """Every public name, as it stands after `mb.`; those of public modules after the module's."""
    names: list[str] = []
    for name in microbp.__all__:
        value = getattr(microbp, name)
        names += expanded([f"{name}.*"]) if isinstance(value, ModuleType) else [name]
    return names
