"""The command line does what it says, with exit codes, and errors of one line."""

import os
import signal
import subprocess
import sys
import time

import pytest

from microbp.cli import main


def failed(capsys, *arguments):
    """The one line that a command ends with when it fails."""
    assert main(list(arguments)) == 1
    out, err = capsys.readouterr()
    assert out == "" or "Traceback" not in out
    lines = err.splitlines()
    assert len(lines) == 1, err
    return lines[0]


@pytest.mark.parametrize("command", [[], ["demo"], ["train"], ["check"], ["draw"]])
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([*command, "--help"])

    assert stop.value.code == 0
    assert "usage: microbp" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["paint"], ["check", "--sizes", "two"], ["train"], ["draw"]])
def test_wrong_usage_is_exit_code_2(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)

    assert stop.value.code == 2
    assert "usage: microbp" in capsys.readouterr().err


def test_the_version_is_shown_on_request(capsys):
    with pytest.raises(SystemExit) as stop:
        main(["--version"])

    assert stop.value.code == 0
    assert capsys.readouterr().out.startswith("microbp")


@pytest.mark.parametrize("node", ["value", "tensor"])
def test_check_prints_the_table_and_the_verdict(node, capsys):
    assert main(["check", "--node", node, "--output", "softmax", "--cost", "log_likelihood"]) == 0

    out = capsys.readouterr().out
    assert "BP1" in out
    assert out.endswith("All ways to the gradient agree.\n")


def test_check_fails_where_a_rate_factor_is_wrong(capsys, monkeypatch):
    from microbp import primitives

    monkeypatch.setattr(primitives.tanh, "partials", (lambda u, y: 1 - y,))

    assert main(["check", "--node", "tensor", "--sizes", "3", "2", "2", "--output", "sigmoid"]) == 1
    assert "BP2 in layer 2" in capsys.readouterr().out


def test_train_prints_as_the_book_does(capsys):
    assert main(["train", "moons", "--hidden", "8", "--eta", "2", "--epochs", "20"]) == 0

    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "MLP(2-8-1, sigmoid, 33 parameters)"
    assert lines[1].startswith("Epoch 0: ")
    assert lines[-1].startswith("Best: ")
    assert len(lines) == 22


def test_train_reads_a_csv_file_and_writes_a_plot(tmp_path, capsys):
    rows = "\n".join(f"{k},{k % 3},{'abc'[k % 3]}" for k in range(60))
    table = tmp_path / "table.csv"
    table.write_text("size,kind,class\n" + rows)

    code = main(["train", str(table), "--target", "class", "--epochs", "2", "--plot", str(tmp_path / "plot.png")])

    assert code == 0
    assert capsys.readouterr().out.startswith("MLP(2-30-3, sigmoid")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def test_log_likelihood_comes_with_softmax(capsys):
    assert main(["train", "blobs", "--cost", "log_likelihood", "--hidden", "--epochs", "1"]) == 0
    assert "MLP(2-3, softmax" in capsys.readouterr().out


def test_draw_writes_dot_text(tmp_path, capsys):
    file = tmp_path / "graph.dot"

    assert main(["draw", str(file), "--formula", "tanh(w*x + b)", "--at", "w=-3", "x=2", "b=6.88"]) == 0

    assert file.read_text(encoding="utf-8").startswith("digraph")
    assert capsys.readouterr().out == f"Drawn in {file}\n"


@pytest.mark.needs_dot
@pytest.mark.parametrize("node", ["value", "tensor"])
def test_draw_writes_svg(node, tmp_path):
    assert main(["draw", str(tmp_path / "a.svg"), "--node", node]) == 0
    assert "</svg>" in (tmp_path / "a.svg").read_text(encoding="utf-8")


def test_errors_are_one_line_and_exit_code_1(tmp_path, capsys, monkeypatch):
    (tmp_path / "broken.csv").write_text("1,2,a\n1,2\n")
    monkeypatch.setenv("MICROBP_DATA", str(tmp_path / "nowhere"))

    assert "no data set 'stars'" in failed(capsys, "train", "stars")
    assert "line 2" in failed(capsys, "train", str(tmp_path / "broken.csv"))
    assert "missing.csv" in failed(capsys, "train", str(tmp_path / "missing.csv"))
    assert "MICROBP_DATA" in failed(capsys, "train", "mnist")
    assert "eta" in failed(capsys, "train", "xor", "--eta", "-1")
    assert "epochs" in failed(capsys, "train", "xor", "--epochs", "0")
    assert "sizes" in failed(capsys, "check", "--sizes", "3")
    assert "examples" in failed(capsys, "check", "--examples", "0")
    assert "not a formula" in failed(capsys, "draw", str(tmp_path / "a.dot"), "--formula", "x +")
    assert "--at takes a name and a number" in failed(capsys, "draw", "a.dot", "--formula", "x", "--at", "x:2")
    assert "a.bmp" in failed(capsys, "draw", str(tmp_path / "a.bmp"), "--formula", "x", "--at", "x=2")
    assert "nowhere" in failed(capsys, "draw", str(tmp_path / "nowhere" / "a.dot"), "--formula", "x", "--at", "x=2")


def test_a_cost_that_is_no_number_ends_training_with_its_place(capsys):
    line = failed(capsys, "train", "blobs", "--cost", "quadratic", "--activation", "linear", "--eta", "1e300")

    assert "epoch 0" in line


def test_ctrl_c_is_exit_code_130_and_keeps_the_epochs_so_far():
    command = [sys.executable, "-c", "from microbp.cli import main; raise SystemExit(main())"]
    process = subprocess.Popen(
        [*command, "train", "moons", "--epochs", "100000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("MLP(")
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "Epoch 0: " in out
    assert "interrupted in epoch" in err
    assert "Traceback" not in err


def test_the_tour_ends_well(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MICROBP_DATA", str(tmp_path))  # without MNIST, which takes longer
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert main(["demo", "--folder", str(tmp_path)]) == 0

    out = capsys.readouterr().out
    assert "∂a/∂w = 1.0019" in out
    assert "All ways to the gradient agree." in out
    assert "MNIST is not at hand" in out
    assert list(tmp_path.glob("microbp-demo.*"))


@pytest.mark.needs_data
def test_the_tour_learns_digits(tmp_path, capsys):
    assert main(["demo", "--folder", str(tmp_path)]) == 0
    assert "Epoch 2: " in capsys.readouterr().out


def test_without_dot_the_tour_writes_dot_text(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("MICROBP_DATA", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))

    assert main(["demo", "--folder", str(tmp_path)]) == 0

    assert (tmp_path / "microbp-demo.dot").read_text(encoding="utf-8").startswith("digraph")
    assert "graphviz" in capsys.readouterr().out.lower()
