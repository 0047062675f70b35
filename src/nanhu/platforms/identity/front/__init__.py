"""The front (门面): answers in the web process itself the two requests that make up nearly all of CAS.

`Front` stands before Django. A signed-in browser that comes for a ticket, and an application that asks what it is worth,
are answered by one function of sql/identity_front_*.sql each. Whatever is not plainly that, or not plainly granted, goes to Django
untouched. What holds of the one must hold of the other: tests/test_front_equals_django.py. docs/rooms/identity-fast-path.md
"""

from nanhu.platforms.identity.front.application import Front

__all__ = ["Front"]
