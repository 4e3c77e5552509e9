"""A record of some 500 answers of the service, to hold beside that of another version."""
