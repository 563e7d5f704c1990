"""Event properties whose texts are stored once, as messages, and not with the event.

`events.message_refs` holds them in the shape in which they came, each text a node {"$message": id}.
"""

INPUT_PROPERTIES = ("$ai_input", "$llm_input")
OUTPUT_PROPERTIES = ("$ai_output_choices", "$ai_output", "$llm_output")
TEXT_PROPERTIES = INPUT_PROPERTIES + OUTPUT_PROPERTIES
REFERENCE = "$message"
