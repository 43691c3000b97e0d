"""Import of organisations, persons, teams, achievements and demands from CSV and XLSX.

`reading` makes a table of a file, `columns` says what each kind's columns mean, `checking` is the dry run with
its report by row and column, and `actions` applies a checked table, all or nothing.
"""
