"""Files fetched over HTTP: whole, checked, gone on with where they were cut off."""
