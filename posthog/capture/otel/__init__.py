"""Spans of OpenTelemetry, one event for each: read from the wire, mapped to what PostHog's SDKs would have sent, taken like any event."""
