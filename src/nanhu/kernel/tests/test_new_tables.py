"""Tables of an empty database: what is left until somebody asks is there when he does."""

import pytest
from django.db import migrations, models
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ModelState, ProjectState

from nanhu.kernel.database.new_tables import is_empty, models_rendered_late

NAME = ("name", models.CharField(max_length=9))
SHORT = models.CheckConstraint(condition=models.Q(name__length__lt=3), name="short")
STEPS = [
    migrations.CreateModel("house", [("id", models.BigAutoField(primary_key=True)), NAME]),
    migrations.CreateModel(
        "room",
        [
            ("id", models.BigAutoField(primary_key=True)),
            NAME,
            ("house", models.ForeignKey("things.house", on_delete=models.CASCADE)),
        ],
    ),
    migrations.AddConstraint("house", SHORT),
    migrations.AddIndex("room", models.Index(fields=["name"], name="by_name")),
    migrations.AddField("house", "hall", models.ForeignKey("things.room", null=True, on_delete=models.CASCADE)),
]


def states_of(steps: list[migrations.operations.base.Operation]) -> list[ProjectState]:
    states = [ProjectState()]
    assert states[0].apps is not None
    for step in steps:
        state = states[-1].clone()
        step.state_forwards("things", state)
        states.append(state)
    return states


def rendered(monkeypatch: pytest.MonkeyPatch, steps: list[migrations.operations.base.Operation]) -> list[str]:
    found: list[str] = []
    render = ModelState.render

    def counted(model: ModelState, apps: object) -> object:
        found.append(model.name)
        return render(model, apps)

    monkeypatch.setattr(ModelState, "render", counted)
    states_of(steps)
    return found


def test_a_new_table_renders_no_other_model(monkeypatch: pytest.MonkeyPatch) -> None:
    with models_rendered_late():
        assert rendered(monkeypatch, STEPS[:4]) == ["house", "room"]


def test_whoever_asks_sees_all_models_whole() -> None:
    with models_rendered_late():
        state = states_of(STEPS)[-1]
    late, soon = state, states_of(STEPS)[-1]
    assert late == soon
    late.clear_delayed_apps_cache()
    house = late.apps.get_model("things", "house")
    assert [constraint.name for constraint in house._meta.constraints] == ["short"]
    assert [relation.name for relation in house._meta.related_objects] == ["room"]
    assert late.apps.get_model("things", "room")._meta.indexes[0].name == "by_name"


def test_a_table_is_made_against_the_models_before_it() -> None:
    with models_rendered_late():
        room = states_of(STEPS[:2])[-1].apps.get_model("things", "room")
    assert room._meta.get_field("house").related_model._meta.label_lower == "things.house"


@pytest.mark.django_db
def test_a_database_with_tables_is_migrated_by_django_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert not is_empty("default")
    monkeypatch.setattr(MigrationRecorder, "has_table", lambda _self: False)
    assert is_empty("default")
