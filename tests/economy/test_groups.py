"""Which worker takes a test: all of a file the same one, all of a shared campus the same one, and those begin."""

import json

import pytest

pytest_plugins = ["pytester"]
TOLD = """
import json, os, pytest
@pytest.fixture(scope="session")
def campus(): yield
@pytest.fixture(autouse=True)
def told(request):
    with open({path!r}, "a") as file:
        file.write(json.dumps([os.environ["PYTEST_XDIST_WORKER"], request.node.nodeid]) + "\\n")
"""
PLAIN = (
    "-p",
    "nanhu.testing.groups_plugin",
    "-p",
    "no:django",
    "-p",
    "no:cacheprovider",
    "-n",
    "2",
    "--dist",
    "loadgroup",
)


@pytest.mark.slow
def test_what_is_shared_stays_on_one_worker_and_begins(pytester: pytest.Pytester):
    path = pytester.path / "told"
    pytester.makeconftest(TOLD.format(path=str(path)))
    alone = "import pytest\n@pytest.mark.parametrize('n', range(8))\ndef test_alone(n): pass\n"
    files = {f"test_{letter}": alone for letter in "abcd"}
    files |= {f"test_{letter}": alone.replace("(n)", "(n, campus)") for letter in "yz"}
    pytester.makepyfile(**files)
    assert pytester.runpytest_subprocess(*PLAIN).ret == pytest.ExitCode.OK
    told = [json.loads(line) for line in path.read_text().splitlines()]
    workers: dict[str, set[str]] = {}
    for worker, nodeid in told:
        workers.setdefault(nodeid.partition("::")[0], set()).add(worker)
    assert {len(found) for found in workers.values()} == {1}
    assert workers["test_y.py"] == workers["test_z.py"]
    of_shared = [nodeid for worker, nodeid in told if {worker} == workers["test_y.py"]]
    assert [nodeid[:6] for nodeid in of_shared[:16]].count("test_a") == 0
    assert {nodeid[5] for nodeid in of_shared[:16]} == {"y", "z"}
