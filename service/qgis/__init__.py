"""A project for QGIS over this service: layers, colours and days ready to be opened."""
