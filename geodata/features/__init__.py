"""Collections, their rows, and the question asked of them."""
