"""A notebook that shows the same is the same file, whenever and wherever it was run."""

import json

import nbformat
import nbformat.v4 as v4
from remake import METADATA, WIDGET, main, tidied


def test_what_depends_on_the_run_is_taken_out_and_the_rest_stays():
    outputs = [
        v4.new_output("stream", name="stdout", text="a\n"),
        v4.new_output("stream", name="stderr", text="\rEpoch:  50%|█████     | 1/2"),
        v4.new_output("display_data", {WIDGET: {"model_id": "17"}, "text/plain": "bar"}),
        v4.new_output("stream", name="stdout", text="b"),
        v4.new_output("display_data", {"image/png": "AA=="}, metadata={"needs_background": "light"}),
    ]
    cell = v4.new_code_cell("x", id="c", execution_count=1, outputs=outputs, metadata={
        "execution": {"iopub.status.busy": "2026"}, "tags": ["hide-cell"], "jupyter": {"source_hidden": True},
    })
    versions = {"language_info": {"name": "python", "version": "3.11"}, "widgets": {}}
    notebook = v4.new_notebook(cells=[cell], metadata=versions)

    tidy = tidied(notebook)

    assert tidy["metadata"] == METADATA
    assert tidy["cells"][0]["metadata"] == {"tags": ["hide-cell"], "jupyter": {"source_hidden": True}}
    stream, picture = tidy["cells"][0]["outputs"]
    assert "".join(stream["text"]) == "a\nb"
    assert picture["data"] == {"image/png": "AA=="}
    assert tidied(tidy) == tidy


def test_warnings_are_no_progress_bar():
    warning = v4.new_output("stream", name="stderr", text="UserWarning: look here")
    notebook = v4.new_notebook(cells=[v4.new_code_cell("x", outputs=[warning])])

    assert tidied(notebook)["cells"][0]["outputs"] == [warning]


def test_a_notebook_is_tidied_in_its_place(tmp_path, capsys):
    path = tmp_path / "a.ipynb"
    cell = v4.new_code_cell("x = 1", id="c", execution_count=1, metadata={"collapsed": True})
    path.write_text(json.dumps(v4.new_notebook(cells=[cell])), encoding="utf-8")

    main(["--tidy", str(path)])

    written = nbformat.read(path, as_version=4)
    nbformat.validate(written)
    assert written["cells"][0]["metadata"] == {}
    assert [file.name for file in tmp_path.iterdir()] == ["a.ipynb"]
    assert capsys.readouterr().out == "a.ipynb\n"
