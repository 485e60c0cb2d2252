"""Flight software for satellites that compute: a value that bytes and time flow through."""
