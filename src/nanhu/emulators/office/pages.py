"""The pages of the OA, small and plain."""

from datetime import datetime
from html import escape
from zoneinfo import ZoneInfo

from nanhu.emulators.office.desk import DOCUMENTS, Document, Session

FRAME = """<!doctype html>
<html lang="zh-Hans"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title} · OA 办公系统</title><link rel="stylesheet" href="/office.css"></head>
<body><a class="skip" href="#main">跳到正文</a>
<header class="bar"><a class="brand" href="/"><span class="seal" aria-hidden="true">文</span>OA 办公系统</a>{who}</header>
<main id="main">{main}</main>
<footer><p>这是一个演示用的外部系统：它不认识门户的代码，只通过 CAS 3.0 协议登录。</p></footer></body></html>"""
CAMPUS_ZONE = ZoneInfo("Asia/Shanghai")
WORDS = {
    "true": "是",
    "false": "否",
    "student": "学生",
    "staff": "教职工",
    "employee": "雇员",
    "member": "成员",
    "affiliate": "临时人员",
}
LABELS = {
    "displayName": "姓名",
    "campusNo": "学工号",
    "department": "部门",
    "departmentCode": "部门代码",
    "category": "人员类别",
    "eduPersonAffiliation": "身份",
    "mail": "邮箱",
    "authenticationDate": "登录时间",
    "isFromNewLogin": "刚输过密码",
}


def first(value: str | list[str] | None) -> str:
    return (value[0] if value else "") if isinstance(value, list) else (value or "")


def shown(key: str, value: str | list[str]) -> str:
    """Values as people read them."""
    if key == "authenticationDate" and isinstance(value, str):
        return datetime.fromisoformat(value).astimezone(CAMPUS_ZONE).strftime("%m月%d日 %H:%M:%S")
    words = [WORDS.get(word, word) for word in (value if isinstance(value, list) else [value])]
    return "、".join(words)


def page(title: str, main: str, session: Session | None = None) -> str:
    who = ""
    if session is not None:
        name = escape(first(session.attributes.get("displayName")) or session.user)
        unit = escape(first(session.attributes.get("department")))
        who = (
            f'<div class="who"><span><strong>{name}</strong> <span class="muted">{unit}</span></span>'
            '<form action="/logout" method="post"><button>退出</button></form></div>'
        )
    return FRAME.format(title=escape(title), who=who, main=main)


def home(session: Session) -> str:
    name = escape(first(session.attributes.get("displayName")) or session.user)
    rows = "".join(row(number, document) for number, document in enumerate(DOCUMENTS))
    main = (
        f"<h1>您好，{name}</h1><p class='lead'>示例页面：下面的公文是编造的。待办公文 {len(DOCUMENTS)} 件，其中急件 1 件。</p>"
        '<div class="columns"><section aria-labelledby="todo"><h2 id="todo">待办公文</h2>'
        f'<ul class="documents">{rows}</ul></section>{aside(session)}</div>'
    )
    return page("待办公文", main, session)


def row(number: int, document: Document) -> str:
    urgent = ' <span class="urgent">急件</span>' if document.urgency == "急件" else ""
    return (
        f'<li><a href="/documents/{number}"><span class="title">{escape(document.title)}{urgent}</span>'
        f'<span class="meta">{escape(document.number)} · {escape(document.sender)} · {escape(document.step)} · '
        f"{escape(document.due)}前</span></a></li>"
    )


def aside(session: Session) -> str:
    facts = "".join(
        f"<div><dt>{escape(LABELS.get(key, key))}</dt><dd>{escape(shown(key, value))}</dd></div>"
        for key, value in session.attributes.items()
        if key in LABELS and value
    )
    wire = "".join(f"<li><code>{escape(line)}</code></li>" for line in session.wire)
    return (
        '<aside><section aria-labelledby="me"><h2 id="me">统一身份给出的信息</h2>'
        f"<dl><div><dt>账号</dt><dd>{escape(session.user)}</dd></div>{facts}</dl></section>"
        f'<section class="wire" aria-labelledby="wire"><h2 id="wire">线上的报文</h2><ol>{wire}</ol></section></aside>'
    )


def document(session: Session, found: Document) -> str:
    paragraphs = "".join(f"<p>{escape(text)}</p>" for text in found.body)
    main = (
        f'<article class="paper"><p class="muted">{escape(found.number)} · {escape(found.urgency)}</p>'
        f"<h1>{escape(found.title)}</h1>{paragraphs}<p class='signed'>{escape(found.sender)}</p></article>"
        '<p><a href="/">← 回到待办公文</a></p>'
    )
    return page(found.title, main, session)


def message(title: str, text: str, *, link: str = "/", label: str = "重新登录") -> str:
    main = f'<h1>{escape(title)}</h1><p class="lead">{escape(text)}</p><p><a class="button" href="{escape(link)}">{escape(label)}</a></p>'
    return page(title, main)
