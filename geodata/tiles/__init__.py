"""Vector tiles: the grid, cutting and simplifying, encoders, archives, what layers hold."""
