"""pyserial finds here what opens `model://`, `rtl://` and `kernel://`."""
