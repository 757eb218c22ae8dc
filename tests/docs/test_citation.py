"""CITATION.cff follows the Citation File Format 1.2.0 (schema-guide.md), and agrees with the package."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

REQUIRED = {"authors", "cff-version", "message", "title"}
OPTIONAL = set(
    "abstract commit contact date-released doi identifiers keywords license license-url preferred-citation references "
    "repository repository-artifact repository-code type url version".split()
)
PERSON = set(
    "address affiliation alias city country email family-names fax given-names name-particle name-suffix orcid "
    "post-code region tel website".split()
)
ENTITY = set(
    "address alias city country date-end date-start email fax location name orcid post-code region tel website".split()
)
REFERENCE_REQUIRED = {"authors", "title", "type"}
REFERENCE_OPTIONAL = set(
    "abstract collection-title collection-type conference doi end isbn issue journal keywords license month pages "
    "publisher start url version volume year".split()
)


@pytest.fixture(scope="module")
def citation():
    yaml = pytest.importorskip("yaml")
    return yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))


def is_author(author):
    return set(author) <= PERSON or ("name" in author and set(author) <= ENTITY)


def test_it_has_the_required_fields_and_no_unknown_ones(citation):
    assert set(citation) >= REQUIRED
    assert set(citation) <= REQUIRED | OPTIONAL
    assert citation["cff-version"] == "1.2.0"
    assert citation["type"] in ("software", "dataset")


def test_values_have_the_types_of_the_format(citation):
    assert all(isinstance(citation[name], str) for name in ("message", "title", "abstract", "version", "license"))
    assert citation["authors"]
    assert all(map(is_author, citation["authors"]))
    assert len(set(citation["keywords"])) == len(citation["keywords"]) > 0


def test_references_have_the_fields_of_the_format(citation):
    for reference in citation["references"]:
        assert set(reference) >= REFERENCE_REQUIRED
        assert set(reference) <= REFERENCE_REQUIRED | REFERENCE_OPTIONAL
        assert reference["type"] in ("article", "book", "conference-paper", "data", "software")
        assert all(map(is_author, reference["authors"]))
        assert isinstance(reference["year"], int)
        assert "name" in reference["conference"]


def test_it_agrees_with_the_package(citation):
    assert citation["version"] == PROJECT["version"]
    assert citation["license"] == PROJECT["license"]
    assert [author["name"] for author in citation["authors"]] == [author["name"] for author in PROJECT["authors"]]
