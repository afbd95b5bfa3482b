"""Reading spreadsheets that people bring, without ever misreading a number or a day. Knows no model."""
