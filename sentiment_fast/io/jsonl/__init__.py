"""JSON Lines: objects as written, windows of lines, and objects with members added."""
