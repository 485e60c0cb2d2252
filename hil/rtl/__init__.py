"""The payload controller's RTL: sources, register generation, the Verilated library and its face in Python."""
