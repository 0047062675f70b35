"""Each paper that a room declares: set from its sample, with all its fonts in it, so that it looks the same wherever it is printed."""

import pytest

from nanhu.kernel.printing.papers import papers
from nanhu.kernel.printing.services import PREVIEW_NUMBER, preview
from nanhu.kernel.printing.tests.reading import ran, text_of
from nanhu.kernel.school import school

pytestmark = [pytest.mark.slow, pytest.mark.django_db]


@pytest.mark.parametrize("paper", list(papers), ids=lambda paper: paper.key)
def test_it_is_set_with_its_fonts_in_it(paper):
    pdf = preview(paper, None)
    text = text_of(pdf)
    assert school().name in text
    assert PREVIEW_NUMBER in text
    assert "\ufffd" not in text
    lines = ran(["pdffonts", "-"], pdf).decode().splitlines()[2:]
    embedded = [line.split()[-5] for line in lines]
    assert embedded
    assert set(embedded) == {"yes"}
    assert (b"<pdfaid:part>2</pdfaid:part>" in pdf) == paper.is_archival
