"""The words of the portal, a module per group of pages, in German, French, Italian and English."""
