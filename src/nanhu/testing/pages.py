"""What every page of a console is tested for: a room says who may be there and how rows come to be, and writes none of these tests.

class TestPages(PageTests):
    desk = desk

    @pytest.fixture
    def holder(self, campus): ...      # a client that may open the console
    @pytest.fixture
    def stranger(self, campus): ...    # one that may not
    def fill(self, count): ...         # makes so many rows; none where a room has no lists
"""

import re
from typing import Any, ClassVar

import pytest
from django.test import Client

from nanhu.kernel.kit import Action, Console, FormPage, Page
from nanhu.kernel.kit.pages import Lookup, names_in
from nanhu.kernel.kit.requests import SIGNED_IN
from nanhu.kernel.tests.counting import queries_of
from nanhu.testing.structure import structure_faults

MOST_QUERIES = 20
MANY = 60
"""More than one page of a list."""
RUBBISH = "?page=-1&sort=-password&sort=%00&q=%27%22%3C%25&at_from=32.13.&show=%E4%B8%8D&export=exe&state=nonsense"
NOBODY = "0b9d9c4e-7a55-4f3e-9f0a-2a4b6c8d0e1f"
RUNS = re.compile(r'(?:^|,)"?[\s\u3000\u200b]*[=\uff1d@\uff0b+]', re.MULTILINE)


class PageTests:
    """Subclassed by a room; collected there alone."""

    desk: ClassVar[Console]

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Each test gets the pages of its kind by name."""
        kinds: dict[str, list[Page]] = {
            "page": [page for page in self.open_pages() if type(page) is Page],
            "form_page": [page for page in self.open_pages() if isinstance(page, FormPage)],
            "shown_page": self.open_pages(),
            "any_page": list(self.desk.pages.values()),
        }
        for name, pages in kinds.items():
            if name in metafunc.fixturenames:
                metafunc.parametrize(name, pages, ids=[page.name for page in pages])

    def open_pages(self) -> list[Page]:
        """Those whose address needs no record."""
        found = [page for page in self.desk.pages.values() if not names_in(page.path) and not isinstance(page, Action)]
        return [page for page in found if page.roles != SIGNED_IN or not self.desk.roles]

    def fill(self, count: int) -> None:
        """Rooms with lists make rows here."""

    def test_a_stranger_is_told_that_there_is_no_such_page(self, any_page: Page, stranger: Client) -> None:
        if any_page.roles == SIGNED_IN and self.desk.roles:
            pytest.skip("open to everybody who is signed in")
        address = address_of(any_page)
        assert stranger.get(address).status_code == 404
        assert stranger.post(address, {}).status_code == 404

    def test_who_may_is_let_in_in_both_languages(self, page: Page, holder: Client) -> None:
        for language in ("zh-hans", "en"):
            answer = holder.get(page.address(), headers={"accept-language": language})
            assert answer.status_code == 200
            text = answer.content.decode()
            assert text.count("<h1>") == 1
            assert 'class="section"' in text
            assert all(tab.label == "" or str(tab.url) in text for tab in answer.context["frame"].tabs)

    def test_who_cannot_see_it_can_use_it(self, shown_page: Page, holder: Client) -> None:
        self.fill(1)
        answers = [holder.get(shown_page.address())]
        if isinstance(shown_page, FormPage):
            answers.append(holder.post(shown_page.address(), {}))
        for answer in answers:
            if not answer.streaming:
                assert structure_faults(answer.content.decode()) == []

    def test_rubbish_in_the_address_does_no_harm(self, page: Page, holder: Client) -> None:
        self.fill(1)
        assert holder.get(page.address() + RUBBISH).status_code == 200

    def test_many_rows_cost_no_more_queries_than_one(self, page: Page, holder: Client) -> None:
        self.fill(1)
        few = queries_of(holder, page.address())
        self.fill(MANY)
        many = queries_of(holder, page.address())
        assert len(many) <= MOST_QUERIES, "\n".join(many)
        assert len(many) <= len(few) + 2, "\n".join(many)

    @pytest.mark.parametrize("kind", ["csv", "xlsx"])
    def test_what_it_hands_out_cannot_run(self, page: Page, holder: Client, kind: str) -> None:
        self.fill(1)
        answer = holder.get(page.address(), {"export": kind})
        assert answer.status_code == 200
        if "attachment" not in answer.get("Content-Disposition", ""):
            return  # a page that hands nothing out shows itself
        content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        assert content
        assert "no-store" in answer["Cache-Control"]
        if kind == "csv":
            assert not RUNS.search(content.decode("utf-8-sig"))

    def test_an_empty_form_is_refused_where_it_was_filled_in(self, form_page: FormPage, holder: Client) -> None:
        shown = holder.get(form_page.address())
        assert shown.status_code == 200
        assert 'name="form_token"' in shown.content.decode()
        if any(field.required for field in form_page.form_class().fields.values()):
            refused = holder.post(form_page.address(), {})
            assert refused.status_code == 422
            assert 'role="alert"' in refused.content.decode()

    def test_a_record_that_is_not_there_is_not_found(self, any_page: Page, holder: Client) -> None:
        if not names_in(any_page.path) or any_page.subject is None or isinstance(any_page, Lookup):
            pytest.skip("names no record")
        answer = (
            holder.post(address_of(any_page), {}) if isinstance(any_page, Action) else holder.get(address_of(any_page))
        )
        assert answer.status_code == 404


def address_of(page: Page) -> str:
    arguments: dict[str, Any] = dict.fromkeys(names_in(page.path), NOBODY)
    return page.address(**arguments)
