"""What is not sent yet is looked at again too, and only the verbs that we know are asked (invariants I5 and I7)."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("transactions", "0003_whole_life")]

    operations = [
        migrations.RemoveConstraint(model_name="operation", name="an_open_operation_is_looked_at_again"),
        migrations.AddConstraint(
            model_name="operation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["queued", "sent", "unknown"]), _negated=True),
                    ("next_check_at__isnull", False),
                    _connector="OR",
                ),
                name="an_open_operation_is_looked_at_again",
            ),
        ),
        migrations.AddConstraint(
            model_name="operation",
            constraint=models.CheckConstraint(
                condition=models.Q(("verb__in", ["authorise", "capture", "void", "refund", "reverse"])),
                name="operation_verb_is_known",
            ),
        ),
    ]
