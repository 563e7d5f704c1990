"""A process that has imported what the worker has, finds topics and trains a label, and prints what that left in it, as JSON.

    python -m posthog.topics.tests.worker_like

The database is the one of the settings, and is filled; messages come from the sample of the tests.
"""

import json
import sys
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

import django

django.setup()

from django.core.management import call_command  # noqa: E402

from posthog.common import apart  # noqa: E402
from posthog.ingestion import tasks as worker_tasks  # noqa: E402, F401
from posthog.own_labels import training  # noqa: E402
from posthog.tenancy import services as tenancy  # noqa: E402
from posthog.tenancy.models import Organization  # noqa: E402
from posthog.topics import centroids, fits, samples  # noqa: E402
from posthog.topics.models import TopicFit  # noqa: E402
from posthog.topics.tests.said import Said, requests, vectors  # noqa: E402


def resident_mb() -> float:
    status = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1024


def fit(said: list[Said]) -> TopicFit:
    """A fit over these messages, without the store and Valkey."""
    project = tenancy.create_project(Organization.objects.create(name="one"), "one")
    row = TopicFit.objects.create(project_id=project.pk, state=TopicFit.State.RUNNING)
    sample = samples.Sample([uuid4() for _ in said], [one.text for one in said], vectors(said))
    with (
        patch.object(samples, "newest", lambda _: sample),
        patch.object(samples, "embedded", lambda _: {}),
        patch.object(centroids, "publish", lambda *_: None),
    ):
        return fits.run(row)


def main() -> None:
    call_command("migrate", verbosity=0)
    said = requests()
    before = resident_mb()
    done = fit(said)
    after = resident_mb()
    apart.call(training.train, vectors(said[:12]), vectors(said[40:120]))
    told = {"state": done.state, "error": done.error, "topics": done.topics, "before_mb": round(before), "after_mb": round(after)}
    print(json.dumps(told | {"scikit_learn": "sklearn" in sys.modules}))


if __name__ == "__main__":
    main()
