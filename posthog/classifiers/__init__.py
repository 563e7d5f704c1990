"""Reads texts and labels them: emotion, toxicity, language. No Django here; `training` makes the model files."""
