"""The operators' panel, in the browser."""
