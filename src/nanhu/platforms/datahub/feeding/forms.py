"""Forms of sources: one a kind, all of the same head."""

import re
import ssl
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from nanhu.kernel.folding import halfwidth
from nanhu.platforms.datahub.feeding.http import has_secret
from nanhu.platforms.datahub.known_sources import FOLLOWED, named_source
from nanhu.platforms.datahub.labels import field_label
from nanhu.platforms.datahub.models import DataSource
from nanhu.platforms.datahub.shared.declarations import shared_tables
from nanhu.platforms.datahub.sources import SOURCES
from nanhu.platforms.datahub.warehouse.declared import large_tables

KEY: Final = r"^[a-z][a-z0-9]{1,19}\.[a-z][a-z0-9_]{1,39}\Z"
HEADER: Final = (
    r"^(?!(?i:host|connection|content-length|content-type|transfer-encoding|cookie)\Z)[A-Za-z][A-Za-z0-9-]{0,39}\Z"
    r"|^\?[A-Za-z][A-Za-z0-9_.-]{0,39}\Z"
)
HOST_KEY: Final = r"^SHA256:[A-Za-z0-9+/]{43}\Z"
PLACE: Final = r"^[A-Za-z0-9_.-]{0,120}\Z"
READS: Final = re.compile(r"\s*(select|with)\s.*", re.IGNORECASE | re.DOTALL)
MOST_LINES: Final = 200
MINUTES_A_DAY: Final = 60 * 24
DAYS: Final = MINUTES_A_DAY * 400


def targets() -> list[tuple[str, Any]]:
    """What may be filled: the files of an office, a shared table, or a large one."""
    files = [(one.key, f"{one.office} · {one.title}") for one in SOURCES.values()]
    tables = [(key, f"{_('共享表')} · {one.name}") for key, one in shared_tables().items() if not one.derived]
    return [*files, *tables, *((one.source, f"{_('大表')} · {one.table.name}") for one in large_tables())]


def fields_of(fills: str) -> dict[str, str]:
    """By name, what each is called."""
    if fills in shared_tables():
        return {one.name: one.label for one in shared_tables()[fills].fields}
    spec = named_source(fills)
    return {one.field: one.headers[0] for one in spec.columns} if spec else {}


def label_of(fills: str, name: str) -> str:
    return fields_of(fills).get(name, field_label(name))


class PairsField(forms.CharField):
    """A line each: "left = right". The value is a list of pairs."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 6}), max_length=8000, required=False, **options)

    def clean(self, value: Any) -> Any:
        lines = [line for line in super().clean(value).splitlines() if line.strip()]
        pairs = [tuple(map(str.strip, re.split(r"[=＝]", line, maxsplit=1))) for line in lines]
        if len(pairs) > MOST_LINES or any(len(pair) != 2 or not all(pair) for pair in pairs):  # noqa: PLR2004
            raise forms.ValidationError(_("每行写一对：左边 = 右边。"))
        return pairs


class HeadForm(forms.Form):
    """What every source has."""

    kinds: ClassVar[tuple[str, ...]] = ()
    sections: ClassVar[Any] = (
        (_("接谁的"), ("key", "name", "office", "fills")),
        (
            _("从哪里读"),
            (
                *("kind", "address", "host_key", "user_name", "secret", "tls_roots", "query", "done_mark"),
                *("rows_at", "total_at", "paging", "page_name", "size_name", "page_size"),
            ),
        ),
        (_("列和代码"), ("columns", "values", "is_whole", "keeps_empty")),
        (_("多久一次，差多少"), ("every_minutes", "stale_minutes", "stale_days", "expected_rows", "tolerance")),
    )
    key = forms.RegexField(KEY, label=_("代号"), help_text=_("例：library.loans；定下来就不改"))
    name = forms.CharField(label=_("名称"), max_length=60)
    office = forms.CharField(label=_("负责部门"), max_length=40)
    fills = forms.ChoiceField(label=_("读进"), choices=targets)
    columns = PairsField(
        label=_("各列"), help_text=_("每行：我们的项 = 对方的列名；同名的和常见的叫法不用写。例：学号 = stu_id")
    )
    values = PairsField(
        label=_("代码对照"), help_text=_("只用于共享表。每行：项.对方的写法 = 我们的代码。例：状态.L = lost")
    )
    is_whole = forms.BooleanField(
        label=_("每次给出全部的行"), required=False, initial=True, help_text=_("没有了的行，视为删除")
    )
    keeps_empty = forms.BooleanField(
        label=_("空格子表示没有说"),
        required=False,
        help_text=_("只用于共享表。勾上：保持原来的值；不勾：空格子就是清空"),
    )

    def __init__(self, *args: Any, fills: str = "", **options: Any) -> None:
        initial = options.get("initial") or {}
        self.target = fills
        for name in ("columns", "values"):
            if isinstance(initial.get(name), dict):
                initial = initial | {name: written_pairs(fills, initial[name])}
        super().__init__(*args, **(options | {"initial": initial}))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        self.target = said.get("fills") or self.target
        known = {label: name for name, label in fields_of(self.target).items()} | {n: n for n in fields_of(self.target)}
        columns: dict[str, str] = {}
        for ours, theirs in said.get("columns") or []:
            if ours not in known:
                self.add_error("columns", _("没有“%s”这一项。") % ours)
            if known.get(ours, ours) in columns or theirs in columns.values():
                self.add_error("columns", _("“%s”写了两次：一项只来自一列，一列只给一项。") % f"{ours} = {theirs}")
            columns[known.get(ours, ours)] = theirs
        said["columns"] = columns
        said["values"] = self.cleaned_values(said.get("values") or [], known)
        return said

    def cleaned_values(self, pairs: list[tuple[str, str]], known: dict[str, str]) -> dict[str, dict[str, str]]:
        table, found = shared_tables().get(self.target), dict[str, dict[str, str]]()
        for left, code in pairs:
            ours, _dot, theirs = left.partition(".")
            name = known.get(ours.strip(), "")
            codes = table.by_name[name].values if table and name in table.by_name else {}
            if not theirs or code not in codes:
                self.add_error("values", _("“%s”不是这一项的代码。") % code)
            found.setdefault(name, {})[theirs.strip()] = code
        return found

    def facts(self) -> dict[str, Any]:
        said = {name: value for name, value in self.cleaned_data.items() if name in self.fields}
        if not said.get("secret"):
            said.pop("secret", None)
        return said


def written_pairs(fills: str, held: dict[str, Any]) -> str:
    lines = []
    for name, value in held.items():
        label = label_of(fills, name)
        if isinstance(value, dict):
            lines += [f"{label}.{theirs} = {code}" for theirs, code in value.items()]
        else:
            lines.append(f"{label} = {value}")
    return "\n".join(lines)


class FileForm(HeadForm):
    kinds = ("file",)
    stale_days = forms.IntegerField(label=_("多少天没有新的算中断"), min_value=1, max_value=400, initial=40)

    def __init__(self, *args: Any, **options: Any) -> None:
        held = options.get("initial") or {}
        if "stale_minutes" in held:
            options["initial"] = held | {"stale_days": held["stale_minutes"] // MINUTES_A_DAY}
        super().__init__(*args, **options)

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if self.target not in shared_tables():
            self.add_error("fills" if "fills" in self.fields else None, _("这种文件已经有来源：直接导入。"))
        return said

    def facts(self) -> dict[str, Any]:
        said = super().facts()
        return said | {"kind": "file", "stale_minutes": said.pop("stale_days") * MINUTES_A_DAY}


class ReadForm(HeadForm):
    """Of what is read by itself."""

    secret = forms.CharField(
        label=_("密钥"),
        required=False,
        max_length=500,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("加密保存，不再显示。不填：保持原样；换了主机要重新填。"),
    )
    every_minutes = forms.IntegerField(label=_("多久读一次（分钟）"), min_value=1, max_value=DAYS, initial=15)
    stale_minutes = forms.IntegerField(label=_("多久没更新算中断（分钟）"), min_value=1, max_value=DAYS, initial=30)
    expected_rows = forms.IntegerField(label=_("应有多少行"), required=False, min_value=1, max_value=1_000_000_000)
    tolerance = forms.IntegerField(
        label=_("上下可差百分之几"), min_value=0, max_value=100, initial=20, help_text=_("差得更多就不读入，并说明。")
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if (said.get("stale_minutes") or 0) < (said.get("every_minutes") or 0):
            self.add_error("stale_minutes", _("不能比读取的间隔短。"))
        return said


class HttpForm(ReadForm):
    kinds = ("http",)
    address = forms.CharField(label=_("地址"), max_length=500, help_text=_("https 开头；答 JSON"))
    user_name = forms.RegexField(
        HEADER,
        label=_("密钥放在哪里"),
        required=False,
        help_text=_("请求头，例：Authorization，密钥填 Bearer …；放在地址里的，写问号和参数名，例：?access_token"),
    )
    rows_at = forms.RegexField(
        PLACE, label=_("行在回答的哪里"), required=False, help_text=_("例：data.list；不填：整个回答就是行")
    )
    total_at = forms.RegexField(
        PLACE, label=_("总数在回答的哪里"), required=False, help_text=_("填了就核对：少一行也不读入。例：data.total")
    )
    paging = forms.ChoiceField(label=_("怎样分页"), choices=DataSource.Paging.choices)
    page_name = forms.RegexField(
        PLACE,
        label=_("页码或起始行的参数名"),
        required=False,
        help_text=_("下一页地址在回答里的：填它在哪里，例：next"),
    )
    size_name = forms.RegexField(PLACE, label=_("每页行数的参数名"), required=False)
    page_size = forms.IntegerField(label=_("每页行数"), min_value=1, max_value=10_000, initial=500)

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if has_secret(address):
            raise forms.ValidationError(_("密钥不要写在地址里：另填“密钥”，并写它是哪个参数，例：?access_token。"))
        return address

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if said.get("paging") not in {None, "none"} and not said.get("page_name"):
            self.add_error("page_name", _("分页要写参数名。"))
        return said

    def facts(self) -> dict[str, Any]:
        return super().facts() | {"kind": "http"}


class DatabaseForm(ReadForm):
    kinds = ("postgres", "mariadb")
    tls_roots = forms.CharField(
        label=_("对方的证书（PEM）"),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("填了就只连出示它（或由它签发）的服务器，并加密；校内不填：对方给加密才加密。"),
    )
    kind = forms.ChoiceField(
        label=_("数据库"), choices=[one for one in DataSource.Kind.choices if one[0] in {"postgres", "mariadb"}]
    )
    address = forms.CharField(label=_("地址"), max_length=200, help_text=_("主机:端口/库名"))
    user_name = forms.CharField(label=_("用户名"), max_length=63, help_text=_("只有读权限的账号"))
    query = forms.CharField(
        label=_("查询语句"),
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("一条 SELECT；在只读的快照里执行"),
    )

    def clean_address(self) -> str:
        return halfwidth(self.cleaned_data["address"]).strip()

    def clean_tls_roots(self) -> str:
        given: str = self.cleaned_data["tls_roots"].strip()
        try:
            if given:
                ssl.create_default_context(cadata=given)
        except (ssl.SSLError, ValueError) as error:
            raise forms.ValidationError(_("不是 PEM 写法的证书。")) from error
        return given

    def clean_query(self) -> str:
        query = self.cleaned_data["query"].strip().rstrip(";")
        if not READS.fullmatch(query):
            raise forms.ValidationError(_("只能是一条 SELECT。"))
        return str(query)


class SftpForm(ReadForm):
    kinds = ("sftp",)
    address = forms.CharField(
        label=_("地址"), max_length=300, help_text=_("主机:端口/文件夹，例：10.1.1.8:22/out/loans")
    )
    host_key = forms.RegexField(
        HOST_KEY,
        label=_("对方主机密钥的指纹"),
        max_length=60,
        help_text=_("向对方要（ssh-keygen -l）：SHA256:…；不是这一个就不连"),
    )
    user_name = forms.CharField(label=_("用户名"), max_length=63)
    secret = forms.CharField(
        label=_("口令或私钥"),
        required=False,
        max_length=8000,
        widget=forms.Textarea(attrs={"rows": 3, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("私钥从 -----BEGIN 起整段填。加密保存，不再显示。不填：保持原样；换了主机要重新填。"),
    )
    query = forms.CharField(
        label=_("文件名"), max_length=200, initial="*.csv", help_text=_("* 代表任意几个字；例：借阅_*.csv")
    )
    done_mark = forms.RegexField(
        r"^\.[A-Za-z0-9_.-]{1,20}\Z",
        label=_("写完的记号"),
        required=False,
        help_text=_("例：.ok，要有“借阅.csv.ok”或“借阅.ok”才取“借阅.csv”；不填：半分钟不再变才取"),
    )

    stale_minutes = forms.IntegerField(
        label=_("多久没有新文件算中断（分钟）"), min_value=1, max_value=DAYS, initial=MINUTES_A_DAY + 120
    )

    def clean_address(self) -> str:
        return halfwidth(self.cleaned_data["address"]).strip()

    def facts(self) -> dict[str, Any]:
        return super().facts() | {"kind": "sftp"}


class StreamForm(ReadForm):
    kinds = FOLLOWED
    every_minutes: Any = None
    is_whole: Any = None
    keeps_empty: Any = None
    address = forms.CharField(label=_("地址"), max_length=200, help_text=_("主机:端口/库名"))
    kind = forms.ChoiceField(label=_("数据库"), choices=[(one.value, one.label) for one in FOLLOWED])
    user_name = forms.CharField(
        label=_("用户名"),
        max_length=63,
        help_text=_("可读这张表；PostgreSQL 要 REPLICATION，MariaDB 要 REPLICATION SLAVE 和 REPLICATION CLIENT"),
    )
    tls_roots = DatabaseForm.base_fields["tls_roots"]
    query = forms.RegexField(
        r"^[A-Za-z_]\w{0,62}(\.[A-Za-z_]\w{0,62})?\Z",
        label=_("跟随哪张表"),
        help_text=_(
            "PostgreSQL 例：public.xk；对方先设 wal_level = logical，并 CREATE PUBLICATION nanhu FOR TABLE …。"
            "MariaDB 例：xk；对方先开 log_bin，binlog_format = ROW"
        ),
    )
    stale_minutes = forms.IntegerField(label=_("多久没更新算中断（分钟）"), min_value=1, max_value=DAYS, initial=5)
    clean_address = DatabaseForm.clean_address
    clean_tls_roots = DatabaseForm.clean_tls_roots

    def clean(self) -> dict[str, Any]:
        said = super().clean()
        if self.target not in shared_tables():
            self.add_error("fills" if "fills" in self.fields else None, _("变更流只能读进共享表。"))
        if said.get("kind") == "binlog" and not (re.fullmatch(r"\w+", said.get("query", ""), re.ASCII)):
            self.add_error("query", _("MariaDB 只写表名，不带库名。"))
        return said

    def facts(self) -> dict[str, Any]:
        return super().facts() | {"every_minutes": 1, "is_whole": True}


@dataclass(frozen=True, slots=True)
class Offer:
    """One form, by which sources of one or several kinds are made and changed."""

    name: str
    label: Any
    form: type[HeadForm]

    @property
    def to_change(self) -> Any:
        """The same without what a source keeps: its key and what it fills."""
        return type(f"Change{self.form.__name__}", (self.form,), {"key": None, "fills": None})


OFFERS: Final[tuple[Offer, ...]] = (
    Offer("http", _("HTTP 接口"), HttpForm),
    Offer("database", _("数据库"), DatabaseForm),
    Offer("stream", _("变更流"), StreamForm),
    Offer("sftp", _("SFTP 文件夹"), SftpForm),
    Offer("file", _("手工交文件"), FileForm),
)


def offer_of(kind: str) -> Offer:
    return next(one for one in OFFERS if kind in one.form.kinds)
