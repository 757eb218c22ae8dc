"""The split by films: reviews of one film stay together, nothing is lost."""

import numpy as np
import pandas as pd
import pytest

from benchmarks.studies.film_split import HELD_BACK, TRAINING, clusters_of, held_back, main


def reviews(films, each):
    """Each review names two of its film's three people, in words that all of them share."""
    choose = np.random.default_rng(0)
    consonants, vowels = list("bdfgklmnprstv"), list("aeiou")

    def name():
        return "".join(choose.choice(consonants) + choose.choice(vowels) for _ in range(4)).capitalize()

    people = [[name() for _ in range(3)] for _ in range(films)]
    film = np.repeat(np.arange(films), each)
    texts = [
        "I liked {} in it.<br />But then {} was good too, in London.".format(
            *choose.choice(people[one], 2, replace=False)
        )
        for one in film
    ]
    return texts, film


@pytest.mark.slow
def test_reviews_of_a_film_stay_together():
    texts, film = reviews(40, 12)
    clusters = clusters_of(texts, clusters=40, numbers=30)
    held = held_back(clusters, 0.25)
    assert 0.25 <= held.mean() < 0.4
    shares = np.array([held[film == one].mean() for one in range(40)])
    assert np.mean((shares == 0) | (shares == 1)) > 0.8
    np.testing.assert_array_equal(clusters_of(texts, clusters=40, numbers=30), clusters)


@pytest.mark.slow
def test_the_parts_have_all_rows_as_they_were(tmp_path, monkeypatch, capsys):
    texts, film = reviews(40, 12)
    table = pd.DataFrame({"review": texts, "sentiment": np.where(film % 2, "positive", "negative"), "film": film})
    table.to_csv(tmp_path / "reviews.csv", index=False)
    monkeypatch.setattr("benchmarks.studies.film_split.clusters_of", lambda given: film.astype(np.int32))
    main([str(tmp_path / "reviews.csv"), "--out", str(tmp_path / "out"), "--share", "0.1"])
    parts = [pd.read_csv(tmp_path / "out" / name) for name in (TRAINING, HELD_BACK)]
    assert [len(part) for part in parts] == [432, 48]
    both = pd.concat(parts).sort_values(["film", "review"], ignore_index=True)
    pd.testing.assert_frame_equal(both, table.sort_values(["film", "review"], ignore_index=True))
    assert not set(parts[0]["film"]) & set(parts[1]["film"])
    assert capsys.readouterr().out.endswith("held_back.csv: 48 reviews\n")
