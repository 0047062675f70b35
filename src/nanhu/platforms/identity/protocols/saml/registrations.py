"""What SAML declares: its panel in the registry, its check for the doctor."""

from django.utils.translation import gettext as _

from nanhu.kernel import registry
from nanhu.platforms.identity import panels
from nanhu.platforms.identity.protocols.saml import engine, panel
from nanhu.platforms.identity.protocols.saml.models import Feed, Partner
from nanhu.platforms.identity.protocols.saml.views.metadata import organization

panels.add(panel.PANEL)


def check_saml() -> registry.CheckResult:
    """Missing or broken, SAML keeps nobody from anything else: a warning, never a failure."""
    path = engine.program()
    if path is None:
        return warning(_("没有 xmlsec1，SAML 登录不可用"), _("Debian：sudo apt install xmlsec1，不用重启。"))
    sick = list(Feed.objects.filter(is_enabled=True, state__in=[Feed.State.FAILING, Feed.State.EXPIRED]))
    if sick:
        lines = "；".join(f"{feed.name}：{feed.get_state_display()} {feed.problem_shown}".strip() for feed in sick)
        return warning(lines, _("见“联盟元数据”页面；过期之前沿用上一份。"))
    version = ".".join(str(part) for part in engine.version_of(path))
    facts = {"version": version, "partners": Partner.objects.count()}
    message = _("xmlsec1 %(version)s，已知 %(partners)d 个服务提供方") % facts
    return registry.CheckResult(verdict=registry.Verdict.OK, message=message)


def warning(message: str, remedy: str) -> registry.CheckResult:
    return registry.CheckResult(verdict=registry.Verdict.WARN, message=message, remedy=remedy)


registry.school_rules.add(registry.SchoolRules(key="saml", read=organization))
registry.checks.add(registry.Check(key="identity.saml", title="SAML", run=check_saml, order=62))
