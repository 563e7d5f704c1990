"""Persons, their distinct ids, and groups."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "posthog.people"
    label = "people"
