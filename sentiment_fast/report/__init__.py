"""The files of a run that people read: cards, pictures, TensorBoard logs. Takes mappings and numbers."""
