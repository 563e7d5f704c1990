"""A wrong number for the command is refused; it never stands for all letters."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

pytestmark = pytest.mark.django_db


def test_number_zero_is_not_all_letters() -> None:
    with pytest.raises(CommandError, match="there is no dead letter 0"):
        call_command("dead_letters", "replay", "--id", "0")


def test_a_limit_below_zero_is_named() -> None:
    with pytest.raises(CommandError, match="--limit: '-1' is not a whole number of at least 0"):
        call_command("dead_letters", "list", "--limit", "-1")
