from collections.abc import Sequence

from django.apps import AppConfig
from django.conf import settings

from posthog.classifiers import service
from posthog.settings.environment import BadSetting


class ClassifiersConfig(AppConfig):
    name = "posthog.classifiers"
    label = "classifiers"

    def ready(self) -> None:
        service.use_folder(settings.MODEL_DIR)
        service.use_engine(settings.LABEL_ENGINE)
        if settings.LABELS_ENABLED:
            _check(settings.LABELS_ON)
        service.turn_on(settings.LABELS_ON)


def _check(names: Sequence[str]) -> None:
    """Raises BadSetting for names that no label has. Without a model nobody can tell, and nothing is labelled."""
    try:
        known = service.known_labels() if names else []
    except service.ModelUnavailable:
        return
    unknown = [name for name in names if name not in known]
    if unknown:
        raise BadSetting(f"LABELS_ON names {', '.join(map(repr, unknown))}: use names of labels, which are {', '.join(known)}")
