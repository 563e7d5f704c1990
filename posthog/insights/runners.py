"""Everything here that answers a query; importing it registers the runners."""

from posthog.insights import actors, events, options
from posthog.insights.trends import runner as trends

__all__ = ["actors", "events", "options", "trends"]
