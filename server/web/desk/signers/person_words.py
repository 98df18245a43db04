"""The sentences about one signer: what is looked for, what was done, what cannot be."""

from __future__ import annotations

from server.words.render import N_

BY_WORDS = {
    "name": N_("Name, or a part of it"),
    "contact": N_("E-mail or phone number, the whole of it"),
    "postcode": N_("Postcode, or its beginning"),
}
SEARCH_FAULTS = {
    "missing": N_("Choose what to look for."),
    "short": N_("Write two letters or more."),
    "contact": N_("Write the whole e-mail address or phone number."),
}
#: What a page says after a change, by the word in its address.
PERSON_DONE = {
    "corrected": N_("It is corrected. It counts as before."),
    "same": N_("Nothing was changed."),
    "news": N_("They get no news any more."),
    "public": N_("Their name is not shown any more."),
    "erased": N_("It is erased. This cannot be undone."),
    "asked": N_("It waits for another organizer to agree."),
    "gone": N_("It is not there any more."),
    "kept": N_("Nothing is erased."),
    "same_person": N_("Another organizer has to agree, not the one who asked."),
    "new": N_("Another organizer has to agree, who has been one for a week."),
}
PERSON_FAULTS = {
    ("name", "same"): N_(
        "This person has signed already, by the same contact or with no contact. Nothing was"
        " changed. Erase one of the two."
    ),
    ("name", "pending"): N_(
        "This signature is not verified, so only its signer can correct it: by signing again."
    ),
    ("name", ""): N_("Write the full name, at most 80 letters and no link."),
    ("postcode", ""): N_("Write the postcode as it is written in that country."),
    ("comment", ""): N_("Write a shorter comment, at most 500 letters."),
    ("reason", ""): N_("Choose why."),
}
#: Why somebody is erased.
REASON_OF_ERASURE = {
    "wish": N_("They ask us to erase it"),
    "not_them": N_("They say that they did not sign"),
    "child": N_("They are too young to sign"),
    "died": N_("They have died"),
}
