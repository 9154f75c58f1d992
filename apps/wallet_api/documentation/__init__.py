"""The phone's calls as OpenAPI says them; `docs/wallet-api.md` tells the same as a story."""
