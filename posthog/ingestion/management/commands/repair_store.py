"""Stores again what the log still has and the store has not. Runs by itself after the machine was started anew."""

import threading
from typing import Any

from django.core.management.base import BaseCommand

from posthog.eventlog import log
from posthog.ingestion import repair


class Command(BaseCommand):
    help = "After a power cut of the store's machine: store again what was lost and stands in the event log still."

    def handle(self, *args: Any, **options: Any) -> None:
        for partition in log.partitions():
            found = repair.repair(partition, threading.Event())
            self.stdout.write(f"partition {partition}: {found} events were missing")
