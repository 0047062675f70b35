"""A sum that several owe together (分摊): what a room used, what its people broke. Pure."""

from collections.abc import Iterable


def even_shares(total_fen: int, campus_numbers: Iterable[str]) -> dict[str, int]:
    """Even to the fen; what does not divide goes, a fen each, to the first by number."""
    ordered = sorted(campus_numbers)
    even, over = divmod(total_fen, len(ordered))
    return {number: even + (place < over) for place, number in enumerate(ordered)}
