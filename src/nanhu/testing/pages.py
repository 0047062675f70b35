"""What every page of a console is tested for: a room says who may be there and how rows come to be, and writes none of these tests.

class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, campus): ...      # a client that may open the console
    @pytest.fixture
    def stranger(self, campus): ...    # one that may not; not asked for where the console `is_for_everybody`
    def fill(self, count): ...         # makes so many rows; none where a room has no lists
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from html import unescape
from http import HTTPStatus
from typing import Any, ClassVar, Literal
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils.translation import override

from nanhu.kernel.intake import DISCARDED
from nanhu.kernel.kit import Action, Console, FormPage, Page
from nanhu.kernel.kit.bulk import Bulk
from nanhu.kernel.kit.listings import Listing
from nanhu.kernel.kit.pages import Download, Lookup, PressedDownload, names_in
from nanhu.kernel.kit.requests import SIGNED_IN
from nanhu.kernel.proposals import TAKEN_BACK, WITHDRAWN
from nanhu.kernel.tests.counting import queries_of
from nanhu.testing.structure import structure_faults

MOST_QUERIES = 20
MANY = 60
"""More than one page of a list."""
RUBBISH = "?page=-1&sort=-password&sort=%00&q=%27%22%3C%25&at_from=32.13.&show=%E4%B8%8D&export=exe&state=nonsense&columns=nonsense"
KEPT = '<input type="hidden" name="columns" value="nonsense">'
"""What a filter bar sends along of it."""
ODD_FIELD = "?suggest=nonsense&nonsense=x"
PROGRAM = "application/json"
"""What a program asks for, and a browser never."""
TOKENS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[A-Za-z0-9]{32,}")


def without_tokens(page: str) -> str:
    """The page but for UUIDs and CSRF tokens: a short word that is not to stand there may be spelled by one of them."""
    return TOKENS.sub("", page)


NOBODY = "0b9d9c4e-7a55-4f3e-9f0a-2a4b6c8d0e1f"
SORTS = re.compile(r'href="\?(?:[^"]*&amp;)?sort=([^"&]+)"')
"""The columns by which a list offers to be ordered."""
ELSEWHERE = re.compile(r'href="(\?(?:[^"]*&amp;)?(?:sort|page)=[^"]*)"')
"""Another order or another page of the same list."""
RUNS = re.compile(r'(?:^|,)"?[\s\u3000\u200b]*[=\uff1d@\uff0b+]', re.MULTILINE)

type Kind = Literal["page", "form", "download", "other"]


def kind_of(page: Page) -> Kind:
    if type(page) is Page:
        return "page"
    return "form" if isinstance(page, FormPage) else "download" if isinstance(page, Download) else "other"


def empty_words(listed: object) -> list[str]:
    """What a page says of its list without rows."""
    if not isinstance(listed, Listing) or listed.page.object_list or listed.is_narrowed or listed.empty is None:
        return []
    return [str(said) for said in (listed.empty.title, listed.empty.text) if said]


def has_filter_bar(listed: object) -> bool:
    return isinstance(listed, Listing) and listed.filters is not None and bool(listed.filters.shown_fields)


def assert_usable(answer: Any) -> None:
    """By who cannot see it, where it is a page."""
    if not answer.streaming and answer.status_code != HTTPStatus.FOUND:
        assert structure_faults(answer.content.decode()) == []


@contextmanager
def alone(page: Page) -> Iterator[None]:
    """What a look at one page wrote is gone before the next; a failure names its page."""
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    except Exception as error:
        error.add_note(f"at the page {page.name}")
        raise


class PageTests:
    """Subclassed by a room; collected there alone."""

    desk: ClassVar[Console]
    is_for_everybody: ClassVar[bool] = False
    """Whoever is signed in may come; who is not is led to the sign-in."""
    pytestmark = pytest.mark.slow
    """Each test walks all pages of the console: people and rows are made once for all of them."""

    def of_kind(self, kind: Kind) -> list[Page]:
        return [page for page in self.open_pages() if kind_of(page) == kind]

    def open_pages(self) -> list[Page]:
        """Those whose address needs no record."""
        pressed = (Action, Bulk, PressedDownload)
        return [page for page in self.desk.pages.values() if not names_in(page.path) and not isinstance(page, pressed)]

    def is_open_to_all(self, page: Page) -> bool:
        return page.roles == SIGNED_IN and page.allows is None and bool(self.desk.roles)

    def fill(self, count: int) -> None:
        """Rooms with lists make rows here."""

    @pytest.mark.django_db
    def test_a_stranger_is_told_that_there_is_no_such_page(self, request: pytest.FixtureRequest) -> None:
        """The first page as a browser asks, which gets a whole page of refusal; the others as a program does, whom the same views
        and the same gates refuse in a few words: half of what a refusal costs."""
        stranger = Client() if self.is_for_everybody else request.getfixturevalue("stranger")
        for number, page in enumerate(page for page in self.desk.pages.values() if not self.is_open_to_all(page)):
            if number == 1:
                stranger.defaults["HTTP_ACCEPT"] = PROGRAM
            with alone(page):
                address = address_of(page)
                answer = stranger.get(address)
                if self.is_for_everybody:
                    assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/sign-in")
                else:
                    assert answer.status_code == 404
                    assert stranger.post(address, {}).status_code == 404

    def test_who_may_reads_every_page_in_both_languages_and_who_cannot_see_it_as_well(self, holder: Client) -> None:
        """Empty in the one language, with rows in the other; no rubbish in the address does harm."""
        for page in self.of_kind("page"):
            with alone(page):
                self.read_whole(page, holder, "en")
        self.fill(1)
        for page in self.of_kind("page"):
            with alone(page):
                self.read_whole(page, holder, "zh-hans")
                odd = holder.get(page.address() + RUBBISH)
                assert odd.status_code == 200
                assert not has_filter_bar(odd.context.get("list")) or KEPT in odd.content.decode()
                assert holder.get(page.address() + ODD_FIELD).status_code == 404
        for page in self.of_kind("other"):
            with alone(page):
                assert_usable(holder.get(page.address()))

    def read_whole(self, page: Page, holder: Client, language: str) -> None:
        answer: Any = holder.get(page.address(), headers={"accept-language": language})
        assert answer.status_code == 200
        text: str = answer.content.decode()
        assert structure_faults(text) == []
        with override(language):
            assert [said for said in empty_words(answer.context.get("list")) if said not in unescape(text)] == []
        if not self.is_open_to_all(page):  # what is stands beside the console, often without its section bar
            assert 'class="section"' in text
            assert all(tab.label == "" or str(tab.url) in text for tab in answer.context["frame"].tabs)

    def test_many_rows_cost_no_more_queries_than_one(self, holder: Client) -> None:
        pages = self.of_kind("page")
        self.fill(1)
        few = {page.name: self.queries(holder, page) for page in pages}
        self.fill(MANY)
        for page in pages:
            many = self.queries(holder, page)
            assert len(many) <= MOST_QUERIES, f"{page.name}: " + "\n".join(many)
            assert len(many) <= len(few[page.name]) + 2, f"{page.name}: " + "\n".join(many)
            with alone(page):
                links = ELSEWHERE.findall(holder.get(page.address(), {"columns": "nonsense"}).content.decode())
                assert [link for link in links if "columns=nonsense" not in link] == []

    def queries(self, holder: Client, page: Page) -> list[str]:
        found: list[str] = []
        with alone(page):
            found = queries_of(holder, page.address())
        return found  # noqa: RET504 - past the block, which could swallow an error for all that mypy knows

    def test_what_it_hands_out_cannot_run(self, holder: Client) -> None:
        self.fill(1)
        for page in self.of_kind("page"):
            with alone(page):
                shown = holder.get(page.address(), headers={"accept-language": "en"})
                assert shown.status_code == 200
                offered = SORTS.findall(shown.content.decode())
                for kind, sort in [("csv", ""), *(("csv", sort) for sort in offered), ("xlsx", "")]:
                    answer = holder.get(page.address(), {"export": kind, "sort": sort})
                    assert answer.status_code == 200
                    if "attachment" not in answer.get("Content-Disposition", ""):
                        break  # a page that hands nothing out shows itself
                    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
                    assert content
                    assert "no-store" in answer["Cache-Control"]
                    if kind == "csv":
                        assert not RUNS.search(content.decode("utf-8-sig"))

    def test_a_download_is_a_file_that_nobody_keeps(self, holder: Client) -> None:
        for page in self.of_kind("download"):
            with alone(page):
                answer = holder.get(page.address())
                assert answer.status_code == 200
                assert "attachment" in answer["Content-Disposition"]
                assert "no-store" in answer["Cache-Control"]

    def test_an_empty_form_is_refused_where_it_was_filled_in(self, holder: Client) -> None:
        self.fill(1)
        for page in self.of_kind("form"):
            assert isinstance(page, FormPage)
            with alone(page):
                shown, answer = holder.get(page.address()), holder.post(page.address(), {})
                assert shown.status_code == 200
                assert 'name="form_token"' in shown.content.decode()
                if any(field.required for field in page.form_class().fields.values()):
                    assert answer.status_code == 422
                    assert 'role="alert"' in answer.content.decode()
                assert_usable(shown)
                assert_usable(answer)

    def test_a_record_that_is_not_there_is_not_found(self, holder: Client) -> None:
        named = [page for page in self.desk.pages.values() if names_in(page.path) and page.subject is not None]
        for number, page in enumerate(page for page in named if not isinstance(page, Lookup)):
            if number == 1:  # as above
                holder.defaults["HTTP_ACCEPT"] = PROGRAM
            with alone(page):
                ask = holder.post if isinstance(page, (Action, PressedDownload)) else holder.get
                assert ask(address_of(page)).status_code == 404


class OneDutyPageTests(PageTests):
    """Of a desk that two duties share, whose roles nobody holds together: each walks the pages of his own."""

    role: ClassVar[str]

    def open_pages(self) -> list[Page]:
        return [page for page in super().open_pages() if self.role in page.roles]


class ProposalTests(PageTests):
    """Of a console with a `desk.proposals`: a room adds a second holder and a case that waits.

    @pytest.fixture
    def second(self, campus): ...      # another client that may open the console

    `seen`: what its page says to have shown, where something may come to a case while it waits.
    """

    seen: ClassVar[str] = ""

    def submitted(self, client: Client) -> str:
        """The address of a case of this client that waits for the second person; the only one."""
        raise NotImplementedError

    def stands_under(self, client: Client, address: str) -> set[str]:
        """The states under which the list shows it: as views, or as a choice of filters of its own."""
        shown = client.get(address).context
        frame = shown["frame"]
        above = frame.crumbs[-1].url if frame.crumbs else frame.home
        name = "show" if "show" in client.get(above).context["list"].filters.form.fields else "state"
        lists = {one: client.get(above, {name: one}).content.decode() for one in type(shown["case"]).State.values}
        return {one for one, page in lists.items() if f'href="{address}"' in page}

    def test_its_author_does_not_decide_it_and_another_refuses_with_a_reason_only(
        self, holder: Client, second: Client
    ) -> None:
        address = self.submitted(holder)
        assert "approve/" not in holder.get(address).content.decode()
        for what in ("approve", "refuse"):
            assert holder.post(f"{address}{what}/", {"answer": "x"}).status_code == 409
        assert holder.post(f"{address}refuse/", {"answer": f" {WITHDRAWN}"}).status_code == 422
        page = second.get(address)
        assert "approve/" in page.content.decode()
        assert structure_faults(page.content.decode()) == []
        assert [tab.count for tab in page.context["frame"].tabs if tab.waits] == [1]
        [waits] = self.stands_under(second, address)
        assert second.post(address + "refuse/", {"answer": " "}).status_code == 422
        assert second.post(address + "refuse/", {"answer": "名单不全"}).status_code == 302
        assert waits not in self.stands_under(second, address), "and in the list where it stands now"
        assert "名单不全" in holder.get(address).content.decode()
        assert second.post(address + "approve/").status_code == 409

    def test_its_author_alone_takes_it_back_and_nobody_decides_it_any_more(
        self, holder: Client, second: Client
    ) -> None:
        address = self.submitted(holder)
        if "withdraw" not in self.desk.pages:
            ends = type(holder.get(address).context["case"]).State.values
            assert {TAKEN_BACK, DISCARDED} & set(ends), "only a kind with an end of its own for that does without"
            return
        assert "withdraw/" in holder.get(address).content.decode()
        assert "withdraw/" not in second.get(address).content.decode()
        assert second.post(f"{address}withdraw/").status_code in {403, 409}
        assert "approve/" in second.get(address).content.decode(), "it waits as before"
        assert holder.post(f"{address}withdraw/").status_code == 302
        page = second.get(address).content.decode()
        assert ("已撤回" in page, "已过期" in page, "approve/" in page) == (True, False, False)
        for who in (holder, second):
            assert who.post(f"{address}withdraw/").status_code in {403, 409}
        assert second.post(address + "approve/").status_code == 409

    def test_another_approves_it_once(self, holder: Client, second: Client) -> None:
        address = self.submitted(holder)
        assert second.post(address + "approve/", {"seen": self.seen}).status_code == 302
        assert second.post(address + "approve/", {"seen": self.seen}).status_code == 409
        for client in (holder, second):
            assert len(queries_of(client, address)) <= MOST_QUERIES
            assert structure_faults(client.get(address).content.decode()) == []


class IntakeTests(ProposalTests):
    """Of a console with a `desk.intake`: from the file on. A room adds files.

    `good` and `faulty` are texts of a file, `said` what else its form asks for.
    """

    good: ClassVar[str]
    faulty: ClassVar[str]
    said: Mapping[str, Any]

    def hand_in(self, client: Client, text: str, token: str = "") -> Any:
        file = SimpleUploadedFile("list.csv", text.encode())
        said = {**self.said, "token": token or str(uuid4()), "file": file}
        return client.post(self.desk.address("new"), said)

    def submitted(self, client: Client) -> str:
        address: str = self.hand_in(client, self.good)["Location"]
        assert client.post(address + "submit/").status_code == 302
        return address

    def test_one_wrong_line_is_told_by_its_column_and_nothing_is_kept(self, holder: Client) -> None:
        answer = self.hand_in(holder, self.faulty)
        page = answer.content.decode()
        assert answer.status_code == 422
        faults = answer.context["error"].facts["faults"]
        assert {fault.line for fault in faults} == {faults[0].line}
        assert all(fault.what in page and fault.column in page for fault in faults)
        assert structure_faults(page) == []
        assert holder.get(self.desk.home()).context["list"].page.paginator.count == 0

    def test_a_file_sent_twice_is_one_list(self, holder: Client) -> None:
        token = str(uuid4())
        first, again = (self.hand_in(holder, self.good, token)["Location"] for _twice in range(2))
        assert first == again

    def test_it_is_discarded_by_its_author_alone_and_refused_by_another_with_a_reason(
        self, holder: Client, second: Client
    ) -> None:
        address: str = self.hand_in(holder, self.good)["Location"]
        assert "discard/" not in second.get(address).content.decode()
        assert second.post(address + "discard/").status_code == 409
        assert second.post(address + "refuse/", {"answer": ""}).status_code == 422
        assert second.post(address + "refuse/", {"answer": "重复了"}).status_code == 302
        assert "重复了" in holder.get(address).content.decode()
        again: str = self.hand_in(holder, self.good)["Location"]
        assert holder.post(again + "discard/").status_code == 302

    def test_who_approved_it_sees_how_far_it_is(self, holder: Client, second: Client) -> None:
        address = self.submitted(holder)
        second.post(address + "approve/")
        assert second.get(address).context["progress"] is not None


def address_of(page: Page) -> str:
    named = re.findall(r"<(?:(\w+):)?(\w+)>", page.path)
    return page.address(**{name: 0 if kind == "int" else NOBODY for kind, name in named})
