"""Batches as they lie on disk: what each holds, which count, what is withdrawn."""
