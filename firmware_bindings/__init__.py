"""The C that flies, and its thin Python face: codec, device link, inference kernel."""
