"""Pages -> Findings, by general rules over the vocabularies of packetgen/knowledge/. Knows no payer."""
