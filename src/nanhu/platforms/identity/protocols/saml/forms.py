from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.platforms.identity.protocols.saml.errors import MetadataRefusedError
from nanhu.platforms.identity.protocols.saml.metadata_reading import LONGEST_ENTITY_ID, read_pasted
from nanhu.platforms.identity.protocols.saml.models import Partner


class PartnerForm(forms.Form):
    """How an application is known as a SAML partner: its own metadata, or its entityID in a federation."""

    metadata = forms.CharField(
        label=_("应用的元数据（XML）"),
        help_text=_("应用通常在 /Shibboleth.sso/Metadata、/saml/metadata 之类的地址给出，整段粘贴。"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
    )
    entity_id = forms.CharField(
        label=_("或者：它在联盟里的 entityID"),
        help_text=_("元数据随联盟更新，不用粘贴；准入和释放的属性按本应用自己的登记。"),
        required=False,
        max_length=LONGEST_ENTITY_ID,
    )

    def clean_metadata(self) -> str:
        text: str = self.cleaned_data["metadata"].strip()
        if text:
            try:
                read_pasted(text)
            except MetadataRefusedError as error:
                raise forms.ValidationError(error.message) from error
        return text

    def clean_entity_id(self) -> str:
        entity_id: str = self.cleaned_data["entity_id"].strip()
        if entity_id and not Partner.objects.filter(entity_id=entity_id, feed__isnull=False, is_gone=False).exists():
            raise forms.ValidationError(_("学校加入的联盟里没有这个 entityID。"))
        return entity_id

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(cleaned.get("metadata")) == bool(cleaned.get("entity_id")):
            raise forms.ValidationError(_("元数据和联盟里的 entityID，填一个。"))
        return cleaned


class FeedForm(forms.Form):
    """A federation to take metadata from."""

    name = forms.CharField(
        label=_("名称"), help_text=_("用户在“登录的应用”里看到它，如：CARSI 联盟资源"), max_length=80
    )
    key = forms.SlugField(label=_("标识"), help_text=_("登记应用时的标识，如 carsi"), max_length=60)
    address = forms.CharField(
        label=_("元数据地址"),
        help_text=_("http(s) 地址；或 file:文件名，文件放在数据目录的 federation 文件夹里。"),
        max_length=500,
    )
    certificate = forms.CharField(
        label=_("联盟的签名证书（PEM）"),
        help_text=_("从联盟的网站另行取得并核对指纹。只认它签的元数据。"),
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
    )
