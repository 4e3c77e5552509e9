"""Maps of control: from the files of a source to maps of days."""
