"""Run inside a campus: reports each card lost whose chip number comes by a line, and says when it began to."""

import sys
import time

from bench.inside import set_up_django


def serve() -> None:
    set_up_django()
    from nanhu.kernel.actors import Actor
    from nanhu.systems.card.models import Card
    from nanhu.systems.card.services.loss import report_lost

    by = Actor.system("bench")
    Card.objects.first()
    print("ready", flush=True)
    for line in sys.stdin:
        card = Card.objects.get(uid=line.strip())
        begun = time.time()
        report_lost(by=by, card=card, reason="bench")
        print(begun, flush=True)


if __name__ == "__main__":
    serve()
