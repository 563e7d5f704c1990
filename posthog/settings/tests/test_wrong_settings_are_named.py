"""Every setting can come from a file, an empty one counts as not given, and one that cannot be used is named in a sentence."""

from collections.abc import Callable
from pathlib import Path

import pytest

from posthog.settings import environment
from posthog.settings.environment import BadSetting
from posthog.settings.secrets import stored_secret


def _flag() -> bool:
    return environment.flag("SOME", True)


def _integer() -> int:
    return environment.integer("SOME", 8000)


def _words() -> list[str]:
    return environment.words("SOME", ["all"])


def _choice() -> str:
    return environment.choice("SOME", "info", ("info", "debug"))


def _url() -> str:
    return environment.url("SOME", "redis://host", ("redis",), "redis://here")


@pytest.mark.parametrize(
    ("read", "content", "value"),
    [
        (_flag, "no", False),
        (_integer, "8201", 8201),
        (_words, "a, b", ["a", "b"]),
        (_choice, "DEBUG", "debug"),
        (_url, "redis://a", "redis://a"),
    ],
)
def test_every_kind_of_setting_can_come_from_a_file(
    read: Callable[[], object], content: str, value: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "value").write_text(content + "\n")
    monkeypatch.setenv("SOME_FILE", str(tmp_path / "value"))
    assert read() == value


@pytest.mark.parametrize(
    ("read", "default"), [(_flag, True), (_integer, 8000), (_words, ["all"]), (_choice, "info"), (_url, "redis://here")]
)
def test_an_empty_setting_is_as_none(read: Callable[[], object], default: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME", "")
    assert read() == default


@pytest.mark.parametrize("read", [_flag, _integer, _words, _choice, _url])
def test_a_file_that_is_not_there_is_named(read: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME_FILE", "/nowhere/at/all")
    with pytest.raises(BadSetting, match=r"^SOME_FILE is '/nowhere/at/all', which cannot be read: .*No such file"):
        read()


@pytest.mark.parametrize("value", ["foo", "http://host", "redis://host:port", "redis://host:99999"])
def test_a_wrong_address_is_named_without_its_password(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOME", value)
    with pytest.raises(BadSetting, match=r"^SOME cannot be understood: write it as redis://host$"):
        _url()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadSetting, match=r"file/secrets/key cannot be read or made: Not a directory. Set DATA_DIR"):
        stored_secret(tmp_path / "file" / "secrets" / "key")


def test_a_secret_that_could_not_be_written_is_made_by_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    path = tmp_path / "secrets" / "key"
    with monkeypatch.context() as patch:
        patch.setattr("posthog.settings.secrets.secrets.token_urlsafe", full)
        with pytest.raises(BadSetting, match="No space left on device"):
            stored_secret(path)
    made = stored_secret(path)
    assert len(made) > 40
    assert (stored_secret(path), path.stat().st_mode & 0o777, list(path.parent.iterdir())) == (made, 0o600, [path])
