"""Which data sets teach the flow labels. None of them was made for it: a row is taken where its own label says the same.

What a set's label does not settle is left out: a bare "yes", a booking that is confirmed, a recommendation that is turned down.
"""

import re
from collections.abc import Callable, Iterator

from posthog.classifiers.training.heads import AGENT_FLOW, ATTACK, USER_FLOW
from posthog.classifiers.training.sources import Example, Row, Source
from posthog.classifiers.training.written import judged

# label of the set -> ours
HWU = {
    "general_praise": "agrees_praising_thanking",
    "general_affirm": "agrees_praising_thanking",
    "general_negate": "model_wrong_or_try_again",
    "general_explain": "lack_of_understandment",
    "general_repeat": "repeat_answers_or_question",
    "general_confirm": "user_doubts_answer",
}
CLINC = {"thank_you": "agrees_praising_thanking", "goodbye": "user_goodbye", "repeat": "repeat_answers_or_question"}
CLINC_UNDECIDED = ("yes", "no", "maybe", "cancel")
SGD_USER = {
    "THANK_YOU": "agrees_praising_thanking",
    "THANK_YOU,GOODBYE": "agrees_praising_thanking,user_goodbye",
    "REQUEST_ALTS": "more_listing_or_expand",
    "INFORM": "-",
    "INFORM_INTENT": "-",
    "REQUEST": "-",
}
SGD_SYSTEM = {
    "REQ_MORE": "success_and_followup_assistance",
    "NOTIFY_SUCCESS": "success_and_followup_assistance",
    "NOTIFY_FAILURE,REQ_MORE": "agent_apology_unsatisfactory,success_and_followup_assistance?",
    "NOTIFY_FAILURE": "agent_apology_unsatisfactory",
    "REQUEST": "agent_asks_clarification",
    "OFFER": "-",
    "INFORM": "-",
    "GOODBYE": "success_and_followup_assistance?",
}
MRDA_USER = {"ft": "agrees_praising_thanking", "br": "lack_of_understandment"}
MRDA_AGENT = {"no": "no_information_doesnt_know", "fa": "agent_apology_error_mistake"}
MRDA_WORDS = 3  # shorter ones are stammers

REFUSAL = re.compile(
    r"^(i'?m sorry|i am sorry|sorry|i apologi[sz]e|as an ai|i cannot|i can'?t|no,|it is (not|illegal|unethical|never))"
    r"[^.]*\b(cannot|can'?t|not able|unable|won'?t|not (appropriate|ethical|acceptable|okay|legal)|illegal|unethical|against)\b",
    re.IGNORECASE,
)
# Words by which an ordinary answer could be one of the acts: such answers are left out, not called OTHER.
ACT = re.compile(
    r"sorry|apolog|mistake|can(no|')t|unable|not able|as an ai|language model|not sure|don'?t (know|understand|have)|let me know|"
    r"feel free|happy to help|hope this|clarify|could you|would you|anything else",
    re.IGNORECASE,
)


def user(column: Callable[[Row], str | None], text: str = "text") -> Callable[[Row], Iterator[Example]]:
    """Examples of a set whose rows carry a column of labels, None where the row says nothing."""

    def examples(row: Row) -> Iterator[Example]:
        if labels := column(row):
            yield (row[text] or "").strip(), judged(USER_FLOW, labels)

    return examples


def agent(column: Callable[[Row], str | None], text: str = "text") -> Callable[[Row], Iterator[Example]]:
    def examples(row: Row) -> Iterator[Example]:
        if labels := column(row):
            yield (row[text] or "").strip(), judged(AGENT_FLOW, labels)

    return examples


def harmless(text: str) -> Callable[[Row], Iterator[Example]]:
    """Ordinary requests: no attack on the assistant's instructions."""

    def examples(row: Row) -> Iterator[Example]:
        yield (row[text] or "").strip(), judged(ATTACK, "-")

    return examples


def human(text: str) -> Callable[[Row], Iterator[Example]]:
    def examples(row: Row) -> Iterator[Example]:
        if row["speaker"] == "human":
            yield from harmless(text)(row)

    return examples


def hwu(row: Row) -> str | None:
    return HWU.get(row["intent"]) if row["intent"].startswith("general_") else "-"


def clinc(row: Row) -> str | None:
    return CLINC.get(row["intent"], None if row["intent"] in CLINC_UNDECIDED else "-")


def sgd_user(row: Row) -> str | None:
    return SGD_USER.get(row["acts"]) if row["speaker"] == "USER" else None


def sgd_system(row: Row) -> str | None:
    return SGD_SYSTEM.get(row["acts"]) if row["speaker"] == "SYSTEM" else None


def only(chosen: str, column: Callable[[Row], str | None]) -> Callable[[Row], str | None]:
    """The column where it says exactly `chosen`, so that each label of a large set can be capped for itself."""
    return lambda row: chosen if column(row) == chosen else None


def mrda(table: dict[str, str]) -> Callable[[Row], str | None]:
    def column(row: Row) -> str | None:
        return table.get(row["full"].split("^")[-1]) if len(row["text"].split()) >= MRDA_WORDS else None

    return column


def ordinary(_: Row) -> str:
    return "-"


def clarifying(_: Row) -> str:
    return "agent_asks_clarification"


def answer(row: Row) -> str | None:
    """An answer without any word of an act is OTHER."""
    return None if ACT.search(row.get("output") or row.get("response") or "") else "-"


def safe_answer(row: Row) -> str | None:
    return "agent_refuses_answer" if REFUSAL.search(row["output"]) else None


def first_turn(row: Row) -> str | None:
    return "-" if row["speaker"] == "human" and int(row["turn"]) == 0 else None


SGD = "CC BY-SA 4.0"
FLOW_SOURCES: tuple[Source, ...] = (
    Source("user_flow", "userflow/hwu64_train.parquet", "CC BY 4.0", user(hwu), limit=3_000),
    Source("user_flow", "userflow/hwu64_valid.parquet", "CC BY 4.0", user(hwu), split="dev"),
    Source("user_flow", "userflow/clinc150_train.parquet", "CC BY 3.0", user(clinc), limit=3_000),
    Source("user_flow", "userflow/clinc150_val.parquet", "CC BY 3.0", user(clinc), split="dev"),
    Source("user_flow", "userflow/banking77_train.parquet", "CC BY 4.0", user(ordinary), split="hash", limit=1_500),
    *(
        Source("user_flow", "agentflow/sgd_train.parquet", SGD, user(only(labels, sgd_user)), limit=limit)
        for labels, limit in zip(dict.fromkeys(SGD_USER.values()), (500, 500, 700, 1_500), strict=True)
    ),
    Source("user_flow", "agentflow/sgd_dev.parquet", SGD, user(sgd_user), split="dev", limit=800),
    Source("user_flow", "userflow/mrda_train.parquet", "CC BY 4.0", user(mrda(MRDA_USER))),
    Source("user_flow", "topics/arena_hard_prompts.parquet", "Apache-2.0", user(ordinary), split="hash"),
    Source("user_flow", "conversations/gpteacher_roleplay.parquet", "MIT", user(ordinary, "instruction"), split="hash", limit=1_000),
    Source("user_flow", "conversations/gpteacher_codegen.parquet", "MIT", user(ordinary, "instruction"), split="hash", limit=1_000),
    Source("user_flow", "conversations/hh_rlhf_harmless_base_turns.parquet", "MIT", user(first_turn), split="hash", limit=1_500),
    *(
        Source("agent_flow", "agentflow/sgd_train.parquet", SGD, agent(only(labels, sgd_system)), limit=1_000)
        for labels in dict.fromkeys(SGD_SYSTEM.values())
    ),
    Source("agent_flow", "agentflow/sgd_dev.parquet", SGD, agent(sgd_system), split="dev", limit=800),
    Source("agent_flow", "agentflow/clariq_train.parquet", "CC BY 4.0", agent(clarifying, "question"), limit=1_000),
    Source("agent_flow", "agentflow/clariq_dev.parquet", "CC BY 4.0", agent(clarifying, "question"), split="dev", limit=200),
    Source("agent_flow", "userflow/mrda_train.parquet", "CC BY 4.0", agent(mrda(MRDA_AGENT))),
    Source("agent_flow", "agentflow/safety_tuned_refusals.parquet", "none stated", agent(safe_answer, "output"), split="hash"),
    Source("agent_flow", "conversations/arena_hard_answers.parquet", "Apache-2.0", agent(answer, "output"), split="hash", limit=800),
    Source("agent_flow", "conversations/vicuna_blog_answers.parquet", "Apache-2.0", agent(answer, "output"), split="hash"),
    Source("agent_flow", "conversations/gpteacher_roleplay.parquet", "MIT", agent(answer, "response"), split="hash", limit=1_000),
    Source("agent_flow", "conversations/gpteacher_codegen.parquet", "MIT", agent(answer, "response"), split="hash", limit=600),
    Source("attack", "topics/arena_hard_prompts.parquet", "Apache-2.0", harmless("text"), split="hash"),
    Source("attack", "conversations/gpteacher_roleplay.parquet", "MIT", harmless("instruction"), split="hash", limit=1_000),
    Source("attack", "conversations/gpteacher_codegen.parquet", "MIT", harmless("instruction"), split="hash", limit=600),
    Source("attack", "conversations/hh_rlhf_harmless_base_turns.parquet", "MIT", human("text"), split="hash", limit=2_500),
    Source("attack", "userflow/clinc150_train.parquet", "CC BY 3.0", harmless("text"), limit=600),
    Source("attack", "userflow/clinc150_val.parquet", "CC BY 3.0", harmless("text"), split="dev", limit=400),
)
