"""CSV tables: numbers and labels as they stand in the file; trouble by line and column."""

import numpy as np
import pytest

from microbp.data import DataError, csv


@pytest.fixture
def file(tmp_path):
    def write(text):
        path = tmp_path / "table.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


# ------------------------------------------------------------------------------------------ sound


def test_a_table_of_numbers(file):
    table = csv(file("1.5,2,7\n-3e2,.5,9\n0,0,7\n"))

    assert table.X.tolist() == [[1.5, 2], [-300, 0.5], [0, 0]]
    assert table.labels.tolist() == [0, 1, 0]
    assert table.classes == (7, 9)
    assert table.columns == ("column 1", "column 2")
    assert (table.X.dtype, table.labels.dtype) == (np.float64, np.int64)


def test_classes_may_be_text(file):
    table = csv(file("5.1,setosa\n4.9,virginica\n5.0,setosa\n"))

    assert table.labels.tolist() == [0, 1, 0]
    assert table.classes == ("setosa", "virginica")


def test_classes_are_numbers_in_their_order_where_all_of_them_are(file):
    assert csv(file("1,10\n1,9\n1,010\n")).classes == (9, 10)
    assert csv(file("1,0.5\n1,-1\n")).classes == (-1, 0.5)
    assert csv(file("1,10\n1,9\n1,x\n")).classes == ("10", "9", "x")
    assert csv(file("1,10000000000000001\n1,10000000000000000\n")).labels.tolist() == [1, 0]


@pytest.mark.parametrize("target", [1, -2, "kind"])
def test_the_target_is_found_by_index_from_either_end_or_by_name(file, target):
    table = csv(file("width,kind,height\n1,a,2\n3,b,4\n"), target=target)

    assert table.X.tolist() == [[1, 2], [3, 4]]
    assert table.classes == ("a", "b")
    assert table.columns == ("width", "height")


def test_a_first_row_without_numbers_is_a_header_unless_said_otherwise(file):
    assert csv(file("a,b\n1,2\n")).columns == ("a",)
    assert csv(file("1,b\n1,c\n")).columns == ("column 1",)
    assert csv(path := file("2019,2020,kind\n1,2,a\n"), header=True).columns == ("2019", "2020")
    assert csv(path).classes == ("a", "kind")
    with pytest.raises(DataError, match="line 1, column 1: 'a' is not a finite number"):
        csv(file("a,b\n1,2\n"), header=False)


def test_a_column_without_a_name_is_called_by_its_number(file):
    assert csv(file(",b,c\n1,2,3\n")).columns == ("column 1", "b")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_blank_lines_blanks_quotes_and_a_byte_order_mark_dont_count(file, end):
    text = end.join(["\ufeffx , kind", "", ' 1, "a, b"', "  ", "2,c "])

    table = csv(file(text))

    assert table.X.tolist() == [[1], [2]]
    assert table.classes == ("a, b", "c")
    assert table.columns == ("x",)


def test_the_delimiter_is_as_told(file):
    assert csv(file("1;2;a\n"), delimiter=";").X.tolist() == [[1, 2]]
    assert csv(file("1\t2\ta\n"), delimiter="\t").X.tolist() == [[1, 2]]


def test_labels_and_classes_give_back_the_column(file, rng):
    names = rng.choice(["oak", "ash", "elm"], 100)

    table = csv(file("".join(f"{i},{name}\n" for i, name in enumerate(names))))

    assert [table.classes[label] for label in table.labels] == names.tolist()
    assert np.array_equal(table.X[:, 0], np.arange(100))


@pytest.mark.needs_data
def test_the_wheat_seeds_are_read_as_they_are(data_folder):
    path = data_folder / "wheat-seeds" / "wheat-seeds.csv"
    if not path.exists():
        pytest.skip("the folder that MICROBP_DATA names has no wheat-seeds/wheat-seeds.csv")

    table = csv(path)

    assert table.X.shape == (210, 7)
    assert table.classes == (1, 2, 3)
    assert np.bincount(table.labels).tolist() == [70, 70, 70]
    assert table.X[0].tolist() == [15.26, 14.84, 0.871, 5.763, 3.312, 2.221, 5.22]
    assert table.X.mean(axis=0)[:2] == pytest.approx([14.847524, 14.559286], abs=1e-6)


# ----------------------------------------------------------------------------------------- broken


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("a,b\n", "has a header and no rows"),
        ("1\n2\n", "has one column with delimiter ','"),
        ("1;2\n3;4\n", "is the delimiter right"),
        ("1,2\n1,2,3\n", "line 2 has 3 cells, line 1 has 2"),
        ("x,y\n\n1,2\n1\n", "line 4 has 1 cells, line 1 has 2"),
        ("1,2,a\n1,two,a\n", "line 2, column 2: 'two' is not a finite number"),
        ("1,2,a\n1,,a\n", "line 2, column 2: '' is not a finite number"),
        ("1,2,a\n1,nan,a\n", "line 2, column 2: 'nan' is not a finite number"),
        ("1,2,a\ninf,2,a\n", "line 2, column 1: 'inf' is not a finite number"),
        ("1,2,a\n1,1e999,a\n", "line 2, column 2: '1e999' is not a finite number"),
        ("1,2,a\n1,1_000,a\n", "line 2, column 2: '1_000' is not a finite number"),
        (f"1,2,a\n1,{'9' * 400},a\n", "line 2, column 2: '9999"),
        ("1,a\n2,\n", "line 2, column 2: the target is ''"),
        ("1,1\n2,NaN\n", "line 2, column 2: the target is 'NaN'"),
        ('1,"a\nb"\nx,a\n', "line 3, column 1: 'x' is not"),
        ('1,2\n"3,4\n', "line 2 is not sound CSV"),
        ('1,2\n"3"3,4\n', "line 2 is not sound CSV"),
        (b"1,2\n1,\xff\n", "line 2 is not UTF-8 text \\(byte ff\\); save it as UTF-8"),
        ("1,2\n".encode("utf-16"), "line 1 is not UTF-8"),
        (",,\n1,2,3\n", "line 1, column 1: '' is not"),
        ("1,2\n1\0,2\n", "line 2"),
        ("1,a\n" + "x" * 200_000 + ",b\n", "line 2"),
    ],
)
def test_the_sentence_names_line_and_column(file, text, sentence):
    path = file(text)

    with pytest.raises(DataError, match=sentence) as caught:
        csv(path)

    assert str(caught.value).startswith(f"csv: {str(path)!r}")
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 200 + len(str(path))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"target": 3}, "has 3 columns; target is 3, pass -3 … 2"),
        ({"target": -4}, "target is -4"),
        ({"target": 1.0}, "target is 1.0; pass an integer"),
        ({"target": "z"}, "has 0 columns named 'z'; its header is 'x', 'y', 'x'"),
        ({"target": "x"}, "has 2 columns named 'x'"),
        ({"target": "x", "header": False}, "has no header to find target 'x' in"),
        ({"delimiter": ""}, "delimiter is ''; pass one character"),
        ({"delimiter": "\n"}, "pass one character"),
        ({"delimiter": None}, "delimiter is None"),
    ],
)
def test_an_argument_that_cannot_be_is_refused(file, options, sentence):
    with pytest.raises(DataError, match=sentence):
        csv(file("x,y,x\n1,2,3\n"), **options)


def test_a_missing_file_and_a_folder_are_refused(tmp_path):
    with pytest.raises(DataError, match="csv: there is no file"):
        csv(tmp_path / "nowhere.csv")
    with pytest.raises(DataError, match="is a folder"):
        csv(tmp_path)


def test_no_damage_raises_anything_but_data_error(file):
    rng = np.random.default_rng(0)
    content = b'"a","b",kind\n' + b"".join(b"%d,%.3f,x%d\n" % (i, i / 7, i % 3) for i in range(20))

    refused = 0
    for _ in range(500):
        damaged = bytearray(content[: rng.integers(len(content) + 1)])
        for _ in range(rng.integers(4)):
            if damaged:
                damaged[rng.integers(len(damaged))] = rng.integers(256)
        try:
            table = csv(file(bytes(damaged)))
        except DataError:
            refused += 1
        else:
            assert np.isfinite(table.X).all()
            assert len(table.X) == len(table.labels)

    assert refused > 100
