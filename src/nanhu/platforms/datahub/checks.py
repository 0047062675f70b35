"""What `nanhu doctor` asks of the hub: can the model of matching be used?"""

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.registry import Check, CheckResult, Verdict
from nanhu.platforms.datahub.errors import MatchingModelError
from nanhu.platforms.datahub.matching.model import checked_model, model_path, shipped_model


def check_model() -> CheckResult:
    try:
        model = checked_model()
    except MatchingModelError as refused:
        return CheckResult(
            verdict=Verdict.WARN,
            message=say("{why}导入改用随程序带的模型 {version}。").format(
                why=refused.message, version=shipped_model().version
            ),
            remedy=say("删去 {path}，或重新训练：nanhu datahub train_matching --use").format(path=model_path()),
        )
    return CheckResult(verdict=Verdict.OK, message=say("匹配模型 {version} 可用。").format(version=model.version))


registry.checks.add(Check(key="datahub.matching_model", title=_("匹配模型"), run=check_model, order=66))
