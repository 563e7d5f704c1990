"""Everything here that answers a query; importing it registers the runners."""

from posthog.insights import actors, conversations_behind, events, options
from posthog.insights.trends import runner as trends

__all__ = ["actors", "conversations_behind", "events", "options", "trends"]
