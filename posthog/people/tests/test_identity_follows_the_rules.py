"""What each identifying event does to persons, as PostHog's SDKs and users rely on it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from posthog.common import limits
from posthog.common.ids import uuid7
from posthog.conftest import Person as Member
from posthog.people import services
from posthog.people.models import Person, PersonDistinctId
from posthog.people.schema import Applied, PersonEvent
from posthog.people.services import person_id_for

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def event(name: str, distinct_id: str, minutes: int = 0, **properties: Any) -> PersonEvent:
    named = {key.replace("S_", "$", 1): value for key, value in properties.items()}
    return PersonEvent(uuid7(), name, distinct_id, NOON + timedelta(minutes=minutes), named)


def identify(distinct_id: str, anonymous: Any = None, **properties: Any) -> PersonEvent:
    return event("$identify", distinct_id, S_anon_distinct_id=anonymous, **properties)


def alias(distinct_id: str, other: Any, name: str = "$create_alias") -> PersonEvent:
    return event(name, distinct_id, alias=other)


def person_of(project: Any, distinct_id: str) -> Person:
    return PersonDistinctId.objects.get(project=project, distinct_id=distinct_id).person


def warnings(applied: Applied) -> list[str]:
    return [warning.type for result in applied.results for warning in result.warnings]


def test_first_event_makes_a_person_created_when_the_event_happened(alice: Member) -> None:
    first = event("$pageview", "browser-1")
    [result] = services.apply(alice.project.pk, [first]).results
    person = person_of(alice.project, "browser-1")
    assert (result.person_id, result.person_mode) == (person.id, "full")
    assert person.id == person_id_for(alice.project.pk, "browser-1")
    assert person.created_at == result.created_at == NOON
    assert person.properties == {"$creator_event_uuid": str(first.uuid)}
    assert not person.is_identified


def test_identify_attaches_the_known_anonymous_person_to_the_new_id(alice: Member) -> None:
    applied = services.apply(alice.project.pk, [event("$pageview", "browser-1"), identify("mara@example.com", "browser-1")])
    person = person_of(alice.project, "mara@example.com")
    assert person == person_of(alice.project, "browser-1")
    assert person.is_identified
    assert [(row.distinct_id, row.person_id) for row in applied.overrides] == [("mara@example.com", person.id)]


def test_identify_merges_two_known_persons_into_the_identified_one(alice: Member) -> None:
    services.apply(
        alice.project.pk,
        [
            event("$pageview", "browser-1", S_set={"plan": "free", "theme": "dark"}),
            event("signed up", "mara@example.com", 5, S_set={"plan": "team"}),
        ],
    )
    applied = services.apply(alice.project.pk, [identify("mara@example.com", "browser-1", S_set={"city": "Bergen"})])
    person = person_of(alice.project, "browser-1")
    assert person.id == person_id_for(alice.project.pk, "mara@example.com") == applied.results[0].person_id
    assert {key: person.properties[key] for key in ("plan", "theme", "city")} == {"plan": "team", "theme": "dark", "city": "Bergen"}
    assert person.created_at == NOON
    assert Person.objects.filter(project=alice.project).count() == 1
    [gone] = [row for row in applied.persons if row.is_deleted]
    assert gone.id == person_id_for(alice.project.pk, "browser-1")
    assert [(row.distinct_id, row.person_id, row.version) for row in applied.overrides] == [("browser-1", person.id, 1)]


def test_identify_with_neither_person_known_makes_one_identified_person(alice: Member) -> None:
    services.apply(alice.project.pk, [identify("mara@example.com", "browser-1")])
    person = person_of(alice.project, "mara@example.com")
    assert person == person_of(alice.project, "browser-1")
    assert person.is_identified


def test_identify_without_an_anonymous_id_only_marks_identified(alice: Member) -> None:
    services.apply(alice.project.pk, [identify("mara@example.com"), identify("noor", "noor")])
    assert person_of(alice.project, "mara@example.com").is_identified
    assert person_of(alice.project, "noor").is_identified


def test_an_identified_person_is_not_merged_away_by_identify_or_alias(alice: Member) -> None:
    services.apply(alice.project.pk, [identify("mara@example.com"), event("$pageview", "shared-laptop")])
    applied = services.apply(
        alice.project.pk,
        [identify("noor@example.com"), identify("noor@example.com", "mara@example.com"), alias("shared-laptop", "mara@example.com")],
    )
    assert warnings(applied) == ["cannot_merge_already_identified"] * 2
    assert Person.objects.filter(project=alice.project).count() == 3


def test_merge_dangerously_merges_identified_persons(alice: Member) -> None:
    services.apply(alice.project.pk, [identify("mara@example.com"), identify("mara@work.example")])
    applied = services.apply(alice.project.pk, [alias("mara@example.com", "mara@work.example", "$merge_dangerously")])
    assert warnings(applied) == []
    assert person_of(alice.project, "mara@work.example").id == person_id_for(alice.project.pk, "mara@example.com")


def test_all_ids_of_a_merged_person_move_along(alice: Member) -> None:
    services.apply(alice.project.pk, [identify("phone", "tablet"), alias("phone", "watch")])
    applied = services.apply(alice.project.pk, [identify("mara@example.com"), alias("mara@example.com", "phone", "$merge_dangerously")])
    target = person_id_for(alice.project.pk, "mara@example.com")
    assert {person_of(alice.project, one).id for one in ("phone", "tablet", "watch", "mara@example.com")} == {target}
    assert {row.distinct_id for row in applied.overrides} == {"phone", "tablet", "watch"}


@pytest.mark.parametrize(
    "illegal", ["null", "Anonymous", '"undefined"', "'GUEST'", "  ", "[object Object]", "0", "NOT_AUTHENTICATED", '" id "']
)
def test_ids_that_stand_for_everybody_never_merge(alice: Member, illegal: str) -> None:
    applied = services.apply(alice.project.pk, [alias("mara@example.com", illegal), identify(illegal, "mara@example.com")])
    assert warnings(applied) == ["cannot_merge_with_illegal_distinct_id"] * 2
    assert all(result.drop_reason is None for result in applied.results)
    assert not Person.objects.filter(project=alice.project, is_identified=True).exists()


@pytest.mark.parametrize("legal", ["NULL", "Nan", "nobody", "00", "user-null"])
def test_ids_that_only_resemble_placeholders_merge(alice: Member, legal: str) -> None:
    assert warnings(services.apply(alice.project.pk, [alias("mara@example.com", legal)])) == []


def test_events_without_a_profile_make_no_person_and_lose_what_would_change_one(alice: Member) -> None:
    quiet = event(
        "$ai_generation", "trace-77", S_process_person_profile=False, S_set={"plan": "pro"}, S_groups={"company": "fjord"}, model="small"
    )
    [result] = services.apply(alice.project.pk, [quiet]).results
    assert result.person_mode == "propertyless"
    assert result.person_id == person_id_for(alice.project.pk, "trace-77")
    assert result.event_properties == {"$process_person_profile": False, "model": "small"}
    assert (result.groups, result.properties) == ({}, {})
    assert not Person.objects.exists()


def test_events_without_a_profile_show_the_person_that_exists_already(alice: Member) -> None:
    services.apply(alice.project.pk, [identify("mara@example.com", S_set={"plan": "team"})])
    quiet = event("answer", "mara@example.com", S_process_person_profile=False, S_set={"plan": "none"})
    [result] = services.apply(alice.project.pk, [quiet]).results
    assert (result.person_mode, result.properties["plan"]) == ("force_upgrade", "team")
    assert person_of(alice.project, "mara@example.com").properties["plan"] == "team"


@pytest.mark.parametrize("name", ["$identify", "$create_alias", "$merge_dangerously", "$groupidentify"])
def test_identifying_events_without_a_profile_are_dropped_with_a_warning(alice: Member, name: str) -> None:
    [result] = services.apply(alice.project.pk, [event(name, "mara", S_process_person_profile=False, alias="m")]).results
    assert result.drop_reason == "invalid_event_when_process_person_profile_is_false"
    assert result.warnings[0].type == result.drop_reason


def test_set_overwrites_set_once_keeps_and_unset_removes(alice: Member) -> None:
    results = services.apply(
        alice.project.pk,
        [
            event("a", "mara", S_set={"plan": "free", "seats": 1}, S_set_once={"source": "newsletter"}),
            event("b", "mara", S_set={"plan": "team"}, S_set_once={"source": "ad", "referrer": "friend"}),
            event("c", "mara", S_unset=["seats"]),
            event("d", "mara", S_unset={"plan": ""}),
        ],
    ).results
    seen = [{key: value for key, value in result.properties.items() if not key.startswith("$")} for result in results]
    assert seen == [
        {"plan": "free", "seats": 1, "source": "newsletter"},
        {"plan": "team", "seats": 1, "source": "newsletter", "referrer": "friend"},
        {"plan": "team", "source": "newsletter", "referrer": "friend"},
        {"source": "newsletter", "referrer": "friend"},
    ]


def test_a_number_that_becomes_a_boolean_is_a_change(alice: Member) -> None:
    services.apply(alice.project.pk, [event("a", "mara", S_set={"subscribed": 1, "trial": False})])
    services.apply(alice.project.pk, [event("b", "mara", S_set={"subscribed": True, "trial": 0})])
    stored = person_of(alice.project, "mara").properties
    assert (stored["subscribed"] is True, type(stored["trial"])) == (True, int)

    again = services.apply(alice.project.pk, [event("c", "mara", S_set={"subscribed": True, "trial": 0})])
    assert again.persons == []


def test_nul_characters_reach_no_database(alice: Member) -> None:
    services.apply(alice.project.pk, [event("a", "mara", S_set={"no\0te": ["a\0b", {"c": 1}], "plan": "team"}, S_current_url="/\0")])
    properties = person_of(alice.project, "mara").properties
    assert (properties["no\ufffdte"], properties["$current_url"]) == (["a\ufffdb", {"c": 1}], "/\ufffd")


def test_device_and_campaign_become_person_properties_with_their_first_value(alice: Member) -> None:
    services.apply(
        alice.project.pk,
        [
            event("$pageview", "mara", S_browser="Firefox", utm_source="mastodon", S_lib="web"),
            event("$pageview", "mara", S_browser="Safari", utm_source="newsletter", S_set={"$browser": "by hand"}),
        ],
    )
    properties = person_of(alice.project, "mara").properties
    assert (properties["$browser"], properties["$initial_browser"]) == ("by hand", "Firefox")
    assert (properties["utm_source"], properties["$initial_utm_source"]) == ("newsletter", "mastodon")
    assert "$lib" not in properties


def test_groups_get_an_index_on_first_sight_and_a_sixth_kind_is_refused_with_a_warning(alice: Member) -> None:
    kinds = ["company", "workspace", "team", "region", "plan", "one too many"]
    applied = services.apply(alice.project.pk, [event("message sent", "mara", S_groups={kind: f"{kind}-1" for kind in kinds})])
    assert applied.results[0].groups == {index: f"{kind}-1" for index, kind in enumerate(kinds[:5])}
    assert applied.results[0].event_properties["$group_4"] == "plan-1"
    assert warnings(applied) == ["too_many_group_types"]


def tell(**given: Any) -> PersonEvent:
    return event("$groupidentify", "$company_fjord", S_group_type="company", S_group_key="fjord", S_group_set=given)


@pytest.mark.parametrize("name", ["Fjord AS", "Fjord\0AS"])
def test_what_is_known_of_a_person_or_group_makes_no_new_version(alice: Member, name: str) -> None:
    told = [tell(name=name, seats=5), identify("mara", S_set={"name": name})]
    first = services.apply(alice.project.pk, told)
    assert (len(first.groups), len(first.persons)) == (1, 2)
    again = services.apply(alice.project.pk, told)
    assert (again.groups, again.persons, again.results[0].error) == ([], [], None)


def test_what_is_known_of_a_person_or_group_is_not_serialized_again(alice: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    told = [tell(name="Fjord AS", seats=5), identify("mara", S_set={"name": "Mara"})]
    services.apply(alice.project.pk, told)
    monkeypatch.delattr("posthog.common.json.dumps")
    again = services.apply(alice.project.pk, told)
    assert [result.error for result in again.results] == [None, None]


def test_group_properties_are_overwritten_key_by_key(alice: Member) -> None:
    services.apply(alice.project.pk, [tell(name="Fjord AS", seats=5)])
    applied = services.apply(alice.project.pk, [tell(seats=7)])
    assert [(row.properties, row.version) for row in applied.groups] == [({"name": "Fjord AS", "seats": 7}, 1)]
    assert [row.version for row in services.apply(alice.project.pk, [tell(seats=7), tell(seats=True)]).groups] == [2]


def test_an_identifying_event_names_the_other_id_as_that_ones_own_events_do(alice: Member) -> None:
    services.apply(alice.project.pk, [event("$pageview", "browser-1"), identify("mara@example.com", "  browser-1\n")])
    assert person_of(alice.project, "browser-1") == person_of(alice.project, "mara@example.com")


def test_a_kind_of_group_without_a_name_or_key_takes_no_index(alice: Member) -> None:
    given = {"": "nameless", "team": "", "plan": None, "company": "fjord"}
    [result] = services.apply(alice.project.pk, [event("message sent", "mara", S_groups=given)]).results
    assert result.groups == {0: "fjord"}


def test_properties_beyond_the_limit_are_left_out_with_a_warning_that_names_it(alice: Member) -> None:
    half = "x" * (limits.PROFILE_BYTES // 2)
    group = {"S_group_type": "company", "S_group_key": "fjord"}
    applied = services.apply(
        alice.project.pk,
        [
            event("a", "mara", S_set={"one": half}),
            event("b", "mara", S_set={"two": half}),
            event("c", "noor", S_set={"three": half}),
            alias("mara", "noor"),
            event("$groupidentify", "mara", S_group_set={"one": half}, **group),
            event("$groupidentify", "mara", S_group_set={"two": half}, **group),
            event("d", "mara", S_set={"plan": "team"}),
        ],
    )
    assert warnings(applied) == ["profile_too_large"] * 3
    assert applied.results[1].warnings[0].details["limit"] == f"{limits.PROFILE_BYTES} bytes"
    assert person_of(alice.project, "noor").properties.keys() == {"one", "plan", "$creator_event_uuid"}
    assert applied.groups[0].properties.keys() == {"one"}


def test_same_ids_in_another_project_are_another_person(alice: Member, charlie: Member) -> None:
    mine = services.apply(alice.project.pk, [identify("mara@example.com", "browser-1")])
    theirs = services.apply(charlie.project.pk, [event("$pageview", "browser-1")])
    assert mine.results[0].person_id != theirs.results[0].person_id
    assert not person_of(charlie.project, "browser-1").is_identified
