"""What the staff does and may see, each act judged and written down.

The panel and the commands stand on it.
"""
