"""The door of Lodeline: HTTP and the command line."""
