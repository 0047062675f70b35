"""Where the manual says that machines stand (§5.4.7, §5.4.11), the sample's map shows one, with its state."""

import pytest

from nanhu.platforms.terminals.sample import set_up_kiosks
from nanhu.sample.machines import DORMITORIES, machines
from nanhu.systems.card.tests.conftest import SYSTEM, bring_in_the_cast

pytestmark = pytest.mark.django_db
LOAD = ("南院一食堂", "南院二食堂", "东院三食堂", "北院食堂", "南院15号楼一楼", "东院1号教学楼一楼")
REISSUE = ("东院1号教学楼门口", "南院15号楼内")


@pytest.mark.capability("A140.1")
def test_each_place_of_the_manual_is_on_the_map_with_its_state():
    campus = bring_in_the_cast()
    set_up_kiosks(by=SYSTEM, kiosks=machines())
    floors = [f"{yard}{one}栋宿舍一楼" for yard, (_l, count, *_s) in DORMITORIES.items() for one in range(1, count + 1)]
    for kind, places in (("load_kiosk", (*LOAD, *floors)), ("reissue_kiosk", REISSUE)):
        answer = campus.client("student").get(f"/card/machines/?kind={kind}")
        sites = {site.kiosk.terminal.place: site for site, _mark, _state in answer.context["sites"]}
        assert set(sites) == set(places)
        page = answer.content.decode()
        for place, site in sites.items():
            spot = page.partition(f'<a href="#{site.kiosk.terminal.number}">')[2].partition("</a>")[0]
            assert place in spot
            assert "失去联系" in spot, "nothing was heard of it yet"
