"""The demo company "PT Contoh Arunika Digital": invented people, clients and contracts relative to one day.

`company.build` makes it in memory, without clock and database and always the same for the same day; `store.save`
writes it. No real person or company is meant.
"""
