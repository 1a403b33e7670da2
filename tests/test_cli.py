"""The command line does what it says, with exit codes, and errors of one line."""

import os
import shlex
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from microbp import sweeps
from microbp.cli import main
from microbp.draw import draw, explore
from microbp.linearized import paths
from microbp.nn import MLP, load
from microbp.value import Value


def failed(capsys, *arguments):
    """The one line that a command ends with when it fails."""
    assert main(list(arguments)) == 1
    out, err = capsys.readouterr()
    assert out == "" or "Traceback" not in out
    lines = err.splitlines()
    assert len(lines) == 1, err
    return lines[0]


@pytest.mark.parametrize("command", [[], ["demo"], ["train"], ["check"], ["book"], ["draw"], ["explore"], ["bench"]])
def test_every_command_has_help(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([*command, "--help"])

    assert stop.value.code == 0
    assert "usage: microbp" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["paint"], ["check", "--sizes", "two"], ["train"], ["draw"], ["explore"]])
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
    out = capsys.readouterr().out
    assert out.startswith("MLP(2-30-3, sigmoid")
    assert out.endswith(f"Plotted in {tmp_path / 'plot.png'}\n")
    assert (tmp_path / "plot.png").read_bytes().startswith(b"\x89PNG")


def csv_file(folder, *rows):
    file = folder / "table.csv"
    file.write_text("\n".join(rows) + "\n")
    return str(file)


@pytest.mark.parametrize("seed", range(5))
def test_a_class_that_only_the_held_out_part_has_gets_its_neuron(seed, tmp_path, capsys):
    table = csv_file(tmp_path, *(f"{k},{'ab'[k % 2]}" for k in range(9)), "9,c")

    assert main(["train", table, "--epochs", "1", "--seed", str(seed)]) == 0
    assert capsys.readouterr().out.startswith("MLP(1-30-3, sigmoid")


def test_a_target_that_looks_like_a_number_may_be_the_name_of_a_column(tmp_path, capsys):
    rows = [f"{k},{'abc'[k % 3]},{k % 5}" for k in range(30)]

    assert main(["train", csv_file(tmp_path, "size,2020,kind", *rows), "--target", "2020", "--epochs", "1"]) == 0
    assert capsys.readouterr().out.startswith("MLP(2-30-3, sigmoid")
    assert main(["train", csv_file(tmp_path, *rows), "--target", "1", "--epochs", "1"]) == 0
    assert "target is 2020, pass -3" in failed(capsys, "train", csv_file(tmp_path, *rows), "--target", "2020")
    # A number in an example is no name: the first row is not taken for a header.
    assert "target is 9, pass -2" in failed(capsys, "train", csv_file(tmp_path, "7,9", "8,6"), "--target", "9")


@pytest.mark.parametrize("rows", [["1,a"], ["1,a", "2,a", "3,a"]])
def test_a_table_without_two_rows_and_classes_is_refused(rows, tmp_path, capsys):
    line = failed(capsys, "train", csv_file(tmp_path, *rows))

    assert f"has {len(rows)} row(s) of 1 class(es); want two rows or more" in line


@pytest.mark.parametrize("command", [["train", "xor"], ["check"], ["draw", "a.dot"], ["explore", "a.html"]])
@pytest.mark.parametrize("seed", ["-1", "1.5", "one"])
def test_a_seed_is_a_whole_number_of_0_or_more(command, seed, capsys):
    with pytest.raises(SystemExit) as stop:
        main([*command, f"--seed={seed}"])

    assert stop.value.code == 2
    assert f"argument --seed: a seed is a whole number of 0 or more, not {seed}" in capsys.readouterr().err


def test_train_takes_maxout_batch_normalization_and_dropout(capsys):
    options = "--activation maxout --batch-norm --dropout 0.8 --hidden 4 --epochs 2".split()

    assert main(["train", "moons", *options]) == 0
    assert "MLP(2-4-1, maxout, sigmoid, batch norm, Dropout(keep=0.8), 37 parameters)" in capsys.readouterr().out
    assert "Dropout: keep is the probability" in failed(capsys, "train", "moons", "--dropout", "2")


def test_toy_sets_are_tried_on_points_of_their_own(capsys):
    assert main(["train", "moons", "--epochs", "1"]) == 0
    assert capsys.readouterr().out.endswith("in epoch 0, of 200 examples that it did not learn from\n")
    assert main(["train", "xor", "--epochs", "1"]) == 0
    assert capsys.readouterr().out.endswith("in epoch 0, of 4 examples that it learned from\n")


def test_log_likelihood_comes_with_softmax(capsys):
    assert main(["train", "blobs", "--cost", "log_likelihood", "--hidden", "--epochs", "1"]) == 0
    assert "MLP(2-3, softmax" in capsys.readouterr().out


def test_train_takes_several_regularizers_at_once(tmp_path, capsys):
    file = str(tmp_path / "net.npz")

    bounds = ["--l1", "0.1", "--l2", "1", "--max-norm", "0.5"]
    assert main(["train", "moons", "--epochs", "3", *bounds, "--save", file]) == 0

    lengths = [np.linalg.norm(layer.w.data, axis=1) for layer in load(file)]
    assert max(length.max() for length in lengths) == pytest.approx(0.5)
    assert "MaxNorm: c is greater than 0, not 0" in failed(capsys, "train", "moons", "--max-norm", "0")
    assert "L1: lmbda is 0 or greater, not -1.0" in failed(capsys, "train", "moons", "--l1", "-1")


@pytest.mark.parametrize(
    ("cost", "layers"), [("multiclass_hinge", "2-2, linear"), ("absolute", "2-1, sigmoid"), ("squared", "2-1, sigmoid")]
)
def test_train_takes_every_cost_of_labels_0_and_1(cost, layers, capsys):
    assert main(["train", "moons", "--cost", cost, "--hidden", "--epochs", "1"]) == 0
    assert f"MLP({layers}" in capsys.readouterr().out
    assert main(["check", "--cost", cost, "--sizes", "2", "3", "2"]) == 0


def test_draw_writes_dot_text(tmp_path, capsys):
    file = tmp_path / "graph.dot"

    assert main(["draw", str(file), "--formula", "tanh(w*x + b)", "--at", "w=-3", "x=2", "b=6.88"]) == 0

    assert file.read_text(encoding="utf-8").startswith("digraph")
    assert capsys.readouterr().out == f"Drawn in {file}\n"


@pytest.fixture
def saved(tmp_path):
    """The file of a 2-3-1 network."""
    file = tmp_path / "net.npz"
    MLP([2, 3, 1], activation="tanh", rng=7).save(file)
    return str(file)


def test_draw_draws_a_saved_network_on_the_example_it_is_given(saved, tmp_path, capsys):
    file = tmp_path / "graph.dot"
    net = load(saved, node=Value)
    C = net.cost([[0.5], [-1.0]], [[1.0]])
    C.backward()

    assert main(["draw", str(file), "--net", saved, "--node", "value", "--x", "0.5", "-1", "--y", "1"]) == 0

    path = paths(net.layers[0].w[0, 0], C).top(1)[0]
    assert file.read_text(encoding="utf-8") == draw(C, path=path, title="MLP(2-3-1, tanh, 13 parameters)").dot


def test_explore_writes_the_page_of_a_saved_network_on_the_example_it_is_given(saved, tmp_path, capsys):
    file = tmp_path / "network.html"
    net = load(saved, node=Value)
    C = net.cost([[0.5], [-1.0]], [[1.0]])
    ways = paths(net.layers[0].w[0, 0], C)

    assert main(["explore", str(file), "--net", saved, "--node", "value", "--x", "0.5", "-1", "--y", "1"]) == 0

    assert file.read_text(encoding="utf-8") == explore(C, ways, title="MLP(2-3-1, tanh, 13 parameters)").html
    assert capsys.readouterr().out == f"Written to {file}; any browser shows it\n"


def test_explore_opens_the_file_it_wrote(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr("webbrowser.open", shown.append)
    file = tmp_path / "a neuron.html"

    assert main(["explore", str(file), "--formula", "w*x", "--at", "w=-3", "x=2", "--open"]) == 0

    assert shown == [file.as_uri()]


def test_explore_says_what_is_wrong_in_one_line(tmp_path, capsys):
    formula = ["--formula", "x", "--at", "x=2"]

    assert "a.svg doesn't end in .html" in failed(capsys, "explore", str(tmp_path / "a.svg"), *formula)
    assert "nowhere" in failed(capsys, "explore", str(tmp_path / "nowhere" / "a.html"), *formula)


def test_train_writes_a_page_of_the_training(tmp_path, capsys):
    file = tmp_path / "moons.html"

    assert main(["train", "moons", "--hidden", "4", "--epochs", "2", "--quiet", "--explore", str(file)]) == 0

    assert "<title>How the 2-4-1 network learned</title>" in file.read_text(encoding="utf-8")
    assert f"To be explored in {file}\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("option", "file", "said"),
    [
        ("--save", "missing/net.npz", "--save missing/net.npz cannot be written: there is no folder 'missing'"),
        ("--explore", "missing/a.html", "--explore missing/a.html cannot be written: there is no folder 'missing'"),
        ("--plot", "missing/a.png", "--plot missing/a.png cannot be written: there is no folder 'missing'"),
        ("--explore", "a.txt", "--explore a.txt doesn't end in .html"),
        ("--path", "digits", "--path is the folder of mnist or fashion_mnist, and means nothing beside moons"),
    ],
)
def test_what_could_not_be_written_is_said_before_the_training(option, file, said, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)

    assert main(["train", "moons", "--epochs", "1", option, file]) == 1

    out, err = capsys.readouterr()
    assert err.startswith(f"microbp train: {said}")
    assert out == ""


def test_a_plot_that_fails_costs_nobody_the_network(tmp_path, capsys):
    pytest.importorskip("matplotlib")
    saved, plot = tmp_path / "net.npz", tmp_path / "plot.nothing"

    assert main(["train", "moons", "--epochs", "1", "--plot", str(plot), "--save", str(saved)]) == 1

    assert "'nothing' is not supported" in capsys.readouterr().err
    assert load(saved).sizes == [2, 30, 1]


def test_an_example_that_is_not_given_is_random_but_of_a_seed(saved, tmp_path):
    texts = []
    for seed in ("1", "1", "2"):
        for network in (["--net", saved], []):
            assert main(["draw", str(tmp_path / "a.dot"), "--seed", seed, *network]) == 0
            texts.append((tmp_path / "a.dot").read_text(encoding="utf-8"))

    assert texts[:2] == texts[2:4]
    assert len(set(texts)) == 4


def test_what_a_file_holds_decides_the_node_unless_it_is_said(saved, tmp_path):
    for options, matrices in (["--node", "tensor"], 2), (["--node", "value"], 0), ([], 2):
        assert main(["draw", str(tmp_path / "a.dot"), "--net", saved, *options]) == 0
        text = (tmp_path / "a.dot").read_text(encoding="utf-8")
        assert sum(f'label="{w}|' in text for w in ("w2", "w3")) == matrices


def test_check_takes_a_saved_network(saved, capsys):
    assert main(["check", "--net", saved, "--cost", "hinge"]) == 0

    assert capsys.readouterr().out.startswith("MLP(2-3-1, tanh, 13 parameters)")


def test_train_saves_what_it_trained(tmp_path, capsys):
    file = tmp_path / "moons.npz"

    assert main(["train", "moons", "--hidden", "4", "--epochs", "2", "--quiet", "--save", str(file)]) == 0

    assert capsys.readouterr().out.endswith(f"Saved in {file}\n")
    assert load(file).sizes == [2, 4, 1]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--net", "a.npz", "--sizes", "2", "1"], "argument --sizes: not allowed with argument --net"),
        (["--net", "a.npz", "--activation", "relu"], "argument --activation: not allowed with argument --net"),
        (["--net", "a.npz", "--output", "softmax"], "argument --output: not allowed with argument --net"),
        (["--formula", "x", "--net", "a.npz"], "argument --net: not allowed with argument --formula"),
        (["--formula", "x", "--sizes", "2", "1"], "argument --sizes: not allowed with argument --formula"),
        (["--formula", "x", "--node", "tensor"], "argument --node: not allowed with argument --formula"),
        (["--formula", "x", "--x", "1"], "argument --x: not allowed with argument --formula"),
        (["--formula", "x", "--cost", "hinge"], "argument --cost: not allowed with argument --formula"),
        (["--at", "x=1"], "argument --at: not allowed without argument --formula"),
    ],
)
def test_options_that_would_mean_nothing_beside_each_other_are_wrong_usage(arguments, said, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["draw", "a.dot", *arguments])

    assert stop.value.code == 2
    assert capsys.readouterr().err.endswith(f"microbp draw: error: {said}\n")


def test_a_network_or_an_example_that_will_not_do_is_told_in_one_line(saved, tmp_path, capsys):
    (tmp_path / "broken.npz").write_bytes(b"PK")
    MLP([2, 1], lambda z: z * z, rng=0).save(tmp_path / "own.npz")
    command = ["draw", str(tmp_path / "a.dot")]

    assert "there is no file" in failed(capsys, *command, "--net", str(tmp_path / "nowhere.npz"))
    assert "is no npz file, or a damaged one" in failed(capsys, *command, "--net", str(tmp_path / "broken.npz"))
    assert "a function that no file can hold" in failed(capsys, *command, "--net", str(tmp_path / "own.npz"))
    assert "--x takes 2 number(s), one for each input neuron, not 3" in failed(
        capsys, *command, "--net", saved, "--x", "1", "2", "3"
    )
    assert "--y takes 1 number(s), one for each output neuron, not 2" in failed(capsys, *command, "--y", "1", "0")
    assert "hinge: y holds 0.5" in failed(capsys, *command, "--cost", "hinge", "--y", "0.5")
    assert not (tmp_path / "a.dot").exists()


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
    for command, file in ("draw", tmp_path / "nowhere" / "a.dot"), ("explore", tmp_path / "nowhere" / "a.html"):
        line = failed(capsys, command, str(file), "--formula", "x", "--at", "x=2")
        assert line == f"microbp {command}: {str(file)!r}: No such file or directory"


def test_a_cost_that_is_no_number_ends_training_with_its_place(capsys):
    line = failed(capsys, "train", "blobs", "--cost", "quadratic", "--activation", "linear", "--eta", "1e300")

    assert "epoch 0" in line


def test_ctrl_c_is_exit_code_130_and_keeps_the_epochs_so_far(ctrl_c):
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
    assert "Left out, as there are no digits to learn from: mnist: no mirror gave train-images" in out
    assert list(tmp_path.glob("microbp-demo.[ds]*"))
    assert {"microbp-demo.html", "microbp-demo-moons.html"} <= {path.name for path in tmp_path.iterdir()}


def test_the_network_of_the_tour_can_be_drawn_as_it_says(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MICROBP_DATA", str(tmp_path / "nowhere"))
    assert main(["demo", "--folder", str(tmp_path), "--quiet"]) == 0
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "microbp draw" in line]
    monkeypatch.chdir(tmp_path)

    microbp, *arguments = shlex.split(line.replace(".svg", ".dot"))

    assert microbp == "microbp"
    assert main(arguments) == 0
    assert "∂a3_1/∂a2_1" in (tmp_path / "network.dot").read_text(encoding="utf-8")


def test_the_tour_says_what_is_wrong_with_the_folder_of_the_data(tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("MICROBP_DATA", str(tmp_path / "nowhere"))

    assert main(["demo", "--folder", str(tmp_path), "--quiet"]) == 0
    assert "nowhere', which is no folder; name one" in capsys.readouterr().out


def test_the_tour_fails_where_the_paths_do_not_add_up_to_the_gradient(tmp_path, capsys, monkeypatch):
    from microbp import value

    def backward(self):
        for node in sweeps.backward(self):
            node.grad = 1.0

    monkeypatch.setenv("MICROBP_DATA", str(tmp_path / "nowhere"))
    monkeypatch.setattr(value.Value, "backward", backward)

    assert main(["demo", "--folder", str(tmp_path), "--quiet"]) == 1
    assert "and they differ: the backward sweep says 1," in capsys.readouterr().out


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


def test_a_network_larger_than_the_memory_is_refused_in_one_line(capsys):
    assert "memory" in failed(capsys, "check", "--node", "tensor", "--sizes", "10000000", "10000000")


def test_bench_prints_a_table_and_writes_it(tmp_path, capsys):
    options = ["--rounds", "3", "--seconds", "0.01", "--quiet", "--out", str(tmp_path)]

    assert main(["bench", "--only", "digits-784-30-10-m10", *options]) == 0

    out = capsys.readouterr().out
    assert "BLAS: " in out
    assert "numpy out=" in out
    assert {"results.md", "results.csv"} <= {file.name for file in tmp_path.iterdir()}


def test_bench_names_the_workloads_there_are(capsys):
    assert "no workload has 'stars' in its name; there are nodes" in failed(capsys, "bench", "--only", "stars")


def test_ctrl_c_in_bench_is_exit_code_130_and_shows_what_was_measured(ctrl_c):
    command = [sys.executable, "-c", "from microbp.cli import main; raise SystemExit(main())"]
    process = subprocess.Popen(
        [*command, "bench", "--only", "digits-784-30-10-m10", "--rounds", "100000", "--seconds", "1000"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("Python: ")
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)

    assert process.returncode == 130
    assert "mini-batch of 10 (interrupted)" in out
    assert "microbp bench: interrupted" in err
    assert "Traceback" not in err
