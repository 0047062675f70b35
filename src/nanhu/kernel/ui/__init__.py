"""The look (界面): one design system for every room.

Owns the layouts (ui/page.html, ui/bare.html, ui/console.html), the components (<c-ui.…>), the palette and its themes, the mark,
the error pages and the living catalogue at /ui/. Knows no room: what stands in the bars is handed in through `ui.shell`.
"""
