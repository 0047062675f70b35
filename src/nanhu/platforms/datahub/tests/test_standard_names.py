"""English pages say the names of the standard's code tables in English."""

from pathlib import Path

import pytest
from django.utils.translation import override

from nanhu.kernel.translations.messages import has_chinese
from nanhu.kernel.ui import words
from nanhu.platforms.datahub import codes, standard_names
from nanhu.platforms.datahub.shared import names
from nanhu.platforms.datahub.shared.declarations import Field, shared_tables
from nanhu.platforms.datahub.shared.feeds import feeds

TABLES = ("person_category", "staff_status", "student_status", "unit_kind", "document_kind")


def names_of(table: str) -> set[str]:
    lines = (Path(codes.__file__).parent / "standard" / f"{table}.tsv").read_text("utf-8").splitlines()
    return {line.split("\t")[1] for line in lines if not line.startswith(("#", "code\t"))}


@pytest.mark.parametrize("table", TABLES)
def test_every_name_of_a_code_table_has_english(table: str) -> None:
    assert names_of(table) <= {str(name) for name in standard_names.NAMES}
    with override("en"):
        assert [name for name in names_of(table) if has_chinese(words.term(name))] == []
    assert words.term("留学生") == "留学生"


def test_every_name_of_a_shared_table_has_english() -> None:
    said = [
        text
        for table in shared_tables().values()
        for text in (
            table.name,
            table.owner,
            *table.purposes,
            *(word for one in table.fields for word in words_of(one)),
        )
    ]
    said += [text for feed in feeds() for text in (feed.office, feed.title)]
    assert set(said) <= {str(name) for name in names.NAMES}
    with override("en"):
        assert [text for text in said if has_chinese(words.term(text))] == []


def words_of(field: Field) -> list[str]:
    return [field.label, *field.codes.values(), *filter(None, [field.unit])]
