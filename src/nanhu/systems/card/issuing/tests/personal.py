"""What tests of single cards share: the counter's form, from the application to the plastic."""

import io
import itertools

from PIL import Image

from nanhu.systems.card.issuing.models import CardOrder
from nanhu.systems.card.issuing.tests.conftest import COLLEGE, DESK, at, last_day, look, newest, picture

SCANS = itertools.count(1)
CHIPS = itertools.count(1)


def scan(name: str = "聘任通知.jpg", *, content: bytes = b"") -> io.BytesIO:
    out = io.BytesIO(content)
    if not content:
        Image.new("RGB", (300, 400), "#ffffff").save(out, "JPEG")
        out.seek(0)
    out.name = name
    return out


def portrait() -> io.BytesIO:
    out = io.BytesIO(picture())
    out.name = "face.jpg"
    return out


def shown_form(campus, part: str, address: str) -> dict[str, str]:
    """What stands in the form as it is shown, as a browser would send it back untouched."""
    form = campus.client(part).get(address).context["form"]
    return {
        name: str(field.value() or "")
        for name, field in ((one.name, one) for one in form)
        if name not in {"picture", "proof"}
    }


def visitor(document: str, *, name: str = "访学者", until: str | None = None, category: str = "访问") -> dict[str, str]:
    return {
        "name": name,
        "campus_no": "",
        "sex": "女",
        "document_kind": "居民身份证",
        "document": document,
        "unit": COLLEGE,
        "category": category,
        "phone": "13907305678",
        "valid_until": last_day() if until is None else until,
        "reason": "来校访问一学期",
    }


def apply_at_counter(campus, said: dict[str, str], *, address: str = f"{DESK}personal/") -> CardOrder:
    answer = campus.client("clerk").post(address, said | {"proof": scan(), "picture": portrait()})
    assert answer.status_code == 302, answer.content.decode()
    return newest()


def through_to_plastic(campus, order: CardOrder) -> CardOrder:
    """Approved where that is needed, taken on, made."""
    order.refresh_from_db()
    if order.state == CardOrder.State.SUBMITTED:
        assert campus.client("second_clerk").post(at(order, "approve/")).status_code == 302
    clerk = campus.client("clerk")
    look(campus, order)
    answer = clerk.post(at(order, "accept/"))
    assert answer.status_code == 302, answer.content.decode()
    for row in order.rows.order_by("line"):
        assert (
            clerk.post(at(order, "make/"), {"line": row.line, "uid": f"04C0FFEE00{next(CHIPS):04X}"}).status_code == 302
        )
    order.refresh_from_db()
    return order
