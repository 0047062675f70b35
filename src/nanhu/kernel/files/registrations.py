"""What `nanhu doctor` asks of files: does everything that a row names lie on the disk?"""

from django.utils.translation import gettext as say
from django.utils.translation import gettext_lazy as _

from nanhu.kernel import registry
from nanhu.kernel.files import store
from nanhu.kernel.files.models import StoredFile
from nanhu.kernel.registry import Check, CheckResult, Verdict

SHOWN = 3


def check_files() -> CheckResult:
    rows = StoredFile.objects.filter(removed_at=None).values_list("sha256", "size", "name").distinct()
    missing = [name for sha256, size, name in rows.iterator(chunk_size=2000) if not is_there(sha256, size)]
    if missing:
        return CheckResult(
            verdict=Verdict.FAIL,
            message=say("存储里缺 {count} 个文件：{names}").format(
                count=len(missing), names="、".join(missing[:SHOWN])
            ),
            remedy=say("从最近的备份恢复 media/files 里的这些文件，按内容的 SHA-256 命名。"),
        )
    return CheckResult(verdict=Verdict.OK, message=say("登记的文件都在存储里。"))


def is_there(sha256: str, size: int) -> bool:
    path = store.path_of(sha256)
    return path.is_file() and path.stat().st_size == size


registry.checks.add(Check(key="kernel.files", title=_("文件存储"), run=check_files, order=12))
