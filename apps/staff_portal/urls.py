"""The portal's addresses. Each view is made by `page` or `public_page`; a test refuses any other."""

from django.urls import path

from apps.staff_portal.converters import register_ids
from apps.staff_portal.views import (
    approvals,
    audit,
    back_tests,
    cases,
    customers,
    home,
    listings,
    lists,
    operators,
    payment_moves,
    payments,
    rule_writing,
    rules,
    search,
    signing_in,
)

register_ids()

urlpatterns = [
    path("", home.home, name="staff-home"),
    path("figures", home.figures, name="staff-figures"),
    path("login", signing_in.login, name="staff-login"),
    path("login/code", signing_in.login_code, name="staff-login-code"),
    path("login/setup", signing_in.login_setup, name="staff-login-setup"),
    path("login/invitation", signing_in.invitation, name="staff-invitation"),
    path("logout", signing_in.logout, name="staff-logout"),
    path("confirm", signing_in.confirm, name="staff-confirm"),
    path("preferences", home.preferences, name="staff-preferences"),
    path("search", search.search, name="staff-search"),
    path("reviews", payments.reviews, name="staff-reviews"),
    path("payments", lists.payments, name="staff-payments"),
    path("payments.csv", lists.payments_csv, name="staff-payments-csv"),
    path("payments/<pay:payment_id>", payments.payment, name="staff-payment"),
    path("payments/<pay:payment_id>/refund", payment_moves.refund, name="staff-payment-refund"),
    path("payments/<pay:payment_id>/cancel", payment_moves.cancel, name="staff-payment-cancel"),
    path("payments/<pay:payment_id>/code", payment_moves.code, name="staff-payment-code"),
    path("cases", cases.cases, name="staff-cases"),
    path("cases/<cas:case_id>", cases.case, name="staff-case"),
    path("approvals", approvals.approvals, name="staff-approvals"),
    path("approvals/<uuid:approval_id>", approvals.approval, name="staff-approval"),
    path("devices", customers.devices, name="staff-devices"),
    path("devices/all", lists.all_devices, name="staff-all-devices"),
    path("devices/all.csv", lists.all_devices_csv, name="staff-all-devices-csv"),
    path("devices/<dev:device_id>", customers.device, name="staff-device"),
    path("customers", lists.customers, name="staff-customers"),
    path("customers.csv", lists.customers_csv, name="staff-customers-csv"),
    path("customers/<cus:customer_id>", customers.customer, name="staff-customer"),
    path("rules", rules.rules, name="staff-rules"),
    path("rules/new", rule_writing.new_rule, name="staff-rule-new"),
    path("rules/<uuid:rule_id>", rules.rule, name="staff-rule"),
    path("rules/<uuid:rule_id>/back-tests", back_tests.back_tests, name="staff-rule-tests"),
    path("lists", listings.lists, name="staff-lists"),
    path("operators", operators.operators, name="staff-operators"),
    path("operators/<opr:operator_id>", operators.operator, name="staff-operator"),
    path("audit", audit.audit, name="staff-audit"),
    path("audit.csv", audit.audit_csv, name="staff-audit-csv"),
]
