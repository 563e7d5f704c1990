"""Words and phrases of somebody who talks to a model past its user: what hidden and disguised texts are searched for."""

import re2

# Words that an attack disguises. Long ones only, none that people write in leetspeak for fun.
DISGUISED = (
    "ignore",
    "disregard",
    "previous",
    "instruction",
    "instructions",
    "system",
    "prompt",
    "jailbreak",
    "bypass",
    "override",
    "restrictions",
    "guidelines",
    "developer",
    "confidential",
    "explosives",
    "malware",
)

_SECRETS = "conversation|chat|history|passwords?|secrets?|credentials|api key|tokens?"
_INSTRUCTIONS = (
    r"(?:ignore|disregard|forget|override|bypass|overrule)\W+(?:\w+\W+){0,4}(?:instructions?|prompts?|rules|guidelines|directives|orders)\b",
    r"(?:reveal|print|repeat|show|output|leak|expose|give)\W+(?:\w+\W+){0,4}(?:system|initial|hidden|secret|original)\W+"
    r"(?:prompt|instructions?|message)\b",
    r"(?:do not|don't|never)\W+(?:tell|mention|reveal|inform|alert|disclose)\b",
    r"\byou are (?:now|no longer)\b",
    r"\b(?:ai|llm|gpt|chatgpt|claude|language model|assistants?|chatbot|model)s?\W+(?:\w+\W+){0,2}(?:must|should|have to|please|are to)\b",
    r"\b(?:new|real|secret|hidden) instructions?\b",
    rf"\b(?:send|forward|exfiltrate|upload|post|append|leak)\W+(?:\w+\W+){{0,6}}(?:{_SECRETS})\b",
    r"\b(?:rate|recommend|rank|score|hire|approve)\W+(?:\w+\W+){0,3}(?:highly|candidate|product first|as the best|positively)\b",
)
INSTRUCTION = re2.compile(f"(?i)(?:{'|'.join(_INSTRUCTIONS)})")


def is_instruction(text: str) -> bool:
    """Whether the text tells a model what to do."""
    return INSTRUCTION.search(text) is not None
