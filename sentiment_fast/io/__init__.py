"""Rows in files, the same for every command: any format, compression and number of files in; the same rows out."""
