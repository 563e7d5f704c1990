"""What every route that SDKs call without signing in has in common: bodies, tokens, answers, CORS, and how they are reached."""
