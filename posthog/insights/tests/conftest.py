from posthog.query.tests.conftest import ask, stores

__all__ = ["ask", "stores"]
