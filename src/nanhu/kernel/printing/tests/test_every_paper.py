"""Each paper that a room declares: set from its sample, with all its fonts in it, so that it looks the same wherever it is printed."""

import pytest
from django.urls import get_resolver

from nanhu.kernel.printing.papers import papers
from nanhu.kernel.printing.services import PREVIEW_NUMBER, preview
from nanhu.kernel.printing.tests.reading import ran, text_of
from nanhu.kernel.school import school

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


def test_each_is_set_with_its_fonts_in_it():
    assert get_resolver().url_patterns, "what declares papers beside its pages is loaded with them"
    for paper in papers:
        pdf = preview(paper, None)
        text = text_of(pdf)
        assert school().name in text, paper.key
        assert PREVIEW_NUMBER in text, paper.key
        assert "\ufffd" not in text, paper.key
        lines = ran(["pdffonts", "-"], pdf).decode().splitlines()[2:]
        assert lines, paper.key
        assert {line.split()[-5] for line in lines} == {"yes"}, paper.key
        assert (b"<pdfaid:part>2</pdfaid:part>" in pdf) == paper.is_archival, paper.key
