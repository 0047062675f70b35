"""A sign-in in words: its browser (设备) and what was proved. Enough for its owner to know it again."""

from collections.abc import Sequence

from nanhu.kernel.ui import words

in_words = words.browser


def ways_in_words(methods: Sequence[str]) -> str:
    return words.ways([method for method in methods if method in words.WAYS])
