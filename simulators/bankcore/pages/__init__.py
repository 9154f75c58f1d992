"""The bank's own pages for people: consent to a link, and its withdrawal. Plain HTML, no script, no cookie but one."""
