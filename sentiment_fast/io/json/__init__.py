"""JSON: arrays of objects and objects that take several lines, read value by value; and arrays as output."""
