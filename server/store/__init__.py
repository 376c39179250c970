"""The database: the only folder that speaks SQL. Plain, blocking functions on a Store.

SQLite lies in the data folder, with one writer and a journal mode that is safe for the version
that Python is linked to; any other database is named by its address. What goes wrong in the
database comes out as a StoreError with one line that says what.
"""

from server.store.database import Store, StoreError
from server.store.maps import Batch, StoredMap, StoredWorld

__all__ = ["Batch", "Store", "StoreError", "StoredMap", "StoredWorld"]
