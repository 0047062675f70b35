"""What the sharing API refuses, as its callers are told."""

from django.utils.translation import gettext_lazy as _

from nanhu.platforms.openapi.api import ApiError, UsedUpTodayError


class ProductUnknownError(ApiError):
    """Also where it is there and not granted, or granted no more."""

    code = "product_unknown"
    http_status = 404
    sentence = _("没有这个数据产品，或者没有给这家单位的授权。")


class GrantExpiredError(ApiError):
    """Of its own grant, which nobody ended: what it holds, and where it stopped, is good for the next one."""

    code = "grant_expired"
    http_status = 403
    sentence = _("授权已于 {day} 到期，请学校续签；手里的 next 留着，续签以后从那里接着读，什么也不会漏。")


class CursorRefusedError(ApiError):
    code = "cursor_refused"
    http_status = 422
    sentence = _(
        "since 要是上一页的 next，limit 是 1 到 5000，format 是 json、ndjson、csv 或 parquet，as_of 是过去的一个时刻。"
    )


class PastRefusedError(ApiError):
    code = "past_refused"
    http_status = 403
    sentence = _("授权里没有这么早的数据。")


class DailyRowsError(UsedUpTodayError):
    code = "daily_rows_used_up"
    sentence = _("今天按这份授权给出的行数已到上限，明天再读，或者请学校改授权。")
