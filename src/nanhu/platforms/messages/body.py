"""The body of a notice: written as Markdown, shown as clean HTML. Rendered at reading time, so that the policy of
today also holds for what was written yesterday."""

import re
from typing import Final

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

_ALLOWED: Final = {
    "p",
    "br",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "strong",
    "em",
    "s",
    "blockquote",
    "hr",
    "a",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "code",
}
_STRONG: Final = re.compile(r"\*\*(?=[^\s*])([^\n]*?[^\s*])\*\*(?!\*)")


def strong(state: StateInline, silent: bool) -> bool:
    """**重点。**后文: CommonMark's rule for closing looks for spaces, which Chinese does not put after a full stop."""
    found = _STRONG.match(state.src, state.pos, state.posMax)
    if found is None:
        return False
    if not silent:
        end = state.posMax
        state.push("strong_open", "strong", 1).markup = "**"
        state.pos, state.posMax = found.span(1)
        state.md.inline.tokenize(state)
        state.posMax = end
        state.push("strong_close", "strong", -1).markup = "**"
    state.pos = found.end()
    return True


_WRITTEN = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
_WRITTEN.inline.ruler.before("emphasis", "strong", strong)
# Office texts are indented by spaces; they mean a paragraph, not program code. Pictures would come from other hosts.
_WRITTEN.disable(["code", "image", "html_block", "html_inline"])


def body_html(source: str) -> SafeString:
    """Markdown → HTML that holds no script, style, picture or foreign form; headings begin below the page's title."""
    html = _WRITTEN.render(source.replace("\x00", "")).replace("<h1>", "<h2>").replace("</h1>", "</h2>")
    clean = nh3.clean(
        html,
        tags=_ALLOWED,
        attributes={"a": {"href", "title"}, "ol": {"start"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel="noopener noreferrer nofollow",
    )
    return mark_safe(clean)  # noqa: S308 - cleaned in the line above
