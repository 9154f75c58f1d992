"""The words of the portal, a module per group of pages; German and English, the others are spoken to in German."""
