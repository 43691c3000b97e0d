from django.db import migrations


class Migration(migrations.Migration):
    """Tells the planner what innovalley_grams costs: reading an index entry is cheap, cutting up a text is not.

    Without it a word that many texts have is searched by cutting up every text of the table.
    """

    dependencies = [("registry", "0002_jobs")]

    operations = [
        migrations.RunSQL(
            "ALTER FUNCTION innovalley_grams(text) COST 100000;",
            reverse_sql="ALTER FUNCTION innovalley_grams(text) COST 100;",
        ),
    ]
