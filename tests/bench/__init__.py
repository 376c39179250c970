"""What measures: programs to run by hand (`make bench`), and no tests."""
