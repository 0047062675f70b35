"""The emulators around the demo's campus: processes of their own that know it by its protocols only."""

import sys
from pathlib import Path

from nanhu.kernel.configuration import Configuration
from nanhu.kernel.delivery.choice import EMULATED_KEY, emulated_secret_file
from nanhu.kernel.processes import ProcessSpecification
from nanhu.kernel.processes.house import granian
from nanhu.kernel.secret_files import generated_secret, write_private
from nanhu.platforms.parties import wire as parties
from nanhu.services.mobile import wire as mobile


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
    return {
        "NANHU_EMULATOR_CONFIGURATION": str(configuration.data_dir / "emulators" / "outside.json"),
        "NANHU_EMULATOR_SECRET_FILE": str(parties_secret(configuration)),
    }


def parties_secret(configuration: Configuration) -> Path:
    file = parties.emulated_secret_file(configuration)
    generated_secret(file)
    return file


def party_specification(key: str, order: int) -> ProcessSpecification:
    """A party outside, one process each."""

    def command(configuration: Configuration) -> list[str]:
        port, folder = parties.emulated_port(configuration, key), configuration.data_dir / "emulators" / "parties"
        facts = (key, configuration.listen_address, port, folder, parties_secret(configuration))
        return [sys.executable, "-m", "nanhu.emulators.parties", *map(str, facts)]

    return ProcessSpecification(
        key=f"party_{key}",
        command=command,
        ready_url=lambda configuration: f"http://127.0.0.1:{parties.emulated_port(configuration, key)}/health",
        from_nursery=True,
        order=order,
    )


def sms_command(configuration: Configuration) -> list[str]:
    return granian(
        "wsgi",
        "nanhu.emulators.sms.application:application",
        address=configuration.listen_address,
        port=configuration.sms_port,
        threads=4,
    )


def sms_environment(configuration: Configuration) -> dict[str, str]:
    file = emulated_secret_file(configuration)
    generated_secret(file)
    return {"NANHU_EMULATOR_SECRET_FILE": str(file), "NANHU_EMULATOR_KEY": EMULATED_KEY}


def samples_command(configuration: Configuration) -> list[str]:
    return granian(
        "wsgi",
        "nanhu.emulators.samples.application:application",
        address=configuration.listen_address,
        port=configuration.samples_port,
        threads=8,
    )


def wecom_command(configuration: Configuration) -> list[str]:
    return granian(
        "wsgi",
        "nanhu.emulators.wecom.application:application",
        address=configuration.listen_address,
        port=configuration.wecom_port,
        threads=4,
    )


def wecom_environment(configuration: Configuration) -> dict[str, str]:
    file = configuration.data_dir / "emulators" / "wecom.json"
    write_private(file, mobile.emulator_facts(configuration))
    return {"NANHU_EMULATOR_CONFIGURATION": str(file)}


def wlan_command(configuration: Configuration) -> list[str]:
    return granian(
        "wsgi",
        "nanhu.emulators.wlan.application:application",
        address=configuration.listen_address,
        port=configuration.wlan_port,
        threads=4,
    )


def wlan_environment(configuration: Configuration) -> dict[str, str]:
    return {"NANHU_EMULATOR_CONFIGURATION": str(configuration.data_dir / "emulators" / "wlan.json")}


def vendors_command(configuration: Configuration) -> list[str]:
    return [sys.executable, "-m", "nanhu.emulators.vendors", str(configuration.data_dir / "emulators" / "vendors.json")]


def consumer_command(configuration: Configuration) -> list[str]:
    return granian(
        "wsgi",
        "nanhu.emulators.consumer.application:application",
        address=configuration.listen_address,
        port=configuration.consumer_port,
        threads=4,
    )


def consumer_environment(configuration: Configuration) -> dict[str, str]:
    return {"NANHU_EMULATOR_CONFIGURATION": str(configuration.data_dir / "emulators" / "consumer.json")}


EMULATORS = (
    ProcessSpecification(
        key="vendors",
        command=vendors_command,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.vendors_port}/health",
        from_nursery=True,
        order=230,
    ),
    ProcessSpecification(
        key="consumer",
        command=consumer_command,
        environment=consumer_environment,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.consumer_port}/health",
        from_nursery=True,
        order=208,
    ),
    ProcessSpecification(
        key="wlan",
        command=wlan_command,
        environment=wlan_environment,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.wlan_port}/health",
        from_nursery=True,
        order=225,
    ),
    ProcessSpecification(
        key="wecom",
        command=wecom_command,
        environment=wecom_environment,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.wecom_port}/health",
        from_nursery=True,
        order=197,
    ),
    ProcessSpecification(
        key="sms",
        command=sms_command,
        environment=sms_environment,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.sms_port}/health",
        from_nursery=True,
        order=195,
    ),
    ProcessSpecification(
        key="office",
        command=office_command,
        environment=office_environment,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.office_port}/health",
        from_nursery=True,
        order=200,
    ),
    ProcessSpecification(
        key="systems",
        command=systems_command,
        environment=systems_environment,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.systems_port}/health",
        from_nursery=True,
        order=205,
    ),
    ProcessSpecification(
        key="samples",
        command=samples_command,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.samples_port}/health",
        from_nursery=True,
        order=207,
    ),
    ProcessSpecification(
        key="devices",
        command=devices_command,
        environment=devices_environment,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.emulator_port}/health",
        from_nursery=True,
        order=210,
    ),
    ProcessSpecification(
        key="kiosks",
        command=kiosks_command,
        environment=kiosks_environment,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.kiosks_port}/health",
        from_nursery=True,
        order=215,
    ),
    ProcessSpecification(
        key="outside",
        command=outside_command,
        environment=outside_environment,
        ready_url=lambda configuration: f"http://127.0.0.1:{configuration.outside_port}/health",
        from_nursery=True,
        order=220,
    ),
    *(party_specification(key, order) for order, key in enumerate(parties.EMULATED, start=240)),
)
