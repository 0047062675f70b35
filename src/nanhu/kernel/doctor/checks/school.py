"""The school's file: every table that a room reads is read, so that a fault is told before a payment meets it."""

from typing import Any

from django.core import checks
from django.utils.translation import gettext as _

from nanhu.kernel import registry
from nanhu.kernel.configuration import configuration
from nanhu.kernel.doctor.checks import fail, ok
from nanhu.kernel.registry import CheckResult
from nanhu.kernel.school import OWN_MEMBERS, SAMPLE, school
from nanhu.kernel.school.tables import SchoolFileError, Table


def refuse_unread_tables() -> None:
    """A table that nobody reads holds nothing: most often its name is a slip of the pen."""
    rooms = {rules.key.partition(".")[0] for rules in registry.school_rules} - {"kernel"}
    Table("NANHU_SCHOOL_FILE", school().raw).only(OWN_MEMBERS | rooms)


def faults() -> list[str]:
    """One sentence a reader: the first value that it cannot use."""
    found: dict[str, None] = {}
    for read in (refuse_unread_tables, *(rules.read for rules in registry.school_rules)):
        try:
            read()
        except SchoolFileError as error:
            found[str(error)] = None
    return list(found)


def check_school_file() -> CheckResult:
    if found := faults():
        return fail(
            _("学校配置文件里有不能用的值：{faults}").format(faults="; ".join(found)),
            _("改正 NANHU_SCHOOL_FILE 所指的文件，重新启动。"),
        )
    return ok(_("学校配置文件可用：{path}").format(path=configuration().school_file or SAMPLE))


@checks.register
def school_file_is_usable(app_configs: Any, **_options: Any) -> list[checks.CheckMessage]:  # noqa: ARG001  Django's names
    """Django asks before a command runs: neither `nanhu run` nor the worker starts with a file that cannot be used."""
    return [checks.Error(one, id="nanhu.E001") for one in faults()]
