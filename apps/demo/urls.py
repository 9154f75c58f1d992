"""Addresses that exist in a demo only; the assembly leaves them out where DEMO is not set."""

from django.contrib.staticfiles.views import serve
from django.urls import path

from apps.demo import views

urlpatterns = [
    path("demo/mail", views.mailbox, name="demo-mail"),
    path("demo/mail.json", views.mailbox_json, name="demo-mail-json"),
    # In production the web server in front serves the collected files; a demo has none.
    path("static/<path:path>", serve, {"insecure": True}),
]
