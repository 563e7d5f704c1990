"""What a process keeps per project is that of the project's newest version, and is read no more often than that needs."""

import subprocess
from dataclasses import dataclass, field

import pytest

from posthog.common import redis
from posthog.common.per_project import PerProject

PREFIX = "test_per_project"


@dataclass
class Database:
    """Versions and values of projects. asked, loaded: of which projects, in this order."""

    versions: dict[int, int] = field(default_factory=dict)
    values: dict[int, str] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    loaded: list[int] = field(default_factory=list)

    def version(self, team_id: int) -> int:
        self.asked.append(team_id)
        return self.versions.get(team_id, 0)

    def load(self, team_id: int) -> str:
        self.loaded.append(team_id)
        return self.values.get(team_id, "nothing")

    def change(self, team_id: int, value: str) -> int:
        """Returns the new version."""
        self.values[team_id] = value
        self.versions[team_id] = self.versions.get(team_id, 0) + 1
        return self.versions[team_id]

    def process(self, most: int = 200) -> PerProject[str]:
        return PerProject(PREFIX, self.version, self.load, most=most)


@pytest.fixture
def database(valkey: subprocess.Popen[bytes]) -> Database:
    forget_versions()
    return Database()


def forget_versions() -> None:
    for key in redis.client().scan_iter(f"{PREFIX}:*"):
        redis.client().delete(key)


def test_without_a_change_the_database_is_read_once(database: Database) -> None:
    process = database.process()
    assert [process.current(1) for _ in range(3)] == ["nothing"] * 3
    assert (database.asked, database.loaded) == ([1], [1])


def test_a_published_change_is_seen_by_every_process_at_once(database: Database) -> None:
    one, other = database.process(), database.process()
    assert (one.current(1), other.current(1)) == ("nothing", "nothing")
    one.publish(1, database.change(1, "new"))
    assert (one.current(1), other.current(1)) == ("new", "new")
    assert database.asked == [1]


def test_a_change_of_one_project_costs_the_others_nothing(database: Database) -> None:
    process = database.process()
    assert (process.current(1), process.current(2)) == ("nothing", "nothing")
    process.publish(1, database.change(1, "new"))
    assert (process.current(1), process.current(2)) == ("new", "nothing")
    assert database.loaded == [1, 2, 1]


def test_when_redis_has_lost_the_version_the_database_tells_it(database: Database) -> None:
    process = database.process()
    process.publish(1, database.change(1, "first"))
    assert process.current(1) == "first"
    database.change(1, "second")  # and the process that changed it died before it could publish
    forget_versions()
    assert process.current(1) == "second"


def test_a_version_read_late_from_the_database_does_not_hide_a_newer_one(database: Database) -> None:
    def overtaken(team_id: int) -> int:
        database.process().publish(team_id, database.change(team_id, "new"))
        return 0

    process = PerProject(PREFIX, overtaken, database.load)
    process.current(1)
    assert process.current(1) == "new"
    assert redis.client().get(f"{PREFIX}:1:version") == b"1"


def test_a_change_during_loading_is_not_kept_as_the_old_version(database: Database) -> None:
    def slow(team_id: int) -> str:
        found = database.load(team_id)
        if len(database.loaded) == 1:
            database.process().publish(team_id, database.change(team_id, "new"))
        return found

    process = PerProject(PREFIX, database.version, slow)
    assert [process.current(1), process.current(1)] == ["nothing", "new"]


def test_what_no_longer_fits_is_read_again_though_the_version_is_the_same(database: Database) -> None:
    wanted = "nothing"
    process = PerProject(PREFIX, database.version, database.load, fits=lambda value: value == wanted)
    assert process.current(1) == "nothing"
    database.values[1] = wanted = "other"
    assert [process.current(1), process.current(1)] == ["other", "other"]
    assert database.loaded == [1, 1]


def test_the_projects_asked_for_last_are_kept(database: Database) -> None:
    process = database.process(most=2)
    for team_id in (1, 2, 1, 3, 1, 2):
        process.current(team_id)
    assert database.loaded == [1, 2, 3, 2]


def test_after_forget_everything_is_read_again(database: Database) -> None:
    process = database.process()
    process.current(1)
    process.forget()
    process.current(1)
    assert (database.asked, database.loaded) == ([1], [1, 1])


def test_caches_of_different_prefixes_do_not_mix(database: Database) -> None:
    process, neighbour = database.process(), PerProject(f"{PREFIX}:more", lambda _: 0, lambda _: "neighbour's")
    neighbour.publish(1, 7)
    assert (process.current(1), neighbour.current(1)) == ("nothing", "neighbour's")
