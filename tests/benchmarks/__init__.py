"""How fast, how small and how true is it, against a limit or a peer in the same run."""
