"""Checksums of numbers that belong to persons. Each takes the number as digits (and letters) without spaces and signs."""

from collections.abc import Sequence

# By the registry of ISO 13616.
IBAN_LENGTHS = {
    country: int(length)
    for length, countries in {
        "15": "NO",
        "16": "BE",
        "18": "DK FI FK FO GL NL SD",
        "19": "MK SI",
        "20": "AT BA EE KZ LT LU MN XK",
        "21": "CH HR LI LV",
        "22": "BG BH CR DE GB GE IE ME RS VA",
        "23": "AE GI IL IQ OM SO TL",
        "24": "AD CZ ES MD PK RO SA SE SK TN VG",
        "25": "LY PT ST",
        "26": "IS TR",
        "27": "BI DJ FR GR IT MC MR SM",
        "28": "AL AZ BY CY DO GT HN HU LB NI PL SV",
        "29": "BR EG PS QA UA",
        "30": "JO KW MU YE",
        "31": "MT SC",
        "32": "LC",
        "33": "RU",
    }.items()
    for country in countries.split()
}


def luhn(digits: str) -> bool:
    """ISO/IEC 7812: payment cards, the Canadian SIN."""
    total = sum(map(int, digits[-1::-2])) + sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return total % 10 == 0


def iban(text: str) -> bool:
    """ISO 13616: the country's length, and the number read with letters as 10 to 35 leaves 1 when divided by 97."""
    if len(text) != IBAN_LENGTHS.get(text[:2]):
        return False
    return int("".join(str(int(sign, 36)) for sign in text[4:] + text[:4])) % 97 == 1


def weighted(digits: str, weights: Sequence[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def german_tax_id(digits: str) -> bool:
    """ISO 7064 MOD 11,10 over eleven digits; of the first ten one digit occurs twice or three times."""
    product = 10
    for digit in digits[:10]:
        product = ((int(digit) + product) % 10 or 10) * 2 % 11
    repeated = sorted(digits[:10].count(digit) for digit in set(digits[:10]))
    return digits[0] != "0" and repeated[-1] in (2, 3) and (11 - product) % 10 == int(digits[10])


def nhs(digits: str) -> bool:
    """England and Wales: modulus 11."""
    check = 11 - weighted(digits[:9], range(10, 1, -1)) % 11
    return check != 10 and check % 11 == int(digits[9])


def bsn(digits: str) -> bool:
    """The Netherlands: the "eleven test"."""
    return weighted(digits, (9, 8, 7, 6, 5, 4, 3, 2, -1)) % 11 == 0 and digits.strip("0") != ""


def dni(text: str) -> bool:
    """Spain, also NIE: the letter is the remainder by 23."""
    number = text[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(number) % 23] == text[-1]


def nir(digits: str) -> bool:
    """France: sex, year, month, place, order, and a key of 97 minus the remainder."""
    return digits[0] in "12" and 1 <= int(digits[3:5]) <= 12 and 97 - int(digits[:13]) % 97 == int(digits[13:])


def codice_fiscale(text: str) -> bool:
    """Italy: the last letter is made of the others, those at odd places by a table."""
    odd = dict(zip("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", [1, 0, 5, 7, 9, 13, 15, 17, 19, 21] * 2 + _ODD_REST, strict=True))
    total = sum(odd[sign] if place % 2 == 0 else _even(sign) for place, sign in enumerate(text[:15]))
    return chr(ord("A") + total % 26) == text[15]


_ODD_REST = [2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23]


def _even(sign: str) -> int:
    return int(sign) if sign.isdigit() else ord(sign) - ord("A")


def cpf(digits: str) -> bool:
    """Brazil: two digits of modulus 11."""
    checks = [weighted(digits[:count], range(count + 1, 1, -1)) * 10 % 11 % 10 for count in (9, 10)]
    return len(set(digits)) > 1 and checks == [int(digits[9]), int(digits[10])]


def pesel(digits: str) -> bool:
    """Poland: weights 1 3 7 9, and a month with its century."""
    month = int(digits[2:4]) % 20
    return 1 <= month <= 12 and (10 - weighted(digits[:10], (1, 3, 7, 9) * 3) % 10) % 10 == int(digits[10])


def personnummer(digits: str) -> bool:
    """Sweden, with or without the century: Luhn over ten digits that begin with a date; a coordination number adds 60 to the day."""
    month, day = int(digits[-8:-6]), int(digits[-6:-4]) % 60
    return 1 <= month <= 12 and 1 <= day <= 31 and luhn(digits[-10:])


_VERHOEFF = (
    *("0123456789", "1234067895", "2340178956", "3401289567", "4012395678"),
    *("5987604321", "6598710432", "7659821043", "8765932104", "9876543210"),
)
_VERHOEFF_TURNS = ("0123456789", "1576283094", "5803796142", "8916043527", "9453126870", "4286573901", "2793806415", "7046913258")


def aadhaar(digits: str) -> bool:
    """India: Verhoeff's digit; the first is 2 or more."""
    check = 0
    for place, digit in enumerate(reversed(digits)):
        check = int(_VERHOEFF[check][int(_VERHOEFF_TURNS[place % 8][int(digit)])])
    return digits[0] > "1" and check == 0
