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

# Each pattern asks for what an instruction to a model has and a comment in code has not: "override the default rules", "the model must be
# bound", "show the original message", "send the token with the request" and "you are now logged in" are ordinary.
_EARLIER = "all|any|of|the|these|those|your|its|previous|prior|earlier|above|other|safety"
_SECRETS = "conversation|chat|history|passwords?|secrets?|credentials|api keys?|tokens?"
_OUTSIDE = (
    r"https?://|www\.|\S+@\S|(?:[\w-]+\.)+(?:com|net|org|io|ru|cn|xyz|top|site|app|dev)\b|(?:me|us)\b|this (?:address|url|site|server)\b"
)
_MODEL = "ai|llm|gpt|chatgpt|claude|(?:language|ai) models?|assistants?|chatbots?"
_INSTRUCTIONS = (
    r"(?:ignore|disregard|forget|override|bypass|overrule)\W+(?:\w+\W+){0,4}(?:instructions?|prompts?|guidelines|directives)\b",
    rf"(?:ignore|disregard|forget|override|bypass|overrule)\W+(?:(?:{_EARLIER})\W+){{0,4}}(?:rules|orders)\b",
    r"(?:reveal|print|repeat|show|output|leak|expose|give)\W+(?:\w+\W+){0,4}(?:system|initial|hidden|secret|original)\W+"
    r"(?:prompt|instructions?)\b",
    r"(?:do not|don't|never)\W+(?:tell|mention|reveal|inform|alert|disclose)\b",
    rf"\byou are now\W+(?:(?:an?|my)\W+(?:[\w-]+\W+){{0,2}}(?:model|bot|{_MODEL})|dan|in developer mode|unrestricted|unfiltered)\b",
    rf"\byou are no longer\W+(?:(?:an?|my)\W+(?:[\w-]+\W+){{0,2}}(?:{_MODEL})|bound|restricted|constrained)\b",
    rf"\b(?:{_MODEL})\W+(?:\w+\W+){{0,2}}(?:must|should|have to|please|are to)\b",
    r"\b(?:new|real|secret|hidden) instructions?\s*:",
    rf"\b(?:send|forward|upload|post|append)\W+(?:\w+\W+){{0,6}}(?:{_SECRETS})\W+(?:\w+\W+){{0,4}}to\W+(?:{_OUTSIDE})",
    rf"\b(?:exfiltrate|leak)\W+(?:\w+\W+){{0,6}}(?:{_SECRETS})\b",
    r"\b(?:rate|recommend|rank|score|hire|approve)\W+(?:\w+\W+){0,3}(?:highly|candidate|product first|as the best|positively)\b",
)
INSTRUCTION = re2.compile(f"(?i)(?:{'|'.join(_INSTRUCTIONS)})")


def is_instruction(text: str) -> bool:
    """Whether the text tells a model what to do."""
    return INSTRUCTION.search(text) is not None
