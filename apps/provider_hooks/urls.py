"""The addresses under ``/api/providers/v1/``."""

from django.urls import path

from apps.provider_hooks.views import Notices

urlpatterns = [path("<slug:account>/notices", Notices.as_view())]
