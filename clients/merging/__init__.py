"""Two records of one client become one, and two again if that was wrong.

`links`: which rows hang on a client. `choices`: whose values the survivor takes. `owners`: whose days. `merge`, `undo`.
"""
