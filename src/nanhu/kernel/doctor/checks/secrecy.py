"""Keys: does the keyring open what the database holds, and is the signing key strong?"""

from django.conf import settings
from django.utils.translation import gettext as _

from nanhu.kernel.crypto import CryptoError, rotation
from nanhu.kernel.crypto.vault import vault
from nanhu.kernel.doctor.checks import fail, ok, warn
from nanhu.kernel.registry import CheckResult

SECRET_LENGTH, SECRET_VARIETY = 50, 12


def check_keyring() -> CheckResult:
    try:
        keyring = vault().store.read()
    except CryptoError as problem:
        return fail(
            _("密钥环读不出来：{problem}").format(problem=problem),
            _("从备份恢复 secrets/keyring.json（或 NANHU_KEYRING 所指的密钥环）。没有它，证件号和手机号都解不开。"),
        )
    used = {key_id for counted in rotation.keys_in_use().values() for _number, key_id in counted}
    missing = sorted(used - {key.id for key in keyring.keys})
    unreadable = [] if missing else rotation.unreadable_columns()
    if missing or unreadable:
        return fail(
            _("数据库里有密文用这个密钥环解不开：{what}").format(
                what=", ".join(unreadable) or _("缺少密钥 {ids}").format(ids=", ".join(map(str, missing)))
            ),
            _("这不是这个数据库的密钥环，或它不完整。从同一份备份恢复密钥环；在此之前不要写入新数据。"),
        )
    return ok(_("密钥环有 {count} 把密钥，能解开数据库里的密文。").format(count=len(keyring.keys)))


def check_key_use() -> CheckResult:
    """After a rotation or a switch of provider the old values wait to be carried over."""
    current = vault()
    ring = current.store.read()
    data, index = ring.primary_data_key(current.provider.cipher_name), ring.primary_index_key()
    stale = sum(
        rows
        for counted in rotation.keys_in_use().values()
        for place, rows in counted.items()
        if data is None or place != (current.provider.cipher_number, data.id)
    )
    if stale:
        return warn(_("有 {count} 个值还在旧密钥之下。").format(count=stale), _("在空闲时运行 nanhu keys reencrypt。"))
    if index is not None and index.algorithm != current.provider.index_name:
        return warn(
            _("盲索引还是 {algorithm}，而设置的是 {wanted}。").format(
                algorithm=index.algorithm, wanted=current.provider.index_name
            ),
            _("在维护时段运行 nanhu keys rotate --index。"),
        )
    return ok(_("所有密文都在现用密钥之下。"))


def check_secret_key() -> CheckResult:
    secret = str(settings.SECRET_KEY)
    if len(secret) < SECRET_LENGTH or len(set(secret)) < SECRET_VARIETY or secret.startswith("django-insecure"):
        return fail(
            _("签名密钥太弱：会话可以伪造。"),
            _("删去 NANHU_SECRET_KEY，让程序自己生成；或换成 50 个以上的随机字符。所有人会重新登录。"),
        )
    return ok(_("签名密钥足够强。"))
