from posthog.query.tests.conftest import ask

__all__ = ["ask"]
