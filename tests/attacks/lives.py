"""The ways in which somebody signs and takes it back, by every door."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from server.core.conversations import misread, offers
from server.core.counting.counts import DAY
from server.core.petitions import sending
from server.outgoing import questions
from server.texting.misread import offering
from sms import Sending
from tests.attacks.house import COMMENT, MAIL, MAYOR, NAME, PHONE, POSTCODE, WORDS, House, hidden

Life = Callable[[House], Awaitable[object]]
SIGN = f"SIGN LAKE {NAME} {POSTCODE}"
ERASED = "We have erased it"


# Signing on the web.


async def by_mail(home: House, **typed: str) -> None:
    """Signs with an address, and verifies it."""
    page = await home.signs(email=MAIL, comment=COMMENT, public="1", **typed)
    done = await home.types(page, await home.mail())
    assert "Your signature is verified" in done


async def by_web_and_phone(home: House) -> None:
    page = await home.signs(phone=PHONE, comment=COMMENT, public="1")
    digits = re.search(r"LAKE (\d{4})", page)
    assert digits
    assert NAME in await home.says(digits[0])


async def asked(home: House) -> str:
    """The page on which the code is typed that takes it back."""
    return await home.page("/p/lake/withdraw", {"contact": MAIL})


async def takes_back(home: House, page: str, code: str) -> None:
    answer = await home.types(page, code, "withdraw")
    assert "removed" in answer, answer


# Taking it back on the web.


async def slip(home: House) -> None:
    kept = re.search(r"keep this: (\w+)", await home.signs(comment=COMMENT))
    assert kept
    answer = await home.page("/p/lake/withdraw", {"contact": kept[1]})
    assert "removed" in answer


async def code_and_contact(home: House) -> None:
    await by_mail(home)
    page = await asked(home)
    await takes_back(home, page, await home.mail())


async def code_and_link(home: House) -> None:
    await by_mail(home, news="1")
    await asked(home)
    code = await home.mail()
    await takes_back(home, await home.page(home.link()), code)


async def code_of_what_is_pending(home: House) -> None:
    await home.signs(email=MAIL, comment=COMMENT)
    await home.mail()
    page = await asked(home)
    await takes_back(home, page, await home.mail())


async def not_me(home: House) -> None:
    await home.signs(email=MAIL, comment=COMMENT)
    code = await home.mail()
    assert ERASED in await home.types(await home.page(home.link()), code, not_me="1")


async def not_me_of_two_forms(home: House) -> None:
    await home.signs(email=MAIL, comment="something else")
    await home.mail()
    await home.signs(email=MAIL, comment=COMMENT)
    code = await home.mail()
    assert ERASED in await home.types(await home.page(home.link()), code, not_me="1")


async def not_me_and_back(home: House) -> None:
    """A stranger signs beside the owner, who denies that one, and then takes back the other."""
    await by_mail(home)
    home.phones.now += 90_000
    await home.signs(email=MAIL, comment=COMMENT + " and ever")
    code = await home.mail()
    assert ERASED in await home.types(await home.page(home.link()), code, not_me="1")
    home.phones.now += 8 * DAY  # for which it gets no mail
    page = await asked(home)
    await takes_back(home, page, await home.mail())


async def mail_that_waits(home: House) -> None:
    """Taken back while other mails to the same address cannot go out."""
    await by_mail(home)
    page = await asked(home)
    code = await home.mail()
    home.phones.now += 90_000
    page = await asked(home)
    code = await home.mail()
    for command in ("MAIL", "RCPT"):
        home.office.answers[command] = [f"451 4.7.1 {WORDS}"] * 9
        await home.signs(email=MAIL, comment=COMMENT + command)
        await home.mail()
        await asked(home)
        await home.mail()
    home.office.answers.clear()
    await takes_back(home, page, code)


async def mail_that_came_back(home: House) -> None:
    """Verified in time, though a mail of ours has come back since."""
    await by_mail(home)
    page = await asked(home)
    code = await home.mail()
    await home.returns()
    await takes_back(home, page, code)


async def mail_that_was_refused(home: House) -> None:
    await by_mail(home)
    page = await asked(home)
    code = await home.mail()
    home.office.answers["RCPT"] = [f"550 5.1.1 {WORDS}"]
    await asked(home)
    await home.mail()
    await takes_back(home, page, code)


# By what one has signed.


async def mine_asked(home: House) -> str:
    """The page on which the code is typed that shows all."""
    return await home.page("/mine", {"contact": MAIL})


async def mine_shown(home: House) -> str:
    """All that the address has signed."""
    page = await mine_asked(home)
    return await home.page("/mine", hidden(page) | {"code": await home.mail()})


async def mine_taken_back(home: House, page: str) -> None:
    for which in re.findall(r'name="withdraw" value="([0-9.]+)"', page):
        page = await home.page("/mine", hidden(page) | {"withdraw": which})
        assert "all that we kept of it is erased" in page, page
    assert "We keep nothing of this address" in page, page


async def taken_back_of_all(home: House) -> None:
    await by_mail(home, news="1")
    page = await mine_shown(home)
    for kind in ("txt", "json"):
        assert COMMENT in await home.page("/mine", hidden(page) | {"file": kind})
    await mine_taken_back(home, page)


async def taken_back_of_all_while_mail_waits(home: House) -> None:
    await by_mail(home)
    page = await mine_shown(home)
    home.office.answers["RCPT"] = [f"451 4.7.1 {WORDS}"] * 9
    await asked(home)
    await mine_asked(home)
    await home.mail()
    home.office.answers.clear()
    await mine_taken_back(home, page)


async def taken_back_of_all_that_is_pending(home: House) -> None:
    await home.signs(email=MAIL, comment=COMMENT)
    await home.mail()
    await mine_taken_back(home, await mine_shown(home))


async def taken_back_by_code_while_all_was_asked_for(home: House) -> None:
    await by_mail(home)
    page = await asked(home)
    code = await home.mail()
    await mine_asked(home)
    await takes_back(home, page, code)


MINE: list[Life] = [
    taken_back_of_all,
    taken_back_of_all_while_mail_waits,
    taken_back_of_all_that_is_pending,
    taken_back_by_code_while_all_was_asked_for,
]


# Erased by an organizer.


async def erased(home: House, by: str, words: str, **corrected: str) -> None:
    """Found at the desk, looked at, corrected, and erased at their request."""
    cookie, signers = await home.desk(), "/organizer/p/lake/signers"
    csrf = re.search(r'name="csrf" value="(\w+)"', await home.page(signers, cookie=cookie))
    assert csrf
    token = {"csrf": csrf[1]}
    found = await home.page(signers, token | {"by": by, "words": words}, cookie)
    [mine] = set(re.findall(rf"{signers}/\d+", found))
    assert NAME in (await home.page(mine, cookie=cookie)) or corrected
    if corrected:
        right = {"name": NAME, "postcode": POSTCODE, "comment": COMMENT} | corrected
        await home.page(f"{mine}/correct", token | right, cookie)
        assert right["name"] in await home.page(mine, cookie=cookie)
    await home.page(f"{mine}/data", cookie=cookie)
    await home.page(f"{mine}/erase", token | {"reason": "wish"}, cookie)
    gone = await home.page(signers, token | {"by": by, "words": words}, cookie)
    assert "Nobody is found." in gone, gone


async def erased_of_the_web(home: House) -> None:
    await by_mail(home, news="1")
    await asked(home)
    await erased(home, "contact", MAIL)


async def erased_while_mail_waits(home: House) -> None:
    await by_mail(home)
    home.phones.now += 90_000
    for command in ("MAIL", "RCPT"):
        home.office.answers[command] = [f"451 4.7.1 {WORDS}"] * 9
        await home.signs(email=MAIL, comment=COMMENT + command)
        await home.mail()
        await asked(home)
        await home.mail()
    home.office.answers.clear()
    await erased(home, "name", "quillfeather")


async def erased_once_corrected(home: House) -> None:
    await by_mail(home)
    await erased(home, "postcode", POSTCODE, name="Zeb Quillfeather", comment="")


async def erased_without_contact(home: House) -> None:
    await home.signs(comment=COMMENT)
    await erased(home, "name", NAME, name="Zeb Quillfeather")


async def erased_of_a_phone(home: House) -> None:
    """Whose number is kept nowhere but in its texts."""
    await texted(home)
    await home.says("STATUS Zebulon", f"qwe rty {COMMENT} xyzzy", "SIGN LAKE")
    await erased(home, "contact", PHONE)


async def erased_of_a_phone_that_signed_on_the_web(home: House) -> None:
    await by_web_and_phone(home)
    await home.says("STATUS Zebulon", f"qwe rty {COMMENT}", gateway="http")
    await erased(home, "name", "zebulon")


async def erased_with_a_letter(home: House) -> None:
    await writes_by_text(home)
    await erased(home, "name", "quill zeb")


DESK: list[Life] = [
    erased_of_the_web,
    erased_while_mail_waits,
    erased_once_corrected,
    erased_without_contact,
    erased_of_a_phone,
    erased_of_a_phone_that_signed_on_the_web,
    erased_with_a_letter,
]


# By phone.


async def texted(home: House, *words: str, gateway: str = "twilio") -> None:
    reply = await home.says(*(words or ("SIGN LAKE", NAME, POSTCODE)), gateway=gateway)
    assert NAME in (reply or home.phones.network.sent[-1].body)


async def undo(home: House) -> None:
    await texted(home)
    await texted(home, "STATUS Zebulon", "UNDO")


async def undo_with_the_name(home: House) -> None:
    await texted(home, SIGN)
    await texted(home, f"UNDO LAKE {NAME}")


async def remove_me(home: House) -> None:
    await texted(home, SIGN)
    await texted(home, "REMOVE ME")


async def undo_by_a_gateway_that_sends_by_itself(home: House) -> None:
    await texted(home, gateway="http")
    await texted(home, "STATUS Zebulon", "UNDO", gateway="http")


async def undo_of_web(home: House) -> None:
    await by_web_and_phone(home)
    await texted(home, "UNDO")


async def undo_of_what_is_pending(home: House) -> None:
    await home.signs(phone=PHONE, comment=COMMENT)
    await texted(home, "UNDO")


async def undo_beside_another_form(home: House) -> None:
    await texted(home, SIGN)
    await home.signs(phone=PHONE, comment=COMMENT, public="1", news="1")
    await texted(home, "UNDO")


async def corrections(home: House) -> None:
    await home.says("SIGN LAKE Zeb Quillfeather N1 9GU", f"NAME {NAME}")
    home.phones.now += 90  # within a minute nothing is said twice
    await texted(home, f"ZIP {POSTCODE}")
    await texted(home, "UNDO")


async def news_and_undo(home: House) -> None:
    await texted(home, SIGN)
    await home.says("NEWS ON")
    await texted(home, "UNDO")


async def on_a_screen(home: House) -> None:
    assert NAME in await home.keys("ussd", "1", NAME, POSTCODE)
    await texted(home, "UNDO")


async def by_call(home: House) -> None:
    assert "texting you now" in await home.keys("voice", "", "1")
    await texted(home, NAME)
    await home.says(f"ZIP {POSTCODE}")
    await texted(home, "UNDO")


async def not_understood(home: House) -> None:
    await texted(home, SIGN)
    await home.says(f"qwe rty {COMMENT} xyzzy", f"was {NAME} there at {POSTCODE}?", gateway="http")
    await texted(home, "UNDO")


async def read_by_an_organizer(home: House) -> None:
    """Writes what we do not understand, and somebody at the desk has it asked about."""
    await home.says(f"did lake hear from {NAME} {POSTCODE}")
    services, lake = home.services, home.services.directory.by_keyword["LAKE"]
    async with services.database.write() as tx:
        [text] = await misread.misread_texts(tx, lake.id, "unknown", services.now())
        asked = offering.checked(services, text, lake, NAME, POSTCODE)
        assert not await offers.offer(tx, text, asked, [], services.now(), services.new_id())
    home.phones.now += 60


async def asked_by_an_organizer(home: House) -> None:
    home.phones.now += 12 * 3600  # by day, in Montana
    await read_by_an_organizer(home)
    while await home.phones.drain():
        pass
    assert NAME in home.phones.network.sent[-1].body
    home.phones.now += 60
    await texted(home, "YES")
    await texted(home, "UNDO")


async def asked_about_too_late(home: House) -> None:
    """Takes back what was signed, before the question goes out."""
    await texted(home, SIGN)
    await read_by_an_organizer(home)
    await texted(home, "UNDO")


async def status_updates(home: House) -> None:
    """Providers quote what they could not deliver."""
    await texted(home, SIGN, gateway="http")
    for n, error in enumerate(("30003", WORDS), 1):
        await home.reports(f"SM{n}", error)
    home.phones.network.failure = Sending("failed", code=WORDS)
    await home.says("HELP", gateway="http")
    home.phones.network.failure = Sending("retry", code=WORDS)
    await home.says(f"STATUS {NAME}", gateway="http")
    home.phones.network.failure = None
    await texted(home, "UNDO")


# Letters to those who decide.

LETTER = f"Spare our {COMMENT}, please."


async def writes_by_web(home: House) -> None:
    """A letter that we carry, by somebody whose postcode nobody knows."""
    await home.addresses()
    page = await home.signs(email=MAIL)
    page = await home.types(page, await home.mail())
    form = {"ref": hidden(page)["ref"], "words": LETTER, "email": MAIL, "send": "1"}
    for answer in ("", "!", "region:zet"):
        page = await home.page("/p/lake/letter", form | hidden(page) | {"at": answer})
    assert "not sent yet" in page, page


async def letter_that_waits(home: House) -> None:
    await writes_by_web(home)
    page = await asked(home)
    await takes_back(home, page, await home.mail())
    await home.letters_leave()
    assert MAYOR not in [mail["To"] for mail in home.office.arrived]


async def letter_that_was_sent(home: House) -> None:
    await writes_by_web(home)
    await home.letters_leave()
    assert COMMENT in str(home.office.to(MAYOR)[0].get_content())
    page = await asked(home)
    await takes_back(home, page, await home.mail())


async def writes_by_text(home: House) -> None:
    await home.addresses()
    await texted(home, SIGN)
    said = await home.says("LETTER", "NOT MINE", "zet")
    assert "Ida Reed" in said, said
    await home.says(LETTER)


async def letter_that_is_being_written(home: House) -> None:
    await writes_by_text(home)
    await texted(home, "UNDO")


async def letter_by_text(home: House) -> None:
    await writes_by_text(home)
    assert COMMENT in await home.says("SEND")
    await home.says("SEND")
    await home.letters_leave()
    assert COMMENT in str(home.office.to(MAYOR)[0].get_content())
    home.phones.now += 90
    await texted(home, "STATUS Zebulon", "CALL", "1", "UNDO")


async def letter_that_was_answered(home: House) -> None:
    """One answer is on the phone, and half of another is still to come."""
    await writes_by_text(home)
    await home.says("SEND", "SEND")
    await home.letters_leave()
    for words in (f"We thank you for your letter. {COMMENT}", f"Dear {NAME}, " + COMMENT * 40):
        await home.answers(words)
        home.phones.now = (home.phones.now // DAY + 1) * DAY + 18 * 3600  # noon, there
        while await home.phones.drain():
            pass
        assert "answered your letter" in home.phones.network.sent[-1].body
    said = await home.says("MORE")
    assert COMMENT in said, said
    await home.answers(COMMENT)
    await home.says("UNDO")


async def letter_that_was_asked_about(home: House) -> None:
    """Three weeks later its signer says by text that one of them has answered."""
    await writes_by_text(home)
    await home.says("SEND", "SEND")
    await home.letters_leave()
    home.phones.now = (home.phones.now // DAY + 22) * DAY + 18 * 3600  # noon, there
    await questions.queue_questions(home.services)
    while await home.phones.drain():
        pass
    assert "answer your letter" in home.phones.network.sent[-1].body
    said = await home.says("1")
    assert "Answered: " in said or "And did " in said, said
    await home.says("UNDO")


LETTERS: list[Life] = [
    letter_that_waits,
    letter_that_was_sent,
    letter_that_is_being_written,
    letter_by_text,
    letter_that_was_answered,
    letter_that_was_asked_about,
]

# What is never taken back.


async def mail_that_came_back_for_another(home: House) -> None:
    """Verified, and told of a repeat by a mail that comes back."""
    await by_mail(home)
    home.phones.now += 90_000
    await home.signs(email=MAIL, comment=COMMENT + " and ever")
    await home.mail()
    await home.returns()


async def mailed(home: House) -> None:
    await home.signs(email=MAIL, comment=COMMENT)
    assert await home.mail()


async def mailed_twice(home: House) -> None:
    await mailed(home)
    await home.signs(email=MAIL, comment=COMMENT + " and ever", public="1")
    assert await home.mail()


async def not_mailed_since_the_server_is_away(home: House) -> None:
    home.office.answers["MAIL"] = [f"451 4.7.1 {WORDS}"] * 99
    await home.signs(email=MAIL, comment=COMMENT)
    await home.mail()


async def not_mailed_since_it_was_refused(home: House) -> None:
    home.office.answers["RCPT"] = [f"550 5.1.1 {WORDS}"] * 99
    await home.signs(email=MAIL, comment=COMMENT)
    await home.mail()


async def not_mailed_since_all_mail_is_stopped(home: House) -> None:
    async with home.services.database.write() as tx:
        await sending.stop_mail(tx, 1, home.services.now())
    await home.signs(email=MAIL, comment=COMMENT)
    await home.mail()
    await asked(home)


async def nobody_sends(home: House) -> None:
    """No worker runs, or no gateway carries texts."""
    await home.signs(email=MAIL, comment=COMMENT)
    await home.signs(phone=PHONE, comment=COMMENT + " and ever")


async def not_texted(home: House) -> None:
    await home.signs(phone=PHONE, comment=COMMENT)
    await home.phones.drain()


async def code_by_text(home: House) -> None:
    async with home.services.database.write() as tx:
        await sending.set_sms_codes(tx, 1, home.services.now())
    await home.services.directory.refresh()
    await home.signs(phone=PHONE, comment=COMMENT)
    assert await home.phones.drain()
    assert len(home.phones.network.sent) == 1


PENDING: list[Life] = [
    mailed,
    mailed_twice,
    mail_that_came_back_for_another,
    not_mailed_since_the_server_is_away,
    not_mailed_since_it_was_refused,
    not_mailed_since_all_mail_is_stopped,
    nobody_sends,
    not_texted,
    code_by_text,
]


async def by_text(home: House) -> None:
    await texted(home)


async def by_text_of_another_gateway(home: House) -> None:
    await texted(home, gateway="http")
    await texted(home, f"STATUS {NAME}", gateway="http")


async def chatter(home: House) -> None:
    await texted(home, SIGN)
    await home.says(f"qwe rty {COMMENT} xyzzy", f"was {NAME} there at {POSTCODE}?", gateway="http")


async def called(home: House) -> None:
    await home.keys("voice", "", "1")
    await texted(home, NAME)
    await home.says(f"ZIP {POSTCODE}")


async def screened(home: House) -> None:
    await home.keys("ussd", "1", NAME, POSTCODE)


SIGNED_BY_PHONE: list[Life] = [
    by_text,
    by_text_of_another_gateway,
    chatter,
    called,
    screened,
]

TAKEN_BACK: list[Life] = [
    slip,
    code_and_contact,
    code_and_link,
    code_of_what_is_pending,
    not_me,
    not_me_of_two_forms,
    not_me_and_back,
    mail_that_waits,
    mail_that_came_back,
    mail_that_was_refused,
    undo,
    undo_with_the_name,
    remove_me,
    undo_by_a_gateway_that_sends_by_itself,
    undo_of_web,
    undo_of_what_is_pending,
    undo_beside_another_form,
    corrections,
    news_and_undo,
    on_a_screen,
    by_call,
    not_understood,
    asked_by_an_organizer,
    asked_about_too_late,
    status_updates,
    *LETTERS,
    *DESK,
    *MINE,
]
