"""A demo project: an invented support assistant, its users and their weeks, sent through capture like any other events."""
