"""What a card costs (工本费): by class and by how many the holder had. The school's file says it in [card.fees]."""

from dataclasses import dataclass

from nanhu.kernel.school import school

ORDINARY_FEN = 2000
AGAIN_FEN = 2000
TEMPORARY_EMPLOYEE = "临聘"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeTable:
    """`first_fen` is for ordinary cards of others than 临聘; everybody else's first card is free (ruling 5)."""

    first_fen: int
    again_fen: int


def fee_table() -> FeeTable:
    table = school().table("card.fees")
    table.only({"ordinary_fen", "again_fen"})
    return FeeTable(first_fen=table.whole("ordinary_fen", ORDINARY_FEN), again_fen=table.whole("again_fen", AGAIN_FEN))


def fee_fen(card_class: str, category: str, earlier: int) -> int:
    if earlier > 0:
        return fee_table().again_fen
    is_free = card_class in {"student", "teacher"} or category == TEMPORARY_EMPLOYEE
    return 0 if is_free else fee_table().first_fen
