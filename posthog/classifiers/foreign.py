"""Whether texts too short to name their language are plainly not English, so that labels trained on English are not put on them.

Their words are asked first, then how likely the languages are. Words that English has too (no, was, die, on) are in no list, nor are those
that English texts use as names, abbreviations or loans (la, ben, mit, todo).
"""

import re
import unicodedata
from collections.abc import Sequence

from posthog.classifiers.language_model import LanguageModel

# How much less likely than another language English must be, in a text without any of the words below.
_FAR_BELOW = 0.1
# English slips of the keyboard and exclamations look like some distant language or other, hardly ever like one of these.
_NEAR = ("de", "nl", "fr", "es", "pt", "it", "ca", "sv", "da", "no", "fi", "pl", "cs", "hu", "ro", "tr")

_WORD = re.compile(r"[^\W\d_]+")
# What stands in short messages, a line or more for each language above, but for what a line before has.
_FOREIGN_WORDS = """
aber auch auf bis bist bitte danke das dein du ein eine entschuldigung es für genau hallo ich ist ja kann kein keine klar
mehr mein mir nein nicht nichts nie noch nur oder sehr sicher sie sind tschüss und vielleicht vielen von wann warum weiß wer wie wieder
wir wirklich wo zu
bedankt deze dit doei een en geen goed hebben het hij ik jij jou maar mijn moet naar niet nog ook waarom wat wij ze zijn
au aussi avec bien bonjour ça cela ce dans du encore être fait il je le les mais merci moi ne
nous où oui parce pas pour pourquoi quand que quel qui quoi rien salut sont suis sur très tu un une vous
adiós algo así bueno buenas buenos claro como cómo cuál cuando cuándo cuánto donde dónde eso está este esto gracias
hola más muy otra otro para pero por porque puede puedes qué quién quiero sí tiene tienes una vale vamos
até bem bom isso isto já mais muito não obrigada obrigado olá onde para porquê quem quero são também tem tudo você
allora anche andiamo arrivederci bene buona buongiorno buono capisco che ciao cosa così dai della è ecco favore gli grazie hai
il lei molto nel niente perché perchè perfetto piacere più poco posso prego quale quando quanto quello questa
questo qui sai scusa scusi sei sì sempre si sono sta tutto veramente vero voglio vorrei
això amb gràcies molt però què
där det för från hej här hur inte jag jeg ikke mycket måste nej när och också oss på som tak takk varför
är være hva hvad hvor hvordan hvorfor nei
ei en että hei hyvä joo kiitos kyllä mikä mitä miksi minä mutta nyt olen
bardzo być cześć dlaczego dla dobrze dziękuję dzięki gdzie jeszcze jestem już kiedy kto nie proszę przez się tak też tylko
ahoj děkuji děkuju díky jako je ještě jsem kde když který není proč prosím přes také
egy én hogy hol igen jó köszi köszönöm kérem mert miért nagyon nem szia és vagy
acum aici bine bună că ce cât dacă este foarte mulțumesc pentru salut sunt și vreau
bir bu çok değil evet hayır için iyi merhaba nasıl neden tamam teşekkürler yok
"""
_ENGLISH_WORDS = """
i you he she we they it the this that these those my your his her our their is are am were be been have has had does did done can
could would should shall might must get got give make made go going gone know think see want need say said tell let like love hate
and but if because than then of to for with from by at about into out up down off over again what which who why when where how not
yes yeah yep nope never always very really just only more much many some any every all other another good bad great nice
right wrong sure please thanks thank sorry hello hey bye goodbye hi lol haha omg wow fine cool stop help here there now today too one
two three new time people work first same last cliché naïve voilà
"""
# In English and in others: they decide nothing, and a text of them alone is not asked about further.
_SHARED_WORDS = "a ah aha eh ha hm hmm in no oh ok okay so uh um was"
_FOREIGN, _ENGLISH, _SHARED = (frozenset(words.split()) for words in (_FOREIGN_WORDS, _ENGLISH_WORDS, _SHARED_WORDS))


def foreign(texts: Sequence[str], model: LanguageModel) -> list[bool]:
    """Which of these short texts in Latin letters are in another language than English."""
    found = [_by_words(text) for text in texts]
    open_ones = [position for position, is_foreign in enumerate(found) if is_foreign is None]
    for position, is_foreign in zip(open_ones, _by_letters([texts[position] for position in open_ones], model), strict=True):
        found[position] = is_foreign
    return list(map(bool, found))


def _by_words(text: str) -> bool | None:
    """Whether foreign words outnumber English ones; None where there are only others."""
    words = set(_WORD.findall(unicodedata.normalize("NFC", text.lower()))) - _SHARED
    foreign, english = len(words & _FOREIGN), len(words & _ENGLISH)
    return foreign > english if foreign or english or not words else None


def _by_letters(texts: Sequence[str], model: LanguageModel) -> list[bool]:
    """By how likely the languages are. Accents do not count: a name or a loan (Zoë, crème brûlée) makes no text foreign."""
    plain = ["".join(filter(str.isascii, unicodedata.normalize("NFKD", text))) for text in texts]
    return [english < _FAR_BELOW * max(others) for english, *others in model.shares(plain, ("en", *_NEAR))]
