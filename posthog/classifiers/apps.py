from django.apps import AppConfig
from django.conf import settings

from posthog.classifiers import service


class ClassifiersConfig(AppConfig):
    name = "posthog.classifiers"
    label = "classifiers"

    def ready(self) -> None:
        service.use_folder(settings.MODEL_DIR)
        service.use_engine(settings.LABEL_ENGINE)
        service.turn_on(settings.LABELS_ON)
