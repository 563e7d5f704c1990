"""What SDKs ask about feature flags, surveys and their own configuration. No project has any yet: the answers keep SDKs quiet."""
