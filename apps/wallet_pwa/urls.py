"""The addresses under ``/wallet/``."""

from django.urls import path

from apps.wallet_pwa import views

urlpatterns = [
    path("", views.shell, name="wallet"),
    # Where a provider's page sends the customer back to.
    path("linked", views.shell, name="wallet-linked"),
    path("sw.js", views.worker, name="wallet-worker"),
    path("manifest.webmanifest", views.manifest, name="wallet-manifest"),
]
