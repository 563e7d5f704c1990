"""Makes the model files: data, training, thresholds, export, evaluation. The only place that imports torch."""
