"""Periodic jobs of requests: ends what nobody rated, tells of broken promises, forgets by age, mixes anonymous rows, tells the data centre."""

from nanhu.kernel.jobs import job
from nanhu.services.requests.publishing import publish_operators, publish_requests
from nanhu.services.requests.services import anonymous, answering, crew_lists, dispatching, reminding, working


@job("requests.close_overdue", every="12 2 * * *")
def close_overdue() -> int:
    return working.close_overdue()


@job("requests.forget_phones", every="22 2 * * *")
def forget_phones() -> int:
    return working.forget_phones()


@job("requests.tell_late", every="*/5 * * * *")
def tell_late() -> int:
    return reminding.tell_late()


@job("requests.forget_words", every="52 2 * * *")
def forget_words() -> int:
    return reminding.forget_words()


@job("requests.dispatch", every="*/15 * * * *")
def dispatch() -> int:
    return dispatching.dispatch_waiting()


@job("requests.take_crew_list")
def take_crew_list(batch_id: int) -> None:
    crew_lists.take_list(batch_id=batch_id)


@job("requests.forget_crew_lists", every="32 2 * * *")
def forget_crew_lists() -> int:
    return crew_lists.forget_lines()


@job("requests.find_handlers", every="2 4 * * *")
def find_handlers() -> int:
    return answering.find_handlers()


@job("requests.mix", every="32 3 * * *")
def mix() -> int:
    return anonymous.mix()


@job("requests.publish", every="42 * * * *")
def publish() -> int:
    return publish_requests() + publish_operators()
