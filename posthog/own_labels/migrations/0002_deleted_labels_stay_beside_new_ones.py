from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("own_labels", "0001_initial")]

    operations = [
        migrations.RemoveConstraint(model_name="ownlabel", name="one_own_label_per_slug"),
        migrations.AddConstraint(
            model_name="ownlabel",
            constraint=models.UniqueConstraint(
                condition=models.Q(("deleted", False)), fields=("project", "slug"), name="one_own_label_per_slug"
            ),
        ),
    ]
