"""Whoever adds a way to erase something of a person decides here how a restored copy learns of it.

A copy that is put back does not know what was erased after it was made. What people wished is noted
outside the database and done again (`replay`); what goes by its age is due again at once.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from server.core.signing.columns import PERSONAL
from server.core.upkeep import replay
from tests.harness.product import ROOT

CORE = ROOT / "server" / "core"
#: Tables in which something of a person stands, or what they wished.
OF_PEOPLE = frozenset(
    "signatures pending_forms inbound outbox conversations codes holds opt_outs stopped_recipients"
    " mail_stops bounces invalidations letters texted_letters calls"
    " place_corrections judged_texts mended news_told letter_answers letter_questions".split()
)
BY_AGE = "due again by its age, at the start of a server and in `restore`"
BY_SENDING = "no wish to erase: what became of a message, or of a question"
BY_DESK = "as in the copy: docs/operating.md says so to operators"
BY_CALLER = "its callers leave the tombstone"

#: By function of `server/core/`: the kinds of tombstones by which a copy learns of what it erases,
#: or why it needs none.
ERASING: dict[str, set[str] | str] = {
    "conversations/gathering.py:expire": BY_AGE,
    "conversations/gathering.py:leave": BY_SENDING,
    "conversations/inbound.py:_forget": {"forgotten"},
    "conversations/inbound.py:forget": BY_AGE,
    "conversations/inbound.py:forget_farewells": BY_AGE,
    "conversations/inbound.py:forget_phones": {"forgotten"},
    "conversations/offers.py:_waiting": BY_SENDING,
    "conversations/offers.py:answered": BY_SENDING,
    "conversations/misread.py:expire_judgements": BY_AGE,
    "conversations/offers.py:forget_offers": {"forgotten"},
    "conversations/offers.py:offered": BY_SENDING,
    "conversations/phones.py:converse": BY_SENDING,
    "conversations/phones.py:end_conversations": BY_AGE,
    "conversations/phones.py:opt_in": {"started"},
    "desk/signers/invalidation.py:_mark": BY_DESK,
    "desk/signers/invalidation.py:_put_back": BY_DESK,
    "desk/signers/invalidation.py:_take_out": BY_DESK,
    "desk/signers/invalidation.py:confirm": BY_DESK,
    "desk/signers/invalidation.py:forget_names": BY_AGE,
    "desk/signers/invalidation.py:undo": BY_DESK,
    "desk/signers/moderation.py:hide_comments": BY_DESK,
    "desk/signers/moderation.py:judge_comments": BY_DESK,
    "letters/again.py:_move": BY_SENDING,
    "letters/again.py:send_again": BY_SENDING,
    "letters/answering.py:_forget_read": BY_SENDING,
    "letters/answering.py:expire_answers": BY_AGE,
    "letters/answering.py:passed_on": BY_SENDING,
    "letters/answering.py:read_on": BY_SENDING,
    "letters/answering.py:take": BY_SENDING,
    "letters/carrying.py:begin": BY_SENDING,
    "letters/carrying.py:came_back": BY_SENDING,
    "letters/carrying.py:connect": BY_SENDING,
    "letters/carrying.py:doubt": BY_SENDING,
    "letters/carrying.py:give_back": BY_SENDING,
    "letters/carrying.py:lease": BY_SENDING,
    "letters/carrying.py:queue": BY_SENDING,
    "letters/carrying.py:settle": BY_SENDING,
    "letters/carrying.py:spare": BY_SENDING,
    "letters/carrying.py:tend": BY_SENDING,
    "letters/figures.py:forget_agreed": BY_SENDING,
    "letters/heard/asking.py:_note": BY_SENDING,
    "letters/heard/asking.py:_queue": BY_SENDING,
    "letters/heard/asking.py:ask_nobody": BY_SENDING,
    "letters/heard/asking.py:begin": BY_SENDING,
    "letters/heard/asking.py:take_back": BY_SENDING,
    "letters/heard/saying.py:_note": BY_SENDING,
    "letters/heard/saying.py:expire_questions": BY_AGE,
    "letters/heard/saying.py:say": BY_SENDING,
    "letters/letters.py:drop_drafts": BY_SENDING,
    "letters/letters.py:expire": BY_AGE,
    "letters/letters.py:refuse": BY_SENDING,
    "letters/printing.py:_let_go": BY_SENDING,
    "letters/printing.py:make_batch": BY_SENDING,
    "letters/printing.py:note_posted": BY_SENDING,
    "letters/printing.py:print_instead": BY_SENDING,
    "letters/releasing.py:_end": BY_SENDING,
    "letters/releasing.py:_hold": BY_SENDING,
    "letters/releasing.py:let_go": BY_SENDING,
    "letters/releasing.py:look_again": BY_SENDING,
    "news/sending.py:expire_turns": BY_AGE,
    "news/sending.py:halt_news": "an organizer has halted it: their turn comes again",
    "news/telling.py:arrived": BY_SENDING,
    "news/telling.py:doubt_copy": BY_SENDING,
    "news/telling.py:doubt_handed": BY_SENDING,
    "news/telling.py:hand_over": BY_SENDING,
    "outbox/allowance.py:give_room": BY_SENDING,
    "outbox/allowance.py:lift": {"mail_resumed"},
    "outbox/allowance.py:rest": BY_SENDING,
    "outbox/leases.py:give_up_lease": BY_SENDING,
    "outbox/leases.py:renew": BY_SENDING,
    "outbox/outbox.py:becomes": BY_SENDING,
    "outbox/outbox.py:delayed": BY_SENDING,
    "outbox/outbox.py:discard": BY_SENDING,
    "letters/corrections.py:expire_corrections": BY_AGE,
    "outbox/outbox.py:dropped": BY_SENDING,
    "outbox/outbox.py:expire": BY_AGE,
    "outbox/outbox.py:forget": BY_AGE,
    "outbox/outbox.py:forget_about": {"withdrawn"},
    "outbox/outbox.py:forget_farewells": BY_AGE,
    "outbox/outbox.py:forget_phones": {"forgotten"},
    "outbox/outbox.py:forget_recipient": BY_SENDING,
    "outbox/outbox.py:heard": BY_SENDING,
    "outbox/outbox.py:lease": BY_SENDING,
    "outbox/outbox.py:postponed": BY_SENDING,
    "outbox/outbox.py:sent": BY_SENDING,
    "outbox/returned.py:note_bounce": BY_AGE,
    "person/mending.py:end_public": BY_DESK,
    "petitions/petitions.py:edit": "names nobody who signs",
    "signing/by_form.py:sign_by_form": "of a form that nothing is stored of yet",
    "signing/codes.py:expire": BY_AGE,
    "signing/decide.py:adopt": "verifying: in the copy the contact is due by its age",
    "signing/decide.py:_stand_alone": BY_AGE,
    "signing/decide.py:let_go": BY_AGE,
    "signing/goes_with.py:forget": {"withdrawn"},
    "signing/messages.py:discard_answered": {"withdrawn"},
    "signing/messages.py:discard_silent": BY_SENDING,
    "signing/messages.py:_note_repeat": BY_SENDING,
    "signing/pending.py:disown": {"disowned"},
    "signing/pending.py:erase": {"disowned", "withdrawn"},
    "signing/pending.py:expire": BY_AGE,
    "signing/pending.py:put": "a newer form came in its place",
    "signing/signature.py:confirm": "verifying: in the copy the contact is due by its age",
    "signing/signature.py:enter": "corrected by its signer: docs/operating.md says so",
    "signing/signature.py:verify": "corrected by its signer: docs/operating.md says so",
    "signing/signature.py:withdraw": {"withdrawn"},
    "signing/signatures.py:end_news": {"no_news"},
    "signing/signatures.py:want_news": {"no_news"},
    "signing/stored.py:_write_holds": BY_CALLER,
    "signing/stored.py:disapprove": BY_CALLER,
    "signing/stored.py:leave_places": BY_CALLER,
    "signing/stored.py:write": BY_CALLER,
    "upkeep/deleting.py:delete_draft": "nobody has signed it",
    "upkeep/ending.py:_empty": {"ended"},
    "upkeep/ending.py:_forget": {"ended"},
    "upkeep/erasure.py:_erase_prefixes": BY_AGE,
    "upkeep/reminding.py:_note": BY_SENDING,
    "upkeep/reminding.py:remind_nobody": BY_SENDING,
}


def functions() -> Iterator[tuple[str, str, ast.AST]]:
    """Every function of core by its name, with its source."""
    for path in sorted(CORE.rglob("*.py")):
        source = path.read_text()
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                text = ast.get_source_segment(source, node) or ""
                yield f"{path.relative_to(CORE)}:{node.name}", text, node


def erases(text: str, node: ast.AST) -> bool:
    """Whether it changes or deletes rows of people, or empties a personal column of a row."""
    sql = re.sub(r'"\s*\n\s*f?"', "", text)  # one statement, however it is broken
    tables = re.findall(r"\b(?:DELETE FROM|UPDATE) (\{?\w+)", sql)
    return any(t in OF_PEOPLE or t.startswith("{") for t in tables) or any(
        isinstance(part, ast.Assign)
        and any(getattr(target, "attr", "") in PERSONAL for target in part.targets)
        and any(getattr(value, "value", 0) is None for value in ast.walk(part.value))
        for part in ast.walk(node)
    )


def test_every_way_to_erase_says_how_a_copy_learns_of_it() -> None:
    found = {name for name, text, node in functions() if erases(text, node)}
    setattr_of_all = "signing/signature.py:withdraw"  # by the list of the personal columns
    assert found | {setattr_of_all} == set(ERASING)


def kinds_noted() -> dict[str, set[str]]:
    """The kinds of tombstones, each with the functions of core that leave one."""
    found: dict[str, set[str]] = {}
    for name, text, _ in functions():
        for kind in re.findall(r'tombstones(?:\.append\(| \+= \[)\(\s*"(\w+)"', text):
            found.setdefault(kind, set()).add(name)
    return found


def test_every_kind_of_tombstone_is_noted_done_again_and_told_to_operators() -> None:
    noted = kinds_noted()
    claimed = set[str]().union(*(why for why in ERASING.values() if isinstance(why, set)))
    listed = set(re.findall(r"^    (\w+) ", replay.__doc__ or "", re.MULTILINE))
    assert set(noted) == listed
    assert claimed | {"stopped", "mail_stopped"} == listed  # which two erase nothing
    taken = (CORE / "upkeep" / "replay.py").read_text().partition("async def again")[0]
    assert [kind for kind in listed if f'"{kind}"' not in taken] == []


def test_nothing_outside_core_erases_anything_of_a_person() -> None:
    outside = [p for p in Path(ROOT / "server").rglob("*.py") if CORE not in p.parents]
    found = re.compile(rf"\b(?:DELETE FROM|UPDATE) (?:{'|'.join(OF_PEOPLE)})\b")
    assert [p.name for p in outside if found.search(p.read_text())] == []


def test_it_finds_what_it_looks_for() -> None:
    def found(source: str) -> bool:
        return erases(source, ast.parse(source))

    assert found('tx.execute("DELETE FROM "\n    f"opt_outs WHERE 1")')
    assert found('tx.execute(f"UPDATE signatures SET comment = NULL")')
    assert found("signature.comment = None")
    assert found("s.contact = contact if since else None")
    assert not found('tx.execute("UPDATE petitions SET goal = 1")\ns.name = right.name')
