"""Identity's own processes, and what the doctor says of it."""

import sys

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.configuration import Configuration
from nanhu.kernel.processes import ProcessSpecification, processes
from nanhu.kernel.processes.house import granian
from nanhu.platforms.identity.hasher import client

KEEP_MEMORY = {"MALLOC_MMAP_THRESHOLD_": "67108864", "MALLOC_TRIM_THRESHOLD_": "268435456", "MALLOC_ARENA_MAX": "64"}
"""Each hash takes 19 MiB; fetching them anew from the kernel each time would cost a sixth of the hash."""


def hasher_command(_configuration: Configuration) -> list[str]:
    return [sys.executable, "-m", "nanhu.platforms.identity.hasher.server"]


def radius_command(configuration: Configuration) -> list[str]:
    """One worker: two would write in two statements what comes together."""
    return granian(
        "rsgi", "nanhu.project.radius:application", address=configuration.listen_address, port=configuration.radius_port
    )


def hasher_answers() -> registry.CheckResult:
    try:
        waiting = client.waiting()
    except client.NoHasherError:
        return registry.CheckResult(
            verdict=registry.Verdict.WARN,
            message=_now("核对进程没有运行，密码由页面进程自己核对"),
            remedy=_now(
                "登录高峰时页面会变慢。用 nanhu run 启动，或为 nanhu.platforms.identity.hasher.server 建一个服务。"
            ),
        )
    except client.BusyError:
        return registry.CheckResult(
            verdict=registry.Verdict.WARN,
            message=_now("核对进程繁忙"),
            remedy=_now("登录高峰时请增加核数，见 docs/rooms/identity-fast-path.md。"),
        )
    return registry.CheckResult(
        verdict=registry.Verdict.OK, message=_now("核对进程在运行，%(waiting)s 个请求在等") % {"waiting": waiting}
    )


processes.add(ProcessSpecification(key="hasher", command=hasher_command, environment=lambda _one: KEEP_MEMORY, order=5))
processes.add(
    ProcessSpecification(
        key="radius",
        command=radius_command,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.radius_port}/health",
        database_role="web",
        from_nursery=True,
        order=15,
    )
)
registry.checks.add(registry.Check(key="identity.hasher", title=_("核对进程"), run=hasher_answers, order=61))
