"""The translation tools on a small package of their own: what they find, keep, compile and refuse."""

import gettext
from pathlib import Path

import pytest
from django.conf import settings

from nanhu.kernel.translations.catalogues import compile_room, entries, read_catalogue, update
from nanhu.kernel.translations.checks import check
from nanhu.kernel.translations.common import check_common, forget, gather, unsaid
from nanhu.kernel.translations.python_source import read_python
from nanhu.kernel.translations.rooms import Room, common, rooms
from nanhu.kernel.translations.template_source import read_template
from nanhu.kernel.translations.terms import check_across

HERE = Path("here")


@pytest.fixture
def package(tmp_path: Path) -> Path:
    for name, text in {
        "kernel/apps.py": "",
        "kernel/money.py": "_('金额')\n",
        "project/settings.py": "_('简体中文')\n",
        "platforms/people/apps.py": "",
        "platforms/people/models.py": "_('学生')\n_('教师')\n",
        "platforms/people/templates/people/list.html": "<p>{% translate '名单' %}</p>\n",
        "platforms/people/tests/test_it.py": "_('测试')\n",
        "platforms/people/migrations/0001_initial.py": "_('迁移')\n",
        "systems/card/__init__.py": "_('校园卡')\n",
        "emulators/bank.py": "_('银行')\n",
    }.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def people(package: Path) -> Room:
    [room] = rooms([package / "platforms/people"], package=package)
    return room


def test_each_text_belongs_to_the_room_it_stands_in(package: Path) -> None:
    texts = {room.folder.name: sorted(message.text for message in room.read()[0]) for room in rooms(package=package)}
    assert texts == {"kernel": ["简体中文", "金额"], "people": ["名单", "学生", "教师"], "card": ["校园卡"]}


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("platforms", ["people"]),
        ("platforms/people", ["people"]),
        ("platforms/people/templates", ["people"]),
        ("kernel/money.py", ["kernel"]),
        ("", ["kernel", "people", "card"]),
    ],
)
def test_a_path_means_the_rooms_in_it_or_the_room_around_it(package: Path, path: str, names: list[str]) -> None:
    assert [room.folder.name for room in rooms([package / path], package=package)] == names


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("gettext_lazy('甲')", ("甲", None, None)),
        ("from django.utils.translation import gettext as say\nsay('甲')", ("甲", None, None)),
        ("translation.gettext('甲')", ("甲", None, None)),
        ("_('甲'\n  '乙')", ("甲乙", None, None)),
        ("ngettext('%(n)d 条', '%(n)d 条们', n)", ("%(n)d 条", "%(n)d 条们", None)),
        ("pgettext_lazy('card', '甲')", ("甲", None, "card")),
        ("npgettext('card', '甲', '乙', n)", ("甲", "乙", "card")),
    ],
)
def test_it_reads_python(source: str, found: tuple[str, str | None, str | None]) -> None:
    [message] = read_python(HERE, source).messages
    assert (message.text, message.plural, message.context) == found


@pytest.mark.parametrize(
    "source", ["_(f'{n} 条')", "gettext('甲' + x)", "_('%s 条' % n)", "ngettext('{} 条'.format(1), '', 2)"]
)
def test_it_refuses_a_text_put_together_at_run_time(source: str) -> None:
    found = read_python(HERE, f"\n{source}")
    assert [fault.line for fault in found.faults] == [2]
    assert not found.messages


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("\n{% translate '甲' %}", [("甲", None, None, 2)]),
        ('{% translate "甲" context "card" %}', [("甲", None, "card", 1)]),
        ("{% translate '甲' as title %}", [("甲", None, None, 1)]),
        ("{% blocktranslate trimmed %}\n  甲\n  {{ n }} 乙\n{% endblocktranslate %}", [("甲 %(n)s 乙", None, None, 1)]),
        (
            "{% blocktranslate count n=n %}一条{% plural %}{{ n }} 条{% endblocktranslate %}",
            [("一条", "%(n)s 条", None, 1)],
        ),
        ("{% include 'x' with title=_('甲') %}", [("甲", None, None, 1)]),
        ("{{ name|default:_('甲') }}", [("甲", None, None, 1)]),
        ("<c-ui.card title=\"{% translate '甲' %}\" icon='x'>", [("甲", None, None, 1)]),
        (
            "\n<c-ui.card\n :title=\"_('甲')\">\n<c-ui.card :title=\"_('乙')\">",
            [("甲", None, None, 3), ("乙", None, None, 4)],
        ),
        ("{% translate '100% 甲' %}", [("100%% 甲", None, None, 1)]),
        ("{# _('甲') #}<b>_(x)</b>{% comment %}{% translate '甲' %}{% endcomment %}", []),
    ],
)
def test_it_reads_templates(source: str, found: list[tuple[str, str | None, str | None, int]]) -> None:
    result = read_template(HERE, source)
    assert [(m.text, m.plural, m.context, m.line) for m in result.messages] == found
    assert not result.faults


@pytest.mark.parametrize(
    ("source", "lines"),
    [
        ("<p>\n名单</p>", [2]),
        ('<c-ui.card title="名单">', [1]),
        ("{% include 'x' with title='名单' %}", [1]),
        ("{{ name|default:'无' }}", [1]),
        ("<p>名单</p> {# not translated: the school's own word #}", []),
        ("{# not translated in this file: for developers #}\n<p>名单</p>", []),
        ("<!-- 名单\n -->\n<p>甲</p>", [3]),
        ("{# 名单 #}{% comment %}名单{% endcomment %}", []),
    ],
)
def test_it_finds_chinese_that_can_never_be_translated(source: str, lines: list[int]) -> None:
    assert [fault.line for fault in read_template(HERE, source).faults] == lines


def translate(room: Room, **english: str) -> None:
    text = room.catalogue.read_text()
    for chinese, word in english.items():
        text = text.replace(f'msgid "{chinese}"\nmsgstr ""', f'msgid "{chinese}"\nmsgstr "{word}"')
    room.catalogue.write_text(text)


def test_update_keeps_translations_and_puts_old_ones_aside(package: Path) -> None:
    room = people(package)
    assert update(room) == (3, 3)
    translate(room, 学生="Student", 教师="Teacher")
    (package / "platforms/people/models.py").write_text("\n\n_('教师')\n_('职工')\n")
    assert update(room) == (3, 2)
    known = read_catalogue(room.catalogue)
    assert {key[1]: entry.string for key, entry in entries(known).items()} == {
        "名单": "",
        "教师": "Teacher",
        "职工": "",
    }
    assert '#~ msgid "学生"' in room.catalogue.read_text()
    (package / "platforms/people/models.py").write_text("_('学生')\n")
    update(room)
    assert entries(read_catalogue(room.catalogue))[None, "学生"].string == "Student"


def test_moving_lines_does_not_change_the_catalogue(package: Path) -> None:
    room = people(package)
    update(room)
    before = room.catalogue.read_text()
    assert "models.py" in before
    (package / "platforms/people/models.py").write_text("# a line more\n\n_('学生')\n\n_('教师')\n")
    update(room)
    assert room.catalogue.read_text() == before


def test_a_compiled_catalogue_speaks_english(package: Path) -> None:
    room = people(package)
    update(room)
    translate(room, 学生="Student")
    assert compile_room(room)
    assert not compile_room(room)
    with room.catalogue.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.gettext("学生") == "Student"
    assert compiled.gettext("教师") == "教师"


def test_a_complete_room_passes(package: Path) -> None:
    room = people(package)
    update(room)
    translate(room, 学生="Student", 教师="Teacher", 名单="List")
    assert check(room) == []


@pytest.mark.parametrize(
    ("source", "old", "new", "sentence"),
    [
        ("", "", "", "no source says this any more: '学生'"),
        ("_('学生')\n_('甲')", "", "", "not in the catalogue"),
        ("_('学生')", "Student", "", "no English for '学生'"),
        ("_('学生')\n_('Only English')", "", "", "without a Chinese character"),
        ("_('学生')", "学生", "\\xff", "no source says"),
    ],
)
def test_check_refuses(package: Path, source: str, old: str, new: str, sentence: str) -> None:
    room = people(package)
    (package / "platforms/people/models.py").write_text("_('学生')\n")
    update(room)
    translate(room, 学生="Student", 名单="List")
    assert check(room) == []
    (package / "platforms/people/models.py").write_text(source)
    room.catalogue.write_text(room.catalogue.read_text().replace(old, new) if old else room.catalogue.read_text())
    assert any(sentence in fault.sentence for fault in check(room))


@pytest.mark.parametrize(
    ("call", "english", "is_refused"),
    [
        ("_('共 %(n)d 条')", 'msgid "共 %(n)d 条"\nmsgstr "%(n)d rows"', False),
        ("_('共 %(n)d 条')", 'msgid "共 %(n)d 条"\nmsgstr "%(m)d rows"', True),
        ("_('{name} 您好')", 'msgid "{name} 您好"\nmsgstr "Hello"', True),
        ("_('{name} 于 {at}')", 'msgid "{name} 于 {at}"\nmsgstr "at {at}, {name}"', False),
        (
            "ngettext('%(n)d 条', '%(n)d 条', n)",
            'msgid "%(n)d 条"\nmsgid_plural "%(n)d 条"\nmsgstr[0] "one row"\nmsgstr[1] "%(n)d rows"',
            False,
        ),
        (
            "ngettext('%(n)d 条', '%(n)d 条', n)",
            'msgid "%(n)d 条"\nmsgid_plural "%(n)d 条"\nmsgstr[0] "one row"\nmsgstr[1] "rows"',
            True,
        ),
        (
            "ngettext('%(n)d 条', '%(n)d 条', n)",
            'msgid "%(n)d 条"\nmsgid_plural "%(n)d 条"\nmsgstr[0] "one row"\nmsgstr[1] ""',
            True,
        ),
    ],
)
def test_check_compares_placeholders(package: Path, call: str, english: str, is_refused: bool) -> None:
    room = people(package)
    (package / "platforms/people/models.py").write_text(call)
    (package / "platforms/people/templates/people/list.html").unlink()
    room.files = [file for file in room.files if file.suffix == ".py"]
    room.catalogue.parent.mkdir(parents=True)
    room.catalogue.write_text(
        'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Plural-Forms: nplurals=2; plural=(n != 1);\\n"\n\n'
        + english
    )
    assert bool(check(room)) is is_refused


def test_check_refuses_a_file_that_is_no_catalogue(package: Path) -> None:
    room = people(package)
    room.catalogue.parent.mkdir(parents=True)
    room.catalogue.write_text("nonsense\n")
    assert any("not a catalogue" in fault.sentence for fault in check(room))


def rooms_that_say(package: Path, *said: tuple[str, str]) -> list[Room]:
    for name, (text, english) in zip(("platforms/people", "systems/card"), said, strict=True):
        path = package / name / "locale/en/LC_MESSAGES/django.po"
        path.parent.mkdir(parents=True)
        path.write_text(f'msgid ""\nmsgstr "Language: en\\n"\n\nmsgid "{text}"\nmsgstr "{english}"\n')
    return rooms(package=package)


def test_two_rooms_call_one_thing_by_one_english_word(package: Path) -> None:
    faults = check_across(rooms_that_say(package, ("学工号", "Campus number"), ("学工号", "Number")))
    assert [fault.sentence for fault in faults] == ["'学工号' is 'Campus number' here", "'学工号' is 'Number' here"]


def test_a_term_of_the_house_has_its_own_word_in_every_sentence(package: Path) -> None:
    faults = check_across(rooms_that_say(package, ("没有公告", "Nothing new"), ("看公告", "Read the notice")))
    assert [fault.sentence for fault in faults] == ["公告 is called 'notice' everywhere, but not in 'Nothing new'"]


def texts(room: Room) -> dict[str, object]:
    return {key[1]: entry.string for key, entry in entries(read_catalogue(room.catalogue)).items()}


def test_what_two_rooms_say_alike_stands_once_for_all(package: Path) -> None:
    found, shared = rooms_that_say(package, ("状态", "Status"), ("状态", "Status")), common(package)
    assert [fault.sentence for fault in check_common(found, shared)] == [
        "in people as well (run `nanhu translations update`): '状态'"
    ]
    assert gather(found, shared) == 1
    assert texts(shared) == {"状态": "Status"}
    assert [texts(room) for room in found if room.catalogue.exists()] == [{}, {}]
    assert list(check_common(found, shared)) == []
    assert gather(found, shared) == 0


def test_what_two_rooms_say_differently_stays_until_somebody_decides(package: Path) -> None:
    found, shared = rooms_that_say(package, ("状态", "Status"), ("状态", "State")), common(package)
    assert gather(found, shared) == 0
    assert len(check_across([*found, shared])) == 2
    assert len(list(check_common(found, shared))) == 1


def test_a_room_does_not_say_a_common_word_again(package: Path) -> None:
    room, shared = people(package), common(package)
    known = {(None, "学生")}
    update(room, known)
    assert sorted(texts(room)) == ["名单", "教师"]
    translate(room, 教师="Teacher", 名单="List")
    assert check(room, known) == []
    assert [fault.sentence for fault in check(room)] == [
        "not in the catalogue (run `nanhu translations update`): '学生'"
    ]
    assert not shared.catalogue.exists()


def test_a_common_word_that_nobody_says_any_more_goes(package: Path) -> None:
    found, shared = rooms_that_say(package, ("状态", "Status"), ("状态", "Status")), common(package)
    gather(found, shared)
    assert [fault.sentence for fault in unsaid(shared, set())] == ["no source says this any more: '状态'"]
    forget(shared, {(None, "状态")})
    assert texts(shared) == {"状态": "Status"}
    forget(shared, set())
    assert texts(shared) == {}


def test_django_asks_the_common_catalogue_first() -> None:
    assert [common().folder / "locale"] == settings.LOCALE_PATHS
