"""What people are told of bookings."""

from nanhu.kernel.registry import message_templates, worded

message_templates.add(
    worded("venues.booking", "service", "venues:book:booking", public_id="booking"),
    worded("venues.work", "task", "venues:book:venue", public_id="venue"),
    worded("venues.kept", "task", "venues:desk:booking", public_id="booking"),
    worded("venues.above", "task", "venues:book:above", public_id="booking"),
    worded("venues.drawn", "service", "venues:book:draw", public_id="draw"),
    worded("venues.draw_waits", "task", "venues:desk:kept_draw", public_id="draw"),
    worded("venues.turn", "service", "venues:book:mine"),
)
