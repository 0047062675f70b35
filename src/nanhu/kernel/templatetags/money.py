from django import template

from nanhu.kernel.money import format_yuan, yuan_in_words

register = template.Library()


@register.filter
def yuan(fen: int) -> str:
    return format_yuan(int(fen))


@register.filter
def yuan_words(fen: int) -> str:
    """叁拾元整: as a sum is written out where money is taken."""
    return yuan_in_words(int(fen))
