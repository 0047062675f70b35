from django import template

from nanhu.kernel.money import format_yuan

register = template.Library()


@register.filter
def yuan(fen: int) -> str:
    return format_yuan(int(fen))


@register.filter
def signed_yuan(fen: int) -> str:
    return format_yuan(int(fen), signed=True)
