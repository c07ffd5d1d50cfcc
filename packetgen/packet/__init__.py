"""Parts -> one bound, stamped, linked, proofed PDF and its manifest."""
