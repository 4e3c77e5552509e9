"""Vector tiles: the grid, cutting and simplifying, encoders, archives, and what each layer holds."""
