"""What a rule would do before it holds (影响范围): how many gain and lose by it, and some of them by name."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit.people import PersonLine, person_lines
from nanhu.kernel.registry import Text

EXAMPLES = 20
GAINS, LOSES, UNCHANGED = _("得到这项权限"), _("失去这项权限"), _("没有变化")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What the `preview` of a form gives; "kit/form.html" shows it. `gaining`, `losing`: ids of persons, the first of whom are named. The
    words say what is counted, `note` how."""

    gaining: Sequence[int]
    losing: Sequence[int]
    unchanged_count: int
    gains: Text = GAINS
    loses: Text = LOSES
    unchanged: Text = UNCHANGED
    note: Text = ""

    @property
    def gain_count(self) -> int:
        return len(self.gaining)

    @property
    def lose_count(self) -> int:
        return len(self.losing)

    @property
    def examples(self) -> list[tuple[Text, list[PersonLine]]]:
        """Of each side that has some; all are looked up at once."""
        gaining, losing = self.gaining[:EXAMPLES], self.losing[:EXAMPLES]
        named = person_lines({*gaining, *losing})
        sides = ((_("新增权限的人，例如"), gaining), (_("失去权限的人，例如"), losing))
        return [(title, [named[one] for one in ids if one in named]) for title, ids in sides if ids]
