from __future__ import annotations

from dataclasses import fields
from datetime import date

import pytest

from nanhu.sample.dirt import Rates
from nanhu.sample.generate import SampleFiles, generate
from nanhu.sample.truth import Truth, read_truth

TODAY = date(2026, 11, 24)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    """The campus of the demo."""
    return generate(seed=7, people=3_000, out_dir=tmp_path_factory.mktemp("sample"), today=TODAY)


@pytest.fixture(scope="session")
def truth(sample: SampleFiles) -> Truth:
    return read_truth(sample.truth)


@pytest.fixture(scope="session")
def filthy(tmp_path_factory: pytest.TempPathFactory) -> SampleFiles:
    """Ten times as dirty, so that every kind of dirt is met many times."""
    rates = Rates(**{rate.name: min(rate.default * 10, 0.6) for rate in fields(Rates)})
    return generate(seed=3, people=4_000, out_dir=tmp_path_factory.mktemp("filthy"), today=TODAY, rates=rates)
