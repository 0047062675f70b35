"""What identity declares: its role, its pages in the menu, its check for the doctor."""

from functools import partial

from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.actors import Proof, proved_by
from nanhu.kernel.crypto import register_blind_index
from nanhu.kernel.kit.requests import guarded_by
from nanhu.kernel.registry import FactCopies, OfflinePage
from nanhu.platforms.identity import hashing, policies
from nanhu.platforms.identity.services import contact_names, known_facts
from nanhu.platforms.identity.services.grace import grace_days
from nanhu.platforms.people.api import normalise_phone

SLOW_MILLISECONDS, WEAK_MILLISECONDS = 120, 10

register_blind_index(
    model="identity.RecoveryContact",
    encrypted="phone",
    index="phone_index",
    purpose=contact_names.PURPOSE,
    normalise=normalise_phone,
)
guarded_by(policies.admit)
proved_by(Proof(is_fresh=policies.has_proved_lately, address=policies.proof_address, open=policies.note_fresh_opening))
registry.fact_copies.add(
    FactCopies(
        key="identity.applications",
        title=_("应用"),
        load=known_facts.copies_of,
        how=_("下次登录时跟上"),
        is_awaited=False,
        order=40,
    )
)
registry.roles.add(*policies.ROLES.values())
registry.applications.add(
    registry.Application(
        key="identity.security",
        name=_("账号安全"),
        icon="shield-check",
        url=reverse_lazy("identity:security"),
        section="service",
        owner=_("信息中心"),
        description=_("修改密码、密保，查看登录的设备"),
        order=900,
    )
)


def check_hashing() -> registry.CheckResult:
    cost = hashing.password_check_milliseconds(rounds=5)
    message = str(_("核对一次密码用 %(cost).0f 毫秒")) % {"cost": cost}
    if cost > SLOW_MILLISECONDS:
        return registry.CheckResult(
            verdict=registry.Verdict.WARN,
            message=message,
            remedy=str(_("机器太慢或太忙：登录高峰会排队，请增加核数。")),
        )
    if cost < WEAK_MILLISECONDS:
        return registry.CheckResult(
            verdict=registry.Verdict.WARN, message=message, remedy=str(_("机器很快：可提高 hashing.py 里的参数。"))
        )
    return registry.CheckResult(verdict=registry.Verdict.OK, message=message)


registry.school_rules.add(registry.SchoolRules(key="identity.grace_days", read=grace_days))
registry.checks.add(registry.Check(key="identity.hashing", title=_("密码核对"), run=check_hashing, order=60))
ENDS = (
    "sign_in",
    "sign_out",
    "cas_login",
    "cas_logout",
    "oidc_end_session",
    "oidc_end_session_confirmed",
    "saml_slo",
    "saml_slo_answer",
)
registry.offline_pages.add(
    *(OfflinePage(key=f"identity:{name}", address=partial(reverse, f"identity:{name}"), ends=True) for name in ENDS)
)
