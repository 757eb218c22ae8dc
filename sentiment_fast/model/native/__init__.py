"""The LSTM in the native core: scoring, training, and the closed form for pads."""
