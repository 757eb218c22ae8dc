"""JSON Lines: objects as they are written, windows of lines, objects with more members."""
