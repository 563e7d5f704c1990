"""PiiMarker: data of persons, by format and checksum. The sentence names the kind and a masked excerpt, never the value.

Payment cards (ISO/IEC 7812: issuer's range, length, Luhn), IBAN (ISO 13616), US social security numbers (ranges that were issued), e-mail
addresses (RFC 5321, not those reserved by RFC 2606), phone numbers in international form (E.164), and national numbers that have a
checksum. Numbers whose form is no proof need their name beside them. Not found: published test numbers, names, dates, postal addresses.
"""

import re
from collections.abc import Callable, Iterator
from itertools import islice

import re2

from posthog.classifiers.detectors import checksums

_DIGIT = re2.compile(r"\d")
# What stands beside a number is looked at, not consumed: it may belong to the next number as well.
_CARD = re.compile(
    r"(?<![\w.+-])(?<!\d )(?<!\d  )(?:\d{4}[ -]\d{6}[ -]\d{5}|(?:\d{4}[ -]?){3}\d{1,7}|\d{13,19})"
    r"(?![\w-])(?! +\d(?!\d? ?/ ?\d{2}))"  # a date of expiry may follow
)
_ISSUERS = re.compile(
    r"4\d{12}(?:\d{3}(?:\d{3})?)?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|(?:6011|64[4-9]\d|65\d\d)\d{12}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14}"
)
_TEST_CARDS = frozenset(
    (
        *("4111111111111111", "4242424242424242", "4012888888881881", "5555555555554444", "5105105105105100"),
        *("378282246310005", "371449635398431", "6011111111111117", "6011000990139424", "3530111333300000"),
        *("30569309025904", "38520000023237", "4000056655665556", "2223003122003222", "5200828282828210"),
        *("4000000000000002",),
    )
)
_IBAN = re2.compile(rf"\b(?:{'|'.join(checksums.IBAN_LENGTHS)})\d{{2}}")
# length -> an account of it, in groups of four or in one piece; what follows may look like one more group.
_IBANS = {
    length: re.compile(rf"[A-Z]{{2}}\d{{2}}(?:[ \u00a0]?[A-Z0-9]{{4}}){{{length // 4 - 1}}}(?:[ \u00a0]?[A-Z0-9]{{{length % 4}}})?(?!\w)")
    for length in set(checksums.IBAN_LENGTHS.values())
}
_SSN = re.compile(r"(?<![\w.-])\d{3}-\d{2}-\d{4}(?![\w-])")
_SSN_UNUSED = re.compile(r"000|666|9|078-05-1120|219-09-9999|123-45-6789|987-65-43|111-11-1111|\d{3}-00|\d{3}-\d\d-0000")
_MAIL = re2.compile(r"(?:^|[^\w.+@/:-])([\w.+-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,24})\b")
_MAIL_PLACE = re.compile(
    r"(?i)@(?:.*\.)?(?:example|test|invalid|localhost|local)(?:\.\w+)?$"
    r"|@(?:your|my|some)\w*\.|@(?:domain|company|email|website|site|business|organization|school|host|server|abc|xyz|foo|bar|acme|sample)(?:name)?\d*\.\w+$"
    r"|^(?:your|name|user|username|email|e-?mail|someone|somebody|me|you|john|jane|johndoe|janedoe|john\.?(?:doe|smith)|jane\.?(?:doe|smith)"
    r"|test|foo|info|support|contact|hello|sales|admin|noreply|no-reply|git|example)\w{0,3}@"
)
_PHONE = re.compile(r"(?<![^\s(:,;\"'>*])\+[1-9](?:[ .()-]{0,2}\d){8,14}(?![^\s),.;:!?\"'<*])")
_CALLING = re.compile(
    r"1[2-9]|7[3-9]|2[07]|2[1-6]\d|29[0179]|3[0-46]|3[578]\d|4[013-9]|42[013]|5[1-8]|5[09]\d|6[0-6]|67\d|68\d|69[0-2]|8[1246]|85[02356]|88[06]|9[0-58]|96\d|97\d|99[2-68]"
)
_PHONE_UNREAL = re.compile(r"\D*1\D*(?:\d{3}\D*)?555|.*(?:1234567|2345678|(\d)\1{5}|000000)")
_GROUPS_MOST = 7  # of a phone number; more are a row of numbers

# kind -> form, checksum, names of which one must stand within a line of it ("" where form and checksum suffice). Names are whole words;
# those that mean something else in small letters ("sin", "tin", German and Polish "nie", Polish "dni") count in capitals only.
_NATIONAL: dict[str, tuple[str, Callable[[str], bool], str]] = {
    "Spanish identity number": (
        r"\b[XYZ\d]\d{7}-?[A-HJ-NP-TV-Z]\b",
        checksums.dni,
        "DNI|NIE|NIF|(?i:(?:mi|tu|su|el|con|de) (?:dni|nie|nif)|documento (?:nacional )?de identidad|número de identidad)",
    ),
    "French social security number": (r"\b[12] ?\d{2} ?\d{2} ?\d{2} ?\d{3} ?\d{3} ?\d{2}\b", checksums.nir, ""),
    "Italian tax code": (r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b", checksums.codice_fiscale, ""),
    "Brazilian CPF": (r"\b\d{3}\.\d{3}\.\d{3}-\d{2}\b", checksums.cpf, ""),
    "German tax number": (
        r"\b\d{2} ?\d{3} ?\d{3} ?\d{3}\b",
        checksums.german_tax_id,
        "TIN|(?i:steuer[- ]?id(?:ent(?:ifikations)?)?(?:[- ]?(?:nr|nummer))?|steuerliche identifikationsnummer|steuer(?:nummer|nr)|idnr"
        "|tax (?:id|identification|number))",
    ),
    "NHS number": (r"\b\d{3}[ -]?\d{3}[ -]?\d{4}\b", checksums.nhs, "(?i:nhs)"),
    "Dutch BSN": (r"\b\d{4}[ .]?\d{2}[ .]?\d{3}\b", checksums.bsn, "(?i:bsn|burgerservicenummer|sofi-?(?:nummer|nr))"),
    "Polish PESEL": (r"\b\d{11}\b", checksums.pesel, "(?i:pesel(?:u|em)?)"),
    "Swedish personal number": (
        r"\b(?:19|20)?\d{6}[-+]\d{4}\b",
        checksums.personnummer,
        "(?i:personnummer|personnr|personal (?:identity )?number|ssn)",
    ),
    "Canadian SIN": (r"\b[1-79]\d{2}[ -]?\d{3}[ -]?\d{3}\b", checksums.luhn, "SIN|(?i:social insurance|assurance sociale)"),
    "Aadhaar number": (r"\b\d{4}[ -]?\d{4}[ -]?\d{4}\b", checksums.aadhaar, "(?i:aadhaar|aadhar|uidai)"),
}
_FORMS = {
    kind: (re2.compile(form), check, re2.compile(rf"\b(?:{names})\b") if names else None)
    for kind, (form, check, names) in _NATIONAL.items()
}
_NAME_BEFORE, _NAME_AFTER = 80, 40  # characters around a number in which its name may stand
_NUMBERS_MAX = 200


def find(text: str) -> str | None:
    return ", ".join(list(dict.fromkeys(_found(text)))[:4]) or None


def _found(text: str) -> Iterator[str]:
    if "@" in text:
        yield from (f"e-mail address ({_masked_mail(mail)})" for mail in _mails(text) if not _MAIL_PLACE.search(mail))
    if not _DIGIT.search(text):
        return
    yield from (_masked("payment card", card) for card in _all(_CARD, text) if _is_card(_bare(card)))
    yield from (_masked("IBAN", account) for account in _accounts(text) if checksums.iban(_bare(account)))
    yield from (_masked("US social security number", number) for number in _all(_SSN, text) if not _SSN_UNUSED.match(number))
    if "+" in text:
        yield from (_masked("phone number", number) for number in _all(_PHONE, text) if _is_phone(number))
    for kind, (form, check, name) in _FORMS.items():
        if name is None or name.search(text):
            yield from (_masked(kind, number) for number in _named_numbers(form, name, text) if check(_bare(number)))


def _all(form: re.Pattern[str], text: str) -> Iterator[str]:
    return (match.group() for match in islice(form.finditer(text), _NUMBERS_MAX))


def _mails(text: str) -> Iterator[str]:
    return (match.group(1) for match in islice(_MAIL.finditer(text), _NUMBERS_MAX))


def _accounts(text: str) -> Iterator[str]:
    """What has the form of an IBAN, cut to the length of its country."""
    for match in islice(_IBAN.finditer(text), _NUMBERS_MAX):
        if account := _IBANS[checksums.IBAN_LENGTHS[match.group()[:2]]].match(text, match.start()):
            yield account.group()


def _named_numbers(form: "re2._Regexp[str]", name: "re2._Regexp[str] | None", text: str) -> Iterator[str]:
    """Numbers of a form; with `name`, those that have it beside them."""
    for match in islice(form.finditer(text), _NUMBERS_MAX):
        around = text[max(0, match.start() - _NAME_BEFORE) : match.end() + _NAME_AFTER]
        if name is None or name.search(around):
            yield match.group()


def _bare(number: str) -> str:
    return re.sub(r"[\s.+-]", "", number)


def _is_card(digits: str) -> bool:
    return bool(_ISSUERS.fullmatch(digits)) and digits not in _TEST_CARDS and len(set(digits)) > 3 and checksums.luhn(digits)


def _is_phone(number: str) -> bool:
    groups = re.findall(r"\d+", number)
    return len(groups) <= _GROUPS_MOST and bool(_CALLING.match("".join(groups))) and not _PHONE_UNREAL.match(number)


def _masked(kind: str, number: str) -> str:
    bare = _bare(number)
    return f"{kind} ({bare[:2]}…{bare[-2:]})" if len(bare) >= 12 else f"{kind} (…{bare[-2:]})"


def _masked_mail(mail: str) -> str:
    name, _, host = mail.rpartition("@")
    return f"{name[0]}…@{host[:60]}"
