"""Every error that the product raises on purpose, and what each is called over HTTP.

UndersignedError
├── InvalidInput          the values of a form, a text or a command are not well formed
├── NotFound              no such petition, page or person
├── Overtaken             somebody else has changed meanwhile what is to be changed
├── NotOpen               the petition takes no signatures now (draft, paused, closed or ended)
├── Refused               we understood and will not do it
│   ├── CrossSite         a browser says that another site sent this form
│   ├── SignedOut         the organizer's pages need a sign-in
│   └── Throttled         too many tries; carries the seconds to wait
├── BadRequest            the request itself cannot be read
│   ├── TooLarge
│   └── WrongContentType
├── BadFile               a file that an operator gave is not what it should be
├── StoreUnavailable      nothing was stored; the same request may be sent again
│   ├── StoreFull         no room on the disk
│   ├── StoreBusy         another process holds the database, or too many are waiting
│   ├── StoreBroken       reading or syncing failed: stop, and recover at the next start
│   └── TombstonesAway    what erases cannot be noted outside the database; all else goes on
└── Misconfigured         a setting is missing or wrong: the process does not start

Core raises these; a door chooses the words and, over HTTP, `status_of` gives the number.
"""

from dataclasses import dataclass


class UndersignedError(Exception):
    """The root: whoever catches it catches only what the product meant to raise."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field: `field` is the form's name for it, `code` names the fault."""

    field: str
    code: str


class InvalidInput(UndersignedError):
    """Carries every problem of a form at once, so that a person mends them in one go."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__(", ".join(f"{p.field}: {p.code}" for p in problems))
        self.problems = problems


class NotFound(UndersignedError):
    pass


class Overtaken(UndersignedError):
    pass


class NotOpen(UndersignedError):
    pass


class Refused(UndersignedError):
    pass


class CrossSite(Refused):
    pass


class SignedOut(Refused):
    pass


class Throttled(Refused):
    def __init__(self, seconds: int) -> None:
        super().__init__(f"try again in {seconds} seconds")
        self.seconds = seconds


class BadRequest(UndersignedError):
    pass


class TooLarge(BadRequest):
    pass


class WrongContentType(BadRequest):
    pass


class BadFile(UndersignedError):
    pass


class StoreUnavailable(UndersignedError):
    """`retry_after` is the number of seconds after which a retry makes sense."""

    retry_after = 5


class StoreFull(StoreUnavailable):
    retry_after = 60


class StoreBusy(StoreUnavailable):
    pass


class StoreConflict(StoreBusy):
    """Another server was first; all of the transaction was undone, and it may be tried again."""


class StoreBroken(StoreUnavailable):
    retry_after = 30


class TombstonesAway(StoreUnavailable):
    """The fault of one item in a batch: its neighbours are stored without it."""


class Misconfigured(UndersignedError):
    pass


_STATUS: tuple[tuple[type[UndersignedError], int], ...] = (
    (InvalidInput, 422),
    (NotFound, 404),
    (Overtaken, 409),
    (NotOpen, 409),
    (SignedOut, 401),
    (Throttled, 429),
    (Refused, 403),
    (TooLarge, 413),
    (WrongContentType, 415),
    (BadRequest, 400),
    (StoreUnavailable, 503),
)


def status_of(error: UndersignedError) -> int:
    """The HTTP status of an error: the first row whose class it is, else 500."""
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)
