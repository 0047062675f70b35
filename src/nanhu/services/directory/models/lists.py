"""What a unit hands in as a file: its head, with how many rows it has."""

from collections.abc import Mapping

from django.db import models

from nanhu.kernel.intake import IntakeBatch


class RowList(IntakeBatch):
    row_count = models.IntegerField()

    class Meta:
        abstract = True

    @property
    def size(self) -> int:
        return self.row_count

    def facts(self) -> Mapping[str, object]:
        return {"count": self.row_count}
