"""Findings -> Chart: one value per fact, conflicts kept. Knows no payer."""
