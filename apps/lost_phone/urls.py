"""One address, easy to say on the telephone."""

from django.urls import path

from apps.lost_phone.views import lost_phone

urlpatterns = [path("lost-phone", lost_phone, name="lost-phone")]
