"""The plugin of the executable manual, on test suites made for the purpose."""

from pathlib import Path

import pytest

from nanhu.kernel import manual

pytest_plugins = ["pytester"]

CATALOGUE = "".join(
    f'[[capability]]\nid = "{key}"\nwhat = "{what}"\nmodule = "m"\nmanual = "1"\nclauses = ["one", "two"]\n'
    'zh.what = "行"\nzh.clauses = ["一", "二"]\n'
    for key, what in (("A001", "一卡通"), ("A002", "公告"), ("A003", "登录"))
)
SUITE = """
    import pytest

    @pytest.mark.capability("A001.1")
    def test_holds(): pass

    @pytest.mark.capability("A001.1", "A002.2")
    @pytest.mark.parametrize("n", [1, 2])
    def test_one_of_two_fails(n): assert n == 1

    def test_names_no_row(): assert False
"""
PLAIN = ("-p", "xdist.plugin", "-p", "nanhu.testing.manual_plugin", "-p", "no:cacheprovider")


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(
        "PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"
    )  # what else is installed takes a second and a half to load
    pytester.makeini("[pytest]\nmanual_catalogue = rows.toml\n")
    pytester.path.joinpath("rows.toml").write_text(CATALOGUE, encoding="utf-8")

    def run(suite: str, *arguments: str) -> tuple[pytest.RunResult, dict[str, dict[str, str]]]:
        pytester.makepyfile(test_suite=suite)
        result = pytester.runpytest_subprocess(*PLAIN, "--manual-report", "report.json", *arguments)
        target = Path(pytester.path, "report.json")
        clauses = manual.read_report(target) if target.exists() else {}
        return result, {row: {t.nodeid.partition("::")[2]: t.outcome for t in tests} for row, tests in clauses.items()}

    return run


@pytest.mark.parametrize(
    "workers", [(), ("-n", "2"), ("-n", "2", "--dist", "loadgroup")], ids=["alone", "xdist", "groups"]
)
def test_it_records_every_test_of_a_row_and_its_outcome(run, workers):
    _, rows = run(SUITE, *workers)
    assert rows == {
        "A001.1": {
            "test_holds": "passed",
            "test_one_of_two_fails[1]": "passed",
            "test_one_of_two_fails[2]": "failed",
        },
        "A002.2": {"test_one_of_two_fails[1]": "passed", "test_one_of_two_fails[2]": "failed"},
    }


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_it_refuses_an_unknown_row_at_collection(run, workers):
    result, rows = run('import pytest\n@pytest.mark.capability("A999")\ndef test_it(): pass\n', *workers)
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*no clause of the user manual is called A999*"])
    assert rows == {}


@pytest.mark.parametrize("key", ["A001", "A001.3", "A001.0"])
def test_it_refuses_a_mark_for_a_whole_row_or_for_a_clause_that_is_none(run, key):
    result, rows = run(
        f'import pytest\n@pytest.mark.capability("A002.1", "{key}")\ndef test_it(): pass\n', "--collect-only"
    )
    assert result.ret != 0
    told = "name the clauses that the test holds (A001.1 …)" if key == "A001" else f"no clause*is called {key}"
    result.stdout.fnmatch_lines([f"*{told}*"])
    assert rows == {}


def test_it_refuses_a_mark_for_what_stands_as_open(run, pytester):
    pytester.path.joinpath("rows.toml").write_text(CATALOGUE + 'open.2 = ["why", "为什么"]\n', encoding="utf-8")
    result, rows = run('import pytest\n@pytest.mark.capability("A003.2")\ndef test_it(): pass\n', "--collect-only")
    assert result.ret != 0
    result.stdout.fnmatch_lines(["*A003.2 stands as open in the catalogue*"])
    assert rows == {}


def test_it_refuses_a_mark_without_a_row(run):
    result, _ = run("import pytest\n@pytest.mark.capability\ndef test_it(): pass\n")
    result.stdout.fnmatch_lines(["*no clause of the user manual is called (none)*"])


def test_a_mark_on_a_module_or_a_class_counts(run):
    _, rows = run(
        'import pytest\npytestmark = pytest.mark.capability("A001.1")\n'
        '@pytest.mark.capability("A002.1")\nclass TestAll:\n    def test_in(self): pass\n'
    )
    assert rows == {"A001.1": {"TestAll::test_in": "passed"}, "A002.1": {"TestAll::test_in": "passed"}}


def test_a_failing_fixture_or_tear_down_is_a_failure(run):
    _, rows = run("""
        import pytest

        @pytest.fixture
        def before(): raise RuntimeError

        @pytest.fixture
        def after():
            yield
            raise RuntimeError

        @pytest.mark.capability("A001.1")
        def test_before(before): pass

        @pytest.mark.capability("A002.1")
        def test_after(after): pass
    """)
    assert rows == {"A001.1": {"test_before": "failed"}, "A002.1": {"test_after": "failed"}}


def test_a_skip_is_kept_as_a_skip(run):
    _, rows = run('import pytest\n@pytest.mark.skip\n@pytest.mark.capability("A001.1")\ndef test_it(): pass\n')
    assert rows == {"A001.1": {"test_it": "skipped"}}


def test_a_test_that_never_came_back_is_not_forgotten(run):
    _, rows = run("""
        import pytest

        @pytest.mark.capability("A001.1")
        def test_first(): pytest.exit("the power is out")

        @pytest.mark.capability("A002.1")
        def test_second(): pass
    """)
    assert rows["A002.1"] == {"test_second": "not run"}
    assert rows["A001.1"]["test_first"] != "passed"


def test_a_killed_worker_breaks_its_row(run):
    _, rows = run(
        "import os, pytest\n"
        '@pytest.mark.capability("A001.1")\ndef test_dies(): os._exit(9)\n'
        '@pytest.mark.capability("A002.1")\ndef test_lives(): pass\n',
        "-n",
        "2",
    )
    assert rows == {"A001.1": {"test_dies": "failed"}, "A002.1": {"test_lives": "passed"}}
