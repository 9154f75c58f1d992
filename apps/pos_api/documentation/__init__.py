"""The till's calls as OpenAPI says them; `docs/pos-api.md` tells the same as a story."""
