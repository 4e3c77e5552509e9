"""Vector tiles: the grid, source layers, clipping, generalising, encoders, archives."""
