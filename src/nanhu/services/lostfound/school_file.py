"""What `[lostfound]` of the school's file says."""

from dataclasses import dataclass

from nanhu.kernel.school import school
from nanhu.kernel.ui.words import called


@dataclass(frozen=True, slots=True)
class SchoolFile:
    shows_unreviewed: bool
    """Whether a post that nobody reviewed in time is shown, without photos."""
    desk: str
    """Where the keeping desk is, and when somebody is there."""
    desk_en: str

    @property
    def desk_shown(self) -> str:
        return called(self.desk, self.desk_en)


def school_file() -> SchoolFile:
    table = school().table("lostfound")
    table.only({"shows_unreviewed", "desk", "desk_en"})
    return SchoolFile(
        shows_unreviewed=table.yes("shows_unreviewed", usual=False),
        desk=table.text("desk", ""),
        desk_en=table.text("desk_en", ""),
    )
