"""Run notebooks and store what they show: `make notebooks-run`, or python notebooks/remake.py [--tidy] [NOTEBOOK …].

Each is run from top to bottom in a fresh kernel. What differs from run to run without meaning anything is not stored:
times, versions, the state of progress bars. So a notebook that shows the same is the same file. With --tidy nothing is
run, and just that is taken out.
"""

from __future__ import annotations

import os
import re
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent

SECONDS = 900
"""That a cell may take."""

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}

KEPT = ("jp-MarkdownHeadingCollapsed", "jupyter", "tags")
"""What a cell's metadata may say: how it is folded."""

WIDGET = "application/vnd.jupyter.widget-view+json"
BAR = re.compile(r"\r|\d+%\|")


def tidied(notebook: dict[str, Any]) -> dict[str, Any]:
    """The notebook with nothing in it that depends on when and where it was run."""
    cells = [_tidied_cell(cell) for cell in notebook["cells"]]
    return {"cells": cells, "metadata": deepcopy(METADATA), "nbformat": 4, "nbformat_minor": 5}


def _tidied_cell(cell: dict[str, Any]) -> dict[str, Any]:
    cell = cell | {"metadata": {key: cell["metadata"][key] for key in KEPT if key in cell["metadata"]}}
    if cell["cell_type"] != "code":
        return cell
    outputs: list[dict[str, Any]] = []
    for output in cell["outputs"]:
        if _is_bar(output):
            continue
        if "metadata" in output:
            output = output | {"metadata": {}}
        before = outputs[-1] if outputs else {}
        if output["output_type"] == before.get("output_type") == "stream" and output["name"] == before["name"]:
            outputs[-1] = before | {"text": _lines(_text(before["text"]) + _text(output["text"]))}
        else:
            outputs.append(output)
    return cell | {"outputs": outputs}


def _is_bar(output: dict[str, Any]) -> bool:
    """Whether this is what a progress bar leaves: a widget, or its lines on standard error."""
    if output["output_type"] == "stream":
        return output["name"] == "stderr" and bool(BAR.search(_text(output["text"])))
    return WIDGET in output.get("data", {})


def _text(lines: str | list[str]) -> str:
    return lines if isinstance(lines, str) else "".join(lines)


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def remake(path: Path, run: bool = True) -> None:
    """Run one notebook, and write it anew when all of it ran."""
    import nbformat

    notebook = nbformat.from_dict(tidied(nbformat.read(path, as_version=4)))
    if run:
        from nbclient import NotebookClient

        client = NotebookClient(
            notebook, timeout=SECONDS, kernel_name="python3", record_timing=False,
            extra_arguments=["--log-level=ERROR"],  # the kernel's, which else has a word on encryption each time
        )
        client.execute(cwd=str(path.parent))
    notebook = nbformat.from_dict(tidied(notebook))
    nbformat.validate(notebook)
    new = path.with_suffix(".new")
    nbformat.write(notebook, new)
    new.replace(path)


def main(names: list[str]) -> None:
    """Remake the notebooks of these names, or all."""
    os.environ["PYTHONHASHSEED"] = "0"  # the order of sets that are printed
    os.environ.pop("MPLBACKEND", None)  # a notebook has a backend of its own
    run = "--tidy" not in names
    chosen = [Path(name) for name in names if name != "--tidy"]
    for path in chosen or sorted(FOLDER.glob("*.ipynb")):
        print(path.name, flush=True)
        remake(path, run)


if __name__ == "__main__":
    main(sys.argv[1:])
