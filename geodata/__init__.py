"""The work of Lodeline: facts, control cells, overlay, releases and stores."""

__version__ = "0.1.0"
