"""How a request goes through its steps: who may answer now, what an answer changes, when all is said. Pure.

A step is passed when its mode is satisfied; a request is approved when every step is. A no ends the request at once and
is therefore not here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from kaoqin.approvals.words import Answer, Mode

SAID_YES = frozenset({Answer.YES, Answer.CARRIED})


@dataclass(frozen=True)
class Seat:
    """A place at a step: whose it is, what was said, and by whom (a delegate answers for somebody)."""

    who: int
    answer: Answer = Answer.NONE
    by: int | None = None

    @property
    def agreed(self) -> bool:
        return self.answer in SAID_YES

    @property
    def people(self) -> frozenset[int]:
        """Who is bound by the answer: whose seat it is, and who clicked."""
        return frozenset({self.who} | ({self.by} if self.by else set()))


@dataclass(frozen=True)
class Step:
    """The seats of a step in their order, and how they decide. Consents bind nobody for the step after (`binds`)."""

    mode: Mode
    seats: tuple[Seat, ...]
    binds: bool = True

    @property
    def passed(self) -> bool:
        """Whether the mode is satisfied; a step without seats never is."""
        if self.mode == Mode.ANY:
            return any(seat.agreed for seat in self.seats)
        return bool(self.seats) and all(seat.agreed for seat in self.seats)

    @property
    def ready(self) -> tuple[int, ...]:
        """Which seats may answer, while the step is open."""
        unanswered = [place for place, seat in enumerate(self.seats) if seat.answer == Answer.NONE]
        if self.passed:
            return ()
        return tuple(unanswered[:1] if self.mode == Mode.IN_TURN else unanswered)

    def answered(self, who: Iterable[int], answer: Answer, by: int | None = None) -> "Step":
        """With an answer in every seat of these people that may answer, or may once they have."""
        whose = set(who)
        place = next((place for place in self.ready if self.seats[place].who in whose), None)
        if place is None:
            return self
        seats = list(self.seats)
        seats[place] = replace(seats[place], answer=answer, by=by)
        return replace(self, seats=tuple(seats)).answered(whose, answer, by)

    def closed(self) -> "Step":
        """With the seats nobody needs any more marked so, once it is passed."""
        if not self.passed:
            return self
        return replace(
            self,
            seats=tuple(
                replace(seat, answer=Answer.NOT_NEEDED) if seat.answer == Answer.NONE else seat for seat in self.seats
            ),
        )


@dataclass(frozen=True)
class Course:
    """All steps of a request in their order. `once`: who agreed in the step before is not asked again."""

    steps: tuple[Step, ...]
    once: bool = True

    @property
    def open(self) -> int | None:
        """Which step is to be decided now; None where all are."""
        return next((place for place, step in enumerate(self.steps) if not step.passed), None)

    @property
    def approved(self) -> bool:
        return self.open is None

    def agreed(self, seats: Mapping[int, int | None]) -> "Course":
        """With the yes of some people in the open step (each with who clicked, where it was a delegate)."""
        place = self.open
        if place is None:
            return self
        step = self.steps[place]
        for who, by in seats.items():
            step = step.answered([who], Answer.YES, by)
        return self._with(place, step)

    def closed(self) -> "Course":
        """With the seats nobody needs any more marked so."""
        return replace(self, steps=tuple(step.closed() for step in self.steps))

    def carried(self) -> "Course":
        """With the yes of those who agreed in the step before the open one."""
        place = self.open
        if not place or not self.once or not self.steps[place - 1].binds:
            return self
        before = frozenset[int]().union(*(seat.people for seat in self.steps[place - 1].seats if seat.agreed))
        return self._with(place, self.steps[place].answered(before, Answer.CARRIED))

    def settled(self) -> "Course":
        """With all that follows of itself."""
        course = self.closed().carried()
        return course if course == self else course.settled()

    def _with(self, place: int, step: Step) -> "Course":
        return replace(self, steps=(*self.steps[:place], step, *self.steps[place + 1 :]))
