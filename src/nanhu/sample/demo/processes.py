"""The emulators around the demo's campus: processes of their own that know it by its protocols only."""

from nanhu.kernel.configuration import Configuration
from nanhu.kernel.processes import ProcessSpecification
from nanhu.kernel.processes.house import granian


def office_command(configuration: Configuration) -> list[str]:
    return granian(
        "wsgi",
        "nanhu.emulators.office.application:application",
        address=configuration.listen_address,
        port=configuration.office_port,
        threads=4,
    )


def office_environment(configuration: Configuration) -> dict[str, str]:
    return {
        "NANHU_EMULATOR_CAS_URL": f"{configuration.public_url}/cas/",
        "NANHU_EMULATOR_PUBLIC_URL": f"http://localhost:{configuration.office_port}",
    }


def systems_command(configuration: Configuration) -> list[str]:
    return granian(
        "wsgi",
        "nanhu.emulators.systems.application:application",
        address=configuration.listen_address,
        port=configuration.systems_port,
        threads=8,
    )


def systems_environment(configuration: Configuration) -> dict[str, str]:
    return {
        "NANHU_EMULATOR_CAS_URL": f"{configuration.public_url}/cas/",
        "NANHU_EMULATOR_PUBLIC_URL": f"http://localhost:{configuration.systems_port}",
    }


def devices_command(configuration: Configuration) -> list[str]:
    return granian(
        "wsgi",
        "nanhu.emulators.pos.application:application",
        address=configuration.listen_address,
        port=configuration.emulator_port,
        threads=8,
    )


def devices_environment(configuration: Configuration) -> dict[str, str]:
    return {"NANHU_EMULATOR_CONFIGURATION": str(configuration.data_dir / "emulators" / "pos.json")}


def kiosks_command(configuration: Configuration) -> list[str]:
    return granian(
        "wsgi",
        "nanhu.emulators.kiosks.application:application",
        address=configuration.listen_address,
        port=configuration.kiosks_port,
        threads=8,
    )


def kiosks_environment(configuration: Configuration) -> dict[str, str]:
    return {"NANHU_EMULATOR_FOLDER": str(configuration.data_dir / "emulators")}


def outside_command(configuration: Configuration) -> list[str]:
    return granian(
        "wsgi",
        "nanhu.emulators.wallets.application:application",
        address=configuration.listen_address,
        port=configuration.outside_port,
        threads=8,
    )


def outside_environment(configuration: Configuration) -> dict[str, str]:
    return {"NANHU_EMULATOR_CONFIGURATION": str(configuration.data_dir / "emulators" / "outside.json")}


EMULATORS = (
    ProcessSpecification(
        key="office",
        command=office_command,
        environment=office_environment,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.office_port}/health",
        order=200,
    ),
    ProcessSpecification(
        key="systems",
        command=systems_command,
        environment=systems_environment,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.systems_port}/health",
        order=205,
    ),
    ProcessSpecification(
        key="devices",
        command=devices_command,
        environment=devices_environment,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.emulator_port}/health",
        order=210,
    ),
    ProcessSpecification(
        key="kiosks",
        command=kiosks_command,
        environment=kiosks_environment,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.kiosks_port}/health",
        order=215,
    ),
    ProcessSpecification(
        key="outside",
        command=outside_command,
        environment=outside_environment,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.outside_port}/health",
        order=220,
    ),
)
