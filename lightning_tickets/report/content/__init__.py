"""What reports say, before it has any form: names, cells, layouts, notes, and the sheets beside an exhibit."""
