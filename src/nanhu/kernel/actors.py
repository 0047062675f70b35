"""Who does a thing: the first argument of every write."""

from dataclasses import dataclass, field, replace

from django.http import Http404, HttpRequest


@dataclass(frozen=True, slots=True)
class Actor:
    """A person signed in (`account_id`) or a part of the program (None), with the address and browser it came from."""

    account_id: int | None
    name: str
    address: str = ""
    browser: str = field(default="", compare=False)

    @classmethod
    def system(cls, name: str) -> "Actor":
        return cls(account_id=None, name=f"system:{name}")


def actor_of(request: HttpRequest) -> Actor:
    """The actor behind a request; anonymous visitors have no account."""
    user = getattr(request, "user", None)
    address, browser = request.META.get("REMOTE_ADDR", ""), request.META.get("HTTP_USER_AGENT", "")[:300]
    if user is None or not user.is_authenticated:
        return Actor(account_id=None, name="anonymous", address=address, browser=browser)
    return Actor(account_id=user.pk, name=str(user), address=address, browser=browser)


def person_at(request: HttpRequest) -> Actor:
    """The person who is signed in, under the name that stands on receipts and in the audit: 经办人 周敏."""
    return replace(actor_of(request), name=request.viewer.name)  # type: ignore[attr-defined]  # set by identity


def account_of(by: Actor) -> int:
    """Of a person who answers for the action, never a part of the program."""
    if by.account_id is None:
        raise Http404
    return by.account_id
