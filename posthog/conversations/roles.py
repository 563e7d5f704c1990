"""Who speaks: the many names for the four roles."""

USER = "user"
ASSISTANT = "assistant"
SYSTEM = "system"
TOOL = "tool"

_NAMES = {
    USER: ("user", "human", "customer", "client", "visitor", "prompter", "input"),
    ASSISTANT: ("assistant", "agent", "ai", "model", "bot", "chatbot", "gpt", "chatgpt", "llm", "output"),
    SYSTEM: ("system", "developer", "instruction", "instructions"),
    TOOL: ("tool", "function", "tool_result", "tool_response", "function_response", "ipython", "observation"),
}
_ROLES = {name: role for role, names in _NAMES.items() for name in names}


def role_of(name: object) -> str | None:
    """The role that a client's name means ("HumanMessage" is the user), None for an unknown one."""
    if not isinstance(name, str):
        return None
    plain = name.strip().lower().removesuffix("chunk").removesuffix("message").rstrip("_-: ")
    return _ROLES.get(plain)
