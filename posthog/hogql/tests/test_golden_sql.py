"""The SQL of a few queries, whole, so that a change of what is written is seen."""

import pytest

from posthog.hogql.parser import parse_select
from posthog.hogql.printer import print_sql
from posthog.hogql.tests.conftest import context_of

GUARD = "equals(`__t0`.`team_id`, 9001)"
GOLDEN = {
    "SELECT event, count() AS n FROM events WHERE event = 'a' AND timestamp >= '2024-01-01' GROUP BY event ORDER BY n DESC LIMIT 5": (
        "SELECT `__t0`.`event`, count() AS `n` FROM `events` AS `__t0` "
        f"WHERE and({GUARD}, and(equals(`__t0`.`event`, 'a'), "
        "greaterOrEquals(`__t0`.`timestamp`, toDateTime64('2024-01-01 00:00:00.000000', 6, 'UTC')))) "
        "GROUP BY `__t0`.`event` ORDER BY `n` DESC LIMIT 5"
    ),
    "SELECT sum(properties.price) FROM events WHERE properties.`a.b` != 'x' AND properties.user_emotion = 'joy'": (
        "SELECT sum(accurateCastOrNull(`__t0`.`properties`.`price`, 'Float64')) FROM `events` AS `__t0` "
        f"WHERE and({GUARD}, and(ifNull(notEquals(CAST(`__t0`.`properties`.`a%2Eb`, 'Nullable(String)'), 'x'), 1), "
        "equals(`__t0`.`labels`.`user_emotion`, 'joy')))"
    ),
    "SELECT count(DISTINCT person_id) FROM events": (
        "SELECT count(DISTINCT if(notEmpty(`__t2`.`c0`), `__t2`.`c1`, `__t0`.`person_id`)) FROM `events` AS `__t0` "
        "LEFT JOIN (SELECT `__t1`.`distinct_id` AS `c0`, tupleElement(argMax(tuple(`__t1`.`person_id`), `__t1`.`version`), 1) AS `c1` "
        "FROM `person_distinct_id_overrides` AS `__t1` WHERE equals(`__t1`.`team_id`, 9001) GROUP BY `__t1`.`distinct_id` "
        "HAVING equals(argMax(`__t1`.`is_deleted`, `__t1`.`version`), 0)) AS `__t2` ON equals(`__t0`.`distinct_id`, `__t2`.`c0`) "
        f"WHERE {GUARD}"
    ),
    "SELECT e.event FROM numbers(3) AS n LEFT JOIN events AS e ON e.event = toString(n.number)": (
        "SELECT `__t2`.`c0` FROM numbers(0, 3) AS `__t0` LEFT JOIN (SELECT `__t1`.`event` AS `c0` FROM `events` AS `__t1` "
        "WHERE equals(`__t1`.`team_id`, 9001)) AS `__t2` ON equals(`__t2`.`c0`, toString(`__t0`.`number`))"
    ),
    "SELECT 1 WHERE 'it''s' = '\\\\' UNION ALL SELECT 2": "(SELECT 1 AS `1` WHERE equals('it\\'s', '\\\\')) UNION ALL (SELECT 2 AS `2`)",
}


@pytest.mark.parametrize("text", GOLDEN)
def test_this_is_what_is_written(text: str) -> None:
    assert print_sql(parse_select(text), context_of()).sql == GOLDEN[text]


def test_times_are_shown_and_cut_in_the_zone() -> None:
    sql = print_sql(parse_select("SELECT toStartOfDay(timestamp), now() FROM events"), context_of(timezone="Asia/Tokyo")).sql
    assert "toStartOfDay(toTimeZone(`__t0`.`timestamp`, 'Asia/Tokyo')), now64(6, 'Asia/Tokyo')" in sql
