"""A number that no project has is an error with its name, not a page of zeros."""

import pytest
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("command", [["ledger"], ["relabel"], ["relabel", "--dry-run"], ["topics"]])
@pytest.mark.parametrize("project", ["99", "0", "-1", str(2**70)])
def test_a_project_that_does_not_exist_is_named(command: list[str], project: str) -> None:
    with pytest.raises(CommandError, match=f"there is no project {project}"):
        call_command(*command, f"--project={project}")


def test_the_command_that_makes_labels_names_it_too() -> None:
    with pytest.raises(CommandError, match="there is no project 99"):
        call_command("own_label", "--project=99", "--name=refund", "--examples=none.txt")
