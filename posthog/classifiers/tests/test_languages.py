import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from posthog.classifiers import languages, service
from posthog.classifiers.languages import languages_of
from posthog.classifiers.service import Text
from posthog.classifiers.tests.known_texts import EMOTIONS

SENTENCES = {
    "en": "Could you please explain the second step again?",
    "de": "Kannst du mir bitte den zweiten Schritt noch einmal erklären?",
    "fr": "Pouvez-vous m'expliquer encore une fois la deuxième étape ?",
    "es": "¿Podrías explicarme otra vez el segundo paso, por favor?",
    "it": "Potresti spiegarmi di nuovo il secondo passaggio, per favore?",
    "pt": "Você poderia me explicar de novo o segundo passo, por favor?",
    "nl": "Kun je de tweede stap alsjeblieft nog een keer uitleggen?",
    "pl": "Czy możesz jeszcze raz wyjaśnić mi drugi krok?",
    "ru": "Не могли бы вы ещё раз объяснить мне второй шаг?",
    "zh": "请你再给我解释一下第二步好吗?",
    "ja": "二番目の手順をもう一度説明していただけますか。",
    "ko": "두 번째 단계를 다시 설명해 주시겠어요?",
    "ar": "هل يمكنك أن تشرح لي الخطوة الثانية مرة أخرى؟",
    "hi": "क्या आप मुझे दूसरा चरण फिर से समझा सकते हैं?",
}


@pytest.mark.parametrize(("language", "sentence"), SENTENCES.items())
def test_names_the_language(language: str, sentence: str) -> None:
    assert languages_of([sentence]) == [language]


@pytest.mark.parametrize("text", ["", "ok", "thanks!", "12345 67890 12345 67890", "😀😀😀", "x = y + 1", "谢谢"])
def test_short_texts_are_unknown(text: str) -> None:
    assert languages_of([text]) == ["unknown"]


def test_many_at_once_are_read_as_the_library_reads_them_one_by_one() -> None:
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages([code for code in identifier.labels if len(code) == 2 or code == "zxx"])
    texts = [*SENTENCES.values(), *EMOTIONS, "SHOUTED IN CAPITAL LETTERS", "e\u0301te\u0301 a\u0300 Paris", "\ud83d alone", "x" * 900]
    texts += [f"{one} {other}" for one in SENTENCES.values() for other in SENTENCES.values()]
    for (code, confidence), text in zip(languages.load().classify(texts), texts, strict=True):
        expected, as_sure = identifier.classify(text)
        assert (code, confidence) == (expected, pytest.approx(as_sure, abs=1e-4)), text


def test_no_texts_have_no_languages() -> None:
    assert languages_of([]) == []


@pytest.mark.parametrize("language", [code for code in SENTENCES if code != "en"])
def test_nothing_is_said_of_other_languages(language: str) -> None:
    labels = service.classify([Text("user", SENTENCES[language])])[0]
    assert (labels.judged, dict(labels.values), dict(labels.scores)) == (False, {}, {})
    assert service.event_labels("user", labels) == {"user_language": language}


def test_short_latin_text_is_judged_and_short_chinese_is_not(label) -> None:
    assert label("thanks!").judged
    assert label("thanks!").values["emotion"].value == "gratitude"
    assert not label("谢谢").judged


SHORT_IN_OTHER_LANGUAGES = [
    *(
        "Bis später!",
        "Dienstag morgen.",
        "Nichts Besonderes.",
        "Es schmeckt nicht gut?",
        "Nochmal bitte",
        "danke",
        "Warum?",
        "DANKE",
        "ok danke",
    ),
    *("Un Big Mac e patatine fritte.", "C'è traffico.", "perché", "perche\u0301", "Okay, ciao", "grazie mille"),
    *("¿Por qué no funciona?", "no entiendo", "gracias", "Merci !", "C'est faux", "obrigado", "Waarom niet?", "Nej tack"),
    *("Nem értem a válaszodat", "jeszcze raz", "Dziękuję!", "mulțumesc", "teşekkürler", "kiitos", "děkuji"),
]
SHORT_IN_ENGLISH = [
    *(
        "thanks!",
        "no",
        "no no no",
        "ok",
        "why?",
        "continue",
        "Proof?",
        "shorter",
        "i hate you",
        "stupid idiot",
        "lol",
        "thx",
        "hahaha",
        "wtf",
        "bye",
    ),
    *("café", "naïve", "my résumé", "cliché", "Zoë", "Hi Zoë", "Ask José", "Malmö", "Pokémon Go", "crème brûlée recipe"),
    *("la weather", "my todo list", "Ben Affleck movies", "what is danke", "gracias, thank you"),
    *("👍", "😀😀😀", "12345 67890", "...", "x = y + 1", "print(x)"),
]


@pytest.mark.parametrize("content", SHORT_IN_OTHER_LANGUAGES)
def test_nothing_is_said_of_a_short_text_that_is_plainly_not_english(content: str) -> None:
    labels = service.classify([Text("user", content)])[0]
    assert (labels.language, labels.judged, dict(labels.values)) == ("unknown", False, {})


@pytest.mark.parametrize("content", SHORT_IN_ENGLISH)
def test_short_english_is_judged(content: str) -> None:
    assert service.classify([Text("user", content)])[0].judged


def test_short_texts_are_judged_alike_alone_and_among_others() -> None:
    texts = [*SHORT_IN_OTHER_LANGUAGES, *SHORT_IN_ENGLISH, *SENTENCES.values()]
    together = languages.are_judged(texts, languages_of(texts))
    assert together == [languages.are_judged([text], languages_of([text]))[0] for text in texts]


def test_other_languages_between_english_ones_do_not_shift_the_results(label) -> None:
    contents = ["Thank you so much!", SENTENCES["de"], "I am so angry with you!", SENTENCES["zh"], "haha that is so funny"]
    emotions = [labels.values.get("emotion") for labels in service.classify([Text("user", content) for content in contents])]
    assert [emotion and emotion.value for emotion in emotions] == ["gratitude", None, "anger", None, "amusement"]


def test_scores_in_other_languages_are_given_when_asked_for_but_nothing_is_said() -> None:
    labels = service.classify([Text("user", SENTENCES["de"])], every_language=True)[0]
    assert len(labels.scores) == 28 + 6 + 21 + 1  # emotion, toxicity, user flow, attack
    assert dict(labels.values) == {}
    assert not any(labels.said.values())
