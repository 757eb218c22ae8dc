"""Files of rows -> the same rows with labels and scores."""
