"""The kernel's own checks, by subject. Each is a function without arguments that returns a CheckResult."""

from nanhu.kernel.registry import CheckResult, Verdict


def ok(message: str) -> CheckResult:
    return CheckResult(verdict=Verdict.OK, message=message)


def warn(message: str, remedy: str) -> CheckResult:
    return CheckResult(verdict=Verdict.WARN, message=message, remedy=remedy)


def fail(message: str, remedy: str) -> CheckResult:
    return CheckResult(verdict=Verdict.FAIL, message=message, remedy=remedy)
