"""Runs the whole product on one machine: store, event log, web and worker as child processes with one log and an orderly stop.

`python -m posthog.web.supervisor [--demo]`. Django is not loaded here: this process lives as long as the product and stays small.
"""
