"""pytest plugin: what every test shares so that it is cheap and judged by what it finds, not by the machine's load.

Passwords are hashed by the weakest parameters Argon2 takes; who tests the hasher asks for `production_hashes`. Hypothesis
has one profile for all: no deadlines and no complaints about a slow or picky generator, the examples of a run are those
of its random order (`-p randomly`), and nothing is remembered from a run before. The signing keys of the campus come from a ring
of a few a process: making one takes up to a second, and a test sees a few at most. Those of partners and impostors do not.
Nothing is done by every worker that one can do for all: each compiles its share of the test modules before all collect them, and
none reads the whole program for constants that Hypothesis might draw (four seconds).
"""

import importlib
import math
import sys
from collections import deque
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock, local
from typing import Any

import pytest
import time_machine
from _pytest import runner
from _pytest.assertion.rewrite import (
    PYC_TAIL,
    _read_pyc,
    _rewrite_test,
    _write_pyc,
    assertstate_key,
    get_cache_dir,
    try_makedirs,
)
from django.db import DEFAULT_DB_ALIAS
from django.template import Context, Template
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, core, settings
from hypothesis.internal.conjecture import providers

from nanhu.kernel import remembered
from nanhu.kernel.call_stack import in_one_piece
from nanhu.kernel.clock import now
from nanhu.kernel.database import away
from nanhu.testing import dated

PROFILE = "nanhu"
CHEAP = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}

settings.register_profile(
    PROFILE,
    deadline=None,
    database=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
        HealthCheck.function_scoped_fixture,
    ],
)
settings.load_profile(PROFILE)
setattr(providers, "is_local_module_file", lambda _file: False)  # noqa: B010  mypy knows no such name


def ring(make: Callable[[], Any], size: int) -> Callable[[], Any]:
    """The first calls make one each; from then on these go round."""
    made: deque[Any] = deque()
    lock = Lock()

    def one() -> Any:
        with lock:
            if len(made) < size:
                made.append(make())
            made.rotate()
            return made[0]

    return one


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """After pytest-randomly has chosen the seed; `--hypothesis-seed` goes first."""
    seed = config.getoption("randomly_seed", None)
    if core.global_force_seed is None and isinstance(seed, int):
        core.global_force_seed = seed  # type: ignore[assignment]  # an untyped None at first


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> object:
    """As pytest's own, on a call stack in one piece."""
    return in_one_piece(runner.pytest_runtest_protocol, item, nextitem)


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Four workers collect in step; in a fresh clone each would compile each module a moment before the others' is there."""
    config = session.config
    worker: dict[str, Any] | None = getattr(config, "workerinput", None)
    if worker is None or config.args_source is not pytest.Config.ArgsSource.TESTPATHS or sys.dont_write_bytecode:
        return
    folders = [config.rootpath / name for name in config.getini("testpaths")]
    files = sorted(file for folder in folders for file in (*folder.rglob("test_*.py"), *folder.rglob("conftest.py")))
    for file in files[int(worker["workerid"].removeprefix("gw")) :: worker["workercount"]]:
        compile_for_pytest(file, config)


def compile_for_pytest(file: Path, config: pytest.Config) -> None:
    """As its import hook does it, which keeps no public door to it (pytest is pinned)."""
    state = config.stash[assertstate_key]
    folder = get_cache_dir(file)
    kept = folder / f"{file.stem}{PYC_TAIL}"
    if try_makedirs(folder) and _read_pyc(file, kept, state.trace) is None:
        source, code = _rewrite_test(file, config)
        _write_pyc(state, code, source, kept)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What speaks of a day or a moment is run on awkward days, too (`make test-dates`, which asks for it by `-m`)."""
    for item in items if "dated" in config.option.markexpr else ():
        if isinstance(item, pytest.Function) and dated.is_dated(item):
            item.add_marker("dated")


@pytest.fixture(autouse=True, scope="session")
def cheap_hashes() -> Iterator[None]:
    from nanhu.platforms.identity.hashing import CampusArgon2Hasher

    with pytest.MonkeyPatch.context() as patch:
        for name, value in CHEAP.items():
            patch.setattr(CampusArgon2Hasher, name, value)
        yield


@pytest.fixture(autouse=True, scope="session")
def pages_of_a_live_server_in_one_piece() -> Iterator[None]:
    """Its threads answer as those of the web processes do (project/wsgi.py)."""
    from django.core.handlers.wsgi import WSGIHandler

    answer = WSGIHandler.__call__

    def answer_in_one_piece(*given: Any) -> Any:
        return in_one_piece(answer, *given)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(WSGIHandler, "__call__", answer_in_one_piece)
        yield


@pytest.fixture(autouse=True, scope="session")
def files_of_a_live_server_are_kept() -> Iterator[None]:
    """A page names thirty files, for which Django looks through the folders of all rooms at each visit of each browser."""
    from django.contrib.staticfiles.handlers import StaticFilesHandler  # Django is ready only now
    from django.core.handlers.wsgi import get_path_info

    from nanhu.testing.kept_files import answer_of

    whole = StaticFilesHandler.__call__

    def answer(handler: Any, environ: dict[str, Any], start_response: Any) -> Any:
        path = get_path_info(environ)
        if not handler._should_handle(path):  # noqa: SLF001 - as Django's own
            return handler.application(environ, start_response)
        kept = answer_of(handler.file_path(path)) if environ["REQUEST_METHOD"] == "GET" else None
        if kept is None:
            return whole(handler, environ, start_response)
        start_response("200 OK", list(kept.headers))
        return [kept.body]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(StaticFilesHandler, "__call__", answer)
        yield


@pytest.fixture(autouse=True, scope="session")
def context_of_a_page_alone(django_test_environment: None) -> Iterator[None]:  # noqa: ARG001 - which says each template
    """What `answer.context` and `answer.templates` hold: of a page's hundred templates the one that was asked for. Django copies the
    context of each for a test, and says to all who listen that it is rendered."""
    client: Any = importlib.import_module("django.test.client")  # its stubs leave the receiver out
    inside = local()

    def keep(store: dict[str, Any], sender: Any, template: Any, context: Any, **_more: Any) -> None:
        if "context" not in store:
            whole(store, sender=sender, template=template, context=context, **_more)

    def rendered(template: Template, context: Context) -> Any:
        if getattr(inside, "a_page", False):
            return template.nodelist.render(context)
        inside.a_page = True
        try:
            return said(template, context)
        finally:
            inside.a_page = False

    whole, said = client.store_rendered_templates, Template._render  # type: ignore[attr-defined]  # noqa: SLF001
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(client, "store_rendered_templates", keep)
        patch.setattr(Template, "_render", rendered)
        yield


@pytest.fixture(autouse=True, scope="session")
def keys_of_a_ring() -> Iterator[None]:
    from nanhu.platforms.identity.protocols.oidc.services import keys as oidc
    from nanhu.platforms.identity.protocols.saml.services import keys as saml
    from nanhu.services.requests import blind

    with pytest.MonkeyPatch.context() as patch:
        for module, name, size in ((oidc, "fresh_key", 12), (saml, "fresh_key", 6), (blind, "new_key", 6)):
            patch.setattr(module, name, ring(getattr(module, name), size))
        yield


@pytest.fixture(autouse=True, scope="session")
def no_source_is_slow() -> Iterator[None]:
    """A loaded machine must not make the portal leave out what took long; who tests that sets the limit himself. A source that asks
    the database nothing costs no savepoint."""
    from nanhu.platforms.portal import guard
    from nanhu.testing.savepoints import savepoint_when_needed

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(guard, "SLOW_SECONDS", math.inf)
        patch.setattr(guard, "_savepoint", savepoint_when_needed)
        yield


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """What the process keeps of the database for some seconds, or that it was away, was another test's; its language another's, too."""
    remembered.forget_all()
    away.noticed.clear()
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def nothing_grows_old_while_queries_are_counted() -> Iterator[None]:
    """What a process keeps for some seconds is read anew in the midst of a test where the machine is slow. Whether the school is
    read-only every request asks: it is known before."""
    from nanhu.kernel import read_only

    enter, leave = CaptureQueriesContext.__enter__, CaptureQueriesContext.__exit__

    def begin(counted: Any) -> Any:
        counted.holding = remembered.held()
        counted.holding.__enter__()
        if counted.connection.alias == DEFAULT_DB_ALIAS:
            read_only.current()
        return enter(counted)

    def end(counted: Any, *raised: Any) -> None:
        leave(counted, *raised)
        counted.holding.__exit__(*raised)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CaptureQueriesContext, "__enter__", begin)
        patch.setattr(CaptureQueriesContext, "__exit__", end)
        yield


@pytest.fixture
def clock_stands() -> Iterator[None]:
    """For waits, limits and retries: however slowly a test runs, none comes due while it looks."""
    with time_machine.travel(now(), tick=False):
        yield


@pytest.fixture
def commits(db: None) -> Iterator[None]:  # noqa: ARG001 - the test's transaction is open first
    """In a test that is rolled back, too, what waits for a commit is done when the program's outermost block ends."""
    from nanhu.testing.commits import commits_happen

    with commits_happen():
        yield


@pytest.fixture
def production_hashes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Argon2 as a school has it, for the tests of the hasher itself."""
    from nanhu.platforms.identity import hashing

    monkeypatch.setattr(hashing.CampusArgon2Hasher, "time_cost", hashing.PASSES)
    monkeypatch.setattr(hashing.CampusArgon2Hasher, "memory_cost", hashing.KIBIBYTES)
    monkeypatch.setattr(hashing.CampusArgon2Hasher, "parallelism", hashing.LANES)
    hashing.nobodys_hash.cache_clear()
    yield
    hashing.nobodys_hash.cache_clear()
