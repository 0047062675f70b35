"""Calls that go together (group commit): what arrives while one call is under way goes as the next one, all in one.

WRITTEN = Together(lambda records: [...], most=64)  # one answer for each
is_written = WRITTEN(record)  # waits until the call that carried it is back
is_written = await TogetherInLoop(...)(record)  # the same in an event loop
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from threading import Lock
from time import monotonic, sleep


class Turn[Item, Answer]:
    """`led`: what its thread has to carry, itself first. `gate` is shut until it is called."""

    def __init__(self, item: Item) -> None:
        self.item = item
        self.gate = Lock()
        self.answer: Answer | None = None
        self.fault: BaseException | None = None
        self.led: list[Turn[Item, Answer]] = []


class Together[Item, Answer]:
    """Of the threads that wait some lead, no more than `at_once`: each carries what has come in meanwhile, and hands the lead on.
    Calls begin `apart` seconds one after another, where so many come: what they have in common is paid once for more of them."""

    def __init__(
        self,
        carry: Callable[[Sequence[Item]], Sequence[Answer]],
        *,
        most: int,
        at_once: int = 1,
        apart: float = 0.0,
    ) -> None:
        self.carry, self.most, self.at_once, self.apart = carry, most, at_once, apart
        self.last = -apart
        self.lock = Lock()
        self.waiting: deque[Turn[Item, Answer]] = deque()
        self.leaders = 0

    def __call__(self, item: Item) -> Answer:
        turn: Turn[Item, Answer] = Turn(item)
        turn.gate.acquire()  # another thread opens it
        with self.lock:
            if self.may_lead():
                self.leaders += 1
                turn.led = [turn]
            else:
                self.waiting.append(turn)
        if not turn.led:
            turn.gate.acquire()
        if turn.led:
            self.lead(turn.led)
        if turn.fault is not None:
            raise turn.fault
        return turn.answer  # type: ignore[return-value]  # the lead has carried it

    def lead(self, turns: list[Turn[Item, Answer]]) -> None:
        if (early := self.last + self.apart - monotonic()) > 0:
            sleep(early)
        with self.lock:
            turns += self.taken(self.most - len(turns))
            self.last = monotonic()
        try:
            answers = self.carry([turn.item for turn in turns])
            for turn, answer in zip(turns, answers, strict=True):
                turn.answer = answer
        except BaseException as error:  # noqa: BLE001  raised in each thread that waits for it
            for turn in turns:
                turn.fault = error
        self.hand_on()
        for turn in turns[1:]:
            turn.gate.release()

    def hand_on(self) -> None:
        """To who has waited longest, with all that wait; or to whoever leads besides."""
        with self.lock:
            self.leaders -= 1
            turns = self.taken(self.most) if self.waiting and self.may_lead() else []
            self.leaders += bool(turns)
        if turns:
            turns[0].led = turns
            turns[0].gate.release()

    def may_lead(self) -> bool:
        """Asked with the lock held. Where nobody leads, always: none waits for ever."""
        return not self.leaders or (self.leaders < self.at_once and monotonic() - self.last >= self.apart)

    def taken(self, most: int) -> list[Turn[Item, Answer]]:
        return [self.waiting.popleft() for _each in range(min(most, len(self.waiting)))]


class TogetherInLoop[Item, Answer]:
    """The same among the tasks of one event loop. A call begins at once where none is under way; where calls take longer than `apart` seconds,
    another begins beside them, up to `at_once`."""

    def __init__(
        self,
        carry: Callable[[Sequence[Item]], Awaitable[Sequence[Answer]]],
        *,
        most: int,
        at_once: int = 1,
        apart: float = 0.0,
    ) -> None:
        self.carry, self.most, self.at_once, self.apart = carry, most, at_once, apart
        self.waiting: deque[tuple[Item, asyncio.Future[Answer]]] = deque()
        self.under_way: set[asyncio.Task[None]] = set()
        self.next: asyncio.Handle | None = None
        self.last = 0.0

    def __call__(self, item: Item) -> asyncio.Future[Answer]:
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self.waiting.append((item, future))
        if self.next is None:
            self.plan()
        return future

    def plan(self) -> None:
        """When the next call begins: not before what the loop has ready has come in."""
        if self.next is not None:
            self.next.cancel()
            self.next = None
        if not self.waiting or len(self.under_way) >= self.at_once:
            return
        loop = asyncio.get_running_loop()
        if self.under_way:
            self.next = loop.call_at(self.last + self.apart, self.begin)
        else:
            self.next = loop.call_soon(self.begin)

    def begin(self) -> None:
        self.next = None
        loop = asyncio.get_running_loop()
        self.last = loop.time()
        taken = [self.waiting.popleft() for _each in range(min(self.most, len(self.waiting)))]
        task = loop.create_task(self.go(taken))
        self.under_way.add(task)
        task.add_done_callback(self.back)
        self.plan()

    async def go(self, taken: Sequence[tuple[Item, asyncio.Future[Answer]]]) -> None:
        try:
            answers = await self.carry([item for item, _future in taken])
            for (_item, future), answer in list(zip(taken, answers, strict=True)):  # none of them where one is missing
                if not future.done():  # whoever asked may be gone
                    future.set_result(answer)
        except Exception as error:  # noqa: BLE001  raised in each task that waits for it
            for _item, future in taken:
                if not future.done():
                    future.set_exception(error)
        finally:
            for _item, future in taken:
                future.cancel()  # where this task was

    def back(self, task: asyncio.Task[None]) -> None:
        self.under_way.discard(task)
        self.plan()
