"""The study of few labels: what is held out, what is trained with, what is not measured twice."""

import csv
import types

import pytest

import sentiment_fast as sf
from benchmarks.studies import few_labels
from benchmarks.studies.few_labels import AS_IT_IS, FURTHER, SCRATCH, Cell, cells_of, main, read_domain, study, table
from benchmarks.studies.scoring_memory import save_small_model
from sentiment_fast.errors import DataError

SLOW_FIXTURES = {"model"}  # it needs PyTorch
SIDES = {"positive": "wonderful", "negative": "dreadful"}


@pytest.fixture
def shops(tmp_path):
    """A file of 80 labelled rows, of which 20 are copies, and two rows that do not count."""
    path = tmp_path / "shops.csv"
    rows = [(f"{SIDES[label]} shop {number}", label) for number in range(30) for label in SIDES]
    copies = [(f"{text.upper()} !!", label) for text, label in rows[:20]]
    others = [("a shop", "neutral"), ("a street", "")]
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("review", "sentiment"), *rows, *copies, *others])
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return str(save_small_model(tmp_path_factory.mktemp("model")))


@pytest.fixture
def trained(model):
    """Takes the place of `sf.train`: the number of rows and the options of each call, and a model of any kind."""
    calls = []

    def train(data, **options):
        calls.append((len(data[0]), options))
        return types.SimpleNamespace(scorer=lambda: sf.load(model))

    train.calls = calls
    return train


def test_copies_of_a_text_are_on_one_side_and_count_once(shops):
    domain = read_domain(shops, 20)
    assert (len(domain.held_out), len(domain.others)) == (20, 40)
    keys = [{text.lower().strip(" !") for text in part["review"]} for part in (domain.held_out, domain.others)]
    assert not keys[0] & keys[1]
    assert set(domain.others["sentiment"]) == set(SIDES)


def test_the_same_rows_are_held_out_whatever_the_order_of_the_file(shops, tmp_path):
    lines = shops.read_text("utf-8").splitlines()[:61]  # no copies: the first one in a file is kept
    turned = tmp_path / "turned.csv"
    turned.write_text("\n".join([lines[0], *reversed(lines[1:])]) + "\n", "utf-8")
    found = [read_domain(path, 20).held_out["review"].str.lower().str.strip(" !").tolist() for path in (shops, turned)]
    assert found[0] == found[1]


def test_fewer_rows_are_the_first_of_more_with_the_same_seed_and_others_with_another(shops):
    domain = read_domain(shops, 20)
    few, more, others = (domain.sample(*given)["review"].tolist() for given in ((8, 0), (30, 0), (30, 1)))
    assert more[:8] == few
    assert len(set(more)) == 30
    assert others != more


def test_a_file_with_too_few_rows_to_hold_out_is_an_error(shops):
    with pytest.raises(DataError, match=r"shops.csv: expected positive and negative rows .* got 60 different texts"):
        read_domain(shops, 60)


def test_a_size_that_a_domain_has_too_few_rows_for_is_left_out(shops, capsys):
    cells = [cell for _, cell in cells_of([read_domain(shops, 20)], [10, 100], 2)]
    assert [(cell.start, cell.rows, cell.seed) for cell in cells] == [
        (AS_IT_IS, 0, 0),
        *[(start, 10, seed) for seed in (0, 1) for start in (FURTHER, SCRATCH)],
    ]
    assert "shops: has 40 rows to train with: 100 are left out" in capsys.readouterr().err


def test_both_trainings_get_the_same_rows_and_only_one_the_model(shops, model, trained):
    study([read_domain(shops, 20)], [10], 1, model, None, trained)
    (further_rows, further), (scratch_rows, scratch) = trained.calls
    assert further_rows == scratch_rows == 10
    assert further["init"] == model
    assert "init" not in scratch


def test_a_finished_cell_is_not_repeated(shops, model, trained, tmp_path):
    domains = [read_domain(shops, 20)]
    first = study(domains, [10], 1, model, tmp_path / "out", trained)
    assert len(trained.calls) == 2
    assert study(domains, [10], 1, model, tmp_path / "out", trained) == first
    assert len(trained.calls) == 2
    study(domains, [10, 20], 1, model, tmp_path / "out", trained)
    assert [rows for rows, _ in trained.calls[2:]] == [20, 20]


def test_the_table_has_the_mean_and_the_range_over_the_seeds():
    cells = [Cell("shops", "", AS_IT_IS, 0, 0, 0.7)]
    for seed, (further, scratch) in enumerate([(0.8, 0.5), (0.9, 0.6)]):
        cells.append(Cell("shops", "", FURTHER, 200, seed, further, seconds=1.0))
        cells.append(Cell("shops", "", SCRATCH, 200, seed, scratch, seconds=2.0))
    row = [cell.strip() for cell in table(cells)[2].split("|")[1:-1]]
    assert row == [
        "shops", "200", "70.0%", "85.0% (80.0% to 90.0%)", "55.0% (50.0% to 60.0%)", "1.0", "2.0"
    ]  # fmt: skip


def test_files_of_the_same_name_have_rows_of_their_own():
    cells = [
        Cell("shops", digest, start, rows, 0, share)
        for digest, share in (("1", 0.6), ("2", 0.7))
        for start, rows in ((AS_IT_IS, 0), (FURTHER, 50), (SCRATCH, 50))
    ]
    assert [line.split("|")[3].strip() for line in table(cells)[2:]] == ["60.0%", "70.0%"]


@pytest.mark.parametrize("option", ["--rows", "--seeds", "--held-out"])
def test_a_number_below_1_is_refused(shops, option, capsys):
    with pytest.raises(SystemExit, match="2"):
        main(["--data", str(shops), option, "0"])
    assert "expected a whole number of 1 or more, got 0" in capsys.readouterr().err


def test_without_files_and_without_their_folder_the_message_says_what_to_name(monkeypatch, capsys):
    monkeypatch.delenv(few_labels.TEST_DATA, raising=False)
    assert main([]) == 2
    assert f"name them with --data, or their folder in ${few_labels.TEST_DATA}" in capsys.readouterr().err


@pytest.mark.slow
def test_a_small_model_is_trained_further_and_from_scratch(shops, tmp_path, monkeypatch, capsys):
    sizes = {"hidden_size": 8, "embedding_size": 8, "ngram_bits": 10}
    texts = [f"{word} film {number}" for number in range(40) for word in SIDES.values()]
    base = tmp_path / "base"
    sf.train((texts, list(SIDES) * 40), preset="fast", epochs=1, set=sizes, validation="0.25").save(base)
    monkeypatch.setitem(few_labels.OPTIONS[SCRATCH], "set", sizes)
    given = ["--data", str(shops), "--rows", "32", "--seeds", "1", "--held-out", "20", "--model", str(base)]
    assert main(given) == 0
    assert capsys.readouterr().out.splitlines()[2].startswith("| shops | 32 |")
