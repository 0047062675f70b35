"""What a rule would do before it holds (影响范围): how many gain and lose by it, and some of them by name."""

from collections.abc import Collection
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from nanhu.kernel.kit.people import PersonLine, person_lines
from nanhu.kernel.registry import Text

GAINS, LOSES, UNCHANGED = _("得到这项权限"), _("失去这项权限"), _("没有变化")


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What the `preview` of a form gives; "kit/form.html" shows it. `gaining`, `losing`: ids of persons, some as examples. The words
    say what is counted, `note` how."""

    gain_count: int
    lose_count: int
    unchanged_count: int
    gaining: Collection[int] = ()
    losing: Collection[int] = ()
    gains: Text = GAINS
    loses: Text = LOSES
    unchanged: Text = UNCHANGED
    note: Text = ""

    @property
    def examples(self) -> list[tuple[Text, list[PersonLine]]]:
        """Of each side that has some; all are looked up at once."""
        named = person_lines({*self.gaining, *self.losing})
        sides = ((_("新增权限的人，例如"), self.gaining), (_("失去权限的人，例如"), self.losing))
        return [(title, [named[one] for one in ids if one in named]) for title, ids in sides if ids]
