"""Documents the standards ask for."""
