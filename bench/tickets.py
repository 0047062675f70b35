"""Run inside a campus: tickets of the newest live session, for the benchmark of ticket checks alone."""

import json
from datetime import timedelta

from bench.cas_flows import SERVICE, TICKETS
from bench.inside import set_up_django


def issue() -> int:
    set_up_django()
    from nanhu.kernel.clock import now
    from nanhu.kernel.configuration import configuration
    from nanhu.platforms.identity.front.randomness import new_ticket
    from nanhu.platforms.identity.models import Application, ServiceTicket, SsoSession
    from nanhu.platforms.identity.services.tickets import hash_of

    application, session = Application.objects.get(key="bench"), SsoSession.objects.filter(ended_at=None).latest("pk")
    tickets = [new_ticket() for _ in range(TICKETS)]
    ServiceTicket.objects.bulk_create(
        ServiceTicket(
            ticket_hash=hash_of(ticket),
            application=application,
            session=session,
            service=SERVICE,
            is_primary=False,
            expires_at=now() + timedelta(minutes=5),
        )
        for ticket in tickets
    )
    (configuration().data_dir / "tickets").write_text("\n".join(tickets))
    return len(tickets)


if __name__ == "__main__":
    print(json.dumps(issue()))
