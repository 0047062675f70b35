"""Roll-backs (回滚) of lists of posts: what a list appointed is withdrawn as a whole, by two (kernel.rollbacks)."""

from collections.abc import Sequence
from uuid import UUID

from nanhu.kernel import audit, rollbacks
from nanhu.kernel.actors import Actor
from nanhu.kernel.clock import campus_today, now
from nanhu.platforms.people.errors import PostsTouchedError
from nanhu.platforms.people.models import Post, PostList, PostRollback
from nanhu.platforms.people.posts.services import facts_of, publish_end


def ask(*, by: Actor, token: UUID, batch: PostList, reason: str) -> PostRollback:
    return rollbacks.ask(PostRollback, by=by, token=token, batch=batch, reason=reason, check=standing)


def agree(*, by: Actor, rollback: PostRollback) -> int:
    """Gives how many posts it withdrew. What was decided meanwhile by who held them stays decided."""
    return rollbacks.agree(by=by, rollback=rollback, undo=lambda batch, reason: withdraw(by, standing(batch), reason))


def standing(batch: PostList) -> list[Post]:
    """Its posts, locked; not once one was ended, is over, or stands in another because records were merged."""
    rows = Post.objects.select_for_update(of=("self",)).select_related("office", "unit")
    posts = list(rows.filter(pk__in=batch.rows.values("post")).order_by("pk"))
    touched = [one for one in posts if one.withdrawn_at or one.ended_by_name or one.last < campus_today()]
    if touched:
        raise PostsTouchedError(post=str(touched[0]), count=len(touched))
    return posts


def withdraw(by: Actor, posts: Sequence[Post], reason: str) -> int:
    """As if they had not been given; whoever heard that one began hears that it ended."""
    for post in posts:
        post.withdrawn_at, post.ended_by_name, post.why_ended = now(), by.name, reason
        post.save(update_fields=["withdrawn_at", "ended_by_name", "why_ended"])
        audit.record(
            by=by, action="people.end_post", target=f"post:{post.public_id}", reason=reason, facts=facts_of(post)
        )
        publish_end(post)
    return len(posts)
