import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _in_chinese():
    """A request leaves its language in the thread; no test inherits another's."""
    with translation.override("zh-hans"):
        yield
