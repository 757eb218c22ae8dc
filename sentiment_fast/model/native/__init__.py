"""The LSTM by the native core: scoring, training, and the closed form for pads."""
