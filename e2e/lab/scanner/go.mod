module lab/scanner

go 1.26
