"""What pages for people share: amounts, moments, badges, safe addresses, sheets, and what browsers may do with them.

Serves the portals. Its templates are below `templates/pages/`, the tokens in `static/css/tokens.css`.
"""
