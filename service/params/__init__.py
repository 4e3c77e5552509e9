"""Every query parameter: one small parser each."""
