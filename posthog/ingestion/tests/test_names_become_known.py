"""What was ingested is offered in pickers, labels included; a failure there costs no event."""

from typing import Any

import pytest

from posthog.definitions import services
from posthog.definitions.models import EventDefinition, EventProperty, PropertyDefinition
from posthog.ingestion import names
from posthog.ingestion.tests.conftest import Pipeline

pytestmark = pytest.mark.django_db


def event(uuid_end: int, **properties: Any) -> dict[str, Any]:
    return {"uuid": f"0195a3f0-7c1e-7d6a-9d5e-{uuid_end:012d}", "event": "book lent", "distinct_id": "emma", "properties": properties}


def test_names_and_types_are_known_after_ingestion(pipeline: Pipeline) -> None:
    services.forget()
    pipeline.accept(event(1, pages=300, **{"$set": {"city": "Kiel"}, "$llm_input": "Which book?", "$llm_output": "Emma."}))
    pipeline.run()
    assert EventDefinition.objects.get(project=pipeline.member.project).name == "book lent"
    rows = PropertyDefinition.objects.filter(project=pipeline.member.project)
    assert rows.get(name="pages").property_type == "Numeric"
    assert rows.get(name="city", type=PropertyDefinition.Scope.PERSON).property_type == "String"
    assert not rows.filter(name="$llm_input").exists()
    assert EventProperty.objects.filter(project=pipeline.member.project, event="book lent", property="pages").exists()


def test_a_failure_to_record_names_costs_no_event(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ValueError("no")

    monkeypatch.setattr(names, "record", fail)
    pipeline.accept(event(2, pages=300))
    pipeline.run()
    assert pipeline.events() == ["book lent"]
