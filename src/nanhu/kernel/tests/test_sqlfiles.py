"""Each SQL function stands in one file of its own name, and what the database runs is what stands there."""

import re
from pathlib import Path

import pytest
from django.db import connection

import nanhu
from nanhu.kernel import sqlfiles

SOURCE = Path(nanhu.__file__).parent
FOLDERS = sorted(path for path in SOURCE.rglob("sql") if path.is_dir())
FILES = [path for folder in FOLDERS for path in sqlfiles.function_files(folder)]
CREATE = re.compile(r"^CREATE\b.*?\bFUNCTION (\w+)", re.MULTILINE)


def test_there_are_functions_to_hold():
    assert len(FILES) > 50


def test_a_file_holds_the_function_of_its_name_and_no_other():
    assert {path.stem: CREATE.findall(path.read_text(encoding="utf-8")) for path in FILES} == {
        path.stem: [path.stem] for path in FILES
    }


def test_each_function_stands_once_in_the_house():
    names = [path.stem for path in FILES]
    assert sorted(names) == sorted(set(names))


@pytest.mark.django_db
def test_the_database_holds_these_functions_and_no_others():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
            " WHERE n.nspname = 'public' AND proname !~ '^procrastinate_'"
            " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
        )
        assert sorted(name for (name,) in cursor.fetchall()) == sorted(path.stem for path in FILES)


@pytest.mark.django_db
def test_each_body_names_only_what_exists():
    """Migrations make functions before the tables of later rooms; here all are made again with their bodies checked."""
    with connection.cursor() as cursor:
        for path in FILES:
            cursor.execute(path.read_text(encoding="utf-8").replace("%", "%%"), [])


def test_each_room_has_one_initial_migration():
    """The program is unreleased: what changes is changed in it, and nothing is migrated from."""
    folders = [path.parent for path in SOURCE.rglob("migrations/__init__.py")]
    found = {folder: sorted(path.name for path in folder.glob("0*.py")) for folder in folders}
    assert len(found) > 20
    more = {folder.parent.name: names[1:] for folder, names in found.items() if names != ["0001_initial.py"]}
    assert more == {"people": ["0002_posts.py"]}, "lists of posts name accounts, and accounts name people"
