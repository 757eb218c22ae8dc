"""What a run leaves for people: cards, pictures, TensorBoard logs. Takes mappings and numbers."""
