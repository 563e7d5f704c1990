"""Numbers out of what clients write."""

import math


def finite(value: str | int | float) -> float | None:
    """The value as a float; None for text that is no number, for infinities, NaN, and integers beyond a float."""
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
