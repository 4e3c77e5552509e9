"""Who holds what, as arrays in and arrays out."""
