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
_DIGITS = re2.compile(r"\d(?:[ -]?\d){8}")  # as many as a card or a social security number has at least
# What stands beside a number is looked at, not consumed: it may belong to the next number as well.
_CARD = re.compile(
    r"(?<![\w.+-])(?<!\d )(?<!\d  )(?:\d{4}[ -]\d{6}[ -]\d{5}|(?:\d{4}[ -]?){3}\d{1,7}|\d{13,19})"
    r"(?![\w-])(?! +\d(?!\d? ?/ ?\d{2}))"  # a date of expiry may follow
)
_ISSUERS = re.compile(
    r"4\d{12}(?:\d{3}(?:\d{3})?)?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}|(?:6011|64[4-9]\d|65\d\d)\d{12}"
    r"|3(?:0[0-5]|[689]\d)\d{11}|35(?:2[89]|[3-8]\d)\d{12}|62\d{14}"
)
# Published by Stripe, Adyen, Braintree, Worldpay, Checkout.com, Razorpay and others, apart from those with five zeros or few digits.
_PUBLISHED_CARDS = """
4111111111111111 4012888888881881 5105105105105100 378282246310005 371449635398431 6011111111111117 6011000990139424
6011981111111113 30569309025904 38520000023237 36227206271667 3566002020360505 2223003122003222 5200828282828210
4988438843884305 4166676667666746 5136333333333335 5555444433331111 5555341244441115 2222410740360010 5577000055770004
5103221911199245 374251018720018 36006666333344 3569990010095841 4871049999999910 2223000048410010 5100290029002909
4009348888881881 4012000033330026 4012000077777777 4217651111111119 2223000048400011 4000111111111115 378734493671000
4444333322221111 2223000010479399 2223000010309703 2223000010309711 36148900647913 4543474002249996 4485040371536584
5436031030606378 345678901234564 30123456789019 5267318187975449 4386289407660153 4532015112830366 5431111111111111
4012001037141112
"""
_TEST_CARDS = frozenset(_PUBLISHED_CARDS.split())
_ZEROS = "00000"  # in a row: made up, as most test numbers are; one real number in ten thousand has them
_DISTINCT_LEAST = 4
_IBAN = re2.compile(rf"\b(?:{'|'.join(checksums.IBAN_LENGTHS)})\d{{2}}")
# length -> an account of it, in groups of four or in one piece; what follows may look like one more group.
_IBANS = {
    length: re.compile(rf"[A-Z]{{2}}\d{{2}}(?:[ \u00a0]?[A-Z0-9]{{4}}){{{length // 4 - 1}}}(?:[ \u00a0]?[A-Z0-9]{{{length % 4}}})?(?!\w)")
    for length in set(checksums.IBAN_LENGTHS.values())
}
# As they stand in documentation most often.
_PUBLISHED_IBANS = """
DE89370400440532013000 DE91100000000123456789 DE68210501700012345678 DE12500105170648489890 DE87123456781234567890
GB82WEST12345698765432 GB29NWBK60161331926819 GB33BUKB20201555555555 GB94BARC10201530093459 BE62510007547061
FR1420041010050500013M02606 CH9300762011623852957 NL91ABNA0417164300 NL02ABNA0123456789 NL20INGB0001234567
NL13TEST0123456789 NL39RABO0300065264 IT60X0542811101000000123456 IT40S0542811101000000123456 NO9386011117947
IE29AIBK93115212345678 SE4550000000058398257466 ES0700120345030000067890 ES7921000813610123456789 FI2112345600000785
EE382200221020145685 LT121000011101001000 LU280019400644750000 PT50000201231234567890154 DK5000400440116243
BE71096123456769 GR1601101250000000012300695
"""
_TEXTBOOK_IBANS = frozenset(_PUBLISHED_IBANS.split())
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
# Kept free for films and books by the authorities of the United Kingdom, Germany, France and Australia.
_PHONE_FICTION = re.compile(
    r"440?(?:1(?:1[3-8]|[2-6]1)4960|1914980|1632960|2079460|2896496|2920180|3069990|7700900|8081570|9098790)\d{3}"
    r"|490?(?:3023125|4066969|6990009|8999998|2214710)\d{3}|330?(?:19900|26191|35301|46571|53649|63998)\d{4}"
    r"|610?(?:[2378](?:5550|7010)\d{4}|491570\d{3})"
)
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
    if _DIGITS.search(text):
        yield from (_masked("payment card", card) for card in _all(_CARD, text) if _is_card(_bare(card)))
        yield from (_masked("US social security number", number) for number in _all(_SSN, text) if not _SSN_UNUSED.match(number))
    yield from (_masked("IBAN", account) for account in _accounts(text) if _is_account(_bare(account)))
    if "+" in text:
        yield from (_masked("phone number", number) for number in _all(_PHONE, text) if _is_phone(number))
    for kind, (form, check, name) in _FORMS.items():
        if name is None or name.search(text):
            yield from (_masked(kind, number) for number in _named_numbers(form, name, text) if check(_bare(number)))


def _matches(form: "re.Pattern[str] | re2._Regexp[str]", text: str) -> Iterator["re.Match[str] | re2._Match[str]"]:
    return islice(form.finditer(text), _NUMBERS_MAX)


def _all(form: re.Pattern[str], text: str) -> Iterator[str]:
    return (match.group() for match in _matches(form, text))


def _mails(text: str) -> Iterator[str]:
    return (match.group(1) for match in _matches(_MAIL, text))


def _accounts(text: str) -> Iterator[str]:
    """What has the form of an IBAN, cut to the length of its country."""
    for match in _matches(_IBAN, text):
        if account := _IBANS[checksums.IBAN_LENGTHS[match.group()[:2]]].match(text, match.start()):
            yield account.group()


def _named_numbers(form: "re2._Regexp[str]", name: "re2._Regexp[str] | None", text: str) -> Iterator[str]:
    """Numbers of a form; with `name`, those that have it beside them."""
    for match in _matches(form, text):
        around = text[max(0, match.start() - _NAME_BEFORE) : match.end() + _NAME_AFTER]
        if name is None or name.search(around):
            yield match.group()


def _bare(number: str) -> str:
    return re.sub(r"[\s.+-]", "", number)


def _is_card(digits: str) -> bool:
    made_up = digits in _TEST_CARDS or _ZEROS in digits or len(set(digits)) < _DISTINCT_LEAST
    return not made_up and bool(_ISSUERS.fullmatch(digits)) and checksums.luhn(digits)


def _is_account(account: str) -> bool:
    return account not in _TEXTBOOK_IBANS and checksums.iban(account)


def _is_phone(number: str) -> bool:
    groups = re.findall(r"\d+", number)
    digits = "".join(groups)
    made_up = _PHONE_UNREAL.match(number) or _PHONE_FICTION.fullmatch(digits)
    return len(groups) <= _GROUPS_MOST and bool(_CALLING.match(digits)) and not made_up


def _masked(kind: str, number: str) -> str:
    bare = _bare(number)
    return f"{kind} ({bare[:2]}…{bare[-2:]})" if len(bare) >= 12 else f"{kind} (…{bare[-2:]})"


def _masked_mail(mail: str) -> str:
    name, _, host = mail.rpartition("@")
    return f"{name[0]}…@{host[:60]}"
