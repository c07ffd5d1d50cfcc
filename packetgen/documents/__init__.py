"""Any file -> Documents of Pages of Words. Knows no medicine."""
