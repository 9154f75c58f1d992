"""The portal's addresses. Each view is made by `page` or `public_page`; a test refuses any other."""

from django.urls import path

from apps.staff_portal.converters import register_ids
from apps.staff_portal.views import approvals, audit, cases, customers, home, operators, payments, signing_in

register_ids()

urlpatterns = [
    path("", home.home, name="staff-home"),
    path("login", signing_in.login, name="staff-login"),
    path("login/code", signing_in.login_code, name="staff-login-code"),
    path("login/setup", signing_in.login_setup, name="staff-login-setup"),
    path("login/invitation", signing_in.invitation, name="staff-invitation"),
    path("logout", signing_in.logout, name="staff-logout"),
    path("confirm", signing_in.confirm, name="staff-confirm"),
    path("preferences", home.preferences, name="staff-preferences"),
    path("search", home.search, name="staff-search"),
    path("reviews", payments.reviews, name="staff-reviews"),
    path("payments/<pay:payment_id>", payments.payment, name="staff-payment"),
    path("cases", cases.cases, name="staff-cases"),
    path("cases/<cas:case_id>", cases.case, name="staff-case"),
    path("approvals", approvals.approvals, name="staff-approvals"),
    path("approvals/<uuid:approval_id>", approvals.approval, name="staff-approval"),
    path("devices", customers.devices, name="staff-devices"),
    path("devices/<dev:device_id>", customers.device, name="staff-device"),
    path("customers/<cus:customer_id>", customers.customer, name="staff-customer"),
    path("operators", operators.operators, name="staff-operators"),
    path("operators/<opr:operator_id>", operators.operator, name="staff-operator"),
    path("audit", audit.audit, name="staff-audit"),
    path("audit.csv", audit.audit_csv, name="staff-audit-csv"),
]
