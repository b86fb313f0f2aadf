"""The tables of pages as files: `sheets` says the columns once, `files` answers a request
for one, `csv_file` and `xlsx_file` write it, `cells` and `texts` make each cell safe."""
