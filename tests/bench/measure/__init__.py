"""What benchmarks share: times and rows; and the rows of those that are programs of their own."""
